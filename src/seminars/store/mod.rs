//! All SQL of the room.

use diesel::prelude::*;

use super::model::{Seminar, SeminarId};
use crate::auth::Reach;
use crate::base::problem::{Code, Result};
use crate::schema::seminars;

pub fn find(conn: &mut PgConnection, id: SeminarId) -> Result<Option<Seminar>> {
    Ok(seminars::table
        .filter(seminars::id.eq(id))
        .select(Seminar::as_select())
        .first(conn)
        .optional()?)
}

/// The seminar, if the caller's role reaches it: 404 to strangers, 403 where the role is too small.
pub fn reached(conn: &mut PgConnection, reach: &Reach, id: SeminarId) -> Result<Seminar> {
    let seminar = find(conn, id)?.ok_or(Code::NotFound)?;
    reach.check(seminar.organisation_id)?;
    Ok(seminar)
}

/// [`reached`], locked until the transaction ends: first the seminar, then what hangs on it.
pub fn lock(conn: &mut PgConnection, reach: &Reach, id: SeminarId) -> Result<Seminar> {
    let query = seminars::table
        .filter(seminars::id.eq(id))
        .select(Seminar::as_select())
        .for_no_key_update();
    let seminar = query.first::<Seminar>(conn).optional()?.ok_or(Code::NotFound)?;
    reach.check(seminar.organisation_id)?;
    Ok(seminar)
}
