//! The partner reads what is shared, nothing else, and never without a line in the log.

use std::time::Duration as Wait;

use chrono::Duration;
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use super::{begin, count, end, journal, read, register_told, with};
use crate::support::{TestApp, draft_with, person};

/// Somebody who was told registers for a shared seminar: seminar, sharing, registration.
fn one(app: &TestApp) -> (String, String, String) {
    let seminar = app.seminar(50);
    let sharing = begin(app, &seminar);
    let id = register_told(app, &seminar, "anna", &[&sharing]).id();
    (seminar, sharing, id)
}

fn cancel(app: &TestApp, id: &str) {
    app.act(&format!("/registrations/{id}"), "cancel", &json!({}))
        .expect(200);
}

/// Only that it is to be forgotten.
fn forgotten(id: &str, seminar: &str, sharing: &str) -> Value {
    json!({"id": id, "seminar": seminar, "sharing": sharing, "state": "cancelled", "channel": null, "given_name": null,
        "family_name": null, "email": null, "company": null, "registered_at": null})
}

#[test]
fn the_recipient_sees_who_it_is_and_nothing_else() {
    let app = TestApp::spawn();
    let questions = json!([{"id": "topic", "kind": "text", "label": {"de": "Thema"}}]);
    let seminar = app.published(&draft_with(50, json!({"questions": questions, "max_persons": 3})));
    let sharing = begin(&app, &seminar);
    let mut body = person("anna");
    for (member, value) in [
        ("company", json!("Printenfabrik")),
        ("phone", json!("+49 241 5198")),
        ("answers", json!({"topic": "geheim"})),
        ("companions", json!([{"given_name": "Berta", "family_name": "Çelik"}])),
        ("told_of_sharings", json!([sharing])),
    ] {
        body[member] = value;
    }
    let path = format!("/seminars/{seminar}/registrations");
    let id = app.anonymous().post(&path, &body).id();
    let answer = app.foreign_organiser().get("/shared-registrations");
    let expected = json!({"id": id, "seminar": seminar, "sharing": sharing, "state": "confirmed", "channel": "onsite",
        "given_name": "anna", "family_name": "Müller", "email": "anna@example.org", "company": "Printenfabrik",
        "registered_at": "2027-01-04T08:00:00Z"});
    assert_eq!(answer.expect(200), json!({"data": [expected], "next_cursor": null}));
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[test]
fn only_what_is_confirmed_told_and_shared_with_one_is_seen() {
    let app = TestApp::spawn();
    let seminar = app.published(&draft_with(1, json!({"confirmation": "email"})));
    let sharing = begin(&app, &seminar);
    let new = json!({"slug": "agit", "name": "AGIT"});
    app.platform_admin().post("/organisations", &new).expect(201);
    let path = format!("/seminars/{seminar}/sharings");
    let agit = app.organiser().post(&path, &with("agit")).id();
    let pending = register_told(&app, &seminar, "anna", &[&sharing, &agit]).id();
    register_told(&app, &seminar, "berta", &[&sharing]).expect(201);
    assert_eq!(read(&app, ""), Vec::<Value>::new(), "pending and waitlisted");
    app.press(&pending, "anna", "confirm").expect(200);
    let seen = read(&app, "");
    assert_eq!((seen.len(), &seen[0]["id"]), (1, &json!(pending)));
    assert_eq!(seen[0]["sharing"], sharing, "AGIT's is AGIT's");
    // Whose seminar it is has its own ways to see it.
    let own = app.organiser().get("/shared-registrations").expect(200);
    assert_eq!(own["data"], json!([]));
    assert_eq!(count(&app, "disclosures"), 1);
    // Who was told of AGIT alone is nothing to the IHK.
    let other = app.seminar(5);
    let only = app
        .organiser()
        .post(&format!("/seminars/{other}/sharings"), &with("agit"))
        .id();
    begin(&app, &other);
    register_told(&app, &other, "carla", &[&only]).expect(201);
    assert_eq!(read(&app, &format!("?seminar={other}")), Vec::<Value>::new());
}

#[test]
fn of_what_is_cancelled_only_those_who_had_it_hear() {
    let app = TestApp::spawn();
    let (seminar, sharing, anna) = one(&app);
    let berta = register_told(&app, &seminar, "berta", &[&sharing]).id();
    cancel(&app, &berta);
    assert_eq!(read(&app, "").len(), 1, "nobody had berta's");
    cancel(&app, &anna);
    let answer = app.foreign_organiser().get("/shared-registrations");
    let expected = json!([forgotten(&anna, &seminar, &sharing)]);
    assert_eq!(answer.expect(200)["data"], expected);
    assert!(!answer.text.contains("anna"), "{}", answer.text);
    // What was only told to be forgotten was not had: berta stays unheard of, however often it is asked.
    assert_eq!(read(&app, ""), expected.as_array().unwrap().clone());
}

#[test]
fn what_has_ended_is_told_as_what_is_cancelled_and_begun_anew_is_not_what_was_told() {
    let app = TestApp::spawn();
    let (seminar, sharing, anna) = one(&app);
    read(&app, "");
    let unread = register_told(&app, &seminar, "berta", &[&sharing]).id();
    end(&app, &seminar, &sharing);
    assert_eq!(read(&app, ""), [forgotten(&anna, &seminar, &sharing)]);
    let again = begin(&app, &seminar);
    assert_eq!(read(&app, ""), [forgotten(&anna, &seminar, &sharing)]);
    let carla = register_told(&app, &seminar, "carla", &[&again]).id();
    let seen = read(&app, "");
    assert_eq!((seen.len(), &seen[1]["id"]), (2, &json!(carla)));
    assert!(!json!(seen).to_string().contains(&unread));
}

#[test]
fn it_is_read_page_by_page_by_seminar_and_since_a_moment() {
    let app = TestApp::spawn();
    let (seminar, sharing, anna) = one(&app);
    let (other, _, berta) = one(&app);
    let get = |query: &str| {
        app.foreign_organiser()
            .get(&format!("/shared-registrations?limit=1{query}"))
    };
    let first = get("").expect(200);
    assert_eq!(first["data"][0]["id"], anna);
    assert_eq!(count(&app, "disclosures"), 1, "what was not answered was not disclosed");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = get(&format!("&cursor={cursor}"));
    assert_eq!(
        (&second.expect(200)["data"][0]["id"], &second.expect(200)["next_cursor"]),
        (&json!(berta), &Value::Null)
    );
    assert!(get("").header("link").contains("rel=\"next\""));
    assert_eq!(get("&cursor=abc").invalid(), ["cursor"]);
    assert_eq!(get("&since=gestern").invalid(), ["since"]);
    assert_eq!(read(&app, &format!("?seminar={other}"))[0]["id"], berta);
    assert_eq!(
        read(&app, "?seminar=0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11"),
        Vec::<Value>::new()
    );

    app.clock.advance(Duration::hours(1));
    let since = "?since=2027-01-04T09:00:00Z";
    assert_eq!(read(&app, since), Vec::<Value>::new());
    let path = format!("/registrations/{anna}");
    let change = json!({"company": "Printenfabrik"});
    app.organiser().patch(&path, &app.etag(&path), &change).expect(200);
    let changed = read(&app, since);
    assert_eq!((changed.len(), &changed[0]["company"]), (1, &json!("Printenfabrik")));
    app.clock.advance(Duration::hours(1));
    assert_eq!(read(&app, "?since=2027-01-04T10:00:00Z"), Vec::<Value>::new());
    end(&app, &seminar, &sharing);
    assert_eq!(
        read(&app, "?since=2027-01-04T10:00:00Z")[0]["id"],
        anna,
        "an end is a change"
    );
}

#[test]
fn every_entry_of_every_answer_is_in_the_log() {
    let app = TestApp::spawn();
    let (seminar, sharing, anna) = one(&app);
    let berta = register_told(&app, &seminar, "berta", &[&sharing]).id();
    assert_eq!(read(&app, "").len(), 2);
    app.clock.advance(Duration::hours(1));
    cancel(&app, &anna);
    read(&app, &format!("?seminar={seminar}"));
    one(&app);
    read(&app, "?since=2027-01-04T09:00:00Z");
    let path = format!("/seminars/{seminar}/disclosures");
    let log = app.organiser().get(&path).expect(200);
    let lines = log["data"].as_array().unwrap().iter();
    let lines = lines.map(|line| json!([line["registration"], line["state"], line["at"]]));
    let (early, late) = ("2027-01-04T08:00:00Z", "2027-01-04T09:00:00Z");
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [
            json!([anna, "cancelled", late]),
            json!([berta, "confirmed", late]),
            json!([anna, "cancelled", late]),
            json!([berta, "confirmed", early]),
            json!([anna, "confirmed", early]),
        ]
    );
    let reader = json!({"kind": "account", "id": app.account("foreign_organiser").to_string()});
    let line = &log["data"][4];
    assert_eq!((&line["by"], &line["sharing"]), (&reader, &json!(sharing)));
    assert_eq!(line["organisation"]["slug"], "ihk-aachen");
    let page = app.organiser().get(&format!("{path}?limit=3")).expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = app
        .organiser()
        .get(&format!("{path}?limit=3&cursor={cursor}"))
        .expect(200);
    assert_eq!(
        (&rest["data"][0], &rest["data"][1], &rest["next_cursor"]),
        (&log["data"][3], &log["data"][4], &Value::Null)
    );

    let entries = journal(&app, "sharing.disclosed");
    let first = &entries[0];
    assert_eq!(
        (&first["count"], &first["registration_ids"], &first["seminar_id"]),
        (&json!(2), &json!([anna, berta]), &json!(seminar))
    );
    assert!(!json!(entries).to_string().contains("anna@"), "ids and numbers only");
    assert_eq!(entries.len(), 4, "one a page and sharing");
}

/// A machine of the recipient reads as its organisers do, and the log says which one.
#[test]
fn a_machine_of_the_recipient_reads_and_is_in_the_log() {
    let app = TestApp::spawn();
    let (seminar, _, anna) = one(&app);
    let admin = app.person("foreign_admin");
    let machine = app.machine_of(&admin, "ihk-aachen", &["registrations:read"]);
    let page = app.with_token_of(&machine).get("/shared-registrations").expect(200);
    assert_eq!(page["data"][0]["id"], anna);
    let log = app
        .organiser()
        .get(&format!("/seminars/{seminar}/disclosures"))
        .expect(200);
    assert_eq!(log["data"][0]["by"], json!({"kind": "api_client", "id": machine.id}));
    let other = app.machine_of(&admin, "ihk-aachen", &["registrations:write"]);
    app.with_token_of(&other)
        .get("/shared-registrations")
        .problem(403, "insufficient-scope");
    assert_eq!(count(&app, "disclosures"), 1);
}

/// Without its line in the log nothing is answered.
#[test]
fn what_cannot_be_logged_is_not_disclosed() {
    let app = TestApp::spawn();
    one(&app);
    let mut conn = app.database.connect();
    for (table, rows) in [
        ("disclosures", "state <> 'confirmed'"),
        ("journal", "action <> 'sharing.disclosed'"),
    ] {
        let broken = format!("ALTER TABLE {table} ADD CONSTRAINT out_of_order CHECK ({rows}) NOT VALID");
        conn.batch_execute(&broken).unwrap();
        let answer = app.foreign_organiser().get("/shared-registrations");
        answer.problem(500, "internal-error");
        assert!(
            !answer.text.contains("anna") && !answer.text.contains("Müller"),
            "{}",
            answer.text
        );
        assert_eq!(count(&app, "disclosures"), 0);
        conn.batch_execute(&format!("ALTER TABLE {table} DROP CONSTRAINT out_of_order"))
            .unwrap();
    }
    assert_eq!((read(&app, "").len(), count(&app, "disclosures")), (1, 1));
}

/// Does `first` on a connection of its own and does not commit before `then` has been asked and waited for a while.
fn meanwhile<T: Send>(app: &TestApp, first: &str, then: impl FnOnce() -> T + Send) -> T {
    let mut conn = app.database.connect();
    conn.batch_execute(&format!("BEGIN; {first}")).unwrap();
    std::thread::scope(|scope| {
        let asked = scope.spawn(then);
        std::thread::sleep(Wait::from_millis(500));
        assert!(!asked.is_finished(), "it did not wait");
        conn.batch_execute("COMMIT").unwrap();
        asked.join().unwrap()
    })
}

/// A reading that has begun is finished before the end of the sharing is answered, and none begins after it.
#[test]
fn after_the_end_was_answered_nothing_is_disclosed() {
    let app = TestApp::spawn();
    let (seminar, sharing, anna) = one(&app);
    let path = format!("/seminars/{seminar}/sharings/{sharing}");
    let (answer, ended) = std::thread::scope(|scope| {
        let mut conn = app.database.connect();
        conn.batch_execute("BEGIN; LOCK TABLE disclosures IN SHARE MODE")
            .unwrap();
        let reading = scope.spawn(|| app.foreign_organiser().get("/shared-registrations"));
        std::thread::sleep(Wait::from_millis(400));
        let ending = scope.spawn(|| app.organiser().send("DELETE", &path, &[], None));
        std::thread::sleep(Wait::from_millis(400));
        let early: [bool; 2] = [reading.is_finished(), ending.is_finished()];
        conn.batch_execute("ROLLBACK").unwrap();
        assert_eq!(early, [false, false], "the end waits for the reading");
        (reading.join().unwrap(), ending.join().unwrap())
    });
    ended.expect(204);
    assert_eq!(answer.expect(200)["data"][0]["given_name"], "anna");
    assert_eq!(read(&app, ""), [forgotten(&anna, &seminar, &sharing)]);
}

#[test]
fn a_reading_waits_for_an_end_that_is_about_to_be_answered() {
    let app = TestApp::spawn();
    let (_, sharing, _) = one(&app);
    let ending = format!("UPDATE sharings SET ended_at = begun_at WHERE id = '{sharing}'");
    let seen = meanwhile(&app, &ending, || read(&app, ""));
    assert_eq!((seen, count(&app, "disclosures")), (Vec::<Value>::new(), 0));
}

#[test]
fn a_reading_waits_for_a_cancellation_that_is_about_to_be_answered() {
    let app = TestApp::spawn();
    let (_, _, anna) = one(&app);
    let cancelling = format!(
        "UPDATE registrations SET state = 'cancelled', cancelled_at = now(), cancelled_by = 'registrant' WHERE id = '{anna}'"
    );
    let seen = meanwhile(&app, &cancelling, || read(&app, ""));
    assert_eq!((seen, count(&app, "disclosures")), (Vec::<Value>::new(), 0));
}

#[test]
fn a_role_taken_away_ends_the_reading() {
    let app = TestApp::spawn();
    one(&app);
    assert_eq!(read(&app, "").len(), 1);
    let members = "/organisations/ihk-aachen/members";
    let path = format!("{members}/{}", app.account("foreign_organiser"));
    let admin = app.person("foreign_admin");
    let member = admin.get(&path);
    let role = json!({"role": "reporter"});
    admin.patch(&path, &member.etag(), &role).expect(200);
    let refused = app.foreign_organiser().get("/shared-registrations");
    refused.problem(403, "forbidden");
    assert_eq!(count(&app, "disclosures"), 1);
}
