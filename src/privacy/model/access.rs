//! What is told to somebody who asks what is known of them (GDPR, article 15). Each part is a row as it is read.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Date, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Purpose;
use crate::attendance::{CheckInId, ImportId};
use crate::registrations::RegistrationId;
use crate::seminars::SeminarId;

#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
#[schema(example = json!({"registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "purpose": "photos", "text_version": "2027-01",
    "text_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "language": "de",
    "given_at": "2027-01-04T08:00:00Z", "withdrawn_at": null}))]
pub struct AccessConsent {
    #[diesel(sql_type = SqlUuid)]
    pub registration: RegistrationId,
    #[diesel(sql_type = Text)]
    pub purpose: String,
    #[diesel(sql_type = Text)]
    pub text_version: String,
    /// Of the text as it was shown.
    #[diesel(sql_type = Text)]
    pub text_sha256: String,
    #[diesel(sql_type = Text)]
    pub language: String,
    #[diesel(sql_type = Timestamptz)]
    pub given_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub withdrawn_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
#[schema(example = json!({"registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "question": "diet", "answer": "vegan",
    "delete_on": "2027-05-13"}))]
pub struct AccessSensitiveAnswer {
    #[diesel(sql_type = SqlUuid)]
    pub registration: RegistrationId,
    #[diesel(sql_type = Text)]
    pub question: String,
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub answer: Value,
    #[diesel(sql_type = Date)]
    pub delete_on: NaiveDate,
}

/// What a reviewer noted about an application; not who.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
#[schema(example = json!({"registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "score": 7, "note": "Passt gut.",
    "at": "2027-01-04T08:00:00Z"}))]
pub struct AccessReview {
    #[diesel(sql_type = SqlUuid)]
    pub registration: RegistrationId,
    #[diesel(sql_type = Nullable<Integer>)]
    pub score: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    pub note: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// The link to the online room was pressed.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
#[schema(example = json!({"registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "session": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12",
    "at": "2027-05-06T16:00:00Z"}))]
pub struct AccessJoin {
    #[diesel(sql_type = SqlUuid)]
    pub registration: RegistrationId,
    #[diesel(sql_type = SqlUuid)]
    pub session: Uuid,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// A scan or tick at the door.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "seminar": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12",
    "session": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13", "registration": null, "direction": "in", "method": "walk_in", "channel": "onsite",
    "persons": 1, "given_name": "Leyla", "family_name": "Yıldız", "company": null, "email": "leyla@example.org",
    "at": "2027-05-06T15:41:07Z", "voided_at": null, "void_reason": null}))]
pub struct AccessCheckIn {
    #[diesel(sql_type = SqlUuid)]
    pub id: CheckInId,
    #[diesel(sql_type = SqlUuid)]
    pub seminar: SeminarId,
    #[diesel(sql_type = SqlUuid)]
    pub session: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub registration: Option<RegistrationId>,
    #[diesel(sql_type = Text)]
    pub direction: String,
    #[diesel(sql_type = Text)]
    pub method: String,
    #[diesel(sql_type = Text)]
    pub channel: String,
    #[diesel(sql_type = Integer)]
    pub persons: i32,
    #[diesel(sql_type = Nullable<Text>)]
    pub given_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub family_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub company: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub voided_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub void_reason: Option<String>,
}

/// A row of a platform's report that is taken for the person, or has the address.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
#[schema(example = json!({"import": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "position": 3, "seminar": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12",
    "session": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13", "registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b14",
    "format": "zoom.meeting.participants.v2021", "uploaded_at": "2027-05-07T08:00:00Z", "display_names": ["Leyla"],
    "email": "leyla@example.org", "match": "matched", "segments": null, "present_seconds": 5247, "attended": true}))]
pub struct AccessReportRow {
    #[diesel(sql_type = SqlUuid)]
    pub import: ImportId,
    #[diesel(sql_type = Integer)]
    pub position: i32,
    #[diesel(sql_type = SqlUuid)]
    pub seminar: SeminarId,
    #[diesel(sql_type = SqlUuid)]
    pub session: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub registration: Option<RegistrationId>,
    #[diesel(sql_type = Text)]
    pub format: String,
    #[diesel(sql_type = Timestamptz)]
    pub uploaded_at: DateTime<Utc>,
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Vec<String>)]
    pub display_names: Value,
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
    #[diesel(sql_type = Text)]
    pub r#match: String,
    /// From when to when, where the seminar keeps times.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[schema(value_type = Option<Vec<Vec<String>>>)]
    pub segments: Option<Value>,
    #[diesel(sql_type = Nullable<Integer>)]
    pub present_seconds: Option<i32>,
    #[diesel(sql_type = Bool)]
    pub attended: bool,
}

/// A mail that was written. What it said follows from its kind and the registration.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
#[schema(example = json!({"kind": "confirmed", "registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "state": "sent",
    "written_at": "2027-01-04T08:00:00Z", "sent_at": "2027-01-04T08:00:02Z"}))]
pub struct AccessMail {
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub registration: Option<RegistrationId>,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Timestamptz)]
    pub written_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub sent_at: Option<DateTime<Utc>>,
}

/// Name, address and company were handed to another organisation.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
#[schema(example = json!({"registration": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "recipient": "IHK Aachen",
    "purpose": "Gemeinsame Durchführung", "at": "2027-01-05T08:00:00Z"}))]
pub struct AccessDisclosure {
    #[diesel(sql_type = SqlUuid)]
    pub registration: RegistrationId,
    #[diesel(sql_type = Text)]
    pub recipient: String,
    #[diesel(sql_type = Text)]
    pub purpose: String,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// Until when a record is kept. Whatever it is, it is one of those above.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
#[schema(example = json!({"record": "registration", "id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "purpose": "participation",
    "until": "2027-11-05T18:00:00Z", "held_until": null}))]
pub struct AccessRetention {
    /// `registration`, `check_in`, `import_participant`, `mail`, `sensitive_answer`.
    #[diesel(sql_type = Text)]
    pub record: String,
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Period, reason and legal basis: `GET /privacy/retention`.
    #[diesel(sql_type = Text)]
    pub purpose: Purpose,
    /// `null`: it is not known yet when the event is over.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub until: Option<DateTime<Utc>>,
    /// A funder may ask until this day.
    #[diesel(sql_type = Nullable<Date>)]
    pub held_until: Option<NaiveDate>,
}
