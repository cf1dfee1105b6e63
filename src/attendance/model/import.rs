//! Uploaded reports of platforms.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::auth::{AccountId, OrganisationId};
use crate::base::ids::{id, words};
use crate::registrations::RegistrationId;
use crate::schema::{attendance_imports, import_participants};
use crate::seminars::{Channel, SeminarId, SessionId};

id! {
    /// One uploaded report.
    ImportId,
}

words! {
    /// Previewed: nothing counts yet; confirmed: it counts; reverted: it counts no more, and may be confirmed again.
    ImportState {
        Previewed = "previewed",
        Confirmed = "confirmed",
        Reverted = "reverted",
    }
}

words! {
    /// Whom a participant of a report was found to be.
    MatchStatus {
        /// One registration, for certain: by address, or because somebody decided so.
        Matched = "matched",
        /// One registration has this name. Somebody has to say whether it is the same person.
        Proposed = "proposed",
        /// Several have.
        Ambiguous = "ambiguous",
        /// Nobody registered: counts as a walk-in.
        Unmatched = "unmatched",
        /// Somebody decided that this is no participant: a recorder, a second device.
        Ignored = "ignored",
        Staff = "staff",
        Speaker = "speaker",
    }
}

/// The flag of somebody whom the report names to say that they did not come.
pub const STAYED_AWAY: &str = "stayed_away";

#[derive(Clone, Debug, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = attendance_imports, primary_key(organisation_id, id), treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct AttendanceImport {
    pub organisation_id: OrganisationId,
    pub id: ImportId,
    pub seminar_id: SeminarId,
    pub session_id: SessionId,
    pub channel: Channel,
    pub state: ImportState,
    pub format: String,
    pub encoding: String,
    pub delimiter: String,
    pub date_order: Option<String>,
    pub precision: String,
    pub time_zone: String,
    pub sha256: Vec<u8>,
    pub file_name: Option<String>,
    pub row_count: i32,
    pub ignored: serde_json::Value,
    pub warnings: serde_json::Value,
    /// The first and the last moment the file speaks of.
    pub covers_from: Option<DateTime<Utc>>,
    pub covers_to: Option<DateTime<Utc>>,
    pub uploaded_by: Option<AccountId>,
    pub uploaded_at: DateTime<Utc>,
    pub confirmed_by: Option<AccountId>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub reverted_by: Option<AccountId>,
    pub reverted_at: Option<DateTime<Utc>>,
    pub version: i64,
    /// Digest of how the caller wanted it read; `None`: read before that was kept.
    pub read_as: Option<Vec<u8>>,
}

#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = import_participants, primary_key(organisation_id, import_id, position), treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct ImportParticipant {
    pub organisation_id: OrganisationId,
    pub import_id: ImportId,
    pub position: i32,
    /// `email:…` or `name:…`, by which one person is recognised in several files.
    pub person_key: String,
    pub display_names: serde_json::Value,
    pub email: Option<String>,
    pub email_key: Option<String>,
    pub role: String,
    pub match_status: MatchStatus,
    pub match_method: Option<String>,
    pub registration_id: Option<RegistrationId>,
    pub candidates: serde_json::Value,
    pub flags: serde_json::Value,
    pub decided_by: Option<AccountId>,
    /// `[[from, to]]`, dropped at confirmation unless the seminar keeps them.
    pub segments: Option<serde_json::Value>,
    pub reported_seconds: Option<i32>,
    /// What this row says by itself, whoever it is taken for.
    pub present_seconds: Option<i32>,
    pub in_session_seconds: Option<i32>,
    pub attended: bool,
    /// What the times are worth: `reader::Precision`.
    pub precision: String,
    /// Which of the people of its registration: 0 the contact, n the n-th who came along.
    pub head: i32,
    /// What the person comes to, on all devices.
    pub person_present_seconds: Option<i32>,
    pub person_in_session_seconds: Option<i32>,
    pub person_attended: bool,
}
