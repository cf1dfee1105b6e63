//! Bad input gets a problem document that names the member, and nothing is changed.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::support::{TestApp, draft_body, person};

/// How much has happened so far.
fn journal(app: &TestApp) -> i64 {
    use einlass::schema::journal::dsl::journal;
    journal.count().get_result(&mut app.database.connect()).unwrap()
}

#[test]
fn a_registration_names_every_wrong_member() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    let path = format!("/seminars/{id}/registrations");
    let before = journal(&app);
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut body = person("anna");
        change(&mut body);
        app.anonymous().post(&path, &body).invalid()
    };
    assert_eq!(refused(&|body| body["given_name"] = "A\u{0}".into()), ["/given_name"]);
    assert_eq!(
        refused(&|body| body["given_name"] = "A\r\nBcc: x@example.org".into()),
        ["/given_name"]
    );
    assert_eq!(
        refused(&|body| body["given_name"] = "\u{202e}anna".into()),
        ["/given_name"]
    );
    assert_eq!(refused(&|body| body["given_name"] = "  ".into()), ["/given_name"]);
    assert_eq!(
        refused(&|body| body["given_name"] = "a".repeat(101).into()),
        ["/given_name"]
    );
    assert_eq!(refused(&|body| body["given_name"] = json!(["Anna"])), ["/given_name"]);
    assert_eq!(refused(&|body| body["email"] = "anna".into()), ["/email"]);
    assert_eq!(
        refused(&|body| body["email"] = "a@example.org\nBcc: b@example.org".into()),
        ["/email"]
    );
    assert_eq!(refused(&|body| body["channel"] = "carrier-pigeon".into()), ["/channel"]);
    assert_eq!(refused(&|body| body["language"] = "deutsch!".into()), ["/language"]);
    assert_eq!(refused(&|body| body["is_admin"] = true.into()), ["/is_admin"]);
    assert_eq!(refused(&|body| body["state"] = "confirmed".into()), ["/state"]);
    assert_eq!(
        refused(&|body| drop(body.as_object_mut().unwrap().remove("email"))),
        ["/email"]
    );
    let mut many = refused(&|body| {
        body["email"] = "x".into();
        body["given_name"] = 1.into();
        body["unknown"] = 2.into();
    });
    many.sort();
    assert_eq!(many, ["/email", "/given_name", "/unknown"]);
    assert_eq!(journal(&app), before);
}

#[test]
fn what_is_not_json_is_told_so_with_the_place() {
    let app = TestApp::spawn();
    let path = format!("/seminars/{}/registrations", app.seminar(5));
    let before = journal(&app);
    for (body, pointer) in [
        (&b"{"[..], ""),
        (b"", ""),
        (b"null x", ""),
        (b"{\"channel\": \"onsite\",}", ""),
        (b"{\"given_name\": \"\\ud800\"}", "/given_name"),
        (b"{\"given_name\": \"\\udc00\\ud800\"}", "/given_name"),
        (b"{\"given_name\": \"a\x00b\"}", "/given_name"),
        (b"{\"given_name\": \"\xff\"}", "/given_name"),
        (b"{\"family_name\": {\"a\": tru}}", "/family_name/a"),
    ] {
        let document = app
            .anonymous()
            .send("POST", &path, &[], Some(body))
            .problem(400, "malformed-json");
        assert_eq!(
            document["errors"][0]["pointer"],
            pointer,
            "{}",
            String::from_utf8_lossy(body)
        );
    }
    let deep = format!("{{\"given_name\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    app.anonymous()
        .send("POST", &path, &[], Some(deep.as_bytes()))
        .problem(400, "malformed-json");
    for (body, pointer) in [("[]", ""), ("\"text\"", ""), ("7", "")] {
        let places = app
            .anonymous()
            .send("POST", &path, &[], Some(body.as_bytes()))
            .invalid();
        assert_eq!(places, [pointer], "{body}");
    }
    assert_eq!(journal(&app), before);
}

#[test]
fn sizes_and_media_types_have_their_limits() {
    let app = TestApp::spawn();
    let path = format!("/seminars/{}/registrations", app.seminar(5));
    let huge = format!("{{\"given_name\": \"{}\"}}", "a".repeat(300_000));
    let document = app
        .anonymous()
        .send("POST", &path, &[], Some(huge.as_bytes()))
        .problem(413, "body-too-large");
    assert_eq!(document["detail"], "The limit is 256 KiB.");
    let body = person("anna").to_string();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
        "application/merge-patch+json",
    ] {
        app.anonymous()
            .send("POST", &path, &[("Content-Type", kind)], Some(body.as_bytes()))
            .problem(415, "unsupported-media-type");
    }
    app.anonymous()
        .send(
            "POST",
            &path,
            &[("Content-Type", "application/json; charset=UTF-8")],
            Some(body.as_bytes()),
        )
        .expect(201);
    let long = "k".repeat(256);
    for key in ["", long.as_str(), "schlüssel"] {
        let answer = app.anonymous().send(
            "POST",
            &path,
            &[("Idempotency-Key", key)],
            Some(person("berta").to_string().as_bytes()),
        );
        assert_eq!(answer.invalid(), ["Idempotency-Key"], "{key}");
    }
}

#[test]
fn times_that_cannot_be_are_refused_by_name() {
    let app = TestApp::spawn();
    let before = journal(&app);
    let refused = |session: Value| {
        let mut body = draft_body(5);
        body["sessions"] = json!([session]);
        let answer = app.organiser().post("/seminars", &body);
        let detail = answer.expect(422)["errors"][0]["detail"].as_str().unwrap().to_owned();
        (answer.invalid().join(" "), detail)
    };
    for (session, place, words) in [
        (
            json!({"starts_at": "2027-02-31T10:00:00+01:00"}),
            "starts_at",
            "not a day of the calendar",
        ),
        (
            json!({"starts_at": "2027-02-31", "date_precision": "day"}),
            "starts_at",
            "not a day of the calendar",
        ),
        (
            json!({"starts_at": "2027-03-28T02:30"}),
            "starts_at",
            "does not exist in Europe/Berlin",
        ),
        (
            json!({"starts_at": "2027-03-28T02:30:00+01:00"}),
            "starts_at",
            "does not exist in Europe/Berlin",
        ),
        (json!({"starts_at": "2026-10-25T02:30"}), "starts_at", "happens twice"),
        (
            json!({"starts_at": "2027-05-06T18:00:00+05:00"}),
            "starts_at",
            "has +02:00 at that moment",
        ),
        (
            json!({"starts_at": "2027-05-06T18:00", "ends_at": "2027-05-06T17:00"}),
            "ends_at",
            "must be after",
        ),
        (
            json!({"starts_at": "2027-05-06T18:00", "ends_at": "2027-05-06T18:00"}),
            "ends_at",
            "must be after",
        ),
        (
            json!({"starts_at": "2027-05-06", "ends_at": "2027-05-05", "date_precision": "day"}),
            "ends_at",
            "must be after",
        ),
        (json!({"starts_at": "2027-05-06"}), "starts_at", "only a day"),
        (
            json!({"starts_at": "2027-05-06T18:00", "date_precision": "day"}),
            "starts_at",
            "must be a day",
        ),
        (
            json!({"starts_at": "2027-05-06T18:00", "time_zone": "Europe/Aachen"}),
            "time_zone",
            "not a time zone",
        ),
        (json!({"starts_at": "tomorrow"}), "starts_at", "must be a time"),
        (json!({"starts_at": 5}), "starts_at", "invalid type"),
    ] {
        let (found, detail) = refused(session.clone());
        assert_eq!(found, format!("/sessions/0/{place}"), "{session}");
        assert!(detail.contains(words), "{session}: {detail}");
    }
    assert_eq!(journal(&app), before);
}

#[test]
fn seminars_name_what_contradicts_itself() {
    let app = TestApp::spawn();
    let refused = |member: &str, value: Value| {
        let mut body = draft_body(5);
        body[member] = value;
        app.organiser().post("/seminars", &body).invalid().join(" ")
    };
    assert_eq!(
        refused("within", json!({"from": "2027-01-01", "to": "2027-02-01"})),
        "/within"
    );
    assert_eq!(
        refused("within", json!({"from": "2027-02-01", "to": "2027-01-01"})),
        "/within/to /within"
    );
    assert_eq!(
        refused("within", json!({"from": "2027-02-30", "to": "2027-03-01"})),
        "/within/from"
    );
    assert_eq!(
        refused("channels", json!([{"channel": "onsite"}, {"channel": "onsite"}])),
        "/channels/1/channel"
    );
    assert_eq!(
        refused("channels", json!([{"channel": "livestream", "capacity": 5}])),
        "/channels/0/capacity"
    );
    assert_eq!(
        refused("channels", json!([{"channel": "onsite", "capacity": 0}])),
        "/channels/0/capacity"
    );
    assert_eq!(
        refused("channels", json!([{"channel": "onsite", "capacity": 1e12}])),
        "/channels/0/capacity"
    );
    assert_eq!(refused("parties", json!([{"role": "lead"}])), "/parties/0");
    assert_eq!(
        refused("parties", json!([{"role": "lead", "organisation": "x", "name": "y"}])),
        "/parties/0"
    );
    assert_eq!(
        refused("parties", json!([{"role": "boss", "name": "y"}])),
        "/parties/0/role"
    );
    assert_eq!(refused("kind", "party".into()), "/kind");
    assert_eq!(refused("title", "x".repeat(301).into()), "/title");
    assert_eq!(refused("description", "\u{7}".into()), "/description");
    assert_eq!(refused("collections", json!(["not-an-id"])), "/collections/0");
    assert_eq!(refused("waiting_list_limit", json!(0)), "/waiting_list_limit");
    assert_eq!(refused("organisation_id", "x".into()), "/organisation_id");
    assert_eq!(refused("status", "held".into()), "/status");
    let sessions = (0..101)
        .map(|n| json!({"starts_at": "2027-05-06T18:00", "title": n.to_string()}))
        .collect::<Vec<_>>();
    assert_eq!(refused("sessions", sessions.into()), "/sessions");
    let mut body = draft_body(5);
    body["registration_opens_at"] = "2027-02-01T00:00:00Z".into();
    body["registration_closes_at"] = "2027-01-01T00:00:00Z".into();
    assert_eq!(
        app.organiser().post("/seminars", &body).invalid(),
        ["/registration_closes_at"]
    );
}

#[test]
fn parameters_are_named_too() {
    let app = TestApp::spawn();
    for (query, name) in [
        ("limit=0", "limit"),
        ("unknown=1", "unknown"),
        ("from=2027-02-31", "from"),
        ("from=31.02.2027", "from"),
        ("from=2027-02-02&to=2027-02-01", "to"),
        ("status=open", "status"),
        ("free_seats=maybe", "free_seats"),
        ("collection=7", "collection"),
        ("q=%00", "q"),
        ("q=a%0d%0ab", "q"),
        ("q=", "q"),
        ("language=*", "language"),
        ("sort=title", "sort"),
        ("organisation=%00", "organisation"),
        ("status=held&status=draft", "status"),
    ] {
        assert_eq!(
            app.anonymous().get(&format!("/seminars?{query}")).invalid(),
            [name],
            "{query}"
        );
    }
    let report = "/reports/activity?from=2020-01-01&to=2020-12-31";
    assert_eq!(
        app.reporter().get(&format!("{report}&organisation=%00")).invalid(),
        ["organisation"]
    );
}

#[test]
fn unknown_ids_are_not_found_wherever_they_stand() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let id = "01900000-0000-7000-8000-000000000000";
    for path in ["/seminars", "/collections", "/venues", "/registrations"] {
        organiser.get(&format!("{path}/{id}")).problem(404, "not-found");
        organiser.get(&format!("{path}/1")).problem(404, "not-found");
    }
    organiser
        .patch(&format!("/seminars/{id}"), "\"1-x\"", &json!({}))
        .problem(404, "not-found");
    organiser
        .act(
            &format!("/seminars/{id}/cancel"),
            "\"1-x\"",
            &json!({"reason_code": "other"}),
        )
        .problem(404, "not-found");
    app.anonymous()
        .post(&format!("/seminars/{id}/registrations"), &person("anna"))
        .problem(404, "not-found");
}
