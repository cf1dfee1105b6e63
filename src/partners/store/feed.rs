//! Reads the change feed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::Value;
use uuid::Uuid;

use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::partners::model::feed::{Happening, Position};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    transaction: i64,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = SqlUuid)]
    organisation_id: Uuid,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = SqlUuid)]
    object_id: Uuid,
    #[diesel(sql_type = Jsonb)]
    data: Value,
}

/// What happened after `position`, in order; nothing that a running transaction could still come before.
pub fn after(conn: &mut PgConnection, position: Position, limit: i64) -> Result<Vec<Happening>> {
    let query = diesel::sql_query(
        "SELECT id, xmin::text::bigint AS transaction, at, organisation_id, action, object_id, data FROM journal
         WHERE (xmin::text::bigint, id) > ($1, $2) AND object_kind = 'seminar' AND organisation_id IS NOT NULL
           AND xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
         ORDER BY 2, 1 LIMIT $3",
    );
    let rows = query
        .bind::<BigInt, _>(position.transaction)
        .bind::<SqlUuid, _>(position.entry)
        .bind::<BigInt, _>(limit)
        .load::<Row>(conn)?;
    let happening = |row: Row| Happening {
        id: row.id,
        transaction: row.transaction,
        at: row.at,
        organisation_id: OrganisationId(row.organisation_id),
        action: row.action,
        object_id: row.object_id,
        data: row.data,
    };
    Ok(rows.into_iter().map(happening).collect())
}

/// Where a new reader begins.
pub fn horizon(conn: &mut PgConnection) -> Result<Position> {
    #[derive(QueryableByName)]
    struct Horizon {
        #[diesel(sql_type = BigInt)]
        transaction: i64,
    }
    let query = diesel::sql_query("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 AS transaction");
    let Horizon { transaction } = query.get_result(conn)?;
    Ok(Position {
        transaction,
        entry: Uuid::max(),
    })
}
