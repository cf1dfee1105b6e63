//! The secret: shown once, stored nowhere, turned without a gap.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::receiver::Seen;
use super::{WEBHOOKS, told};

/// As a receiver does it: whether one of the signatures is by this secret.
fn verified(seen: &Seen, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert_eq!(key.len(), 32);
    let signed = format!("{}.{}.{}", seen.id(), seen.headers["webhook-timestamp"], seen.text);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let given = seen.headers["webhook-signature"].split(' ');
    let mut signatures = given.map(|one| STANDARD.decode(one.strip_prefix("v1,").unwrap()).unwrap());
    signatures.any(|signature| hmac::verify(&key, signed.as_bytes(), &signature).is_ok())
}

fn signatures(seen: &Seen) -> usize {
    seen.headers["webhook-signature"].split(' ').count()
}

#[test]
fn it_is_shown_once_and_stands_in_no_table() {
    let (told, []) = told([]);
    let body = json!({"url": told.receiver.url});
    let made = told.app.admin().post_with_key(WEBHOOKS, "a", &body);
    let secret = made.expect(201)["secret"].as_str().unwrap().to_owned();
    let again = told.app.admin().post_with_key(WEBHOOKS, "a", &body);
    assert_eq!(again.header("idempotency-replayed"), "true");
    let (mut first, again) = (made.expect(201), again.expect(201));
    first["secret"] = Value::Null;
    assert_eq!(again, first, "told once");
    let path = format!("{WEBHOOKS}/{}", made.id());
    let found = told.app.admin().get(&path);
    assert!(found.expect(200).get("secret").is_none());
    assert_eq!(found.etag(), made.etag());
    use einlass::schema::idempotency_keys::dsl;
    let kept = dsl::idempotency_keys
        .select(dsl::body)
        .load::<Option<Value>>(&mut told.app.database.connect());
    let kept = serde_json::to_string(&kept.unwrap()).unwrap();
    assert!(
        kept.contains(&made.id()) && !kept.contains("whsec_") && !kept.contains(&secret[10..30]),
        "{kept}"
    );
}

#[test]
fn every_delivery_is_signed_by_it_with_the_time_of_the_attempt() {
    let (told, [seminar]) = told(["A"]);
    let made = told.app.admin().post(WEBHOOKS, &json!({"url": told.receiver.url}));
    let secret = made.expect(201)["secret"].as_str().unwrap().to_owned();
    told.app.rename(&seminar, "B");
    assert_eq!(told.app.deliver(), 2, "to both");
    let ours = told
        .receiver
        .seen()
        .into_iter()
        .filter(|seen| verified(seen, &secret))
        .collect::<Vec<_>>();
    let [ours] = ours.as_slice() else { panic!("{ours:?}") };
    assert_eq!(signatures(ours), 1);
    assert_eq!(
        ours.headers["webhook-timestamp"],
        told.app.clock.now().timestamp().to_string()
    );
    let mut forged = ours.clone();
    forged.text = forged.text.replace("seminar.changed", "seminar.removed");
    assert!(!verified(&forged, &secret));
}

#[test]
fn for_a_day_both_secrets_sign() {
    let (told, [seminar]) = told(["A"]);
    let path = &told.webhook;
    let rotate = || {
        let answer = told.app.admin().act(
            &format!("{path}/rotate-secret"),
            &told.app.admin().get(path).etag(),
            &json!({}),
        );
        (answer.expect(200)["secret"].as_str().unwrap().to_owned(), answer)
    };
    let (first, _) = rotate();
    told.app.clock.advance(TimeDelta::days(2));
    let (second, answer) = rotate();
    assert_eq!(answer.expect(200)["former_secret_until"], "2027-01-07T08:00:00Z");
    assert_eq!(answer.etag(), told.app.admin().get(path).etag());
    let stale = told
        .app
        .admin()
        .act(&format!("{path}/rotate-secret"), "\"1-x\"", &json!({}));
    stale.problem(412, "precondition-failed");
    let last = |title: &str| {
        told.app.rename(&seminar, title);
        assert_eq!(told.app.deliver(), 1);
        told.receiver.seen().pop().unwrap()
    };
    let seen = last("B");
    assert_eq!(
        (signatures(&seen), verified(&seen, &first), verified(&seen, &second)),
        (2, true, true)
    );
    // Turned again before the day is over: whoever has not changed yet misses nothing.
    let (third, _) = rotate();
    let seen = last("C");
    assert_eq!(
        (signatures(&seen), verified(&seen, &first), verified(&seen, &third)),
        (3, true, true)
    );
    let (fourth, _) = rotate();
    let seen = last("D");
    assert_eq!(
        (signatures(&seen), verified(&seen, &first), verified(&seen, &fourth)),
        (3, false, true)
    );
    told.app.clock.advance(TimeDelta::days(1));
    let seen = last("E");
    assert_eq!(
        (signatures(&seen), verified(&seen, &third), verified(&seen, &fourth)),
        (1, false, true)
    );
}
