//! Who counts as having been there and who is of the team, as it is first said and as it is changed.
//!
//! The count is decided on after the seminar, so the rule may change in every state but `cancelled`.

use diesel::PgConnection;

use super::parts::Of;
use crate::base::problem::{Error, FieldError, Result};
use crate::seminars::model::{AttendanceRule, NewAttendanceRule, Seminar, Status, Team, TeamMember};
use crate::seminars::rules::{StatedRule, attendance_rule_faults, too_many_sessions};
use crate::seminars::store;

/// What is to be changed about it; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct AttendanceRuleChange {
    /// `Some(None)`: as usual again.
    pub rule: Option<Option<RuleChange>>,
    pub team: Option<Vec<TeamMember>>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct RuleChange {
    pub min_seconds: Option<i32>,
    /// `Some(None)`: all.
    pub min_sessions: Option<Option<i32>>,
    pub opens_minutes: Option<i32>,
    pub bridge_gap_seconds: Option<i32>,
    pub clip_to_session: Option<bool>,
    pub keep_times: Option<bool>,
    pub count_joins: Option<bool>,
}

/// What a new seminar says about both.
#[must_use]
pub fn stated_rule<'a>(rule: &NewAttendanceRule, team: &'a [TeamMember]) -> StatedRule<'a> {
    StatedRule {
        min_seconds: Some(rule.min_seconds),
        min_sessions: rule.min_sessions,
        opens_minutes: Some(rule.opens_minutes),
        bridge_gap_seconds: Some(rule.bridge_gap_seconds),
        team,
    }
}

impl AttendanceRuleChange {
    #[must_use]
    pub fn stated(&self) -> StatedRule<'_> {
        let rule = self.rule.flatten().unwrap_or_default();
        StatedRule {
            min_seconds: rule.min_seconds,
            min_sessions: rule.min_sessions.flatten(),
            opens_minutes: rule.opens_minutes,
            bridge_gap_seconds: rule.bridge_gap_seconds,
            team: self.team.as_deref().unwrap_or_default(),
        }
    }
}

pub(super) fn rule_row(
    of: Of,
    rule: NewAttendanceRule,
    team: Vec<TeamMember>,
    sessions: usize,
) -> Result<AttendanceRule> {
    refuse(&stated_rule(&rule, &team))?;
    let row = AttendanceRule::new(of, rule, team);
    Error::unless_empty(out_of_reach(&row, sessions).into_iter().collect())?;
    Ok(row)
}

/// Changes the row of a seminar whose sessions stand as they will be.
pub(super) fn change_rule(
    conn: &mut PgConnection,
    seminar: &Seminar,
    change: &AttendanceRuleChange,
    other_sessions: bool,
) -> Result<()> {
    refuse(&change.stated())?;
    let of = (seminar.organisation_id, seminar.id);
    let old = store::attendance_rule(conn, of)?;
    let new = changed(&old, change);
    // What is postponed has no sessions that hold.
    let look_again = new.min_sessions != old.min_sessions || other_sessions;
    if look_again && seminar.status != Status::Postponed {
        let sessions = store::sessions(conn, of)?.len();
        Error::unless_empty(out_of_reach(&new, sessions).into_iter().collect())?;
    }
    if new == old {
        return Ok(());
    }
    store::save_attendance_rule(conn, &new)
}

/// What stands in the way of anybody attending as many sessions as the rule wants.
pub(super) fn out_of_reach(rule: &AttendanceRule, sessions: usize) -> Option<FieldError> {
    let reason = too_many_sessions(rule.min_sessions, sessions)?;
    Some(FieldError::member("/attendance_rule/min_sessions", reason))
}

fn refuse(stated: &StatedRule<'_>) -> Result<()> {
    let faults = attendance_rule_faults(stated).into_iter();
    Error::unless_empty(faults.map(|(at, why)| FieldError::member(at, why)).collect())
}

/// A merge patch reaches into the object (RFC 7396): what it does not mention stays.
fn changed(old: &AttendanceRule, change: &AttendanceRuleChange) -> AttendanceRule {
    let team = change.team.clone().map_or_else(|| old.team.clone(), Team);
    match change.rule {
        None => AttendanceRule { team, ..old.clone() },
        Some(None) => {
            let of = (old.organisation_id, old.seminar_id);
            AttendanceRule::new(of, NewAttendanceRule::default(), team.0)
        }
        Some(Some(change)) => AttendanceRule {
            organisation_id: old.organisation_id,
            seminar_id: old.seminar_id,
            min_seconds: change.min_seconds.unwrap_or(old.min_seconds),
            min_sessions: change.min_sessions.unwrap_or(old.min_sessions),
            opens_minutes: change.opens_minutes.unwrap_or(old.opens_minutes),
            bridge_gap_seconds: change.bridge_gap_seconds.unwrap_or(old.bridge_gap_seconds),
            clip_to_session: change.clip_to_session.unwrap_or(old.clip_to_session),
            keep_times: change.keep_times.unwrap_or(old.keep_times),
            count_joins: change.count_joins.unwrap_or(old.count_joins),
            team,
        },
    }
}
