//! How a feed is answered: with what it takes not to send it again.

use std::time::SystemTime;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, ETAG, HeaderName, HeaderValue, HttpDate, IF_NONE_MATCH, IfModifiedSince, LAST_MODIFIED, LINK, VARY,
};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};

use crate::base::digest::{base64url, sha256};
use crate::base::page::with_parameter;
use crate::feeds::rules::{last_modified, unchanged_since};

/// What others may do with a feed for how long before they ask again. A cancellation is on its way by mail meanwhile.
const CACHED: &str = "public, max-age=300";

/// A feed as it was made.
pub struct Made {
    pub media_type: &'static str,
    pub body: Vec<u8>,
    /// `None`: it tells what changes without a trace, such as free seats.
    pub changed_at: Option<DateTime<Utc>>,
    /// Where what there was no room for is.
    pub next: Option<String>,
    /// Whether the address has another answer for who accepts another form.
    pub negotiated: bool,
}

/// 200, or 304 to whoever has it: by the tag, and where none is shown by the time.
pub fn answer(request: &HttpRequest, now: DateTime<Utc>, made: Made) -> HttpResponse {
    // Weak: it is sent in several encodings, which are other bytes of the same feed.
    let tag = format!("W/\"{}\"", base64url(sha256(&made.body).get(..12).unwrap_or_default()));
    let modified = made.changed_at.and_then(|changed| last_modified(changed, now));
    let mut response = if has_it(request, &tag, modified) {
        HttpResponse::new(StatusCode::NOT_MODIFIED)
    } else {
        HttpResponse::Ok().content_type(made.media_type).body(made.body)
    };
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    set(ETAG, &tag);
    set(CACHE_CONTROL, CACHED);
    set(
        VARY,
        if made.negotiated {
            "Accept, Accept-Encoding"
        } else {
            "Accept-Encoding"
        },
    );
    if let Some(modified) = modified {
        set(LAST_MODIFIED, &HttpDate::from(SystemTime::from(modified)).to_string());
    }
    if let Some(next) = made.next {
        set(LINK, &format!("<{next}>; rel=\"next\""));
    }
    response
}

/// A tag that is shown speaks alone (RFC 9110, section 13.2.2).
fn has_it(request: &HttpRequest, tag: &str, modified: Option<DateTime<Utc>>) -> bool {
    let shown = request
        .headers()
        .get_all(IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok());
    let shown = shown.collect::<Vec<_>>();
    if request.headers().contains_key(IF_NONE_MATCH) {
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let mut given = shown.iter().flat_map(|given| given.split(',')).map(opaque);
        return given.any(|given| given == "*" || given == opaque(tag));
    }
    let since = request.get_header::<IfModifiedSince>();
    since.is_some_and(|since| unchanged_since(modified, DateTime::from(SystemTime::from(since.0))))
}

/// The address of this request with a parameter set to another value.
pub fn onwards(request: &HttpRequest, name: &str, value: &str) -> String {
    format!(
        "{}?{}",
        request.path(),
        with_parameter(request.query_string(), name, value)
    )
}

/// The path of this request with its query, whichever form the request had.
pub fn own(request: &HttpRequest) -> &str {
    let whole = request.uri().path_and_query();
    whole.map_or_else(|| request.path(), |whole| whole.as_str())
}
