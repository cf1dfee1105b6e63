//! API clients: the machines of an organisation.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::model::{ApiClient, ApiClientId, ApiClientSecret, OrganisationId, Scope};
use crate::auth::rules::secrets::{MAX_OVERLAP_HOURS, OVERLAP_HOURS, is_good};
use crate::auth::service::Seen;
use crate::auth::who::Admin;
use crate::auth::{service, store};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch, Privacy};
use crate::base::idempotency::{Created, Idempotency};
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Error, FieldError, Result};
use crate::base::query::Query;
use crate::base::text::Line;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiClient, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "name": "Veranstaltungskalender der IHK", "scopes": ["seminars:read", "seminars:write"],
    "created_at": "2026-11-22T09:00:00Z", "last_used_at": null, "revoked_at": null,
    "secrets": [{"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "created_at": "2026-11-22T09:00:00Z", "expires_at": null, "last_used_at": null}]}))]
pub struct ApiClientView {
    /// The `client_id` of `POST /oauth/token`.
    pub id: ApiClientId,
    pub name: String,
    #[schema(max_items = 6)]
    pub scopes: Vec<Scope>,
    pub created_at: DateTime<Utc>,
    /// When it last fetched an access token.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Since when it is nobody any more.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Those that are good, the newest first: at most two.
    #[schema(max_items = 2)]
    pub secrets: Vec<SecretView>,
}

/// A secret, without itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiClientSecret, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "created_at": "2026-11-22T09:00:00Z", "expires_at": null, "last_used_at": null}))]
pub struct SecretView {
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    /// `null`: until it is rotated.
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A client with the secret that was just made for it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "name": "Veranstaltungskalender der IHK", "scopes": ["seminars:read"],
    "created_at": "2026-11-22T09:00:00Z", "last_used_at": null, "revoked_at": null,
    "secrets": [{"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "created_at": "2026-11-22T09:00:00Z", "expires_at": null, "last_used_at": null}],
    "secret": "einlass_pYq0d3mT1l0j3v4qB6oXk1rHn2sYw8uZ5aCeGfIiKmM"}))]
pub struct ApiClientWithSecret {
    #[serde(flatten)]
    pub client: ApiClientView,
    /// Shown this once and stored nowhere. `null` where the answer is told again to the same Idempotency-Key: rotate then.
    #[schema(max_length = 100)]
    pub secret: Option<String>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Veranstaltungskalender der IHK", "scopes": ["seminars:read", "seminars:write"]}))]
pub struct ApiClientBody {
    #[schema(min_length = 1, max_length = 200)]
    pub name: Line<200>,
    #[schema(min_items = 1, max_items = 6)]
    pub scopes: Vec<Scope>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"scopes": ["seminars:read"]}))]
pub struct ApiClientPatch {
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<Line<200>>,
    #[serde(default)]
    #[schema(min_items = 1, max_items = 6)]
    pub scopes: Option<Vec<Scope>>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"overlap_hours": 24}))]
pub struct Rotation {
    /// How long the secret before stays good, 0 to 720; 0 where it was lost.
    #[serde(default = "overlap")]
    #[schema(minimum = 0, maximum = 720, default = 24)]
    pub overlap_hours: i64,
}

fn overlap() -> i64 {
    OVERLAP_HOURS
}

/// The API clients of the organisation, also those that are revoked.
///
/// Its admins.
#[utoipa::path(tag = "api-clients", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), Paging), security(("member" = [])), responses(
    (status = 200, body = Page<ApiClientView>, description = "A page of API clients")))]
#[get("/organisations/{organisation}/api-clients")]
pub async fn list_api_clients(
    request: HttpRequest,
    who: Admin,
    path: web::Path<String>,
    paging: Query<Paging>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let (limit, after) = (paging.0.limit()?, paging.0.after()?);
    let (reach, now) = (who.reach(), clock.now());
    let (rows, secrets) = db
        .read(move |conn| {
            let of = service::reached(conn, &reach, &path)?.id;
            let rows = store::api_clients(conn, of, after, limit)?;
            let ids = rows.iter().map(|client| client.id).collect::<Vec<_>>();
            let secrets = store::secrets(conn, of, &ids)?;
            Ok((rows, secrets))
        })
        .await?;
    let page = Page::cut(rows, limit, |client| client.id, |client| view(client, &secrets, now))?;
    Ok(list(&request, Privacy::Personal, &page))
}

/// Make an API client.
///
/// Admins of the organisation. The answer holds the secret, this once.
#[utoipa::path(tag = "api-clients", params(("organisation" = String, Path, description = "Id or slug", max_length = 60)), request_body = ApiClientBody, security(("member" = [])), responses(
    (status = 201, body = ApiClientWithSecret, description = "The client and its secret"),
    (status = 409, description = "`limit-reached`: fifty at most")))]
#[post("/organisations/{organisation}/api-clients")]
pub async fn create_api_client(
    who: Admin,
    path: web::Path<String>,
    idempotency: Idempotency,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<ApiClientBody>,
) -> Result<HttpResponse> {
    one_to_all(Some(&body.value.scopes))?;
    let (act, reach, owner) = (who.act(&clock), who.reach(), who.owner());
    let (mut created, secret) = db
        .write(move |conn| {
            let of = service::reached(conn, &reach, &path)?.id;
            let mut made = None;
            let created = idempotency.once(conn, act.now, &owner, &body.digest, |conn| {
                let ApiClientBody { name, scopes } = body.value.clone();
                let (client, secret) = service::create_api_client(conn, &act, of, name, &scopes)?;
                made = Some(secret);
                let (id, version) = (client.id, client.version);
                let view = shown(conn, client, act.now)?;
                // Kept for a repetition without the secret, which nobody is to find in our tables.
                let location = format!("/api/v1/organisations/{of}/api-clients/{id}");
                Created::new(location, Some(version), &view)
            })?;
            Ok((created, made))
        })
        .await?;
    if let Some(body) = created.body.as_object_mut() {
        body.insert("secret".to_owned(), secret.into());
    }
    Ok(created.response())
}

/// One API client.
///
/// Admins of the organisation.
#[utoipa::path(tag = "api-clients", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("client" = ApiClientId, Path)), security(("member" = [])), responses(
    (status = 200, body = ApiClientView, description = "The client")))]
#[get("/organisations/{organisation}/api-clients/{client}")]
pub async fn get_api_client(
    request: HttpRequest,
    who: Admin,
    path: web::Path<(String, ApiClientId)>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let (reach, now) = (who.reach(), clock.now());
    let (version, view) = db
        .read(move |conn| {
            let of = service::reached(conn, &reach, &path.0)?.id;
            let client = store::api_client(conn, of, path.1)?.ok_or(Code::NotFound)?;
            Ok((client.version, shown(conn, client, now)?))
        })
        .await?;
    etag::single(&request, version, Privacy::Personal, &view)
}

/// Give an API client another name or other scopes.
///
/// Admins of the organisation. What it loses, tokens that are out already lose at once.
#[utoipa::path(tag = "api-clients", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("client" = ApiClientId, Path)), request_body = ApiClientPatch, security(("member" = [])), responses(
    (status = 200, body = ApiClientView, description = "The client as it is now")))]
#[patch("/organisations/{organisation}/api-clients/{client}")]
pub async fn change_api_client(
    who: Admin,
    path: web::Path<(String, ApiClientId)>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<ApiClientPatch>,
) -> Result<HttpResponse> {
    one_to_all(body.value.scopes.as_deref())?;
    let (act, reach) = (who.act(&clock), who.reach());
    let (version, view) = db
        .write(move |conn| {
            let check = |version| if_match.check(version);
            let seen = seen(service::reached(conn, &reach, &path.0)?.id, path.1, &check);
            let ApiClientPatch { name, scopes } = body.value.clone();
            let client = service::change_api_client(conn, &act, &seen, name, scopes.as_deref())?;
            Ok((client.version, shown(conn, client, act.now)?))
        })
        .await?;
    etag::changed(version, &view)
}

/// Give an API client a new secret.
///
/// Admins of the organisation. The one before stays good for `overlap_hours`; one before that ends now, so that at most two
/// are ever good.
#[utoipa::path(tag = "api-clients", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("client" = ApiClientId, Path)), request_body = Rotation, security(("member" = [])), responses(
    (status = 200, body = ApiClientWithSecret, description = "The client and its new secret")))]
#[post("/organisations/{organisation}/api-clients/{client}/rotate-secret")]
pub async fn rotate_api_client_secret(
    who: Admin,
    path: web::Path<(String, ApiClientId)>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<Rotation>,
) -> Result<HttpResponse> {
    let hours = body.value.overlap_hours;
    if !(0..=MAX_OVERLAP_HOURS).contains(&hours) {
        let detail = format!("must be 0 to {MAX_OVERLAP_HOURS}");
        return Err(Error::member("/overlap_hours", detail));
    }
    let (act, reach) = (who.act(&clock), who.reach());
    let (version, client, secret) = db
        .write(move |conn| {
            let check = |version| if_match.check(version);
            let seen = seen(service::reached(conn, &reach, &path.0)?.id, path.1, &check);
            let (client, secret) = service::rotate_secret(conn, &act, &seen, Duration::hours(hours))?;
            Ok((client.version, shown(conn, client, act.now)?, secret))
        })
        .await?;
    let answer = ApiClientWithSecret {
        client,
        secret: Some(secret),
    };
    etag::changed_with(version, &answer.client, &answer)
}

/// Revoke an API client.
///
/// Admins of the organisation. Its secrets and its tokens are good for nothing from this moment on. It stays in the list,
/// because the journal names it.
#[utoipa::path(tag = "api-clients", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("client" = ApiClientId, Path)), security(("member" = [])), responses(
    (status = 204, description = "It is nobody any more")))]
#[delete("/organisations/{organisation}/api-clients/{client}")]
pub async fn revoke_api_client(
    who: Admin,
    path: web::Path<(String, ApiClientId)>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let (act, reach) = (who.act(&clock), who.reach());
    db.write(move |conn| {
        let check = |version| if_match.check(version);
        let seen = seen(service::reached(conn, &reach, &path.0)?.id, path.1, &check);
        service::revoke_api_client(conn, &act, &seen)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

fn seen(of: OrganisationId, id: ApiClientId, check: &dyn Fn(i64) -> Result<()>) -> Seen<'_> {
    Seen { of, id, check }
}

fn one_to_all(scopes: Option<&[Scope]>) -> Result<()> {
    let most = Scope::ALL.len();
    let fault = match scopes.map(<[Scope]>::len) {
        Some(0) => Some("must name at least one scope".to_owned()),
        Some(many) if many > most => Some(format!("must have at most {most} entries, has {many}")),
        _ => None,
    };
    let fault = fault.map(|words| FieldError::member("/scopes", words));
    Error::unless_empty(fault.into_iter().collect())
}

fn shown(conn: &mut diesel::PgConnection, client: ApiClient, now: DateTime<Utc>) -> Result<ApiClientView> {
    let secrets = store::secrets(conn, client.organisation_id, &[client.id])?;
    Ok(view(client, &secrets, now))
}

fn view(client: ApiClient, secrets: &[ApiClientSecret], now: DateTime<Utc>) -> ApiClientView {
    let good = |secret: &&ApiClientSecret| {
        secret.client_id == client.id && client.revoked_at.is_none() && is_good(secret.expires_at, now)
    };
    let secrets = secrets.iter().filter(good).map(|secret| SecretView {
        id: secret.id,
        created_at: secret.created_at,
        expires_at: secret.expires_at,
        last_used_at: secret.last_used_at,
    });
    ApiClientView {
        secrets: secrets.collect(),
        id: client.id,
        scopes: client.scopes(),
        name: client.name,
        created_at: client.created_at,
        last_used_at: client.last_used_at,
        revoked_at: client.revoked_at,
    }
}
