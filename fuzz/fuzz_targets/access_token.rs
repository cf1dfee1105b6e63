//! Arbitrary bytes as an access token, and arbitrary heads and claims under our own signature: never a panic, and nobody is
//! let in by what is not ours, not for us, not now or not signed.

#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use einlass::auth::{AccountId, Keys};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use uuid::Uuid;

const ISSUER: &str = "https://einlass.example";

struct Ours {
    keys: Keys,
    pair: Ed25519KeyPair,
    kid: String,
    valid: String,
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

static OURS: LazyLock<Ours> = LazyLock::new(|| {
    let folder: PathBuf = std::env::temp_dir().join(format!("einlass-fuzz-{}", std::process::id()));
    let keys = Keys::open(&folder, ISSUER).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(&std::fs::read(folder.join("0001.pk8")).unwrap()).unwrap();
    let kid = keys.jwks(now())["keys"][0]["kid"].as_str().unwrap().to_owned();
    let valid = keys.issue(AccountId(Uuid::from_u128(7)), now()).unwrap();
    assert!(keys.verify(&valid, now()).is_some());
    // What was read once stays in force.
    std::fs::remove_dir_all(&folder).unwrap();
    Ours { keys, pair, kid, valid }
});

fuzz_target!(|bytes: &[u8]| {
    let Some((way, rest)) = bytes.split_first() else { return };
    match way % 3 {
        0 => stranger(rest),
        1 => changed(rest),
        _ => signed(rest),
    }
});

fn stranger(bytes: &[u8]) {
    let Ok(token) = std::str::from_utf8(bytes) else { return };
    assert!(OURS.keys.verify(token, now()).is_none());
}

/// A token of ours with bytes replaced: place and byte by turns.
fn changed(edits: &[u8]) {
    let mut token = OURS.valid.clone().into_bytes();
    for edit in edits.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([edit[0], edit[1]])) % token.len();
        token[at] = edit[2];
    }
    let Ok(token) = String::from_utf8(token) else { return };
    assert_eq!(OURS.keys.verify(&token, now()).is_some(), token == OURS.valid);
}

/// Head and claims before and behind a line feed; `KID` is that of our key.
fn signed(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some((head, claims)) = text.split_once('\n') else {
        return;
    };
    let head = head.replace("KID", &OURS.kid);
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(&head), URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(OURS.pair.sign(signed.as_bytes()));
    if OURS.keys.verify(&format!("{signed}.{signature}"), now()).is_none() {
        return;
    }
    let head = serde_json::from_str::<Value>(&head).expect("a head that is JSON");
    let claims = serde_json::from_str::<Value>(claims).expect("claims that are JSON");
    let time = |name: &str| claims[name].as_i64().expect("a time");
    assert!(head["alg"] == "EdDSA" && head["kid"] == OURS.kid.as_str() && head["crit"].is_null());
    assert!(head["typ"].as_str().unwrap().eq_ignore_ascii_case("at+jwt"));
    assert!(claims["iss"] == ISSUER && claims["aud"] == "einlass");
    assert!(claims["sub"].as_str().unwrap().parse::<Uuid>().is_ok());
    assert!(
        time("exp") > now().timestamp() && time("nbf") <= now().timestamp() + 5 && time("iat") <= now().timestamp() + 5
    );
}
