//! Lists by key, not by number: a page starts after the last entry of the one before, so nothing is shown twice
//! or skipped when rows come and go meanwhile.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, LINK};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::digest::{base64url, from_base64url};
use super::etag::{self, Privacy};
use super::problem::{Error, FieldError, Result};

pub const DEFAULT_LIMIT: i64 = 25;
pub const MAX_LIMIT: i64 = 100;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub data: Vec<T>,
    /// Where the next page starts; `null` on the last. Opaque.
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// Entries a page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 2000)]
    pub cursor: Option<String>,
}

impl Paging {
    pub fn limit(&self) -> Result<i64> {
        match self.limit {
            None => Ok(DEFAULT_LIMIT),
            Some(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
            Some(_) => Err(Error::invalid(vec![FieldError::parameter(
                "limit",
                format!("must be 1 to {MAX_LIMIT}"),
            )])),
        }
    }

    /// The key of the last entry seen, or `None` at the beginning.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        from_base64url(cursor)
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .map(Some)
            .ok_or_else(|| Error::invalid(vec![FieldError::parameter("cursor", "is not a cursor of this list")]))
    }
}

impl<T> Page<T> {
    /// Makes a page of up to `limit + 1` rows; the one too many says that there is a next page.
    pub fn cut<R, K: Serialize>(
        mut rows: Vec<R>,
        limit: i64,
        key: impl Fn(&R) -> K,
        view: impl Fn(R) -> T,
    ) -> Result<Self> {
        let limit = usize::try_from(limit).map_err(Error::internal)?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        Self::ending(rows, more, key, view)
    }

    /// Makes a page of exactly `rows`; `more`: there is a next one.
    pub fn ending<R, K: Serialize>(
        rows: Vec<R>,
        more: bool,
        key: impl Fn(&R) -> K,
        view: impl Fn(R) -> T,
    ) -> Result<Self> {
        let next_cursor = match rows.last() {
            Some(last) if more => Some(base64url(&serde_json::to_vec(&key(last)).map_err(Error::internal)?)),
            _ => None,
        };
        Ok(Self {
            data: rows.into_iter().map(view).collect(),
            next_cursor,
        })
    }
}

/// 200 with the page and `Link: <…>; rel="next"` (RFC 8288).
pub fn list<T: Serialize>(request: &HttpRequest, privacy: Privacy, page: &Page<T>) -> HttpResponse {
    let mut response = HttpResponse::Ok().json(page);
    if let Some(cursor) = &page.next_cursor {
        let query = with_parameter(request.query_string(), "cursor", cursor);
        let link = format!("<{}?{query}>; rel=\"next\"", request.path());
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(LINK, link);
        }
    }
    etag::headers(&mut response, None, privacy);
    response
}

/// The query string with this parameter set to this value, which has to be safe in one.
#[must_use]
pub fn with_parameter(query: &str, name: &str, value: &str) -> String {
    let own = format!("{name}=");
    let kept = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with(&own));
    let pairs = kept.map(str::to_owned).chain([format!("{own}{value}")]);
    pairs.collect::<Vec<_>>().join("&")
}
