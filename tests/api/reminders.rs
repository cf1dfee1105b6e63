//! What the clock brings: registrants are reminded, minimums are decided, each once.

use chrono::Duration;
use einlass::registrations::keep_time;
use serde_json::{Value, json};

use crate::support::{Outgoing, TestApp, draft_with, person};

fn new_date(day: &str) -> Value {
    json!({"reason_code": "speaker", "sessions": [{"starts_at": format!("{day}T18:00")}]})
}

/// What the organiser does with the seminar.
#[track_caller]
fn change(app: &TestApp, seminar: &str, action: &str, body: &Value) {
    app.act(&format!("/seminars/{seminar}"), action, body).expect(200);
}

/// The mails that `what` causes.
fn mails_of<T>(app: &TestApp, what: impl FnOnce() -> T) -> (T, Vec<Outgoing>) {
    let before = app.mails().len();
    let done = what();
    (done, app.mails().split_off(before))
}

fn to(mails: &[Outgoing]) -> Vec<(&str, &str)> {
    let name = |mail: &Outgoing| mail.recipient.find('@').unwrap();
    mails
        .iter()
        .map(|mail| (&mail.recipient[..name(mail)], mail.kind.as_str()))
        .collect()
}

#[test]
fn a_day_and_an_hour_before_those_who_come_are_reminded_once() {
    let app = TestApp::spawn();
    let id = app.seminar(3);
    let [_, berta, ..] = app.registered(&id, ["anna", "berta", "carla", "dora"]);
    app.press(&berta, "berta", "cancel").expect(200);
    let at = |now: &str| {
        app.at(now);
        let (round, mails) = mails_of(&app, || app.tick());
        assert_eq!(
            round.reminded,
            mails.iter().filter(|mail| mail.kind.starts_with("reminder")).count()
        );
        assert_eq!(app.tick().reminded, 0, "{now}: once");
        to(&mails)
            .iter()
            .filter(|(_, kind)| kind.starts_with("reminder"))
            .map(|(name, kind)| format!("{name} {kind}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(at("2027-05-05T15:59:59Z"), [""; 0]);
    assert_eq!(at("2027-05-05T16:00:00Z"), ["anna reminder_day", "carla reminder_day"]);
    assert_eq!(at("2027-05-06T14:59:59Z"), [""; 0]);
    let late = app.register(&id, "emma").expect(201);
    assert_eq!(late["state"], "confirmed", "Dora's offer has lapsed");
    assert_eq!(
        at("2027-05-06T15:00:00Z"),
        ["anna reminder_hour", "carla reminder_hour", "emma reminder_hour"]
    );
    assert_eq!(at("2027-05-06T16:30:00Z"), [""; 0]);
}

#[test]
fn who_registers_after_the_moment_is_not_reminded_of_it() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    app.at("2027-05-05T16:00:00Z");
    app.registered(&id, ["anna"]);
    app.tick();
    assert_eq!(app.mails_to("anna@example.org"), ["confirmed"]);
    app.at("2027-05-06T15:00:00Z");
    app.registered(&id, ["berta"]);
    app.tick();
    assert_eq!(app.mails_to("anna@example.org"), ["confirmed", "reminder_hour"]);
    assert_eq!(app.mails_to("berta@example.org"), ["confirmed"]);
}

#[test]
fn of_a_new_date_one_is_reminded_again_and_of_none_not_at_all() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    app.registered(&id, ["anna"]);
    let reminders = || {
        let kinds = app.mails_to("anna@example.org").into_iter();
        kinds.filter(|kind| kind.starts_with("reminder")).collect::<Vec<_>>()
    };
    app.at("2027-05-05T17:00:00Z");
    app.tick();
    assert_eq!(reminders(), ["reminder_day"]);
    change(&app, &id, "postpone", &json!({"reason_code": "speaker"}));
    app.at("2027-05-06T15:30:00Z");
    app.tick();
    assert_eq!(reminders(), ["reminder_day"]);
    change(&app, &id, "reschedule", &new_date("2027-06-10"));
    app.at("2027-06-09T17:00:00Z");
    app.tick();
    assert_eq!(reminders(), ["reminder_day", "reminder_day"]);
    change(&app, &id, "cancel", &json!({"reason_code": "other"}));
    app.at("2027-06-10T15:30:00Z");
    app.tick();
    assert_eq!(reminders(), ["reminder_day", "reminder_day"]);
}

#[test]
fn two_instances_remind_and_decide_once() {
    let app = TestApp::spawn();
    let minimum = json!({"participants": 9, "decide_by": "2027-05-05T17:00:00Z"});
    let id = app.published(&draft_with(
        9,
        json!({"minimum": minimum, "contact_email": "wir@example.org"}),
    ));
    app.registered(&id, ["anna", "berta", "carla"]);
    app.at("2027-05-05T17:00:00Z");
    let other = app.database.db(4);
    let (_, mails) = mails_of(&app, || {
        std::thread::scope(|scope| {
            for db in [&app.site.db, &other] {
                let now = app.clock.now();
                scope.spawn(move || keep_time(db, now).unwrap());
            }
        });
    });
    let mut told = to(&mails);
    told.sort_unstable();
    let day = ["anna", "berta", "carla"].map(|name| (name, "reminder_day"));
    assert_eq!(told, [&day[..], &[("wir", "below_minimum")]].concat());
}

fn with_minimum(app: &TestApp, participants: i32, otherwise: &str) -> String {
    let minimum = json!({"participants": participants, "decide_by": "2027-04-22T10:00:00Z", "otherwise": otherwise});
    app.published(&draft_with(5, json!({"minimum": minimum})))
}

#[test]
fn the_organisers_are_told_once_that_too_few_are_registered() {
    let app = TestApp::spawn();
    let id = with_minimum(&app, 3, "notify");
    app.registered(&id, ["anna", "berta"]);
    app.at("2027-04-22T09:59:59Z");
    let (_, mails) = mails_of(&app, || app.tick());
    assert_eq!(to(&mails), []);
    let (round, mails) = mails_of(&app, || app.later(Duration::seconds(1)));
    assert_eq!(round.decided, 1);
    assert_eq!(to(&mails), [("admin", "below_minimum"), ("organiser", "below_minimum")]);
    assert!(
        mails
            .iter()
            .all(|mail| mail.recipient.ends_with("@staedteregion.example"))
    );
    assert_eq!(mails[0].data["minimum"], json!({"participants": 3, "registered": 2}));
    let (round, mails) = mails_of(&app, || app.later(Duration::hours(1)));
    assert_eq!((round.decided, mails.len()), (0, 0));
    let seen = app.organiser().get(&format!("/seminars/{id}")).expect(200);
    assert_eq!(
        (&seen["status"], &seen["minimum"]["decided_at"]),
        (&json!("scheduled"), &json!("2027-04-22T10:00:00Z"))
    );
}

#[test]
fn the_rule_of_the_organiser_cancels_and_tells_everybody() {
    let app = TestApp::spawn();
    let id = with_minimum(&app, 3, "cancel");
    let path = format!("/seminars/{id}");
    let contact = json!({"contact_email": "wir@example.org"});
    app.organiser().patch(&path, &app.etag(&path), &contact).expect(200);
    app.registered(&id, ["anna", "berta"]);
    app.at("2027-04-22T10:00:00Z");
    let (_, mails) = mails_of(&app, || app.tick());
    assert_eq!(
        to(&mails),
        [
            ("anna", "seminar_cancelled"),
            ("berta", "seminar_cancelled"),
            ("wir", "below_minimum_cancelled")
        ]
    );
    assert_eq!(mails[0].data["change"]["reason_code"], "low_demand");
    assert_eq!(app.anonymous().get(&path).expect(200)["status"], "cancelled");
    let history = app.anonymous().get(&format!("{path}/schedule-changes")).expect(200);
    assert_eq!(history["data"][0]["reason_code"], "low_demand");
    let (_, mails) = mails_of(&app, || app.later(Duration::hours(1)));
    assert_eq!(to(&mails), []);
}

#[test]
fn what_has_begun_is_not_cancelled_however_late_it_is_decided() {
    let app = TestApp::spawn();
    let id = with_minimum(&app, 3, "cancel");
    app.registered(&id, ["anna"]);
    // Nobody looked at the clock from the day of decision until the seminar had begun.
    app.at("2027-05-06T16:00:00Z");
    let (round, mails) = mails_of(&app, || app.tick());
    assert_eq!((round.decided, to(&mails)), (1, vec![]));
    let seen = app.anonymous().get(&format!("/seminars/{id}")).expect(200);
    assert_eq!(seen["status"], "scheduled");
}

#[test]
fn of_a_minimum_that_is_reached_nobody_hears() {
    let app = TestApp::spawn();
    let id = with_minimum(&app, 3, "cancel");
    let mut three = person("anna");
    three["further_persons"] = 2.into();
    app.anonymous()
        .post(&format!("/seminars/{id}/registrations"), &three)
        .expect(201);
    app.at("2027-04-22T10:00:00Z");
    let (round, mails) = mails_of(&app, || app.tick());
    assert_eq!((round.decided, mails.len()), (1, 0));
    assert_eq!(
        app.anonymous().get(&format!("/seminars/{id}")).expect(200)["status"],
        "scheduled"
    );
    assert_eq!(app.tick().decided, 0);
}
