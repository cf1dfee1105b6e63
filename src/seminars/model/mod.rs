//! Rows and words of the room.

mod admission;
mod attendance_rule;
mod merged;
mod sharing;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::OrganisationId;
use crate::base::ids::{id, words};
use crate::catalogue::{VenueId, VenueRef};
use crate::schema::{channels, external_refs, parties, schedule_changes, seminars, sessions};

pub use admission::{
    Admission, AdmissionKind, BelowMinimum, CapacityUnit, Confirmation, ConsentText, ConsentTexts, Minimum, Question,
    QuestionKind, Questions, Worded,
};
pub use attendance_rule::{AttendanceRule, NewAttendanceRule, Team, TeamMember, TeamRole};
pub use merged::{Involved, SeminarRef};
pub use sharing::{NewSharing, Sharing, SharingId};

id! {
    /// A seminar.
    SeminarId,
    /// One time block of a seminar.
    SessionId,
    /// One change of plan.
    ScheduleChangeId,
}

words! {
    /// What sort of offer it is.
    Kind {
        Seminar = "seminar",
        Workshop = "workshop",
        Talk = "talk",
        Course = "course",
        InfoEvent = "info_event",
        Kickoff = "kickoff",
        Award = "award",
        CompanyVisit = "company_visit",
        ConsultationHour = "consultation_hour",
        Fair = "fair",
        Networking = "networking",
    }
}

words! {
    /// Whom it is for. Internal seminars are listed for members only; a counting rule may leave them out.
    Audience {
        Public = "public",
        Internal = "internal",
    }
}

words! {
    /// `draft → scheduled → held`; `scheduled → postponed → scheduled`; `→ cancelled`. "Rescheduled" and "moved
    /// online" are facts in the history, not states.
    Status {
        Draft = "draft",
        Scheduled = "scheduled",
        Postponed = "postponed",
        Cancelled = "cancelled",
        Held = "held",
    }
}

words! {
    /// A way to take part: on site and online have seats, a livestream has viewers.
    Channel {
        Onsite = "onsite",
        Online = "online",
        Livestream = "livestream",
    }
}

words! {
    /// Follows from the channels; a livestream alone is online.
    AttendanceMode {
        Onsite = "onsite",
        Online = "online",
        Hybrid = "hybrid",
    }
}

words! {
    /// How precisely the source gives the time.
    DatePrecision {
        Minute = "minute",
        Day = "day",
    }
}

words! {
    /// What an organisation is to a seminar.
    PartyRole {
        Lead = "lead",
        CoOrganiser = "co_organiser",
        Contributor = "contributor",
        Host = "host",
        Funder = "funder",
        Speaker = "speaker",
    }
}

words! {
    /// What changed.
    ChangeKind {
        Cancelled = "cancelled",
        Postponed = "postponed",
        Rescheduled = "rescheduled",
        MovedOnline = "moved_online",
        MovedOnsite = "moved_onsite",
        VenueChanged = "venue_changed",
    }
}

words! {
    /// Why it changed; `unknown` where the source does not say.
    ReasonCode {
        Pandemic = "pandemic",
        LowDemand = "low_demand",
        Speaker = "speaker",
        Weather = "weather",
        ForceMajeure = "force_majeure",
        Other = "other",
        Unknown = "unknown",
    }
}

#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = seminars, primary_key(organisation_id, id), treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct Seminar {
    pub organisation_id: OrganisationId,
    pub id: SeminarId,
    pub title: String,
    pub kind: Kind,
    pub language: String,
    pub description: Option<String>,
    pub audience: Audience,
    pub status: Status,
    pub begins_at: DateTime<Utc>,
    pub within_from: Option<NaiveDate>,
    pub within_to: Option<NaiveDate>,
    pub waiting_list: bool,
    pub waiting_list_limit: Option<i32>,
    pub registration_opens_at: Option<DateTime<Utc>>,
    pub registration_closes_at: Option<DateTime<Utc>>,
    pub published_on: Option<NaiveDate>,
    pub calendar_sequence: i32,
    pub search_text: String,
    /// The words of the source, where the seminar was imported from a text.
    pub source_quote: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub merged_into_organisation_id: Option<OrganisationId>,
    /// The seminar that stands for this one: the same event, announced by another organisation or twice.
    pub merged_into: Option<SeminarId>,
}

impl Seminar {
    #[must_use]
    pub fn key(&self) -> (OrganisationId, SeminarId) {
        (self.organisation_id, self.id)
    }
}

#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, check_for_backend(diesel::pg::Pg))]
pub struct Session {
    pub organisation_id: OrganisationId,
    pub seminar_id: SeminarId,
    pub id: SessionId,
    pub title: Option<String>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: Option<DateTime<Utc>>,
    pub date_precision: DatePrecision,
    pub time_zone: String,
    pub starts_on: NaiveDate,
    pub venue_id: Option<VenueId>,
    pub online_platform: Option<String>,
    pub join_url: Option<String>,
}

/// The seats of one channel: the row under whose lock every seat is given.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = channels, check_for_backend(diesel::pg::Pg))]
pub struct Seats {
    pub organisation_id: OrganisationId,
    pub seminar_id: SeminarId,
    pub channel: Channel,
    pub offered: bool,
    pub capacity: Option<i32>,
    pub taken: i32,
    pub overbooked: i32,
    pub waiting: i32,
    pub waiting_ticket: i64,
}

impl Seats {
    /// How many more seats are taken than there are.
    #[must_use]
    pub fn too_many(&self) -> i32 {
        self.capacity.map_or(0, |capacity| (self.taken - capacity).max(0))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = parties, check_for_backend(diesel::pg::Pg))]
pub struct Party {
    pub organisation_id: OrganisationId,
    pub seminar_id: SeminarId,
    pub position: i32,
    pub role: PartyRole,
    pub party_organisation_id: Option<OrganisationId>,
    pub name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = external_refs, check_for_backend(diesel::pg::Pg))]
pub struct ExternalRef {
    pub organisation_id: OrganisationId,
    pub system: String,
    pub external_id: String,
    pub seminar_id: SeminarId,
    pub url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = schedule_changes, check_for_backend(diesel::pg::Pg))]
pub struct ScheduleChange {
    pub organisation_id: OrganisationId,
    pub id: ScheduleChangeId,
    pub seminar_id: SeminarId,
    pub kind: ChangeKind,
    pub reason_code: ReasonCode,
    pub public_text: Option<String>,
    pub before: serde_json::Value,
    pub after: serde_json::Value,
    pub before_on: Option<NaiveDate>,
    pub at: DateTime<Utc>,
    pub account_id: Option<Uuid>,
}

/// When, where and how a seminar takes place, as its history keeps it. Public: without join links.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Schedule {
    pub attendance_mode: Option<AttendanceMode>,
    pub channels: Vec<Channel>,
    pub sessions: Vec<ScheduledSession>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ScheduledSession {
    pub starts_at: DateTime<FixedOffset>,
    pub ends_at: Option<DateTime<FixedOffset>>,
    pub date_precision: DatePrecision,
    pub starts_on: NaiveDate,
    pub time_zone: String,
    pub venue: Option<VenueRef>,
    pub online_platform: Option<String>,
}
