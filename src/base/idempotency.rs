//! Idempotency-Key: a POST that creates can be sent again without creating twice.
//!
//! The key is written in the same transaction as the effect. A kill -9 after the commit and before the answer
//! leaves a row that was never acknowledged; the retry with the same key finds its first answer. Keys are kept
//! for 24 hours.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderName, HeaderValue, LOCATION};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use serde::Serialize;

use super::digest::sha256;
use super::etag::{self, Privacy};
use super::problem::{Code, Error, FieldError, Problem, Result};
use crate::schema::idempotency_keys;

const KEPT: Duration = Duration::hours(24);

/// What a creating POST leaves: kept with the key, sent to the caller.
#[derive(Clone, Debug)]
pub struct Created {
    pub location: String,
    pub body: serde_json::Value,
    pub etag: Option<String>,
    pub replayed: bool,
}

impl Created {
    pub fn new<T: Serialize>(location: String, version: Option<i64>, view: &T) -> Result<Self> {
        let bytes = serde_json::to_vec(view).map_err(Error::internal)?;
        let etag = version.map(|version| etag::tag(version, &bytes));
        Ok(Self {
            location,
            body: serde_json::to_value(view).map_err(Error::internal)?,
            etag,
            replayed: false,
        })
    }

    #[must_use]
    pub fn response(self) -> HttpResponse {
        let mut response = HttpResponse::build(StatusCode::CREATED).json(&self.body);
        etag::headers(&mut response, None, Privacy::Personal);
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers_mut().insert(name, value);
            }
        };
        set(LOCATION, &self.location);
        if let Some(etag) = &self.etag {
            set(ETAG, etag);
        }
        if self.replayed {
            set(HeaderName::from_static("idempotency-replayed"), "true");
        }
        response
    }
}

/// The key of this request, if it has one, and what the request is.
#[derive(Clone, Debug)]
pub struct Idempotency {
    key: Option<String>,
    operation: String,
}

impl FromRequest for Idempotency {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let operation = format!("{} {}", request.method(), request.path());
        ready(
            match request.headers().get("Idempotency-Key").map(HeaderValue::to_str) {
                None => Ok(Self { key: None, operation }),
                Some(Ok(key)) if (1..=255).contains(&key.len()) => Ok(Self {
                    key: Some(key.to_owned()),
                    operation,
                }),
                Some(_) => Err(Error::invalid(vec![FieldError::header(
                    "Idempotency-Key",
                    "must be 1 to 255 printable ASCII characters",
                )])),
            },
        )
    }
}

impl Idempotency {
    /// Runs `effect` once for this key. `owner` keeps one caller's keys apart from another's.
    pub fn once(
        &self,
        conn: &mut PgConnection,
        now: DateTime<Utc>,
        owner: &str,
        digest: &[u8; 32],
        effect: impl FnOnce(&mut PgConnection) -> Result<Created>,
    ) -> Result<Created> {
        let Some(key) = &self.key else { return effect(conn) };
        let request = sha256(&[self.operation.as_bytes(), digest].concat());
        // Stored hashed: a key is chosen by the caller and may say more than it should.
        let key = sha256(&[owner.as_bytes(), b"\0", key.as_bytes()].concat());
        if !reserve(conn, now, &key, &request)? {
            return replay(conn, &key, &request);
        }
        let created = effect(conn)?;
        diesel::update(idempotency_keys::table.find(key.as_slice()))
            .set((
                idempotency_keys::location.eq(&created.location),
                idempotency_keys::etag.eq(&created.etag),
                idempotency_keys::body.eq(&created.body),
            ))
            .execute(conn)?;
        Ok(created)
    }
}

/// Takes the key; `false` when it was taken before. While the first request is still running its row is not yet
/// visible and this insert waits for it, at most as long as any lock.
fn reserve(conn: &mut PgConnection, now: DateTime<Utc>, key: &[u8], request: &[u8]) -> Result<bool> {
    let row = (
        idempotency_keys::key.eq(key),
        idempotency_keys::request.eq(request),
        idempotency_keys::created_at.eq(now),
    );
    let upsert = diesel::insert_into(idempotency_keys::table)
        .values(row)
        .on_conflict(idempotency_keys::key)
        .do_update()
        .set((
            idempotency_keys::request.eq(request),
            idempotency_keys::created_at.eq(now),
            idempotency_keys::location.eq(None::<String>),
            idempotency_keys::etag.eq(None::<String>),
            idempotency_keys::body.eq(None::<serde_json::Value>),
        ));
    // A key that has outlived its 24 hours may be taken anew before it is swept.
    let fresh = diesel::query_dsl::methods::FilterDsl::filter(upsert, idempotency_keys::created_at.lt(now - KEPT))
        .execute(conn);
    match fresh.map_err(Error::from) {
        Ok(rows) => Ok(rows == 1),
        Err(Error::Unavailable(cause)) if cause.contains("lock timeout") => {
            Err(Problem::new(Code::IdempotencyKeyInUse).retry_after(1).into())
        }
        Err(error) => Err(error),
    }
}

fn replay(conn: &mut PgConnection, key: &[u8], request: &[u8]) -> Result<Created> {
    let (first, location, etag, body) = idempotency_keys::table
        .find(key)
        .select((
            idempotency_keys::request,
            idempotency_keys::location,
            idempotency_keys::etag,
            idempotency_keys::body,
        ))
        .first::<(Vec<u8>, Option<String>, Option<String>, Option<serde_json::Value>)>(conn)?;
    if first != request {
        return Err(Code::IdempotencyKeyReused.into());
    }
    match (location, body) {
        (Some(location), Some(body)) => Ok(Created {
            location,
            body,
            etag,
            replayed: true,
        }),
        _ => Err(Error::internal("an idempotency key was committed without its answer")),
    }
}

/// Forgets keys older than 24 hours; run now and then by the service.
pub fn sweep(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(now - KEPT))).execute(conn)?)
}
