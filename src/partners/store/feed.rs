//! The journal, read as a feed.
//!
//! Sequences and timestamps lose rows: a transaction that began earlier may commit later, and its row then lies behind
//! what a reader has passed. So entries are ordered by the id of the writing transaction, and only those are shown that
//! lie below every transaction still running (PostgreSQL: `pg_snapshot_xmin`): nothing can appear among them any more. The
//! price: a transaction that runs for long, in whatever database of the server, holds everybody's feed back for as long.
//!
//! Numbers of transactions mean something in one cluster only, and only until it is taken back to an earlier day. So the feed
//! has an identity, which every place names, and which is renewed after a restore.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::partners::model::{ChangeType, FeedId, Happening, Position, Standing};
use crate::schema::{feed_identity, seminars};
use crate::seminars::{Audience, SeminarId, Status};

/// What of the journal may be told: the words of [`ChangeType`] that stand there.
const TOLD: &[ChangeType] = ChangeType::ALL;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    transaction: i64,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    organisation_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = SqlUuid)]
    object_id: Uuid,
    #[diesel(sql_type = Jsonb)]
    data: serde_json::Value,
}

/// The next entries after `position`, oldest first; of one organisation, if one is named. Organisations themselves are
/// always told: seminars of all of them may name any.
pub fn after(
    conn: &mut PgConnection,
    position: Position,
    organisation: Option<OrganisationId>,
    limit: i64,
) -> Result<Vec<Happening>> {
    let rows = diesel::sql_query(
        "SELECT id, transaction, at, organisation_id, action, object_id, data FROM journal
         WHERE (transaction, id) > ($1, $2)
           AND transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
           AND object_kind IN ('seminar', 'venue', 'collection', 'organisation')
           AND action = ANY($3)
           AND ($4 IS NULL OR organisation_id = $4 OR object_kind = 'organisation')
         ORDER BY transaction, id LIMIT $5",
    )
    .bind::<BigInt, _>(position.transaction)
    .bind::<SqlUuid, _>(position.entry)
    .bind::<Array<Text>, _>(TOLD.iter().map(|kind| kind.as_str()).collect::<Vec<_>>())
    .bind::<Nullable<SqlUuid>, _>(organisation.map(|of| of.0))
    .bind::<BigInt, _>(limit)
    .load::<Row>(conn)?;
    Ok(rows.into_iter().map(Happening::from).collect())
}

impl From<Row> for Happening {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            transaction: row.transaction,
            at: row.at,
            of: row.organisation_id.map(OrganisationId),
            action: row.action,
            object_id: row.object_id,
            data: row.data,
        }
    }
}

/// How these seminars stand now; those that are gone are not among them.
pub fn standings(conn: &mut PgConnection, ids: &[SeminarId]) -> Result<HashMap<SeminarId, Standing>> {
    let rows = seminars::table
        .filter(seminars::id.eq_any(ids))
        .select((
            seminars::id,
            seminars::status,
            seminars::audience,
            seminars::version,
            seminars::merged_into,
        ))
        .load::<(SeminarId, Status, Audience, i64, Option<SeminarId>)>(conn)?;
    let standings = rows.into_iter().map(|(id, status, audience, version, merged_into)| {
        let standing = Standing {
            status,
            audience,
            version,
            merged_into,
        };
        (id, standing)
    });
    Ok(standings.collect())
}

/// Where the feed ends now: its last entry, told or not. Whatever is not visible yet will come behind this place. An entry and
/// no number of a transaction: what was written is on disk, and a crash gives numbers again that were used for nothing.
pub fn end(conn: &mut PgConnection) -> Result<Position> {
    let last = diesel::sql_query(
        "SELECT transaction, id FROM journal
         WHERE transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
           AND object_kind IN ('seminar', 'venue', 'collection', 'organisation')
         ORDER BY transaction DESC, id DESC LIMIT 1",
    );
    let last = last.get_result::<Last>(conn).optional()?;
    Ok(last.map_or(
        Position {
            transaction: 0,
            entry: Uuid::nil(),
        },
        |last| Position {
            transaction: last.transaction,
            entry: last.id,
        },
    ))
}

/// Which feed this is.
pub fn identity(conn: &mut PgConnection) -> Result<FeedId> {
    let query = feed_identity::table.select(feed_identity::id);
    Ok(FeedId(query.first(conn)?))
}

/// From here on it is another: whoever has a place in the former begins again.
pub fn renew_identity(conn: &mut PgConnection, id: FeedId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(feed_identity::table)
        .set((feed_identity::id.eq(id.0), feed_identity::since.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// Whether entries have numbers that this cluster has not given yet: it was restored from another one.
pub fn runs_ahead(conn: &mut PgConnection) -> Result<bool> {
    let ahead = diesel::sql_query(
        "SELECT transaction, id FROM journal
         WHERE transaction >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
           AND object_kind IN ('seminar', 'venue', 'collection', 'organisation')
         ORDER BY transaction DESC, id DESC LIMIT 1",
    );
    Ok(ahead.get_result::<Last>(conn).optional()?.is_some())
}

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = BigInt)]
    transaction: i64,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}
