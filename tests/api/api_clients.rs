//! API clients: secrets, scopes, rotation, revocation, and the token endpoint of RFC 6749.

use base64::Engine;
use chrono::Duration;
use diesel::prelude::*;
use einlass::schema::{api_client_secrets, idempotency_keys};
use serde_json::{Value, json};

use crate::support::{Answer, Machine, TestApp, draft_body, person};

const CLIENTS: &str = "/organisations/staedteregion-aachen/api-clients";

fn asked(app: &TestApp, machine: &Machine, secret: &str) -> Answer {
    app.ask_token(&[
        ("grant_type", "client_credentials"),
        ("client_id", &machine.id),
        ("client_secret", secret),
    ])
}

/// Refused in the form of RFC 6749, section 5.2.
#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str) {
    let body = answer.expect(status);
    assert_eq!(body["error"], error);
    assert!(body["error_description"].is_string());
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[track_caller]
fn rotated(app: &TestApp, machine: &Machine, body: &Value) -> Value {
    let etag = app.admin().get(&machine.path).etag();
    app.admin()
        .act(&format!("{}/rotate-secret", machine.path), &etag, body)
        .expect(200)
}

#[test]
fn a_secret_is_shown_once_and_stored_nowhere() {
    let app = TestApp::spawn();
    let body = json!({"name": "Kalender der IHK", "scopes": ["seminars:write", "seminars:read"]});
    let made = app.admin().post_with_key(CLIENTS, "key-1", &body);
    let view = made.expect(201);
    let secret = view["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("einlass_") && secret.len() >= 43);
    assert_eq!(view["scopes"], json!(["seminars:read", "seminars:write"]));
    let path = format!("{CLIENTS}/{}", made.id());
    let location = made.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    assert_eq!(app.admin().get(&location).expect(200)["id"], json!(made.id()));
    let again = app.admin().post_with_key(CLIENTS, "key-1", &body);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.expect(201)["secret"], Value::Null, "told once");
    let one = app.admin().get(&path);
    assert_eq!(one.etag(), made.etag());
    let mut shown = view.clone();
    shown.as_object_mut().unwrap().remove("secret");
    assert_eq!(one.expect(200), shown);
    assert_eq!(app.admin().get(CLIENTS).expect(200)["data"], json!([shown]));

    let conn = &mut app.database.connect();
    let hashes = api_client_secrets::table
        .select(api_client_secrets::secret_hash)
        .load::<Vec<u8>>(conn)
        .unwrap();
    assert_eq!(hashes.len(), 1);
    assert_eq!(hashes[0].len(), 32);
    let kept = idempotency_keys::table
        .select(idempotency_keys::body)
        .load::<Option<Value>>(conn)
        .unwrap();
    assert!(kept.iter().flatten().all(|body| !body.to_string().contains(&secret)));
}

#[test]
fn a_token_is_fetched_by_form_or_by_basic() {
    let app = TestApp::spawn();
    let machine = app.machine(&["seminars:read", "reports:read"]);
    let answer = asked(&app, &machine, &machine.secret);
    let token = answer.expect(200);
    assert_eq!(token["token_type"], "Bearer");
    assert_eq!(token["expires_in"], 600);
    assert_eq!(token["scope"], "reports:read seminars:read");
    assert_eq!(answer.header("cache-control"), "no-store");

    let basic = |pair: &str| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
    let with = |authorization: &str, form: &str| {
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Authorization", authorization),
        ];
        app.anonymous()
            .send("POST", "/oauth/token", &headers, Some(form.as_bytes()))
    };
    let good = basic(&format!("{}:{}", machine.id, machine.secret));
    let token = with(&good, "grant_type=client_credentials&scope=seminars%3Aread").expect(200);
    assert_eq!(token["scope"], "seminars:read", "no more than was asked for");
    let wrong = with(
        &basic(&format!("{}:einlass_wrong", machine.id)),
        "grant_type=client_credentials",
    );
    refused(&wrong, 401, "invalid_client");
    assert!(wrong.header("www-authenticate").starts_with("Basic"));
    refused(
        &with("Bearer x", "grant_type=client_credentials"),
        401,
        "invalid_client",
    );
    let both = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        machine.id, machine.secret
    );
    refused(&with(&good, &both), 400, "invalid_request");
}

#[test]
fn what_is_wrong_with_a_token_request_is_said_as_the_standard_says_it() {
    let app = TestApp::spawn();
    let machine = app.machine(&["seminars:read"]);
    let credentials = [
        ("client_id", machine.id.as_str()),
        ("client_secret", machine.secret.as_str()),
    ];
    let ask = |more: &[(&str, &str)]| app.ask_token(&[&credentials, more].concat());
    refused(&ask(&[]), 400, "invalid_request");
    refused(&ask(&[("grant_type", "password")]), 400, "unsupported_grant_type");
    let more = ask(&[
        ("grant_type", "client_credentials"),
        ("scope", "seminars:read seminars:write"),
    ]);
    refused(&more, 400, "invalid_scope");
    let twice = ask(&[
        ("grant_type", "client_credentials"),
        ("grant_type", "client_credentials"),
    ]);
    refused(&twice, 400, "invalid_request");
    refused(
        &app.ask_token(&[("grant_type", "client_credentials")]),
        401,
        "invalid_client",
    );
    let unknown = [
        ("grant_type", "client_credentials"),
        ("client_id", "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11"),
        ("client_secret", machine.secret.as_str()),
    ];
    refused(&app.ask_token(&unknown), 401, "invalid_client");
    let json = app
        .anonymous()
        .post("/oauth/token", &json!({"grant_type": "client_credentials"}));
    refused(&json, 400, "invalid_request");
    let long = "x".repeat(9000);
    refused(&ask(&[("scope", &long)]), 400, "invalid_request");
}

#[test]
fn two_secrets_are_good_during_rotation_and_never_three() {
    let app = TestApp::spawn();
    let machine = app.machine(&["seminars:read"]);
    let secret = |view: &Value| view["secret"].as_str().unwrap().to_owned();
    let second = secret(&rotated(&app, &machine, &json!({})));
    asked(&app, &machine, &machine.secret).expect(200);
    asked(&app, &machine, &second).expect(200);
    let third = rotated(&app, &machine, &json!({"overlap_hours": 1}));
    assert_eq!(third["secrets"].as_array().unwrap().len(), 2);
    let third = secret(&third);
    refused(&asked(&app, &machine, &machine.secret), 401, "invalid_client");
    asked(&app, &machine, &second).expect(200);
    asked(&app, &machine, &third).expect(200);
    app.clock.advance(Duration::hours(1));
    refused(&asked(&app, &machine, &second), 401, "invalid_client");
    asked(&app, &machine, &third).expect(200);
    let view = app.admin().get(&machine.path).expect(200);
    assert_eq!(view["secrets"].as_array().unwrap().len(), 1);
    assert!(view["last_used_at"].is_string() && view["secrets"][0]["last_used_at"].is_string());
    let fourth = secret(&rotated(&app, &machine, &json!({"overlap_hours": 0})));
    refused(&asked(&app, &machine, &third), 401, "invalid_client");
    asked(&app, &machine, &fourth).expect(200);
    let etag = app.admin().get(&machine.path).etag();
    let path = format!("{}/rotate-secret", machine.path);
    assert_eq!(
        app.admin().act(&path, &etag, &json!({"overlap_hours": 721})).invalid(),
        ["/overlap_hours"]
    );
    app.admin()
        .act(&path, "\"1\"", &json!({}))
        .problem(412, "precondition-failed");
}

#[test]
fn a_revoked_client_is_nobody_at_once() {
    let app = TestApp::spawn();
    let machine = app.machine(&["seminars:write"]);
    let client = app.with_token_of(&machine);
    client.post("/seminars", &draft_body(5)).expect(201);
    let etag = app.admin().get(&machine.path).etag();
    assert_eq!(app.admin().delete(&machine.path, &etag).status, 204);
    client.post("/seminars", &draft_body(5)).problem(401, "unauthenticated");
    refused(&asked(&app, &machine, &machine.secret), 401, "invalid_client");
    let view = app.admin().get(&machine.path).expect(200);
    assert!(view["revoked_at"].is_string());
    assert_eq!(view["secrets"], json!([]));
    let etag = app.admin().get(&machine.path).etag();
    app.admin().delete(&machine.path, &etag).problem(404, "not-found");
}

#[test]
fn scopes_reach_as_far_as_they_say_and_what_is_taken_away_is_gone_at_once() {
    let app = TestApp::spawn();
    let machine = app.machine(&["seminars:read", "seminars:write"]);
    let client = app.with_token_of(&machine);
    let draft = client.post("/seminars", &draft_body(5));
    let path = format!("/seminars/{}", draft.id());
    client.get(&path).expect(200);
    let registrations = client.get(&format!("{path}/registrations"));
    let problem = registrations.problem(403, "insufficient-scope");
    assert!(problem["detail"].as_str().unwrap().contains("registrations:read"));
    client.get("/me").problem(403, "forbidden");
    client.get(CLIENTS).problem(403, "forbidden");
    client.get("/accounts").problem(403, "forbidden");

    let etag = app.admin().get(&machine.path).etag();
    let changed = app
        .admin()
        .patch(&machine.path, &etag, &json!({"scopes": ["seminars:read"]}));
    assert_eq!(changed.expect(200)["scopes"], json!(["seminars:read"]));
    client
        .post("/seminars", &draft_body(5))
        .problem(403, "insufficient-scope");
    client.get(&path).expect(200);
    assert_eq!(
        app.admin()
            .patch(&machine.path, &changed.etag(), &json!({"scopes": []}))
            .invalid(),
        ["/scopes"]
    );
}

#[test]
fn a_machine_sees_its_organisation_without_the_addresses_of_those_who_run_it() {
    let app = TestApp::spawn();
    let mut body = draft_body(5);
    body["team"] = json!([{"name": "Petra Vogt", "email": "vogt@example.org", "role": "speaker"}]);
    body["sessions"][0]["join_url"] = json!("https://zoom.example/j/1");
    let draft = app.draft(&body).id();
    let client = app.client(&["seminars:read"]);
    let seen = client.get(&format!("/seminars/{draft}")).expect(200);
    assert_eq!(seen["sessions"][0]["join_url"], "https://zoom.example/j/1");
    assert_eq!(seen["team"], json!([{"name": "Petra Vogt", "role": "speaker"}]));
    let foreign = app.machine_of(
        &app.person("foreign_admin"),
        "ihk-aachen",
        &["seminars:read", "seminars:write"],
    );
    let foreign = app.with_token_of(&foreign);
    foreign.get(&format!("/seminars/{draft}")).problem(404, "not-found");
    assert_eq!(foreign.post("/seminars", &draft_body(5)).invalid(), ["/organisation"]);
}

#[test]
fn a_machine_registers_somebody_as_the_office_does() {
    let app = TestApp::spawn();
    let mut body = draft_body(5);
    body["confirmation"] = json!("email");
    let seminar = app.published(&body);
    let path = format!("/seminars/{seminar}/registrations");
    app.client(&["seminars:read"])
        .post(&path, &person("anna"))
        .problem(403, "insufficient-scope");
    let client = app.client(&["registrations:write", "registrations:read"]);
    let made = client.post(&path, &person("anna"));
    assert_eq!(
        made.expect(201)["state"],
        "confirmed",
        "its organisation knows the person"
    );
    client.post(&path, &person("anna")).problem(409, "already-registered");
    let list = client.get(&path).expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
}

#[test]
fn an_organisation_has_fifty_clients_at_most() {
    let app = TestApp::spawn();
    let body = json!({"name": "Kalender", "scopes": ["seminars:read"]});
    for _ in 0..50 {
        app.admin().post(CLIENTS, &body).expect(201);
    }
    app.admin().post(CLIENTS, &body).problem(409, "limit-reached");
    let first = app.admin().get(CLIENTS).expect(200)["data"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("{CLIENTS}/{first}");
    assert_eq!(app.admin().delete(&path, &app.admin().get(&path).etag()).status, 204);
    app.admin().post(CLIENTS, &body).expect(201);
}

#[test]
fn guessing_a_secret_is_slowed_down() {
    let app = TestApp::spawn();
    let machine = app.machine(&["seminars:read"]);
    let wrong = |_| asked(&app, &machine, "einlass_wrong").status;
    let statuses = (0..12).map(wrong).collect::<Vec<_>>();
    assert_eq!(statuses[..10], [401; 10]);
    assert_eq!(statuses[10..], [429; 2]);
    // Whoever does not even know the form of an id: one for all of them, however they are spelled.
    let nobody = |n| {
        let id = format!("kalender-{n}");
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", id.as_str()),
            ("client_secret", "x"),
        ];
        app.ask_token(&form).status
    };
    let statuses = (0..12).map(nobody).collect::<Vec<_>>();
    assert_eq!(statuses[..10], [401; 10]);
    assert_eq!(statuses[10..], [429; 2]);
}

#[test]
fn a_token_is_good_for_what_was_asked_and_no_more() {
    let app = TestApp::spawn();
    let machine = app.machine(&["seminars:read", "seminars:write"]);
    let token = app.ask_token(&[
        ("grant_type", "client_credentials"),
        ("client_id", &machine.id),
        ("client_secret", &machine.secret),
        ("scope", "seminars:read"),
    ]);
    let token = token.expect(200)["access_token"].as_str().unwrap().to_owned();
    let client = app.anonymous().with_token(&token);
    client.get("/seminars").expect(200);
    client
        .post("/seminars", &draft_body(5))
        .problem(403, "insufficient-scope");
    app.with_token_of(&machine)
        .post("/seminars", &draft_body(5))
        .expect(201);
}

#[test]
fn a_client_of_another_organisation_is_not_there() {
    let app = TestApp::spawn();
    let theirs = app.machine_of(&app.person("foreign_admin"), "ihk-aachen", &["seminars:read"]);
    let path = format!("{CLIENTS}/{}", theirs.id);
    let (admin, tag) = (app.admin(), "\"1\"");
    admin.get(&path).problem(404, "not-found");
    admin
        .patch(&path, tag, &json!({"name": "Unser"}))
        .problem(404, "not-found");
    admin
        .act(&format!("{path}/rotate-secret"), tag, &json!({}))
        .problem(404, "not-found");
    admin.delete(&path, tag).problem(404, "not-found");
    asked(&app, &theirs, &theirs.secret).expect(200);
}
