//! Decisions about registrations. Pure: no database, no clock.

mod admit;
mod deadlines;
mod sharing;
mod transition;
mod waiting_list;

#[cfg(test)]
mod book;

pub use admit::{Place, Seats, WaitingList, Way, Window, admit, entered, may_register, seats_of};
pub use deadlines::{confirm_by, hold_time, in_time, links_work};
pub use sharing::{shared_as, told_faults};
pub use transition::{Event, transition};
pub use waiting_list::{Turn, Waiting, promote};

use chrono::{DateTime, Utc};

use super::model::State;
use crate::seminars::SeminarId;

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A draft: hidden from strangers, not ready for members.
    Draft,
    NotOpenYet {
        opens_at: DateTime<Utc>,
    },
    Closed,
    Cancelled,
    Postponed,
    /// Another announcement of the same event stands for it.
    Merged {
        into: SeminarId,
    },
    /// Not offered through this channel, or a channel without seats.
    NoSuchChannel,
    Full {
        waiting_list: bool,
    },
    /// More than all seats there are.
    TooLarge {
        capacity: i32,
    },
    AlreadyRegistered,
    NotFrom {
        state: State,
        event: Event,
    },
    /// The seat was held until then.
    TooLate {
        deadline: DateTime<Utc>,
    },
    /// Accepting, reserving and rejecting belong to `admission = selection`.
    NoSelection,
}
