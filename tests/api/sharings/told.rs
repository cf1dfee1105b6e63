//! The person is told before registering, and hears afterwards with whom it is shared and when it was read.

use chrono::Duration;
use serde_json::{Value, json};

use super::{PURPOSE, begin, count, end, read, register_told, with};
use crate::support::{TestApp, draft_with, person};

#[test]
fn what_was_not_shown_cannot_have_been_told() {
    let app = TestApp::spawn();
    let (seminar, other) = (app.seminar(50), app.seminar(50));
    // The desk has seen the seminar before it was shared.
    app.register(&seminar, "anna").expect(201);
    let (ended, elsewhere) = (begin(&app, &seminar), begin(&app, &other));
    register_told(&app, &seminar, "berta", &[&ended]).expect(201);
    end(&app, &seminar, &ended);
    let sharing = begin(&app, &seminar);
    let unknown = "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11";
    let told = [sharing.as_str(), &ended, &elsewhere, unknown, &sharing];
    let answer = register_told(&app, &seminar, "carla", &told);
    let places = [1, 2, 3, 4].map(|n| format!("/told_of_sharings/{n}"));
    assert_eq!(answer.invalid(), places);
    let many = [sharing.as_str(); 11];
    assert_eq!(
        register_told(&app, &seminar, "carla", &many).invalid(),
        ["/told_of_sharings"]
    );
    assert_eq!(
        register_told(&app, &seminar, "carla", &["no id"]).invalid(),
        ["/told_of_sharings/0"]
    );
    assert_eq!((app.confirmed(&seminar), count(&app, "sharing_notices")), (2, 1));
    register_told(&app, &seminar, "carla", &[&sharing]).expect(201);
    assert_eq!(count(&app, "sharing_notices"), 2);
}

#[test]
fn who_was_told_of_nothing_is_registered_and_not_shared() {
    let app = TestApp::spawn();
    let seminar = app.seminar(50);
    begin(&app, &seminar);
    assert_eq!(app.register(&seminar, "anna").expect(201)["state"], "confirmed");
    assert_eq!(
        register_told(&app, &seminar, "berta", &[]).expect(201)["state"],
        "confirmed"
    );
    assert_eq!(read(&app, ""), Vec::<Value>::new());
    assert_eq!(count(&app, "disclosures"), 0);
}

#[test]
fn many_at_once_are_each_told_of_their_own() {
    let app = TestApp::spawn();
    let seminar = app.seminar(50);
    let sharing = begin(&app, &seminar);
    std::thread::scope(|scope| {
        for n in 0..20 {
            let (app, seminar, sharing) = (&app, &seminar, &sharing);
            scope.spawn(move || {
                let told = [sharing.as_str()];
                register_told(app, seminar, &format!("n{n}"), if n % 2 == 0 { &told } else { &[] }).expect(201)
            });
        }
    });
    let mut names = read(&app, "?limit=100")
        .iter()
        .map(|one| one["given_name"].as_str().unwrap().to_owned())
        .collect::<Vec<_>>();
    names.sort();
    let mut expected = (0..20).step_by(2).map(|n| format!("n{n}")).collect::<Vec<_>>();
    expected.sort();
    assert_eq!(names, expected);
}

#[test]
fn a_stranger_makes_nobody_shared_by_registering_them_again() {
    let app = TestApp::spawn();
    let seminar = app.seminar(50);
    let sharing = begin(&app, &seminar);
    app.register(&seminar, "anna").expect(201);
    register_told(&app, &seminar, "anna", &[&sharing]).expect(201);
    assert_eq!(
        (count(&app, "sharing_notices"), read(&app, "")),
        (0, Vec::<Value>::new())
    );
    // And learns nothing of who is registered by naming what is not shared.
    let unknown = ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11"];
    for name in ["anna", "nobody"] {
        let answer = register_told(&app, &seminar, name, &unknown);
        assert_eq!(answer.invalid(), ["/told_of_sharings/0"]);
    }
}

#[test]
fn one_key_is_one_statement_of_what_was_told() {
    let app = TestApp::spawn();
    let seminar = app.seminar(50);
    let sharing = begin(&app, &seminar);
    let path = format!("/seminars/{seminar}/registrations");
    let mut told = person("anna");
    told["told_of_sharings"] = json!([sharing]);
    let send = |body: &Value| app.anonymous().post_with_key(&path, "key", body);
    let first = send(&person("anna")).expect(201);
    send(&told).problem(422, "idempotency-key-reused");
    assert_eq!(send(&person("anna")).expect(201), first);
    assert_eq!(count(&app, "sharing_notices"), 0);
}

#[test]
fn a_member_tells_it_at_the_telephone() {
    let app = TestApp::spawn();
    let seminar = app.seminar(50);
    let sharing = begin(&app, &seminar);
    let mut body = person("anna");
    body["told_of_sharings"] = json!([sharing]);
    let path = format!("/seminars/{seminar}/registrations");
    let id = app.front_desk().post(&path, &body).id();
    assert_eq!(read(&app, "")[0]["id"], id);
}

#[test]
fn the_mails_that_confirm_name_with_whom_it_is_shared() {
    let app = TestApp::spawn();
    let seminar = app.published(&draft_with(5, json!({"confirmation": "email"})));
    let new = json!({"slug": "agit", "name": "AGIT"});
    app.platform_admin().post("/organisations", &new).expect(201);
    let ihk = begin(&app, &seminar);
    let path = format!("/seminars/{seminar}/sharings");
    let agit = app.organiser().post(&path, &with("agit")).id();
    let id = register_told(&app, &seminar, "anna", &[&agit, &ihk]).id();
    app.register(&seminar, "berta").expect(201);
    let told = |kind: &str, to: &str| {
        let mails = app.mails();
        let mail = mails.iter().find(|mail| mail.kind == kind && mail.recipient == to);
        mail.unwrap().data["registration"]["sharings"].clone()
    };
    let named = |name: &str| json!({"organisation": name, "purpose": PURPOSE});
    let both = json!([named("IHK Aachen"), named("AGIT")]);
    assert_eq!(told("confirm_address", "anna@example.org"), both);
    assert_eq!(told("confirm_address", "berta@example.org"), json!([]));
    // What has ended meanwhile is not shared any more.
    end(&app, &seminar, &ihk);
    app.press(&id, "anna", "confirm").expect(200);
    assert_eq!(told("confirmed", "anna@example.org"), json!([named("AGIT")]));
}

#[test]
fn the_person_sees_with_whom_it_is_shared_and_when_it_was_read() {
    let app = TestApp::spawn();
    let seminar = app.seminar(50);
    let sharing = begin(&app, &seminar);
    let id = register_told(&app, &seminar, "anna", &[&sharing]).id();
    let other = app.register(&seminar, "berta").id();
    let path = format!("/registrations/{id}");
    let seen = || app.registrant(&id, "anna@example.org").get(&path).expect(200)["sharings"].clone();
    let before = seen();
    assert_eq!(
        (
            &before[0]["organisation"]["name"],
            &before[0]["purpose"],
            &before[0]["id"]
        ),
        (&json!("IHK Aachen"), &json!(PURPOSE), &json!(sharing))
    );
    assert_eq!(
        (&before[0]["told_at"], &before[0]["ended_at"], &before[0]["disclosed"]),
        (&json!("2027-01-04T08:00:00Z"), &Value::Null, &json!([]))
    );
    for _ in 0..22 {
        app.clock.advance(Duration::minutes(1));
        read(&app, "");
    }
    let after = seen();
    let times = after[0]["disclosed"].as_array().unwrap();
    assert_eq!((times.len(), &times[0]), (20, &json!({"at": "2027-01-04T08:22:00Z"})));
    assert_eq!(times[19], json!({"at": "2027-01-04T08:03:00Z"}));
    assert_eq!(app.seen(&id)["sharings"], after, "the organiser sees the same");
    assert!(app.front_desk().get(&path).expect(200).get("sharings").is_none());
    assert_eq!(app.seen(&other)["sharings"], json!([]));

    // That it is to be forgotten tells the recipient nothing of the person, and is not told as a reading.
    end(&app, &seminar, &sharing);
    app.clock.advance(Duration::minutes(1));
    assert_eq!(read(&app, "")[0]["state"], "cancelled");
    let ended = seen();
    assert_eq!(ended[0]["ended_at"], "2027-01-04T08:22:00Z");
    assert_eq!(ended[0]["disclosed"], after[0]["disclosed"]);
}

#[test]
fn the_page_behind_the_mail_says_it_too() {
    let app = TestApp::spawn();
    let seminar = app.seminar(50);
    let sharing = begin(&app, &seminar);
    let id = register_told(&app, &seminar, "anna", &[&sharing]).id();
    let other = app.register(&seminar, "berta").id();
    let page = |id: &str, name: &str, language: &str| {
        let token = app.token(
            einlass::base::capability::Purpose::Manage,
            id,
            &format!("{name}@example.org"),
        );
        let page = app
            .anonymous()
            .browser()
            .get(&format!("/registrations/{token}?lang={language}"));
        assert_eq!(page.status, 200, "{}", page.text);
        page.text
    };
    let text = page(&id, "anna", "de");
    assert!(text.contains("IHK Aachen</strong>: Gemeinsame Durchführung"), "{text}");
    assert!(text.contains("Bisher nicht weitergegeben."), "{text}");
    read(&app, "");
    end(&app, &seminar, &sharing);
    let text = page(&id, "anna", "en");
    assert!(text.contains("Last shared on Monday, 4 January 2027, 09:00."), "{text}");
    assert!(text.contains("Since Monday, 4 January 2027, 09:00 nothing"), "{text}");
    assert!(!page(&other, "berta", "de").contains("IHK Aachen"));
}

/// A change of the address makes no new statement of what was told, and does not lose the old one.
#[test]
fn what_was_told_stays_with_the_registration() {
    let app = TestApp::spawn();
    let seminar = app.seminar(50);
    let sharing = begin(&app, &seminar);
    let id = register_told(&app, &seminar, "anna", &[&sharing]).id();
    let path = format!("/registrations/{id}");
    let change = json!({"email": "neu@example.org"});
    app.organiser().patch(&path, &app.etag(&path), &change).expect(200);
    let mails = app.mails();
    let last = mails.last().unwrap();
    assert_eq!(
        (last.recipient.as_str(), last.kind.as_str()),
        ("neu@example.org", "confirmed")
    );
    assert_eq!(last.data["registration"]["sharings"][0]["organisation"], "IHK Aachen");
    assert_eq!(read(&app, "")[0]["email"], "neu@example.org");
    assert_eq!(count(&app, "sharing_notices"), 1);
}
