//! Errors as problem documents (RFC 9457). The catalogue is the whole public vocabulary: a problem whose
//! code is not here cannot be answered. Causes of internal errors are logged once, where they leave the house,
//! and never shown.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

mod catalogue;

pub use super::field_error::FieldError;
use super::field_error::cut;
pub use catalogue::Code;

/// Marks an answer whose form another standard fixes: it leaves as it is, although it is an error.
#[derive(Clone, Copy, Debug)]
pub struct OwnWords;

/// The id of a request, for whoever tells it before the answer leaves.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// A refusal on its way to the caller. Path and request id are added where it leaves the house.
#[derive(Clone, Debug)]
pub struct Problem {
    pub code: Code,
    pub detail: Option<String>,
    pub errors: Vec<FieldError>,
    pub retry_after: Option<u64>,
    pub allow: Option<String>,
    /// Where to go instead: the header Link.
    pub instead: Option<String>,
    /// Whether `force: true` would let it pass.
    pub forcible: Option<bool>,
    /// The check-in that this one comes after.
    pub first: Option<Value>,
}

impl Problem {
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            errors: Vec::new(),
            retry_after: None,
            allow: None,
            instead: None,
            forcible: None,
            first: None,
        }
    }

    #[must_use]
    pub fn forcible(mut self, forcible: bool) -> Self {
        self.forcible = Some(forcible);
        self
    }

    #[must_use]
    pub fn first(mut self, first: Option<Value>) -> Self {
        self.first = first;
        self
    }

    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(cut(detail.into(), 2000));
        self
    }

    #[must_use]
    pub fn errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    #[must_use]
    pub fn instead(mut self, path: impl Into<String>) -> Self {
        self.instead = Some(path.into());
        self
    }

    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The document as it is sent.
    #[must_use]
    pub fn document(&self, instance: &str, request_id: &str, german: bool) -> Document {
        Document {
            kind: format!("/problems/{}", self.code.slug()),
            title: self.code.title(german).to_owned(),
            status: self.code.status(),
            code: self.code,
            detail: self.detail.clone(),
            instance: instance.to_owned(),
            request_id: request_id.to_owned(),
            errors: self.errors.clone(),
            forcible: self.forcible,
            first: self.first.clone(),
        }
    }
}

/// A problem document (RFC 9457), `application/problem+json`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem, example = json!({
    "type": "/problems/validation-failed", "title": "Die Anfrage enthält Fehler", "status": 422, "code": "validation-failed",
    "instance": "/api/v1/seminars", "request_id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11",
    "errors": [{"pointer": "/sessions/0/ends_at", "detail": "must be after `starts_at`"}]}))]
pub struct Document {
    /// Where the code is explained, relative to the service.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short, the same for every problem of this code; German or English by `Accept-Language`.
    pub title: String,
    pub status: u16,
    pub code: Code,
    /// This case in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
    /// The path that was asked for.
    pub instance: String,
    /// Also in the header `X-Request-Id` and in our logs.
    pub request_id: String,
    /// What is wrong with which member, parameter or header.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// At the door: whether `force: true` would let it pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub forcible: Option<bool>,
    /// At the door, with `already-checked-in`: the first check-in, `{id, at, device, by, session}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Object)]
    pub first: Option<Value>,
}

/// Why a request did not get what it asked for.
#[derive(Debug)]
pub enum Error {
    /// The caller can do something about it.
    Refused(Box<Problem>),
    /// Nobody's mistake, and it passes: database away, pool or lock wait over.
    Unavailable(String),
    /// Our mistake.
    Internal(String),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Problem::new(Code::ValidationFailed).errors(errors).into()
    }

    /// All that was found wrong, if anything was.
    pub fn unless_empty(errors: Vec<FieldError>) -> Result<()> {
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Self::invalid(errors))
        }
    }

    /// A refusal that names one member of the body.
    pub fn member(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::member(pointer, detail)])
    }

    #[must_use]
    pub fn problem(&self) -> Problem {
        match self {
            Self::Refused(problem) => (**problem).clone(),
            Self::Unavailable(_) => Problem::new(Code::Unavailable).retry_after(2),
            Self::Internal(_) => Problem::new(Code::Internal),
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Problem::new(code).into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(problem) => {
                write!(f, "{}", problem.code.title(false))?;
                if let Some(detail) = &problem.detail {
                    write!(f, ": {detail}")?;
                }
                for error in &problem.errors {
                    write!(f, "\n  {}: {}", error.place(), error.detail)?;
                }
                Ok(())
            }
            Self::Unavailable(cause) | Self::Internal(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for Error {}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        self.problem().status()
    }

    /// Hands the problem to the envelope (`app::envelope`), which alone knows path, request id and language.
    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Refused(_) => {}
            Self::Unavailable(cause) => tracing::warn!(cause, "unavailable"),
            Self::Internal(cause) => tracing::error!(cause, "internal error"),
        }
        let problem = self.problem();
        let mut response = HttpResponse::new(problem.status());
        response.extensions_mut().insert(problem);
        response
    }
}

/// Turns the problem into a finished answer.
#[must_use]
pub fn render(problem: &Problem, instance: &str, request_id: &str, german: bool) -> HttpResponse {
    let document = problem.document(instance, request_id, german);
    let mut response = HttpResponse::build(problem.status()).json(document);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(seconds) = problem.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(allow) = problem
        .allow
        .as_deref()
        .and_then(|allow| HeaderValue::from_str(allow).ok())
    {
        headers.insert(actix_web::http::header::ALLOW, allow);
    }
    if let Some(path) = problem
        .instead
        .as_deref()
        .and_then(|path| HeaderValue::from_str(&format!("<{path}>; rel=\"canonical\"")).ok())
    {
        headers.insert(actix_web::http::header::LINK, path);
    }
    if problem.code.status() == 401 {
        headers.insert(
            actix_web::http::header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer"),
        );
    }
    response
}
