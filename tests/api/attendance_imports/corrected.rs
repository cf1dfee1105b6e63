//! A reading, a decision, a whole file may have been wrong.

use super::preview::TEAMS;
use super::*;

/// Unique participants of a meeting: minutes, no times.
const MINUTES: &[u8] = b"Name (Original Name),User Email,Total Duration (Minutes),Guest\n\
    Mia Musterbeispiel,mia.musterbeispiel@example.org,2,Yes\niPhone,,60,Yes\n";

/// First and last times, and a total between them: six minutes in an hour and a half.
const REJOINED: &[u8] = b"Name,Moderator,Activity Score,Talk Time,Webcam Time,Messages,Reactions,Poll Votes,Raise Hands,Join,Left,Duration\n\
    Mia Musterbeispiel,FALSE,0,-,-,0,0,0,0,\"3/4/2026, 10:00:00 AM\",\"3/4/2026, 11:30:00 AM\",00:06:00\n\
    Somebody Else,FALSE,0,-,-,0,0,0,0,\"3/4/2026, 10:00:00 AM\",\"3/4/2026, 11:30:00 AM\",01:30:00\n";

fn seen(app: &TestApp, path: &str) -> Value {
    app.organiser().get(path).expect(200)
}

fn taken_for(app: &TestApp, path: &str, name: &str, registration: Option<&Value>) -> Value {
    let position = named(&seen(app, path), name)["position"].clone();
    let decision = match registration {
        Some(id) => json!({"position": position, "taken_for": "registration", "registration": id}),
        None => json!({"position": position, "taken_for": "walk_in"}),
    };
    decide(app, path, json!([decision])).expect(200)
}

/// Seconds and whether that is attendance.
fn presence<'a>(import: &'a Value, name: &str) -> [&'a Value; 2] {
    let one = named(import, name);
    [&one["present_seconds"], &one["attended"]]
}

#[test]
fn what_was_joined_without_times_is_taken_apart_again() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let path = sent(&app, &seminar, MINUTES, &[]).header("location").to_owned();
    let mia = named(&seen(&app, &path), "Mia")["match"]["registration_id"].clone();
    let joined = taken_for(&app, &path, "iPhone", Some(&mia));
    assert_eq!(presence(&joined, "Mia"), [&json!(3600), &json!(true)]);
    // Also after it has counted.
    app.act(&path, "confirm", &json!({})).expect(200);
    app.act(&path, "revert", &json!({})).expect(200);
    let apart = taken_for(&app, &path, "iPhone", None);
    assert_eq!(presence(&apart, "Mia"), [&json!(120), &json!(false)]);
    assert_eq!(presence(&apart, "iPhone"), [&json!(3600), &json!(true)]);
    assert_eq!(apart["summary"]["attended"], 1);
}

#[test]
fn first_and_last_times_are_no_presence_whatever_else_is_decided() {
    let app = TestApp::spawn();
    for keeps in [false, true] {
        let seminar = imported_seminar(&app);
        let keep = format!("UPDATE attendance_rules SET keep_times = {keeps} WHERE seminar_id = '{seminar}'");
        app.database.connect().batch_execute(&keep).unwrap();
        let path = sent(&app, &seminar, REJOINED, &[]).header("location").to_owned();
        let few = [&json!(360), &json!(false)];
        assert_eq!(presence(&seen(&app, &path), "Mia"), few);
        assert_eq!(presence(&taken_for(&app, &path, "Somebody", None), "Mia"), few);
        let confirmed = app.act(&path, "confirm", &json!({"accept_proposed": true})).expect(200);
        assert_eq!(presence(&confirmed, "Mia"), few);
        let picture = app
            .organiser()
            .get(&format!("/seminars/{seminar}/attendance"))
            .expect(200);
        assert_eq!(picture["participants"]["value"], 1, "keep_times: {keeps}");
    }
}

#[test]
fn whoever_came_along_is_a_person_of_their_own() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let companions = "UPDATE registrations SET persons = 3, companions = '[{\"given_name\": \"Uwe\", \"family_name\": \"Gast\"}, {\"given_name\": \"Ina\", \"family_name\": \"Gast\"}]'
        WHERE email = 'mia.musterbeispiel@example.org'";
    app.database.connect().batch_execute(companions).unwrap();
    let path = sent(&app, &seminar, TEAMS, &[]).header("location").to_owned();
    let import = seen(&app, &path);
    let mia = named(&import, "Mia")["match"]["registration_id"].clone();
    let phone = &named(&import, "iPhone")["position"];
    let of = |companion: Value| json!([{"position": phone, "taken_for": "registration", "registration": mia, "companion": companion}]);
    for wrong in [json!(0), json!(3)] {
        assert_eq!(decide(&app, &path, of(wrong)).invalid(), ["/participants/0/companion"]);
    }
    let decided = decide(&app, &path, of(json!(2))).expect(200);
    assert_eq!(named(&decided, "iPhone")["match"]["companion"], 2);
    assert_eq!(named(&decided, "Mia")["match"]["companion"], Value::Null);
    assert_eq!(presence(&decided, "Mia")[0], 5247, "as the report has it");
    assert_eq!(decided["summary"]["unique_participants"], 10);
    let walk_in = json!([{"position": phone, "taken_for": "walk_in", "companion": 1}]);
    assert_eq!(decide(&app, &path, walk_in).invalid(), ["/participants/0/companion"]);
}

#[test]
fn a_wrong_file_is_deleted_unless_it_counts() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let first = sent(&app, &seminar, LIST, &[]);
    let path = first.header("location").to_owned();
    app.foreign_organiser()
        .delete(&path, &first.etag())
        .problem(404, "not-found");
    app.act(&path, "confirm", &json!({"accept_proposed": true})).expect(200);
    app.organiser()
        .delete(&path, &first.etag())
        .problem(412, "precondition-failed");
    app.organiser()
        .delete(&path, &app.etag(&path))
        .problem(409, "transition-not-allowed");
    app.act(&path, "revert", &json!({})).expect(200);
    assert_eq!(app.organiser().delete(&path, &app.etag(&path)).status, 204);
    app.organiser().get(&path).problem(404, "not-found");
    assert_ne!(sent(&app, &seminar, LIST, &[]).expect(201)["id"], first.id());
}

#[test]
fn the_same_file_is_read_anew_where_it_is_sent_otherwise() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let first = sent(&app, &seminar, LIST, &[]);
    let path = first.header("location").to_owned();
    let id = first.id();
    taken_for(&app, &path, "Gast", None);
    let onsite = [("channel", "onsite")];
    let anew = sent(&app, &seminar, LIST, &onsite).expect(200);
    assert_eq!([&anew["id"], &anew["channel"]], [&json!(id), &json!("onsite")]);
    assert_eq!(named(&anew, "Gast")["match"]["decided"], false);
    // Sent so once more it is what it is.
    assert_eq!(app.etag(&path), sent(&app, &seminar, LIST, &onsite).etag());
    app.act(&path, "confirm", &json!({"accept_proposed": true})).expect(200);
    sent(&app, &seminar, LIST, &onsite).expect(200);
    sent(&app, &seminar, LIST, &[]).problem(409, "transition-not-allowed");
    app.act(&path, "revert", &json!({})).expect(200);
    assert_eq!(sent(&app, &seminar, LIST, &[]).expect(200)["channel"], "online");
    assert_eq!(seen(&app, &path)["state"], "previewed");
    assert_eq!(stored(&app), 1);
}

#[test]
fn what_was_reverted_is_forgotten_like_a_preview() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let path = sent(&app, &seminar, LIST, &[]).header("location").to_owned();
    app.act(&path, "confirm", &json!({"accept_proposed": true})).expect(200);
    let forget = || {
        let (db, now) = (&app.site.db, app.clock.now());
        db.run(false, |conn| einlass::attendance::forget_uncounted(conn, now))
            .unwrap()
    };
    app.clock.advance(chrono::Duration::days(15));
    assert_eq!(forget(), 0, "what counts is kept");
    app.act(&path, "revert", &json!({})).expect(200);
    app.clock.advance(chrono::Duration::days(14));
    assert_eq!(forget(), 0);
    app.clock.advance(chrono::Duration::seconds(1));
    assert_eq!(forget(), 1);
    assert_eq!(stored(&app), 0);
}
