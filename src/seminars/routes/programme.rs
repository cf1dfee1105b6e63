//! The programme as anybody sees it, from memory: asked for often, and the same for all who do not say who they are.

use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName,
    HeaderValue, IF_NONE_MATCH, PRAGMA,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, web};

use crate::base::etag;
use crate::base::language::german;
use crate::base::memory::{Answer, Found, MOST_BYTES_OF_ONE, Memory, Route, Wanted};

const LIST: &str = "/api/v1/seminars";
const ONE: &str = "/api/v1/seminars/{seminar}";

/// Longer questions are answered, and not kept.
const LONGEST_QUESTION: usize = 1000;

/// Answers `GET /seminars` and `GET /seminars/{seminar}` from memory where it can, before any route is looked for; stands
/// around all routes.
///
/// Whoever shows a token of whatever kind is answered by the routes, and so is everybody where an answer says that it must
/// not be stored: what members see never gets here.
pub async fn from_memory(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let asked = question(&request).zip(request.app_data::<web::Data<Memory>>().cloned());
    let Some(((question, route), memory)) = asked else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    match memory.ask(&question, wanted(request.headers())).await {
        Found::Answer(answer) => {
            request.extensions_mut().insert(Route(route));
            let response = response(request.headers(), &answer);
            Ok(request.into_response(response))
        }
        Found::Nothing => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        Found::Turn(turn) => {
            // What is read is read for all who wait, also for those who have nothing yet.
            let shown = request.headers_mut().remove(IF_NONE_MATCH).collect::<Vec<_>>();
            let (request, answered) = next.call(request).await?.into_parts();
            if !for_everybody(answered.status(), answered.headers()) {
                turn.tell(None);
                return Ok(ServiceResponse::new(request, answered.map_into_boxed_body()));
            }
            let (head, body) = answered.into_parts();
            let headers = head.headers().iter();
            let headers = headers.map(|(name, value)| (name.clone(), value.clone())).collect();
            let body = to_bytes(body).await.map_err(|error| {
                let error: Box<dyn std::error::Error> = error.into();
                crate::base::problem::Error::internal(error)
            })?;
            let answer = Arc::new(Answer { headers, body });
            turn.tell((answer.body.len() <= MOST_BYTES_OF_ONE).then(|| answer.clone()));
            let mut given = HeaderMap::new();
            for value in shown {
                given.append(IF_NONE_MATCH, value);
            }
            Ok(ServiceResponse::new(request, response(&given, &answer)))
        }
    }
}

/// What is asked for, with all that the answer depends on, and by which route; `None` where it is no question for everybody.
fn question(request: &ServiceRequest) -> Option<(String, &'static str)> {
    let (path, headers) = (request.path(), request.headers());
    if *request.method() != Method::GET || headers.contains_key(AUTHORIZATION) {
        return None;
    }
    let route = match path.strip_prefix(LIST)? {
        "" => LIST,
        // An id, and nothing that comes after one or looks like one and is a file.
        rest => {
            let id = rest.strip_prefix('/').filter(|id| id.len() == 36)?;
            let plain = id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
            plain.then_some(ONE)?
        }
    };
    let mut question = String::with_capacity(256);
    question.push_str(request.uri().path_and_query().map_or(path, |whole| whole.as_str()));
    question.push_str(if german(request) { "\nde" } else { "\nen" });
    for name in [ACCEPT, ACCEPT_ENCODING] {
        for value in headers.get_all(name) {
            question.push('\n');
            question.push_str(value.to_str().ok()?);
        }
        question.push('\r');
    }
    (question.len() <= LONGEST_QUESTION).then_some((question, route))
}

/// `Cache-Control: no-cache` and `max-age=0` ask for what is so now (RFC 9111, section 5.2.1), and so did `Pragma` before them: a
/// browser says it when its user reloads.
fn wanted(headers: &HeaderMap) -> Wanted {
    let fresh = |value: &HeaderValue| {
        let mut directives = value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
        directives.any(|one| one.eq_ignore_ascii_case(b"no-cache") || one.eq_ignore_ascii_case(b"max-age=0"))
    };
    if [CACHE_CONTROL, PRAGMA]
        .iter()
        .any(|name| headers.get_all(name).any(fresh))
    {
        Wanted::Fresh
    } else {
        Wanted::Kept
    }
}

/// The second lock beside that of the question: what must not be stored is stored nowhere.
fn for_everybody(status: StatusCode, headers: &HeaderMap) -> bool {
    let caching = headers.get(CACHE_CONTROL).and_then(|value| value.to_str().ok());
    status == StatusCode::OK && caching.is_some_and(|caching| !caching.contains("no-store"))
}

/// 200, or 304 to whoever has it.
fn response(shown: &HeaderMap, answer: &Answer) -> HttpResponse {
    let tag = answer.headers.iter().find(|(name, _)| name == ETAG);
    let tag = tag.and_then(|(_, value)| value.to_str().ok());
    let known = shown.contains_key(IF_NONE_MATCH) && tag.is_some_and(|tag| etag::has_it(shown, tag));
    let mut response = if known {
        HttpResponse::new(StatusCode::NOT_MODIFIED)
    } else {
        HttpResponse::new(StatusCode::OK).set_body(BoxBody::new(answer.body.clone()))
    };
    let of_the_body = |name: &HeaderName| known && [CONTENT_TYPE, CONTENT_ENCODING].contains(name);
    for (name, value) in answer.headers.iter().filter(|(name, _)| !of_the_body(name)) {
        response.headers_mut().append(name.clone(), value.clone());
    }
    response
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use actix_web::http::header::HeaderValue;
    use actix_web::test::TestRequest;

    use super::*;

    fn asked(request: TestRequest) -> Option<String> {
        question(&request.to_srv_request()).map(|(question, _)| question)
    }

    #[test]
    fn whatever_an_answer_depends_on_is_in_the_question() {
        let list = || TestRequest::get().uri(LIST);
        let different = [
            list(),
            list().uri("/api/v1/seminars?limit=1"),
            list().insert_header((ACCEPT, "application/ld+json")),
            list().insert_header((ACCEPT_ENCODING, "application/ld+json")),
            list().insert_header(("Accept-Language", "en")),
        ];
        let questions = different.map(|request| asked(request).unwrap());
        assert_eq!(questions.iter().collect::<HashSet<_>>().len(), questions.len());
        assert_eq!(
            asked(list().insert_header(("Accept-Language", "de"))).as_ref(),
            questions.first()
        );
        for nobody_elses in [
            list().insert_header((AUTHORIZATION, "Registration x")),
            TestRequest::post().uri(LIST),
            list().uri("/api/v1/seminars.ics"),
        ] {
            assert_eq!(asked(nobody_elses), None);
        }
    }

    #[test]
    fn only_what_may_be_stored_is_an_answer_for_everybody() {
        let told = |status: StatusCode, caching: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
            for_everybody(status, &headers)
        };
        assert!(told(StatusCode::OK, "no-cache"));
        assert!(!told(StatusCode::OK, "private, no-store"));
        assert!(!told(StatusCode::NOT_MODIFIED, "no-cache"));
        assert!(!for_everybody(StatusCode::OK, &HeaderMap::new()));
    }
}
