//! Who is who, and whether it counts.

use einlass::schema::{import_participants, journal};

use super::preview::TEAMS;
use super::*;

/// An uploaded import; its path.
fn imported(app: &TestApp, seminar: &str) -> String {
    sent(app, seminar, TEAMS, &[]).header("location").to_owned()
}

fn seen(app: &TestApp, path: &str) -> Value {
    app.organiser().get(path).expect(200)
}

/// Decides what is open as walk-ins.
fn settle(app: &TestApp, path: &str) {
    let import = seen(app, path);
    let open = import["participants"].as_array().unwrap().iter();
    let open = open.filter(|one| ["proposed", "ambiguous"].contains(&one["match"]["status"].as_str().unwrap()));
    let walk_ins = open.map(|one| json!({"position": one["position"], "taken_for": "walk_in"}));
    decide(app, path, walk_ins.collect()).expect(200);
}

fn timed(app: &TestApp) -> i64 {
    let timed = import_participants::table.filter(import_participants::segments.is_not_null());
    timed.count().get_result(&mut app.database.connect()).unwrap()
}

fn recorded(app: &TestApp) -> Vec<String> {
    let of = journal::table
        .filter(journal::object_kind.eq("import"))
        .order(journal::id);
    of.select(journal::action).load(&mut app.database.connect()).unwrap()
}

#[test]
fn what_is_open_is_named_and_then_decided() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let path = imported(&app, &seminar);
    let import = seen(&app, &path);
    let position = |name: &str| named(&import, name)["position"].clone();
    let refused = app.act(&path, "confirm", &json!({})).problem(409, "matches-unresolved");
    let places = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap().to_owned());
    let expected = ["Zoë", "Toni"].map(|name| format!("/participants/{}", position(name)));
    assert_eq!(places.collect::<std::collections::BTreeSet<_>>(), expected.into());
    let toni = registration_of(&app, &seminar, "toni.testperson.b@example.org");
    let stale = app.etag(&path);
    let decided = decide(
        &app,
        &path,
        json!([{"position": position("Toni"), "taken_for": "registration", "registration": toni},
            {"position": position("iPhone"), "taken_for": "ignored"}, {"position": position("Zoë"), "taken_for": "speaker"}]),
    );
    let decided = decided.expect(200);
    let found = &named(&decided, "Toni")["match"];
    assert_eq!(
        found,
        &json!({"status": "matched", "registration_id": toni, "companion": null, "candidates": found["candidates"], "method": null, "flags": [], "decided": true})
    );
    assert_eq!(decided["summary"]["matched"], 6);
    assert_eq!(
        [&decided["summary"]["ignored"], &decided["summary"]["speakers_excluded"]],
        [1, 1]
    );
    let again = json!({"participants": [{"position": 0, "taken_for": "ignored"}]});
    app.organiser()
        .patch(&path, &stale, &again)
        .problem(412, "precondition-failed");
    app.organiser()
        .send("PATCH", &path, &[], Some(again.to_string().as_bytes()))
        .problem(428, "precondition-required");
    app.act(&path, "confirm", &json!({})).expect(200);
    assert_eq!(
        recorded(&app),
        ["import.uploaded", "import.resolved", "import.confirmed"]
    );
}

#[test]
fn wrong_decisions_are_named_and_none_is_taken() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let path = imported(&app, &seminar);
    let elsewhere = registration_of(&app, &imported_seminar(&app), "mia.musterbeispiel@example.org");
    for (decisions, places) in [
        (json!([]), vec!["/participants"]),
        (
            json!([{"position": 99, "taken_for": "ignored"}]),
            vec!["/participants/0/position"],
        ),
        (
            json!([{"position": 0, "taken_for": "ignored"}, {"position": 0, "taken_for": "staff"}]),
            vec!["/participants/1/position"],
        ),
        (
            json!([{"position": 0, "taken_for": "registration"}]),
            vec!["/participants/0/registration"],
        ),
        (
            json!([{"position": 1, "taken_for": "ignored"}, {"position": 0, "taken_for": "registration", "registration": elsewhere}]),
            vec!["/participants/1/registration"],
        ),
        (
            json!([{"position": 0, "taken_for": "staff", "registration": elsewhere}]),
            vec!["/participants/0/registration"],
        ),
        (
            json!([{"position": 0, "taken_for": "nobody"}]),
            vec!["/participants/0/taken_for"],
        ),
    ] {
        assert_eq!(decide(&app, &path, decisions.clone()).invalid(), places, "{decisions}");
    }
    assert_eq!(
        seen(&app, &path)["participants"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["match"]["decided"] == true)
            .count(),
        0
    );
}

#[test]
fn two_devices_of_one_registration_are_one_person() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let path = imported(&app, &seminar);
    let import = seen(&app, &path);
    let (mia, phone) = (named(&import, "Mia"), named(&import, "iPhone"));
    let id = &mia["match"]["registration_id"];
    let decided = decide(
        &app,
        &path,
        json!([{"position": phone["position"], "taken_for": "registration", "registration": id}]),
    );
    let decided = decided.expect(200);
    // Mia was away from 9:31:10 to 9:33:40; her telephone was not.
    for name in ["Mia", "iPhone"] {
        assert_eq!(named(&decided, name)["present_seconds"], 5397, "{name}");
    }
    assert_eq!(
        [
            &decided["summary"]["unique_participants"],
            &decided["summary"]["attended"]
        ],
        [9, 8]
    );
    // Taken apart again, each is as the report has it.
    let apart = decide(
        &app,
        &path,
        json!([{"position": phone["position"], "taken_for": "walk_in"}]),
    )
    .expect(200);
    assert_eq!(named(&apart, "Mia")["present_seconds"], 5247);
    assert_eq!(named(&apart, "iPhone")["present_seconds"], 3900);
    assert_eq!(apart["summary"]["unique_participants"], 10);
}

#[test]
fn confirmed_twice_at_once_it_counts_once() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let path = imported(&app, &seminar);
    settle(&app, &path);
    let etag = app.etag(&path);
    let mut statuses = std::thread::scope(|scope| {
        let confirm = || {
            app.organiser()
                .act(&format!("{path}/confirm"), &etag, &json!({}))
                .status
        };
        let threads = [0; 4].map(|_| scope.spawn(confirm));
        threads.map(|thread| thread.join().unwrap())
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412]);
    assert_eq!(
        recorded(&app)
            .iter()
            .filter(|action| *action == "import.confirmed")
            .count(),
        1
    );
    app.act(&path, "confirm", &json!({}))
        .problem(409, "transition-not-allowed");
    decide(&app, &path, json!([{"position": 0, "taken_for": "ignored"}])).problem(409, "transition-not-allowed");
}

#[test]
fn times_go_with_the_confirmation_unless_the_seminar_keeps_them() {
    let app = TestApp::spawn();
    for keeps in [false, true] {
        let seminar = imported_seminar(&app);
        let path = imported(&app, &seminar);
        settle(&app, &path);
        assert_eq!(timed(&app), 11);
        let keep = format!("UPDATE attendance_rules SET keep_times = {keeps} WHERE seminar_id = '{seminar}'");
        app.database.connect().batch_execute(&keep).unwrap();
        let confirmed = app.act(&path, "confirm", &json!({})).expect(200);
        assert_eq!(timed(&app), if keeps { 11 } else { 0 });
        assert_eq!(named(&confirmed, "Mia")["present_seconds"], 5247);
    }
    // Nor are they kept where the seminar says so later.
    let forget = || app.site.db.run(false, einlass::attendance::forget_times).unwrap();
    assert_eq!((forget(), timed(&app)), (0, 11));
    let no_more = "UPDATE attendance_rules SET keep_times = false";
    app.database.connect().batch_execute(no_more).unwrap();
    assert_eq!((forget(), timed(&app)), (1, 0));
}

#[test]
fn whoever_cancels_before_the_confirmation_is_flagged() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let path = imported(&app, &seminar);
    settle(&app, &path);
    let cancel = "UPDATE registrations SET state = 'cancelled', cancelled_at = now(), cancelled_by = 'registrant' WHERE email LIKE 'mia.%'";
    app.database.connect().batch_execute(cancel).unwrap();
    let confirmed = app.act(&path, "confirm", &json!({})).expect(200);
    assert_eq!(
        named(&confirmed, "Mia")["match"]["flags"],
        json!(["attended_after_cancellation"])
    );
}

#[test]
fn reverted_it_counts_no_more_and_may_be_confirmed_again() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let path = imported(&app, &seminar);
    app.act(&path, "revert", &json!({}))
        .problem(409, "transition-not-allowed");
    settle(&app, &path);
    app.act(&path, "confirm", &json!({})).expect(200);
    let reverted = app.act(&path, "revert", &json!({})).expect(200);
    assert_eq!(reverted["state"], "reverted");
    assert!(reverted["reverted_at"].is_string());
    app.act(&path, "revert", &json!({}))
        .problem(409, "transition-not-allowed");
    // The same file is still the same import.
    assert_eq!(sent(&app, &seminar, TEAMS, &[]).expect(200)["state"], "reverted");
    decide(&app, &path, json!([{"position": 0, "taken_for": "ignored"}])).expect(200);
    let confirmed = app.act(&path, "confirm", &json!({})).expect(200);
    assert_eq!(
        [&confirmed["state"], &confirmed["reverted_at"]],
        [&json!("confirmed"), &Value::Null]
    );
}
