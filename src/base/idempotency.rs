//! Idempotency-Key: a POST that creates can be sent again without creating twice.
//!
//! The key is written in the same transaction as the effect. A kill -9 after the commit and before the answer
//! leaves a row that was never acknowledged; the retry with the same key finds its first answer. Keys are kept
//! for 24 hours.

use std::collections::HashMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderName, HeaderValue, LOCATION};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use serde::Serialize;

use super::db::{SWEPT_AT_ONCE, again, prepared};
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

/// A key as it is stored, and the request it came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub key: [u8; 32],
    request: [u8; 32],
}

/// What was answered to a key before.
#[derive(Clone, Debug)]
pub struct Earlier {
    request: Vec<u8>,
    created: Created,
}

impl Earlier {
    /// The first answer again, if it is the same request.
    pub fn answer(&self, key: &Key) -> Result<Created> {
        if self.request == key.request {
            Ok(self.created.clone())
        } else {
            Err(Code::IdempotencyKeyReused.into())
        }
    }
}

impl Idempotency {
    /// Stored hashed: a key is chosen by the caller and may say more than it should. `owner` keeps one caller's
    /// keys apart from another's.
    #[must_use]
    pub fn key(&self, owner: &str, digest: &[u8; 32]) -> Option<Key> {
        let key = self.key.as_ref()?;
        Some(Key {
            key: sha256(&[owner.as_bytes(), b"\0", key.as_bytes()].concat()),
            request: sha256(&[self.operation.as_bytes(), digest].concat()),
        })
    }

    /// Runs `effect` once for this key. `owner` keeps one caller's keys apart from another's.
    pub fn once(
        &self,
        conn: &mut PgConnection,
        now: DateTime<Utc>,
        owner: &str,
        digest: &[u8; 32],
        effect: impl FnOnce(&mut PgConnection) -> Result<Created>,
    ) -> Result<Created> {
        let Some(Key { key, request }) = self.key(owner, digest) else {
            return effect(conn);
        };
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

/// What was answered before to any of `keys`, for many at once.
pub fn earlier(conn: &mut PgConnection, now: DateTime<Utc>, keys: &[Key]) -> Result<HashMap<[u8; 32], Earlier>> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    type Row = (
        Vec<u8>,
        Vec<u8>,
        Option<String>,
        Option<String>,
        Option<serde_json::Value>,
    );
    let rows = idempotency_keys::table
        .filter(idempotency_keys::key.eq_any(keys.iter().map(|key| key.key.to_vec()).collect::<Vec<_>>()))
        .filter(idempotency_keys::created_at.ge(now - KEPT))
        .select((
            idempotency_keys::key,
            idempotency_keys::request,
            idempotency_keys::location,
            idempotency_keys::etag,
            idempotency_keys::body,
        ))
        .load::<Row>(conn)?;
    let answered = rows.into_iter().map(|(key, request, location, etag, body)| {
        let (Ok(key), Some(location), Some(body)) = (key.try_into(), location, body) else {
            return Err(Error::internal("an idempotency key was committed without its answer"));
        };
        let created = Created {
            location,
            body,
            etag,
            replayed: true,
        };
        Ok((key, Earlier { request, created }))
    });
    answered.collect()
}

/// Keeps the answers of many keys in one statement. Where somebody else was quicker with one of them, the whole is
/// to be tried again: then the first answer is found.
pub fn keep(conn: &mut PgConnection, now: DateTime<Utc>, answers: &[(Key, &Created)]) -> Result<()> {
    use diesel::sql_types::{Array, Bytea, Jsonb, Nullable, Text, Timestamptz};
    if answers.is_empty() {
        return Ok(());
    }
    // In one order, whoever writes them: two with the same keys wait for each other, and never in a ring.
    let mut answers = answers.to_vec();
    answers.sort_by_key(|(key, _)| key.key);
    let column = |of: fn(&Key) -> &[u8; 32]| answers.iter().map(|(key, _)| of(key).to_vec()).collect::<Vec<_>>();
    let kept = prepared(
        "INSERT INTO idempotency_keys AS old (key, request, location, etag, body, created_at)
         SELECT answers.*, now.at FROM unnest($1, $2, $3, $4, $5) AS answers, (VALUES ($6)) AS now (at)
         ON CONFLICT (key) DO UPDATE SET request = excluded.request, location = excluded.location, etag = excluded.etag,
             body = excluded.body, created_at = excluded.created_at WHERE old.created_at < $7",
    )
    .bind::<Array<Bytea>, _>(column(|key| &key.key))
    .bind::<Array<Bytea>, _>(column(|key| &key.request))
    .bind::<Array<Text>, _>(answers.iter().map(|(_, created)| &created.location).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(answers.iter().map(|(_, created)| &created.etag).collect::<Vec<_>>())
    .bind::<Array<Jsonb>, _>(answers.iter().map(|(_, created)| &created.body).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now - KEPT)
    .execute(conn)?;
    if kept == answers.len() { Ok(()) } else { Err(again()) }
}

/// Of answers that are about one of `objects` only their ids stay: a request that is sent again still does nothing twice,
/// and its answer names nobody any more. Each word of an answer is compared as a whole: looking for every id in every answer
/// takes seconds where there are many of both, and seats are locked meanwhile. What answers a registration, which is most of
/// them on a busy day, names no other: there the place alone is looked at.
pub fn forget(conn: &mut PgConnection, objects: &[uuid::Uuid]) -> Result<usize> {
    use diesel::sql_types::{Array, Text};
    Ok(diesel::sql_query(
        "UPDATE idempotency_keys SET body = coalesce(
             jsonb_strip_nulls(jsonb_build_object('id', body -> 'id', 'state', body -> 'state')), '{}')
         WHERE substring(location FROM '[^/]+$') = ANY ($1) OR location !~ '/registrations/[^/]+$' AND EXISTS (
             SELECT FROM jsonb_path_query(body, 'strict $.** ? (@.type() == \"string\")') AS said (word)
             WHERE word #>> '{}' = ANY ($1))",
    )
    .bind::<Array<Text>, _>(objects.iter().map(ToString::to_string).collect::<Vec<_>>())
    .execute(conn)?)
}

/// Forgets keys older than 24 hours, some at a time; run now and then by the service.
pub fn sweep(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<usize> {
    use diesel::sql_types::{BigInt, Timestamptz};
    // One that is taken anew meanwhile is old no more.
    Ok(diesel::sql_query(
        "DELETE FROM idempotency_keys WHERE created_at < $1 AND key IN (
             SELECT key FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2)",
    )
    .bind::<Timestamptz, _>(now - KEPT)
    .bind::<BigInt, _>(SWEPT_AT_ONCE)
    .execute(conn)?)
}
