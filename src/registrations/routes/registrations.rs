//! One registration: seen, changed and cancelled by the organisation, or by the person who has the mail.

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::holder::{Holder, Who};
use super::view::RegistrationView;
use crate::auth::{NeedsFrontDesk, NeedsOrganiser, Role};
use crate::base::body::{Body, kept, mentioned, yes};
use crate::base::capability::Capabilities;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch, Privacy};
use crate::base::problem::Result;
use crate::base::text::{Email, Language, Line};
use crate::registrations::model::{Companion, RegistrationId};
use crate::registrations::service::{self, RegistrationChange};

/// One registration.
///
/// Organisers of the organisation; the front desk, without address, telephone number, answers and the organiser's notes; the
/// person who has the mail, with what they can do now.
#[utoipa::path(tag = "registrations", params(("registration" = RegistrationId, Path)), security(("member" = []), ("registrant" = [])), responses(
    (status = 200, body = RegistrationView, description = "The registration")))]
#[get("/registrations/{registration}")]
pub async fn get_registration(
    request: HttpRequest,
    holder: Holder<NeedsFrontDesk>,
    path: web::Path<RegistrationId>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    capabilities: web::Data<Capabilities>,
) -> Result<HttpResponse> {
    let (who, staff) = holder.who(None, &clock)?;
    let standing = db
        .read(move |conn| service::standing(conn, &who.by(&capabilities), *path, who.act().now))
        .await?;
    let row = &standing.registration;
    let (version, organisation) = (row.version, row.organisation_id);
    let view = match staff {
        None => RegistrationView::standing(standing, true),
        Some(staff) if staff.identity.has_role(organisation, Role::Organiser) => {
            RegistrationView::standing(standing, false)
        }
        Some(_) => RegistrationView::short(standing.registration),
    };
    etag::single(&request, version, Privacy::Personal, &view)
}

/// Merge patch (RFC 7396): what is not mentioned stays, `null` removes, `companions` is replaced whole.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"company": "Printenfabrik", "companions": []}))]
pub struct RegistrationPatch {
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub given_name: Option<Line<100>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub family_name: Option<Line<100>>,
    /// By organisers only: the links in mails to the old address end.
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub email: Option<Email>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<Line<200>>)]
    pub company: Option<Option<Line<200>>>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<Line<50>>)]
    pub phone: Option<Option<Line<50>>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub language: Option<Language>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(max_items = 99, nullable = false)]
    pub companions: Option<Vec<Companion>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(minimum = 0, maximum = 99, nullable = false)]
    pub further_persons: Option<i32>,
    /// By question; those not mentioned stay, `null` takes one away.
    #[serde(default, deserialize_with = "kept")]
    #[schema(value_type = Object, required = false)]
    pub answers: Option<Map<String, Value>>,
}

impl From<RegistrationPatch> for RegistrationChange {
    fn from(patch: RegistrationPatch) -> Self {
        Self {
            given_name: patch.given_name,
            family_name: patch.family_name,
            email: patch.email,
            company: patch.company,
            phone: patch.phone,
            language: patch.language,
            companions: patch.companions,
            further_persons: patch.further_persons,
            answers: patch.answers,
        }
    }
}

/// Change a registration.
///
/// Organisers of the organisation, or the person who has the mail, who need not send `If-Match`. Fewer persons give
/// seats back to those who wait; more need free seats.
#[utoipa::path(tag = "registrations", params(("registration" = RegistrationId, Path)), request_body = RegistrationPatch,
    security(("member" = []), ("registrant" = [])), responses(
    (status = 200, body = RegistrationView, description = "The registration as it is now"),
    (status = 409, description = "`seminar-full`: not enough seats for more persons; `transition-not-allowed`: it is over; `already-registered`: the address is; to the person also `registration-closed`: the seminar has begun or was held, `seminar-cancelled`")))]
#[patch("/registrations/{registration}")]
pub async fn change_registration(
    holder: Holder<NeedsOrganiser>,
    path: web::Path<RegistrationId>,
    if_match: Option<IfMatch>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    capabilities: web::Data<Capabilities>,
    body: Body<RegistrationPatch>,
) -> Result<HttpResponse> {
    let (who, _) = holder.who(None, &clock)?;
    let seen = who.seen(if_match)?;
    let change = RegistrationChange::from(body.value);
    let view = db
        .write(move |conn| {
            let by = who.by(&capabilities);
            service::change(conn, who.act(), &by, *path, &seen, change.clone())?;
            shown(conn, &who, &capabilities, *path)
        })
        .await?;
    etag::changed(view.0, &view.1)
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Telefonisch abgesagt"}))]
pub struct Cancellation {
    /// For the organisation's own records.
    #[serde(default)]
    pub reason: Option<Line<500>>,
    /// Whether the person gets a mail.
    #[serde(default = "yes")]
    pub notify: bool,
    /// The token of the mail, where it is not in `Authorization`.
    #[serde(default)]
    pub token: Option<Line<200>>,
}

/// Cancel a registration.
///
/// Organisers of the organisation, at any time, or the person who has the mail, who need not send `If-Match`: until the
/// first session begins; where only a day or a span is known, until it is over. The seat is offered to the first in the
/// waiting list. One of several persons is cancelled with PATCH.
#[utoipa::path(tag = "registrations", params(("registration" = RegistrationId, Path)), request_body = Cancellation,
    security(("member" = []), ("registrant" = [])), responses(
    (status = 200, body = RegistrationView, description = "The registration, cancelled"),
    (status = 409, description = "`transition-not-allowed`: it is over already; to the person also `registration-closed`: the seminar has begun or was held, `seminar-cancelled`")))]
#[post("/registrations/{registration}/cancel")]
pub async fn cancel_registration(
    holder: Holder<NeedsOrganiser>,
    path: web::Path<RegistrationId>,
    if_match: Option<IfMatch>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    capabilities: web::Data<Capabilities>,
    body: Body<Cancellation>,
) -> Result<HttpResponse> {
    let (who, _) = holder.who(body.value.token.as_ref().map(Line::as_str), &clock)?;
    let seen = who.seen(if_match)?;
    let view = db
        .write(move |conn| {
            let by = who.by(&capabilities);
            let Cancellation { reason, notify, .. } = body.value.clone();
            service::cancel(conn, who.act(), &by, *path, &seen, reason, notify)?;
            shown(conn, &who, &capabilities, *path)
        })
        .await?;
    etag::changed(view.0, &view.1)
}

/// The registration as it is now, to whoever changed it; with its version.
pub fn shown(
    conn: &mut diesel::PgConnection,
    who: &Who,
    capabilities: &Capabilities,
    id: RegistrationId,
) -> Result<(i64, RegistrationView)> {
    let standing = service::standing(conn, &who.by(capabilities), id, who.act().now)?;
    let to_the_person = matches!(who, Who::Registrant { .. });
    let version = standing.registration.version;
    Ok((version, RegistrationView::standing(standing, to_the_person)))
}
