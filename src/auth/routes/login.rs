//! Log in, stay logged in, log out.

use std::net::IpAddr;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::model::AccountId;
use crate::auth::ring::PUBLISHED_FOR_SECONDS;
use crate::auth::rules::ACCESS_TOKEN_LIFE;
use crate::auth::rules::forwarded::client;
use crate::auth::{Auth, service, store};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::problem::{Code, Result};
use crate::base::text::{Email, Line};
use crate::journal::{Act, Actor};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "organiser@staedteregion.example", "password": "Rhabarber nickt dem Omnibus zu"}))]
pub struct Login {
    pub email: Email,
    /// At most 1,024 characters.
    #[schema(max_length = 1024)]
    pub password: Line<1024>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "pYq0d3mT1l0j3v4qB6oXk1rHn2sYw8uZ5aCeGfIiKmM"}))]
pub struct RefreshToken {
    pub refresh_token: Line<200>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"access_token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.e30.c2ln", "token_type": "Bearer", "expires_in": 600,
    "refresh_token": "pYq0d3mT1l0j3v4qB6oXk1rHn2sYw8uZ5aCeGfIiKmM"}))]
pub struct Tokens {
    /// For `Authorization: Bearer`.
    pub access_token: String,
    pub token_type: String,
    /// Seconds the access token lives.
    pub expires_in: i64,
    /// For `POST /auth/refresh`, once.
    pub refresh_token: String,
}

/// Log in with e-mail and password.
///
/// Anybody. Unknown account, wrong password and disabled account get the same answer after the same time. Too
/// many attempts for one account or from one network: 429 with `Retry-After`; no account is ever locked.
#[utoipa::path(tag = "auth", request_body = Login, security(()), responses(
    (status = 200, body = Tokens, description = "Logged in"),
    (status = 401, description = "`invalid-credentials`"),
    (status = 429, description = "`too-many-requests`")))]
#[post("/auth/login")]
pub async fn login(
    request: HttpRequest,
    auth: web::Data<Auth>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    config: web::Data<Config>,
    body: Body<Login>,
) -> Result<HttpResponse> {
    let Login { email, password } = body.value;
    let key = email.key();
    auth.throttle.attempt(&key, peer(&request, &config))?;
    let account = db.read(move |conn| store::account_by_email(conn, &key)).await?;
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let fits = auth.hasher.verify(password.as_str(), hash).await?;
    let account = account.filter(|_| fits).ok_or(Code::InvalidCredentials)?;
    let act = Act {
        now: clock.now(),
        actor: Actor::account(account.id.0),
    };
    let (id, hash) = (account.id, account.password_hash);
    let begun = db
        .write(move |conn| service::begin_session(conn, &act, id, &hash))
        .await?;
    let refresh_token = begun.ok_or(Code::InvalidCredentials)?;
    tokens(&auth, &clock, account.id, refresh_token)
}

/// Take a refresh token for a new pair.
///
/// Whoever holds the token. Each one is good once; a token used twice revokes every token that came from the
/// same login. That holds also where the answer to the first use was lost: whoever sends it again after 503 or a broken
/// connection gets a new pair if it was not taken yet, and otherwise 401, and logs in again.
#[utoipa::path(tag = "auth", request_body = RefreshToken, security(()), responses(
    (status = 200, body = Tokens, description = "A new pair"),
    (status = 401, description = "`invalid-refresh-token`")))]
#[post("/auth/refresh")]
pub async fn refresh(
    auth: web::Data<Auth>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<RefreshToken>,
) -> Result<HttpResponse> {
    let now = clock.now();
    let token = body.value.refresh_token;
    let rotated = db.write(move |conn| service::rotate(conn, now, token.as_str())).await?;
    let (account, refresh_token) = rotated.ok_or(Code::InvalidRefreshToken)?;
    tokens(&auth, &clock, account, refresh_token)
}

/// Log out.
///
/// Whoever holds the refresh token. Ends the login it came from; an access token already given lives on for its
/// ten minutes at most. A token that is not known gets the same answer.
#[utoipa::path(tag = "auth", request_body = RefreshToken, security(()), responses((status = 204, description = "Logged out")))]
#[post("/auth/logout")]
pub async fn logout(db: web::Data<Db>, clock: web::Data<Clock>, body: Body<RefreshToken>) -> Result<HttpResponse> {
    let now = clock.now();
    let token = body.value.refresh_token;
    db.write(move |conn| service::end_session(conn, now, token.as_str()))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

fn tokens(auth: &Auth, clock: &Clock, account: AccountId, refresh_token: String) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(Tokens {
            access_token: auth.keys.issue(account, clock.now())?,
            token_type: "Bearer".to_owned(),
            expires_in: ACCESS_TOKEN_LIFE.num_seconds(),
            refresh_token,
        }))
}

/// Where the request comes from, as far as that is to be believed.
pub(super) fn peer(request: &HttpRequest, config: &Config) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let lines = request.headers().get_all("X-Forwarded-For");
    // What is no text is an address that cannot be read.
    let lines = lines.map(|line| line.to_str().unwrap_or("?")).collect::<Vec<_>>();
    let trusted = |address| config.trusted_proxies.iter().any(|network| network.contains(address));
    Some(client(peer, lines.into_iter(), trusted))
}

/// The public keys of access tokens (RFC 7517).
///
/// Anybody.
#[utoipa::path(tag = "auth", security(()), responses((status = 200, body = serde_json::Value, description = "A JSON Web Key Set",
    example = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "Zm9v", "x": "YmFy"}]}))))]
#[get("/.well-known/jwks.json")]
pub async fn get_jwks(auth: web::Data<Auth>, clock: web::Data<Clock>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, format!("public, max-age={PUBLISHED_FOR_SECONDS}")))
        .json(auth.keys.jwks(clock.now())))
}
