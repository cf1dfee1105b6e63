//! Who was there, and who was to be: to read page by page, or to take home as a file.

mod files;
mod query;
mod view;

pub use files::document;

use std::sync::Arc;

use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse, get, web};

use self::query::AttendeeQuery;
use self::view::AttendeeView;
use crate::attendance::model::{Entry, ListFormat, Place};
use crate::attendance::rules::attendees::place;
use crate::attendance::service::attendees::{export, roll};
use crate::auth::Organiser;
use crate::base::accept;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::Privacy;
use crate::base::page::{Page, list};
use crate::base::press::{Press, bounded};
use crate::base::problem::{Code, Problem, Result};
use crate::base::query::Query;
use crate::seminars::SeminarId;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The list of attendees.
///
/// Organisers of the organisation. Who has a seat, and who was there without one, in the order in which they registered,
/// walk-ins last; on paper by name. As JSON page by page; as CSV for a German Excel (byte order mark, semicolons, decimal
/// comma, an apostrophe before what would be calculated, also before `+49`) or for programs (`dialect=rfc4180`: commas,
/// names for headings, nothing guarded); as XLSX, where texts are texts and days are days; as PDF to be signed. CSV and XLSX have
/// no bound; a PDF has one. Files are noted in the journal as `attendees.exported`, with their format and how many they name.
/// Whether somebody attended follows from check-ins and confirmed imports by the seminar's `attendance_rule`. What is said
/// of somebody in a long file is as of the moment when it was read; who stands in it is decided at the beginning. A file
/// that breaks off is not whole: the connection ends without the last chunk.
#[utoipa::path(tag = "attendance", params(("seminar" = SeminarId, Path), AttendeeQuery), security(("member" = [])), responses(
    (status = 200, description = "The list", content(
        (Page<AttendeeView> = "application/json"),
        (String = "text/csv", example = json!("\u{FEFF}Nr.;Nachname;Vorname\r\n1;Müller;Anna\r\n")),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Vec<u8> = "application/pdf"))),
    (status = 406, description = "`not-acceptable`: nothing of it is accepted, or this service prints no PDF"),
    (status = 409, description = "`too-long-to-print`: take CSV or XLSX, or one session")))]
#[get("/seminars/{seminar}/attendees")]
pub async fn list_attendees(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<SeminarId>,
    query: Query<AttendeeQuery>,
    (db, press): (web::Data<Db>, web::Data<Press>),
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let query = query.0;
    let format = match query.format {
        Some(format) => format,
        None => accepted(request.headers())?,
    };
    query.check(format)?;
    let asked = query.asked(*path, format);
    let (reach, act) = (who.reach(), who.act(&clock));
    if format == ListFormat::Json {
        return page(&request, &db, &query, move |conn| roll(conn, &reach, asked)).await;
    }
    // Before anything is noted in the journal, that it can be done.
    let columns = query.columns(format)?;
    let printed = match format {
        ListFormat::Pdf => Some(query.printed()?),
        _ => None,
    };
    if printed.is_some() {
        press.available()?;
    }
    let roll = db
        .write(move |conn| {
            let roll = export(conn, &act, &reach, asked, format)?;
            if format == ListFormat::Pdf {
                bounded(roll.lines)?;
            }
            Ok(roll)
        })
        .await?;
    let roll = Arc::new(roll);
    let db = Db::clone(&db);
    match (format, printed) {
        (_, Some(printed)) => files::pdf(&db, &press, roll, printed, clock.now()).await,
        (ListFormat::Xlsx, None) => files::xlsx(db, roll, columns, query.language()).await,
        _ => files::csv(db, roll, columns, query.dialect.unwrap_or_default(), query.language()).await,
    }
}

async fn page(
    request: &HttpRequest,
    db: &Db,
    query: &AttendeeQuery,
    roll: impl Fn(&mut diesel::PgConnection) -> Result<crate::attendance::service::attendees::Roll> + Send + 'static,
) -> Result<HttpResponse> {
    let paging = query.paging();
    let (limit, after) = (paging.limit()?, paging.after::<Place>()?);
    let page = db
        .read(move |conn| {
            let roll = roll(conn)?;
            let rest = roll
                .entries
                .iter()
                .filter(|entry| after.is_none_or(|after| place(entry) > after));
            let most = usize::try_from(limit).unwrap_or_default();
            let entries = rest.take(most + 1).cloned().collect::<Vec<Entry>>();
            let page = Page::cut(entries, limit, place, |entry| entry)?;
            let attendees = roll.attendees(conn, &page.data)?;
            Ok(Page {
                data: attendees.into_iter().map(AttendeeView::from).collect(),
                next_cursor: page.next_cursor,
            })
        })
        .await?;
    Ok(list(request, Privacy::Personal, &page))
}

fn accepted(headers: &HeaderMap) -> Result<ListFormat> {
    let (application, xlsx) = XLSX.split_once('/').unwrap_or_default();
    let offered = [
        ("application", "json"),
        ("text", "csv"),
        (application, xlsx),
        ("application", "pdf"),
    ];
    let formats = [ListFormat::Json, ListFormat::Csv, ListFormat::Xlsx, ListFormat::Pdf];
    let best = accept::best(headers, &offered).and_then(|place| formats.get(place).copied());
    best.ok_or_else(|| {
        let detail = format!("Accept application/json, text/csv, {XLSX} or application/pdf, or give `format`.");
        Problem::new(Code::NotAcceptable).detail(detail).into()
    })
}
