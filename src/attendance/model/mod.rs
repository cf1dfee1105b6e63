//! Rows and words of the room.

mod attendee;
mod check_in;
mod import;
mod observation;
mod record;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::attendance::tally::{Count, Qualifier, Unit};
use crate::auth::{AccountId, OrganisationId};
use crate::base::ids::{id, words};
use crate::base::text::Line;
use crate::schema::headcounts;
use crate::seminars::{Channel, SeminarId};

pub use attendee::{Attendee, Column, Entry, Flag, ListFormat, ListLanguage, Listed, Place, Whose};
pub use check_in::{CheckIn, CheckInId, CheckInMethod, ConflictKind, Direction, FirstCheckIn, ScanId};
pub use import::{AttendanceImport, ImportId, ImportParticipant, ImportState, MatchStatus, STAYED_AWAY};
pub use observation::{Joined, Observations, Reported, Scan, SessionWindow, Span};
pub use record::{AttendanceRecord, Evidence, Forgotten, Person, Presence, WalkInName};

id! {
    /// One statement of how many came.
    HeadcountId,
}

words! {
    /// How the number came about.
    CountMethod {
        Counted = "counted",
        Estimated = "estimated",
        Platform = "platform",
        Reported = "reported",
    }
}

words! {
    /// What a figure rests on.
    Basis {
        Headcount = "headcount",
        CheckIns = "check_ins",
        Import = "import",
        /// Entering the online room by the personal link, where the seminar counts that.
        Joins = "joins",
        /// People, each counted once, whatever they were seen by.
        AttendanceRecords = "attendance_records",
        /// A stated number for one channel, people counted in the other.
        Mixed = "mixed",
    }
}

words! {
    /// What was measured of the viewers; platforms mean different things by the word.
    ViewerMetric {
        Unspecified = "unspecified",
    }
}

/// Written once, never changed, but for `basis`: a later statement may take that over.
#[derive(Clone, Debug, PartialEq, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = headcounts, check_for_backend(diesel::pg::Pg))]
pub struct Headcount {
    pub organisation_id: OrganisationId,
    pub id: HeadcountId,
    pub seminar_id: SeminarId,
    pub value: Option<i64>,
    pub qualifier: Qualifier,
    pub unit: Unit,
    pub channel: Option<Channel>,
    pub method: CountMethod,
    pub source: Option<String>,
    pub stated_as: Option<String>,
    pub basis: bool,
    pub recorded_by: Option<AccountId>,
    pub recorded_at: DateTime<Utc>,
}

impl Headcount {
    #[must_use]
    pub fn count(&self) -> Count {
        Count {
            value: self.value,
            qualifier: self.qualifier,
        }
    }
}

/// A statement as it comes in: words alone, members alone, or members with the words they were read from.
#[derive(Clone, Debug, Default)]
pub struct NewHeadcount {
    pub stated_as: Option<Line<300>>,
    pub value: Option<i64>,
    /// Left out: what the words say, else exact.
    pub qualifier: Option<Qualifier>,
    /// Left out: what the words say, else participants.
    pub unit: Option<Unit>,
    pub channel: Option<Channel>,
    /// Left out: reported.
    pub method: Option<CountMethod>,
    pub source: Option<Line<300>>,
    /// Left out: the first statement that knows a number becomes the basis.
    pub basis: Option<bool>,
}
