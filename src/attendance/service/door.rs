//! The door. Every check-in comes through here, one scan or a device's whole queue, many at once: what arrives while one
//! batch commits is the next.
//!
//! All scans of one seminar go to one writer of this instance, and the row of the seminar is locked for as long as a batch
//! takes: two devices that scan one person at once, here or at two instances, come one after the other. Registrations are
//! read, not locked: a cancellation in the same moment was a moment before or a moment after. The rows of channels are
//! locked, after those of the seminars, only where a walk-in asks for one of a limited number of seats: none of them gets
//! the seat of somebody who registered in the same moment. Who registers after them is not stopped by them: walk-ins take
//! no seat.

mod batch;
mod halls;
mod known;
mod refused;
mod repeated;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::attendance::model::{CheckIn, CheckInId, CheckInMethod, Direction, ScanId, WalkInName};
use crate::attendance::rules::Conflict;
use crate::auth::Reach;
use crate::base::capability::Capabilities;
use crate::base::db::Db;
use crate::base::group_commit::GroupCommit;
use crate::base::problem::Result;
use crate::journal::Act;
use crate::registrations::{Guest, RegistrationId};
use crate::seminars::{Channel, SeminarId, SessionId};

pub use batch::entry;
pub use known::openings;

/// How many a device may send at once.
pub const MOST_SCANS: usize = 1000;
/// How many may wait for a writer.
const QUEUE: usize = 4096;

/// Whom the door sees.
#[derive(Clone, Debug)]
pub enum Who {
    /// As it was scanned or typed.
    Code(String),
    Registration(RegistrationId),
    WalkIn(WalkInName),
}

#[derive(Clone, Debug)]
pub struct Scan {
    pub scan_id: ScanId,
    pub who: Who,
    pub session: Option<SessionId>,
    pub channel: Channel,
    pub direction: Direction,
    /// Where it is said; else it follows from `who`.
    pub method: Option<CheckInMethod>,
    pub persons: Option<i32>,
    pub at: Option<DateTime<Utc>>,
    pub device: Option<String>,
    pub force: bool,
}

/// One scan, or the queue of a device that was on its own.
pub struct Knock {
    pub act: Act,
    pub reach: Reach,
    pub seminar: SeminarId,
    pub offline: bool,
    pub scans: Vec<Scan>,
}

/// A check-in as it stands after the batch it came with.
#[derive(Clone, Debug)]
pub struct Entered {
    pub check_in: CheckIn,
    /// The scan was known already; this is what was recorded then.
    pub repeated: bool,
    pub guest: Option<Guest>,
    /// How many of the registration are in.
    pub inside: i32,
    pub conflicts: Vec<(Conflict, Option<CheckIn>)>,
}

pub struct Door(GroupCommit<Knock, Vec<Result<Entered>>>);

impl Door {
    pub fn open(db: &Db, writers: usize, capabilities: Arc<Capabilities>) -> Result<Self> {
        let known = known::Known::default();
        let write =
            move |conn: &mut diesel::PgConnection, all: &[&Knock]| batch::enter(conn, &known, &capabilities, all);
        GroupCommit::start("door", db, writers, QUEUE, Arc::new(write)).map(Self)
    }

    /// How many wait for a writer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.waiting()
    }

    /// What became of each scan, in their order.
    pub async fn knock(&self, knock: Knock) -> Result<Vec<Result<Entered>>> {
        self.0.submit(knock.seminar.0.as_u128(), knock).await
    }
}

/// The first of a list, by id.
fn first_of(all: &[CheckIn], id: Option<CheckInId>) -> Option<&CheckIn> {
    let id = id?;
    all.iter().find(|one| one.id == id)
}
