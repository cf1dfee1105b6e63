//! An error as a page, where a problem document would not be understood.

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{ALLOW, HeaderMap, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, web};

use super::visit::chosen_language;
use crate::base::language::german;
use crate::base::problem::Problem;
use crate::portal::pages::Pages;

/// Whoever asks for one of the pages and not expressly for JSON is answered with a page.
pub struct ErrorPage {
    pages: web::Data<Pages>,
    english: bool,
}

impl ErrorPage {
    #[must_use]
    pub fn of(request: &ServiceRequest) -> Option<Self> {
        let ours = ["/registrations/", "/join/"]
            .iter()
            .any(|begin| request.path().starts_with(begin));
        if !ours || asks_for_json(request.headers()) {
            return None;
        }
        Some(Self {
            pages: request.app_data::<web::Data<Pages>>()?.clone(),
            english: chosen_language(request.query_string()).unwrap_or_else(|| !german(request)),
        })
    }

    /// `None`: the page itself is broken.
    #[must_use]
    pub fn render(&self, problem: &Problem, request_id: &str) -> Option<HttpResponse> {
        let page = self.pages.error(problem, request_id, self.english);
        let mut page = page
            .inspect_err(|error| tracing::error!(%error, "the page for errors"))
            .ok()?;
        if let Some(seconds) = problem.retry_after {
            page.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = problem
            .allow
            .as_deref()
            .and_then(|allow| HeaderValue::from_str(allow).ok())
        {
            page.headers_mut().insert(ALLOW, allow);
        }
        Some(page)
    }
}

pub fn asks_for_json(headers: &HeaderMap) -> bool {
    let accept = headers
        .get("Accept")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let asks = |kind: &str| accept.to_ascii_lowercase().contains(kind);
    (asks("application/json") || asks("application/problem+json")) && !asks("text/html")
}
