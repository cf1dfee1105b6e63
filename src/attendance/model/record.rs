//! A person's result in one session, derived from everything that speaks for it.

use chrono::{DateTime, Utc};

use super::{CheckInId, ImportId};
use crate::base::ids::words;
use crate::registrations::RegistrationId;
use crate::seminars::SessionId;

words! {
    /// What speaks for somebody having been there.
    Evidence {
        CheckIn = "check_in",
        Signature = "signature",
        Manual = "manual",
        Import = "import",
        JoinLink = "join_link",
    }
}

/// Who it is, as far as it is known: the same person in two sources has the same one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Person {
    Registration(RegistrationId),
    /// Nobody registered, known by address (its key).
    Address(String),
    /// Nobody registered, known by name only: at the door each time somebody else, in the reports of one session and channel
    /// the same where it is a full name.
    Named(String),
}

/// Being there through one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// By the seminar's rule.
    pub attended: bool,
    /// How many: a group that came with one registration.
    pub persons: i32,
    /// How long, where it was measured.
    pub seconds: Option<i64>,
    /// Two reports of which the times are not kept speak of the same while: it was this long at the least.
    pub at_least: bool,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    /// Without repetition, in the order of the words.
    pub evidence: Vec<Evidence>,
}

/// One person in one session. Who was there through neither channel has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttendanceRecord {
    pub person: Person,
    pub session_id: SessionId,
    /// What the person is called where nobody registered: walk-ins, names in a report.
    pub name: Option<WalkInName>,
    pub onsite: Option<Presence>,
    pub online: Option<Presence>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkInName {
    pub given_name: Option<String>,
    pub family_name: String,
    pub company: Option<String>,
    pub email: Option<String>,
}

/// Scans, and rows of reports with their place, of which it is forgotten whose they were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    pub check_ins: Vec<CheckInId>,
    pub rows: Vec<(ImportId, i32)>,
}

impl AttendanceRecord {
    /// Through whichever channel.
    #[must_use]
    pub fn attended(&self) -> bool {
        self.presences().any(|presence| presence.attended)
    }

    /// How many people this record is: one that was in both channels is counted once.
    #[must_use]
    pub fn persons(&self) -> i64 {
        let attended = self.presences().filter(|presence| presence.attended);
        attended.map(|presence| i64::from(presence.persons)).max().unwrap_or(0)
    }

    /// How long, where it was measured. Through both channels it is added only where one was left before the other was
    /// entered: whoever follows the call from their seat is not there twice as long.
    #[must_use]
    pub fn seconds(&self) -> Option<i64> {
        let times = |presence: &Presence| Some((presence.from?, presence.to?, presence.seconds?));
        let measured = self.presences().filter_map(times).collect::<Vec<_>>();
        if let [(from, to, seconds), (from_then, to_then, more)] = measured.as_slice()
            && (to <= from_then || to_then <= from)
        {
            return Some(seconds.saturating_add(*more));
        }
        self.presences().filter_map(|presence| presence.seconds).max()
    }

    fn presences(&self) -> impl Iterator<Item = &Presence> {
        self.onsite.iter().chain(&self.online)
    }
}
