//! Somebody registers an address that is registered: only the address hears of it.

use chrono::Duration;
use serde_json::json;

use crate::support::{TestApp, person};

const ANNA: &str = "anna@example.org";

#[test]
fn the_address_is_told_once_a_day_by_the_name_it_is_known_under() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    let path = format!("/seminars/{id}/registrations");
    let [anna] = app.registered(&id, ["anna"]);
    let mut again = person("anna");
    again["email"] = " ANNA@Example.org ".into();
    again["given_name"] = "Kaufen Sie".into();
    again["family_name"] = "jetzt".into();
    again["language"] = "en".into();
    for _ in 0..3 {
        app.anonymous().post(&path, &again).expect(201);
    }
    let told = || {
        let mails = app.mails().into_iter();
        mails
            .filter(|mail| mail.kind == "already_registered")
            .collect::<Vec<_>>()
    };
    let [mail] = &told()[..] else {
        panic!("{:?}", told());
    };
    // In the spelling that is known: the other one may be another's mailbox, and the mail carries the link.
    assert_eq!(mail.recipient, ANNA);
    let registration = &mail.data["registration"];
    assert_eq!(
        (
            &registration["id"],
            &registration["given_name"],
            &registration["family_name"]
        ),
        (&json!(anna), &json!("anna"), &json!("Müller"))
    );
    assert!(
        !mail.data.to_string().contains("Kaufen"),
        "a stranger sends no words of theirs"
    );

    app.clock.advance(Duration::days(1));
    app.anonymous().post(&path, &again).expect(201);
    assert_eq!(told().len(), 2);
    app.organiser().post(&path, &again).problem(409, "already-registered");
    assert_eq!(told().len(), 2, "members hear it themselves");
}

#[test]
fn nothing_comes_of_the_second_registration() {
    let app = TestApp::spawn();
    let id = app.seminar(2);
    let [anna] = app.registered(&id, ["anna"]);
    let before = app.seen(&anna);
    let second = app.register(&id, "anna").id();
    assert_ne!(second, anna, "a stranger is not told the id");
    app.organiser()
        .get(&format!("/registrations/{second}"))
        .problem(404, "not-found");
    app.press(&second, "anna", "cancel").problem(404, "not-found");
    assert_eq!(app.seen(&anna), before);
    assert_eq!(app.free_seats(&id), 1);
}

#[test]
fn it_is_told_in_the_words_of_its_present_state_and_not_once_it_is_over() {
    let app = TestApp::spawn();
    let id = app.seminar(1);
    let [_, berta] = app.registered(&id, ["anna", "berta"]);
    app.register(&id, "berta").expect(201);
    assert_eq!(app.mails_to("berta@example.org"), ["waitlisted", "already_registered"]);
    app.press(&berta, "berta", "cancel").expect(200);
    app.register(&id, "berta").expect(201);
    assert_eq!(
        app.mails_to("berta@example.org"),
        ["waitlisted", "already_registered", "cancelled", "waitlisted"]
    );
}
