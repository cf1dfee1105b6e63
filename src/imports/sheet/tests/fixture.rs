//! The file of two hundred rows: each kind of mess is found where it is, and nothing elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::*;
use crate::imports::sheet::{Doubt, DoubtCode, RowState};

fn expected() -> Value {
    serde_json::from_str(EXPECTED).unwrap()
}

fn told(doubts: &[Doubt]) -> BTreeSet<(String, Option<String>)> {
    let told = doubts
        .iter()
        .map(|doubt| (doubt.code.to_string(), doubt.field.map(|field| field.to_string())));
    told.collect()
}

#[test]
fn every_mess_is_found_where_it_is_and_nowhere_else() {
    let expected = expected();
    let sheet = read(FIXTURE, &ColumnMap::default()).unwrap();
    assert_eq!(
        (sheet.encoding.as_str(), sheet.delimiter, sheet.heading_row),
        ("windows-1252", ';', 3)
    );
    assert_eq!(sheet.rows.len(), 200);
    let left_out = sheet
        .left_out
        .iter()
        .map(|one| serde_json::json!([one.row, one.why]))
        .collect::<Vec<_>>();
    assert_eq!(Value::from(left_out), expected["left_out"]);
    let mut wanted = BTreeMap::new();
    for one in expected["rows"].as_array().unwrap() {
        let doubts = one["doubts"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let doubts = doubts
            .map(|doubt| (text(&doubt[0]).unwrap(), text(&doubt[1])))
            .collect::<BTreeSet<_>>();
        wanted.insert(one["row"].as_i64().unwrap(), (one["name"].to_string(), doubts));
    }
    let mut faults = Vec::new();
    for (raw, read) in sheet.rows.iter().zip(interpreted(&sheet.rows, &Settings::default())) {
        let (name, wanted) = wanted.remove(&i64::from(raw.row)).unwrap_or_default();
        let found = told(&read.doubts);
        if found != wanted {
            faults.push(format!("row {} {name}: {found:?}, not {wanted:?}", raw.row));
        }
        let waits = read.doubts.iter().any(|doubt| doubt.code.waits());
        assert_eq!(read.state == RowState::Open, waits);
        assert!(
            waits || (read.external_id.is_some() && read.understood.status.is_some()),
            "row {}",
            raw.row
        );
    }
    assert!(
        faults.is_empty() && wanted.is_empty(),
        "\n{}\n{wanted:?}",
        faults.join("\n")
    );
}

#[test]
fn there_are_more_than_twenty_kinds() {
    let expected = expected();
    let all = expected["rows"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| one["doubts"].as_array().unwrap().clone());
    let codes = all
        .map(|doubt| doubt[0].as_str().unwrap().parse::<DoubtCode>().unwrap())
        .collect::<BTreeSet<_>>();
    assert!(codes.len() >= 40, "{}", codes.len());
    // The others need another file, another setting or more than one import.
    let elsewhere = DoubtCode::ALL
        .iter()
        .filter(|code| !codes.contains(code))
        .map(|code| code.as_str());
    assert_eq!(
        elsewhere.collect::<Vec<_>>(),
        [
            "title_missing",
            "date_missing",
            "outside_period",
            "status_contradicts",
            "too_long",
            "cut_off",
            "already_imported"
        ]
    );
}

#[test]
fn what_names_a_person_is_not_kept() {
    let sheet = read(FIXTURE, &ColumnMap::default()).unwrap();
    let kept = serde_json::to_string(&sheet.rows).unwrap();
    for word in ["example.org", "Mia", "Ali", "zoom.example", "zu klein"] {
        assert!(!kept.contains(word), "{word}");
    }
    let preamble = serde_json::to_string(&sheet.left_out).unwrap();
    assert!(!preamble.contains("Muster"), "{preamble}");
}

#[test]
fn what_is_decided_settles_each_and_every_doubt() {
    let expected = expected();
    let sheet = read(FIXTURE, &ColumnMap::default()).unwrap();
    let mut rows = sheet
        .rows
        .into_iter()
        .map(|row| (row, Decisions::default()))
        .collect::<Vec<_>>();
    for one in expected["rows"].as_array().unwrap() {
        let row = rows
            .iter_mut()
            .find(|(raw, _)| i64::from(raw.row) == one["row"].as_i64().unwrap())
            .unwrap();
        let mut settle = one["settle"].clone();
        for (member, empty) in [
            ("set", serde_json::json!({})),
            ("accept", serde_json::json!([])),
            ("skip", false.into()),
        ] {
            let members = settle.as_object_mut().unwrap();
            members.entry(member).or_insert(empty);
        }
        row.1 = serde_json::from_value(settle).unwrap();
    }
    let read = interpret(&rows, &Settings::default(), &known(), &|_| false);
    let open = rows.iter().zip(&read).filter(|(_, read)| read.state == RowState::Open);
    let open = open
        .map(|((raw, _), read)| format!("row {}: {:?}", raw.row, read.doubts))
        .collect::<Vec<_>>();
    assert!(open.is_empty(), "\n{}", open.join("\n"));
    assert_eq!(read.iter().filter(|read| read.state == RowState::Skipped).count(), 2);
    let again = interpret(&rows, &Settings::default(), &known(), &|_| true);
    assert!(
        again
            .iter()
            .all(|read| matches!(read.state, RowState::Known | RowState::Skipped))
    );
}

#[test]
fn a_period_settles_the_years() {
    let sheet = read(FIXTURE, &ColumnMap::default()).unwrap();
    let settings = Settings {
        from: Some(day("2020-01-01")),
        to: Some(day("2020-12-31")),
        ..Settings::default()
    };
    let read = interpreted(&sheet.rows, &settings);
    let has = |code| {
        read.iter()
            .any(|read| read.doubts.iter().any(|doubt| doubt.code == code))
    };
    assert!(!has(DoubtCode::TwoDigitYear) && has(DoubtCode::OutsidePeriod));
}
