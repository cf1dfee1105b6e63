use serde_json::json;

use super::*;
use crate::attendance::{Count, Qualifier};
use crate::reports::model::{Facts, ReportSnapshotId};
use crate::reports::rules::samples::{collection, day, paper, programme, rule, scope, sealed, seminar, span, stated};
use crate::reports::rules::{ActivityQuery, report};
use crate::seminars::Status;
use proptest::prelude::*;

fn told(query: &ActivityQuery, by: &str, facts: Vec<Facts>) -> SealedReport {
    let mut content = sealed(report(query, &rule(by), &[], scope(), facts));
    content.id = ReportSnapshotId::fresh();
    content.query.from = query.period.from;
    content.query.to = query.period.to;
    content.query.collection = query.collection;
    content.query.rule = content.report.rule.full_name();
    content
}

fn causes(those: &[SeminarOfOne]) -> Vec<(&str, ChangeCause)> {
    those.iter().map(|one| (one.title.as_str(), one.cause)).collect()
}

#[test]
fn the_same_data_under_another_rule_differ_by_the_rule() {
    let (public, all) = (
        told(&paper(), "public", programme()),
        told(&paper(), "all", programme()),
    );
    let found = compare(&public, &all).unwrap();
    assert!(!found.same_report);
    assert!(found.query.iter().map(|change| change.pointer.as_str()).eq(["/rule"]));
    let terms = found.rule.iter().filter(|change| change.pointer.starts_with("/terms/"));
    assert_eq!(
        terms
            .map(|change| (change.pointer.as_str(), &change.after))
            .collect::<Vec<_>>(),
        [("/terms/internal", &json!(true)), ("/terms/undated", &json!(true))]
    );
    let held = found.figures.iter().find(|change| change.figure == "held").unwrap();
    assert_eq!((&held.before["count"], &held.after["count"]), (&json!(20), &json!(23)));
    assert_eq!((held.added.len(), held.removed.len(), held.changed.len()), (3, 0, 0));
    assert!(held.before.get("seminars").is_none());
    assert_eq!(found.added.len(), 6);
    assert!(
        found.added.iter().all(|one| one.cause == ChangeCause::Rule),
        "{:?}",
        found.added
    );
    assert_eq!((found.removed.len(), found.changed.len()), (0, 0));
    let back = compare(&all, &public).unwrap();
    assert_eq!(back.removed, found.added);
}

#[test]
fn other_data_under_one_rule_differ_by_the_data() {
    let mut before = seminar("Bleibt");
    before.headcounts = vec![stated("17 Teilnehmende")];
    let mut after = before.clone();
    after.version += 1;
    after.headcounts = vec![stated("19 Teilnehmende")];
    let mut internal = seminar("Wird intern");
    let public = internal.clone();
    internal.audience = crate::seminars::Audience::Internal;
    let gone = seminar("Geht");
    let first = told(&paper(), "public", vec![before.clone(), public, gone]);
    let second = told(&paper(), "public", vec![after, internal, seminar("Kommt")]);
    let found = compare(&first, &second).unwrap();
    assert_eq!((found.query.len(), found.rule.len()), (0, 0));
    assert_eq!(causes(&found.added), [("Kommt", ChangeCause::Data)]);
    assert_eq!(
        causes(&found.removed),
        [("Geht", ChangeCause::Data), ("Wird intern", ChangeCause::Data)]
    );
    let members = found.changed[0].members.iter().map(|change| change.pointer.as_str());
    assert_eq!(
        members.collect::<Vec<_>>(),
        ["/participants/stated_as", "/participants/value", "/version"]
    );
    let participants = found
        .figures
        .iter()
        .find(|change| change.figure == "participants")
        .unwrap();
    assert_eq!(
        (&participants.before["value"], &participants.after["value"]),
        (&json!(17), &json!(19))
    );
    assert_eq!(participants.changed, [before.id]);
    let same = compare(&first, &first).unwrap();
    assert!(same.same_report && same.figures.is_empty() && same.changed.is_empty());
}

#[test]
fn another_period_or_collection_differ_by_the_question() {
    let late = Facts {
        day: Some(day("2021-06-01")),
        ..seminar("Spät")
    };
    let planned = Facts {
        status: Status::Scheduled,
        published_on: Some(day("2021-06-01")),
        day: Some(day("2021-09-01")),
        ..seminar("Geplant")
    };
    let whole = ActivityQuery {
        period: span("2020-01-01", "2021-12-31"),
        ..paper()
    };
    let facts = || vec![seminar("Früh"), late.clone(), planned.clone()];
    let found = compare(&told(&paper(), "all", facts()), &told(&whole, "all", facts())).unwrap();
    // What was not announced yet by the end of the shorter period was added to the programme later.
    assert_eq!(
        causes(&found.added),
        [("Spät", ChangeCause::Question), ("Geplant", ChangeCause::Data)]
    );
    let inside = Facts {
        collections: vec![collection("AC²", false)],
        ..seminar("Drin")
    };
    let narrow = ActivityQuery {
        collection: Some(inside.collections[0].collection.id),
        ..paper()
    };
    let found = compare(
        &told(&narrow, "all", vec![inside.clone()]),
        &told(&paper(), "all", vec![inside, seminar("Draußen")]),
    );
    assert_eq!(causes(&found.unwrap().added), [("Draußen", ChangeCause::Question)]);
}

proptest! {
    /// A figure changes by what is named beside it, or by nothing else.
    #[test]
    fn each_change_of_a_sum_names_its_seminars(one in 0_i64..500, other in 0_i64..500) {
        let with = |value| {
            let mut facts = seminar("Eine");
            facts.headcounts = vec![stated("1 Teilnehmende")];
            facts.headcounts[0].count = Count::new(value, Qualifier::Exact);
            told(&paper(), "all", vec![facts, seminar("Andere")])
        };
        let found = compare(&with(one), &with(other)).unwrap();
        prop_assert_eq!(found.figures.len(), usize::from(one != other));
        prop_assert_eq!(found.figures.iter().flat_map(|change| &change.changed).count(), usize::from(one != other));
    }
}
