//! Everybody who is registered hears of what happens to the seminar, once, and nobody else does.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{Answer, Outgoing, TestApp, draft_body, draft_with, person};

const LINK: &str = "https://zoom.example/j/4711";

/// Anna has a seat, Carla holds one, Dora is offered one, Emma waits; Berta has given hers up.
fn everybody(app: &TestApp) -> (String, [String; 5]) {
    let id = app.published(&draft_with(3, json!({"confirmation": "email"})));
    let all = app.registered(&id, ["anna", "berta", "carla", "dora", "emma"]);
    app.press(&all[0], "anna", "confirm").expect(200);
    app.press(&all[1], "berta", "cancel").expect(200);
    assert_eq!(
        app.states(&all),
        ["confirmed", "cancelled", "pending", "offered", "waitlisted"]
    );
    (id, all)
}

fn venue(app: &TestApp, name: &str) -> Value {
    let body = json!({"organisation": "staedteregion-aachen", "name": name, "locality": "Aachen"});
    app.organiser().post("/venues", &body).expect(201)["id"].clone()
}

fn new_date(day: &str) -> Value {
    json!({"reason_code": "speaker", "sessions": [{"starts_at": format!("{day}T18:00")}]})
}

/// `action` as it is asked for, PATCH for an edit.
fn change(app: &TestApp, seminar: &str, action: &str, body: &Value) -> Answer {
    let path = format!("/seminars/{seminar}");
    let etag = app.etag(&path);
    match action.strip_prefix("PATCH") {
        Some(query) => app.organiser().patch(&format!("{path}{query}"), &etag, body),
        None => app.organiser().act(&format!("{path}/{action}"), &etag, body),
    }
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

/// All that anybody may see of a seminar.
fn picture(app: &TestApp, seminar: &str) -> Vec<String> {
    let path = format!("/seminars/{seminar}");
    let parts = [
        app.organiser().get(&path),
        app.organiser().get(&format!("{path}/schedule-changes")),
        app.organiser().get(&format!("{path}/registrations")),
    ];
    let mut all = vec![parts[0].etag(), format!("{:?}", app.mails())];
    all.extend(parts.map(|part| part.text));
    all
}

/// What may happen to a seminar on site, and the kind of mail that tells it.
fn changes(app: &TestApp) -> Vec<(&'static str, Value, &'static str)> {
    let mut moved = draft_body(3)["sessions"].clone();
    moved[0]["venue"] = venue(app, "Digital Church");
    let online = json!({"reason_code": "weather", "capacity": 5, "move_registrations": true});
    vec![
        ("cancel", json!({"reason_code": "pandemic"}), "seminar_cancelled"),
        ("postpone", json!({"reason_code": "pandemic"}), "seminar_postponed"),
        ("reschedule", new_date("2027-06-10"), "seminar_rescheduled"),
        ("move-online", online, "seminar_moved"),
        ("PATCH", json!({"sessions": moved}), "venue_changed"),
    ]
}

#[test]
fn a_change_of_plan_is_told_to_everybody_with_a_claim_and_to_nobody_else() {
    let app = TestApp::spawn();
    for (action, body, kind) in changes(&app) {
        let (id, all) = everybody(&app);
        let (changed, mails) = mails_of(&app, || change(&app, &id, action, &body).expect(200));
        let told = ["anna", "carla", "dora", "emma"].map(|name| (name, kind));
        let of_the_change = mails.iter().filter(|mail| mail.kind == kind).count();
        assert_eq!((&to(&mails)[..4], of_the_change), (&told[..], 4), "{action}");
        let named = changed["concerned"]["told"].as_array().unwrap().iter();
        let named = named
            .map(|one| (one["registration"].clone(), one["mail"].clone()))
            .collect::<Vec<_>>();
        let expected = [0, 2, 3, 4].map(|n| (json!(all[n]), json!(kind)));
        assert_eq!(named[..4], expected, "{action}");
        // The move brings seats for whoever waited; nothing else says more.
        let more = if action == "move-online" { 1 } else { 0 };
        assert!(
            named.len() == 4 + more && named[4..].iter().all(|(_, mail)| mail == "offered"),
            "{action}: {named:?}"
        );
        assert_eq!(changed["concerned"]["dry_run"], false);
        let reason = mails[0].data["change"]["reason_code"].clone();
        let given = body.get("reason_code").cloned().unwrap_or(json!("unknown"));
        assert_eq!(reason, given, "{action}");
    }
}

#[test]
fn who_applied_hears_of_it_and_who_was_rejected_does_not() {
    let app = TestApp::spawn();
    let id = app.published(&draft_with(3, json!({"admission": "selection"})));
    let [_, berta] = app.registered(&id, ["anna", "berta"]);
    app.act(&format!("/registrations/{berta}"), "reject", &json!({}))
        .expect(200);
    let postpone = json!({"reason_code": "other"});
    let (_, mails) = mails_of(&app, || change(&app, &id, "postpone", &postpone).expect(200));
    assert_eq!(to(&mails), [("anna", "seminar_postponed")]);
}

#[test]
fn back_on_site_is_told_too() {
    let app = TestApp::spawn();
    let id = app.published(&draft_with(
        3,
        json!({"channels": [{"channel": "online", "capacity": 3}]}),
    ));
    let mut anna = person("anna");
    anna["channel"] = "online".into();
    app.anonymous()
        .post(&format!("/seminars/{id}/registrations"), &anna)
        .expect(201);
    let onsite = json!({"reason_code": "other", "move_registrations": true, "venue": venue(&app, "Haus")});
    let (_, mails) = mails_of(&app, || change(&app, &id, "move-onsite", &onsite).expect(200));
    assert_eq!(to(&mails), [("anna", "seminar_moved")]);
    assert_eq!(mails[0].data["registration"]["channel"], "onsite");
    assert_eq!(mails[0].data["seminar"]["sessions"][0]["place"], "Haus, Aachen");
}

#[test]
fn who_shall_not_be_told_is_not() {
    let app = TestApp::spawn();
    for (action, mut body, _) in changes(&app).into_iter().filter(|(action, ..)| *action != "PATCH") {
        let id = app.seminar(3);
        app.registered(&id, ["anna", "berta"]);
        body["notify"] = json!(false);
        let (changed, mails) = mails_of(&app, || change(&app, &id, action, &body).expect(200));
        assert_eq!(
            (mails.len(), &changed["concerned"]["told"]),
            (0, &json!([])),
            "{action}"
        );
        let history = app
            .anonymous()
            .get(&format!("/seminars/{id}/schedule-changes"))
            .expect(200);
        assert_eq!(history["data"].as_array().unwrap().len(), 1, "{action}");
    }
}

#[test]
fn a_rehearsal_tells_the_same_and_changes_nothing() {
    let app = TestApp::spawn();
    for (action, mut body, _) in changes(&app) {
        let (id, _) = everybody(&app);
        if action == "move-online" {
            body["capacity"] = json!(1);
        }
        let before = picture(&app, &id);
        let rehearsed = change(&app, &id, &format!("{action}?dry_run=true"), &body);
        assert_eq!(rehearsed.etag(), "", "{action}: the picture of something that is not");
        let mut told = rehearsed.expect(200);
        assert_eq!(picture(&app, &id), before, "{action}");
        assert_eq!(told["concerned"]["dry_run"], true);
        told["concerned"]["dry_run"] = false.into();
        let done = change(&app, &id, action, &body).expect(200);
        assert_eq!(
            (&told["concerned"], &told["status"], &told["channels"]),
            (&done["concerned"], &done["status"], &done["channels"]),
            "{action}"
        );
        let lost = done["concerned"]["seats_lost"].as_array().unwrap().iter();
        let lost = lost.map(|one| one["name"].clone()).collect::<Vec<_>>();
        let expected = if action == "move-online" {
            vec!["carla Müller", "dora Müller"]
        } else {
            vec![]
        };
        assert_eq!(lost, expected, "{action}");
        assert_ne!(picture(&app, &id), before, "{action}");
        let stale = json!({"reason_code": "other"});
        let path = format!("/seminars/{id}/postpone?dry_run=true");
        app.organiser()
            .act(&path, "\"0-x\"", &stale)
            .problem(412, "precondition-failed");
    }
}

#[test]
fn calendars_know_a_session_again_and_each_change_is_later_than_the_last() {
    let app = TestApp::spawn();
    let id = app.published(&draft_with(
        3,
        json!({"sessions": [{"starts_at": "2027-05-06T18:00"}, {"starts_at": "2027-05-13T18:00"}]}),
    ));
    app.registered(&id, ["anna"]);
    let two = json!({"reason_code": "speaker",
        "sessions": [{"starts_at": "2027-06-10T18:00"}, {"starts_at": "2027-06-17T18:00"}]});
    change(&app, &id, "reschedule", &two).expect(200);
    change(&app, &id, "postpone", &json!({"reason_code": "other"})).expect(200);
    change(&app, &id, "reschedule", &new_date("2027-07-01")).expect(200);
    change(&app, &id, "move-online", &json!({"reason_code": "other"})).expect(200);
    change(&app, &id, "cancel", &json!({"reason_code": "other"})).expect(200);
    let mails = app.mails();
    let seminars = mails.iter().map(|mail| &mail.data["seminar"]).collect::<Vec<_>>();
    let sequences = seminars
        .iter()
        .map(|facts| facts["sequence"].as_i64().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(sequences, (0..6).map(|n| sequences[0] + n).collect::<Vec<_>>());
    let ids = |facts: &Value, member: &str| {
        let sessions = facts[member].as_array().unwrap().iter();
        sessions.map(|session| session["id"].clone()).collect::<Vec<_>>()
    };
    let first = ids(seminars[0], "sessions");
    let (both, one) = (first.clone(), first[..1].to_vec());
    let sessions = seminars.iter().map(|facts| ids(facts, "sessions")).collect::<Vec<_>>();
    assert_eq!(
        sessions,
        [both.clone(), both.clone(), both, one.clone(), one.clone(), one]
    );
    let dropped = seminars
        .iter()
        .map(|facts| ids(facts, "dropped_sessions"))
        .collect::<Vec<_>>();
    let second = first[1..].to_vec();
    assert_eq!(dropped, [vec![], vec![], vec![], second, vec![], vec![]]);
}

#[test]
fn the_join_link_is_in_no_mail_and_in_no_public_answer() {
    let app = TestApp::spawn();
    let session = json!({"starts_at": "2027-05-06T18:00", "join_url": LINK, "online_platform": "Zoom"});
    let id = app.published(&draft_with(
        3,
        json!({"channels": [{"channel": "online", "capacity": 3}], "sessions": [session], "contact_email": "wir@example.org",
            "minimum": {"participants": 3, "decide_by": "2027-05-01T10:00:00Z"}}),
    ));
    let path = format!("/seminars/{id}");
    let mut anna = person("anna");
    anna["channel"] = "online".into();
    let anna = app.anonymous().post(&format!("{path}/registrations"), &anna).id();
    app.at("2027-05-05T17:00:00Z");
    app.tick();
    app.at("2027-05-06T15:30:00Z");
    app.tick();
    change(&app, &id, "postpone", &json!({"reason_code": "other"})).expect(200);
    let mut again = new_date("2027-06-10");
    again["sessions"][0]["join_url"] = LINK.into();
    change(&app, &id, "reschedule", &again).expect(200);
    let online = json!({"reason_code": "other", "join_url": LINK});
    change(&app, &id, "move-onsite", &json!({"reason_code": "other"})).expect(200);
    change(&app, &id, "move-online", &online).expect(200);
    assert!(app.organiser().get(&path).text.contains(LINK), "members see it");
    let kinds = app.mails_to("anna@example.org");
    assert_eq!(
        kinds,
        [
            "confirmed",
            "reminder_day",
            "reminder_hour",
            "seminar_postponed",
            "seminar_rescheduled",
            "seminar_moved",
            "seminar_moved"
        ]
    );
    assert_eq!(app.mails_to("wir@example.org"), ["below_minimum"]);
    for mail in app.mails() {
        assert!(!mail.data.to_string().contains("zoom.example"), "{}", mail.kind);
    }
    let own = app.registrant(&anna, "anna@example.org");
    for seen in [
        app.anonymous().get(&path),
        app.anonymous().get("/seminars"),
        app.anonymous().get(&format!("{path}/schedule-changes")),
        app.foreign_organiser().get(&path),
        own.get(&format!("/registrations/{anna}")),
    ] {
        assert_eq!(seen.status, 200);
        assert!(!seen.text.contains("zoom.example"), "{}", seen.text);
    }
}

#[test]
fn after_a_new_date_one_keeps_the_seat_or_gives_it_back() {
    let app = TestApp::spawn();
    let id = app.published(&draft_with(2, json!({})));
    let [anna, berta, carla] = app.registered(&id, ["anna", "berta", "carla"]);
    let actions = || {
        let own = app.registrant(&anna, "anna@example.org");
        own.get(&format!("/registrations/{anna}")).expect(200)["actions"].clone()
    };
    assert_eq!(actions(), json!(["change", "cancel"]));
    app.clock.advance(Duration::hours(1));
    change(&app, &id, "reschedule", &new_date("2027-06-10")).expect(200);
    assert_eq!(actions(), json!(["keep", "change", "cancel"]));
    let (kept, mails) = mails_of(&app, || app.press(&anna, "anna", "keep").expect(200));
    assert_eq!(
        (&kept["kept_at"], &kept["state"]),
        (&json!("2027-01-04T09:00:00Z"), &json!("confirmed"))
    );
    assert_eq!((mails.len(), actions()), (0, json!(["change", "cancel"])));
    let table = app.organiser().get(&format!("/seminars/{id}/registrations.csv"));
    assert!(table.text.contains(";04.01.2027 10:00;"), "{}", table.text);

    app.press(&carla, "carla", "keep")
        .problem(409, "transition-not-allowed");
    app.press(&berta, "berta", "cancel").expect(200);
    assert_eq!(app.state(&carla), "offered");

    app.clock.advance(Duration::hours(1));
    change(&app, &id, "reschedule", &new_date("2027-07-01")).expect(200);
    assert_eq!(
        app.seen(&anna)["kept_at"],
        Value::Null,
        "they have not said so of this date"
    );
    assert_eq!(actions(), json!(["keep", "change", "cancel"]));
}

#[test]
fn a_correction_after_the_fact_is_news_to_nobody() {
    let app = TestApp::spawn();
    let id = app.seminar(3);
    app.registered(&id, ["anna"]);
    app.at("2027-05-07T08:00:00Z");
    change(&app, &id, "complete", &json!({})).expect(200);
    let mut sessions = draft_body(3)["sessions"].clone();
    sessions[0]["venue"] = venue(&app, "Digital Church");
    let (changed, mails) = mails_of(&app, || {
        change(&app, &id, "PATCH", &json!({"sessions": sessions})).expect(200)
    });
    assert_eq!((mails.len(), &changed["concerned"]["told"]), (0, &json!([])));
    assert_eq!(changed["sessions"][0]["venue"]["name"], "Digital Church");
}
