//! How a registration is shown: whole to organisers and to the person, short at the front desk.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::auth::OrganisationRef;
use crate::registrations::model::{CancelledBy, Companion, Consent, PersonalData, Registration, RegistrationId, State};
use crate::registrations::service::{Action, Shared, Standing};
use crate::seminars::{Channel, SeminarId, SharingId};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Registration, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "seminar": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12",
    "channel": "onsite", "state": "confirmed", "waitlist_position": null, "confirm_by": null, "offered_until": null,
    "given_name": "Anna", "family_name": "Müller", "email": "anna.mueller@example.org", "company": "Printenfabrik", "phone": null,
    "language": "de", "persons": 2, "companions": [{"given_name": "Berta", "family_name": "Çelik"}], "further_persons": 0,
    "answers": {"topic": "Förderung"}, "entered_by_member": false, "email_confirmed_at": "2027-01-04T08:05:00Z", "kept_at": null,
    "cancelled_at": null, "cancelled_by": null, "cancel_reason": null, "created_at": "2027-01-04T08:00:00Z",
    "personal_data": "kept"}))]
pub struct RegistrationView {
    pub id: RegistrationId,
    pub seminar: SeminarId,
    pub channel: Channel,
    pub state: State,
    /// From 1; only while `waitlisted`, and only where one registration is asked for.
    pub waitlist_position: Option<i64>,
    /// Until when the seat is held for an address that is not confirmed yet.
    pub confirm_by: Option<DateTime<Utc>>,
    /// Until when a freed seat is held.
    pub offered_until: Option<DateTime<Utc>>,
    pub given_name: String,
    pub family_name: String,
    /// `null` at the front desk.
    pub email: Option<String>,
    pub company: Option<String>,
    /// `null` at the front desk.
    pub phone: Option<String>,
    pub language: String,
    /// All of them, the contact included.
    pub persons: i32,
    pub companions: Vec<Companion>,
    /// Who comes along without a name.
    pub further_persons: i32,
    /// By question. Empty at the front desk.
    #[schema(value_type = Object)]
    pub answers: Map<String, Value>,
    pub entered_by_member: bool,
    pub email_confirmed_at: Option<DateTime<Utc>>,
    /// When the person said that a new date suits them.
    pub kept_at: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub cancelled_by: Option<CancelledBy>,
    pub cancel_reason: Option<String>,
    pub created_at: DateTime<Utc>,
    /// Once it is `erased`, names and addresses above are empty.
    pub personal_data: PersonalData,
    /// By question; only where one registration is asked for, and never at the front desk. Deleted a week after the seminar.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Object)]
    pub sensitive_answers: Option<Map<String, Value>>,
    /// Only where one registration is asked for, and never at the front desk.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub consents: Option<Vec<ConsentView>>,
    /// With whom it is shared, or was, and when it was read. Only where one registration is asked for, and never at the front
    /// desk.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sharings: Option<Vec<RegistrationSharing>>,
    /// What the person can do now; only where they ask themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub actions: Option<Vec<Action>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Consent, example = json!({"purpose": "photos", "text_version": "2027-01", "language": "de",
    "text_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "given_at": "2027-01-04T08:00:00Z", "withdrawn_at": null}))]
pub struct ConsentView {
    pub purpose: String,
    pub text_version: String,
    /// Of the text as it was shown, in this language.
    pub text_sha256: String,
    pub language: String,
    pub given_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13",
    "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "slug": "ihk-aachen", "name": "IHK Aachen"},
    "purpose": "Gemeinsame Durchführung; die IHK begrüßt die Teilnehmenden.", "told_at": "2027-01-04T08:00:00Z", "ended_at": null,
    "disclosed": [{"at": "2027-01-05T08:00:00Z"}]}))]
pub struct RegistrationSharing {
    pub id: SharingId,
    /// Who may read name, e-mail address and company.
    pub organisation: OrganisationRef,
    pub purpose: String,
    /// When the person was told, with the registration.
    pub told_at: DateTime<Utc>,
    /// From then on nothing is disclosed; `null` while it is in force.
    pub ended_at: Option<DateTime<Utc>>,
    /// The last times that they were read, the last first.
    #[schema(max_items = 20)]
    pub disclosed: Vec<DisclosedAt>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"at": "2027-01-05T08:00:00Z"}))]
pub struct DisclosedAt {
    pub at: DateTime<Utc>,
}

impl From<Shared> for RegistrationSharing {
    fn from(shared: Shared) -> Self {
        Self {
            id: shared.sharing.id,
            organisation: shared.organisation,
            purpose: shared.sharing.purpose,
            told_at: shared.told_at,
            ended_at: shared.sharing.ended_at,
            disclosed: shared.disclosed.into_iter().map(|at| DisclosedAt { at }).collect(),
        }
    }
}

impl From<Consent> for ConsentView {
    fn from(row: Consent) -> Self {
        Self {
            purpose: row.purpose,
            text_version: row.text_version,
            text_sha256: row.text_hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            language: row.language,
            given_at: row.given_at,
            withdrawn_at: row.withdrawn_at,
        }
    }
}

impl RegistrationView {
    pub fn whole(row: Registration, waitlist_position: Option<i64>) -> Self {
        let named = i32::try_from(row.companions.0.len()).unwrap_or_default();
        let answers = match row.answers {
            Value::Object(answers) => answers,
            _ => Map::new(),
        };
        Self {
            id: row.id,
            seminar: row.seminar_id,
            channel: row.channel,
            state: row.state,
            waitlist_position,
            confirm_by: row.confirm_by,
            offered_until: row.offered_until,
            given_name: row.given_name,
            family_name: row.family_name,
            email: Some(row.email),
            company: row.company,
            phone: row.phone,
            language: row.language,
            persons: row.persons,
            companions: row.companions.0,
            further_persons: row.persons - 1 - named,
            answers,
            entered_by_member: row.entered_by.is_some(),
            email_confirmed_at: row.email_confirmed_at,
            kept_at: row.kept_at,
            cancelled_at: row.cancelled_at,
            cancelled_by: row.cancelled_by,
            cancel_reason: row.cancel_reason,
            created_at: row.created_at,
            personal_data: row.personal_data,
            sensitive_answers: None,
            consents: None,
            sharings: None,
            actions: None,
        }
    }

    /// What somebody at the door needs: who it is, not how to reach them.
    pub fn short(row: Registration) -> Self {
        Self {
            email: None,
            phone: None,
            cancel_reason: None,
            answers: Map::new(),
            ..Self::whole(row, None)
        }
    }

    /// With all that hangs on it. What the organiser has noted about a cancellation is the organiser's.
    pub fn standing(standing: Standing, to_the_person: bool) -> Self {
        let sensitive = standing.sensitive.into_iter().map(|one| (one.question, one.answer));
        let whole = Self {
            sensitive_answers: Some(sensitive.collect()),
            consents: Some(standing.consents.into_iter().map(ConsentView::from).collect()),
            sharings: Some(standing.shared.into_iter().map(RegistrationSharing::from).collect()),
            actions: to_the_person.then_some(standing.actions),
            ..Self::whole(standing.registration, standing.position)
        };
        if to_the_person {
            Self {
                cancel_reason: None,
                ..whole
            }
        } else {
            whole
        }
    }
}
