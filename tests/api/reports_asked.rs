//! Who may ask for a report, for whose programme, and in which form.

use super::reports::{PERIOD, counts, with_the_paper};
use crate::support::TestApp;

#[test]
fn an_organisation_is_named_by_slug_or_id_and_a_strangers_is_not_found() {
    let (app, reporter) = with_the_paper();
    let own = reporter
        .get(&format!("{PERIOD}&organisation=staedteregion-aachen"))
        .expect(200);
    let id = own["scope"]["organisations"][0]["id"].as_str().unwrap();
    assert_eq!(reporter.get(&format!("{PERIOD}&organisation={id}")).expect(200), own);
    let foreign = reporter.get(&format!("{PERIOD}&organisation=ihk-aachen"));
    foreign.problem(404, "not-found");
    let missing = reporter.get(&format!("{PERIOD}&organisation=nobody"));
    assert_eq!(foreign.but_for_the_request(), missing.but_for_the_request());
    app.foreign_organiser()
        .get(&format!("{PERIOD}&organisation={id}"))
        .problem(404, "not-found");
}

#[test]
fn a_collection_narrows_the_report_and_a_strangers_is_not_found() {
    let (app, reporter) = with_the_paper();
    let whole = reporter.get(PERIOD).expect(200);
    let all = whole["by_collection"].as_array().unwrap();
    let group = all.iter().find(|one| one["collection"]["name"] == "AC²").unwrap();
    let id = group["collection"]["id"].as_str().unwrap();
    let report = reporter.get(&format!("{PERIOD}&collection={id}")).expect(200);
    assert_eq!(counts(&report), [3, 3, 0, 0, 0]);
    assert_eq!(report["scope"]["collection"], group["collection"]);
    assert_eq!(report["figures"]["held"]["seminars"], group["held"]["seminars"]);
    let foreign = app.foreign_organiser().get(&format!("{PERIOD}&collection={id}"));
    foreign.problem(404, "not-found");
    let missing = app
        .foreign_organiser()
        .get(&format!("{PERIOD}&collection=0192f3c1-8d7e-7cc0-a0ff-00000000dead"));
    assert_eq!(foreign.but_for_the_request(), missing.but_for_the_request());
}

#[test]
fn reporters_and_organisers_may_ask_and_nobody_else() {
    let app = TestApp::spawn();
    for (person, status) in [
        ("reporter", 200),
        ("organiser", 200),
        ("admin", 200),
        ("front_desk", 403),
        ("platform_admin", 403),
    ] {
        assert_eq!(app.person(person).get(PERIOD).status, status, "{person}");
    }
    app.anonymous().get(PERIOD).problem(401, "unauthenticated");
}

#[test]
fn the_report_is_told_in_german_where_markdown_is_asked_for() {
    let (_app, reporter) = with_the_paper();
    let asked = format!("{PERIOD}&split_on=2020-03-16");
    let by_format = reporter.get(&format!("{asked}&format=markdown"));
    assert_eq!(
        (by_format.status, by_format.header("content-type")),
        (200, "text/markdown; charset=utf-8")
    );
    let text = &by_format.text;
    assert!(text.contains(
        "wurden 25 Veranstaltungen angeboten; 23 wurden durchgeführt, davon 4 vor dem 16.03.2020, 17 ab dem 16.03.2020 und 2 ohne \
         bekannten Tag; 2 wurden abgesagt (pandemiebedingt): „Gründerfoyer“ und „VISION-Preisverleihung“; verschoben wurde keine."
    ), "{text}");
    assert!(text.contains("Es nahmen mindestens 1.080 Personen teil"), "{text}");
    assert!(
        text.contains("450 Zuschauende im Livestream, die darin nicht mitgezählt sind"),
        "{text}"
    );
    let by_accept = reporter.get_with(&asked, &[("Accept", "text/markdown")]);
    assert_eq!(&by_accept.text, text);
    assert_eq!(by_accept.header("vary"), "Authorization, Accept, Accept-Language");
    let format_wins = reporter.get_with(&format!("{asked}&format=json"), &[("Accept", "text/markdown")]);
    assert_eq!(format_wins.header("content-type"), "application/json");
}

#[test]
fn what_cannot_be_accepted_is_said() {
    let app = TestApp::spawn();
    let reporter = app.reporter();
    reporter
        .get_with(PERIOD, &[("Accept", "image/png")])
        .problem(406, "not-acceptable");
    assert_eq!(
        reporter
            .get_with(&format!("{PERIOD}&format=json"), &[("Accept", "image/png")])
            .status,
        200
    );
}

#[test]
fn every_wrong_parameter_is_named_at_once() {
    let app = TestApp::spawn();
    let reporter = app.reporter();
    let invalid = |query: &str| reporter.get(&format!("/reports/activity{query}")).invalid();
    assert_eq!(invalid(""), ["from", "to"]);
    assert_eq!(
        invalid("?from=2020-02-30&to=x&rule=Some!&collection=1&format=odt"),
        ["from", "to", "rule", "collection", "format"]
    );
    assert_eq!(invalid("?from=2021-01-02&to=2021-01-01"), ["to"]);
    assert_eq!(invalid("?from=1970-01-01&to=2020-01-01"), ["to"]);
    assert_eq!(
        invalid("?from=2020-01-01&to=2020-12-31&split_on=2021-01-01"),
        ["split_on"]
    );
    assert_eq!(invalid("?from=2020-01-01&to=2020-12-31&colour=red"), ["colour"]);
    let rules = reporter
        .get(&format!("{PERIOD}&rule=some"))
        .problem(422, "validation-failed");
    assert_eq!(rules["errors"][0]["parameter"], "rule");
    assert_eq!(rules["errors"][0]["detail"], "there is no counting rule `some`");
    assert_eq!(invalid("?from=2020-01-01&to=2020-12-31&rule=public@2"), ["rule"]);
}
