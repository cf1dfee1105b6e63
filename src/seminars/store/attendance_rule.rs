//! Who counts as having been there, and who is of the team: one row a seminar, read and written whole.

use diesel::prelude::*;

use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::schema::attendance_rules;
use crate::seminars::model::{AttendanceRule, SeminarId};

type Of = (OrganisationId, SeminarId);

/// Where nothing was ever said, the usual holds.
pub fn attendance_rule(conn: &mut PgConnection, of: Of) -> Result<AttendanceRule> {
    Ok(attendance_rules::table
        .find(of)
        .select(AttendanceRule::as_select())
        .first(conn)
        .optional()?
        .unwrap_or_else(|| AttendanceRule::of(of)))
}

/// Those of several seminars of which something was said, in no order.
pub fn attendance_rules(conn: &mut PgConnection, of: &[Of]) -> Result<Vec<AttendanceRule>> {
    let (mut tenants, ids): (Vec<_>, Vec<_>) = of.iter().copied().unzip();
    tenants.dedup();
    let query = attendance_rules::table
        .filter(attendance_rules::organisation_id.eq_any(tenants))
        .filter(attendance_rules::seminar_id.eq_any(ids));
    Ok(query.select(AttendanceRule::as_select()).load(conn)?)
}

pub fn insert_attendance_rule(conn: &mut PgConnection, rule: &AttendanceRule) -> Result<()> {
    diesel::insert_into(attendance_rules::table)
        .values(rule)
        .execute(conn)?;
    Ok(())
}

pub fn save_attendance_rule(conn: &mut PgConnection, rule: &AttendanceRule) -> Result<()> {
    diesel::update(attendance_rules::table.find((rule.organisation_id, rule.seminar_id)))
        .set(rule)
        .execute(conn)?;
    Ok(())
}
