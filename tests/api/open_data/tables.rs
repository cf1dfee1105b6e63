//! The tables of a year: what they tell, and of which counts nothing.

use serde_json::{Value, json};

use super::{YEARS, figure, published, publishing};
use crate::api::reports::past;
use crate::support::TestApp;

#[test]
fn the_years_of_the_paper_in_public() {
    let (_app, anybody) = published();
    for (year, held, planned, participants) in [(2020, 14, 0, 680), (2021, 6, 2, 400)] {
        let figures = anybody.get(&format!("{YEARS}/{year}/figures")).expect(200);
        let whole = figure(&figures, "year", &year.to_string());
        assert_eq!(
            (&whole["held"], &whole["planned"]),
            (&json!(held), &json!(planned)),
            "{year}"
        );
        assert_eq!(whole["participants"], participants, "{year}");
        assert_eq!(whole["participants_qualifier"], "at_least");
        let seminars = anybody.get(&format!("{YEARS}/{year}/seminars")).expect(200);
        assert_eq!(seminars["seminars"].as_array().unwrap().len(), held + planned, "{year}");
        for table in [&figures, &seminars] {
            assert_eq!((&table["rule"], &table["year"]), (&json!("public@1"), &json!(year)));
            assert_eq!(table["licence"], "http://dcat-ap.de/def/licenses/dl-by-de/2.0");
            assert_eq!(
                (&table["attribution"], &table["suppressed_below"]),
                (&json!("StädteRegion Aachen"), &json!(5))
            );
        }
    }
    let seminars = anybody.get(&format!("{YEARS}/2020/seminars")).expect(200);
    let mut all = seminars["seminars"].as_array().unwrap().iter();
    let one = all
        .find(|one| one["title"].as_str().unwrap().starts_with("digitale Sprechstunde"))
        .unwrap();
    let names = one["organisations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap());
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["StädteRegion Aachen", "Gesundheitsamt der StädteRegion Aachen"]
    );
    assert!(one["kind"].is_string());
    let figures = anybody.get(&format!("{YEARS}/2020/figures")).expect(200);
    let whole = figures.to_string() + &seminars.to_string();
    for person in ["Ziemons", "Klausur", "Informationsveranstaltung für städteregionale"] {
        assert!(!whole.contains(person), "{person}");
    }
}

#[test]
fn a_small_count_is_told_nowhere() {
    let app = TestApp::spawn();
    let both = json!([{"channel": "onsite"}, {"channel": "online"}]);
    past(
        &app,
        "staedteregion-aachen",
        &json!([
            {"title": "Vier", "date": "2020-09-01", "headcounts": [{"stated_as": "4 Teilnehmende"}]},
            {"title": "Fünf", "date": "2020-09-02", "headcounts": [{"stated_as": "5 Teilnehmende"}]},
            {"title": "Niemand", "date": "2020-10-01", "headcounts": [{"stated_as": "0 Teilnehmende"}]},
            {"title": "Unbekannt", "date": "2020-10-02"},
            {"title": "Rund drei", "date": "2020-11-03", "headcounts": [{"stated_as": "rund 3 Teilnehmende"}]},
            {"title": "Beides", "date": "2020-12-03", "channels": both, "headcounts": [
                {"channel": "onsite", "stated_as": "40 Teilnehmende"}, {"channel": "online", "stated_as": "2 Teilnehmende"}]},
        ]),
    );
    publishing(&app);
    let anybody = app.anonymous();
    let seminars = anybody.get(&format!("{YEARS}/2020/seminars")).expect(200);
    let counts = seminars["seminars"].as_array().unwrap().iter().map(|one| {
        let title = one["title"].as_str().unwrap().to_owned();
        (
            title,
            one["participants"].as_i64(),
            one["participants_suppressed"].as_bool().unwrap(),
        )
    });
    let expected = [
        ("Vier", None, true),
        ("Fünf", Some(5), false),
        ("Niemand", Some(0), false),
        ("Unbekannt", None, false),
        ("Rund drei", None, true),
        ("Beides", Some(42), false),
    ];
    assert_eq!(
        counts.collect::<Vec<_>>(),
        expected.map(|(title, count, hidden)| (title.to_owned(), count, hidden))
    );
    let figures = anybody.get(&format!("{YEARS}/2020/figures")).expect(200);
    for (by, key, sum, qualifier, counted, hidden, silent) in [
        ("year", "2020", json!(47), json!("at_least"), 3, 2, 1),
        ("month", "2020-09", json!(5), json!("at_least"), 1, 1, 0),
        ("month", "2020-10", json!(0), json!("exact"), 1, 0, 1),
        ("month", "2020-11", Value::Null, Value::Null, 0, 1, 0),
        ("channel", "onsite+online", json!(42), json!("exact"), 1, 0, 0),
    ] {
        let cell = figure(&figures, by, key);
        assert_eq!(
            (&cell["participants"], &cell["participants_qualifier"]),
            (&sum, &qualifier),
            "{key}"
        );
        assert_eq!(cell["participants_counted"], counted, "{key}");
        assert_eq!(cell["participants_suppressed"], hidden, "{key}");
        assert_eq!(cell["without_count"], silent, "{key}");
    }
    let csv = anybody.get(&format!("{YEARS}/2020/seminars?format=csv"));
    let line = csv.text.lines().find(|line| line.contains(",Vier,")).unwrap();
    assert!(line.ends_with(",,,true,,,false"), "{line}");
}

#[test]
fn tables_come_as_json_and_as_csv_of_both_dialects() {
    let (_app, anybody) = published();
    let at = |rest: &str| format!("{YEARS}/2020/{rest}");
    let json = anybody.get(&at("seminars"));
    assert_eq!(json.header("content-type"), "application/json");
    assert_eq!(
        json.header("content-disposition"),
        "attachment; filename=\"veranstaltungen-staedteregion-aachen-2020.json\""
    );
    let csv = anybody.get(&at("seminars?format=csv"));
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        csv.header("content-disposition"),
        "attachment; filename=\"veranstaltungen-staedteregion-aachen-2020.csv\""
    );
    assert!(
        csv.text.starts_with("id,title,kind,date,"),
        "no mark, commas: {}",
        csv.text
    );
    let mut reader = csv::Reader::from_reader(csv.bytes.as_slice());
    let headings = reader.headers().unwrap().clone();
    let rows = reader.records().map(Result::unwrap).collect::<Vec<_>>();
    let json = json.expect(200);
    let all = json["seminars"].as_array().unwrap();
    assert_eq!(rows.len(), all.len());
    for (row, one) in rows.iter().zip(all) {
        let members = one
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect::<std::collections::BTreeSet<_>>();
        assert_eq!(headings.iter().collect::<std::collections::BTreeSet<_>>(), members);
        for (heading, cell) in headings.iter().zip(row) {
            match &one[heading] {
                Value::Null => assert_eq!(cell, "", "{heading}"),
                Value::String(text) => assert_eq!(cell, text),
                Value::Array(parts) => {
                    assert_eq!(cell.split(" | ").filter(|part| !part.is_empty()).count(), parts.len())
                }
                other => assert_eq!(cell, other.to_string(), "{heading}"),
            }
        }
    }
    let excel = anybody.get(&at("seminars?format=csv&dialect=excel"));
    assert!(excel.text.starts_with("\u{FEFF}id;title;"), "{}", excel.text);
    let accepted = anybody.get_with(&at("figures"), &[("Accept", "text/csv")]);
    assert!(accepted.text.starts_with("by,key,name,"), "{}", accepted.text);
    assert_eq!(
        accepted.header("content-disposition"),
        "attachment; filename=\"kennzahlen-staedteregion-aachen-2020.csv\""
    );
    let lines = csv::Reader::from_reader(accepted.bytes.as_slice()).records().count();
    let figures = anybody.get(&at("figures?format=json")).expect(200);
    assert_eq!(lines, figures["figures"].as_array().unwrap().len());
    anybody
        .get_with(&at("figures"), &[("Accept", "text/html")])
        .problem(406, "not-acceptable");
    assert_eq!(anybody.get(&at("figures?dialect=excel")).invalid(), ["dialect"]);
    assert_eq!(anybody.get(&at("figures?format=xml")).invalid(), ["format"]);
    assert_eq!(anybody.get(&at("figures?year=2020")).invalid(), ["year"]);
}
