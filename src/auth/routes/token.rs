//! Access tokens for machines: OAuth 2.0, client credentials (RFC 6749, section 4.4).

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, post, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::login::peer;
use crate::auth::model::{ApiClientId, Scope};
use crate::auth::rules::ACCESS_TOKEN_LIFE;
use crate::auth::rules::scopes::granted;
use crate::auth::{Auth, service};
use crate::base::body::PATIENCE;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::problem::{Code, OwnWords, Result};

/// More than the parameters of RFC 6749 can take.
const LIMIT: usize = 8 * 1024;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(example = json!({"grant_type": "client_credentials", "client_id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11",
    "client_secret": "einlass_pYq0d3mT1l0j3v4qB6oXk1rHn2sYw8uZ5aCeGfIiKmM", "scope": "seminars:read"}))]
pub struct TokenRequest {
    /// `client_credentials`.
    #[serde(default)]
    #[schema(max_length = 60, required = true, nullable = false)]
    pub grant_type: Option<String>,
    /// Here or, better, in `Authorization: Basic`.
    #[serde(default)]
    #[schema(max_length = 100, required = false, nullable = false)]
    pub client_id: Option<String>,
    #[serde(default)]
    #[schema(max_length = 200, required = false, nullable = false)]
    pub client_secret: Option<String>,
    /// Separated by spaces; none: all that the client has.
    #[serde(default)]
    #[schema(max_length = 500, required = false, nullable = false)]
    pub scope: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"access_token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.e30.c2ln", "token_type": "Bearer", "expires_in": 600, "scope": "seminars:read"}))]
pub struct ClientToken {
    /// For `Authorization: Bearer`.
    #[schema(max_length = 4000)]
    pub access_token: String,
    #[schema(max_length = 20)]
    pub token_type: String,
    /// Seconds it lives. There is no refresh token: fetch another.
    pub expires_in: i64,
    /// What it is good for.
    #[schema(max_length = 500)]
    pub scope: String,
}

/// What RFC 6749, section 5.2, answers instead of a problem document.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"error": "invalid_client", "error_description": "unknown client, wrong secret, or revoked"}))]
pub struct TokenRefusal {
    /// invalid_request, invalid_client, unsupported_grant_type or invalid_scope.
    #[schema(max_length = 60)]
    pub error: &'static str,
    #[schema(max_length = 300)]
    pub error_description: String,
}

/// Fetch an access token for an API client.
///
/// Whoever has the client's secret. `Authorization: Basic` with `client_id:client_secret`, or both in the form. The token
/// lives ten minutes; fetch the next when it ends, not with every call. Errors are those of RFC 6749. Too many
/// wrong secrets: 429 with `Retry-After`.
#[utoipa::path(tag = "auth", security(()), request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, body = ClientToken, description = "The token"),
    (status = 400, body = TokenRefusal, description = "The request is not one of these (RFC 6749, section 5.2)"),
    (status = 401, body = TokenRefusal, description = "`invalid_client`"),
    (status = 429, description = "`too-many-requests`")))]
#[post("/oauth/token")]
pub async fn fetch_token(
    request: HttpRequest,
    auth: web::Data<Auth>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    config: web::Data<Config>,
    body: web::Payload,
) -> Result<HttpResponse> {
    let understood = form(&request, body).await?.and_then(|form| {
        let (id, secret) = credentials(&request, &form)?;
        Ok((form, id, secret))
    });
    let (form, id, secret) = match understood {
        Ok(understood) => understood,
        Err(refusal) => return Ok(refusal.answer(&request)),
    };
    let now = clock.now();
    let id = id.parse::<ApiClientId>().ok();
    let known = match id {
        None => None,
        // Read, not written: whoever guesses is to take no writer from those who register.
        Some(id) => db.read(move |conn| service::recognise(conn, now, id, &secret)).await?,
    };
    let Some((client, secret)) = known else {
        // Only guesses are counted: a machine that is restarted often is none who guesses, and 256 bits are not guessed.
        let guessed = id.map_or_else(|| "no client".to_owned(), |id| format!("client {id}"));
        auth.throttle.attempt(&guessed, peer(&request, &config))?;
        return Ok(unknown().answer(&request));
    };
    db.write(move |conn| service::mark_used(conn, now, &secret)).await?;
    let scopes = match asked(&form, &client.scopes()) {
        Ok(scopes) => scopes,
        Err(refusal) => return Ok(refusal.answer(&request)),
    };
    let scope = scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(ClientToken {
            access_token: auth.keys.issue_to_client(client.id, &scope, now)?,
            token_type: "Bearer".to_owned(),
            expires_in: ACCESS_TOKEN_LIFE.num_seconds(),
            scope,
        }))
}

/// Why there is no token, in the words of RFC 6749, section 5.2.
struct Refusal {
    error: &'static str,
    description: String,
}

impl Refusal {
    fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self {
            error,
            description: description.into(),
        }
    }

    fn answer(self, request: &HttpRequest) -> HttpResponse {
        let unknown = self.error == INVALID_CLIENT;
        let mut answer = HttpResponse::build(if unknown {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::BAD_REQUEST
        });
        if unknown && request.headers().contains_key(AUTHORIZATION) {
            answer.insert_header((WWW_AUTHENTICATE, "Basic realm=\"einlass\""));
        }
        let mut response = answer.insert_header((CACHE_CONTROL, "no-store")).json(TokenRefusal {
            error: self.error,
            error_description: self.description,
        });
        response.extensions_mut().insert(OwnWords);
        response
    }
}

const INVALID_CLIENT: &str = "invalid_client";
const INVALID_REQUEST: &str = "invalid_request";

fn unknown() -> Refusal {
    Refusal::new(INVALID_CLIENT, "unknown client, wrong secret, or revoked")
}

/// The form, or what is wrong with it.
async fn form(request: &HttpRequest, body: web::Payload) -> Result<Result<TokenRequest, Refusal>> {
    let media_type = request
        .headers()
        .get("Content-Type")
        .and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().split(';').next().unwrap_or_default();
    if !media_type
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    {
        let what = "send application/x-www-form-urlencoded";
        return Ok(Err(Refusal::new(INVALID_REQUEST, what)));
    }
    let bytes = tokio::time::timeout(PATIENCE, body.to_bytes_limited(LIMIT)).await;
    let Ok(bytes) = bytes.map_err(|_| Code::BodyTimeout)? else {
        let what = format!("the form is longer than {LIMIT} bytes");
        return Ok(Err(Refusal::new(INVALID_REQUEST, what)));
    };
    let text = bytes.ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let read = text.and_then(|text| web::Query::<TokenRequest>::from_query(&text).ok());
    let what = "the form cannot be read, or names a parameter twice";
    Ok(read
        .map(web::Query::into_inner)
        .ok_or_else(|| Refusal::new(INVALID_REQUEST, what)))
}

/// The scopes of the token, if this is how one asks for it.
fn asked(form: &TokenRequest, owned: &[Scope]) -> Result<Vec<Scope>, Refusal> {
    match form.grant_type.as_deref() {
        Some("client_credentials") => granted(owned, form.scope.as_deref())
            .map_err(|word| Refusal::new("invalid_scope", format!("the client has no scope {word}"))),
        Some(_) => Err(Refusal::new(
            "unsupported_grant_type",
            "only client_credentials is given here",
        )),
        None => Err(Refusal::new(INVALID_REQUEST, "grant_type is missing")),
    }
}

/// Who the client says it is: in the header or in the form, never in both (RFC 6749, section 2.3).
fn credentials(request: &HttpRequest, form: &TokenRequest) -> Result<(String, String), Refusal> {
    let header = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let basic = header.and_then(|value| value.split_once(' '));
    let basic = basic.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Basic"));
    match (basic, &form.client_id, &form.client_secret) {
        (Some(_), _, Some(_)) => Err(Refusal::new(
            INVALID_REQUEST,
            "the client shows who it is in the header or in the form, not in both",
        )),
        (Some((_, coded)), id, None) => {
            let text = STANDARD.decode(coded.trim()).ok();
            let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
            let pair = text.as_deref().and_then(|text| text.split_once(':'));
            // The id may stand in the form as well, if it is the same.
            let pair = pair.filter(|(given, _)| id.as_ref().is_none_or(|id| id == given));
            let pair = pair.map(|(id, secret)| (id.to_owned(), secret.to_owned()));
            pair.ok_or_else(unknown)
        }
        (None, Some(id), Some(secret)) => Ok((id.clone(), secret.clone())),
        (None, _, _) => Err(unknown()),
    }
}
