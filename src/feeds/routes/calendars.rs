//! Calendars to subscribe to.

use actix_web::http::StatusCode;
use actix_web::middleware::Compress;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::PgConnection;

use super::FEEDS;
use super::answer::{Made, answer, onwards, own};
use super::query::{CalendarQuery, CollectionCalendarQuery};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::download;
use crate::base::problem::{Error, Result};
use crate::base::query::Query;
use crate::catalogue::CollectionId;
use crate::feeds::addresses::Addresses;
use crate::feeds::calendar::{Head, calendar};
use crate::feeds::model::{Asked, Entry, Found};
use crate::feeds::rules::{MOST_EVENTS, default_from, kept};
use crate::feeds::{service, words};
use crate::seminars::{SeminarId, Sort, begin_of_day};

const ICALENDAR: &str = "text/calendar; charset=utf-8";

/// The programme as a calendar to subscribe to.
///
/// Anybody; the public programme, whoever asks. An event for each session (RFC 5545), under the UID that it has in mails. What is
/// postponed or cancelled stays, with its status and the times that no longer hold. Without `from` it begins 90 days ago.
/// Seminars without a date are in no calendar. It has at most 2,000 events, those that begin first; where there are more,
/// `Link` with `rel="next"` leads to the calendar that goes on from the day of the first that is missing.
#[utoipa::path(tag = "feeds", params(CalendarQuery), security(()), responses(
    (status = 200, description = "The calendar", content((String = "text/calendar", example = json!("BEGIN:VCALENDAR…")))),
    (status = 406, description = "`not-acceptable`: `Accept-Encoding` takes nothing that there is")))]
#[get("/seminars.ics", wrap = "Compress::default()")]
pub async fn get_programme_calendar(
    request: HttpRequest,
    query: Query<CalendarQuery>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let (asked, now) = (query.0.asked()?, clock.now());
    let whole: Read = |conn, asked, limit| service::programme(conn, asked, Sort::Soonest, None, limit);
    programme(&request, asked, (&db, &config), now, whole).await
}

/// A collection as a calendar to subscribe to.
///
/// Anybody; the public programme, whoever asks. As `GET /seminars.ics` with `collection`; a collection that is not there is
/// not found, so that who subscribes to it hears of it.
#[utoipa::path(tag = "feeds", params(("collection" = CollectionId, Path), CollectionCalendarQuery), security(()), responses(
    (status = 200, description = "The calendar", content((String = "text/calendar", example = json!("BEGIN:VCALENDAR…")))),
    (status = 406, description = "`not-acceptable`: `Accept-Encoding` takes nothing that there is")))]
#[get("/collections/{collection}.ics", wrap = "Compress::default()")]
pub async fn get_collection_calendar(
    request: HttpRequest,
    path: web::Path<CollectionId>,
    query: Query<CollectionCalendarQuery>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let (asked, now) = (query.0.asked(*path)?, clock.now());
    programme(&request, asked, (&db, &config), now, service::of_collection).await
}

/// One seminar as a calendar.
///
/// Anybody; public seminars, whoever asks. All its sessions, however long ago.
#[utoipa::path(tag = "feeds", params(("seminar" = SeminarId, Path)), security(()), responses(
    (status = 200, description = "The calendar", content((String = "text/calendar", example = json!("BEGIN:VCALENDAR…")))),
    (status = 406, description = "`not-acceptable`: `Accept-Encoding` takes nothing that there is")))]
#[get("/seminars/{seminar}.ics", wrap = "Compress::default()")]
pub async fn get_seminar_calendar(
    request: HttpRequest,
    path: web::Path<SeminarId>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let (now, id) = (clock.now(), path.into_inner());
    let (entry, changed_at) = db.read_lagging(move |conn| service::single(conn, id)).await?;
    let addresses = Addresses::of(&config);
    let head = Head {
        name: &entry.title,
        source: &addresses.below(request.path()),
    };
    let body = calendar(&head, std::slice::from_ref(&entry), &addresses).into_bytes();
    let made = Made {
        media_type: ICALENDAR,
        body,
        changed_at,
        next: None,
        negotiated: false,
    };
    Ok(called(answer(&request, now, made), "veranstaltung", &entry.title))
}

/// How what is asked for is read, so many seminars at most.
type Read = fn(&mut PgConnection, &Asked, i64) -> Result<Found>;

async fn programme(
    request: &HttpRequest,
    asked: Asked,
    (db, config): (&Db, &Config),
    now: DateTime<Utc>,
    read: Read,
) -> Result<HttpResponse> {
    let moving = asked.from.is_none();
    let from = asked.from.unwrap_or_else(|| default_from(now));
    let asked = Asked {
        from: Some(from),
        ..asked
    };
    let (db, addresses) = (db.clone(), Addresses::of(config));
    let source = addresses.below(own(request));
    let written = FEEDS.take(move || {
        let limit = i64::try_from(MOST_EVENTS).map_err(Error::internal)?;
        let found = db.run_lagging(|conn| read(conn, &asked, limit))?;
        let (entries, next_from) = cut(found.entries, from);
        let name = found.name.unwrap_or_else(|| words::PROGRAMME.to_owned());
        let head = Head {
            name: &name,
            source: &source,
        };
        let body = calendar(&head, &entries, &addresses).into_bytes();
        // The window moves at midnight, and what leaves it is a change too.
        let moved_at = moving.then(|| begin_of_today(now));
        Ok((body, name, found.changed_at.max(moved_at), next_from))
    });
    let (body, name, changed_at, next_from) = written.await?;
    let made = Made {
        media_type: ICALENDAR,
        body,
        changed_at,
        next: next_from.map(|day| onwards(request, "from", &day.to_string())),
        negotiated: false,
    };
    Ok(called(answer(request, now, made), "programm", &name))
}

/// What there is room for, and from which day on one can ask for the rest.
fn cut(mut entries: Vec<Entry>, from: NaiveDate) -> (Vec<Entry>, Option<NaiveDate>) {
    let sizes = entries.iter().enumerate().map(|(place, entry)| {
        let day = entry.begins_at.with_timezone(&chrono_tz::Europe::Berlin).date_naive();
        // One more than asked for says only that there are more.
        let more = place >= MOST_EVENTS;
        (day, if more { MOST_EVENTS + 1 } else { entry.sessions.len() })
    });
    let kept = kept(&sizes.collect::<Vec<_>>(), Some(from), MOST_EVENTS);
    entries.truncate(kept.seminars);
    (entries, kept.next_from)
}

fn begin_of_today(now: DateTime<Utc>) -> DateTime<Utc> {
    let zone = chrono_tz::Europe::Berlin;
    begin_of_day(now.with_timezone(&zone).date_naive(), zone)
}

fn called(mut response: HttpResponse, what: &str, title: &str) -> HttpResponse {
    if response.status() == StatusCode::OK {
        download::called(&mut response, &download::file_name(what, title, "ics"));
    }
    response
}
