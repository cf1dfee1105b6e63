//! Who counts as having been there: one row a seminar, read and written whole.

use diesel::prelude::*;

use crate::auth::OrganisationId;
use crate::base::problem::{Error, Result};
use crate::schema::attendance_rules;
use crate::seminars::model::{AttendanceRule, SeminarId};

pub fn attendance_rule(conn: &mut PgConnection, of: (OrganisationId, SeminarId)) -> Result<AttendanceRule> {
    attendance_rules::table
        .find(of)
        .select(AttendanceRule::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(|| Error::internal("a seminar without its attendance rule"))
}

pub fn insert_attendance_rule(conn: &mut PgConnection, rule: &AttendanceRule) -> Result<()> {
    diesel::insert_into(attendance_rules::table)
        .values(rule)
        .execute(conn)?;
    Ok(())
}
