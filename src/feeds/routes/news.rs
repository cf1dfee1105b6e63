//! What is new and changed in the programme.

use actix_web::middleware::Compress;
use actix_web::{HttpRequest, HttpResponse, get, web};

use super::FEEDS;
use super::answer::{Made, answer, onwards, own};
use super::query::{PagedQuery, after};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::page::Page;
use crate::base::problem::{Error, Result};
use crate::base::query::Query;
use crate::feeds::addresses::Addresses;
use crate::feeds::model::Entry;
use crate::feeds::news::{JsonFeed, feed};
use crate::feeds::{service, words};
use crate::seminars::Sort;

/// What is new and changed in the programme.
///
/// Anybody; the public programme, whoever asks. A JSON Feed (version 1.1): what was changed last comes first, and a seminar is
/// one item with one id however often it is changed. What is cancelled or postponed stays and says so. `next_url` leads to
/// the next page, and so does `Link`.
#[utoipa::path(tag = "feeds", params(PagedQuery), security(()), responses(
    (status = 200, description = "A page of news", content((JsonFeed = "application/feed+json"))),
    (status = 406, description = "`not-acceptable`: `Accept-Encoding` takes nothing that there is")))]
#[get("/seminars.feed.json", wrap = "Compress::default()")]
pub async fn get_programme_feed(
    request: HttpRequest,
    query: Query<PagedQuery>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let (limit, after) = (query.0.paging().limit()?, after(&query.0.paging())?);
    let asked = query.0.asked()?;
    let (db, addresses) = (Db::clone(&db), Addresses::of(&config));
    let feed_url = addresses.below(own(&request));
    let found = FEEDS.take(move || {
        let found = db.run_lagging(|conn| service::programme(conn, &asked, Sort::LastChanged, after, limit))?;
        let key = |entry: &Entry| (entry.updated_at, entry.id);
        let page = Page::cut(found.entries, limit, key, |entry| entry)?;
        Ok((page, found.name, found.changed_at))
    });
    let (page, name, changed_at) = found.await?;
    let next = page.next_cursor.map(|cursor| onwards(&request, "cursor", &cursor));
    let next_url = next.as_ref().map(|path| addresses.below(path));
    let title = name.unwrap_or_else(|| words::PROGRAMME.to_owned());
    let feed = feed(&title, feed_url, next_url, &page.data, &addresses);
    let made = Made {
        media_type: "application/feed+json",
        body: serde_json::to_vec(&feed).map_err(Error::internal)?,
        changed_at,
        next,
        negotiated: false,
    };
    Ok(answer(&request, clock.now(), made))
}
