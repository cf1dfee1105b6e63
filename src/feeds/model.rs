//! A seminar as anybody may see it, with what its history says.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use serde_json::Value;

use crate::auth::{OrganisationId, OrganisationRef};
use crate::catalogue::{CollectionId, CollectionRef, VenueRef};
use crate::schema::schedule_changes;
use crate::seminars::{AttendanceMode, ChangeKind, Channel, Kind, PartyRole, SeminarId, SessionId, Status};

/// A seminar of a feed.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: SeminarId,
    pub title: String,
    pub kind: Kind,
    pub language: String,
    pub description: Option<String>,
    pub status: Status,
    pub mode: Option<AttendanceMode>,
    pub begins_at: DateTime<Utc>,
    /// Raised by every change of time and place, and told with it in mails too.
    pub sequence: i32,
    pub published_on: Option<NaiveDate>,
    pub updated_at: DateTime<Utc>,
    pub organisation: OrganisationRef,
    /// By start. Of a postponed or cancelled seminar those that no longer hold.
    pub sessions: Vec<Slot>,
    pub seats: Vec<Offer>,
    pub parties: Vec<Partner>,
    pub speakers: Vec<String>,
    pub collections: Vec<CollectionRef>,
    /// Oldest first.
    pub changes: Vec<Change>,
}

/// One session.
#[derive(Clone, Debug)]
pub struct Slot {
    pub id: SessionId,
    pub title: Option<String>,
    pub time: Time,
    pub venue: Option<VenueRef>,
    pub platform: Option<String>,
}

/// When a session is, as precisely as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    Clock {
        begin: DateTime<Tz>,
        end: Option<DateTime<Tz>>,
    },
    /// Both included.
    Days { first: NaiveDate, last: NaiveDate },
}

/// A way to take part, and how many persons it has room for; `None`: as many as come, or not counted in persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    pub channel: Channel,
    pub capacity: Option<i32>,
    pub free: Option<i32>,
}

/// Who takes part in offering it.
#[derive(Clone, Debug)]
pub struct Partner {
    pub role: PartyRole,
    pub name: String,
    /// `None`: none of the organisations known here.
    pub organisation: Option<OrganisationId>,
    pub homepage: Option<String>,
}

/// A change of plan.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = schedule_changes, check_for_backend(diesel::pg::Pg))]
pub struct Change {
    pub seminar_id: SeminarId,
    pub kind: ChangeKind,
    pub public_text: Option<String>,
    /// When and where it was to be before, as the public history tells it.
    pub before: Value,
}

/// What of the programme is asked for. Everything that is `Some` must hold.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub q: Option<String>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub kind: Option<Kind>,
    pub channel: Option<Channel>,
    /// Id or slug; tenant or party.
    pub organisation: Option<String>,
    pub collection: Option<CollectionId>,
    pub language: Option<String>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Found {
    pub entries: Vec<Entry>,
    /// What the programme was narrowed to: the collection, else the organisation, by name.
    pub name: Option<String>,
    /// After this nothing was changed that a feed tells of times, places and words. Seats are given without a trace here.
    pub changed_at: Option<DateTime<Utc>>,
}
