//! Register for a seminar.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::idempotency::{Created, Idempotency};
use crate::base::problem::Result;
use crate::base::text::{Email, Language, Line};
use crate::registrations::model::{RegistrationId, State};
use crate::registrations::service::{self, Admitted, NewRegistration};
use crate::seminars::{Channel, SeminarId};

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
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "state": "waitlisted", "channel": "onsite", "waitlist_position": 3}))]
pub struct RegistrationReceipt {
    pub id: RegistrationId,
    pub state: State,
    pub channel: Channel,
    /// From 1; only when `waitlisted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub waitlist_position: Option<i32>,
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
            waitlist_position: admitted.position,
            confirm_by: None,
        }
    }
}

/// Register for a seminar.
///
/// Anybody. A free seat confirms; without one the waiting list takes over, where there is one. An address that is
/// already registered gets the answer a new one would get. Organisers and the front desk may enter registrations
/// at any time, also after the fact; they are told of a duplicate.
#[utoipa::path(tag = "registrations", params(("seminar" = SeminarId, Path)), request_body = RegistrationBody, security((), ("member" = [])), responses(
    (status = 201, body = RegistrationReceipt, description = "A seat, or a place in the waiting list"),
    (status = 409, description = "`seminar-full`, `registration-not-open`, `registration-closed`, `seminar-cancelled`, `seminar-postponed`, `channel-unavailable`; to members also `already-registered`, `not-ready`")))]
#[post("/seminars/{seminar}/registrations")]
pub async fn create_registration(
    caller: Caller,
    path: web::Path<SeminarId>,
    idempotency: Idempotency,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<RegistrationBody>,
) -> Result<HttpResponse> {
    let id = path.into_inner();
    let act = caller.act(&clock);
    let identity = caller.0;
    let owner = identity
        .as_ref()
        .map_or_else(|| "anonymous".to_owned(), |identity| identity.account.to_string());
    let created = db
        .write(move |conn| {
            idempotency.once(conn, act.now, &owner, &body.digest, |conn| {
                let RegistrationBody {
                    channel,
                    given_name,
                    family_name,
                    email,
                    company,
                    phone,
                    language,
                } = body.value.clone();
                let new = NewRegistration {
                    channel,
                    given_name,
                    family_name,
                    email,
                    company,
                    phone,
                    language,
                };
                let admitted = service::register(conn, &act, id, identity.as_ref(), new)?;
                Created::new(
                    format!("/api/v1/registrations/{}", admitted.id),
                    None,
                    &RegistrationReceipt::from(admitted),
                )
            })
        })
        .await?;
    Ok(created.response())
}
