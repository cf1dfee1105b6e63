//! Conditional requests (RFC 9110, section 13).
//!
//! A tag is `"<version>-<digest of the body>"`. The digest makes it strong: other bytes, other tag. If-Match
//! looks at the version alone: a seat that goes while an organiser writes changes the bytes, but makes nobody's
//! edit stale.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH, VARY};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload};
use serde::Serialize;
use std::future::{Ready, ready};

use super::digest::{base64url, sha256};
use super::problem::{Code, Error, FieldError, Problem, Result};

#[must_use]
pub fn tag(version: i64, body: &[u8]) -> String {
    let digest = sha256(body);
    format!("\"{version}-{}\"", base64url(digest.get(..12).unwrap_or_default()))
}

/// Whether an answer may be kept by caches between us and the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// May be stored, must be asked about again.
    Public,
    /// Personal, or for members only: stored nowhere.
    Personal,
}

/// The answer to a GET of one object: 200 with its tag, or 304 when the caller has these bytes already.
pub fn single<T: Serialize>(request: &HttpRequest, version: i64, privacy: Privacy, view: &T) -> Result<HttpResponse> {
    let body = serde_json::to_vec(view).map_err(Error::internal)?;
    Ok(bytes(request, version, privacy, "application/json", body))
}

/// [`single`] of what is already written: 200 with its tag, or 304.
pub fn bytes(
    request: &HttpRequest,
    version: i64,
    privacy: Privacy,
    media_type: &'static str,
    body: Vec<u8>,
) -> HttpResponse {
    let tag = tag(version, &body);
    let mut response = if has_it(request.headers(), &tag) {
        HttpResponse::new(StatusCode::NOT_MODIFIED)
    } else {
        HttpResponse::Ok().content_type(media_type).body(body)
    };
    headers(&mut response, Some(&tag), privacy);
    response
}

/// Whether If-None-Match names this tag; weakly, as RFC 9110, section 13.1.2, compares.
#[must_use]
pub fn has_it(headers: &HeaderMap, tag: &str) -> bool {
    let tag = tag.trim_start_matches("W/");
    let mut given = headers.get_all(IF_NONE_MATCH).filter_map(|v| v.to_str().ok());
    given.any(|given| {
        let mut given = given.split(',').map(|one| one.trim().trim_start_matches("W/"));
        given.any(|one| one == tag || one == "*")
    })
}

/// The answer to a change: the new state with its new tag.
pub fn changed<T: Serialize>(version: i64, view: &T) -> Result<HttpResponse> {
    let body = serde_json::to_vec(view).map_err(Error::internal)?;
    let tag = tag(version, &body);
    let mut response = HttpResponse::Ok().content_type("application/json").body(body);
    headers(&mut response, Some(&tag), Privacy::Personal);
    Ok(response)
}

/// [`changed`] where the answer says more than the object: the tag is that of the object alone, so that the next
/// conditional GET of it is answered with 304.
pub fn changed_with<T: Serialize, B: Serialize>(version: i64, object: &T, answer: &B) -> Result<HttpResponse> {
    let object = serde_json::to_vec(object).map_err(Error::internal)?;
    let mut response = HttpResponse::Ok().json(answer);
    headers(&mut response, Some(&tag(version, &object)), Privacy::Personal);
    Ok(response)
}

/// Sets the tag and what caches may do.
pub fn headers(response: &mut HttpResponse, tag: Option<&str>, privacy: Privacy) {
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    if let Some(tag) = tag {
        set(ETAG, tag);
    }
    set(
        CACHE_CONTROL,
        if privacy == Privacy::Public {
            "no-cache"
        } else {
            "no-store"
        },
    );
    set(VARY, "Authorization, Accept, Accept-Language");
}

/// The version the caller has read. Without it the request is refused with 428 before anything is looked at.
#[derive(Clone, Debug)]
pub struct IfMatch(Vec<i64>);

impl IfMatch {
    /// Refuses with 412 unless the caller has seen the present version.
    pub fn check(&self, present: i64) -> Result<()> {
        if self.0.contains(&present) {
            Ok(())
        } else {
            Err(Code::PreconditionFailed.into())
        }
    }

    /// Where it may be left out: `None` if it is.
    pub fn where_given(request: &HttpRequest) -> Result<Option<Self>> {
        let given = request.headers().get(IF_MATCH);
        given
            .map(|value| Self::parse(value.to_str().unwrap_or_default()))
            .transpose()
    }

    fn parse(given: &str) -> Result<Self> {
        let versions = given
            .split(',')
            .map(|tag| {
                let opaque = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
                opaque
                    .split_once('-')
                    .map_or(opaque, |(version, _)| version)
                    .parse()
                    .ok()
            })
            .collect::<Option<Vec<i64>>>();
        versions.map(Self).ok_or_else(|| {
            Error::invalid(vec![FieldError::header(
                "If-Match",
                "must be the ETag of an earlier answer, e.g. \"3-…\"",
            )])
        })
    }
}

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let given = Self::where_given(request);
        ready(given.and_then(|given| given.ok_or_else(|| Problem::new(Code::PreconditionRequired).into())))
    }
}
