//! The programme for search engines and event portals.

use actix_web::middleware::Compress;
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, guard, web};
use serde_json::Value;

use super::FEEDS;
use super::answer::{Made, answer, onwards};
use super::query::{PagedQuery, after};
use crate::base::accept;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::page::Page;
use crate::base::problem::{Error, Result};
use crate::base::query::Query;
use crate::feeds::addresses::Addresses;
use crate::feeds::linked_data::{document, graph};
use crate::feeds::model::Asked;
use crate::feeds::rules::default_from;
use crate::feeds::service;
use crate::seminars::{SeminarId, Sort};

const JSON_LD: &str = "application/ld+json";

/// The programme as linked data.
///
/// Anybody; the public programme, whoever asks. Events by schema.org as JSON-LD, by begin, without `from` from 90 days ago on;
/// `Link` with `rel="next"` leads to the next page. One seminar: `GET /seminars/{seminar}` with
/// `Accept: application/ld+json`. How many seats are free changes without a trace, so there is a tag and no time.
#[utoipa::path(tag = "feeds", params(PagedQuery), security(()), responses(
    (status = 200, description = "A page of events", content((Object = "application/ld+json", example = json!({"@context": "https://schema.org",
        "@graph": [{"@type": "EducationEvent", "name": "Onboarding", "startDate": "2027-05-06T18:00:00+02:00"}]})))),
    (status = 406, description = "`not-acceptable`: `Accept-Encoding` takes nothing that there is")))]
#[get("/seminars.jsonld", wrap = "Compress::default()")]
pub async fn get_programme_linked_data(
    request: HttpRequest,
    query: Query<PagedQuery>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let now = clock.now();
    let (limit, after) = (query.0.paging().limit()?, after(&query.0.paging())?);
    let asked = query.0.asked()?;
    let asked = Asked {
        from: asked.from.or_else(|| Some(default_from(now))),
        ..asked
    };
    let (db, addresses) = (Db::clone(&db), Addresses::of(&config));
    let written = FEEDS.take(move || {
        let found = db.run_lagging(|conn| service::programme(conn, &asked, Sort::Soonest, after, limit))?;
        let page = Page::cut(found.entries, limit, |entry| (entry.begins_at, entry.id), |entry| entry)?;
        Ok((written(&graph(&page.data, &addresses))?, page.next_cursor))
    });
    let (body, next) = written.await?;
    let made = Made {
        media_type: JSON_LD,
        body,
        changed_at: None,
        next: next.map(|cursor| onwards(&request, "cursor", &cursor)),
        negotiated: false,
    };
    Ok(answer(&request, now, made))
}

/// The same address as `seminars::get_seminar`, for those who like linked data better than its JSON.
pub fn negotiated(config: &mut ServiceConfig) {
    let liked = guard::fn_guard(|context| {
        let offered = [("application", "json"), ("application", "ld+json")];
        accept::best(context.head().headers(), &offered) == Some(1)
    });
    let seminar = web::resource("/seminars/{seminar}")
        .guard(guard::Get())
        .guard(liked)
        .route(web::get().to(seminar_linked_data))
        .wrap(Compress::default());
    config.service(seminar);
}

async fn seminar_linked_data(
    request: HttpRequest,
    path: web::Path<SeminarId>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let id = path.into_inner();
    let (entry, _) = db.read_lagging(move |conn| service::single(conn, id)).await?;
    let made = Made {
        media_type: JSON_LD,
        body: written(&document(&entry, &Addresses::of(&config)))?,
        changed_at: None,
        next: None,
        negotiated: true,
    };
    Ok(answer(&request, clock.now(), made))
}

fn written(document: &Value) -> Result<Vec<u8>> {
    serde_json::to_vec(document).map_err(Error::internal)
}
