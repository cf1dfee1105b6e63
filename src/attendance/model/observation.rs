//! What was seen of people, before anybody is counted: scans at the door, participants of confirmed reports, entries
//! into the online room.

use chrono::{DateTime, Utc};

use super::{CheckInId, CheckInMethod, Direction, ImportId, Person, WalkInName};
use crate::seminars::{Channel, SessionId, over_at};

/// From when to when.
pub type Span = (DateTime<Utc>, DateTime<Utc>);

/// A scan that was not voided.
#[derive(Clone, Debug)]
pub struct Scan {
    pub id: CheckInId,
    pub person: Person,
    pub session_id: SessionId,
    pub channel: Channel,
    pub direction: Direction,
    pub method: CheckInMethod,
    pub persons: i32,
    /// How many the registration brings; 1 for a walk-in.
    pub expected: i32,
    pub at: DateTime<Utc>,
    pub name: Option<WalkInName>,
}

/// A participant of a confirmed report who is neither of the team nor ignored.
#[derive(Clone, Debug)]
pub struct Reported {
    pub person: Person,
    pub session_id: SessionId,
    pub channel: Channel,
    pub import_id: ImportId,
    /// The first and the last moment the whole file speaks of.
    pub covers: Option<Span>,
    /// Which of the people of the registration: 0 the contact.
    pub head: i32,
    /// How long, on all devices of the file; `None`: the file says only whether.
    pub present_seconds: Option<i64>,
    /// So much of it in the session; `None`: the file has no times to tell.
    pub in_session_seconds: Option<i64>,
    /// Kept only where the seminar says so.
    pub segments: Option<Vec<Span>>,
    /// Whether the segments are all there was; else they say from when to when, with absences between.
    pub each_span: bool,
    /// As it was decided when the file was read.
    pub attended: bool,
    pub name: Option<WalkInName>,
}

/// Somebody entered the online room by their own link.
#[derive(Clone, Debug)]
pub struct Joined {
    pub person: Person,
    pub session_id: SessionId,
    pub first: DateTime<Utc>,
}

/// When a session is, for clipping.
#[derive(Clone, Copy, Debug)]
pub struct SessionWindow {
    pub id: SessionId,
    pub starts_at: DateTime<Utc>,
    pub ends_at: Option<DateTime<Utc>>,
}

impl SessionWindow {
    /// After this nobody thinks that it still goes on.
    #[must_use]
    pub fn over_at(&self) -> DateTime<Utc> {
        over_at(self.starts_at, self.ends_at)
    }
}

/// Everything that was seen of one seminar.
#[derive(Clone, Debug, Default)]
pub struct Observations {
    pub scans: Vec<Scan>,
    pub reported: Vec<Reported>,
    pub joined: Vec<Joined>,
    pub sessions: Vec<SessionWindow>,
}
