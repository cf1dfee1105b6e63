//! A freed seat is offered to those who wait, in their order, each seat to one person at a time.

use chrono::Duration;
use einlass::registrations::keep_time;
use serde_json::{Value, json};

use crate::support::{TestApp, draft_with, person};

/// How many hold a seat: confirmed, pending or offered.
fn seats_held(app: &TestApp, seminar: &str) -> i64 {
    let list = app
        .organiser()
        .get(&format!("/seminars/{seminar}/registrations?limit=100"))
        .expect(200);
    let holding = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| ["pending", "confirmed", "offered"].contains(&one["state"].as_str().unwrap()));
    holding.map(|one| one["persons"].as_i64().unwrap()).sum()
}

fn group(app: &TestApp, seminar: &str, name: &str, persons: i64) -> String {
    let mut body = person(name);
    body["further_persons"] = json!(persons - 1);
    app.anonymous()
        .post(&format!("/seminars/{seminar}/registrations"), &body)
        .id()
}

fn give_up(app: &TestApp, registration: &str, name: &str) {
    app.press(registration, name, "cancel").expect(200);
}

fn raise(app: &TestApp, seminar: &str, capacity: i32) {
    let path = format!("/seminars/{seminar}");
    let patch = json!({"channels": [{"channel": "onsite", "capacity": capacity}]});
    app.organiser().patch(&path, &app.etag(&path), &patch).expect(200);
}

#[test]
fn the_first_who_waits_has_a_day_to_take_a_seat_that_was_given_up() {
    let app = TestApp::spawn();
    let id = app.seminar(1);
    let [anna, berta, carla] = app.registered(&id, ["anna", "berta", "carla"]);
    give_up(&app, &anna, "anna");
    let offered = app
        .registrant(&berta, "berta@example.org")
        .get(&format!("/registrations/{berta}"));
    let offered = offered.expect(200);
    assert_eq!(
        (&offered["state"], &offered["offered_until"], &offered["actions"]),
        (
            &json!("offered"),
            &json!("2027-01-05T08:00:00Z"),
            &json!(["accept_offer", "change", "cancel"])
        )
    );
    let mail = app.mails().into_iter().find(|mail| mail.kind == "offered").unwrap();
    assert_eq!(mail.recipient, "berta@example.org");
    assert_eq!(mail.data["registration"]["offered_until"], "2027-01-05T08:00:00Z");
    assert_eq!(app.seen(&carla)["waitlist_position"], 1, "who waits moves up");

    let taken = app.press(&berta, "berta", "accept-offer").expect(200);
    assert_eq!(
        (&taken["state"], &taken["offered_until"]),
        (&json!("confirmed"), &Value::Null)
    );
    app.later(Duration::days(3));
    assert_eq!(
        app.press(&berta, "berta", "accept-offer").expect(200)["state"],
        "confirmed"
    );
    assert_eq!(
        app.mails_to("berta@example.org"),
        ["waitlisted", "offered", "confirmed"]
    );
    assert_eq!(app.mails_to("carla@example.org"), ["waitlisted"]);
}

#[test]
fn an_offer_that_is_not_taken_goes_to_the_next() {
    let app = TestApp::spawn();
    let id = app.seminar(1);
    let [anna, berta, carla] = app.registered(&id, ["anna", "berta", "carla"]);
    give_up(&app, &anna, "anna");
    app.clock.advance(Duration::hours(24));
    app.press(&berta, "berta", "accept-offer")
        .problem(409, "deadline-passed");
    assert_eq!(app.states(&[berta.clone(), carla.clone()]), ["offered", "waitlisted"]);
    assert_eq!(app.tick().expired, 1);
    assert_eq!(app.states(&[berta.clone(), carla.clone()]), ["expired", "offered"]);
    assert_eq!(app.mails_to("berta@example.org"), ["waitlisted", "offered", "expired"]);
    assert_eq!(app.seen(&carla)["offered_until"], "2027-01-06T08:00:00Z");
    app.press(&berta, "berta", "accept-offer")
        .problem(409, "transition-not-allowed");
    app.press(&carla, "carla", "confirm")
        .problem(409, "transition-not-allowed");
    app.press(&carla, "carla", "accept-offer").expect(200);
}

#[test]
fn the_seminar_says_how_long_and_near_the_start_it_is_half_of_what_is_left() {
    let app = TestApp::spawn();
    for (now, offer_hours, until) in [
        ("2027-01-04T08:00:00Z", 3, json!("2027-01-04T11:00:00Z")),
        ("2027-05-06T06:00:00Z", 24, json!("2027-05-06T11:00:00Z")),
        ("2027-05-06T15:10:00Z", 24, json!("2027-05-06T15:40:00Z")),
        ("2027-05-06T15:40:00Z", 24, json!("2027-05-06T16:00:00Z")),
    ] {
        let id = app.published(&draft_with(1, json!({"offer_hours": offer_hours})));
        let [anna, berta] = app.registered(&id, ["anna", "berta"]);
        app.at(now);
        give_up(&app, &anna, "anna");
        assert_eq!(app.seen(&berta)["offered_until"], until, "{now}");
    }
}

#[test]
fn people_may_cancel_until_it_begins() {
    let app = TestApp::spawn();
    let id = app.seminar(2);
    let [anna, berta] = app.registered(&id, ["anna", "berta"]);
    app.at("2027-05-06T15:59:59Z");
    app.press(&anna, "anna", "cancel").expect(200);
    app.at("2027-05-06T16:00:00Z");
    app.press(&berta, "berta", "cancel").problem(409, "registration-closed");
    assert_eq!(app.states(&[anna, berta]), ["cancelled", "confirmed"]);
}

#[test]
fn after_the_start_nothing_is_offered() {
    let app = TestApp::spawn();
    let id = app.seminar(1);
    let [anna, berta] = app.registered(&id, ["anna", "berta"]);
    app.at("2027-05-06T16:00:00Z");
    // What has begun is a record: the organiser sets it right.
    let path = format!("/registrations/{anna}");
    app.organiser()
        .act(&format!("{path}/cancel"), &app.etag(&path), &json!({}))
        .expect(200);
    app.tick();
    assert_eq!(app.states(&[anna, berta]), ["cancelled", "waitlisted"]);
}

#[test]
fn a_preview_of_more_seats_says_who_would_be_offered_one() {
    let app = TestApp::spawn();
    let id = app.seminar(1);
    let [anna, berta] = app.registered(&id, ["anna", "berta"]);
    let path = format!("/seminars/{id}");
    let raised = json!({"channels": [{"channel": "onsite", "capacity": 2}]});
    let asked = |query: &str| {
        let changed = app
            .organiser()
            .patch(&format!("{path}{query}"), &app.etag(&path), &raised);
        let told = changed.expect(200)["concerned"]["told"].clone();
        let told = told.as_array().unwrap().clone();
        told.into_iter()
            .map(|one| (one["registration"].clone(), one["mail"].clone()))
            .collect::<Vec<_>>()
    };
    let expected = [(json!(berta), json!("offered"))];
    assert_eq!(asked("?dry_run=true"), expected);
    assert_eq!(app.states(&[anna, berta.clone()]), ["confirmed", "waitlisted"]);
    assert_eq!(asked(""), expected);
    assert_eq!(app.state(&berta), "offered");
}

#[test]
fn more_seats_are_offered_at_once() {
    let app = TestApp::spawn();
    let id = app.seminar(1);
    let waiting = app.registered(&id, ["anna", "berta", "carla", "dora"]);
    raise(&app, &id, 3);
    assert_eq!(app.states(&waiting), ["confirmed", "offered", "offered", "waitlisted"]);
    assert_eq!(app.tick().offered, 0);
}

#[test]
fn seats_of_another_channel_are_offered_to_those_who_move_there() {
    let app = TestApp::spawn();
    let id = app.seminar(1);
    let moving = app.registered(&id, ["anna", "berta", "carla"]);
    let online = json!({"reason_code": "weather", "capacity": 2, "move_registrations": true});
    app.act(&format!("/seminars/{id}"), "move-online", &online).expect(200);
    assert_eq!(app.states(&moving), ["confirmed", "offered", "waitlisted"]);
    assert_eq!(
        app.mails_to("berta@example.org"),
        ["waitlisted", "seminar_moved", "offered"]
    );
}

#[test]
fn each_seat_is_offered_to_one_person_at_a_time() {
    let app = TestApp::spawn();
    let id = app.published(&draft_with(2, json!({"confirmation": "email"})));
    let all = app.registered(&id, ["anna", "berta", "carla", "dora", "emma", "frieda", "greta"]);
    // Day by day the deadlines pass, and the two seats go to the next two of the five who wait.
    for held in [2, 2, 1, 0] {
        app.later(Duration::hours(24));
        assert_eq!(app.tick().offered, 0, "two rounds offer nothing twice");
        assert_eq!(seats_held(&app, &id), held);
    }
    assert_eq!(app.states(&all), ["expired"; 7]);
    let offers = app.mails().into_iter().filter(|mail| mail.kind == "offered").count();
    assert_eq!(offers, 5);
}

#[test]
fn a_newcomer_takes_no_seat_that_is_offered_or_waited_for() {
    let app = TestApp::spawn();
    let id = app.seminar(1);
    let [anna, berta] = app.registered(&id, ["anna", "berta"]);
    give_up(&app, &anna, "anna");
    let newcomer = app.register(&id, "carla").expect(201);
    assert_eq!(
        (&newcomer["state"], &newcomer["waitlist_position"]),
        (&json!("waitlisted"), &json!(1))
    );
    assert_eq!(app.state(&berta), "offered");

    let id = app.seminar(3);
    app.registered(&id, ["anna", "berta"]);
    assert_eq!(app.state(&group(&app, &id, "dora", 2)), "waitlisted");
    assert_eq!(app.free_seats(&id), 0, "what somebody waits for is nobody else's");
    let newcomer = app.register(&id, "carla").expect(201);
    assert_eq!(newcomer["waitlist_position"], 2);
}

#[test]
fn a_group_holds_up_the_list_for_a_day_and_is_passed_after_it() {
    let app = TestApp::spawn();
    let id = app.seminar(3);
    let [anna, berta, carla] = app.registered(&id, ["anna", "berta", "carla"]);
    let three = group(&app, &id, "dora", 3);
    let [emma, frieda, greta] = app.registered(&id, ["emma", "frieda", "greta"]);
    give_up(&app, &anna, "anna");
    give_up(&app, &berta, "berta");
    let waiting = [three.clone(), emma.clone(), frieda.clone(), greta.clone()];
    app.later(Duration::hours(24) - Duration::seconds(1));
    assert_eq!(app.states(&waiting), ["waitlisted"; 4], "two seats are saved up");

    assert_eq!(app.later(Duration::seconds(1)).offered, 2);
    assert_eq!(app.tick().offered, 0);
    assert_eq!(app.states(&waiting), ["waitlisted", "offered", "offered", "waitlisted"]);
    assert_eq!(app.seen(&three)["waitlist_position"], 1, "it keeps its place");
    assert_eq!(app.mails_to("emma@example.org"), ["waitlisted", "offered"]);

    // All three seats are free at once: they are the group's, not the single person's behind it.
    app.press(&emma, "emma", "accept-offer").expect(200);
    let path = format!("/seminars/{id}");
    app.act(&path, "postpone", &json!({"reason_code": "other"})).expect(200);
    for (one, name) in [(&carla, "carla"), (&emma, "emma"), (&frieda, "frieda")] {
        give_up(&app, one, name);
    }
    let sessions = json!([{"starts_at": "2027-06-10T18:00"}]);
    app.act(
        &path,
        "reschedule",
        &json!({"reason_code": "other", "sessions": sessions}),
    )
    .expect(200);
    assert_eq!(app.states(&[three, greta]), ["offered", "waitlisted"]);
    assert_eq!(seats_held(&app, &id), 3);
}

#[test]
fn seats_behind_a_group_that_was_passed_are_a_newcomers_also_where_the_list_is_full() {
    let app = TestApp::spawn();
    let id = app.published(&draft_with(3, json!({"waiting_list_limit": 1})));
    let [anna, _, _] = app.registered(&id, ["anna", "berta", "carla"]);
    group(&app, &id, "dora", 2);
    app.register(&id, "emma").problem(409, "seminar-full");
    give_up(&app, &anna, "anna");
    app.later(Duration::hours(24));
    let frieda = app.register(&id, "frieda");
    assert_eq!(frieda.expect(201)["state"], "waitlisted");
    app.tick();
    assert_eq!(app.state(&frieda.id()), "offered");
}

#[test]
fn nobody_is_offered_anything_while_there_is_no_date() {
    let app = TestApp::spawn();
    let id = app.seminar(1);
    let [anna, berta] = app.registered(&id, ["anna", "berta"]);
    let path = format!("/seminars/{id}");
    app.act(&path, "postpone", &json!({"reason_code": "speaker"}))
        .expect(200);
    give_up(&app, &anna, "anna");
    assert_eq!(app.tick().offered, 0);
    assert_eq!(app.state(&berta), "waitlisted");
    let sessions = json!([{"starts_at": "2027-06-10T18:00"}]);
    app.act(
        &path,
        "reschedule",
        &json!({"reason_code": "speaker", "sessions": sessions}),
    )
    .expect(200);
    assert_eq!(app.state(&berta), "offered");
}

#[test]
fn nobody_is_offered_anything_of_what_is_cancelled() {
    let app = TestApp::spawn();
    let id = app.seminar(1);
    let [anna, berta, carla] = app.registered(&id, ["anna", "berta", "carla"]);
    give_up(&app, &anna, "anna");
    app.act(&format!("/seminars/{id}"), "cancel", &json!({"reason_code": "other"}))
        .expect(200);
    app.press(&berta, "berta", "accept-offer")
        .problem(409, "seminar-cancelled");
    app.later(Duration::hours(24));
    assert_eq!(app.states(&[berta, carla]), ["expired", "waitlisted"]);
    assert_eq!(
        app.mails_to("berta@example.org"),
        ["waitlisted", "offered", "seminar_cancelled"],
        "that the offer lapsed is no news any more"
    );
}

#[test]
fn leaving_the_waiting_list_frees_no_seat() {
    let app = TestApp::spawn();
    let id = app.seminar(1);
    let [anna, berta, carla] = app.registered(&id, ["anna", "berta", "carla"]);
    give_up(&app, &berta, "berta");
    app.tick();
    assert_eq!(app.states(&[anna, carla.clone()]), ["confirmed", "waitlisted"]);
    assert_eq!(app.seen(&carla)["waitlist_position"], 1);
}

#[test]
fn two_instances_that_look_at_the_clock_at_once_do_nothing_twice() {
    let app = TestApp::spawn();
    let id = app.published(&draft_with(4, json!({"confirmation": "email"})));
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let all = app.registered(&id, names);
    app.clock.advance(Duration::hours(24));
    let other = app.database.db(4);
    let rounds = std::thread::scope(|scope| {
        let instances = [&app.site.db, &other].map(|db| scope.spawn(|| keep_time(db, app.clock.now()).unwrap()));
        instances.map(|one| one.join().unwrap())
    });
    assert_eq!(rounds[0].expired + rounds[1].expired, 4);
    let states = app.states(&all);
    assert_eq!(states[..4], ["expired"; 4]);
    assert_eq!(states[4..8], ["offered"; 4]);
    assert_eq!(states[8..], ["waitlisted"; 2]);
    let mails = app.mails();
    for (kind, times) in [("expired", 4), ("offered", 4)] {
        assert_eq!(mails.iter().filter(|mail| mail.kind == kind).count(), times, "{kind}");
    }
    assert_eq!(seats_held(&app, &id), 4);
}
