//! One seminar: write it down, look at it, throw a draft away. PATCH stands in `registrations`.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};

use super::body::NewSeminarBody;
use super::view::{SeminarView, view_for};
use crate::auth::{Caller, Organiser, own_organisation};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch};
use crate::base::idempotency::{Created, Idempotency};
use crate::base::problem::{Code, Result};
use crate::seminars::model::SeminarId;
use crate::seminars::rules::visible_to;
use crate::seminars::{Lookup, service, store};

/// Write a seminar down.
///
/// Organisers of the organisation. It begins as a draft that only members see; `publish` announces it.
#[utoipa::path(tag = "seminars", request_body = NewSeminarBody, security(("member" = [])), responses(
    (status = 201, body = SeminarView, description = "The draft"),
    (status = 409, description = "`external-ref-taken`")))]
#[post("/seminars")]
pub async fn create_seminar(
    who: Organiser,
    idempotency: Idempotency,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<NewSeminarBody>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let (reach, owner, identity) = (who.reach(), who.owner(), who.identity);
    let created = db
        .write(move |conn| {
            idempotency.once(conn, act.now, &owner, &body.digest, |conn| {
                let organisation = own_organisation(conn, &reach, body.value.organisation.as_str())?;
                let new = body.value.clone().understand(organisation.id)?;
                let seminar = service::create(conn, &act, &reach, new)?;
                let (id, version) = (seminar.id, seminar.version);
                let whole = store::whole(conn, seminar)?;
                Created::new(
                    format!("/api/v1/seminars/{id}"),
                    Some(version),
                    &view_for(Some(&identity), whole),
                )
            })
        })
        .await?;
    Ok(created.response())
}

/// One seminar.
///
/// Anybody; drafts and internal seminars for members of the organisation only. As JSON-LD by schema.org where `Accept` likes
/// `application/ld+json` better: the public view, whoever asks. What anybody is shown may be half a second old; with
/// `Cache-Control: no-cache` it is read after it was asked for.
// The second is answered by `feeds`, above; this is one operation to whoever reads the document.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path)), security((), ("member" = [])), responses(
    (status = 200, description = "The seminar", content(
        (SeminarView = "application/json"),
        (Object = "application/ld+json", example = json!({"@context": "https://schema.org", "@type": "EducationEvent",
            "@id": "https://einlass.example/api/v1/seminars/0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "name": "Onboarding",
            "startDate": "2027-05-06T18:00:00+02:00", "eventStatus": ["https://schema.org/EventScheduled"]})))),
    (status = 406, description = "`not-acceptable`: `Accept-Encoding` takes nothing that there is")))]
#[get("/seminars/{seminar}")]
pub async fn get_seminar(
    request: HttpRequest,
    caller: Caller,
    path: web::Path<SeminarId>,
    lookup: web::Data<Lookup>,
) -> Result<HttpResponse> {
    let whole = lookup.find(path.into_inner()).await?;
    let whole = whole.filter(|whole| visible_to(&whole.seminar, caller.0.as_ref()));
    let whole = Arc::unwrap_or_clone(whole.ok_or(Code::NotFound)?);
    let version = whole.seminar.version;
    let privacy = caller.privacy();
    etag::single(&request, version, privacy, &view_for(caller.0.as_ref(), whole))
}

/// Throw a draft away.
///
/// Organisers of the organisation. What was announced is cancelled, not deleted.
#[utoipa::path(tag = "seminars", params(("seminar" = SeminarId, Path)), security(("member" = [])), responses(
    (status = 204, description = "Gone"),
    (status = 409, description = "`transition-not-allowed`")))]
#[delete("/seminars/{seminar}")]
pub async fn delete_seminar(
    who: Organiser,
    path: web::Path<SeminarId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let reach = who.reach();
    db.write(move |conn| service::delete(conn, &act, &reach, *path, |version| if_match.check(version)))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
