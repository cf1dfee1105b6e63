//! What is seldom: dates that are read two ways, reports of a whole hall, seminars of which nothing can be told yet.

use super::*;
use crate::support::draft_body;

const MAP: &str = r#"{"name": "Who", "join_time": "In", "leave_time": "Out"}"#;

#[test]
fn dates_that_fit_both_ways_are_asked_for() {
    let app = TestApp::spawn();
    // It goes on for weeks, so that the third of April and the fourth of March are both of it.
    let seminar = scene(&app, &[("2026-03-01T08:00:00Z", "2026-04-30T16:00:00Z")]);
    let file = b"Who;In;Out\nMia Musterbeispiel;03/04/2026 10:00;03/04/2026 11:00\n";
    let refused = sent(&app, &seminar, file, &[("column_map", MAP)]).problem(422, "dates-ambiguous");
    assert_eq!(refused["errors"][0]["pointer"], "/date_order");
    assert_eq!(stored(&app), 0);
    for (order, day) in [("dmy", "2026-04-03"), ("mdy", "2026-03-04")] {
        let read = sent(&app, &seminar, file, &[("column_map", MAP), ("date_order", order)]);
        let import = app.organiser().get(read.header("location")).expect(200);
        assert_eq!(import["date_order"], order);
        assert!(import["covers_from"].as_str().unwrap().starts_with(day), "{import}");
    }
    assert_eq!(stored(&app), 1, "one file, read anew");
}

#[test]
fn a_report_of_a_whole_hall_comes_in_pages() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let mut list = "Vorname;Nachname;E-Mail;Organisation;Anwesend;Minuten;Bemerkung\n".to_owned();
    for n in 0..620 {
        list += &format!("Gast;Nummer-{n:03};gast.{n}@example.org;;ja;80;\n");
    }
    let sent = sent(&app, &seminar, list.as_bytes(), &[]);
    let import = sent.expect(201);
    assert_eq!(import["summary"]["unique_participants"], 620);
    let mut positions = import["participants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["position"].as_i64().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(positions.len(), 500);
    let mut cursor = import["next_participants"].as_str().map(str::to_owned);
    let path = sent.header("location").to_owned();
    while let Some(after) = cursor {
        let page = app
            .organiser()
            .get(&format!("{path}/participants?limit=100&cursor={after}"))
            .expect(200);
        let more = page["data"].as_array().unwrap().iter();
        positions.extend(more.map(|one| one["position"].as_i64().unwrap()));
        cursor = page["next_cursor"].as_str().map(str::to_owned);
    }
    assert_eq!(positions, (0..620).collect::<Vec<_>>());
}

#[test]
fn nothing_can_be_told_of_a_draft_or_without_a_session() {
    let app = TestApp::spawn();
    let draft = app.draft(&draft_body(5)).id();
    sent(&app, &draft, LIST, &[]).problem(409, "not-ready");
    sent(&app, &scene(&app, &[]), LIST, &[]).problem(409, "not-ready");
    assert_eq!(stored(&app), 0);
}
