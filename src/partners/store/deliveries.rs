//! The rows of deliveries.

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};

use crate::base::db::SWEPT_AT_ONCE;
use crate::base::problem::Result;
use crate::partners::model::{Delivery, DeliveryId, DeliveryState, Webhook};
use crate::schema::webhook_deliveries::{self, dsl};
use crate::schema::webhooks;

/// A webhook's, the newest first.
pub fn page(
    conn: &mut PgConnection,
    webhook: &Webhook,
    state: Option<DeliveryState>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Delivery>> {
    let mut query = dsl::webhook_deliveries
        .filter(dsl::organisation_id.eq(webhook.organisation_id))
        .filter(dsl::webhook_id.eq(webhook.id))
        .order(dsl::number.desc())
        .limit(limit + 1)
        .select(Delivery::as_select())
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(dsl::state.eq(state));
    }
    if let Some(before) = before {
        query = query.filter(dsl::number.lt(before));
    }
    Ok(query.load(conn)?)
}

pub fn find(conn: &mut PgConnection, webhook: &Webhook, id: DeliveryId) -> Result<Option<Delivery>> {
    let query = dsl::webhook_deliveries
        .find((webhook.organisation_id, id))
        .filter(dsl::webhook_id.eq(webhook.id))
        .select(Delivery::as_select());
    Ok(query.first(conn).optional()?)
}

/// How many are still to be delivered, as far as `most`.
pub fn pending(conn: &mut PgConnection, webhook: &Webhook, most: i64) -> Result<usize> {
    let query = dsl::webhook_deliveries
        .filter(dsl::organisation_id.eq(webhook.organisation_id))
        .filter(dsl::webhook_id.eq(webhook.id))
        .filter(dsl::state.eq(DeliveryState::Pending))
        .select(dsl::number)
        .limit(most);
    Ok(query.load::<i64>(conn)?.len())
}

pub fn insert(conn: &mut PgConnection, deliveries: &[Delivery]) -> Result<()> {
    diesel::insert_into(webhook_deliveries::table)
        .values(deliveries)
        .execute(conn)?;
    Ok(())
}

/// What became of it, or that it begins again.
pub fn save(conn: &mut PgConnection, delivery: &Delivery) -> Result<()> {
    diesel::update(webhook_deliveries::table.find((delivery.organisation_id, delivery.id)))
        .set((
            dsl::state.eq(delivery.state),
            dsl::attempts.eq(delivery.attempts),
            dsl::due_at.eq(delivery.due_at),
            dsl::outcome.eq(delivery.outcome),
            dsl::status.eq(delivery.status),
            dsl::delivered_at.eq(delivery.delivered_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// What is on its way to the webhook begins anew, as if it had never been tried.
pub fn begin_anew(conn: &mut PgConnection, webhook: &Webhook, now: DateTime<Utc>) -> Result<()> {
    let own = webhook_deliveries::table
        .filter(dsl::organisation_id.eq(webhook.organisation_id))
        .filter(dsl::webhook_id.eq(webhook.id))
        .filter(dsl::state.eq(DeliveryState::Pending));
    diesel::update(own)
        .set((dsl::attempts.eq(0), dsl::due_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// Forgets what was delivered, or given up, before these moments, some at a time.
pub fn sweep(conn: &mut PgConnection, delivered: DateTime<Utc>, failed: DateTime<Utc>) -> Result<usize> {
    // One that is tried again by hand meanwhile is done no more.
    Ok(diesel::sql_query(
        "WITH old AS (
             (SELECT organisation_id, id FROM webhook_deliveries WHERE state = 'delivered' AND created_at < $1 LIMIT $3)
             UNION ALL
             (SELECT organisation_id, id FROM webhook_deliveries WHERE state = 'failed' AND created_at < $2 LIMIT $3))
         DELETE FROM webhook_deliveries AS one USING old
         WHERE one.organisation_id = old.organisation_id AND one.id = old.id AND one.state <> 'pending'",
    )
    .bind::<Timestamptz, _>(delivered)
    .bind::<Timestamptz, _>(failed)
    .bind::<BigInt, _>(SWEPT_AT_ONCE)
    .execute(conn)?)
}

/// How far behind what is told to webhooks is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// Not delivered yet.
    pub pending: i64,
    /// Of those, whose time has come.
    pub due: i64,
    pub oldest_due: Option<DateTime<Utc>>,
    /// Given up.
    pub failed: i64,
    /// Webhooks to which nothing is delivered any more.
    pub disabled: i64,
}

pub fn backlog(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Backlog> {
    let in_state = |state| webhook_deliveries::table.filter(dsl::state.eq(state));
    let (due, oldest_due) = in_state(DeliveryState::Pending)
        .filter(dsl::due_at.le(now))
        .select((count_star(), min(dsl::due_at)))
        .get_result(conn)?;
    let disabled = webhooks::table.filter(webhooks::disabled_at.is_not_null());
    Ok(Backlog {
        pending: in_state(DeliveryState::Pending).count().get_result(conn)?,
        due,
        oldest_due,
        failed: in_state(DeliveryState::Failed).count().get_result(conn)?,
        disabled: disabled.count().get_result(conn)?,
    })
}
