//! A seat is held until the address is confirmed, by whoever has the mail.

use chrono::Duration;
use einlass::base::capability::Purpose;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, draft_body, draft_with, person};

const MISSING: &str = "01900000-0000-7000-8000-000000000000";

/// A seminar that says nothing about confirmation: by mail, which is usual.
fn asking(app: &TestApp, seats: i32) -> String {
    let mut body = draft_body(seats);
    body.as_object_mut().unwrap().remove("confirmation");
    app.published(&body)
}

fn patch_unseen(client: &Client, path: &str, body: &Value) -> Answer {
    client.send("PATCH", path, &[], Some(body.to_string().as_bytes()))
}

#[test]
fn a_seat_is_held_for_a_day_until_the_address_is_confirmed() {
    let app = TestApp::spawn();
    let id = asking(&app, 1);
    let made = app.register(&id, "anna").expect(201);
    assert_eq!(
        (&made["state"], &made["confirm_by"]),
        (&json!("pending"), &json!("2027-01-05T08:00:00Z"))
    );
    assert_eq!(app.free_seats(&id), 0);
    let next = app.register(&id, "berta").expect(201);
    assert_eq!(
        (&next["state"], next.get("confirm_by")),
        (&json!("waitlisted"), None),
        "who has no seat confirms none"
    );
    let mail = &app.mails()[0];
    assert_eq!(
        (mail.kind.as_str(), mail.recipient.as_str()),
        ("confirm_address", "anna@example.org")
    );
    assert_eq!(mail.data["registration"]["confirm_by"], "2027-01-05T08:00:00Z");
    assert_eq!(app.mails_to("berta@example.org"), ["waitlisted"]);
}

#[test]
fn the_seminar_says_how_long_and_near_the_start_it_is_less_but_never_hurried() {
    let app = TestApp::spawn();
    let id = app.published(&draft_with(9, json!({"confirmation": "email", "confirm_hours": 2})));
    for (now, name, by) in [
        ("2027-01-04T08:00:00Z", "anna", "2027-01-04T10:00:00Z"),
        ("2027-05-06T15:00:00Z", "berta", "2027-05-06T16:00:00Z"),
        ("2027-05-06T15:50:00Z", "carla", "2027-05-06T16:20:00Z"),
    ] {
        app.at(now);
        assert_eq!(app.register(&id, name).expect(201)["confirm_by"], by, "{name}");
    }
}

#[test]
fn the_token_confirms_from_the_header_and_from_the_body() {
    let app = TestApp::spawn();
    let id = asking(&app, 5);
    let [anna, berta] = app.registered(&id, ["anna", "berta"]);
    app.clock.advance(Duration::hours(1));
    let by_header = app.press(&anna, "anna", "confirm").expect(200);
    let token = app.token(Purpose::Manage, &berta, "berta@example.org");
    let path = format!("/registrations/{berta}/confirm");
    let by_body = app.anonymous().post(&path, &json!({"token": token})).expect(200);
    for (seen, address) in [(by_header, "anna@example.org"), (by_body, "berta@example.org")] {
        assert_eq!(
            (&seen["state"], &seen["confirm_by"], &seen["email_confirmed_at"]),
            (&json!("confirmed"), &Value::Null, &json!("2027-01-04T09:00:00Z"))
        );
        assert_eq!(app.mails_to(address), ["confirm_address", "confirmed"]);
    }
}

#[test]
fn confirming_twice_is_fine_and_sends_one_mail() {
    let app = TestApp::spawn();
    let id = asking(&app, 1);
    let [anna] = app.registered(&id, ["anna"]);
    let first = app.press(&anna, "anna", "confirm");
    app.clock.advance(Duration::days(3));
    let again = app.press(&anna, "anna", "confirm");
    assert_eq!(first.expect(200), again.expect(200));
    assert_eq!(first.etag(), again.etag());
    assert_eq!(app.mails_to("anna@example.org"), ["confirm_address", "confirmed"]);
}

#[test]
fn after_the_deadline_nobody_confirms_even_before_it_was_noticed() {
    let app = TestApp::spawn();
    let id = asking(&app, 5);
    let [anna, berta] = app.registered(&id, ["anna", "berta"]);
    app.at("2027-01-05T07:59:59Z");
    app.press(&berta, "berta", "confirm").expect(200);
    app.at("2027-01-05T08:00:00Z");
    let late = app.press(&anna, "anna", "confirm").problem(409, "deadline-passed");
    assert_eq!(late["detail"], "2027-01-05T09:00:00+01:00");
    assert_eq!(app.state(&anna), "pending", "nobody has looked yet");
    let own = app.registrant(&anna, "anna@example.org");
    let seen = own.get(&format!("/registrations/{anna}")).expect(200);
    assert_eq!(seen["actions"], json!(["change", "cancel"]));
}

#[test]
fn what_is_not_confirmed_expires_and_the_seat_goes_on() {
    let app = TestApp::spawn();
    let id = asking(&app, 1);
    let [anna, berta] = app.registered(&id, ["anna", "berta"]);
    assert_eq!(app.later(Duration::hours(24) - Duration::seconds(1)).expired, 0);
    assert_eq!(app.later(Duration::seconds(1)).expired, 1);
    assert_eq!(app.states(&[anna.clone(), berta]), ["expired", "offered"]);
    assert_eq!(app.mails_to("anna@example.org"), ["confirm_address", "expired"]);
    assert_eq!(app.mails_to("berta@example.org"), ["waitlisted", "offered"]);
    app.press(&anna, "anna", "confirm")
        .problem(409, "transition-not-allowed");
    let again = app.register(&id, "anna").expect(201);
    assert_eq!(again["state"], "waitlisted", "one may come back, behind the others");
}

#[test]
fn looking_with_the_token_shows_what_can_be_done_and_does_nothing() {
    let app = TestApp::spawn();
    let id = asking(&app, 5);
    let [anna] = app.registered(&id, ["anna"]);
    let own = app.registrant(&anna, "anna@example.org");
    let path = format!("/registrations/{anna}");
    let (before, mails) = (own.get(&path), app.mails());
    let seen = before.expect(200);
    assert_eq!(seen["actions"], json!(["confirm", "change", "cancel"]));
    assert_eq!(
        (&seen["given_name"], &seen["state"]),
        (&json!("anna"), &json!("pending"))
    );
    for action in ["confirm", "cancel", "accept-offer"] {
        assert_eq!(own.get(&format!("{path}/{action}")).status, 405);
    }
    let after = own.get(&path);
    assert_eq!((before.etag(), before.text), (after.etag(), after.text));
    assert_eq!(app.mails(), mails);
    assert_eq!(
        app.seen(&anna).get("actions"),
        None,
        "the organiser asks for another reason"
    );
}

#[test]
fn a_token_that_is_not_for_it_is_answered_as_if_nothing_were_there() {
    let app = TestApp::spawn();
    let id = asking(&app, 5);
    let [anna, berta] = app.registered(&id, ["anna", "berta"]);
    let [elsewhere] = app.registered(&asking(&app, 5), ["anna"]);
    for token in [
        app.token(Purpose::Manage, &elsewhere, "anna@example.org"),
        app.token(Purpose::Manage, &berta, "berta@example.org"),
        app.token(Purpose::Manage, &anna, "berta@example.org"),
        app.token(Purpose::Join, &anna, "anna@example.org"),
    ] {
        let client = Client::registrant(app.address, &token);
        let ask = |id: &str| {
            let path = format!("/registrations/{id}");
            let mut answers = vec![
                client.get(&path),
                patch_unseen(&client, &path, &json!({"company": "X"})),
            ];
            for action in ["confirm", "accept-offer", "keep", "cancel", "consents/photos/withdraw"] {
                answers.push(client.post(&format!("{path}/{action}"), &json!({})));
                let in_body = json!({"token": token});
                answers.push(app.anonymous().post(&format!("{path}/{action}"), &in_body));
            }
            answers
        };
        for (answer, missing) in ask(&anna).iter().zip(ask(MISSING)) {
            answer.problem(404, "not-found");
            assert_eq!(answer.but_for_the_request(), missing.but_for_the_request());
        }
    }
    assert_eq!(app.state(&anna), "pending");
}

#[test]
fn without_a_token_nobody_is_known() {
    let app = TestApp::spawn();
    let id = asking(&app, 5);
    let [anna] = app.registered(&id, ["anna"]);
    let path = format!("/registrations/{anna}");
    for client in [app.anonymous(), Client::registrant(app.address, "no token at all")] {
        client.get(&path).problem(401, "unauthenticated");
        patch_unseen(&client, &path, &json!({"company": "X"})).problem(401, "unauthenticated");
        for action in ["confirm", "cancel"] {
            let answer = client.post(&format!("{path}/{action}"), &json!({}));
            answer.problem(401, "unauthenticated");
        }
    }
    let odd = app
        .anonymous()
        .post(&format!("{path}/confirm"), &json!({"token": "odd"}));
    odd.problem(401, "unauthenticated");
}

#[test]
fn a_registrant_does_nothing_that_is_the_organisers() {
    let app = TestApp::spawn();
    let id = app.published(&draft_with(5, json!({"admission": "selection"})));
    let [anna] = app.registered(&id, ["anna"]);
    let own = app.registrant(&anna, "anna@example.org");
    for path in [
        format!("/seminars/{id}/registrations"),
        format!("/seminars/{id}/registrations.csv"),
        format!("/seminars/{id}/applications"),
    ] {
        own.get(&path).problem(401, "unauthenticated");
    }
    for action in ["accept", "reserve", "reject"] {
        let answer = own.act(&format!("/registrations/{anna}/{action}"), "\"1-x\"", &json!({}));
        answer.problem(401, "unauthenticated");
    }
    let cancel_all = own.act(
        &format!("/seminars/{id}/cancel"),
        "\"1-x\"",
        &json!({"reason_code": "other"}),
    );
    cancel_all.problem(401, "unauthenticated");
    assert_eq!(app.state(&anna), "applied");
}

#[test]
fn the_links_of_an_address_end_when_the_organiser_changes_it() {
    let app = TestApp::spawn();
    let id = asking(&app, 5);
    let [anna, _] = app.registered(&id, ["anna", "berta"]);
    let path = format!("/registrations/{anna}");
    let (old, new) = (
        app.registrant(&anna, "anna@example.org"),
        app.registrant(&anna, "neu@example.org"),
    );
    let email = |address: &str| json!({"email": address});
    assert_eq!(
        patch_unseen(&old, &path, &email("neu@example.org")).invalid(),
        ["/email"],
        "nobody takes the links along by themselves"
    );
    let organiser = app.organiser();
    let taken = organiser.patch(&path, &app.etag(&path), &email("Berta@example.org"));
    taken.problem(409, "already-registered");
    old.get(&path).expect(200);
    let changed = organiser.patch(&path, &app.etag(&path), &email("neu@example.org"));
    assert_eq!(changed.expect(200)["email"], "neu@example.org");
    old.get(&path).problem(404, "not-found");
    old.post(&format!("{path}/confirm"), &json!({}))
        .problem(404, "not-found");
    assert_eq!(app.mails_to("neu@example.org"), ["confirm_address"]);
    assert_eq!(
        new.post(&format!("{path}/confirm"), &json!({})).expect(200)["state"],
        "confirmed"
    );
    organiser
        .patch(&path, &app.etag(&path), &email("wieder@example.org"))
        .expect(200);
    assert_eq!(app.mails_to("wieder@example.org"), ["confirmed"]);
    assert_eq!(
        app.seen(&anna)["email_confirmed_at"],
        json!(null),
        "nobody has shown that it is theirs"
    );
    assert_eq!(app.mails_to("anna@example.org"), ["confirm_address"]);
}

#[test]
fn links_end_a_month_after_the_seminar() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    let [anna] = app.registered(&id, ["anna"]);
    let path = format!("/registrations/{anna}");
    let holder = app.registrant(&anna, "anna@example.org");
    app.at("2027-06-05T15:59:59Z");
    holder.get(&path).expect(200);
    app.at("2027-06-05T16:00:00Z");
    holder.get(&path).problem(404, "not-found");
    holder
        .post(&format!("{path}/keep"), &json!({}))
        .problem(404, "not-found");
}

#[test]
fn members_enter_people_without_confirmation() {
    let app = TestApp::spawn();
    let id = asking(&app, 5);
    let path = format!("/seminars/{id}/registrations");
    let made = app.front_desk().post(&path, &person("anna")).expect(201);
    assert_eq!((&made["state"], made.get("confirm_by")), (&json!("confirmed"), None));
    assert_eq!(app.mails_to("anna@example.org"), ["confirmed"]);
    let foreign = app.foreign_organiser().post(&path, &person("berta")).expect(201);
    assert_eq!(foreign["state"], "pending", "to others this is a public page");
}

#[test]
fn members_say_which_version_they_have_seen_and_registrants_may() {
    let app = TestApp::spawn();
    let id = asking(&app, 5);
    let [anna] = app.registered(&id, ["anna"]);
    let path = format!("/registrations/{anna}");
    let own = app.registrant(&anna, "anna@example.org");
    let company = |name: &str| json!({"company": name});
    patch_unseen(&app.organiser(), &path, &company("X")).problem(428, "precondition-required");
    let cancel = app.organiser().post(&format!("{path}/cancel"), &json!({}));
    cancel.problem(428, "precondition-required");
    let seen = own.get(&path).etag();
    patch_unseen(&own, &path, &company("Printenfabrik")).expect(200);
    for client in [app.organiser(), own.clone()] {
        let stale = client.patch(&path, &seen, &company("Nadelfabrik"));
        stale.problem(412, "precondition-failed");
        let stale = client.act(&format!("{path}/cancel"), &seen, &json!({}));
        stale.problem(412, "precondition-failed");
    }
    assert_eq!(app.seen(&anna)["company"], "Printenfabrik");
    let cancelled = own.post(&format!("{path}/cancel"), &json!({})).expect(200);
    assert_eq!(cancelled["cancelled_by"], "registrant");
    assert_eq!(app.mails_to("anna@example.org"), ["confirm_address", "cancelled"]);
}

#[test]
fn what_is_entered_after_the_fact_is_news_to_nobody() {
    let app = TestApp::spawn();
    let id = asking(&app, 5);
    let path = format!("/seminars/{id}/registrations");
    app.at("2027-05-06T15:59:00Z");
    app.organiser().post(&path, &person("anna")).expect(201);
    app.at("2027-05-07T08:00:00Z");
    let late = app.organiser().post(&path, &person("berta")).id();
    app.act(&format!("/registrations/{late}"), "cancel", &json!({}))
        .expect(200);
    assert_eq!(app.mails_to("anna@example.org"), ["confirmed"]);
    assert_eq!(app.mails_to("berta@example.org"), [""; 0]);
}
