//! With whom a seminar shares its registrations. Who may read them, and what was read, stands in `registrations`.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::{OrganisationRef, Organiser};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, Privacy};
use crate::base::idempotency::{Created, Idempotency};
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Result};
use crate::base::query::Query;
use crate::base::text::Line;
use crate::seminars::model::{NewSharing, SeminarId, SharingId};
use crate::seminars::service;
use crate::seminars::store::{self, SharedWith};

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSharing, example = json!({"organisation": "ihk-aachen", "purpose": "Gemeinsame Durchführung; die IHK begrüßt die Teilnehmenden."}))]
pub struct SharingBody {
    /// With whom: id or slug of another organisation.
    pub organisation: Line<60>,
    /// What for, in the words that are shown to those who register.
    pub purpose: Line<500>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sharing, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11",
    "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "slug": "ihk-aachen", "name": "IHK Aachen"},
    "purpose": "Gemeinsame Durchführung; die IHK begrüßt die Teilnehmenden.", "begun_at": "2027-01-04T08:00:00Z", "ended_at": null}))]
pub struct SharingView {
    pub id: SharingId,
    /// Who may read.
    pub organisation: OrganisationRef,
    pub purpose: String,
    pub begun_at: DateTime<Utc>,
    /// From then on nothing is disclosed under it; `null` while it is in force.
    pub ended_at: Option<DateTime<Utc>>,
}

fn view((sharing, organisation): SharedWith) -> SharingView {
    SharingView {
        id: sharing.id,
        organisation,
        purpose: sharing.purpose,
        begun_at: sharing.begun_at,
        ended_at: sharing.ended_at,
    }
}

/// It changes once, when it ends.
fn version(view: &SharingView) -> i64 {
    1 + i64::from(view.ended_at.is_some())
}

/// With whom the seminar shares its registrations, and did.
///
/// Organisers of the organisation. Those in force stand in the seminar for everybody.
#[utoipa::path(tag = "sharings", params(("seminar" = SeminarId, Path), Paging), security(("member" = [])), responses(
    (status = 200, body = Page<SharingView>, description = "A page of sharings, the first begun first")))]
#[get("/seminars/{seminar}/sharings")]
pub async fn list_sharings(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<SeminarId>,
    paging: Query<Paging>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (limit, after) = (paging.0.limit()?, paging.0.after()?);
    let reach = who.reach();
    let rows = db
        .read(move |conn| {
            let seminar = store::reached(conn, &reach, *path)?;
            store::sharings(conn, (seminar.organisation_id, seminar.id), after, limit)
        })
        .await?;
    let page = Page::cut(rows, limit, |(sharing, _)| sharing.id, view)?;
    Ok(list(&request, Privacy::Personal, &page))
}

/// Share the seminar's registrations with another organisation.
///
/// Organisers of the organisation. From now on the seminar shows it to those who register; only who was told of it before
/// registering (`told_of_sharings`) is shared. At most ten are in force, and one an organisation. It changes the seminar.
#[utoipa::path(tag = "sharings", params(("seminar" = SeminarId, Path)), request_body = SharingBody, security(("member" = [])), responses(
    (status = 201, body = SharingView, description = "The sharing, in force"),
    (status = 409, description = "`seminar-cancelled`, `limit-reached`: ten at most")))]
#[post("/seminars/{seminar}/sharings")]
pub async fn create_sharing(
    who: Organiser,
    path: web::Path<SeminarId>,
    idempotency: Idempotency,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<SharingBody>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let (reach, owner, seminar) = (who.reach(), who.owner(), path.into_inner());
    let created = db
        .write(move |conn| {
            idempotency.once(conn, act.now, &owner, &body.digest, |conn| {
                let SharingBody { organisation, purpose } = body.value.clone();
                let new = NewSharing { organisation, purpose };
                let view = view(service::begin_sharing(conn, &act, &reach, seminar, &new)?);
                let location = format!("/api/v1/seminars/{seminar}/sharings/{}", view.id);
                Created::new(location, Some(version(&view)), &view)
            })
        })
        .await?;
    Ok(created.response())
}

/// One sharing.
///
/// Organisers of the organisation.
#[utoipa::path(tag = "sharings", params(("seminar" = SeminarId, Path), ("sharing" = SharingId, Path)), security(("member" = [])), responses(
    (status = 200, body = SharingView, description = "The sharing")))]
#[get("/seminars/{seminar}/sharings/{sharing}")]
pub async fn get_sharing(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<(SeminarId, SharingId)>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let (seminar, id) = path.into_inner();
    let found = db
        .read(move |conn| {
            let seminar = store::reached(conn, &reach, seminar)?;
            store::sharing(conn, (seminar.organisation_id, seminar.id), id)
        })
        .await?;
    let found = view(found.ok_or(Code::NotFound)?);
    etag::single(&request, version(&found), Privacy::Personal, &found)
}

/// End a sharing.
///
/// Organisers of the organisation. From the answer on nothing of a person is disclosed under it: the recipient hears only
/// which of those it has had it is to forget. It is kept, with the moment it ended. It changes the seminar.
#[utoipa::path(tag = "sharings", params(("seminar" = SeminarId, Path), ("sharing" = SharingId, Path)), security(("member" = [])), responses(
    (status = 204, description = "It has ended, now or before")))]
#[delete("/seminars/{seminar}/sharings/{sharing}")]
pub async fn end_sharing(
    who: Organiser,
    path: web::Path<(SeminarId, SharingId)>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let reach = who.reach();
    let (seminar, id) = path.into_inner();
    db.write(move |conn| service::end_sharing(conn, &act, &reach, seminar, id))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
