//! `GET /audit-log`: what happened and by whom, for the admins of those it happened to.

mod tampered;

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

impl TestApp {
    /// Seals everything that was written by now.
    pub fn seal(&self) -> i64 {
        self.settled();
        einlass::audit::seal(&self.site.db, || self.clock.now(), || false).unwrap()
    }
}

#[track_caller]
fn log(client: &Client, query: &str) -> Vec<Value> {
    let page = client.get(&format!("/audit-log?limit=100&{query}")).expect(200);
    page["data"].as_array().unwrap().clone()
}

fn actions(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|one| one["action"].as_str().unwrap()).collect()
}

#[test]
fn an_admin_reads_what_happened_the_newest_first() {
    let app = TestApp::spawn();
    app.clock.advance(Duration::seconds(1));
    let from = app.clock.now();
    let seminar = app.seminar(5);
    app.clock.advance(Duration::seconds(1));
    let registration = app.register(&seminar, "anna").id();
    app.clock.advance(Duration::seconds(1));
    let path = format!("/seminars/{seminar}");
    app.organiser()
        .patch(&path, &app.etag(&path), &json!({"title": "Neu"}))
        .expect(200);
    let admin = app.admin();
    let from = from.format("%Y-%m-%dT%H:%M:%SZ");
    let told = log(&admin, &format!("from={from}"));
    assert_eq!(
        actions(&told),
        [
            "seminar.changed",
            "registration.created",
            "seminar.published",
            "seminar.created"
        ]
    );
    let organiser = app.account("organiser").to_string();
    assert_eq!(told[0]["actor"], json!({"kind": "account", "id": organiser}));
    assert_eq!(told[0]["object"], json!({"kind": "seminar", "id": seminar}));
    assert_eq!(told[1]["actor"], json!({"kind": "anonymous", "id": null}));
    assert_eq!(told[1]["at"], "2027-01-04T08:00:02Z");

    let only = |query: &str| actions(&log(&admin, query)).len();
    assert_eq!(only(&format!("object={registration}")), 1);
    assert_eq!(only(&format!("actor={organiser}&object={seminar}")), 3);
    assert_eq!(only(&format!("action=seminar.published&object={seminar}")), 1);
    assert_eq!(only(&format!("from={from}&to=2027-01-04T08:00:02Z")), 2);
    assert_eq!(only("action=seminar.nothing"), 0);
    // Page by page it is the same.
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/audit-log?limit=3{cursor}")).expect(200);
        paged.extend(page["data"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged, log(&admin, ""));
    assert!(paged.len() > 4);
    let text = Value::from(paged).to_string();
    for name in ["anna", "Anna", "example.org"] {
        assert!(!text.contains(name), "ids, and nothing about a person: {name}");
    }
}

#[test]
fn an_entry_is_sealed_once_nothing_can_come_before_it() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let sealed = || {
        let entries = log(&app.admin(), &format!("object={seminar}"));
        entries.iter().filter(|one| one["sealed"] == true).count()
    };
    assert_eq!(sealed(), 0);
    let verify = || {
        let verify = |conn: &mut diesel::PgConnection| einlass::audit::verify(conn, None, &[]);
        app.site.db.run(true, verify).unwrap()
    };
    let before = verify();
    assert!(
        before.not_sealed >= 2 && before.chains >= 2 && before.seals == 0,
        "{before}"
    );
    let ended = einlass::audit::seal(&app.site.db, || app.clock.now(), || true).unwrap();
    assert_eq!(
        (ended, sealed()),
        (0, 0),
        "whoever is told to end leaves it to the next"
    );
    assert!(app.seal() >= 2);
    assert_eq!(sealed(), 2);
    assert_eq!(app.seal(), 0, "each is sealed once");
    let path = format!("/seminars/{seminar}");
    app.organiser()
        .patch(&path, &app.etag(&path), &json!({"title": "Vorher"}))
        .expect(200);
    app.settled();
    // Somebody is still writing what will stand before the next change.
    let mut slow = app.database.connect();
    let begin = "BEGIN; SELECT pg_current_xact_id()";
    diesel::connection::SimpleConnection::batch_execute(&mut slow, begin).unwrap();
    app.organiser()
        .patch(&path, &app.etag(&path), &json!({"title": "Neu"}))
        .expect(200);
    let seal = || einlass::audit::seal(&app.site.db, || app.clock.now(), || false).unwrap();
    seal();
    assert_eq!(sealed(), 3, "what stands before it, and nothing behind");
    let late = format!(
        "INSERT INTO journal (id, organisation_id, at, actor_kind, action, object_kind, object_id, data)
         SELECT '01900000-0000-7000-8000-000000000001', organisation_id, now(), 'system', 'seminar.changed', 'seminar', id, '{{}}'
         FROM seminars WHERE id = '{seminar}'; COMMIT"
    );
    diesel::connection::SimpleConnection::batch_execute(&mut slow, &late).unwrap();
    assert_eq!(app.seal(), 2, "the late one has a smaller number, and is not lost");
    let verified = verify();
    assert_eq!((verified.faults, verified.not_sealed), (vec![], 0));
}

/// However much one transaction has written.
#[test]
fn a_long_chain_is_sealed_to_its_end() {
    let app = TestApp::spawn();
    app.seal();
    let many = "INSERT INTO journal (id, at, actor_kind, action, object_kind, object_id, data)
        SELECT gen_random_uuid(), now(), 'system', 'seminar.changed', 'seminar', gen_random_uuid(), '{}' FROM generate_series(1, 2100)";
    diesel::connection::SimpleConnection::batch_execute(&mut app.database.connect(), many).unwrap();
    assert_eq!(app.seal(), 2100);
    let verify = |conn: &mut diesel::PgConnection| einlass::audit::verify(conn, None, &[]);
    let verified = app.site.db.run(true, verify).unwrap();
    assert_eq!((verified.faults, verified.not_sealed), (vec![], 0));
}

#[test]
fn everybody_reads_their_own_log() {
    let app = TestApp::spawn();
    app.seminar(5);
    let of = |entries: &[Value]| {
        let mut of = entries
            .iter()
            .map(|one| one["organisation"].clone())
            .collect::<Vec<_>>();
        of.dedup();
        of
    };
    let own = app.anonymous().get("/organisations/staedteregion-aachen").expect(200)["id"].clone();
    assert_eq!(of(&log(&app.admin(), "")), std::slice::from_ref(&own));
    assert_eq!(
        of(&log(&app.admin(), "organisation=staedteregion-aachen")),
        std::slice::from_ref(&own)
    );
    assert_ne!(of(&log(&app.person("foreign_admin"), "")), [own]);
    assert_eq!(of(&log(&app.platform_admin(), "")), [Value::Null]);
    for (client, path, status, code) in [
        (app.admin(), "/audit-log?organisation=ihk-aachen", 404, "not-found"),
        (
            app.platform_admin(),
            "/audit-log?organisation=ihk-aachen",
            404,
            "not-found",
        ),
        (app.organiser(), "/audit-log", 403, "forbidden"),
    ] {
        client.get(path).problem(status, code);
    }
    // Whoever is an admin of two says of which.
    let member = json!({"email": "admin@staedteregion.example", "role": "admin"});
    app.platform_admin()
        .post("/organisations/ihk-aachen/members", &member)
        .expect(201);
    assert_eq!(app.admin().get("/audit-log").invalid(), ["organisation"]);
    log(&app.admin(), "organisation=ihk-aachen");
    let wrong = app
        .admin()
        .get("/audit-log?object=x&from=yesterday&limit=0&cursor=x&who=me");
    assert_eq!(wrong.invalid().len(), 3, "{}", wrong.text);
}
