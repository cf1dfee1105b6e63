//! The ledger of erasures: append-only, by ids.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::base::problem::Result;
use crate::privacy::model::{Erasure, ErasureId};
use crate::schema::erasures;

/// `false`: it was there.
pub fn insert_erasure(conn: &mut PgConnection, erasure: &Erasure) -> Result<bool> {
    let written = diesel::insert_into(erasures::table)
        .values(erasure)
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(written == 1)
}

pub fn erasure(conn: &mut PgConnection, id: ErasureId) -> Result<Option<Erasure>> {
    let query = erasures::table.filter(erasures::id.eq(id)).select(Erasure::as_select());
    Ok(query.first(conn).optional()?)
}

/// A page of those of `since` or later, after `after`, in the order in which they were made.
pub fn erasures_since(
    conn: &mut PgConnection,
    since: Option<DateTime<Utc>>,
    after: Option<(DateTime<Utc>, ErasureId)>,
    limit: i64,
) -> Result<Vec<Erasure>> {
    let mut query = erasures::table
        .order((erasures::at, erasures::id))
        .limit(limit)
        .select(Erasure::as_select())
        .into_boxed();
    if let Some(since) = since {
        query = query.filter(erasures::at.ge(since));
    }
    if let Some((at, id)) = after {
        query = query.filter(erasures::at.gt(at).or(erasures::at.eq(at).and(erasures::id.gt(id))));
    }
    Ok(query.load(conn)?)
}
