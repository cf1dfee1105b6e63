//! Access tokens: JWT with EdDSA (RFC 8037), typed `at+jwt` (RFC 9068), ten minutes, every claim required.
//!
//! The keys are a ring in a folder that instances share, [`super::ring`]: one signs, those before and after it verify, and
//! the public halves stand at `/.well-known/jwks.json`. A token chooses among our keys by `kid`; keys, links and algorithms
//! it brings along are not looked at. A running instance looks into the folder now and then, and when a `kid` comes that it
//! does not know.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{AccountId, ApiClientId, Scope};
use super::ring::Ring;
use super::rules::ACCESS_TOKEN_LIFE;
use crate::base::ids::fresh;
use crate::base::problem::{Error, Result};

const TYPE: &str = "at+jwt";
const AUDIENCE: &str = "einlass";
/// Clocks of two instances differ by this much at most.
const LEEWAY_SECONDS: i64 = 5;
/// How often the folder is looked into: far more often than a new key needs to be known.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// How often at most because of unknown keys: whoever sends nonsense does not keep us reading.
const LOOK_FOR_UNKNOWN_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    exp: i64,
    nbf: i64,
    iat: i64,
    jti: String,
    /// Of machines only, as is `scope` (RFC 9068, section 2.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_id: Option<ApiClientId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bearer {
    Account(AccountId),
    Client { id: ApiClientId, scopes: Vec<Scope> },
}

pub struct Keys {
    issuer: String,
    folder: PathBuf,
    ring: RwLock<Arc<Ring>>,
    looked: Mutex<Instant>,
}

impl Keys {
    /// Reads the ring; makes the first key where there is none.
    pub fn open(folder: &Path, issuer: &str) -> Result<Self> {
        Ok(Self {
            issuer: issuer.to_owned(),
            folder: folder.to_owned(),
            ring: RwLock::new(Arc::new(Ring::open(folder)?)),
            looked: Mutex::new(Instant::now()),
        })
    }

    /// Looks into the folder now. What cannot be read changes nothing: the keys that are known stay in force.
    pub fn look(&self) {
        let known = self.known();
        match Ring::read(&self.folder, &known) {
            Ok(Some(ring)) => {
                tracing::info!(keys = ring.len(), "the signing keys have changed");
                *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the signing keys were not read again"),
        }
    }

    fn known(&self) -> Arc<Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The ring, looked at again where that was longer ago than `most`. One request looks, the others go on with what is known.
    fn ring(&self, most: Duration) -> Arc<Ring> {
        if let Ok(mut looked) = self.looked.try_lock()
            && looked.elapsed() >= most
        {
            *looked = Instant::now();
            self.look();
        }
        self.known()
    }

    pub fn issue(&self, account: AccountId, now: DateTime<Utc>) -> Result<String> {
        self.sign(account.0, None, now)
    }

    pub fn issue_to_client(&self, client: ApiClientId, scope: &str, now: DateTime<Utc>) -> Result<String> {
        self.sign(client.0, Some((client, scope.to_owned())), now)
    }

    fn sign(&self, sub: Uuid, client: Option<(ApiClientId, String)>, now: DateTime<Utc>) -> Result<String> {
        let ring = self.ring(LOOK_EVERY);
        let key = ring
            .signing(now)
            .ok_or_else(|| Error::internal("the key ring is empty"))?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key.kid.clone());
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub,
            exp: (now + ACCESS_TOKEN_LIFE).timestamp(),
            nbf: now.timestamp(),
            iat: now.timestamp(),
            jti: fresh().to_string(),
            client_id: client.as_ref().map(|(id, _)| *id),
            scope: client.map(|(_, scope)| scope),
        };
        encode(&header, &claims, &key.encoding).map_err(Error::internal)
    }

    /// Whose token this is, if it is one of ours and now is its time.
    #[must_use]
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Option<Bearer> {
        // What must be understood is refused, because nothing of it is (RFC 7515, section 4.1.11).
        let header = decode_header(token).ok().filter(|header| header.crit.is_none())?;
        let known_type = header.typ.as_deref().is_some_and(|typ| typ.eq_ignore_ascii_case(TYPE));
        let kid = header.kid.filter(|_| known_type)?;
        let mut ring = self.ring(LOOK_EVERY);
        if ring.verifying(&kid, now).is_none() {
            ring = self.ring(LOOK_FOR_UNKNOWN_EVERY);
        }
        let key = ring.verifying(&kid, now)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        // The times are compared below, with the service's own clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims = decode::<Claims>(token, &key.decoding, &validation).ok()?.claims;
        let now = now.timestamp();
        let in_time = now < claims.exp && claims.nbf <= now + LEEWAY_SECONDS && claims.iat <= now + LEEWAY_SECONDS;
        if !in_time {
            return None;
        }
        match claims.client_id {
            None => Some(Bearer::Account(AccountId(claims.sub))),
            Some(id) if id.0 == claims.sub => Some(Bearer::Client {
                id,
                scopes: claims
                    .scope?
                    .split_whitespace()
                    .filter_map(|word| word.parse().ok())
                    .collect(),
            }),
            Some(_) => None,
        }
    }

    /// The public keys (RFC 7517): of the one that signs, the one that will, and those whose tokens are still about.
    #[must_use]
    pub fn jwks(&self, now: DateTime<Utc>) -> Value {
        let ring = self.ring(LOOK_EVERY);
        let keys = ring.published(now).map(
            |key| json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.kid, "x": key.x}),
        );
        json!({"keys": keys.collect::<Vec<_>>()})
    }
}
