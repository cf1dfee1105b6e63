//! One person's claim on one seminar.

use std::collections::BTreeSet;

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{TestApp, draft_body, person};

fn states(app: &TestApp, seminar: &str) -> Vec<(String, String)> {
    let list = app
        .organiser()
        .get(&format!("/seminars/{seminar}/registrations?limit=100"))
        .expect(200);
    let text = |one: &Value, member: &str| one[member].as_str().unwrap().to_owned();
    list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(one, "given_name"), text(one, "state")))
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(name, state)| ((*name).to_owned(), (*state).to_owned()))
        .collect()
}

fn cancel(app: &TestApp, seminar: &str, name: &str) -> crate::support::Answer {
    let list = app
        .organiser()
        .get(&format!("/seminars/{seminar}/registrations?q={name}"))
        .expect(200);
    let path = format!("/registrations/{}", list["data"][0]["id"].as_str().unwrap());
    app.organiser().act(
        &format!("{path}/cancel"),
        &app.etag(&path),
        &json!({"reason": "am Telefon"}),
    )
}

#[test]
fn three_members_and_a_channel_are_enough() {
    let app = TestApp::spawn();
    let id = app.seminar(1);
    let made = app.register(&id, "anna");
    let receipt = made.expect(201);
    assert_eq!(receipt["state"], "confirmed");
    assert_eq!(
        made.header("location"),
        format!("/api/v1/registrations/{}", receipt["id"].as_str().unwrap())
    );
    let waiting = app.register(&id, "berta").expect(201);
    assert_eq!(
        (&waiting["state"], &waiting["waitlist_position"]),
        (&json!("waitlisted"), &json!(1))
    );
    let seen = app
        .organiser()
        .get(&format!("/registrations/{}", waiting["id"].as_str().unwrap()))
        .expect(200);
    assert_eq!(seen["waitlist_position"], 1);
    assert_eq!(seen["email"], "berta@example.org");
}

#[test]
fn without_a_waiting_list_or_with_a_full_one_the_seminar_is_full() {
    let app = TestApp::spawn();
    let mut body = draft_body(1);
    body["waiting_list"] = json!(false);
    let id = app.published(&body);
    app.register(&id, "anna").expect(201);
    app.register(&id, "berta").problem(409, "seminar-full");

    let mut body = draft_body(1);
    body["waiting_list_limit"] = json!(1);
    let id = app.published(&body);
    app.register(&id, "anna").expect(201);
    app.register(&id, "berta").expect(201);
    app.register(&id, "carla").problem(409, "seminar-full");
}

#[test]
fn a_freed_seat_is_offered_to_the_first_who_waits() {
    let app = TestApp::spawn();
    let id = app.seminar(2);
    for name in ["anna", "berta", "carla", "dora"] {
        app.register(&id, name).expect(201);
    }
    let waiting = [
        ("anna", "confirmed"),
        ("berta", "confirmed"),
        ("carla", "waitlisted"),
        ("dora", "waitlisted"),
    ];
    assert_eq!(states(&app, &id), pairs(&waiting));
    let cancelled = cancel(&app, &id, "anna").expect(200);
    assert_eq!(
        (&cancelled["state"], &cancelled["cancelled_by"]),
        (&json!("cancelled"), &json!("organiser"))
    );
    let offered = [
        ("anna", "cancelled"),
        ("berta", "confirmed"),
        ("carla", "offered"),
        ("dora", "waitlisted"),
    ];
    assert_eq!(states(&app, &id), pairs(&offered));
    cancel(&app, &id, "anna").problem(409, "transition-not-allowed");

    // Leaving the waiting list frees no seat; a raised capacity does.
    app.register(&id, "emma").expect(201);
    cancel(&app, &id, "dora").expect(200);
    let path = format!("/seminars/{id}");
    let raised = app
        .organiser()
        .patch(
            &path,
            &app.etag(&path),
            &json!({"channels": [{"channel": "onsite", "capacity": 4}]}),
        )
        .expect(200);
    assert_eq!(
        raised["channels"][0],
        json!({"channel": "onsite", "capacity": 4, "free_seats": 1, "waiting": 0})
    );
    assert_eq!(states(&app, &id)[4], ("emma".to_owned(), "offered".to_owned()));
}

#[test]
fn a_cancelled_person_may_come_back() {
    let app = TestApp::spawn();
    let id = app.seminar(2);
    app.register(&id, "anna").expect(201);
    cancel(&app, &id, "anna").expect(200);
    assert_eq!(app.register(&id, "anna").expect(201)["state"], "confirmed");
}

#[test]
fn an_address_that_is_registered_is_answered_like_a_new_one() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    app.register(&id, "anna").expect(201);
    let mut again = person("anna");
    again["email"] = " ANNA@Example.org ".into();
    let path = format!("/seminars/{id}/registrations");
    let (old, new) = (app.anonymous().post(&path, &again), app.register(&id, "berta"));
    let shape = |answer: &crate::support::Answer| {
        let mut body = answer.expect(201);
        body["id"] = Value::Null;
        (
            body,
            answer.header("location").len(),
            answer.headers.keys().map(ToString::to_string).collect::<BTreeSet<_>>(),
        )
    };
    assert_eq!(shape(&old), shape(&new));
    assert_eq!(
        states(&app, &id).len(),
        2,
        "nothing was written for the second of one address"
    );
    assert_eq!(
        app.anonymous().get(&format!("/seminars/{id}")).expect(200)["channels"][0]["free_seats"],
        3
    );
    // Members are told, also about another channel.
    app.front_desk().post(&path, &again).problem(409, "already-registered");
    // To the foreign organiser this is a public page like any other.
    app.foreign_organiser().post(&path, &again).expect(201);
}

#[test]
fn the_window_is_for_the_public_and_members_enter_at_any_time() {
    let app = TestApp::spawn();
    let mut body = draft_body(5);
    body["registration_opens_at"] = "2027-02-01T08:00:00Z".into();
    body["registration_closes_at"] = "2027-03-01T08:00:00Z".into();
    let draft = app.draft(&body);
    let id = draft.id();
    app.register(&id, "anna").problem(404, "not-found");
    app.organiser()
        .post(&format!("/seminars/{id}/registrations"), &person("anna"))
        .problem(409, "not-ready");
    app.organiser()
        .act(&format!("/seminars/{id}/publish"), &draft.etag(), &json!({}))
        .expect(200);
    let early = app.register(&id, "anna").problem(409, "registration-not-open");
    assert_eq!(early["detail"], "2027-02-01T09:00:00+01:00");
    let path = format!("/seminars/{id}/registrations");
    app.front_desk().post(&path, &person("frieda")).expect(201);
    app.clock.advance(Duration::days(28));
    app.register(&id, "anna").expect(201);
    app.clock.advance(Duration::days(28));
    app.register(&id, "berta").problem(409, "registration-closed");
    // After the fact, when it was held.
    app.clock.advance(Duration::days(90));
    let seminar = format!("/seminars/{id}");
    app.organiser()
        .act(&format!("{seminar}/complete"), &app.etag(&seminar), &json!({}))
        .expect(200);
    app.register(&id, "berta").problem(409, "registration-closed");
    let late = app.organiser().post(&path, &person("berta"));
    let entered = app
        .organiser()
        .get(&format!("/registrations/{}", late.id()))
        .expect(200);
    assert_eq!(entered["entered_by_member"], true);
}

#[test]
fn registration_ends_when_the_seminar_begins() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    app.clock
        .advance("2027-05-06T15:59:59Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap() - app.clock.now());
    app.register(&id, "anna").expect(201);
    app.clock.advance(Duration::seconds(1));
    app.register(&id, "berta").problem(409, "registration-closed");
}

#[test]
fn only_channels_with_seats_take_registrations() {
    let app = TestApp::spawn();
    let mut body = draft_body(5);
    body["channels"] = json!([{"channel": "onsite", "capacity": 5}, {"channel": "livestream"}]);
    let id = app.published(&body);
    for channel in ["online", "livestream"] {
        let mut body = person("anna");
        body["channel"] = channel.into();
        app.anonymous()
            .post(&format!("/seminars/{id}/registrations"), &body)
            .problem(409, "channel-unavailable");
    }
}

#[test]
fn the_front_desk_sees_who_comes_but_not_how_to_reach_them() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    let made = app.register(&id, "anna").id();
    let list = app.front_desk().get(&format!("/seminars/{id}/registrations?q=mueller"));
    assert_eq!(list.expect(200)["data"][0]["family_name"], "Müller");
    let one = app.front_desk().get(&format!("/registrations/{made}"));
    for text in [list.text, one.text] {
        assert!(!text.contains("@example.org"), "{text}");
    }
    let by_address = |client: crate::support::Client| {
        client
            .get(&format!("/seminars/{id}/registrations?q=anna@example"))
            .expect(200)
    };
    assert_eq!(by_address(app.organiser())["data"].as_array().unwrap().len(), 1);
    assert_eq!(by_address(app.front_desk())["data"].as_array().unwrap().len(), 0);
    app.reporter()
        .get(&format!("/seminars/{id}/registrations"))
        .problem(403, "forbidden");
    app.reporter()
        .get(&format!("/registrations/{made}"))
        .problem(403, "forbidden");
}

#[test]
fn foreign_registrations_are_answered_like_missing_ones() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    let made = app.register(&id, "anna").id();
    let foreign = app.foreign_organiser();
    let missing = "01900000-0000-7000-8000-000000000000";
    for (other, nothing) in [
        (format!("/registrations/{made}"), format!("/registrations/{missing}")),
        (
            format!("/seminars/{id}/registrations"),
            format!("/seminars/{missing}/registrations"),
        ),
    ] {
        let (other, nothing) = (foreign.get(&other), foreign.get(&nothing));
        other.problem(404, "not-found");
        assert_eq!(other.but_for_the_request(), nothing.but_for_the_request());
    }
    let cancel = |id: &str| foreign.act(&format!("/registrations/{id}/cancel"), "\"1-x\"", &json!({}));
    assert_eq!(
        cancel(&made).but_for_the_request(),
        cancel(missing).but_for_the_request()
    );
}

#[test]
fn moving_online_takes_people_along_as_far_as_there_are_seats() {
    let app = TestApp::spawn();
    let id = app.seminar(3);
    for name in ["anna", "berta", "carla", "dora"] {
        app.register(&id, name).expect(201);
    }
    let path = format!("/seminars/{id}");
    let online = json!({"reason_code": "weather", "capacity": 2, "move_registrations": true});
    let moved = app
        .organiser()
        .act(&format!("{path}/move-online"), &app.etag(&path), &online)
        .expect(200);
    assert_eq!(
        moved["channels"],
        json!([{"channel": "online", "capacity": 2, "free_seats": 0, "waiting": 2}])
    );
    assert_eq!(
        states(&app, &id),
        pairs(&[
            ("anna", "confirmed"),
            ("berta", "confirmed"),
            ("carla", "waitlisted"),
            ("dora", "waitlisted")
        ])
    );
    cancel(&app, &id, "anna").expect(200);
    assert_eq!(states(&app, &id)[2], ("carla".to_owned(), "offered".to_owned()));
}

#[test]
fn moving_online_without_people_leaves_their_registrations() {
    let app = TestApp::spawn();
    let id = app.seminar(3);
    app.register(&id, "anna").expect(201);
    let path = format!("/seminars/{id}");
    let online = json!({"reason_code": "weather", "capacity": null});
    let moved = app
        .organiser()
        .act(&format!("{path}/move-online"), &app.etag(&path), &online)
        .expect(200);
    assert_eq!(
        moved["channels"],
        json!([{"channel": "online", "capacity": null, "free_seats": null, "waiting": 0}])
    );
    let list = app.organiser().get(&format!("{path}/registrations")).expect(200);
    assert_eq!(list["data"][0]["channel"], "onsite");
    app.register(&id, "berta").problem(409, "channel-unavailable");
    cancel(&app, &id, "anna").expect(200);
}

#[test]
fn the_same_key_registers_once() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    let path = format!("/seminars/{id}/registrations");
    let first = app.anonymous().post_with_key(&path, "key-1", &person("anna"));
    let again = app.anonymous().post_with_key(&path, "key-1", &person("anna"));
    assert_eq!(first.text, again.text);
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(
        (
            first.header("idempotency-replayed"),
            again.header("idempotency-replayed")
        ),
        ("", "true")
    );
    app.anonymous()
        .post_with_key(&path, "key-1", &person("berta"))
        .problem(422, "idempotency-key-reused");
    assert_eq!(states(&app, &id).len(), 1);
    app.clock.advance(Duration::hours(25));
    assert_eq!(
        app.anonymous()
            .post_with_key(&path, "key-1", &person("berta"))
            .header("idempotency-replayed"),
        ""
    );
}

#[test]
fn nobody_moves_up_to_what_does_not_take_place() {
    let app = TestApp::spawn();
    let id = app.seminar(1);
    app.register(&id, "anna").expect(201);
    app.register(&id, "berta").expect(201);
    let path = format!("/seminars/{id}");
    let reason = json!({"reason_code": "other"});
    app.organiser()
        .act(&format!("{path}/cancel"), &app.etag(&path), &reason)
        .expect(200);
    cancel(&app, &id, "anna").expect(200);
    assert_eq!(
        states(&app, &id),
        pairs(&[("anna", "cancelled"), ("berta", "waitlisted")])
    );
}

#[test]
fn a_channel_goes_when_nobody_has_a_seat_in_it() {
    let app = TestApp::spawn();
    let mut body = draft_body(5);
    body["channels"] = json!([{"channel": "onsite", "capacity": 5}, {"channel": "online", "capacity": 5}]);
    let id = app.published(&body);
    let path = format!("/seminars/{id}");
    app.register(&id, "anna").expect(201);
    let online = json!({"channels": [{"channel": "online", "capacity": 5}]});
    app.organiser()
        .patch(&path, &app.etag(&path), &online)
        .problem(409, "channel-in-use");
    cancel(&app, &id, "anna").expect(200);
    let changed = app.organiser().patch(&path, &app.etag(&path), &online).expect(200);
    assert_eq!(changed["attendance_mode"], "online");
    app.register(&id, "anna").problem(409, "channel-unavailable");
}
