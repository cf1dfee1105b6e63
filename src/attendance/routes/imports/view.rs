//! An import as its organisers see it.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::attendance::model::{AttendanceImport, ImportId, ImportParticipant, ImportState, MatchStatus};
use crate::attendance::service::{INLINE, Shown};
use crate::attendance::store::Totals;
use crate::base::digest::base64url;
use crate::base::problem::{Error, Result};
use crate::registrations::RegistrationId;
use crate::seminars::{Channel, SessionId};

/// What the report comes to, each person once. `unique_participants` are `matched`, `proposed`, `ambiguous` and
/// `unmatched` together: everybody who was there and is neither of the team nor ignored.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"unique_participants": 10, "matched": 5, "proposed": 1, "ambiguous": 1, "unmatched": 3, "staff_excluded": 1,
    "speakers_excluded": 0, "ignored": 0, "stayed_away": 0, "attended": 9}))]
pub struct ImportSummary {
    pub unique_participants: i64,
    pub matched: i64,
    pub proposed: i64,
    pub ambiguous: i64,
    pub unmatched: i64,
    pub staff_excluded: i64,
    pub speakers_excluded: i64,
    /// Whom somebody decided to be no participant.
    pub ignored: i64,
    /// Whom the report names to say that they did not come.
    pub stayed_away: i64,
    /// Those of the participants who were there long enough by the seminar's rule as it was when the report was read or last
    /// decided on; the picture reads it anew.
    pub attended: i64,
}

impl From<Totals> for ImportSummary {
    fn from(totals: Totals) -> Self {
        Self {
            unique_participants: totals.matched + totals.proposed + totals.ambiguous + totals.unmatched,
            matched: totals.matched,
            proposed: totals.proposed,
            ambiguous: totals.ambiguous,
            unmatched: totals.unmatched,
            staff_excluded: totals.staff,
            speakers_excluded: totals.speakers,
            ignored: totals.ignored,
            stayed_away: totals.stayed_away,
            attended: totals.attended,
        }
    }
}

/// Something the reader is not sure of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"code": "no_emails", "detail": "Der Bericht hat keine E-Mail-Adressen; Namen sind nur Vorschläge."}))]
pub struct ImportWarning {
    pub code: String,
    /// German or English by `Accept-Language`.
    pub detail: String,
}

/// Whom a participant was found to be.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportMatch {
    pub status: MatchStatus,
    /// Whom it is taken for; with `proposed`: whom it may be.
    pub registration_id: Option<RegistrationId>,
    /// Which of those who came along with the registration: 1 the first; `null`: the contact.
    pub companion: Option<i32>,
    /// With `ambiguous`: those among whom to choose; with `unmatched`: suggestions.
    pub candidates: Vec<RegistrationId>,
    /// `email`, `normalised_name`, `role`; `null` where somebody said who it is, nobody was found or it is one of the team.
    pub method: Option<String>,
    /// Such as `needs_confirmation`, `attended_after_cancellation`, `attended_from_waitlist`, `phone_dial_in`.
    pub flags: Vec<String>,
    /// Whether somebody decided it.
    pub decided: bool,
}

/// One person of a report, or one device whose owner is not known.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"position": 1, "display_names": ["Mia Musterbeispiel"], "email": "mia.musterbeispiel@example.org", "role": "attendee",
    "match": {"status": "matched", "registration_id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "companion": null, "candidates": [], "method": "email", "flags": [], "decided": false},
    "present_seconds": 5247, "present_seconds_in_session": 5245, "attended": true}))]
pub struct ImportedParticipant {
    /// Its place in the report, by which it is decided on.
    pub position: i32,
    pub display_names: Vec<String>,
    pub email: Option<String>,
    /// In the platform's room: `host`, `attendee`, …
    pub role: String,
    #[serde(rename = "match")]
    pub matched: ImportMatch,
    /// Of the person, on all devices; `null` where the report does not say.
    pub present_seconds: Option<i32>,
    pub present_seconds_in_session: Option<i32>,
    /// By the seminar's rule as it was when the report was read or last decided on.
    pub attended: bool,
}

impl TryFrom<ImportParticipant> for ImportedParticipant {
    type Error = Error;

    fn try_from(row: ImportParticipant) -> Result<Self> {
        Ok(Self {
            position: row.position,
            display_names: serde_json::from_value(row.display_names).map_err(Error::internal)?,
            email: row.email,
            role: row.role,
            matched: ImportMatch {
                status: row.match_status,
                registration_id: row.registration_id,
                companion: Some(row.head).filter(|head| *head > 0),
                candidates: serde_json::from_value(row.candidates).map_err(Error::internal)?,
                method: row.match_method,
                flags: serde_json::from_value(row.flags).map_err(Error::internal)?,
                decided: row.decided_by.is_some(),
            },
            present_seconds: row.person_present_seconds,
            present_seconds_in_session: row.person_in_session_seconds,
            attended: row.person_attended,
        })
    }
}

/// An import without its participants.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttendanceImportListed, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "state": "previewed",
    "session": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "channel": "online", "format": "zoom.meeting.participants.v2021", "encoding": "utf-8",
    "delimiter": ",", "date_order": "mdy", "precision": "intervals", "time_zone": "Europe/Berlin",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "file_name": "participants.csv", "rows": 13,
    "summary": {"unique_participants": 10, "matched": 5, "proposed": 1, "ambiguous": 1, "unmatched": 3, "staff_excluded": 1, "speakers_excluded": 0,
    "ignored": 0, "stayed_away": 0, "attended": 9}, "ignored_rows": {"anonymous": 0, "waiting_room": 1, "bots": 0, "bot_names": [], "other_day": 0, "nameless": 0},
    "warnings": [], "covers_from": "2026-03-04T08:50:00Z", "covers_to": "2026-03-04T10:32:00Z", "uploaded_at": "2026-03-04T11:00:00Z",
    "confirmed_at": null, "reverted_at": null}))]
pub struct ImportListed {
    pub id: ImportId,
    pub state: ImportState,
    pub session: SessionId,
    pub channel: Channel,
    /// What it was found to be: `teams.attendance.v2022`, `column_map`, …
    pub format: String,
    pub encoding: String,
    /// The character, or `tab`.
    pub delimiter: String,
    /// `null`: every date says which is the month.
    pub date_order: Option<String>,
    /// What its times are worth: `intervals`, `first_last_and_total`, `reported_minutes`, `statement`.
    pub precision: String,
    /// The zone its times were read in, where they name none.
    pub time_zone: String,
    /// Of the file, in hexadecimal: the same file is the same import.
    pub sha256: String,
    pub file_name: Option<String>,
    /// Rows of persons.
    pub rows: i32,
    pub summary: ImportSummary,
    /// Rows that are no person, by why.
    #[schema(value_type = Object)]
    pub ignored_rows: Value,
    pub warnings: Vec<ImportWarning>,
    /// The first and the last moment the file speaks of.
    pub covers_from: Option<DateTime<Utc>>,
    pub covers_to: Option<DateTime<Utc>>,
    pub uploaded_at: DateTime<Utc>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub reverted_at: Option<DateTime<Utc>>,
}

impl ImportListed {
    pub fn of(row: AttendanceImport, totals: Totals, german: bool) -> Self {
        Self {
            id: row.id,
            state: row.state,
            session: row.session_id,
            channel: row.channel,
            format: row.format,
            encoding: row.encoding,
            delimiter: row.delimiter,
            date_order: row.date_order,
            precision: row.precision,
            time_zone: row.time_zone,
            sha256: row.sha256.iter().fold(String::with_capacity(64), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            }),
            file_name: row.file_name,
            rows: row.row_count,
            summary: totals.into(),
            ignored_rows: row.ignored,
            warnings: warnings(&row.warnings, german),
            covers_from: row.covers_from,
            covers_to: row.covers_to,
            uploaded_at: row.uploaded_at,
            confirmed_at: row.confirmed_at,
            reverted_at: row.reverted_at,
        }
    }
}

fn warnings(kept: &Value, german: bool) -> Vec<ImportWarning> {
    let text = |one: &Value, member: &str| one.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let one = |one: &Value| ImportWarning {
        code: text(one, "code"),
        detail: text(one, if german { "de" } else { "en" }),
    };
    kept.as_array().into_iter().flatten().map(one).collect()
}

/// An import with its first 500 participants; the rest comes in pages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttendanceImport, example = json!({"rows": 1,
    "summary": {"unique_participants": 1, "matched": 1, "proposed": 0, "ambiguous": 0, "unmatched": 0, "staff_excluded": 0, "speakers_excluded": 0,
    "ignored": 0, "stayed_away": 0, "attended": 1},
    "participants": [{"position": 0, "display_names": ["Mia Musterbeispiel"], "email": "mia.musterbeispiel@example.org", "role": "attendee",
    "match": {"status": "matched", "registration_id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13", "companion": null, "candidates": [], "method": "email",
    "flags": ["attended_after_cancellation"], "decided": false}, "present_seconds": 5247, "present_seconds_in_session": 5245, "attended": true}],
    "next_participants": null}))]
pub struct ImportView {
    #[serde(flatten)]
    pub import: ImportListed,
    pub participants: Vec<ImportedParticipant>,
    /// The cursor of `…/participants` where there are more; `null`: these are all.
    pub next_participants: Option<String>,
}

impl ImportView {
    pub fn of(shown: Shown, german: bool) -> Result<Self> {
        let Shown {
            import,
            totals,
            mut participants,
        } = shown;
        let inline = usize::try_from(INLINE).map_err(Error::internal)?;
        let more = participants.len() > inline;
        participants.truncate(inline);
        let last = participants.last().map(|last| last.position).filter(|_| more);
        let cursor = last
            .map(|last| serde_json::to_vec(&last))
            .transpose()
            .map_err(Error::internal)?;
        Ok(Self {
            import: ImportListed::of(import, totals, german),
            participants: participants.into_iter().map(TryInto::try_into).collect::<Result<_>>()?,
            next_participants: cursor.map(|cursor| base64url(&cursor)),
        })
    }
}
