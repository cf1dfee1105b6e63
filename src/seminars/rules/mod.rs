//! Decisions: what a seminar may become, and what follows from its parts.

mod admission;
mod answers;
mod attendance_rule;
mod merged;
mod session_end;
mod sharing;
mod time;

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};

use super::model::{AttendanceMode, Audience, Channel, DatePrecision, Seminar, Session, Status};
use crate::auth::Identity;

pub use admission::{Stated, admission_faults, decision_fault, reworded};
pub use answers::{Answered, check_answers, check_consents};
pub use attendance_rule::{StatedRule, attendance_rule_faults, too_many_sessions};
pub use merged::together;
pub use session_end::{announced_end, midnight_after, over_at};
pub use sharing::{MOST_SHARINGS, sharing_fault};
pub use time::{Resolved, begin_of_day, local, resolve, zone};

/// What somebody wants to do with a seminar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Publish,
    Complete,
    Cancel,
    Postpone,
    Reschedule,
    Move,
}

impl Event {
    pub const ALL: [Self; 6] = [
        Self::Publish,
        Self::Complete,
        Self::Cancel,
        Self::Postpone,
        Self::Reschedule,
        Self::Move,
    ];

    const fn verb(self) -> &'static str {
        match self {
            Self::Publish => "published",
            Self::Complete => "completed",
            Self::Cancel => "cancelled",
            Self::Postpone => "postponed",
            Self::Reschedule => "rescheduled",
            Self::Move => "moved",
        }
    }
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    Cancelled,
    NotFrom { status: Status, event: Event },
    NotBegun { begins_at: DateTime<Utc> },
}

impl Refusal {
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Cancelled => "It is cancelled.".to_owned(),
            Self::NotFrom { status, event } => format!("A seminar that is {status} cannot be {}.", event.verb()),
            Self::NotBegun { begins_at } => format!("It begins at {}.", begins_at.to_rfc3339()),
        }
    }
}

/// The state after `event`, or why there is none.
pub fn transition(status: Status, event: Event) -> Result<Status, Refusal> {
    match (status, event) {
        (Status::Cancelled, _) => Err(Refusal::Cancelled),
        (Status::Draft, Event::Publish) | (Status::Scheduled | Status::Postponed, Event::Reschedule) => {
            Ok(Status::Scheduled)
        }
        (Status::Scheduled, Event::Complete) => Ok(Status::Held),
        (Status::Scheduled | Status::Postponed, Event::Cancel) => Ok(Status::Cancelled),
        (Status::Scheduled, Event::Postpone) => Ok(Status::Postponed),
        (Status::Scheduled | Status::Postponed, Event::Move) => Ok(status),
        _ => Err(Refusal::NotFrom { status, event }),
    }
}

/// Nothing is held before it has begun.
pub fn complete(status: Status, begins_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<Status, Refusal> {
    let held = transition(status, Event::Complete)?;
    if begins_at > now {
        Err(Refusal::NotBegun { begins_at })
    } else {
        Ok(held)
    }
}

/// Whether it is shown: to members of its organisation always, to others once it is announced and public.
#[must_use]
pub fn visible_to(seminar: &Seminar, caller: Option<&Identity>) -> bool {
    let public = seminar.status != Status::Draft && seminar.audience == Audience::Public;
    public || caller.is_some_and(|identity| identity.is_member_of(seminar.organisation_id))
}

/// Follows from the channels. A livestream alone is online; no channel means that nobody has said.
#[must_use]
pub fn attendance_mode(channels: &[Channel]) -> Option<AttendanceMode> {
    let onsite = channels.contains(&Channel::Onsite);
    let online = channels.iter().any(|channel| *channel != Channel::Onsite);
    match (onsite, online) {
        (true, true) => Some(AttendanceMode::Hybrid),
        (true, false) => Some(AttendanceMode::Onsite),
        (false, true) => Some(AttendanceMode::Online),
        (false, false) => None,
    }
}

/// Until when the public may register where nobody has set an end: until the first session begins; where only the
/// day is known, until it is over.
#[must_use]
pub fn default_close(sessions: &[Session], within_end: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    let first = sessions.iter().min_by_key(|session| session.starts_at);
    match first {
        Some(session) if session.date_precision == DatePrecision::Day => Some(session.starts_at + Duration::days(1)),
        Some(session) => Some(session.starts_at),
        None => within_end,
    }
}

/// Our programme, not a history book; and a year typed wrong is a mistake.
#[must_use]
pub fn plausible(day: NaiveDate) -> bool {
    (1990..=2100).contains(&day.year())
}

pub const IMPLAUSIBLE: &str = "must be between 1990 and 2100";

/// What is wrong with the times of a session, and which member says it.
#[must_use]
pub fn session_fault(starts_at: DateTime<Utc>, ends_at: Option<DateTime<Utc>>) -> Option<(&'static str, &'static str)> {
    if ends_at.is_some_and(|end| end <= starts_at) {
        return Some(("ends_at", "must be after `starts_at`"));
    }
    (!plausible(starts_at.date_naive())).then_some(("starts_at", IMPLAUSIBLE))
}

/// The largest hall, and then some.
pub const MOST_SEATS: i32 = 1_000_000;

/// What is wrong with the capacity of a channel.
#[must_use]
pub fn capacity_fault(channel: Channel, capacity: Option<i32>) -> Option<&'static str> {
    match capacity {
        Some(_) if channel == Channel::Livestream => Some("a livestream has viewers, no seats"),
        Some(seats) if !(1..=MOST_SEATS).contains(&seats) => Some("must be 1 to 1000000"),
        _ => None,
    }
}

/// Sessions of one seminar that are in two places at once.
#[must_use]
pub fn duplicate_session(sessions: &[Session]) -> Option<usize> {
    sessions.iter().enumerate().find_map(|(n, one)| {
        let same = |other: &Session| {
            other.starts_at == one.starts_at && other.venue_id == one.venue_id && other.title == one.title
        };
        sessions.iter().take(n).any(same).then_some(n)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table: every state, every event.
    #[test]
    fn transitions() {
        let expected = [
            // publish, complete, cancel, postpone, reschedule, move
            (Status::Draft, ["scheduled", "-", "-", "-", "-", "-"]),
            (
                Status::Scheduled,
                ["-", "held", "cancelled", "postponed", "scheduled", "scheduled"],
            ),
            (
                Status::Postponed,
                ["-", "-", "cancelled", "-", "scheduled", "postponed"],
            ),
            (Status::Cancelled, ["-", "-", "-", "-", "-", "-"]),
            (Status::Held, ["-", "-", "-", "-", "-", "-"]),
        ];
        for (status, row) in expected {
            let outcome = Event::ALL.map(|event| transition(status, event).map_or("-", Status::as_str));
            assert_eq!(outcome, row, "from {status}");
        }
    }

    #[test]
    fn nothing_is_held_before_it_has_begun() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        assert_eq!(complete(Status::Scheduled, now, now), Ok(Status::Held));
        assert!(complete(Status::Scheduled, now + Duration::seconds(1), now).is_err());
    }

    #[test]
    fn the_mode_follows_from_the_channels() {
        use Channel::{Livestream, Online, Onsite};
        for (channels, mode) in [
            (&[][..], None),
            (&[Onsite][..], Some(AttendanceMode::Onsite)),
            (&[Online][..], Some(AttendanceMode::Online)),
            (&[Livestream][..], Some(AttendanceMode::Online)),
            (&[Onsite, Livestream][..], Some(AttendanceMode::Hybrid)),
            (&[Onsite, Online, Livestream][..], Some(AttendanceMode::Hybrid)),
        ] {
            assert_eq!(attendance_mode(channels), mode, "{channels:?}");
        }
    }
}
