//! The programme.

use actix_web::http::header::{HeaderValue, VARY};
use actix_web::middleware::Compress;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::view::{SeminarView, view_for};
use crate::auth::{Caller, find_organisation};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Error, FieldError, Result};
use crate::base::query::Query;
use crate::base::text::{Language, Line};
use crate::catalogue::CollectionId;
use crate::seminars::model::{Channel, Kind, SeminarId, Status};
use crate::seminars::rules::plausible;
use crate::seminars::store::{self, Filter, Sort};

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub enum SortOrder {
    /// The earliest first.
    #[default]
    #[serde(rename = "starts_at")]
    Soonest,
    /// The latest first.
    #[serde(rename = "-starts_at")]
    Latest,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SeminarQuery {
    /// Words that all occur in title, description, collections, parties or places. Spellings of one word meet:
    /// `Gründerinnen` finds `Gründer_innen`, `foerdermoeglichkeiten` finds `Fördermöglichkeiten`.
    #[param(value_type = Option<String>, max_length = 200)]
    q: Option<Line<200>>,
    /// On or after this day.
    from: Option<NaiveDate>,
    /// On or before this day.
    to: Option<NaiveDate>,
    status: Option<Status>,
    kind: Option<Kind>,
    /// Offered through this channel.
    channel: Option<Channel>,
    /// Id or slug; tenant or party.
    #[param(value_type = Option<String>, max_length = 60)]
    organisation: Option<Line<60>>,
    #[param(value_type = Option<String>, format = "uuid")]
    collection: Option<CollectionId>,
    #[param(value_type = Option<String>, max_length = 35, pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    language: Option<Language>,
    /// `true`: registration is open, and a seat is free; `false`: the others.
    free_seats: Option<bool>,
    #[param(inline)]
    sort: Option<SortOrder>,
    /// Entries a page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 2000)]
    cursor: Option<String>,
}

/// The programme.
///
/// Anybody. Members also see the drafts and internal seminars of their organisations.
/// What anybody is shown may be half a second old; with `Cache-Control: no-cache` it is read after it was asked for.
#[utoipa::path(tag = "seminars", params(SeminarQuery), security((), ("member" = [])), responses(
    (status = 200, body = Page<SeminarView>, description = "A page of seminars by begin"),
    (status = 406, description = "`not-acceptable`: `Accept-Encoding` takes nothing that there is")))]
#[get("/seminars", wrap = "Compress::default()")]
pub async fn list_seminars(
    request: HttpRequest,
    caller: Caller,
    query: Query<SeminarQuery>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let now = clock.now();
    let query = query.0;
    let paging = Paging {
        limit: query.limit,
        cursor: query.cursor.clone(),
    };
    let limit = paging.limit()?;
    let after = paging.after::<(DateTime<Utc>, SeminarId)>()?;
    if after.is_some_and(|(at, _)| !plausible(at.date_naive())) {
        return Err(Error::invalid(vec![FieldError::parameter(
            "cursor",
            "is not a cursor of this list",
        )]));
    }
    if let (Some(from), Some(to)) = (query.from, query.to)
        && to < from
    {
        return Err(Error::invalid(vec![FieldError::parameter(
            "to",
            "must not be before `from`",
        )]));
    }
    let sort = match query.sort.unwrap_or_default() {
        SortOrder::Soonest => Sort::Soonest,
        SortOrder::Latest => Sort::Latest,
    };
    let identity = caller.0.clone();
    let read = move |conn: &mut PgConnection| {
        let organisation = match &query.organisation {
            None => None,
            Some(named) => match find_organisation(conn, named.as_str())? {
                Some(organisation) => Some(organisation.id),
                // Nobody's seminars: an empty list, as for a filter that nothing fits.
                None => return Ok(Vec::new()),
            },
        };
        let filter = Filter {
            member_of: identity
                .iter()
                .flat_map(|identity| identity.roles.iter().map(|(of, _)| *of))
                .collect(),
            q: query.q.as_ref().map(|q| q.as_str().to_owned()),
            from: query.from,
            to: query.to,
            status: query.status,
            kind: query.kind,
            channel: query.channel,
            organisation,
            collection: query.collection,
            language: query.language.as_ref().map(|language| language.as_str().to_owned()),
            free_seats: query.free_seats,
            now,
        };
        let seminars = store::list(conn, &filter, sort, after, limit)?;
        store::wholes(conn, seminars)
    };
    // Where a standby knows nothing of it, something may have been made since.
    let rows = db.read_public_where(read, |rows| !rows.is_empty()).await?;
    let key = |whole: &store::Whole| (whole.seminar.begins_at, whole.seminar.id);
    let page = Page::cut(rows, limit, key, |whole| view_for(caller.0.as_ref(), whole))?;
    let privacy = caller.privacy();
    let mut response = list(&request, privacy, &page);
    // Said by the uncompressed answer too, which a cache may hold.
    let varies = HeaderValue::from_static("Authorization, Accept, Accept-Encoding, Accept-Language");
    response.headers_mut().insert(VARY, varies);
    Ok(response)
}
