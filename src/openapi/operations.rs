//! What follows from the shape of an operation, so that no handler has to repeat it.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::ParameterBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder};

use crate::auth::scope_of;
use crate::base::problem::{Code, Document};

/// Adds parameters, headers and problems that follow from what the operation is.
pub fn complete(path: &str, method: &str, operation: &mut Operation) {
    let staff = takes(operation, "member");
    if !staff && !optional_member(operation) {
        operation.security = Some(Vec::new());
    }
    let api = path.starts_with("/api/");
    let has_query = operation.parameters.iter().flatten().any(is_query);
    // A form (RFC 6749) has errors of its own.
    let has_body = has_json(operation);
    let creates = method == "POST" && operation.responses.responses.contains_key("201");
    let if_match = needs_if_match(path, method, operation);
    let mut shared = BTreeMap::<u16, Vec<Code>>::new();
    let mut say = |codes: &[Code]| {
        codes
            .iter()
            .for_each(|code| shared.entry(code.status()).or_default().push(*code))
    };
    if api {
        say(&[
            Code::BadRequest,
            Code::Unauthenticated,
            Code::MethodNotAllowed,
            Code::UriTooLong,
            Code::HeadersTooLarge,
            Code::Internal,
            Code::Unavailable,
        ]);
    }
    // Of `/me` a machine hears it.
    if staff {
        say(&[Code::Forbidden]);
    }
    let scope = operation.operation_id.as_deref().and_then(scope_of);
    if let Some(scope) = scope {
        say(&[Code::InsufficientScope]);
        let client = SecurityRequirement::new("client", [scope.as_str()]);
        let security = operation.security.get_or_insert_default();
        if security.is_empty() {
            // Nobody needs to say who they are.
            security.push(SecurityRequirement::default());
        }
        security.push(client);
    }
    if path.contains('{') {
        say(&[Code::NotFound]);
    }
    if has_query || has_body || creates || if_match {
        say(&[Code::ValidationFailed]);
    }
    if operation.request_body.is_some() {
        say(&[Code::BodyTimeout]);
    }
    if has_body {
        say(&[Code::MalformedJson, Code::BodyTooLarge, Code::UnsupportedMediaType]);
    }
    // A scan brings its own `scan_id`, which does the same, and for ever.
    let keyed = creates && !path.ends_with("/check-ins");
    if keyed {
        say(&[Code::IdempotencyKeyReused, Code::IdempotencyKeyInUse]);
        let key = "The same key with the same body gets the first answer again for 24 hours; take a fresh UUID, those who are not logged in share their keys";
        operation
            .parameters
            .get_or_insert_default()
            .push(header("Idempotency-Key", key, Required::False));
    }
    let registrant = takes(operation, "registrant");
    if if_match {
        say(&[Code::PreconditionFailed, Code::PreconditionRequired]);
        let (tag, required) = if registrant {
            (
                "The ETag of what was read; members must send it, the person who has the mail may",
                Required::False,
            )
        } else {
            ("The ETag of what was read", Required::True)
        };
        operation
            .parameters
            .get_or_insert_default()
            .push(header("If-Match", tag, required));
    }
    for (status, codes) in shared {
        add_problem(operation, status, &codes);
    }
    let tagged = if_match || (registrant && method != "GET") || (creates && !path.ends_with("/registrations"));
    let paged = is_page(operation);
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        for (media_type, content) in &mut response.content {
            describe_bytes(media_type, content);
        }
        response.headers.insert(
            "X-Request-Id".to_owned(),
            text_header("Also in problems and in our logs"),
        );
        if tagged && matches!(status.as_str(), "200" | "201") {
            response.headers.insert("ETag".to_owned(), text_header(ETAG));
        }
        if paged && status == "200" {
            response.headers.insert(
                "Link".to_owned(),
                text_header("`rel=\"next\"` while there is a next page (RFC 8288)"),
            );
        }
        if status == "401" {
            response
                .headers
                .insert("WWW-Authenticate".to_owned(), text_header("`Bearer`"));
        }
        if status == "405" {
            response.headers.insert("Allow".to_owned(), text_header("The methods"));
        }
        if status.as_str() >= "400" {
            response
                .content
                .entry("application/problem+json".to_owned())
                .or_insert_with(|| {
                    RefOr::T(
                        ContentBuilder::new()
                            .schema(Some(RefOr::Ref(Ref::from_schema_name(Document::name()))))
                            .build(),
                    )
                });
        }
        if matches!(status.as_str(), "429" | "503") {
            response
                .headers
                .insert("Retry-After".to_owned(), text_header("Seconds to wait"));
        }
        if status == "201" {
            response
                .headers
                .insert("Location".to_owned(), text_header("Where the new object is"));
            if keyed {
                response.headers.insert(
                    "Idempotency-Replayed".to_owned(),
                    text_header("`true` when this is the first answer again"),
                );
            }
        }
    }
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        for (media_type, content) in &mut body.content {
            describe_bytes(media_type, content);
        }
    }
    if method == "PATCH"
        && let Some(RefOr::T(body)) = &mut operation.request_body
        && let Some(content) = body.content.get("application/json").cloned()
    {
        body.content.insert("application/merge-patch+json".to_owned(), content);
    }
    let single = method == "GET" && operation.responses.responses.contains_key("200") && has_etag(operation);
    if single {
        let feed = is_feed(operation);
        let (etag, told) = if feed {
            (
                WEAK_ETAG,
                "Not changed since `If-None-Match`, or without it since `If-Modified-Since`",
            )
        } else {
            (ETAG, "Not changed since `If-None-Match`")
        };
        let mut unchanged = ResponseBuilder::new().description(told).build();
        unchanged.headers.insert("ETag".to_owned(), text_header(etag));
        operation
            .responses
            .responses
            .insert("304".to_owned(), RefOr::T(unchanged));
        let known = "The ETag of what the caller has";
        operation
            .parameters
            .get_or_insert_default()
            .push(header("If-None-Match", known, Required::False));
        if feed {
            let since = "The `Last-Modified` of what the caller has";
            operation
                .parameters
                .get_or_insert_default()
                .push(header("If-Modified-Since", since, Required::False));
        }
        if let Some(RefOr::T(found)) = operation.responses.responses.get_mut("200") {
            found.headers.insert("ETag".to_owned(), text_header(etag));
            if feed {
                let modified =
                    "When anything was last changed; not there within a minute of it, nor where free seats are told";
                found.headers.insert("Last-Modified".to_owned(), text_header(modified));
                let next = "`rel=\"next\"` where there is more than there was room for (RFC 8288)";
                found.headers.insert("Link".to_owned(), text_header(next));
            }
        }
    }
}

fn has_json(operation: &Operation) -> bool {
    let Some(RefOr::T(body)) = &operation.request_body else {
        return operation.request_body.is_some();
    };
    !body.content.contains_key("application/x-www-form-urlencoded")
}

/// Whether one can authenticate this way.
fn takes(operation: &Operation, scheme: &str) -> bool {
    let named = |one| serde_json::to_value(one).is_ok_and(|one| one.get(scheme).is_some());
    operation.security.as_ref().is_some_and(|all| all.iter().any(named))
}

/// Public operations that show members more say so with an empty and a `member` requirement.
fn optional_member(operation: &Operation) -> bool {
    operation.security.as_ref().is_some_and(|all| all.len() > 1)
}

/// PATCH, PUT, DELETE and state actions of staff on one object.
fn needs_if_match(path: &str, method: &str, operation: &Operation) -> bool {
    let creates = operation.responses.responses.contains_key("201");
    // A headcount and a stated total never change, a sharing only ends, and a review is its writer's own, so nobody can overlook a change of it. The steps of a
    // registrant go forward only, and many decisions at once name the state they need by themselves. A delivery that was taken
    // is not retried.
    let unguarded = path.contains("/headcounts/")
        || path.contains("/stated-totals/")
        || path.contains("/sharings/")
        // Another system may, and need not, say what it has seen.
        || path.starts_with("/api/v1/organisations/{organisation}/seminars")
        || [
            "/check-ins/batch",
            "/review",
            "/decisions",
            "/confirm",
            "/accept-offer",
            "/keep",
            "/withdraw",
            "/retry",
        ]
        .iter()
        .any(|end| path.ends_with(end) && !path.contains("-imports/"));
    path.starts_with("/api/")
        && !unguarded
        && match method {
            "PATCH" | "PUT" | "DELETE" => true,
            "POST" => !creates && path.contains('{'),
            _ => false,
        }
}

/// One object under the API, not a page and not a report.
fn has_etag(operation: &Operation) -> bool {
    let name = operation.operation_id.as_deref().unwrap_or_default();
    name.starts_with("get_")
        && operation
            .tags
            .iter()
            .flatten()
            .all(|tag| tag != "health" && tag != "reports")
        && name != "get_jwks"
}

/// Answered to whoever asks again and again, in several encodings.
fn is_feed(operation: &Operation) -> bool {
    operation.tags.iter().flatten().any(|tag| tag == "feeds")
}

const WEAK_ETAG: &str = "Weak; for If-None-Match";
const ETAG: &str = "Strong; for If-None-Match and If-Match";

/// Whether it answers with a page of a list.
fn is_page(operation: &Operation) -> bool {
    operation
        .operation_id
        .as_deref()
        .is_some_and(|id| id.starts_with("list_") && id != "list_problems")
}

fn is_query(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query)
}

fn add_problem(operation: &mut Operation, status: u16, codes: &[Code]) {
    let words = codes
        .iter()
        .map(|code| format!("`{}`", code.slug()))
        .collect::<Vec<_>>()
        .join(", ");
    let entry = operation
        .responses
        .responses
        .entry(status.to_string())
        .or_insert_with(|| RefOr::T(Response::new("")));
    if let RefOr::T(response) = entry {
        response.description = if response.description.is_empty() {
            words
        } else {
            format!("{}, {words}", response.description)
        };
    }
}

/// A file is bytes to a client, and no list of numbers, as which utoipa describes `Vec<u8>`.
fn describe_bytes(media_type: &str, content: &mut RefOr<Content>) {
    if let RefOr::T(content) = content
        && !media_type.ends_with("json")
        && matches!(content.schema, Some(RefOr::T(Schema::Array(_))))
    {
        let bytes = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        content.schema = Some(bytes.build().into());
    }
    // A list that is no page, such as that of the problems.
    if let RefOr::T(content) = content
        && let Some(RefOr::T(Schema::Array(list))) = &mut content.schema
    {
        list.max_items.get_or_insert(1000);
    }
}

fn header(name: &str, about: &str, required: Required) -> RefOr<Parameter> {
    let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(255));
    let schema = match name {
        "If-Match" => text.pattern(Some(r#"^"[0-9]+-[A-Za-z0-9_-]+"$"#)),
        "Idempotency-Key" => text.min_length(Some(1)).pattern(Some("^[ -~]+$")),
        // What is not known there says nothing, and is no fault. All headers together have 32 KiB: both of these and a token fit.
        _ => text.max_length(Some(8 * 1024)),
    };
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(about))
        .schema(Some(schema.build()))
        .build();
    RefOr::T(parameter)
}

fn text_header(about: &str) -> RefOr<Header> {
    // A `Link` has the path and query of the request in it, which have 8 KiB, and a cursor.
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(12_000))
        .build();
    RefOr::T(
        HeaderBuilder::new()
            .schema(Some(schema))
            .description(Some(about))
            .build(),
    )
}
