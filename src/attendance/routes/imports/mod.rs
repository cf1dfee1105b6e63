//! Reports of platforms: upload → preview → resolve → confirm → revert.

mod decide;
mod form;
mod view;

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::attendance::model::{ImportId, MatchStatus};
use crate::attendance::{service, store};
use crate::auth::Organiser;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, Privacy};
use crate::base::idempotency::{Created, Idempotency};
use crate::base::language::german;
use crate::base::operations::Operations;
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Result};
use crate::base::query::Query;
use crate::seminars::{self, SeminarId};

use view::{ImportListed, ImportView, ImportedParticipant};

pub fn configure(operations: &mut Operations<'_>) {
    operations
        .service(list_attendance_imports)
        .service(create_attendance_import)
        .service(get_attendance_import)
        .service(list_import_participants)
        .service(decide::resolve_attendance_import)
        .service(decide::confirm_attendance_import)
        .service(decide::revert_attendance_import)
        .service(decide::delete_attendance_import);
}

/// Send a report.
///
/// Organisers. What the file is follows from its content: reports of Zoom, Teams, Webex, GoTo, BigBlueButton and Google
/// Meet, one's own list, or any CSV with `column_map`. Nothing counts yet: the answer is a preview, which is forgotten
/// after 14 days unless it is confirmed, as is what
/// was reverted. The file itself is not kept, join and leave times only until the import is
/// confirmed, unless the seminar keeps them. Nothing is unpacked. The same file for the same session is the same import; sent with
/// other fields it is read anew, and what was decided on it is gone.
#[utoipa::path(tag = "attendance", params(("seminar" = SeminarId, Path)), security(("member" = [])),
    request_body(content = form::Form, content_type = "multipart/form-data"), responses(
    (status = 200, body = ImportView, description = "The import that this file already is, in whatever state; read anew where the fields differ"),
    (status = 201, body = ImportView, description = "The preview"),
    (status = 409, description = "`not-ready`: the seminar is a draft or has no session; \
        `transition-not-allowed`: the file counts already and was read with other fields"),
    (status = 412, description = "`precondition-failed`: the same file is being sent by somebody else or decided on at this moment; sent again it is what is there now"),
    (status = 413, description = "`body-too-large`: more than 5,000,000 bytes; said as soon as it is known"),
    (status = 422, description = "`report-not-csv`, `unknown-report-format`, `dates-ambiguous`, `report-of-other-day`, `validation-failed`; \
        `errors` names the field of the form, and the line where it is one. Nothing is stored")))]
#[post("/seminars/{seminar}/attendance-imports")]
pub async fn create_attendance_import(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<SeminarId>,
    idempotency: Idempotency,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Multipart,
) -> Result<HttpResponse> {
    let (id, act, owner, german) = (*path, who.act(&clock), who.owner(), german(&request));
    let reach = who.reach();
    db.read({
        let reach = reach.clone();
        move |conn| seminars::reached(conn, &reach, id).map(drop)
    })
    .await?;
    form::check_headers(&request)?;
    let held = form::turn_to_send().await?;
    let new = form::read_form(&request, body).await?;
    let digest = new.digest();
    let turn = form::turn_to_read().await?;
    let known = db
        .read({
            let reach = reach.clone();
            move |conn| {
                // The turns go with the work: who hangs up does not make room for another while it goes on.
                let _turns = (&held, &turn);
                service::preview(conn, &act, &reach, id, &new)
            }
        })
        .await?;
    let (created, new) = db
        .write(move |conn| {
            let seminar = seminars::reached(conn, &reach, id)?;
            let mut is_new = true;
            let created = idempotency.once(conn, act.now, &owner, &digest, |conn| {
                let import = match &known {
                    service::Known::Before(before) => {
                        is_new = false;
                        (**before).clone()
                    }
                    service::Known::New(draft) => {
                        let (import, new) = service::upload(conn, &act, &seminar, draft)?;
                        is_new = new;
                        import
                    }
                };
                let (location, version) = (location(id, import.id), import.version);
                let view = ImportView::of(service::shown(conn, import)?, german)?;
                Created::new(location, Some(version), &view)
            })?;
            Ok((created, is_new))
        })
        .await?;
    let mut response = created.response();
    if !new {
        *response.status_mut() = actix_web::http::StatusCode::OK;
    }
    Ok(response)
}

fn location(seminar: SeminarId, import: ImportId) -> String {
    format!("/api/v1/seminars/{seminar}/attendance-imports/{import}")
}

/// The reports that were sent.
///
/// Organisers. In the order in which they were sent, without their participants.
#[utoipa::path(tag = "attendance", params(("seminar" = SeminarId, Path), Paging), security(("member" = [])), responses(
    (status = 200, body = Page<ImportListed>, description = "A page of imports")))]
#[get("/seminars/{seminar}/attendance-imports")]
pub async fn list_attendance_imports(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<SeminarId>,
    paging: Query<Paging>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (limit, after) = (paging.0.limit()?, paging.0.after()?);
    let (reach, german) = (who.reach(), german(&request));
    let (rows, totals) = db
        .read(move |conn| {
            let seminar = seminars::reached(conn, &reach, *path)?;
            let rows = store::imports(conn, &seminar, after, limit)?;
            let ids = rows.iter().map(|row| row.id).collect::<Vec<_>>();
            let totals = store::totals(conn, seminar.organisation_id, &ids)?;
            Ok((rows, totals))
        })
        .await?;
    let view = |row: crate::attendance::model::AttendanceImport| {
        let totals = totals.get(&row.id).copied().unwrap_or_default();
        ImportListed::of(row, totals, german)
    };
    let page = Page::cut(rows, limit, |row| row.id, view)?;
    Ok(list(&request, Privacy::Personal, &page))
}

/// One import.
///
/// Organisers. With its first 500 participants; `next_participants` is the cursor of the others.
#[utoipa::path(tag = "attendance", params(("seminar" = SeminarId, Path), ("import" = ImportId, Path)), security(("member" = [])), responses(
    (status = 200, body = ImportView, description = "The import")))]
#[get("/seminars/{seminar}/attendance-imports/{import}")]
pub async fn get_attendance_import(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<(SeminarId, ImportId)>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let shown = db
        .read(move |conn| {
            let seminar = seminars::reached(conn, &reach, path.0)?;
            let import = store::import(conn, &seminar, path.1)?.ok_or(Code::NotFound)?;
            service::shown(conn, import)
        })
        .await?;
    let version = shown.import.version;
    etag::single(
        &request,
        version,
        Privacy::Personal,
        &ImportView::of(shown, german(&request))?,
    )
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ParticipantsAsked {
    /// Entries a page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before, or `next_participants` of the import.
    #[param(max_length = 2000)]
    pub cursor: Option<String>,
    /// Only those: `proposed` and `ambiguous` are what is still to be decided.
    pub status: Option<MatchStatus>,
}

/// Who is in a report.
///
/// Organisers. In the order of the report.
#[utoipa::path(tag = "attendance", params(("seminar" = SeminarId, Path), ("import" = ImportId, Path), ParticipantsAsked), security(("member" = [])),
    responses((status = 200, body = Page<ImportedParticipant>, description = "A page of participants")))]
#[get("/seminars/{seminar}/attendance-imports/{import}/participants")]
pub async fn list_import_participants(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<(SeminarId, ImportId)>,
    asked: Query<ParticipantsAsked>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let ParticipantsAsked { limit, cursor, status } = asked.0;
    let paging = Paging { limit, cursor };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let reach = who.reach();
    let rows = db
        .read(move |conn| {
            let seminar = seminars::reached(conn, &reach, path.0)?;
            let import = store::import(conn, &seminar, path.1)?.ok_or(Code::NotFound)?;
            store::participants(conn, (import.organisation_id, import.id), status, after, limit)
        })
        .await?;
    let Page { data, next_cursor } = Page::cut(rows, limit, |row| row.position, ImportedParticipant::try_from)?;
    let data = data.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(list(&request, Privacy::Personal, &Page { data, next_cursor }))
}
