//! Somebody brings others along, by name or only as a number: each is a seat.

use serde_json::{Value, json};

use crate::support::{Answer, TestApp, draft_with, person};

fn bringing(name: &str, companions: &[&str], further: i32) -> Value {
    let mut body = person(name);
    body["companions"] = named(companions);
    body["further_persons"] = further.into();
    body
}

fn named(companions: &[&str]) -> Value {
    let companion = |name: &&str| json!({"given_name": name, "family_name": "Çelik"});
    companions.iter().map(companion).collect()
}

fn register(app: &TestApp, seminar: &str, body: &Value) -> Answer {
    app.anonymous()
        .post(&format!("/seminars/{seminar}/registrations"), body)
}

/// A change by the person, who has the mail.
fn change(app: &TestApp, registration: &str, name: &str, patch: &Value) -> Answer {
    let own = app.registrant(registration, &format!("{name}@example.org"));
    let path = format!("/registrations/{registration}");
    own.send("PATCH", &path, &[], Some(patch.to_string().as_bytes()))
}

fn found(app: &TestApp, seminar: &str, q: &str) -> usize {
    let list = app
        .organiser()
        .get(&format!("/seminars/{seminar}/registrations?q={q}"))
        .expect(200);
    list["data"].as_array().unwrap().len()
}

#[test]
fn everybody_who_comes_takes_a_seat() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    let made = register(&app, &id, &bringing("anna", &["Berta", "Carla"], 1)).id();
    let seen = app.seen(&made);
    assert_eq!(
        (&seen["persons"], &seen["further_persons"], &seen["companions"]),
        (&json!(4), &json!(1), &named(&["Berta", "Carla"]))
    );
    assert_eq!(app.free_seats(&id), 1);
    assert_eq!(app.mails()[0].data["registration"]["persons"], 4);
    let two = register(&app, &id, &bringing("dora", &["Emma"], 0)).expect(201);
    assert_eq!(two["state"], "waitlisted", "one seat is no use to two");
}

#[test]
fn the_seminar_says_how_many_one_may_bring() {
    let app = TestApp::spawn();
    let id = app.published(&draft_with(9, json!({"max_persons": 3})));
    let refused = |companions: &[&str], further| register(&app, &id, &bringing("anna", companions, further)).invalid();
    assert_eq!(refused(&[], 3), ["/further_persons"]);
    assert_eq!(refused(&["Berta", "Carla", "Dora"], 0), ["/companions"]);
    assert_eq!(refused(&["Berta", "Carla"], 1), ["/further_persons"]);
    assert_eq!(refused(&["Berta"], -1), ["/further_persons"]);
    let made = register(&app, &id, &bringing("anna", &["Berta"], 1)).id();
    let four = change(&app, &made, "anna", &json!({"further_persons": 2}));
    assert_eq!(four.invalid(), ["/further_persons"]);
    let four = change(&app, &made, "anna", &json!({"companions": named(&["Berta", "Carla"])}));
    assert_eq!(four.invalid(), ["/companions"]);
    assert_eq!(app.free_seats(&id), 6);
}

#[test]
fn fewer_persons_give_their_seats_to_those_who_wait() {
    let app = TestApp::spawn();
    let id = app.seminar(3);
    let anna = register(&app, &id, &bringing("anna", &["Berta"], 1)).id();
    let waiting = app.registered(&id, ["carla", "dora", "emma"]);
    let one_less = change(&app, &anna, "anna", &json!({"further_persons": 0})).expect(200);
    assert_eq!(
        (&one_less["persons"], &one_less["state"]),
        (&json!(2), &json!("confirmed"))
    );
    assert_eq!(app.states(&waiting), ["offered", "waitlisted", "waitlisted"]);
    change(&app, &anna, "anna", &json!({"companions": []})).expect(200);
    assert_eq!(app.states(&waiting), ["offered", "offered", "waitlisted"]);
    assert_eq!(app.mails_to("anna@example.org"), ["confirmed", "changed", "changed"]);
    assert_eq!(app.mails_to("carla@example.org"), ["waitlisted", "offered"]);
}

#[test]
fn more_persons_need_free_seats_that_nobody_waits_for() {
    let app = TestApp::spawn();
    let id = app.seminar(4);
    let [anna, _] = app.registered(&id, ["anna", "berta"]);
    change(&app, &anna, "anna", &json!({"further_persons": 3})).problem(409, "seminar-full");
    assert_eq!(app.seen(&anna)["persons"], 1);
    change(&app, &anna, "anna", &json!({"further_persons": 1})).expect(200);
    assert_eq!(app.free_seats(&id), 1);
    let two = register(&app, &id, &bringing("carla", &["Dora"], 0)).expect(201);
    assert_eq!(two["state"], "waitlisted");
    change(&app, &anna, "anna", &json!({"further_persons": 2})).problem(409, "seminar-full");
    let path = format!("/registrations/{anna}");
    let by_organiser = app
        .organiser()
        .patch(&path, &app.etag(&path), &json!({"further_persons": 2}));
    by_organiser.problem(409, "seminar-full");
    // Another companion instead of the one without a name needs no further seat.
    let swapped = json!({"companions": named(&["Emma"]), "further_persons": 0});
    assert_eq!(change(&app, &anna, "anna", &swapped).expect(200)["persons"], 2);
}

#[test]
fn who_cancels_cancels_for_all() {
    let app = TestApp::spawn();
    let id = app.seminar(3);
    let anna = register(&app, &id, &bringing("anna", &["Berta"], 1)).id();
    let waiting = app.registered(&id, ["carla", "dora", "emma", "frieda"]);
    app.press(&anna, "anna", "cancel").expect(200);
    assert_eq!(app.states(&waiting), ["offered", "offered", "offered", "waitlisted"]);
    change(&app, &anna, "anna", &json!({"further_persons": 0})).problem(409, "transition-not-allowed");
}

#[test]
fn more_than_all_seats_there_are_would_wait_for_ever() {
    let app = TestApp::spawn();
    let id = app.seminar(2);
    let refused = register(&app, &id, &bringing("anna", &["Berta"], 1)).problem(409, "seminar-full");
    assert_eq!(refused["detail"], "There are 2 seats in all.");
    let [_, _, dora] = app.registered(&id, ["berta", "carla", "dora"]);
    change(&app, &dora, "dora", &json!({"further_persons": 2})).problem(409, "seminar-full");
    let two = change(&app, &dora, "dora", &json!({"further_persons": 1})).expect(200);
    assert_eq!((&two["persons"], &two["waitlist_position"]), (&json!(2), &json!(1)));
}

#[test]
fn the_list_and_the_table_show_who_comes_along() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    register(&app, &id, &bringing("anna", &["Berta", "Carla"], 1)).expect(201);
    let path = format!("/seminars/{id}/registrations");
    for client in [app.organiser(), app.front_desk()] {
        let seen = client.get(&path).expect(200)["data"][0].clone();
        assert_eq!(
            (&seen["persons"], &seen["companions"]),
            (&json!(4), &named(&["Berta", "Carla"]))
        );
    }
    let table = app.organiser().get(&format!("{path}.csv")).text;
    let (head, row) = table.split_once("\r\n").unwrap();
    let column = head.split(';').position(|name| name == "Personen").unwrap();
    let cells = row.trim_end().split(';').collect::<Vec<_>>();
    assert_eq!(cells[column..=column + 1], ["4", "Berta Çelik, Carla Çelik"]);
}

#[test]
fn companions_are_found_by_their_names() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    let anna = register(&app, &id, &bringing("anna", &["Berta"], 0)).id();
    app.register(&id, "dora").expect(201);
    assert_eq!((found(&app, &id, "berta+celik"), found(&app, &id, "zoe")), (1, 0));
    change(&app, &anna, "anna", &json!({"companions": named(&["Zoë"])})).expect(200);
    assert_eq!((found(&app, &id, "berta"), found(&app, &id, "zoe")), (0, 1));
}
