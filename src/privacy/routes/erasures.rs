//! A person is forgotten.

use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::ErasureRequest;
use crate::attendance::CheckInId;
use crate::auth::{Admin, NeedsAdmin, OrganisationId};
use crate::base::body::Body;
use crate::base::capability::Capabilities;
use crate::base::clock::Clock;
use crate::base::db::{Db, rehearse};
use crate::base::etag::{self, Privacy};
use crate::base::idempotency::{Created, Idempotency};
use crate::base::problem::{Code, Error, Result};
use crate::privacy::model::{Erasure, ErasureId, ErasureReason, HeldSeminar, Objects, ReportRow};
use crate::privacy::{service, store};
use crate::registrations::{Holder, RegistrationId};

/// What was erased, by ids.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Erasure, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "organisation": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12",
    "at": "2027-06-01T08:00:00Z", "reason": "no_longer_needed", "dry_run": false, "registrations": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13"],
    "cancelled": 0, "restricted": [], "held": [], "check_ins": [], "report_rows": [], "mails": 2}))]
pub struct ErasureView {
    /// `null`: a rehearsal, which leaves nothing.
    pub id: Option<ErasureId>,
    pub organisation: OrganisationId,
    pub at: DateTime<Utc>,
    pub reason: Option<ErasureReason>,
    pub dry_run: bool,
    /// They stay as numbers: channel, state, how many persons, when.
    pub registrations: Vec<RegistrationId>,
    /// How many of them were still ahead: cancelled first, and their seats went on.
    pub cancelled: i32,
    /// Not erased but restricted (GDPR, article 18): of a seminar in `held`. Name, address and company stay for the funder, and
    /// are erased when the hold ends; everything else is gone.
    pub restricted: Vec<RegistrationId>,
    /// Seminars of which a funder may ask who came; scans and rows of them stay as long.
    pub held: Vec<HeldSeminar>,
    pub check_ins: Vec<CheckInId>,
    pub report_rows: Vec<ReportRow>,
    /// How many mails are gone, sent or not.
    pub mails: usize,
}

impl ErasureView {
    fn of(erasure: Erasure, objects: Objects, dry_run: bool) -> Self {
        Self {
            id: (!dry_run).then_some(erasure.id),
            organisation: erasure.organisation_id,
            at: erasure.at,
            reason: erasure.reason,
            dry_run,
            registrations: objects.registrations,
            cancelled: erasure.cancelled,
            restricted: objects.restricted,
            held: objects.held,
            check_ins: objects.check_ins,
            report_rows: objects.import_participants,
            mails: objects.mails,
        }
    }
}

/// Forget a person.
///
/// Admins of the organisation, all that stands under an address or one registration; whoever has the mail, their registration. In
/// one transaction names, addresses, answers, notes, mails, consents and tickets go, and the numbers stay: every figure is the same
/// as before. What is still ahead is cancelled first, as its holder would, so that the seat goes on. Other organisations that read the
/// registration find it in `GET /shared-registrations` as one to forget. Of a seminar that a funder may ask about, whoever took part is
/// restricted and not erased, and the answer says so. Asked again, nothing is left to erase. A mail that is under way at this
/// moment may still arrive.
#[utoipa::path(tag = "privacy", request_body = ErasureRequest, security(("member" = []), ("registrant" = [])), responses(
    (status = 200, body = ErasureView, description = "`dry_run`: what would be erased"),
    (status = 201, body = ErasureView, description = "What was erased"),
    (status = 404, description = "`not-found`: no such organisation, or not the caller's; or a token that proves nothing")))]
#[post("/privacy/erasures")]
pub async fn create_erasure(
    request: HttpRequest,
    holder: Holder<NeedsAdmin>,
    idempotency: Idempotency,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    capabilities: web::Data<Capabilities>,
    body: Body<ErasureRequest>,
) -> Result<HttpResponse> {
    let (who, staff) = holder.who(None, &clock)?;
    // Of a registrant the whole token: a key without its proof is nobody's.
    let token = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let owner = staff.map_or_else(|| token.unwrap_or_default().to_owned(), |staff| staff.owner());
    let act = *who.act();
    let wanted = body.value.clone();
    let erase = move |conn: &mut diesel::PgConnection| {
        let subject = service::subject(conn, &capabilities, &who, &wanted.asked())?;
        service::erase(conn, &act, subject, wanted.reason)
    };
    if body.value.dry_run {
        let (erasure, objects) = db.write(move |conn| rehearse(conn, &erase)).await?;
        return Ok(HttpResponse::Ok().json(ErasureView::of(erasure, objects, true)));
    }
    let created = db
        .write(move |conn| {
            idempotency.once(conn, act.now, &owner, &body.digest, |conn| {
                let (erasure, objects) = erase(conn)?;
                let location = format!("/api/v1/privacy/erasures/{}", erasure.id);
                Created::new(location, Some(1), &ErasureView::of(erasure, objects, false))
            })
        })
        .await?;
    Ok(created.response())
}

/// What an erasure took away.
///
/// Admins of the organisation. By ids only: it is what is erased again after a restore.
#[utoipa::path(tag = "privacy", params(("erasure" = ErasureId, Path)), security(("member" = [])), responses(
    (status = 200, body = ErasureView, description = "The erasure")))]
#[get("/privacy/erasures/{erasure}")]
pub async fn get_erasure(
    request: HttpRequest,
    who: Admin,
    path: web::Path<ErasureId>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let erasure = db
        .read(move |conn| {
            let erasure = store::erasure(conn, *path)?.ok_or(Code::NotFound)?;
            reach.check(erasure.organisation_id)?;
            Ok(erasure)
        })
        .await?;
    let objects = serde_json::from_value::<Objects>(erasure.objects.clone()).map_err(Error::internal)?;
    etag::single(
        &request,
        1,
        Privacy::Personal,
        &ErasureView::of(erasure, objects, false),
    )
}
