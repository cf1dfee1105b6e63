//! Register for a seminar.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::idempotency::{Created, Idempotency};
use crate::base::problem::Result;
use crate::base::text::{Email, Language, Line, Slug};
use crate::registrations::model::{Companion, RegistrationId, State};
use crate::registrations::service::{Admitted, Desk, NewRegistration, Submission};
use crate::seminars::{Channel, SeminarId, SharingId};

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRegistration, example = json!({"channel": "onsite", "given_name": "Anna", "family_name": "Müller", "email": "anna.mueller@example.org"}))]
pub struct RegistrationBody {
    pub channel: Channel,
    pub given_name: Line<100>,
    pub family_name: Line<100>,
    pub email: Email,
    #[serde(default)]
    pub company: Option<Line<200>>,
    #[serde(default)]
    pub phone: Option<Line<50>>,
    /// Of the mails to this person.
    #[serde(default)]
    pub language: Language,
    /// Who comes along, by name.
    #[serde(default)]
    #[schema(max_items = 99)]
    pub companions: Vec<Companion>,
    /// How many more come whose names are not given.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 99)]
    pub further_persons: i32,
    /// By question of the seminar.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub answers: Map<String, Value>,
    /// What the person agrees to. What is not mentioned is not agreed to.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub consents: Vec<GivenConsent>,
    /// The `sharings` of the seminar that were shown to the person before this was sent. With whom is not named here nothing
    /// is shared; nobody is refused for it.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub told_of_sharings: Vec<SharingId>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"purpose": "photos", "text_version": "2027-01"}))]
pub struct GivenConsent {
    pub purpose: Slug,
    /// Of the text that was shown.
    pub text_version: Line<40>,
}

impl From<RegistrationBody> for NewRegistration {
    fn from(body: RegistrationBody) -> Self {
        let consents = body.consents.into_iter();
        Self {
            channel: body.channel,
            given_name: body.given_name,
            family_name: body.family_name,
            email: body.email,
            company: body.company,
            phone: body.phone,
            language: body.language,
            companions: body.companions,
            further_persons: body.further_persons,
            answers: body.answers,
            consents: consents
                .map(|one| (one.purpose.into_string(), one.text_version.into_string()))
                .collect(),
            told_of_sharings: body.told_of_sharings,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "state": "pending", "channel": "onsite", "confirm_by": "2027-01-05T08:00:00Z"}))]
pub struct RegistrationReceipt {
    pub id: RegistrationId,
    pub state: State,
    pub channel: Channel,
    /// From 1; only when `waitlisted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub waitlist_position: Option<i64>,
    /// Until when the address must be confirmed; only when `pending`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub confirm_by: Option<DateTime<Utc>>,
}

impl From<Admitted> for RegistrationReceipt {
    fn from(admitted: Admitted) -> Self {
        Self {
            id: admitted.id,
            state: admitted.state,
            channel: admitted.channel,
            waitlist_position: admitted.position.map(i64::from),
            confirm_by: admitted.confirm_by,
        }
    }
}

/// Register for a seminar.
///
/// Anybody. A free seat is held until the address is confirmed, or is confirmed at once where the seminar asks for no
/// confirmation; without one the waiting list takes over, where there is one; where the organiser chooses, it is an
/// application. An address that is already registered gets the answer a new one would get, and a mail that says so: the
/// token with which one sees and changes a registration travels only by mail.
/// Organisers and the front desk may enter registrations at any time, also after the fact, without confirmation and
/// answers; they are told of a duplicate.
#[utoipa::path(tag = "registrations", params(("seminar" = SeminarId, Path)), request_body = RegistrationBody, security((), ("member" = [])), responses(
    (status = 201, body = RegistrationReceipt, description = "A seat, a place in the waiting list, or an application"),
    (status = 409, description = "`seminar-full`, `registration-not-open`, `registration-closed`, `seminar-cancelled`, `seminar-postponed`, `channel-unavailable`, `seminar-merged` (the header Link leads to the seminar that takes them); to members also `already-registered`, `not-ready`")))]
#[post("/seminars/{seminar}/registrations")]
pub async fn create_registration(
    caller: Caller,
    path: web::Path<SeminarId>,
    idempotency: Idempotency,
    desk: web::Data<Desk>,
    clock: web::Data<Clock>,
    body: Body<RegistrationBody>,
) -> Result<HttpResponse> {
    let owner = caller
        .0
        .as_ref()
        .map_or_else(|| "anonymous".to_owned(), |identity| identity.subject.to_string());
    let submission = Submission {
        act: caller.act(&clock),
        seminar: path.into_inner(),
        key: idempotency.key(&owner, &body.digest),
        caller: caller.0,
        new: body.value.into(),
        receipt,
    };
    Ok(desk.register(submission).await?.response())
}

fn receipt(admitted: &Admitted) -> Result<Created> {
    Created::new(
        format!("/api/v1/registrations/{}", admitted.id),
        None,
        &RegistrationReceipt::from(*admitted),
    )
}
