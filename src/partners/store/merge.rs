//! Proposals and merges. Open is what nobody has taken back.

use diesel::prelude::*;

use crate::base::problem::Result;
use crate::partners::model::Merge;
use crate::schema::merges;
use crate::seminars::SeminarId;

/// The open row of this pair, locked until the transaction ends. Whoever asks holds both seminars.
pub fn lock_open_merge(conn: &mut PgConnection, seminar: SeminarId, into: SeminarId) -> Result<Option<Merge>> {
    let query = merges::table
        .filter(merges::seminar_id.eq(seminar))
        .filter(merges::into_id.eq(into))
        .filter(merges::undone_at.is_null())
        .select(Merge::as_select())
        .for_no_key_update();
    Ok(query.first(conn).optional()?)
}

/// Everything open in which the seminar stands on one side or the other, the newest first.
pub fn open_merges(conn: &mut PgConnection, seminar: SeminarId, limit: i64) -> Result<Vec<Merge>> {
    let query = merges::table
        .filter(merges::seminar_id.eq(seminar).or(merges::into_id.eq(seminar)))
        .filter(merges::undone_at.is_null())
        .order(merges::id.desc())
        .limit(limit)
        .select(Merge::as_select());
    Ok(query.load(conn)?)
}

pub fn insert_merge(conn: &mut PgConnection, row: &Merge) -> Result<()> {
    diesel::insert_into(merges::table).values(row).execute(conn)?;
    Ok(())
}

pub fn save_merge(conn: &mut PgConnection, row: &Merge) -> Result<()> {
    diesel::update(merges::table.find(row.id)).set(row).execute(conn)?;
    Ok(())
}
