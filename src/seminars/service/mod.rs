//! What can be done to a seminar: in each case lock → read → decide → write → record.

mod admission;
mod attendance_rule;
mod change;
mod changed;
mod create;
mod merge;
mod parts;
mod plan;
mod sharing;

use serde_json::{Value, json};

use super::model::{Seminar, Status};
use super::rules::Refusal;
use crate::base::problem::{Code, Error, Problem, Result};
use crate::journal::{Act, Entry, record};
use diesel::PgConnection;

pub use admission::{AdmissionChange, MinimumChange, NewAdmission};
pub use attendance_rule::{AttendanceRuleChange, RuleChange, stated_rule};
pub use change::{SeminarChange, change, delete};
pub use create::{Outcome, create, settle};
pub use merge::{merge, unmerge};
pub use parts::{NewChannel, NewExternalRef, NewParty, NewSeminar, NewSession, PartyName};
pub use plan::{Moved, Plan, cancel, complete, move_to, postpone, publish, reschedule};
pub use sharing::{begin_sharing, end_sharing};

/// How a refusal is told.
pub fn refused(refusal: &Refusal) -> Error {
    let code = match refusal {
        Refusal::Cancelled => Code::SeminarCancelled,
        Refusal::NotFrom {
            status: Status::Postponed,
            ..
        } => Code::SeminarPostponed,
        Refusal::NotFrom { .. } => Code::TransitionNotAllowed,
        Refusal::NotBegun { .. } => Code::NotReady,
    };
    Problem::new(code).detail(refusal.words()).into()
}

fn journal(conn: &mut PgConnection, act: &Act, seminar: &Seminar, action: &'static str, data: Value) -> Result<()> {
    let mut facts = json!({"status": seminar.status, "version": seminar.version});
    if let (Some(facts), Value::Object(more)) = (facts.as_object_mut(), data) {
        facts.extend(more);
    }
    let entry = Entry {
        organisation_id: Some(seminar.organisation_id.0),
        action,
        object_id: seminar.id.0,
        data: facts,
    };
    record(conn, act, entry)
}
