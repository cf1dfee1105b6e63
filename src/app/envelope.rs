//! What happens to every request and answer: its id and its trace, HEAD as GET without the body, the security headers, problems
//! as documents, a panic as a 500, one line in the log and one more in the metrics.

use std::cell::OnceCell;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, ResponseError, web};
use futures_util::FutureExt;
use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::known::Routes;
use super::unread::in_pieces;
use crate::auth::REGISTRATION;
use crate::base::drain::Drain;
use crate::base::ids::fresh;
use crate::base::language::german;
use crate::base::memory;
use crate::base::metrics::{self, Caught};
use crate::base::problem::{Code, Error, OwnWords, Problem, RequestId, Result, render};
use crate::base::trace::Trace;
use crate::portal::{ErrorPage, Page};

/// Around every request.
pub async fn envelope(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let begun = metrics::Request::begun();
    let asked = Asked::of(&request);
    let span = asked.span(request.headers());
    request.extensions_mut().insert(RequestId(asked.request_id.clone()));
    request.extensions_mut().insert(asked.meant.clone());
    if asked.method == Method::HEAD {
        // The body is left out on the wire all the same: that was decided when the head was read.
        request.head_mut().method = Method::GET;
    }
    let refused = asked.refused(request.query_string(), request.headers());
    let handled = async move {
        match refused {
            Some(code) => Ok(request.into_response(Error::from(code).error_response())),
            None => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        }
    };
    // Otherwise a panic would end the connection without a word.
    let handled = AssertUnwindSafe(handled).catch_unwind().instrument(span.clone()).await;
    span.in_scope(|| {
        let (beside, response) = match handled {
            Ok(Ok(response)) => {
                let (request, mut response) = response.into_parts();
                let routes = request.app_data::<web::Data<Routes>>();
                // Whatever was said: a route that was not meant may have said it.
                let wrong = routes.filter(|_| response.status().is_client_error());
                if let Some(problem) = wrong.and_then(|routes| routes.wrong_method(&asked.method, &asked.path)) {
                    response = Error::from(problem).error_response();
                }
                asked.meant.is(|| memory::route(&request));
                (Ok(request), response)
            }
            Ok(Err(error)) => {
                let response = error.error_response();
                (Err(error.to_string()), response)
            }
            Err(_) => {
                metrics::panicked(Caught::Handler);
                let error = Error::internal("a handler panicked");
                (Err(error.to_string()), error.error_response())
            }
        };
        let response = asked.finish(response);
        let status = response.status().as_u16();
        let took = begun.answered(asked.method.as_str(), asked.meant.route(), status);
        tracing::info!(
            status,
            ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "request"
        );
        match beside {
            Ok(request) => Ok(ServiceResponse::new(request, response)),
            // The request is gone; actix sends the answer of an error as it is.
            Err(cause) => Err(InternalError::from_response(cause, response).into()),
        }
    })
}

/// Which route is meant, by its pattern: who is meant stands in no log and no metric. Looked for once, and not at all where the
/// answer was in memory.
#[derive(Clone, Default)]
struct Meant(Rc<OnceCell<String>>);

impl Meant {
    fn is(&self, look: impl FnOnce() -> Option<String>) {
        self.0.get_or_init(|| {
            let route = look().unwrap_or_else(|| UNMATCHED.to_owned());
            Span::current().record("route", route.as_str());
            route
        });
    }

    fn route(&self) -> &str {
        self.0.get().map_or(UNMATCHED, String::as_str)
    }
}

const UNMATCHED: &str = "unmatched";

/// Around every request that is not answered from memory: whatever is logged from here on tells the route, and so does the
/// answer where the request is lost.
pub async fn known_route(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let meant = request.extensions().get::<Meant>().cloned();
    if let Some(meant) = meant {
        meant.is(|| memory::route(request.request()));
    }
    next.call(request).await.map(ServiceResponse::map_into_boxed_body)
}

/// What has to be known of a request when it is answered, and the request is not there any more.
struct Asked {
    request_id: String,
    path: String,
    method: Method,
    meant: Meant,
    german: bool,
    error_page: Option<ErrorPage>,
    drain: Option<web::Data<Drain>>,
}

impl Asked {
    fn of(request: &ServiceRequest) -> Self {
        Self {
            request_id: request_id(request.headers()),
            path: request.path().to_owned(),
            method: request.method().clone(),
            meant: Meant::default(),
            german: german(request),
            error_page: ErrorPage::of(request),
            drain: request.app_data::<web::Data<Drain>>().cloned(),
        }
    }

    /// Whatever is logged meanwhile carries it, whichever thread logs it. Of who asks only the kind is told: who did what stands
    /// in the journal, and logs end up with others than those who may read it. An error's level: whoever logs errors alone wants
    /// to know of which request.
    fn span(&self, headers: &HeaderMap) -> Span {
        let mut given = headers.get_all("traceparent");
        let only = given.next().filter(|_| given.next().is_none());
        let trace = Trace::of(only.and_then(|value| value.to_str().ok()));
        // Whoever shows a token of ours is known when it was looked at (`auth::identify`).
        let caller = match headers.get(AUTHORIZATION).map(HeaderValue::as_bytes) {
            None => Some("anonymous"),
            Some(value) if value.starts_with(REGISTRATION.as_bytes()) => Some("registrant"),
            Some(_) => None,
        };
        tracing::error_span!(
            "request",
            request_id = self.request_id,
            trace_id = trace.id,
            span_id = trace.span,
            method = %self.method,
            caller,
            route = Empty,
        )
    }

    /// What no handler is to see.
    fn refused(&self, query: &str, headers: &HeaderMap) -> Option<Code> {
        if self.path.len() + query.len() > 8192 {
            Some(Code::UriTooLong)
        } else if size_of(headers) > HEADERS || has_long_condition(headers) {
            Some(Code::HeadersTooLarge)
        } else if hides_control_characters(&self.path) {
            Some(Code::NotFound)
        } else {
            None
        }
    }

    /// The answer as it leaves the house.
    fn finish(&self, response: HttpResponse) -> HttpResponse {
        let mut response = as_problem(response, self);
        finish(response.headers_mut(), &self.request_id, self.path.starts_with("/docs"));
        // Whoever keeps the connection would ask here again, and at the end be cut off.
        if self.drain.as_ref().is_some_and(|drain| drain.has_begun()) {
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        response.map_body(|_, body| in_pieces(body))
    }
}

/// All headers together. actix has an end of its own at 128 KiB, beyond which it answers 431 without a body.
const HEADERS: usize = 32 * 1024;
/// One header with which a caller says what they have. What is not known there says nothing, however short.
const CONDITION: usize = 8 * 1024;

fn size_of(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum()
}

/// So that both of them and a token fit into [`HEADERS`], and the document tells no lie.
fn has_long_condition(headers: &HeaderMap) -> bool {
    let mut said = [IF_NONE_MATCH, IF_MODIFIED_SINCE]
        .into_iter()
        .flat_map(|name| headers.get_all(name));
    said.any(|value| value.len() > CONDITION)
}

/// The caller's id if it is a sane one, so that it can be followed through several services.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get("X-Request-Id").and_then(|value| value.to_str().ok());
    let sane = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    given.filter(sane).map_or_else(|| fresh().to_string(), str::to_owned)
}

/// A path with `%00` or `%ff` names nothing, and would be an error further in.
fn hides_control_characters(path: &str) -> bool {
    path.contains('%') && {
        let mut bytes = Vec::with_capacity(path.len());
        let mut rest = path.as_bytes();
        while let Some((&first, tail)) = rest.split_first() {
            let hex = |at: usize| tail.get(at).and_then(|b| char::from(*b).to_digit(16));
            match (first, hex(0), hex(1)) {
                (b'%', Some(high), Some(low)) => {
                    bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                    rest = tail.get(2..).unwrap_or_default();
                }
                _ => {
                    bytes.push(first);
                    rest = tail;
                }
            }
        }
        std::str::from_utf8(&bytes).map_or(true, |text| text.chars().any(char::is_control))
    }
}

/// Every error leaves as a problem document, also those that actix itself makes; to people as a page.
fn as_problem(mut response: HttpResponse, asked: &Asked) -> HttpResponse {
    if response.extensions().contains::<Page>() || response.extensions().contains::<OwnWords>() {
        return response;
    }
    let ours = response.extensions_mut().remove::<Problem>();
    let problem = ours.or_else(|| {
        let code = match response.status().as_u16() {
            status if status < 400 => return None,
            404 => Code::NotFound,
            406 => Code::NotAcceptable,
            408 => Code::BodyTimeout,
            413 => Code::BodyTooLarge,
            414 => Code::UriTooLong,
            415 => Code::UnsupportedMediaType,
            431 => Code::HeadersTooLarge,
            400..=499 => Code::BadRequest,
            503 => Code::Unavailable,
            _ => Code::Internal,
        };
        Some(Problem::new(code))
    });
    match problem {
        Some(problem) => {
            let page = asked.error_page.as_ref();
            let page = page.and_then(|page| page.render(&problem, &asked.request_id));
            page.unwrap_or_else(|| render(&problem, &asked.path, &asked.request_id, asked.german))
        }
        None => response,
    }
}

fn finish(headers: &mut HeaderMap, request_id: &str, docs: bool) {
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("x-request-id", request_id);
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "no-referrer");
    if !headers.contains_key("content-security-policy") {
        headers.insert(
            HeaderName::from_static("content-security-policy"),
            HeaderValue::from_static(if docs {
                "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
            } else {
                "default-src 'none'; frame-ancestors 'none'"
            }),
        );
    }
    if !headers.contains_key("cache-control") {
        headers.insert(
            HeaderName::from_static("cache-control"),
            HeaderValue::from_static("no-store"),
        );
    }
}

#[cfg(test)]
mod tests;
