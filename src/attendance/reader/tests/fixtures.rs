//! Each report says what is written beside it.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::*;

#[test]
fn every_report_says_what_it_is_known_to_say() {
    let scene = scene();
    for (name, bytes) in reports() {
        let beside = folder().join(format!("{name}.expected.json"));
        let expected: Value = serde_json::from_slice(&fs::read(beside).unwrap()).unwrap();
        let report = read(&bytes, &how()).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let matches = match_people(&report.people, &scene.registered, &scene.team);
        let mut people = BTreeMap::new();
        for (seen, found) in report.people.iter().zip(&matches) {
            let there = presence(seen, &scene.window, &RULE);
            let mut one = json!({
                "status": found.status,
                "registration": found.registration_id.map(|id| scene.ids[&id].clone()),
                "flags": found.flags,
                "present_seconds": there.present_seconds,
                "in_session_seconds": there.in_session_seconds,
                "attended": there.attended,
            });
            if found.status == Verdict::Unmatched && !found.candidates.is_empty() {
                one["candidates"] = found.candidates.iter().map(|id| scene.ids[id].clone()).collect();
            }
            people.insert(seen.key.clone(), one);
        }
        let warnings: Vec<Value> = report.warnings.iter().map(|one| json!(one)["code"].clone()).collect();
        let told = json!({
            "format": report.format,
            "encoding": report.encoding,
            "delimiter": report.delimiter,
            "date_order": report.date_order,
            "warnings": warnings,
        });
        for (field, value) in told.as_object().unwrap() {
            assert_eq!(*value, expected[field], "{name}: {field}");
        }
        let known = expected["people"].as_object().unwrap();
        for (key, one) in &people {
            assert_eq!(Some(one), known.get(key), "{name}: {key}");
        }
        assert_eq!(people.len(), known.len(), "{name}: somebody is missing");
    }
}

#[test]
fn every_format_has_a_report() {
    let mut formats: Vec<Format> = reports()
        .iter()
        .map(|(_, bytes)| read(bytes, &how()).unwrap().format)
        .collect();
    formats.sort_unstable();
    formats.dedup();
    let missing: Vec<_> = Format::ALL.iter().filter(|format| !formats.contains(format)).collect();
    // The first two have tests of their own in `details`, with other words around them.
    assert_eq!(
        missing,
        [&Format::ZoomUniqueGerman, &Format::GotoWebinar, &Format::Mapped]
    );
}
