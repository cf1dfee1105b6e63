//! The clock jumps, and on two nights of the year the one on the wall does: what was decided stays decided, and nothing is
//! said twice.

use chrono::{DateTime, Duration, Utc};
use serde_json::json;

use crate::support::{Client, TestApp, draft_with, person};

fn kinds(app: &TestApp, kind: &str) -> usize {
    app.mails().iter().filter(|mail| mail.kind == kind).count()
}

/// Those of one kind for each of the rounds at these times.
fn at_each(app: &TestApp, kind: &str, times: &[&str]) -> Vec<usize> {
    let at = |time: &&str| {
        app.at(time);
        app.tick();
        kinds(app, kind)
    };
    times.iter().map(at).collect()
}

fn session(starts_at: &str, ends_at: &str) -> serde_json::Value {
    draft_with(5, json!({"sessions": [{"starts_at": starts_at, "ends_at": ends_at}]}))
}

#[test]
fn an_hour_that_happens_twice_is_an_hour_long_session_when_it_is_said_so() {
    let app = TestApp::spawn();
    app.at("2026-09-01T08:00:00Z");
    let said = session("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00");
    let id = app.published(&said);
    let seen = app.anonymous().get(&format!("/seminars/{id}")).expect(200);
    let instant = |member: &str| {
        let said = seen["sessions"][0][member].as_str().unwrap();
        said.parse::<DateTime<Utc>>().unwrap().to_rfc3339()
    };
    assert_eq!(instant("starts_at"), "2026-10-25T00:30:00+00:00");
    assert_eq!(instant("ends_at"), "2026-10-25T01:30:00+00:00");
    // Left open, nobody guesses; the other way round it would end before it begins.
    for (starts_at, ends_at) in [
        ("2026-10-25T02:30", "2026-10-25T04:00"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T02:30:00+02:00"),
    ] {
        let refused = app.organiser().post("/seminars", &session(starts_at, ends_at));
        assert!(!refused.invalid().is_empty(), "{starts_at}");
    }
    app.registered(&id, ["anna"]);
    let before_and_after = ["2026-10-24T00:29:59Z", "2026-10-24T01:30:00Z", "2026-10-24T01:31:00Z"];
    assert_eq!(at_each(&app, "reminder_day", &before_and_after), [0, 1, 1]);
    let before_and_after = ["2026-10-24T23:29:59Z", "2026-10-24T23:30:00Z", "2026-10-25T00:29:00Z"];
    assert_eq!(at_each(&app, "reminder_hour", &before_and_after), [0, 1, 1]);
    // The second time the clock on the wall shows 02:15 it has begun.
    app.at("2026-10-25T01:15:00Z");
    app.register(&id, "berta").problem(409, "registration-closed");
}

#[test]
fn an_hour_that_is_missing_is_nobodys_and_moves_no_deadline() {
    let app = TestApp::spawn();
    let missing = session("2027-03-28T02:30", "2027-03-28T04:00");
    assert!(!app.organiser().post("/seminars", &missing).invalid().is_empty());
    let id = app.published(&session("2027-03-28T01:30:00+01:00", "2027-03-28T03:30:00+02:00"));
    app.registered(&id, ["anna"]);
    // An hour before is an hour before, also over the gap.
    let over = app.published(&session("2027-03-28T03:15:00+02:00", "2027-03-28T05:00:00+02:00"));
    app.registered(&over, ["berta"]);
    let times = [
        "2027-03-27T23:29:59Z",
        "2027-03-27T23:30:00Z",
        "2027-03-28T00:14:59Z",
        "2027-03-28T00:15:00Z",
    ];
    assert_eq!(at_each(&app, "reminder_hour", &times), [0, 1, 1, 2]);
}

#[test]
fn a_clock_that_goes_back_lets_nobody_in_and_says_nothing_twice() {
    let app = TestApp::spawn();
    let id = app.seminar(1);
    let path = format!("/seminars/{id}/registrations");
    let [anna, berta, _] = app.registered(&id, ["anna", "berta", "carla"]);
    let first = app.anonymous().post_with_key(&path, "one", &person("dora")).id();
    app.press(&anna, "anna", "cancel").expect(200);
    let until = app.seen(&berta)["offered_until"].clone();
    assert!(until.is_string());
    let organiser = app.organiser();
    let me = |client: &Client| client.get("/me").status;
    assert_eq!(me(&organiser), 200);
    let told = app.mails().len();

    app.later(-Duration::hours(1));
    // Its time has not come: 5 s is what two clocks may differ by.
    assert_eq!(me(&organiser), 401);
    assert_eq!(app.anonymous().post_with_key(&path, "one", &person("dora")).id(), first);
    assert_eq!(app.seen(&berta)["offered_until"], until, "one deadline, given once");
    assert_eq!(app.mails().len(), told);

    app.later(Duration::hours(1));
    assert_eq!(me(&organiser), 200);
    app.later(Duration::seconds(-5));
    assert_eq!(me(&organiser), 200);
    app.later(Duration::seconds(-1));
    assert_eq!(me(&organiser), 401);
    app.later(Duration::seconds(6) + Duration::minutes(10));
    assert_eq!(me(&organiser), 401, "it has run out");
    assert_eq!(app.mails().len(), told);

    // The deadline passes, and the clock goes back behind it: the seat has gone on once.
    app.later(Duration::hours(25));
    let passed_on = kinds(&app, "offered");
    assert_eq!(passed_on, 2, "Berta's seat was offered to Carla");
    app.later(-Duration::hours(2));
    app.press(&berta, "berta", "accept-offer")
        .problem(409, "transition-not-allowed");
    app.later(Duration::hours(2));
    assert_eq!(kinds(&app, "offered"), passed_on);
    assert_eq!(kinds(&app, "expired"), 1);
}
