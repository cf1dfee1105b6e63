//! Where the organiser chooses, people apply.

use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, draft_with, person};

fn selection(app: &TestApp, seats: i32) -> String {
    app.published(&draft_with(seats, json!({"admission": "selection"})))
}

fn decide(app: &TestApp, registration: &str, decision: &str) -> Answer {
    app.act(&format!("/registrations/{registration}"), decision, &json!({}))
}

fn decide_all(app: &TestApp, seminar: &str, decisions: &[(&str, &str)], notify: bool) -> Answer {
    let decisions = decisions
        .iter()
        .map(|(registration, decision)| json!({"registration": registration, "decision": decision}));
    let body = json!({"decisions": decisions.collect::<Vec<_>>(), "notify": notify});
    app.organiser().post(&format!("/seminars/{seminar}/decisions"), &body)
}

fn pointers(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().unwrap().iter();
    errors.map(|error| error["pointer"].as_str().unwrap()).collect()
}

fn review(client: &Client, registration: &str, body: &Value) -> Answer {
    let path = format!("/registrations/{registration}/review");
    client.send("PUT", &path, &[], Some(body.to_string().as_bytes()))
}

#[test]
fn who_applies_takes_no_seat_and_waits_for_a_decision() {
    let app = TestApp::spawn();
    let id = selection(&app, 1);
    let [anna, berta] = app.registered(&id, ["anna", "berta"]);
    assert_eq!(app.states(&[anna.clone(), berta]), ["applied", "applied"]);
    assert_eq!(app.free_seats(&id), 1);
    assert_eq!(app.mails_to("anna@example.org"), ["applied"]);
    app.tick();
    let own = app
        .registrant(&anna, "anna@example.org")
        .get(&format!("/registrations/{anna}"));
    assert_eq!(own.expect(200)["actions"], json!(["change", "cancel"]));
    let withdrawn = app.press(&anna, "anna", "cancel").expect(200);
    assert_eq!(withdrawn["state"], "cancelled");
    assert_eq!(app.free_seats(&id), 1);
}

#[test]
fn reviewers_speak_for_themselves_and_the_applicant_hears_nothing_of_it() {
    let app = TestApp::spawn();
    let id = selection(&app, 5);
    let [anna, berta, carla] = app.registered(&id, ["anna", "berta", "carla"]);
    decide(&app, &carla, "reject").expect(200);
    review(&app.organiser(), &anna, &json!({"score": 2})).expect(200);
    review(&app.organiser(), &anna, &json!({"score": 8, "note": "Passt gut"})).expect(200);
    review(&app.admin(), &anna, &json!({"score": 5})).expect(200);
    review(&app.admin(), &berta, &json!({"note": "Rückfrage"})).expect(200);

    let list = app.organiser().get(&format!("/seminars/{id}/applications")).expect(200);
    let list = list["data"].as_array().unwrap();
    let of = |application: &Value| application["registration"]["given_name"].clone();
    assert_eq!(list.iter().map(of).collect::<Vec<_>>(), ["anna", "berta"]);
    assert_eq!((&list[0]["score"], &list[1]["score"]), (&json!(6.5), &Value::Null));
    let reviews = list[0]["reviews"].as_array().unwrap();
    let account = |name: &str| json!(app.account(name));
    let said = |name: &str| reviews.iter().find(|one| one["account"] == account(name)).unwrap();
    assert_eq!(
        (&said("organiser")["score"], &said("organiser")["note"]),
        (&json!(8), &json!("Passt gut"))
    );
    assert_eq!((&said("admin")["score"], reviews.len()), (&json!(5), 2));

    let own = app
        .registrant(&anna, "anna@example.org")
        .get(&format!("/registrations/{anna}"));
    assert!(
        !own.text.contains("Passt gut") && !own.text.contains("score"),
        "{}",
        own.text
    );
    for client in [app.front_desk(), app.reporter()] {
        client
            .get(&format!("/seminars/{id}/applications"))
            .problem(403, "forbidden");
        review(&client, &anna, &json!({"score": 1})).problem(403, "forbidden");
    }
    review(&app.foreign_organiser(), &anna, &json!({"score": 1})).problem(404, "not-found");
    for wrong in [json!({"score": 11}), json!({"score": -1}), json!({})] {
        assert_eq!(review(&app.organiser(), &anna, &wrong).invalid(), ["/score"], "{wrong}");
    }
}

#[test]
fn each_decision_is_told_in_one_mail() {
    let app = TestApp::spawn();
    let id = selection(&app, 5);
    let all = app.registered(&id, ["anna", "berta", "carla"]);
    for ((one, decision), state) in
        all.iter()
            .zip(["accept", "reserve", "reject"])
            .zip(["confirmed", "waitlisted", "rejected"])
    {
        let path = format!("/registrations/{one}");
        let unseen = app.organiser().post(&format!("{path}/{decision}"), &json!({}));
        unseen.problem(428, "precondition-required");
        let stale = app
            .organiser()
            .act(&format!("{path}/{decision}"), "\"0-x\"", &json!({}));
        stale.problem(412, "precondition-failed");
        assert_eq!(decide(&app, one, decision).expect(200)["state"], state);
        decide(&app, one, decision).problem(409, "transition-not-allowed");
    }
    assert_eq!(app.mails_to("anna@example.org"), ["applied", "confirmed"]);
    assert_eq!(app.mails_to("berta@example.org"), ["applied", "waitlisted"]);
    assert_eq!(app.mails_to("carla@example.org"), ["applied", "rejected"]);
    let reserved = app.mails().into_iter().find(|mail| mail.kind == "waitlisted").unwrap();
    assert_eq!(reserved.data["registration"]["waitlist_position"], 1);
    decide(&app, &all[2], "accept").problem(409, "transition-not-allowed");
}

#[test]
fn who_shall_not_be_told_is_not() {
    let app = TestApp::spawn();
    let id = selection(&app, 5);
    let all = app.registered(&id, ["anna", "berta", "carla", "dora"]);
    let quiet = json!({"notify": false});
    for (one, decision) in all.iter().zip(["accept", "reserve", "reject"]) {
        app.act(&format!("/registrations/{one}"), decision, &quiet).expect(200);
    }
    decide_all(&app, &id, &[(&all[3], "accept")], false).expect(200);
    assert_eq!(app.states(&all), ["confirmed", "waitlisted", "rejected", "confirmed"]);
    let kinds = app.mails().into_iter().map(|mail| mail.kind).collect::<Vec<_>>();
    assert_eq!(kinds, ["applied"; 4]);
}

#[test]
fn nobody_is_accepted_without_a_free_seat() {
    let app = TestApp::spawn();
    let id = selection(&app, 1);
    let [anna, berta] = app.registered(&id, ["anna", "berta"]);
    decide(&app, &anna, "accept").expect(200);
    decide(&app, &berta, "accept").problem(409, "seminar-full");
    assert_eq!(app.state(&berta), "applied");
    assert_eq!(app.mails_to("berta@example.org"), ["applied"]);
    app.press(&anna, "anna", "cancel").expect(200);
    assert_eq!(decide(&app, &berta, "accept").expect(200)["state"], "confirmed");
}

#[test]
fn the_reserve_is_offered_the_next_free_seat_in_order() {
    let app = TestApp::spawn();
    let id = selection(&app, 1);
    let [anna, berta, carla, dora] = app.registered(&id, ["anna", "berta", "carla", "dora"]);
    decide(&app, &anna, "accept").expect(200);
    decide(&app, &carla, "reserve").expect(200);
    decide(&app, &berta, "reserve").expect(200);
    decide(&app, &dora, "reject").expect(200);
    assert_eq!(app.seen(&berta)["waitlist_position"], 2);
    app.press(&anna, "anna", "cancel").expect(200);
    let all = [berta.clone(), carla.clone(), dora];
    assert_eq!(app.states(&all), ["waitlisted", "offered", "rejected"]);
    assert_eq!(
        app.press(&carla, "carla", "accept-offer").expect(200)["state"],
        "confirmed"
    );
    // Out of turn, where the organiser finds a seat for somebody.
    decide(&app, &berta, "accept").problem(409, "seminar-full");
    assert_eq!(decide(&app, &berta, "reject").expect(200)["state"], "rejected");
    assert_eq!(app.mails_to("berta@example.org"), ["applied", "waitlisted", "rejected"]);
}

#[test]
fn the_reserve_waits_until_everybody_is_decided_on() {
    let app = TestApp::spawn();
    let id = selection(&app, 2);
    let [anna, berta, carla] = app.registered(&id, ["anna", "berta", "carla"]);
    decide(&app, &anna, "reserve").expect(200);
    app.tick();
    assert_eq!(
        app.state(&anna),
        "waitlisted",
        "two seats are free, and two are undecided"
    );
    decide(&app, &berta, "accept").expect(200);
    decide(&app, &carla, "reject").expect(200);
    app.tick();
    assert_eq!(app.states(&[anna, berta, carla]), ["offered", "confirmed", "rejected"]);
}

#[test]
fn decisions_are_taken_all_or_none() {
    let app = TestApp::spawn();
    let id = selection(&app, 1);
    let all = app.registered(&id, ["anna", "berta", "carla"]);
    let [anna, berta, carla] = all.each_ref().map(String::as_str);
    let many = decide_all(
        &app,
        &id,
        &[(anna, "accept"), (berta, "reject"), (carla, "accept")],
        true,
    );
    assert_eq!(
        pointers(&many.problem(409, "transition-not-allowed")),
        ["/decisions/2"],
        "there is one seat"
    );
    assert_eq!(app.states(&all), ["applied"; 3]);
    assert_eq!(app.mails().len(), 3, "nobody was told anything");

    let other = selection(&app, 1);
    let [elsewhere] = app.registered(&other, ["dora"]);
    let twice = [
        (elsewhere.as_str(), "accept"),
        (anna, "reserve"),
        (anna, "accept"),
        (anna, "reject"),
    ];
    let refused = decide_all(&app, &id, &twice, true).problem(409, "transition-not-allowed");
    assert_eq!(pointers(&refused), ["/decisions/0/registration", "/decisions/3"]);
    assert_eq!(app.state(anna), "applied");

    let done = decide_all(
        &app,
        &id,
        &[(berta, "reject"), (anna, "accept"), (carla, "reserve")],
        true,
    );
    let states = done.expect(200)["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["state"].clone())
        .collect::<Vec<_>>();
    assert_eq!(states, ["rejected", "confirmed", "waitlisted"]);
    assert_eq!(app.mails_to("anna@example.org"), ["applied", "confirmed"]);
    assert_eq!(decide_all(&app, &id, &[], true).invalid(), ["/decisions"]);
}

#[test]
fn where_companies_are_counted_three_persons_of_one_take_one_seat() {
    let app = TestApp::spawn();
    let id = app.published(&draft_with(1, json!({"capacity_unit": "companies"})));
    let path = format!("/seminars/{id}/registrations");
    let of = |name: &str, company: &str| {
        let mut body = person(name);
        body["company"] = company.into();
        body["further_persons"] = 2.into();
        body
    };
    assert_eq!(app.anonymous().post(&path, &person("anna")).invalid(), ["/company"]);
    let made = app.anonymous().post(&path, &of("anna", "Printenfabrik"));
    assert_eq!(made.expect(201)["state"], "confirmed");
    assert_eq!(app.seen(&made.id())["persons"], 3);
    assert_eq!(app.free_seats(&id), 0);
    let next = app.anonymous().post(&path, &of("berta", "Nadelfabrik"));
    assert_eq!(next.expect(201)["state"], "waitlisted");
    let registered = app.reporter().get(&format!("/seminars/{id}/attendance")).expect(200)["registered"].clone();
    assert_eq!(registered["onsite"], 3, "people are counted, not companies");

    let registration = format!("/registrations/{}", made.id());
    let without = app
        .organiser()
        .patch(&registration, &app.etag(&registration), &json!({"company": null}));
    assert_eq!(without.invalid(), ["/company"]);
}

#[test]
fn what_applications_rest_on_stays_while_there_are_any() {
    let app = TestApp::spawn();
    let id = selection(&app, 5);
    let [anna] = app.registered(&id, ["anna"]);
    let path = format!("/seminars/{id}");
    let patch = |body: Value| app.organiser().patch(&path, &app.etag(&path), &body);
    for (body, places) in [
        (json!({"admission": "first_come"}), vec!["/admission"]),
        (json!({"capacity_unit": "companies"}), vec!["/capacity_unit"]),
    ] {
        let refused = patch(body.clone()).problem(409, "transition-not-allowed");
        assert_eq!(pointers(&refused), places, "{body}");
    }
    patch(json!({"admission": "selection", "capacity_unit": "persons"})).expect(200);
    app.press(&anna, "anna", "cancel").expect(200);
    patch(json!({"admission": "first_come", "capacity_unit": "companies"})).expect(200);
}

#[test]
fn where_seats_are_first_come_nobody_is_chosen() {
    let app = TestApp::spawn();
    let id = app.seminar(1);
    let [_, berta] = app.registered(&id, ["anna", "berta"]);
    for decision in ["accept", "reserve", "reject"] {
        decide(&app, &berta, decision).problem(409, "transition-not-allowed");
        let refused = decide_all(&app, &id, &[(&berta, decision)], true);
        let refused = refused.problem(409, "transition-not-allowed");
        assert_eq!(pointers(&refused), ["/decisions/0"]);
    }
    assert_eq!(app.state(&berta), "waitlisted");
}
