//! `GET /statistics/{statistic}`: the figures of the report side by side, lead times and no-shows, in three forms.

use chrono::Duration;
use serde_json::{Value, json};

use super::attendance_imports::{MORNING, scene, upload};
use super::reports::{PERIOD, past, with_the_paper};
use crate::support::{TestApp, draft_with};

const OF: &str = "?from=2020-01-01&to=2021-05-31";

/// The value of a series in a category, with all that stands beside it.
fn cell<'a>(statistic: &'a Value, series: &str, category: &str) -> &'a Value {
    let place = |all: &Value, key: &str| {
        let all = all.as_array().unwrap();
        let found = all.iter().position(|one| one["key"] == key);
        found.unwrap_or_else(|| panic!("{key} in {statistic}"))
    };
    let column = place(&statistic["categories"], category);
    &statistic["series"][place(&statistic["series"], series)]["values"][column]
}

/// The sum over all categories.
fn whole(statistic: &Value, series: usize) -> i64 {
    let values = statistic["series"][series]["values"].as_array().unwrap();
    values.iter().filter_map(|cell| cell["value"].as_i64()).sum()
}

#[test]
fn the_paper_side_by_side() {
    let (_app, reporter) = with_the_paper();
    let report = reporter.get(PERIOD).expect(200);
    let answer = reporter.get(&format!("/statistics/months{OF}&measure=participants"));
    let months = answer.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        [
            &months["name"],
            &months["measure"],
            &months["unit"],
            &months["rule"],
            &months["title"]
        ],
        [
            "months",
            "participants",
            "participants",
            "all@1",
            "Teilnehmende nach Monaten"
        ]
    );
    assert_eq!(months["period"], report["period"]);
    assert_eq!(months["scope"], report["scope"]);
    assert_eq!(whole(&months, 0), 1080);
    let kickoff = cell(&months, "participants", "2020-09");
    assert_eq!(kickoff["qualifier"], "at_least");
    assert_eq!(kickoff["lower_bound"], kickoff["value"]);
    let july = cell(&months, "participants", "2020-07");
    assert_eq!((&july["value"], &july["qualifier"]), (&Value::Null, &json!("unknown")));
    assert_eq!(july["unknown"].as_array().unwrap().len(), 1);
    assert!(july.get("lower_bound").is_none() && july.get("numerator").is_none());

    for name in ["months", "weekdays", "channels", "modes"] {
        let seminars = reporter.get(&format!("/statistics/{name}{OF}")).expect(200);
        assert_eq!(
            (seminars["adds_up"].clone(), whole(&seminars, 0)),
            (json!(true), 23),
            "{name}"
        );
        let public = reporter.get(&format!("/statistics/{name}{OF}&rule=public")).expect(200);
        assert_eq!(
            (public["rule"].clone(), whole(&public, 0)),
            (json!("public@1"), 20),
            "{name}"
        );
    }
    let viewers = reporter
        .get(&format!("/statistics/collections{OF}&measure=viewers"))
        .expect(200);
    assert_eq!(
        (viewers["adds_up"].clone(), whole(&viewers, 0)),
        (json!(false), 900),
        "the one livestream is in two of them"
    );
    let partners = reporter.get(&format!("/statistics/partners{OF}")).expect(200);
    assert_eq!(cell(&partners, "held", "gruenderregion-aachen")["value"], 3);
    let reasons = reporter.get(&format!("/statistics/cancellations{OF}")).expect(200);
    assert_eq!(
        cell(&reasons, "cancelled", "pandemic")["seminars"],
        report["figures"]["cancelled"]["seminars_by_reason"]["pandemic"]
    );
    let leads = reporter.get(&format!("/statistics/lead-times{OF}")).expect(200);
    assert_eq!(cell(&leads, "registrations", "same-day")["value"], Value::Null);
    let rates = reporter.get(&format!("/statistics/no-shows{OF}")).expect(200);
    assert_eq!(rates["measure"], Value::Null);
    assert_eq!(cell(&rates, "no-shows", "2020-02")["value"], Value::Null);
    let said = rates["notes"].to_string();
    assert!(
        said.contains("Zu 17 durchgeführten Veranstaltungen gibt es nur eine Gesamtzahl"),
        "{said}"
    );
}

#[test]
fn as_a_picture_and_as_a_table() {
    let (_app, reporter) = with_the_paper();
    let path = format!("/statistics/collections{OF}");
    let picture = reporter.get(&format!("{path}&format=svg"));
    assert_eq!(picture.status, 200, "{}", picture.text);
    assert_eq!(picture.header("content-type"), "image/svg+xml");
    assert_eq!(
        picture.header("content-security-policy"),
        "default-src 'none'; frame-ancestors 'none'; sandbox"
    );
    assert_eq!(picture.header("x-content-type-options"), "nosniff");
    assert_eq!(picture.header("cache-control"), "no-store");
    let document = roxmltree::Document::parse(&picture.text).unwrap();
    assert_eq!(document.root_element().attribute("role"), Some("img"));
    assert!(
        picture
            .text
            .contains("Veranstaltungen nach Formaten, Projekten und Rahmen")
    );

    let table = reporter.get(&format!("{path}&format=csv"));
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        table.header("content-disposition"),
        "attachment; filename=\"statistik-collections.csv\""
    );
    assert!(
        table
            .text
            .starts_with("\u{FEFF}Schlüssel;Bezeichnung;Näheres;durchgeführt;"),
        "{}",
        table.text
    );
    let programs = reporter.get(&format!("{path}&format=csv&dialect=rfc4180"));
    assert!(
        programs.text.starts_with("key,label,detail,held,held_qualifier,"),
        "{}",
        programs.text
    );

    for (accept, kind) in [
        ("image/svg+xml", "image/svg+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("image/*, text/csv;q=0.5", "image/svg+xml"),
        ("*/*", "application/json"),
    ] {
        let answer = reporter.get_with(&path, &[("Accept", accept)]);
        assert_eq!((answer.status, answer.header("content-type")), (200, kind), "{accept}");
    }
    reporter
        .get_with(&path, &[("Accept", "image/png")])
        .problem(406, "not-acceptable");
}

#[test]
fn what_makes_no_sense_is_refused_by_name() {
    let app = TestApp::spawn();
    let reporter = app.reporter();
    let invalid = |query: &str| reporter.get(&format!("/statistics/{query}")).invalid();
    assert_eq!(invalid("months"), ["from", "to"]);
    assert_eq!(invalid(&format!("months{OF}&measure=companies")), ["measure"]);
    assert_eq!(invalid(&format!("no-shows{OF}&measure=participants")), ["measure"]);
    assert_eq!(invalid(&format!("lead-times{OF}&measure=seminars")), ["measure"]);
    assert_eq!(
        invalid(&format!("cancellations{OF}&measure=viewers&format=pdf")),
        ["format", "measure"]
    );
    assert_eq!(invalid(&format!("months{OF}&dialect=excel")), ["dialect"]);
    assert_eq!(invalid(&format!("months{OF}&format=svg&dialect=rfc4180")), ["dialect"]);
    assert_eq!(invalid(&format!("months{OF}&rule=nichts-dergleichen")), ["rule"]);
    assert_eq!(invalid(&format!("months{OF}&farbe=rot")), ["farbe"]);
    reporter
        .get(&format!("/statistics/hours{OF}"))
        .problem(404, "not-found");
    reporter
        .get(&format!("/statistics/Months{OF}"))
        .problem(404, "not-found");
    reporter
        .get(&format!("/statistics/months{OF}&organisation=nirgends"))
        .problem(404, "not-found");
    app.foreign_organiser()
        .get(&format!("/statistics/months{OF}&organisation=staedteregion-aachen"))
        .problem(404, "not-found");
}

#[test]
fn registrations_by_days_before_the_first_session() {
    let app = TestApp::spawn();
    // On Thursday 6 May 2027; today is 4 January.
    let seminar = app.published(&draft_with(20, json!({"confirmation": "email", "confirm_hours": 24})));
    let path = format!("/seminars/{seminar}");
    let leads = || {
        let of = "/statistics/lead-times?from=2027-01-01&to=2027-12-31";
        app.reporter().get(of).expect(200)
    };
    let counts = |statistic: &Value| {
        let values = statistic["series"][0]["values"].as_array().unwrap();
        values
            .iter()
            .map(|cell| cell["value"].as_i64())
            .collect::<Option<Vec<_>>>()
    };
    app.registers_late(&seminar, "frueh");
    // One that waits for its address, one given up before, one confirmed and then given up.
    app.register(&seminar, "unbestaetigt").expect(201);
    let [given_up, confirmed] = app.registered(&seminar, ["verworfen", "bestaetigt"]);
    app.press(&given_up, "verworfen", "cancel").expect(200);
    app.press(&confirmed, "bestaetigt", "confirm").expect(200);
    app.press(&confirmed, "bestaetigt", "cancel").expect(200);
    assert_eq!(counts(&leads()), None, "it was not held yet");
    app.clock.advance(Duration::days(120));
    app.registers_late(&seminar, "spaet");
    app.clock.advance(Duration::days(2) + Duration::hours(4));
    app.registers_late(&seminar, "heute");
    app.clock.advance(Duration::hours(12));
    app.act(&path, "complete", &json!({})).expect(200);
    app.registers_late(&seminar, "danach");
    let known = leads();
    assert_eq!(counts(&known), Some(vec![1, 1, 0, 0, 0, 0, 2, 1]), "{known}");
    assert_eq!(
        cell(&known, "registrations", "56-or-more")["seminars"],
        json!([seminar])
    );
    assert_eq!(known["unit"], "registrations");
}

const HEADINGS: &str = "Vorname;Nachname;E-Mail;Organisation;Anwesend;Minuten;Bemerkung\n";

#[test]
fn no_shows_are_those_of_the_picture() {
    let app = TestApp::spawn();
    let seminar = scene(&app, &[MORNING]);
    past(
        &app,
        "staedteregion-aachen",
        &json!([{"title": "Nur gezählt", "date": "2026-03-10",
            "channels": [{"channel": "onsite"}], "headcounts": [{"stated_as": "12 Teilnehmende"}]}]),
    );
    let rates = || {
        let of = "/statistics/no-shows?from=2026-01-01&to=2026-12-31";
        app.reporter().get(of).expect(200)
    };
    let before = rates();
    let march = cell(&before, "no-shows", "2026-03");
    assert_eq!(
        (&march["value"], march["unknown"].as_array().unwrap().len()),
        (&Value::Null, 2)
    );
    let rows = "Mia;Musterbeispiel;mia.musterbeispiel@example.org;;ja;80;\nBjörn;Teststrom;bjoern.teststrom@example.org;;ja;80;\n";
    let sent = upload(&app.organiser(), &seminar, format!("{HEADINGS}{rows}").as_bytes(), &[]);
    sent.expect(201);
    let import = sent.header("location").to_owned();
    app.act(&import, "confirm", &json!({"accept_proposed": true}))
        .expect(200);
    let picture = app
        .reporter()
        .get(&format!("/seminars/{seminar}/attendance"))
        .expect(200);
    let known = rates();
    let march = cell(&known, "no-shows", "2026-03");
    assert_eq!(march["numerator"], picture["no_shows"]);
    assert_eq!(
        [&march["numerator"], &march["denominator"], &march["value"]],
        [&json!(6), &json!(8), &json!(75)]
    );
    assert_eq!(march["seminars"], json!([seminar]));
    assert_eq!(march["unknown"].as_array().unwrap().len(), 1);
    assert_eq!(cell(&known, "no-shows", "2026-04")["value"], Value::Null);
    let said = known["notes"].to_string();
    assert!(
        said.contains("Zu einer durchgeführten Veranstaltung gibt es nur eine Gesamtzahl"),
        "{said}"
    );
}
