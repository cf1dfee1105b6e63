//! All SQL of the room.

mod admission;
mod attendance_rule;
mod due;
mod list;
mod merged;
mod seats;
mod sharings;
mod whole;
mod write;

use diesel::prelude::*;

use super::model::{Seminar, SeminarId};
use crate::auth::Reach;
use crate::base::problem::{Code, Result};
use crate::schema::seminars;

pub use admission::{admission, insert_admission, save_admission};
pub use attendance_rule::{attendance_rule, attendance_rules, insert_attendance_rule, save_attendance_rule};
pub use due::{begin_between, lock_for_service, to_decide, waited_for};
pub use list::{Filter, Sort, list, page_by_id};
pub use merged::{lock_pair, merged_into, stands_for_others};
pub use seats::*;
pub use sharings::*;
pub use whole::{Lookup, Whole, external_ids, involved, lookup, schedule_changes, whole, wholes};
pub use write::*;

pub fn find(conn: &mut PgConnection, id: SeminarId) -> Result<Option<Seminar>> {
    Ok(seminars::table
        .filter(seminars::id.eq(id))
        .select(Seminar::as_select())
        .first(conn)
        .optional()?)
}

pub fn find_all(conn: &mut PgConnection, ids: &[SeminarId]) -> Result<Vec<Seminar>> {
    Ok(seminars::table
        .filter(seminars::id.eq_any(ids))
        .select(Seminar::as_select())
        .load(conn)?)
}

/// Those of `ids` that exist, and which version of them.
pub fn versions(conn: &mut PgConnection, ids: &[SeminarId]) -> Result<Vec<(SeminarId, i64)>> {
    Ok(seminars::table
        .filter(seminars::id.eq_any(ids))
        .select((seminars::id, seminars::version))
        .load(conn)?)
}

/// The seminar, if the caller's role reaches it: 404 to strangers, 403 where the role is too small.
pub fn reached(conn: &mut PgConnection, reach: &Reach, id: SeminarId) -> Result<Seminar> {
    let seminar = find(conn, id)?.ok_or(Code::NotFound)?;
    reach.check(seminar.organisation_id)?;
    Ok(seminar)
}

/// [`reached`], locked until the transaction ends: the seminar, then its channels.
///
/// A registration locks its channel and only then reads the seminar. So whoever changes a seminar holds the
/// channels too, and nobody is admitted to what was cancelled a moment ago.
pub fn lock(conn: &mut PgConnection, reach: &Reach, id: SeminarId) -> Result<Seminar> {
    let query = seminars::table
        .filter(seminars::id.eq(id))
        .select(Seminar::as_select())
        .for_no_key_update();
    let seminar = query.first::<Seminar>(conn).optional()?.ok_or(Code::NotFound)?;
    reach.check(seminar.organisation_id)?;
    due::lock_channels(conn, seminar.organisation_id, id)?;
    Ok(seminar)
}

/// Many at once, in one order, without their channels: for whoever gives no seats and wants the seminars to hold still.
pub fn lock_all(conn: &mut PgConnection, ids: &[SeminarId]) -> Result<Vec<Seminar>> {
    let query = seminars::table
        .filter(seminars::id.eq_any(ids))
        .order(seminars::id)
        .select(Seminar::as_select())
        .for_no_key_update();
    Ok(query.load(conn)?)
}
