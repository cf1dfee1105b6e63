//! Access tokens: JWT with EdDSA (RFC 8037), typed `at+jwt` (RFC 9068), ten minutes, every claim required.
//!
//! The key ring is a folder of PKCS #8 files that instances share. The newest signs, all verify, and the public
//! halves stand at `/.well-known/jwks.json`. A token chooses among our keys by `kid`; keys, links and algorithms
//! it brings along are not looked at.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{AccountId, ApiClientId, Scope};
use super::rules::ACCESS_TOKEN_LIFE;
use crate::base::digest::{base64url, sha256};
use crate::base::ids::fresh;
use crate::base::problem::{Error, Result};

const TYPE: &str = "at+jwt";
const AUDIENCE: &str = "einlass";
/// Clocks of two instances differ by this much at most.
const LEEWAY_SECONDS: i64 = 5;

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

struct Key {
    kid: String,
    x: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

pub struct Keys {
    issuer: String,
    /// Oldest first; the last one signs.
    ring: Vec<Key>,
}

impl Keys {
    /// Reads the ring; makes the first key where there is none. Instances that start together agree on one: the
    /// file appears whole under a fixed name, or not at all.
    pub fn open(folder: &Path, issuer: &str) -> Result<Self> {
        let context = |error: std::io::Error| Error::internal(format!("signing keys in {}: {error}", folder.display()));
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(context)?;
        let mut files = key_files(folder).map_err(context)?;
        if files.is_empty() {
            make_key(folder, "0001.pk8").map_err(context)?;
            files = key_files(folder).map_err(context)?;
        }
        let ring = files
            .iter()
            .map(|file| key(&fs::read(file).map_err(context)?))
            .collect::<Result<Vec<_>>>()?;
        Ok(Self {
            issuer: issuer.to_owned(),
            ring,
        })
    }

    pub fn issue(&self, account: AccountId, now: DateTime<Utc>) -> Result<String> {
        self.sign(account.0, None, now)
    }

    pub fn issue_to_client(&self, client: ApiClientId, scope: &str, now: DateTime<Utc>) -> Result<String> {
        self.sign(client.0, Some((client, scope.to_owned())), now)
    }

    fn sign(&self, sub: Uuid, client: Option<(ApiClientId, String)>, now: DateTime<Utc>) -> Result<String> {
        let key = self
            .ring
            .last()
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
        let key = self.ring.iter().find(|key| key.kid == kid)?;
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

    /// The public keys (RFC 7517).
    #[must_use]
    pub fn jwks(&self) -> Value {
        let keys = self.ring.iter().map(
            |key| json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.kid, "x": key.x}),
        );
        json!({"keys": keys.collect::<Vec<_>>()})
    }
}

fn key_files(folder: &Path) -> std::io::Result<Vec<std::path::PathBuf>> {
    let mut files = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "pk8"));
    files.sort();
    Ok(files)
}

fn make_key(folder: &Path, name: &str) -> std::io::Result<()> {
    let failed = |_| std::io::Error::other("the key could not be made");
    let pair = Ed25519KeyPair::generate().map_err(failed)?;
    let document: Pkcs8V1Der = pair.as_der().map_err(failed)?;
    let draft = folder.join(format!(".{}", fresh()));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(document.as_ref())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, folder.join(name));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn key(pkcs8: &[u8]) -> Result<Key> {
    let pair =
        Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| Error::internal("a signing key is not Ed25519 in PKCS #8"))?;
    let x = base64url(pair.public_key().as_ref());
    // RFC 7638: the thumbprint over the required members in alphabetical order.
    let thumbprint = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    Ok(Key {
        kid: base64url(&sha256(thumbprint.as_bytes())),
        encoding: EncodingKey::from_ed_der(pkcs8),
        decoding: DecodingKey::from_ed_components(&x).map_err(Error::internal)?,
        x,
    })
}
