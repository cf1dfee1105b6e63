//! How what speaks against a scan is told.

use chrono::{DateTime, Utc};

use crate::attendance::model::CheckIn;
use crate::attendance::rules::Objection;
use crate::base::problem::{Code, Error, Problem};

/// `first`: the check-in that this one comes after.
pub fn refused(objection: &Objection, first: Option<&CheckIn>) -> Error {
    let problem = match objection {
        Objection::Draft => Problem::new(Code::NotReady).detail("The seminar is a draft; publish it first."),
        Objection::NoSession => Problem::new(Code::NotReady).detail("The seminar has no session yet."),
        Objection::SeminarCancelled => Problem::new(Code::SeminarCancelled),
        Objection::SeminarPostponed => Problem::new(Code::SeminarPostponed),
        Objection::NoSuchSession => return Error::member("/session", "is no session of this seminar"),
        Objection::WrongSession { open } => {
            Problem::new(Code::WrongSession).detail(format!("The door of session {open} is open now."))
        }
        Objection::NotOpen { opens_at } => {
            Problem::new(Code::DoorNotOpen).detail(format!("It opens at {}.", there(*opens_at)))
        }
        Objection::Cancelled => Problem::new(Code::RegistrationCancelled),
        Objection::Waitlisted => Problem::new(Code::RegistrationWaitlisted),
        Objection::NotConfirmed(state) => {
            Problem::new(Code::RegistrationNotConfirmed).detail(format!("It is {state}."))
        }
        Objection::AlreadyIn => {
            Problem::new(Code::AlreadyCheckedIn).first(first.and_then(|first| serde_json::to_value(first.first()).ok()))
        }
        Objection::NotIn => Problem::new(Code::NotCheckedIn),
        Objection::TooMany { missing } => {
            Problem::new(Code::MoreThanRegistered).detail(format!("{missing} are left of the registration."))
        }
        Objection::Full => Problem::new(Code::SeminarFull),
        Objection::ChannelUnavailable => Problem::new(Code::ChannelUnavailable),
    };
    problem.forcible(objection.forcible()).into()
}

fn there(at: DateTime<Utc>) -> String {
    let there = at.with_timezone(&chrono_tz::Europe::Berlin);
    there.format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
