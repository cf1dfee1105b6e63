//! What happens to a seminar after it was announced, and what an edit may do.

use chrono::Duration;
use serde_json::{Value, json};

use super::seminars::titles;
use crate::support::{TestApp, draft_body};

#[test]
fn a_change_of_plan_is_a_fact_with_reason_and_history() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let id = app.seminar(10);
    let path = format!("/seminars/{id}");
    let act = |action: &str, body: &Value| {
        let answer = organiser.act(&format!("{path}/{action}"), &app.etag(&path), body);
        (answer.status, answer)
    };
    app.register(&id, "anna").expect(201);

    let (_, postponed) = act(
        "postpone",
        &json!({"reason_code": "pandemic", "public_text": "Coronabedingt verschoben"}),
    );
    assert_eq!(postponed.expect(200)["status"], "postponed");
    app.register(&id, "berta").problem(409, "seminar-postponed");
    act("postpone", &json!({"reason_code": "other"}))
        .1
        .problem(409, "seminar-postponed");

    let new_date = json!({"reason_code": "speaker", "sessions": [{"starts_at": "2027-06-10T18:00"}]});
    let (_, rescheduled) = act("reschedule", &new_date);
    assert_eq!(
        rescheduled.expect(200)["sessions"][0]["starts_at"],
        "2027-06-10T18:00:00+02:00"
    );
    assert_eq!(rescheduled.expect(200)["status"], "scheduled");
    app.register(&id, "berta").expect(201);

    let online = json!({"reason_code": "pandemic", "online_platform": "Zoom", "join_url": "https://zoom.example/j/1", "capacity": 100, "move_registrations": true});
    let moved = act("move-online", &online).1.expect(200);
    assert_eq!(moved["attendance_mode"], "online");
    assert_eq!(
        moved["channels"],
        json!([{"channel": "online", "capacity": 100, "free_seats": 98, "waiting": 0}])
    );
    assert_eq!(moved["sessions"][0]["join_url"], "https://zoom.example/j/1");
    let public = app.anonymous().get(&path);
    assert!(!public.text.contains("zoom.example"), "the join link is nobody else's");

    let back = act(
        "move-onsite",
        &json!({"reason_code": "other", "move_registrations": true}),
    )
    .1
    .expect(200);
    assert_eq!(
        back["channels"],
        json!([{"channel": "onsite", "capacity": 10, "free_seats": 8, "waiting": 0}])
    );

    act("complete", &json!({})).1.problem(409, "not-ready");
    app.clock.advance(Duration::days(180));
    let organiser = app.organiser();
    let etag = organiser.get(&path).etag();
    assert_eq!(
        organiser
            .act(&format!("{path}/complete"), &etag, &json!({}))
            .expect(200)["status"],
        "held"
    );

    let history = app.anonymous().get(&format!("{path}/schedule-changes"));
    assert!(!history.text.contains("zoom.example"));
    let changes = history.expect(200)["data"].clone();
    let kinds = changes
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["kind"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(kinds, ["postponed", "rescheduled", "moved_online", "moved_onsite"]);
    assert_eq!(changes[0]["reason_code"], "pandemic");
    assert_eq!(changes[0]["public_text"], "Coronabedingt verschoben");
    assert_eq!(changes[0]["before"]["sessions"][0]["starts_on"], "2027-05-06");
    assert_eq!(changes[0]["after"]["sessions"], json!([]));
    assert_eq!(changes[1]["after"]["sessions"][0]["starts_on"], "2027-06-10");
    assert_eq!(changes[2]["before"]["attendance_mode"], "onsite");
    assert_eq!(changes[2]["after"]["attendance_mode"], "online");
}

#[test]
fn a_rescheduled_session_stays_the_same_session() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let mut body = draft_body(10);
    body["sessions"] = json!([{"starts_at": "2027-05-13T18:00"}, {"starts_at": "2027-05-06T18:00"}]);
    let path = format!("/seminars/{}", app.published(&body));
    let sessions = |seen: &Value, member: &str| {
        let sessions = seen["sessions"].as_array().unwrap().iter();
        sessions
            .map(|session| session[member].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let reschedule = |starts: &[&str]| {
        let starts = starts
            .iter()
            .map(|start| json!({"starts_at": start}))
            .collect::<Vec<_>>();
        let body = json!({"reason_code": "speaker", "sessions": starts});
        organiser
            .act(&format!("{path}/reschedule"), &app.etag(&path), &body)
            .expect(200)
    };
    let old = sessions(&organiser.get(&path).expect(200), "id");

    let more = reschedule(&["2027-06-17T18:00", "2027-06-10T18:00", "2027-06-03T18:00"]);
    let days = sessions(&more, "starts_at")
        .iter()
        .map(|start| start[..10].to_owned())
        .collect::<Vec<_>>();
    assert_eq!(days, ["2027-06-03", "2027-06-10", "2027-06-17"]);
    let ids = sessions(&more, "id");
    assert_eq!(ids[..2], old);
    assert!(!old.contains(&ids[2]));

    let fewer = reschedule(&["2027-07-01T18:00"]);
    assert_eq!(sessions(&fewer, "id"), old[..1]);
}

#[test]
fn a_cancelled_seminar_stays_cancelled() {
    let app = TestApp::spawn();
    let id = app.seminar(10);
    let path = format!("/seminars/{id}");
    let organiser = app.organiser();
    let cancelled = organiser.act(
        &format!("{path}/cancel"),
        &app.etag(&path),
        &json!({"reason_code": "low_demand"}),
    );
    assert_eq!(cancelled.expect(200)["status"], "cancelled");
    for action in ["publish", "complete", "cancel", "postpone", "move-online"] {
        let body = if matches!(action, "publish" | "complete") {
            json!({})
        } else {
            json!({"reason_code": "other"})
        };
        organiser
            .act(&format!("{path}/{action}"), &cancelled.etag(), &body)
            .problem(409, "seminar-cancelled");
    }
    organiser
        .patch(&path, &cancelled.etag(), &json!({"title": "X"}))
        .problem(409, "seminar-cancelled");
    organiser
        .delete(&path, &cancelled.etag())
        .problem(409, "transition-not-allowed");
    app.register(&id, "anna").problem(409, "seminar-cancelled");
    assert_eq!(app.anonymous().get(&path).expect(200)["status"], "cancelled");
}

#[test]
fn the_times_of_a_published_seminar_are_rescheduled_not_edited() {
    let app = TestApp::spawn();
    let id = app.seminar(10);
    let path = format!("/seminars/{id}");
    let organiser = app.organiser();
    let other_time = json!({"sessions": [{"starts_at": "2027-05-07T18:00:00+02:00"}]});
    organiser
        .patch(&path, &app.etag(&path), &other_time)
        .problem(409, "transition-not-allowed");
    let venue = json!({"organisation": "staedteregion-aachen", "name": "Digital Church", "locality": "Aachen"});
    let venue = organiser.post("/venues", &venue).id();
    let mut same_time = draft_body(10);
    same_time["sessions"][0]["venue"] = venue.into();
    let moved = organiser
        .patch(&path, &app.etag(&path), &json!({"sessions": same_time["sessions"]}))
        .expect(200);
    assert_eq!(moved["sessions"][0]["venue"]["name"], "Digital Church");
    let history = app.anonymous().get(&format!("{path}/schedule-changes")).expect(200);
    assert_eq!(history["data"][0]["kind"], "venue_changed");
    assert_eq!(
        titles(&app.anonymous().get("/seminars?q=digital+church").expect(200)).len(),
        1
    );
}

#[test]
fn fewer_seats_than_are_taken_need_force_and_take_nobody_s_away() {
    let app = TestApp::spawn();
    let id = app.seminar(3);
    let path = format!("/seminars/{id}");
    for name in ["anna", "berta", "carla"] {
        app.register(&id, name).expect(201);
    }
    let organiser = app.organiser();
    let smaller = json!({"channels": [{"channel": "onsite", "capacity": 2}]});
    let refused = organiser
        .patch(&path, &app.etag(&path), &smaller)
        .problem(409, "capacity-below-taken");
    assert!(refused["detail"].as_str().unwrap().starts_with("3 seats are taken"));
    let mut forced = smaller.clone();
    forced["force"] = json!(true);
    let changed = organiser.patch(&path, &app.etag(&path), &forced).expect(200);
    assert_eq!(changed["channels"][0]["free_seats"], 0);
    let confirmed = organiser
        .get(&format!("{path}/registrations?state=confirmed"))
        .expect(200);
    assert_eq!(confirmed["data"].as_array().unwrap().len(), 3);
    // One goes, one remains too many: the next to come waits.
    let one = confirmed["data"][0]["id"].as_str().unwrap();
    let one = format!("/registrations/{one}");
    organiser
        .act(&format!("{one}/cancel"), &app.etag(&one), &json!({}))
        .expect(200);
    assert_eq!(app.register(&id, "dora").expect(201)["state"], "waitlisted");
    organiser
        .patch(&path, &app.etag(&path), &json!({"channels": []}))
        .problem(409, "channel-in-use");
}

#[test]
fn parallel_sessions_may_be_sent_back_as_they_were_read() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let venue = |name: &str| {
        organiser
            .post(
                "/venues",
                &json!({"organisation": "staedteregion-aachen", "name": name, "locality": "Aachen"}),
            )
            .id()
    };
    let (one, other) = (venue("Raum 1"), venue("Raum 2"));
    let sessions = json!([
        {"starts_at": "2027-05-06T18:00", "venue": one},
        {"starts_at": "2027-05-06T18:00", "venue": other},
    ]);
    let mut body = draft_body(5);
    body["sessions"] = sessions.clone();
    let made = app.draft(&body);
    let path = format!("/seminars/{}", made.id());
    let again = organiser
        .patch(&path, &made.etag(), &json!({"sessions": sessions}))
        .expect(200);
    let ids = |view: &Value| {
        let mut ids = view["sessions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["venue"]["name"].to_string(), one["id"].to_string()))
            .collect::<Vec<_>>();
        ids.sort();
        ids
    };
    assert_eq!(ids(&again), ids(&made.expect(201)));
    let same =
        json!([{"starts_at": "2027-05-06T18:00", "venue": one}, {"starts_at": "2027-05-06T18:00", "venue": one}]);
    assert_eq!(
        organiser
            .patch(&path, &app.etag(&path), &json!({"sessions": same}))
            .invalid(),
        ["/sessions/1"]
    );
}

#[test]
fn a_patch_takes_away_what_may_go_and_nothing_else() {
    let app = TestApp::spawn();
    let mut body = draft_body(5);
    body["description"] = "Mit Imbiss".into();
    let made = app.draft(&body);
    let path = format!("/seminars/{}", made.id());
    let organiser = app.organiser();
    for member in [
        "title",
        "kind",
        "sessions",
        "channels",
        "parties",
        "waiting_list",
        "audience",
    ] {
        assert_eq!(
            organiser.patch(&path, &made.etag(), &json!({member: null})).invalid(),
            [format!("/{member}")]
        );
    }
    let span = json!({"within": {"from": "2027-01-01", "to": "2027-02-01"}});
    assert_eq!(organiser.patch(&path, &made.etag(), &span).invalid(), ["/within"]);
    let wide = json!({"registration_opens_at": "9999-01-01T00:00:00Z"});
    assert_eq!(
        organiser.patch(&path, &made.etag(), &wide).invalid(),
        ["/registration_opens_at"]
    );
    let changed = organiser
        .patch(&path, &made.etag(), &json!({"description": null}))
        .expect(200);
    assert_eq!(
        (&changed["description"], &changed["title"]),
        (&Value::Null, &body["title"])
    );
}
