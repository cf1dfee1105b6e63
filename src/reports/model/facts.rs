//! What is known of one seminar, as far as a report asks.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::report::ReportedPlace;
use crate::attendance::{Count, People, Unit};
use crate::auth::OrganisationRef;
use crate::catalogue::CollectionRef;
use crate::seminars::{Audience, ChangeKind, Channel, Kind, PartyRole, ReasonCode, SeminarId, Status};

/// Days from `from` to `to`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportSpan, example = json!({"from": "2020-01-01", "to": "2021-05-31"}))]
pub struct Span {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Span {
    #[must_use]
    pub fn contains(self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }

    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.from <= other.from && other.to <= self.to
    }
}

#[derive(Clone, Debug)]
pub struct Facts {
    pub id: SeminarId,
    pub version: i64,
    /// Whose programme it is in.
    pub organisation: OrganisationRef,
    pub title: String,
    pub kind: Kind,
    pub audience: Audience,
    pub status: Status,
    pub published_on: Option<NaiveDate>,
    /// The day of its first session.
    pub day: Option<NaiveDate>,
    /// Where it takes place.
    pub place: Option<ReportedPlace>,
    /// The span the source speaks of, where it gives no day.
    pub within: Option<Span>,
    pub channels: Vec<Channel>,
    pub parties: Vec<Taking>,
    pub collections: Vec<Collected>,
    pub changes: Vec<Change>,
    /// Only those that are the basis of reports.
    pub headcounts: Vec<Statement>,
    /// Who was seen: at the door, in a platform's report.
    pub people: Option<People>,
    /// The seminar that stands for this one: the same event, announced by another organisation or twice.
    pub merged_into: Option<SeminarId>,
    /// Who else announces the same event, and with whom.
    pub also_announced: Vec<Announcement>,
}

impl Facts {
    /// By which all announcements of one event are known.
    #[must_use]
    pub fn event(&self) -> SeminarId {
        self.merged_into.unwrap_or(self.id)
    }
}

/// Another public announcement of the same event.
#[derive(Clone, Debug)]
pub struct Announcement {
    pub by: OrganisationRef,
    pub parties: Vec<Taking>,
}

/// Who takes part in offering it, and as what.
#[derive(Clone, Debug)]
pub struct Taking {
    pub position: i32,
    pub role: PartyRole,
    pub organisation: Option<OrganisationRef>,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected {
    pub collection: CollectionRef,
    pub own_chapter: bool,
}

/// A change of plan.
#[derive(Clone, Debug)]
pub struct Change {
    pub id: Uuid,
    pub kind: ChangeKind,
    pub reason_code: ReasonCode,
    /// The day it had been planned for.
    pub before_on: Option<NaiveDate>,
    pub at: DateTime<Utc>,
}

/// A headcount: how many of what, where, in whose words.
#[derive(Clone, Debug)]
pub struct Statement {
    pub unit: Unit,
    /// `None`: the seminar as a whole.
    pub channel: Option<Channel>,
    pub count: Count,
    pub stated_as: Option<String>,
}
