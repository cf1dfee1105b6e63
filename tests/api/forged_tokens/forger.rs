//! Makes access tokens: true ones with our key, and others.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::TestApp;

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub struct Forger {
    ours: Ed25519KeyPair,
    theirs: Ed25519KeyPair,
    pub header: Value,
    pub claims: Value,
}

impl Forger {
    /// Whoever has stolen our signing key, and a token of the organiser.
    pub fn of(app: &TestApp) -> Self {
        let good = app
            .site
            .auth
            .keys
            .issue(app.account("organiser"), app.clock.now())
            .unwrap();
        let part =
            |n| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(good.split('.').nth(n).unwrap()).unwrap());
        let (header, claims) = (part(0).unwrap(), part(1).unwrap());
        let known = app.anonymous().get("/.well-known/jwks.json").expect(200);
        let known = known["keys"]
            .as_array()
            .unwrap()
            .iter()
            .find(|key| key["kid"] == header["kid"])
            .unwrap();
        let files = std::fs::read_dir(&app.site.config.keys_dir).unwrap();
        let bytes = files.filter_map(|file| std::fs::read(file.unwrap().path()).ok());
        let keys = bytes.filter_map(|bytes| Ed25519KeyPair::from_pkcs8(&bytes).ok());
        let ours = keys
            .into_iter()
            .find(|pair| encode(pair.public_key()) == known["x"].as_str().unwrap());
        Self {
            ours: ours.expect("the key that signs"),
            theirs: Ed25519KeyPair::generate().unwrap(),
            header,
            claims,
        }
    }

    pub fn header_with(&self, member: &str, value: Value) -> String {
        with(&self.header, member, value)
    }

    pub fn claims_with(&self, member: &str, value: Value) -> String {
        with(&self.claims, member, value)
    }

    /// Signed with our key.
    pub fn signed(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        format!("{message}.{}", encode(self.ours.sign(message.as_bytes())))
    }

    /// Signed with a key of one's own.
    pub fn signed_by_others(&self, header: &str) -> String {
        let message = format!("{}.{}", encode(header), encode(self.claims.to_string()));
        format!("{message}.{}", encode(self.theirs.sign(message.as_bytes())))
    }

    pub fn public_key_of_others(&self) -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "x": encode(self.theirs.public_key())})
    }

    /// Authenticated with a secret that everybody knows.
    pub fn with_secret(&self, secret: &[u8]) -> String {
        let header = self.header_with("alg", json!("HS256"));
        let message = format!("{}.{}", encode(header), encode(self.claims.to_string()));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
        format!("{message}.{}", encode(tag))
    }

    pub fn our_public_key(&self) -> Vec<u8> {
        self.ours.public_key().as_ref().to_vec()
    }

    pub fn good(&self) -> String {
        self.signed(&self.header.to_string(), &self.claims.to_string())
    }
}

fn with(object: &Value, member: &str, value: Value) -> String {
    let mut object = object.clone();
    object[member] = value;
    object.to_string()
}

pub fn without(object: &Value, member: &str) -> String {
    let mut object = object.clone();
    object.as_object_mut().unwrap().remove(member);
    object.to_string()
}

/// The same signature to whoever adds up modulo the order of the group: S + L.
pub fn malleable(signature: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut sum = signature.to_vec();
    let mut carry = 0;
    for (byte, more) in sum[32..].iter_mut().zip(ORDER) {
        let all = u16::from(*byte) + u16::from(more) + carry;
        [*byte, _] = all.to_le_bytes();
        carry = all >> 8;
    }
    sum
}
