//! What the service calls: the `webhooks` of the document (OpenAPI 3.1), so that a receiver can be generated too.

use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, Paths, PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, PathItem, Ref, RefOr, Required, ResponseBuilder};

/// The headers of Standard Webhooks.
const HEADERS: &[(&str, &str)] = &[
    (
        "webhook-id",
        "Which delivery; the same however often it is repeated: whoever has seen it takes it and does nothing",
    ),
    (
        "webhook-timestamp",
        "Seconds since 1970 of this attempt; refuse what is older than five minutes",
    ),
    (
        "webhook-signature",
        "`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64, one for each secret that is good, separated by spaces",
    ),
];

pub fn webhooks(event: &str) -> Paths {
    let content = ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name(event))));
    let body = RequestBodyBuilder::new()
        .content("application/json", content.build())
        .required(Some(Required::True));
    let answer = |text: &str| ResponseBuilder::new().description(text).build();
    let operation = OperationBuilder::new()
        .tag("webhooks")
        .operation_id(Some("receive_event"))
        .summary(Some("Something happened"))
        .description(Some(
            "What a receiver gets, as `POST /organisations/{organisation}/webhooks` says. Signed as Standard Webhooks, version 1.",
        ))
        .parameters(Some(HEADERS.iter().map(|(name, about)| header(name, about))))
        .request_body(Some(body.build()))
        // By its signature, and by nothing else.
        .security(SecurityRequirement::default())
        .response("204", answer("Taken; so is every status of 200 to 299"))
        .response("410", answer("Nobody wants it any more: the webhook is disabled"))
        .response("default", answer("Not taken: it is repeated, and `Retry-After` is heeded"));
    let item = PathItem::new(HttpMethod::Post, operation.build());
    PathsBuilder::new().path("event", item).build()
}

fn header(name: &str, about: &str) -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(400));
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some(about))
        .schema(Some(text.build()))
        .build()
}
