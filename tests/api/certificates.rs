//! Certificates: only for who was there, and not before it is over.

use std::io::Read;

use diesel::prelude::*;
use einlass::schema::{attendance_rules, journal};
use serde_json::{Value, json};

use crate::support::TestApp;

fn certificate(registration: &str) -> String {
    format!("/registrations/{registration}/certificate")
}

fn two_days() -> Value {
    json!([{"starts_at": "2026-12-10T18:00", "ends_at": "2026-12-10T20:00"}, {"starts_at": "2026-12-11T18:00", "ends_at": "2026-12-11T20:00"}])
}

/// How many pages a PDF has, by its own words, which stand in compressed streams.
fn pages(pdf: &[u8]) -> usize {
    let find = |from: usize, needle: &[u8]| {
        let place = pdf[from..].windows(needle.len()).position(|w| w == needle);
        place.map(|place| from + place + needle.len())
    };
    let (mut text, mut at) = (pdf.to_vec(), 0);
    while let Some(begin) = find(at, b"stream\n") {
        let mut plain = Vec::new();
        // What is no such stream is a picture or a font, and says nothing of pages.
        drop(flate2::read::ZlibDecoder::new(&pdf[begin..]).read_to_end(&mut plain));
        text.extend(plain);
        at = find(begin, b"endstream").unwrap_or(pdf.len());
    }
    let count = |needle: &[u8]| text.windows(needle.len()).filter(|w| *w == needle).count();
    let (all, trees) = (
        count(b"/Type/Page") + count(b"/Type /Page"),
        count(b"/Type/Pages") + count(b"/Type /Pages"),
    );
    all - trees
}

#[test]
fn only_for_who_attended_as_much_as_is_asked_for() {
    let app = TestApp::spawn();
    let seminar = app.past(&two_days());
    let sessions = app.sessions(&seminar);
    let [both, one, none] = ["anna", "berta", "carla"].map(|name| app.registers_late(&seminar, name));
    app.came(&seminar, sessions[0], &both, 1);
    app.came(&seminar, sessions[1], &both, 1);
    app.came(&seminar, sessions[0], &one, 1);
    let answer = app.organiser().get(&certificate(&both));
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/pdf");
    assert_eq!(pages(&answer.bytes), 1);
    for missed in [&one, &none] {
        let refused = app
            .organiser()
            .get(&certificate(missed))
            .problem(409, "certificate-not-earned");
        assert!(
            refused["detail"].as_str().unwrap().contains("of the 2 sessions"),
            "{refused}"
        );
    }
    diesel::update(attendance_rules::table)
        .set(attendance_rules::min_sessions.eq(Some(1)))
        .execute(&mut app.database.connect())
        .unwrap();
    assert_eq!(app.organiser().get(&certificate(&one)).status, 200);
    app.organiser()
        .get(&certificate(&none))
        .problem(409, "certificate-not-earned");
}

#[test]
fn not_before_it_is_over() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let anna = app.register(&seminar, "anna").id();
    app.came(&seminar, app.sessions(&seminar)[0], &anna, 1);
    app.at("2027-05-06T17:59:00Z");
    let refused = app
        .organiser()
        .get(&certificate(&anna))
        .problem(409, "certificate-not-earned");
    assert_eq!(refused["detail"], "The last session ends at 2027-05-06T20:00:00+02:00.");
    app.organiser()
        .get(&format!("/seminars/{seminar}/certificates"))
        .problem(409, "certificate-not-earned");
    app.at("2027-05-06T18:00:00Z");
    assert_eq!(app.organiser().get(&certificate(&anna)).status, 200);
}

#[test]
fn the_person_has_their_own_and_nobody_elses() {
    let app = TestApp::spawn();
    let (seminar, anna) = app.held_with("anna");
    let berta = app.registers_late(&seminar, "berta");
    assert_eq!(
        app.registrant(&anna, "anna@example.org")
            .get(&certificate(&anna))
            .status,
        200
    );
    app.registrant(&berta, "berta@example.org")
        .get(&certificate(&anna))
        .problem(404, "not-found");
    app.foreign_organiser()
        .get(&certificate(&anna))
        .problem(404, "not-found");
    let actors = journal::table
        .filter(journal::action.eq("certificate.issued"))
        .select((journal::actor_kind, journal::data))
        .load::<(String, Value)>(&mut app.database.connect())
        .unwrap();
    assert_eq!(actors.len(), 1);
    assert_eq!(actors[0].0, "registrant");
    assert_eq!(actors[0].1["count"], 1);
}

#[test]
fn all_in_one_file_with_walk_ins_and_companions_who_were_seen() {
    let app = TestApp::spawn();
    let (seminar, _) = app.held_with("anna");
    let session = app.sessions(&seminar)[0];
    let with_two = |name: &str| {
        let mut body = crate::support::person(name);
        body["companions"] = json!([{"given_name": "Cem", "family_name": "Çelik"}]);
        app.organiser()
            .post(&format!("/seminars/{seminar}/registrations"), &body)
            .id()
    };
    let (whole, alone) = (with_two("dora"), with_two("emil"));
    app.came(&seminar, session, &whole, 2);
    app.came(&seminar, session, &alone, 1);
    app.walked_in(&seminar, session, "Jörg", "Öztürk", None);
    app.registers_late(&seminar, "never");
    let answer = app.organiser().get(&format!("/seminars/{seminar}/certificates"));
    assert_eq!(answer.status, 200, "{}", answer.text);
    // Anna, Dora and Cem, Emil alone, Jörg.
    assert_eq!(pages(&answer.bytes), 5);
    let count = journal::table
        .filter(journal::action.eq("certificates.exported"))
        .select(journal::data)
        .first::<Value>(&mut app.database.connect())
        .unwrap();
    assert_eq!(count["count"], 5);
    assert_eq!(pages(&app.organiser().get(&certificate(&whole)).bytes), 2);
}

#[test]
fn of_nobody_there_is_no_file() {
    let app = TestApp::spawn();
    let seminar = app.past(&two_days());
    app.registers_late(&seminar, "anna");
    app.organiser()
        .get(&format!("/seminars/{seminar}/certificates"))
        .problem(409, "certificate-not-earned");
}
