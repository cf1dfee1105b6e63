//! What people answer and agree to, who sees it, and how long it is kept.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, draft_with, person};

const GERMAN: &str = "Fotos dürfen mich zeigen.";
/// `sha256sum` says so of the text above, and of "Photos may show me."
const GERMAN_SHA256: &str = "de99af440283a4131b28713a2b10f19f64d2a98cc6cf9078faaf5fbb3701c979";
const ENGLISH_SHA256: &str = "6b64ed9bef16edbcd7b287ec3f49077123317f34a6fc3d3bed153ec55390e981";

fn asking() -> Value {
    let meal = json!({"id": "meal", "kind": "choice", "label": {"de": "Essen"}, "options": ["vegan", "egal"],
        "required": true, "channels": ["onsite"], "sensitive": true});
    let questions = json!([
        {"id": "topic", "kind": "text", "label": {"de": "Thema", "en": "Topic"}},
        meal,
        {"id": "fields", "kind": "multiple", "label": {"de": "Felder"}, "options": ["Steuern", "Recht", "Technik"]},
        {"id": "first", "kind": "yes_no", "label": {"de": "Zum ersten Mal?"}},
        {"id": "staff", "kind": "number", "label": {"de": "Beschäftigte"}},
        {"id": "founded", "kind": "date", "label": {"de": "Gegründet"}},
    ]);
    let photos =
        json!({"purpose": "photos", "version": "2027-01", "text": {"de": GERMAN, "en": "Photos may show me."}});
    draft_with(
        9,
        json!({"questions": questions, "consent_texts": [photos],
            "channels": [{"channel": "onsite", "capacity": 9}, {"channel": "online", "capacity": 9}]}),
    )
}

/// All that is not sensitive.
fn plain() -> Value {
    json!({"topic": "Förderung", "fields": ["Recht", "Steuern"], "first": true, "staff": 2.5, "founded": "2026-02-28"})
}

fn all() -> Value {
    let mut all = plain();
    all["meal"] = "vegan".into();
    all
}

fn answering(name: &str, answers: &Value) -> Value {
    let mut body = person(name);
    body["answers"] = answers.clone();
    body
}

fn agreeing(name: &str, purpose: &str, version: &str) -> Value {
    let mut body = answering(name, &all());
    body["consents"] = json!([{"purpose": purpose, "text_version": version}]);
    body
}

fn register(app: &TestApp, seminar: &str, body: &Value) -> Answer {
    app.anonymous()
        .post(&format!("/seminars/{seminar}/registrations"), body)
}

fn change(app: &TestApp, registration: &str, answers: &Value) -> Answer {
    let body = json!({"answers": answers}).to_string();
    let own = app.registrant(registration, "anna@example.org");
    own.send(
        "PATCH",
        &format!("/registrations/{registration}"),
        &[],
        Some(body.as_bytes()),
    )
}

fn kept_apart(app: &TestApp) -> i64 {
    use einlass::schema::sensitive_answers::dsl;
    let rows = dsl::sensitive_answers.count();
    rows.get_result(&mut app.database.connect()).unwrap()
}

#[test]
fn every_kind_of_answer_is_kept_as_it_was_given() {
    let app = TestApp::spawn();
    let id = app.published(&asking());
    let anna = register(&app, &id, &answering("anna", &all())).id();
    let own = app
        .registrant(&anna, "anna@example.org")
        .get(&format!("/registrations/{anna}"));
    for seen in [app.seen(&anna), own.expect(200)] {
        assert_eq!(seen["answers"], plain());
        assert_eq!(seen["sensitive_answers"], json!({"meal": "vegan"}));
    }
}

#[test]
fn what_is_wrong_is_named_where_it_stands() {
    let app = TestApp::spawn();
    let id = app.published(&asking());
    let with = |more: Value| {
        let mut answers = all();
        answers
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        register(&app, &id, &answering("anna", &answers)).invalid()
    };
    for (wrong, place) in [
        (json!({"topic": 5}), "/answers/topic"),
        (json!({"meal": "Fleisch"}), "/answers/meal"),
        (json!({"meal": null}), "/answers/meal"),
        (json!({"fields": ["Recht", "Recht"]}), "/answers/fields"),
        (json!({"first": "ja"}), "/answers/first"),
        (json!({"staff": "5"}), "/answers/staff"),
        (json!({"founded": "28.02.2026"}), "/answers/founded"),
        (json!({"a/b": 1}), "/answers/a~1b"),
    ] {
        assert_eq!(with(wrong.clone()), [place], "{wrong}");
    }
    let two = with(json!({"staff": "5", "first": 1}));
    assert_eq!(two, ["/answers/first", "/answers/staff"], "all at once");
    assert_eq!(app.free_seats(&id), 9);
}

#[test]
fn what_is_required_is_asked_per_channel_and_not_of_members() {
    let app = TestApp::spawn();
    let id = app.published(&asking());
    let mut body = person("anna");
    assert_eq!(register(&app, &id, &body).invalid(), ["/answers/meal"]);
    body["channel"] = "online".into();
    register(&app, &id, &body).expect(201);
    let mut body = answering("berta", &json!({"meal": "egal"}));
    body["channel"] = "online".into();
    assert_eq!(register(&app, &id, &body).invalid(), ["/answers/meal"]);
    let path = format!("/seminars/{id}/registrations");
    app.front_desk().post(&path, &person("carla")).expect(201);
}

#[test]
fn sensitive_answers_are_shown_one_by_one_and_never_at_the_front_desk() {
    let app = TestApp::spawn();
    let id = app.published(&asking());
    let anna = register(&app, &id, &answering("anna", &all())).id();
    let path = format!("/seminars/{id}/registrations");
    let one = format!("/registrations/{anna}");
    let own = app.registrant(&anna, "anna@example.org");
    for with in [app.organiser().get(&one), own.get(&one)] {
        assert!(with.text.contains("vegan"), "{}", with.text);
    }
    for without in [
        app.organiser().get(&path),
        app.organiser().get(&format!("{path}.csv")),
        app.front_desk().get(&path),
        app.front_desk().get(&one),
    ] {
        assert_eq!(without.status, 200);
        assert!(without.text.contains("anna"), "{}", without.text);
        for word in ["vegan", "meal", "Essen"] {
            assert!(!without.text.contains(word), "{}", without.text);
        }
    }
    assert!(!app.front_desk().get(&one).text.contains("Förderung"));
    assert!(app.mails().iter().all(|mail| !mail.data.to_string().contains("vegan")));
}

#[test]
fn sensitive_answers_are_forgotten_a_week_after_the_seminar() {
    let app = TestApp::spawn();
    let id = app.published(&asking());
    let anna = register(&app, &id, &answering("anna", &all())).id();
    app.at("2027-05-12T21:59:00Z");
    assert_eq!(app.tick().forgotten, 0);
    assert_eq!(kept_apart(&app), 1);
    app.at("2027-05-12T22:00:00Z");
    assert_eq!(app.tick().forgotten, 1, "the thirteenth has begun in Aachen");
    assert_eq!(kept_apart(&app), 0);
    let seen = app.seen(&anna);
    assert_eq!((&seen["answers"], &seen["sensitive_answers"]), (&plain(), &json!({})));
}

#[test]
fn a_new_date_moves_the_day_on_which_they_are_forgotten() {
    let app = TestApp::spawn();
    let id = app.published(&asking());
    register(&app, &id, &answering("anna", &all())).expect(201);
    let later = json!({"reason_code": "speaker", "sessions": [{"starts_at": "2027-06-10T18:00"}]});
    app.act(&format!("/seminars/{id}"), "reschedule", &later).expect(200);
    app.at("2027-06-16T12:00:00Z");
    app.tick();
    assert_eq!(kept_apart(&app), 1, "the kitchen needs them in June");
    app.at("2027-06-17T12:00:00Z");
    app.tick();
    assert_eq!(kept_apart(&app), 0);
}

#[test]
fn changed_answers_are_merged_and_null_takes_one_away() {
    let app = TestApp::spawn();
    let id = app.published(&asking());
    let anna = register(&app, &id, &answering("anna", &all())).id();
    let patch = json!({"topic": "Steuern", "staff": null, "meal": "egal"});
    let seen = change(&app, &anna, &patch).expect(200);
    let mut expected = plain();
    expected["topic"] = "Steuern".into();
    expected.as_object_mut().unwrap().remove("staff");
    assert_eq!(
        (&seen["answers"], &seen["sensitive_answers"]),
        (&expected, &json!({"meal": "egal"}))
    );
    assert_eq!(kept_apart(&app), 1);
    assert_eq!(change(&app, &anna, &json!({"meal": null})).invalid(), ["/answers/meal"]);
    assert_eq!(
        change(&app, &anna, &json!({"colour": "rot"})).invalid(),
        ["/answers/colour"]
    );
    assert_eq!(app.seen(&anna)["answers"], expected);
}

#[test]
fn consent_is_kept_with_the_words_it_was_given_to() {
    let app = TestApp::spawn();
    let id = app.published(&asking());
    let german = register(&app, &id, &agreeing("anna", "photos", "2027-01")).id();
    let mut english = agreeing("berta", "photos", "2027-01");
    english["language"] = "en-GB".into();
    let english = register(&app, &id, &english).id();
    for (one, language, hash) in [(german, "de", GERMAN_SHA256), (english, "en-GB", ENGLISH_SHA256)] {
        let expected = json!([{"purpose": "photos", "text_version": "2027-01", "text_sha256": hash,
            "language": language, "given_at": "2027-01-04T08:00:00Z", "withdrawn_at": null}]);
        assert_eq!(app.seen(&one)["consents"], expected);
    }
    let refused = |purpose, version| register(&app, &id, &agreeing("carla", purpose, version)).invalid();
    assert_eq!(refused("photos", "2026-12"), ["/consents/0/text_version"]);
    assert_eq!(refused("newsletter", "2027-01"), ["/consents/0/purpose"]);
}

#[test]
fn consent_is_never_a_condition() {
    let app = TestApp::spawn();
    let id = app.published(&asking());
    let made = register(&app, &id, &answering("anna", &all()));
    assert_eq!(made.expect(201)["state"], "confirmed");
    assert_eq!(app.seen(&made.id())["consents"], json!([]));
}

#[test]
fn consent_is_taken_back_once_and_that_it_was_given_stays() {
    let app = TestApp::spawn();
    let id = app.published(&asking());
    let anna = register(&app, &id, &agreeing("anna", "photos", "2027-01")).id();
    let mails = app.mails().len();
    app.at("2027-01-05T08:00:00Z");
    let seen = app.press(&anna, "anna", "consents/photos/withdraw").expect(200);
    let consent = &seen["consents"][0];
    assert_eq!(
        (&consent["given_at"], &consent["withdrawn_at"], &consent["text_sha256"]),
        (
            &json!("2027-01-04T08:00:00Z"),
            &json!("2027-01-05T08:00:00Z"),
            &json!(GERMAN_SHA256)
        )
    );
    assert_eq!(seen["state"], "confirmed", "nothing else changes");
    for purpose in ["photos", "newsletter", "Kein Name"] {
        let path = format!("consents/{}/withdraw", purpose.replace(' ', "%20"));
        app.press(&anna, "anna", &path).problem(404, "not-found");
    }
    assert_eq!(app.seen(&anna)["consents"], seen["consents"]);
    assert_eq!(app.mails().len(), mails);
}

#[test]
fn the_table_opens_in_a_german_excel_and_calculates_nothing() {
    let app = TestApp::spawn();
    let id = app.published(&asking());
    let mut body = answering("anna", &all());
    body["company"] = "=cmd|' /C calc'!A0".into();
    body["phone"] = "+49 241 51980".into();
    body["answers"]["topic"] = "@SUM(1;2) \"oder\"\nnicht".into();
    register(&app, &id, &body).expect(201);
    let path = format!("/seminars/{id}/registrations.csv");
    let table = app.organiser().get(&path);
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert!(table.header("content-disposition").starts_with("attachment"));
    let lines = table
        .text
        .strip_prefix('\u{FEFF}')
        .unwrap()
        .split("\r\n")
        .collect::<Vec<_>>();
    assert_eq!((lines.len(), lines[2]), (3, ""));
    assert_eq!(
        lines[0],
        "Nachname;Vorname;E-Mail;Firma;Telefon;Kanal;Status;Personen;Begleitung;Sprache;Angemeldet am;Neuer Termin passt;\
         Nummer;Thema;Felder;Zum ersten Mal?;Beschäftigte;Gegründet"
    );
    assert!(
        lines[1].starts_with(
            "Müller;anna;anna@example.org;'=cmd|' /C calc'!A0;'+49 241 51980;onsite;confirmed;1;;de;04.01.2027 09:00;;"
        ),
        "{}",
        lines[1]
    );
    assert!(
        lines[1].ends_with(";\"'@SUM(1;2) \"\"oder\"\"\nnicht\";Recht, Steuern;ja;2,5;2026-02-28"),
        "{}",
        lines[1]
    );
    app.front_desk().get(&path).problem(403, "forbidden");
    app.reporter().get(&path).problem(403, "forbidden");
    app.foreign_organiser().get(&path).problem(404, "not-found");
}
