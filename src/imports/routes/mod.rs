//! Programmes from spreadsheets: upload → preview → settle → confirm.

mod decide;
mod form;
mod view;

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::{OrganisationId, Organiser, organisation_refs, own_organisation};
use crate::base::clock::Clock;
use crate::base::csv::{Dialect, Piece};
use crate::base::db::Db;
use crate::base::download;
use crate::base::etag::{self, Privacy};
use crate::base::form as sent;
use crate::base::idempotency::{Created, Idempotency};
use crate::base::language::german;
use crate::base::operations::Operations;
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Error, Result};
use crate::base::query::Query;
use crate::imports::model::ProgrammeImportId;
use crate::imports::sheet::{MAX_BYTES, RowState, TEMPLATE};
use crate::imports::{service, store};

use view::{ProgrammeListed, ProgrammeView, RowView};

pub fn configure(operations: &mut Operations<'_>) {
    operations
        .service(download_programme_template)
        .service(list_programme_imports)
        .service(create_programme_import)
        .service(get_programme_import)
        .service(list_programme_import_rows)
        .service(decide::settle_programme_import)
        .service(decide::confirm_programme_import)
        .service(decide::delete_programme_import);
}

/// A table to fill in.
///
/// Organisers. CSV for a German Excel: the headings that are known here, and two rows that show what may stand below them. Any other table
/// with a title and a date is read as well.
#[utoipa::path(tag = "programme-imports", security(("member" = [])), responses(
    (status = 200, content_type = "text/csv", body = String, description = "The table; UTF-8 with a byte order mark, `;`")))]
#[get("/programme-imports/template.csv")]
pub async fn download_programme_template(_who: Organiser) -> Result<HttpResponse> {
    let mut piece = Piece::first(Dialect::Excel);
    piece.line(TEMPLATE)?;
    let held = [
        "Gründen in der Region",
        "13.02.2020",
        "18-20 Uhr",
        "Digital Church, Aachen",
        "Präsenz",
        "Seminar",
        "Hallo Nachbar",
        "",
        "AGIT",
        "durchgeführt",
        "",
        "ca. 40 TN",
        "",
        "",
    ];
    let moved = [
        "Fördermittel für Betriebe",
        "13./14.03.2020",
        "ganztägig",
        "",
        "online",
        "Workshop",
        "",
        "",
        "",
        "verschoben (Corona)",
        "23.04.2020",
        "",
        "",
        "",
    ];
    piece.line(held)?;
    piece.line(moved)?;
    let mut response = HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8; header=present")
        .body(piece.bytes()?);
    download::headers(&mut response, "programm-vorlage.csv");
    Ok(response)
}

/// Send a programme.
///
/// Organisers. A CSV as a spreadsheet saves it: UTF-8, UTF-16 or Windows-1252; `;`, `,` or tab; any order of columns, under the headings that
/// offices use or those of `column_map`. Nothing is in the programme yet: the answer is a preview, which is forgotten after 14 days unless it is
/// confirmed. Whatever is not understood for sure is a doubt, with its row, column, text and possible readings; nothing is guessed. The file
/// is not kept, nor are remarks, links and columns that name persons. The same file is the same import; sent with other fields it is read anew,
/// and what was decided on it is gone.
#[utoipa::path(tag = "programme-imports", security(("member" = [])), request_body(content = form::Form, content_type = "multipart/form-data"), responses(
    (status = 200, body = ProgrammeView, description = "The import that this file already is, in whatever state; read anew where the fields differ"),
    (status = 201, body = ProgrammeView, description = "The preview"),
    (status = 409, description = "`transition-not-allowed`: the file was imported already and was read with other fields"),
    (status = 412, description = "`precondition-failed`: the same file is being sent by somebody else or decided on at this moment; sent again it is what is there now"),
    (status = 413, description = "`body-too-large`: more than 2,000,000 bytes; said as soon as it is known"),
    (status = 422, description = "`report-not-csv`, `heading-not-found`, `validation-failed`; `errors` names the field of the form, and the line \
        where it is one. Nothing is stored")))]
#[post("/programme-imports")]
pub async fn create_programme_import(
    request: HttpRequest,
    who: Organiser,
    idempotency: Idempotency,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Multipart,
) -> Result<HttpResponse> {
    let (act, owner, german, reach) = (who.act(&clock), who.owner(), german(&request), who.reach());
    sent::check_headers(&request, MAX_BYTES)?;
    let turn = form::turn().await?;
    let (new, named) = form::read(body, german).await?;
    let digest = new.digest(named.as_deref().unwrap_or_default());
    let previewed = db
        .read(move |conn| {
            // The turn goes with the work: who hangs up does not make room for another while it goes on.
            let _turn = &turn;
            let organisation = match (&named, reach.organisations().as_slice()) {
                (Some(named), _) => own_organisation(conn, &reach, named)?.id,
                (None, [only]) => *only,
                (None, _) => {
                    return Err(Error::member(
                        "/organisation",
                        "is required: you are organiser of several",
                    ));
                }
            };
            service::preview(conn, &act, organisation, &new)
        })
        .await?;
    let (created, new) = db
        .write(move |conn| {
            let mut is_new = true;
            let created = idempotency.once(conn, act.now, &owner, &digest, |conn| {
                let (import, new) = service::keep(conn, &act, &previewed)?;
                is_new = new;
                let (location, version) = (format!("/api/v1/programme-imports/{}", import.id), import.version);
                let view = ProgrammeView::of(service::shown(conn, import)?, german)?;
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

/// The programmes that were sent.
///
/// Organisers. Of their organisations, in the order in which they were sent, without their rows.
#[utoipa::path(tag = "programme-imports", params(Paging), security(("member" = [])), responses(
    (status = 200, body = Page<ProgrammeListed>, description = "A page of imports")))]
#[get("/programme-imports")]
pub async fn list_programme_imports(
    request: HttpRequest,
    who: Organiser,
    paging: Query<Paging>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (limit, after) = (paging.0.limit()?, paging.0.after()?);
    let organisations = who.reach().organisations();
    let (rows, totals, names) = db
        .read(move |conn| {
            let rows = store::imports(conn, &organisations, after, limit)?;
            let ids = rows.iter().map(|row| row.id).collect::<Vec<_>>();
            let totals = store::totals(conn, &ids)?;
            Ok((rows, totals, organisation_refs(conn, &organisations)?))
        })
        .await?;
    let name = |id: OrganisationId| names.iter().find(|one| one.id == id).cloned();
    let view = |row: crate::imports::model::ProgrammeImport| {
        let organisation = name(row.organisation_id).ok_or_else(|| Error::internal("an import of no organisation"))?;
        let totals = totals.get(&row.id).cloned().unwrap_or_default();
        ProgrammeListed::of(row, organisation, &totals)
    };
    let Page { data, next_cursor } = Page::cut(rows, limit, |row| row.id, view)?;
    let data = data.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(list(&request, Privacy::Personal, &Page { data, next_cursor }))
}

/// One programme.
///
/// Organisers. With its first 500 rows; `next_rows` is the cursor of the others.
#[utoipa::path(tag = "programme-imports", params(("import" = ProgrammeImportId, Path)), security(("member" = [])), responses(
    (status = 200, body = ProgrammeView, description = "The programme")))]
#[get("/programme-imports/{import}")]
pub async fn get_programme_import(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<ProgrammeImportId>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let shown = db
        .read(move |conn| {
            let import = service::reached(conn, &reach, *path)?;
            service::shown(conn, import)
        })
        .await?;
    let version = shown.import.version;
    let view = ProgrammeView::of(shown, german(&request))?;
    etag::single(&request, version, Privacy::Personal, &view)
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RowsAsked {
    /// Entries a page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before, or `next_rows` of the programme.
    #[param(max_length = 2000)]
    pub cursor: Option<String>,
    /// Only those: `open` are what is still to be decided.
    pub state: Option<RowState>,
}

/// The rows of a programme.
///
/// Organisers. In the order of the file.
#[utoipa::path(tag = "programme-imports", params(("import" = ProgrammeImportId, Path), RowsAsked), security(("member" = [])),
    responses((status = 200, body = Page<RowView>, description = "A page of rows")))]
#[get("/programme-imports/{import}/rows")]
pub async fn list_programme_import_rows(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<ProgrammeImportId>,
    asked: Query<RowsAsked>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let RowsAsked { limit, cursor, state } = asked.0;
    let paging = Paging { limit, cursor };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let reach = who.reach();
    let (rows, layout) = db
        .read(move |conn| {
            let import = service::reached(conn, &reach, *path)?;
            let rows = store::rows(conn, (import.organisation_id, import.id), state, after, limit)?;
            Ok((rows, import.layout))
        })
        .await?;
    let columns = service::of_kept::<Vec<_>>(&layout)?;
    let german = german(&request);
    let view = |row| RowView::of(&row, &columns, german);
    let Page { data, next_cursor } = Page::cut(rows, limit, |row| row.row, view)?;
    let data = data.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(list(&request, Privacy::Personal, &Page { data, next_cursor }))
}
