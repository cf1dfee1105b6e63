//! What the person does with the links of a mail: confirm, accept an offer, keep a new date, take a consent back.
//! The first three can be pressed twice.

use actix_web::{HttpResponse, post, web};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::ToSchema;

use super::holder::Holder;
use super::registrations::shown;
use super::view::RegistrationView;
use crate::auth::NeedsOrganiser;
use crate::base::body::Body;
use crate::base::capability::Capabilities;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag;
use crate::base::problem::Result;
use crate::base::text::{FromText, Line, Slug};
use crate::journal::Act;
use crate::registrations::model::{Registration, RegistrationId};
use crate::registrations::service::{self, By};

/// The token of the mail, where it is not in `Authorization: Registration <token>`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "AZLzwY1-fMCg_z8PX1uLEW0u…"}))]
pub struct WithToken {
    #[serde(default)]
    pub token: Option<Line<200>>,
}

/// Confirm the address, and with it the seat.
///
/// The person who has the mail; organisers for them. A seat is held until `confirm_by`.
#[utoipa::path(tag = "registrations", params(("registration" = RegistrationId, Path)), request_body = WithToken,
    security(("member" = []), ("registrant" = [])), responses(
    (status = 200, body = RegistrationView, description = "The registration, confirmed"),
    (status = 409, description = "`deadline-passed`, `transition-not-allowed`, `seminar-cancelled`")))]
#[post("/registrations/{registration}/confirm")]
pub async fn confirm_registration(
    holder: Holder<NeedsOrganiser>,
    path: web::Path<RegistrationId>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    capabilities: web::Data<Capabilities>,
    body: Body<WithToken>,
) -> Result<HttpResponse> {
    step(holder, *path, &db, &clock, capabilities, body.value, service::confirm).await
}

/// Take the seat that is held.
///
/// The person who has the mail; organisers for them. A seat is held until `offered_until`, then it goes to the next.
#[utoipa::path(tag = "registrations", params(("registration" = RegistrationId, Path)), request_body = WithToken,
    security(("member" = []), ("registrant" = [])), responses(
    (status = 200, body = RegistrationView, description = "The registration, confirmed"),
    (status = 409, description = "`deadline-passed`, `transition-not-allowed`, `seminar-cancelled`")))]
#[post("/registrations/{registration}/accept-offer")]
pub async fn accept_offer(
    holder: Holder<NeedsOrganiser>,
    path: web::Path<RegistrationId>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    capabilities: web::Data<Capabilities>,
    body: Body<WithToken>,
) -> Result<HttpResponse> {
    step(
        holder,
        *path,
        &db,
        &clock,
        capabilities,
        body.value,
        service::accept_offer,
    )
    .await
}

/// Say that the new date suits.
///
/// The person who has the mail; organisers for them. Whom it does not suit cancels.
#[utoipa::path(tag = "registrations", params(("registration" = RegistrationId, Path)), request_body = WithToken,
    security(("member" = []), ("registrant" = [])), responses(
    (status = 200, body = RegistrationView, description = "The registration, kept"),
    (status = 409, description = "`transition-not-allowed`, `seminar-cancelled`")))]
#[post("/registrations/{registration}/keep")]
pub async fn keep_registration(
    holder: Holder<NeedsOrganiser>,
    path: web::Path<RegistrationId>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    capabilities: web::Data<Capabilities>,
    body: Body<WithToken>,
) -> Result<HttpResponse> {
    step(holder, *path, &db, &clock, capabilities, body.value, service::keep).await
}

/// Take a consent back.
///
/// The person who has the mail; organisers for them. Nothing else changes. That it was given, and until when, stays.
#[utoipa::path(tag = "registrations", params(("registration" = RegistrationId, Path), ("purpose" = Slug, Path)), request_body = WithToken,
    security(("member" = []), ("registrant" = [])), responses(
    (status = 200, body = RegistrationView, description = "The registration; the consent stays with the moment it was taken back")))]
#[post("/registrations/{registration}/consents/{purpose}/withdraw")]
pub async fn withdraw_consent(
    holder: Holder<NeedsOrganiser>,
    path: web::Path<(RegistrationId, String)>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    capabilities: web::Data<Capabilities>,
    body: Body<WithToken>,
) -> Result<HttpResponse> {
    let (id, purpose) = path.into_inner();
    let purpose = Slug::from_text(&purpose).map_err(|_| crate::base::problem::Code::NotFound)?;
    let withdraw = move |conn: &mut PgConnection, act: &Act, by: &By<'_>, id| {
        service::withdraw_consent(conn, act, by, id, &purpose)
    };
    step(holder, id, &db, &clock, capabilities, body.value, withdraw).await
}

/// The frame of every step.
async fn step(
    holder: Holder<NeedsOrganiser>,
    id: RegistrationId,
    db: &Db,
    clock: &Clock,
    capabilities: web::Data<Capabilities>,
    body: WithToken,
    action: impl Fn(&mut PgConnection, &Act, &By<'_>, RegistrationId) -> Result<Registration> + Send + 'static,
) -> Result<HttpResponse> {
    let (who, _) = holder.who(body.token.as_ref().map(Line::as_str), clock)?;
    let (version, view) = db
        .write(move |conn| {
            action(conn, who.act(), &who.by(&capabilities), id)?;
            shown(conn, &who, &capabilities, id)
        })
        .await?;
    etag::changed(version, &view)
}
