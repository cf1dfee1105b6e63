//! Access tokens that are not ours, or not any more, or not good for this: all refused, and all alike.

mod forger;

use std::io::{Read, Write};
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use einlass::base::capability::Purpose;
use forger::{Forger, encode, malleable, without};
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, TestApp, draft_body};

type Forged = Vec<(String, String)>;

const NOBODY: &str = "01900000-0000-7000-8000-000000000000";

fn named<const N: usize>(all: [(&str, String); N]) -> Forged {
    all.map(|(name, token)| (name.to_owned(), token)).into()
}

/// What stands in the header, signed with our key: it is the header that must not be believed.
fn headers(forger: &Forger) -> Forged {
    let kid = forger.header["kid"].as_str().unwrap();
    let values = [
        (
            "typ",
            json!([null, "", "JWT", "application/at+jwt", "at+jwt ", ["at+jwt"], 1]),
        ),
        (
            "alg",
            json!([
                null,
                "",
                "none",
                "None",
                "HS256",
                "ES256",
                "RS256",
                "eddsa",
                ["EdDSA"],
                0
            ]),
        ),
        (
            "kid",
            json!([null, "", " ", format!("{kid} "), kid.to_lowercase(), "../../etc/passwd", "' OR 1=1 --", [kid],
            {"a": 1}, 0, "\u{0}", "x".repeat(5000)]),
        ),
        ("crit", json!([["exp"], ["unknown"], [], "exp"])),
    ];
    let mut forged = Vec::new();
    for (member, values) in values {
        forged.push((
            format!("no {member}"),
            forger.signed(&without(&forger.header, member), &forger.claims.to_string()),
        ));
        for value in values.as_array().unwrap() {
            let token = forger.signed(&forger.header_with(member, value.clone()), &forger.claims.to_string());
            forged.push((format!("{member} {value}"), token));
        }
    }
    // A header without `crit` is the true one.
    forged.retain(|(name, _)| name != "no crit");
    let twice = format!("{{\"kid\":\"{kid}\",{}", &forger.header.to_string()[1..]);
    forged.push((
        "kid twice".to_owned(),
        forger.signed(&twice, &forger.claims.to_string()),
    ));
    forged
}

/// What stands in the claims, signed with our key.
fn claims(forger: &Forger, now: i64) -> Forged {
    let of = |member: &str| forger.claims[member].clone();
    let values = [
        (
            "exp",
            json!([
                null,
                (now + 500).to_string(),
                1e12,
                9_223_372_036_854_775_808_u64,
                i64::MIN,
                -1,
                now - 1,
                now,
                [now + 500],
                true
            ]),
        ),
        (
            "nbf",
            json!([null, now.to_string(), now + 60, 9_223_372_036_854_775_808_u64]),
        ),
        ("iat", json!([null, now.to_string(), now + 60])),
        (
            "aud",
            json!([null, "", "Einlass", "elsewhere", ["einlass"], ["elsewhere", "einlass"], {"einlass": true}]),
        ),
        (
            "iss",
            json!([
                null,
                "",
                [of("iss")],
                "https://elsewhere.example",
                format!("{}/", of("iss").as_str().unwrap())
            ]),
        ),
        ("sub", json!([null, "", "admin", "' OR 1=1 --", NOBODY, [of("sub")]])),
        ("jti", json!([null, 1])),
        // Of machines.
        ("client_id", json!(["", 1, NOBODY, of("sub")])),
        ("scope", json!([1, ["seminars:read"]])),
    ];
    let header = forger.header.to_string();
    let mut forged = Vec::new();
    for (member, values) in values {
        if forger.claims.get(member).is_some() {
            forged.push((
                format!("no {member}"),
                forger.signed(&header, &without(&forger.claims, member)),
            ));
        }
        for value in values.as_array().unwrap() {
            let token = forger.signed(&header, &forger.claims_with(member, value.clone()));
            forged.push((format!("{member} {value}"), token));
        }
    }
    let claims = forger.claims.to_string();
    let first = |member: &str| format!("{{{member},{}", &claims[1..]);
    let last = |member: &str| format!("{},{member}}}", &claims[..claims.len() - 1]);
    let account = of("sub").as_str().unwrap().to_owned();
    let machine = format!("\"client_id\":\"{account}\",\"scope\":\"seminars:read\"");
    let more = [
        ("sub twice", first(&format!("\"sub\":\"{NOBODY}\""))),
        ("exp twice, past first", first("\"exp\":1")),
        ("exp twice, future last", last("\"exp\":9999999999")),
        ("an account as a machine", last(&machine)),
        ("a list", "[]".to_owned()),
        ("nothing", "null".to_owned()),
        ("a byte order mark", format!("\u{feff}{claims}")),
        ("more than claims", format!("{claims} x")),
    ];
    forged.extend(more.map(|(name, claims)| (name.to_owned(), forger.signed(&header, &claims))));
    forged
}

/// What is signed with other keys, or with none.
fn keys(forger: &Forger) -> Forged {
    let theirs = |member: &str, value: Value| forger.signed_by_others(&forger.header_with(member, value));
    let public = forger.our_public_key();
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(&public)});
    let body = encode(forger.claims.to_string());
    named([
        (
            "another key under our name",
            forger.signed_by_others(&forger.header.to_string()),
        ),
        ("another key under its name", theirs("kid", json!("theirs"))),
        ("jwk", theirs("jwk", forger.public_key_of_others())),
        ("jku", theirs("jku", json!("http://127.0.0.1:9/jwks.json"))),
        ("x5u", theirs("x5u", json!("http://127.0.0.1:9/chain.pem"))),
        ("x5c", theirs("x5c", json!(["MIIB"]))),
        ("our public key as a secret", forger.with_secret(&public)),
        (
            "our public key as a secret, as text",
            forger.with_secret(encode(&public).as_bytes()),
        ),
        (
            "our public key as a secret, as JWK",
            forger.with_secret(jwk.to_string().as_bytes()),
        ),
        ("an empty secret", forger.with_secret(b"")),
        (
            "none",
            format!("{}.{body}.", encode(r#"{"alg":"none","typ":"at+jwt"}"#)),
        ),
    ])
}

/// What is a good token but for its form.
fn forms(forger: &Forger) -> Forged {
    let good = forger.good();
    let [header, claims, signature] = good.split('.').collect::<Vec<_>>()[..] else {
        panic!("{good}");
    };
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let ending = |bytes: &[u8]| format!("{header}.{claims}.{}", encode(bytes));
    // 64 bytes leave four bits of the last character over.
    let others = ["A", "Q", "g", "w"].map(|last| {
        let last = char::from(last.as_bytes()[0] + 1);
        format!("{}{last}", &good[..good.len() - 1])
    });
    let mut forged = named([
        ("empty", String::new()),
        ("a word", "x".to_owned()),
        ("dots", "...".to_owned()),
        ("no signature", format!("{header}.{claims}.")),
        ("two parts", format!("{header}.{claims}")),
        ("four parts", format!("{good}.{signature}")),
        ("five parts", format!("{header}.{claims}.{claims}.{claims}.{signature}")),
        ("a dot before", format!(".{good}")),
        ("a dot after", format!("{good}.")),
        ("padded", format!("{good}==")),
        ("a padded header", format!("{header}=.{claims}.{signature}")),
        ("a space inside", format!("{header}. {claims}.{signature}")),
        ("two tokens", format!("{good}, Bearer {good}")),
        (
            "other claims under the signature",
            format!(
                "{header}.{}.{signature}",
                encode(forger.claims_with("sub", json!(NOBODY)))
            ),
        ),
        ("no JSON", format!("{header}.{}.{signature}", encode("nonsense"))),
        ("a signature of zeros", ending(&[0; 64])),
        ("a shorter signature", ending(&bytes[..63])),
        ("a longer signature", ending(&[&bytes[..], &[0]].concat())),
        ("the same signature once more", ending(&malleable(&bytes))),
        ("6 kB more", format!("{good}{}", "A".repeat(6000))),
    ]);
    forged.extend(others.map(|token| (format!("bits after the signature {}", &token[token.len() - 1..]), token)));
    forged
}

/// What is a good token, or was one, for something else.
fn other_purposes(app: &TestApp, forger: &Forger) -> Forged {
    let login = json!({"email": "organiser@staedteregion.example", "password": PASSWORD});
    let refresh = app.anonymous().post("/auth/login", &login).expect(200)["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let registration = app.register(&app.seminar(5), "anna").id();
    let machine = app.machine(&["seminars:read"]);
    let token_of = |machine: &crate::support::Machine| {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &machine.id),
            ("client_secret", &machine.secret),
        ];
        app.ask_token(&form).expect(200)["access_token"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let revoked = token_of(&machine);
    app.admin()
        .delete(&machine.path, &app.admin().get(&machine.path).etag())
        .expect(204);
    let disabled = app
        .site
        .auth
        .keys
        .issue(app.account("reporter"), app.clock.now())
        .unwrap();
    let (platform, path) = (app.platform_admin(), format!("/accounts/{}", app.account("reporter")));
    platform
        .patch(&path, &platform.get(&path).etag(), &json!({"disabled": true}))
        .expect(200);
    let living = app.machine(&["seminars:read"]);
    // A token for those who log in by another service that trusts the same issuer.
    let mut identity = forger.claims.clone();
    identity["aud"] = json!("portal");
    identity["nonce"] = json!("n");
    let mut other_client = forger.claims.clone();
    (other_client["client_id"], other_client["scope"]) = (json!(living.id), json!("seminars:read"));
    let mut as_account = forger.claims.clone();
    as_account["sub"] = json!(living.id);
    let header = forger.header.to_string();
    named([
        ("a refresh token", refresh),
        (
            "a link of a mail",
            app.token(Purpose::Manage, &registration, "anna@example.org"),
        ),
        (
            "a room of a mail",
            app.token(Purpose::Join, &registration, "anna@example.org"),
        ),
        ("a machine's secret", machine.secret),
        ("of a machine that was revoked", revoked),
        ("of an account that is disabled", disabled),
        (
            "of last time",
            app.site
                .auth
                .keys
                .issue(app.account("organiser"), app.clock.now() - Duration::minutes(10))
                .unwrap(),
        ),
        ("an identity token", forger.signed(&header, &identity.to_string())),
        (
            "a machine that is somebody else",
            forger.signed(&header, &other_client.to_string()),
        ),
        (
            "a machine as an account",
            forger.signed(&header, &as_account.to_string()),
        ),
        ("our key", encode(forger.our_public_key())),
    ])
}

fn shown(app: &TestApp, token: &str, path: &str) -> Answer {
    app.anonymous().with_token(token).get(path)
}

#[test]
fn whatever_is_no_token_of_ours_is_refused_in_the_same_words() {
    let app = TestApp::spawn();
    let forger = Forger::of(&app);
    let now = app.clock.now().timestamp();
    // The control: made in the same way with the right values it is good, also with what nobody asks for.
    shown(&app, &forger.good(), "/me").expect(200);
    let more = forger.signed(
        &forger.header_with("jku", json!("http://127.0.0.1:9/")),
        &forger.claims_with("admin", json!(true)),
    );
    shown(&app, &more, "/me").expect(200);

    let all = [
        headers(&forger),
        claims(&forger, now),
        keys(&forger),
        forms(&forger),
        other_purposes(&app, &forger),
    ]
    .concat();
    assert!(all.len() >= 120, "{}", all.len());
    let refused = app.anonymous().with_token("x").get("/me");
    let mut faults = Vec::new();
    for (name, token) in &all {
        let answer = shown(&app, token, "/me");
        let same = |id: &Answer| id.text.replace(id.header("x-request-id"), "");
        if answer.status != 401 || same(&answer) != same(&refused) {
            faults.push(format!("{name}: {} {}", answer.status, answer.text));
        }
        // Also where no token is needed: who believes to be somebody must hear it.
        let answer = shown(&app, token, "/organisations");
        if answer.status != 401 {
            faults.push(format!("{name}, where none is needed: {}", answer.status));
        }
    }
    assert!(
        faults.is_empty(),
        "{} of {}:\n{}",
        faults.len(),
        all.len(),
        faults.join("\n")
    );
    shown(&app, &forger.good(), "/me").expect(200);
}

/// The token says more than the machine has: what it has counts.
#[test]
fn a_scope_that_was_written_into_a_token_is_not_given() {
    let app = TestApp::spawn();
    let forger = Forger::of(&app);
    let machine = app.machine(&["seminars:read"]);
    let token = |scope: &str| {
        let mut claims = forger.claims.clone();
        (claims["sub"], claims["client_id"], claims["scope"]) = (json!(machine.id), json!(machine.id), json!(scope));
        forger.signed(&forger.header.to_string(), &claims.to_string())
    };
    let all = "seminars:read seminars:write registrations:read\tadmin *";
    shown(&app, &token(all), "/seminars").expect(200);
    let written = app
        .anonymous()
        .with_token(&token(all))
        .post("/seminars", &draft_body(5));
    written.problem(403, "insufficient-scope");
    for scope in ["", "admin", "seminars:readx", "seminars: read", "SEMINARS:READ"] {
        shown(&app, &token(scope), "/seminars").problem(403, "insufficient-scope");
    }
}

#[test]
fn a_token_that_is_far_too_long_is_refused_as_any_other_or_not_read_at_all() {
    let app = TestApp::spawn();
    for (length, status, code) in [(20_000, 401, "unauthenticated"), (100_000, 431, "headers-too-large")] {
        let mut stream = TcpStream::connect(app.address).unwrap();
        let token = "A".repeat(length);
        let request = format!(
            "GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(
            answer.contains(&format!("\"code\":\"{code}\"")) && !answer.contains("AAAA"),
            "{answer}"
        );
    }
}
