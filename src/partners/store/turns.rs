//! Whose turn it is to deliver to a webhook. One worker has it at a time, whatever instance it belongs to, so that what is
//! about one subject is told in order; and no transaction is open while it delivers.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::auth::OrganisationId;
use crate::base::ids::fresh;
use crate::base::problem::Result;
use crate::partners::model::{Delivery, Webhook, WebhookId};
use crate::schema::webhook_deliveries::{self, dsl};
use crate::schema::webhooks;

/// The right to deliver to one webhook, until it is given back or runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Turn {
    #[diesel(sql_type = SqlUuid)]
    pub organisation_id: OrganisationId,
    #[diesel(sql_type = SqlUuid)]
    pub id: WebhookId,
    #[diesel(sql_type = SqlUuid)]
    pub turn: Uuid,
}

/// Takes the turn of a webhook that has something to be delivered: of the one that has waited longest. One that somebody is
/// taking at this moment is passed over.
pub fn take(conn: &mut PgConnection, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<Option<Turn>> {
    let query = diesel::sql_query(
        "WITH next AS MATERIALIZED (
             SELECT webhooks.organisation_id, webhooks.id FROM webhooks
             WHERE disabled_at IS NULL AND held_until <= $1 AND EXISTS (
                 SELECT FROM webhook_deliveries AS due
                 WHERE due.organisation_id = webhooks.organisation_id AND due.webhook_id = webhooks.id
                   AND due.state = 'pending' AND due.due_at <= $1 AND NOT EXISTS (
                     SELECT FROM webhook_deliveries AS earlier
                     WHERE earlier.organisation_id = due.organisation_id AND earlier.webhook_id = due.webhook_id
                       AND earlier.state = 'pending' AND earlier.subject = due.subject AND earlier.number < due.number))
             ORDER BY held_until, webhooks.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
         UPDATE webhooks SET held_until = $2, turn = $3 FROM next
         WHERE webhooks.organisation_id = next.organisation_id AND webhooks.id = next.id
         RETURNING webhooks.organisation_id, webhooks.id, webhooks.turn",
    );
    let taken = query
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(until)
        .bind::<SqlUuid, _>(fresh())
        .get_result::<Turn>(conn);
    Ok(taken.optional()?)
}

/// Begins the next attempt of whoever has the turn, and lets the turn last until then: the webhook as it is now, and the
/// delivery that is due first among those with none before them. It counts as an attempt from here on, also if nobody
/// ever hears how it ended; and where nobody does, whatever else is due comes before it.
pub fn begin(
    conn: &mut PgConnection,
    turn: &Turn,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<(Webhook, Delivery)>> {
    let own = webhooks::table
        .find((turn.organisation_id, turn.id))
        .filter(webhooks::turn.eq(turn.turn))
        .filter(webhooks::disabled_at.is_null());
    let webhook = diesel::update(own)
        .set(webhooks::held_until.eq(until))
        .returning(Webhook::as_returning())
        .get_result(conn)
        .optional()?;
    let Some(webhook) = webhook else { return Ok(None) };
    let next = next_due(conn, turn, now)?;
    let Some(next) = next else { return Ok(None) };
    let delivery = diesel::update(webhook_deliveries::table.find((turn.organisation_id, next)))
        .set((
            dsl::attempts.eq(dsl::attempts + 1),
            dsl::attempted_at.eq(now),
            dsl::due_at.eq(until),
        ))
        .returning(Delivery::as_returning())
        .get_result(conn)?;
    Ok(Some((webhook, delivery)))
}

/// The delivery that is due first among those with none about the same before them.
fn next_due(conn: &mut PgConnection, turn: &Turn, now: DateTime<Utc>) -> Result<Option<Uuid>> {
    #[derive(QueryableByName)]
    struct Next {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let query = diesel::sql_query(
        "SELECT due.id FROM webhook_deliveries AS due
         WHERE due.organisation_id = $1 AND due.webhook_id = $2 AND due.state = 'pending' AND due.due_at <= $3
           AND NOT EXISTS (
             SELECT FROM webhook_deliveries AS earlier
             WHERE earlier.organisation_id = due.organisation_id AND earlier.webhook_id = due.webhook_id
               AND earlier.state = 'pending' AND earlier.subject = due.subject AND earlier.number < due.number)
         ORDER BY due.due_at, due.number LIMIT 1",
    );
    let next = query
        .bind::<SqlUuid, _>(turn.organisation_id)
        .bind::<SqlUuid, _>(turn.id)
        .bind::<Timestamptz, _>(now)
        .get_result::<Next>(conn)
        .optional()?;
    Ok(next.map(|next| next.id))
}

/// Gives the turn back, unless it ran out and somebody else has it. Nobody takes it before `held_until`.
pub fn give_back(conn: &mut PgConnection, turn: &Turn, held_until: DateTime<Utc>) -> Result<()> {
    let own = webhooks::table
        .find((turn.organisation_id, turn.id))
        .filter(webhooks::turn.eq(turn.turn));
    diesel::update(own)
        .set((webhooks::held_until.eq(held_until), webhooks::turn.eq(None::<Uuid>)))
        .execute(conn)?;
    Ok(())
}
