//! What the rooms do not say themselves: title, tags, security schemes, and the problems every operation shares.

mod operations;
mod schemas;
mod webhooks;

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, ClientCredentials, Flow, HttpAuthScheme, HttpBuilder, OAuth2, Scopes as OAuthScopes,
    SecurityScheme,
};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, ServerBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use crate::attendance::{ListFormat, ListLanguage, Listed, Orientation};
use crate::auth::Scope;
use crate::base::csv::Dialect;
use crate::base::problem::{Code, Document, FieldError};
use crate::partners::{WebhookEvent, WebhookEventData};
use crate::registrations::TicketFormat;
use crate::reports::{Forms, OpenDataFormat, ReportFormat, SnapshotFormat, StatisticFormat};

const TAGS: &[(&str, &str)] = &[
    ("seminars", "Veranstaltungen: the programme, and what happens to it"),
    (
        "duplicates",
        "Doppelte Ankündigungen: the same event announced twice, found and made one",
    ),
    ("registrations", "Anmeldungen: one person's claim on one seminar"),
    (
        "sharings",
        "Weitergaben: with whom a seminar shares its registrations, what is read, and every reading of it",
    ),
    ("check-ins", "Einlass: who came through the door"),
    ("attendance", "Teilnahme: how many came, in whose words"),
    (
        "programme-imports",
        "Programme aus Tabellen: read from a spreadsheet, doubt by doubt, then whole or not at all",
    ),
    (
        "reports",
        "Berichte: figures for a period, with the seminars behind them",
    ),
    (
        "statistics",
        "Statistiken: the figures of a period side by side, as data, pictures and tables",
    ),
    ("counting-rules", "Zählregeln: what counts as what, in versions"),
    (
        "stated-totals",
        "Gesamtangaben: what a source says of a whole programme without naming the seminars",
    ),
    (
        "report-snapshots",
        "Versiegelte Berichte: a report as it was told, for a paper",
    ),
    (
        "open-data",
        "Offene Daten: a year's seminars and figures for everybody, described by DCAT-AP.de",
    ),
    (
        "changes",
        "Änderungen: every change of the programme, in order and without gaps",
    ),
    (
        "audit-log",
        "Protokoll: what happened and by whom, in ids, sealed so that nobody changes it unnoticed",
    ),
    (
        "api-clients",
        "Maschinen der Partner: what they may do, and their secrets",
    ),
    (
        "feeds",
        "Feeds: the public programme for calendars, search engines, event portals and readers of news",
    ),
    ("collections", "Formate, Projekte, Rahmen: what seminars belong to"),
    ("venues", "Orte"),
    ("logos", "Logos: what stands above printed lists and certificates"),
    ("organisations", "Tenants, and everyone who takes part in a seminar"),
    (
        "webhooks",
        "Benachrichtigungen an Systeme: what happens is sent to an address, signed, in order, until it is taken",
    ),
    ("members", "Who acts for an organisation, and as what"),
    ("accounts", "People who log in"),
    ("auth", "Log in, stay logged in, log out"),
    ("health", "Is it alive, can it work, what do its problems mean"),
];

#[must_use]
pub fn base() -> OpenApi {
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Einlass")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "Event registration and attendance tracking for public business-development offices.\n\n\
                     Errors are problem documents (RFC 9457) with a `code` from `GET /problems`. Lists are keyset pages. \
                     Objects have a strong `ETag`; staff send it back in `If-Match` when they change one (428 without, 412 when stale). \
                     A POST that creates takes an `Idempotency-Key` and can then be repeated safely for 24 hours. \
                     Titles of problems are German or English by `Accept-Language`, German first.",
                ))
                .contact(Some(ContactBuilder::new().name(Some("The Einlass maintainers")).build()))
                .license(Some(LicenseBuilder::new().name("EUPL-1.2").identifier(Some("EUPL-1.2")).build()))
                .build(),
        )
        .servers(Some([ServerBuilder::new().url("/").description(Some("This service")).build()]))
        .tags(Some(TAGS.iter().map(|(name, about)| TagBuilder::new().name(*name).description(Some(*about)).build())))
        .build()
}

/// Adds what follows from an operation's shape, so that no handler has to repeat it.
#[must_use]
pub fn complete(mut document: OpenApi) -> OpenApi {
    let components = components_of(&mut document);
    let member = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The access token of `POST /auth/login`"))
        .build();
    components.add_security_scheme("member", SecurityScheme::Http(member));
    let scopes = Scope::ALL.iter().map(|scope| (scope.as_str(), scope.about()));
    let flow = ClientCredentials::new("/api/v1/oauth/token", OAuthScopes::from_iter(scopes));
    let client = OAuth2::with_description(
        [Flow::ClientCredentials(flow)],
        "An API client of an organisation (RFC 6749, section 4.4); it reaches what its scopes say, and no more: what anybody reads without a token it reads with `seminars:read`",
    );
    components.add_security_scheme("client", SecurityScheme::OAuth2(client));
    let registrant = ApiKeyValue::with_description(
        "Authorization",
        "`Registration <token>`, the token of the link in a mail. Where the operation takes one, it may stand in the body instead",
    );
    components.add_security_scheme("registrant", SecurityScheme::ApiKey(ApiKey::Header(registrant)));
    for (name, schema) in [
        (Document::name(), Document::schema()),
        (FieldError::name(), FieldError::schema()),
        (Code::name(), Code::schema()),
        // Named by a query parameter only, which does not bring its schema along.
        (ListFormat::name(), ListFormat::schema()),
        (ListLanguage::name(), ListLanguage::schema()),
        (Listed::name(), Listed::schema()),
        (Orientation::name(), Orientation::schema()),
        (TicketFormat::name(), TicketFormat::schema()),
        (ReportFormat::name(), ReportFormat::schema()),
        (Forms::name(), Forms::schema()),
        (StatisticFormat::name(), StatisticFormat::schema()),
        (SnapshotFormat::name(), SnapshotFormat::schema()),
        (OpenDataFormat::name(), OpenDataFormat::schema()),
        (Dialect::name(), Dialect::schema()),
        // What the service sends.
        (WebhookEvent::name(), WebhookEvent::schema()),
        (WebhookEventData::name(), WebhookEventData::schema()),
    ] {
        components.schemas.insert(name.into_owned(), schema);
    }
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("GET", &mut item.get),
            ("POST", &mut item.post),
            ("PUT", &mut item.put),
            ("PATCH", &mut item.patch),
            ("DELETE", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                operations::complete(path, method, operation);
            }
        }
    }
    document.webhooks = Some(webhooks::webhooks(&WebhookEvent::name()));
    schemas::complete(&mut components_of(&mut document).schemas);
    document
}

/// The operations of a path, with their methods.
#[must_use]
pub fn operations_of(item: &PathItem) -> Vec<(&'static str, &Operation)> {
    let all = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
        .collect()
}

fn components_of(document: &mut OpenApi) -> &mut Components {
    document.components.get_or_insert_default()
}
