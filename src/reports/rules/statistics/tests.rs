//! Each statistic over the paper, and what holds of all of them whatever was offered.

mod registrations;
mod sums;

use super::*;
use crate::attendance::{Qualifier, Tally};
use crate::reports::model::{CountingTerms, Facts, SumRule};
use crate::reports::rules::samples::*;
use crate::reports::rules::{built_ins, report};
use crate::seminars::{Channel, PartyRole, SeminarId, Status};

fn over(facts: Vec<Facts>) -> ActivityReport {
    report(&paper(), &rule("all"), &built_ins(), scope(), facts)
}

fn of_paper(name: StatisticName, measure: Measure) -> Statistic {
    of_report(&over(programme()), name, measure).unwrap()
}

fn cell<'a>(statistic: &'a Statistic, series: &str, category: &str) -> &'a StatisticCell {
    let place = statistic.categories.iter().position(|one| one.key == category).unwrap();
    let series = statistic.series.iter().find(|one| one.key == series).unwrap();
    &series.values[place]
}

fn values(statistic: &Statistic, series: &str) -> Vec<(String, Option<i64>)> {
    let series = statistic.series.iter().find(|one| one.key == series).unwrap();
    let values = series.values.iter().map(|cell| cell.tally().map(|tally| tally.value));
    let keys = statistic.categories.iter().map(|category| category.key.clone());
    keys.zip(values).collect()
}

fn keyed(all: &[(&str, i64)]) -> Vec<(String, Option<i64>)> {
    all.iter()
        .map(|(key, value)| ((*key).to_owned(), Some(*value)))
        .collect()
}

fn total(statistic: &Statistic, series: &str) -> StatisticCell {
    let series = statistic.series.iter().find(|one| one.key == series);
    let cells = series.into_iter().flat_map(|series| series.values.iter().cloned());
    cells.reduce(StatisticCell::plus).unwrap_or_else(StatisticCell::nothing)
}

#[test]
fn months_have_no_gap_and_end_with_what_is_planned_and_what_has_no_day() {
    let months = of_paper(StatisticName::Months, Measure::Seminars);
    let keys = months.categories.iter().map(|one| one.key.as_str()).collect::<Vec<_>>();
    assert_eq!((keys.len(), keys[0], keys[22]), (24, "2020-01", "2021-11"));
    assert_eq!(keys.last(), Some(&UNDATED_KEY));
    assert_eq!(months.categories[2].label, "März 2020");
    let shown = ["held", "cancelled", "postponed", "planned"];
    assert!(months.series.iter().map(|one| one.key.as_str()).eq(shown));
    let january = cell(&months, "held", "2020-01");
    assert_eq!((january.value, january.qualifier), (Some(0.0), Qualifier::Exact));
    assert_eq!(cell(&months, "held", "2021-04").value, Some(4.0));
    assert_eq!(cell(&months, "held", "2021-04").seminars.len(), 4);
    assert_eq!(cell(&months, "cancelled", UNDATED_KEY).value, Some(2.0));
    assert_eq!(cell(&months, "planned", "2021-08").value, Some(1.0));
    assert_eq!(
        months.notes,
        ["Nach dem 31.05.2021 steht hier nur, was dafür geplant ist."]
    );
    assert_eq!(
        (months.rule.as_str(), months.title.as_str()),
        ("all@1", "Veranstaltungen nach Monaten")
    );
}

const UNDATED_KEY: &str = months::UNDATED;

#[test]
fn what_is_planned_far_ahead_is_later() {
    let mut far = seminar("In drei Jahren");
    (far.status, far.day) = (Status::Scheduled, Some(day("2024-06-01")));
    let mut near = seminar("In zwei Jahren");
    (near.status, near.day) = (Status::Scheduled, Some(day("2023-05-31")));
    let months = of_report(&over(vec![far, near]), StatisticName::Months, Measure::Seminars).unwrap();
    let keys = months.categories.iter().map(|one| one.key.as_str()).collect::<Vec<_>>();
    assert_eq!(keys[keys.len() - 2..], ["2023-05", months::LATER]);
    assert_eq!(cell(&months, "planned", months::LATER).value, Some(1.0));
}

#[test]
fn people_by_month_keep_their_doubt_and_what_is_not_known() {
    let months = of_paper(StatisticName::Months, Measure::Participants);
    assert_eq!(
        months.categories.len(),
        18,
        "the months of the period, and what has no day"
    );
    let september = cell(&months, "participants", "2020-09");
    assert_eq!(
        (september.value, september.qualifier, september.lower_bound),
        (Some(194.0), Qualifier::AtLeast, Some(194))
    );
    let july = cell(&months, "participants", "2020-07");
    assert_eq!(
        (july.value, july.qualifier, july.unknown.len()),
        (None, Qualifier::Unknown, 1)
    );
    assert!(july.is_unknown() && july.seminars.is_empty());
    let november = cell(&months, "participants", "2020-11");
    assert_eq!(november.tally(), Some(Tally::exact(120)));
    assert_eq!(
        (november.seminars.len(), november.unknown.len()),
        (2, 1),
        "viewers are no participants"
    );
    assert_eq!(
        cell(&months, "participants", "2020-01").value,
        Some(0.0),
        "nothing was held"
    );
    assert_eq!(
        months.notes,
        [
            "Zu 5 durchgeführten Veranstaltungen liegt keine Zahl vor; sie fehlen in den Werten.",
            "Zu einer durchgeführten Veranstaltung ist nur bekannt, wie viele zuschauten; Zuschauende zählen nicht als Teilnehmende.",
        ]
    );
    let viewers = of_paper(StatisticName::Months, Measure::Viewers);
    assert_eq!(cell(&viewers, "viewers", "2020-11").tally(), Some(Tally::exact(450)));
    let february = cell(&viewers, "viewers", "2020-02");
    assert_eq!(
        (february.value, february.unknown.len()),
        (None, 0),
        "there was nothing to watch"
    );
}

#[test]
fn weekdays_begin_with_monday() {
    let days = of_paper(StatisticName::Weekdays, Measure::Seminars);
    let held = [
        ("monday", 0),
        ("tuesday", 3),
        ("wednesday", 8),
        ("thursday", 9),
        ("friday", 1),
        ("saturday", 0),
        ("sunday", 0),
        (UNDATED_KEY, 2),
    ];
    assert_eq!(values(&days, "held"), keyed(&held));
    let mut moved = seminar("Von Montag auf Dienstag");
    moved.day = Some(day("2020-06-02"));
    moved.changes = vec![change(
        crate::seminars::ChangeKind::Rescheduled,
        Some("2020-06-01"),
        ReasonCode::Weather,
    )];
    let days = of_report(&over(vec![moved]), StatisticName::Weekdays, Measure::Seminars).unwrap();
    assert_eq!(
        cell(&days, "postponed", "monday").value,
        Some(1.0),
        "on the day given up"
    );
    assert_eq!(cell(&days, "held", "tuesday").value, Some(1.0));
    assert_eq!(
        days.notes,
        ["Eine verschobene Veranstaltung steht auch als das, was aus ihr wurde."]
    );
}

#[test]
fn modes_channels_and_reasons() {
    let modes = of_paper(StatisticName::Modes, Measure::Seminars);
    let held = [("onsite", 5), ("online", 13), ("hybrid", 1), ("unknown", 4)];
    assert_eq!(values(&modes, "held"), keyed(&held));
    let channels = of_paper(StatisticName::Channels, Measure::Seminars);
    let held = [
        ("onsite", 5),
        ("onsite+online", 1),
        ("online", 12),
        ("livestream", 1),
        ("unknown", 4),
    ];
    assert_eq!(values(&channels, "held"), keyed(&held));
    let reasons = of_paper(StatisticName::Cancellations, Measure::Seminars);
    assert_eq!(values(&reasons, "cancelled")[0], ("pandemic".to_owned(), Some(2)));
    assert_eq!(reasons.categories.len(), ReasonCode::ALL.len());
    assert_eq!(cell(&reasons, "cancelled", "pandemic").seminars.len(), 2);
}

#[test]
fn partners_are_told_with_their_roles_and_never_added_up() {
    let partners = of_paper(StatisticName::Partners, Measure::Seminars);
    assert!(!partners.adds_up);
    let first = &partners.categories[0];
    assert_eq!(
        (first.key.as_str(), first.label.as_str()),
        ("staedteregion-aachen", "StädteRegion Aachen")
    );
    assert_eq!(first.detail.as_deref(), Some("Federführung 18×, Mitveranstaltung 5×"));
    let collections = of_paper(StatisticName::Collections, Measure::Participants);
    assert!(!collections.adds_up);
    assert_eq!(
        cell(&collections, "participants", "none").tally().map(|one| one.value),
        Some(601)
    );
    assert!(partners.notes.last().unwrap().contains("nicht das Ganze"));
}

#[test]
fn what_a_rule_does_not_count_is_told_and_not_zero() {
    let terms = CountingTerms {
        counts: vec![CountedAs::Planned],
        offered: vec![CountedAs::Planned],
        ..CountingTerms::default()
    };
    let planned = report(&paper(), &own_rule("geplant", terms), &[], scope(), programme());
    let months = of_report(&planned, StatisticName::Months, Measure::Seminars).unwrap();
    assert_eq!(months.series.len(), 1);
    assert!(
        months
            .notes
            .contains(&"Was durchgeführt, abgesagt und verschoben ist, zählt nach der Zählregel nicht.".to_owned())
    );
    let people = of_report(&planned, StatisticName::Months, Measure::Participants).unwrap();
    assert!(people.series[0].values.iter().all(|cell| cell.value.is_none()));
    assert!(people.notes[0].starts_with("Durchgeführtes zählt"));
    let reasons = of_report(&planned, StatisticName::Cancellations, Measure::Seminars).unwrap();
    assert!(reasons.categories.is_empty() && reasons.series.is_empty());
    assert_eq!(reasons.notes, ["Abgesagtes zählt nach der Zählregel nicht."]);
}

#[test]
fn the_sum_rule_holds_here_too() {
    let terms = CountingTerms {
        sums: SumRule::ExactOnly,
        ..CountingTerms::default()
    };
    let exact = report(&paper(), &own_rule("genau", terms), &[], scope(), programme());
    for name in [StatisticName::Months, StatisticName::Weekdays, StatisticName::Modes] {
        let statistic = of_report(&exact, name, Measure::Participants).unwrap();
        let whole = total(&statistic, "participants");
        assert_eq!(whole.tally(), Some(Tally::exact(677)), "{name}");
        assert_eq!(whole.unknown.len(), 9, "{name}: six without a number, three not exact");
        assert!(
            statistic
                .notes
                .last()
                .unwrap()
                .starts_with("Zu 3 durchgeführten Veranstaltungen ist die Angabe nicht genau")
        );
    }
}

#[test]
fn nothing_beside_unknown_stays_unknown_in_a_year() {
    let mut silent = seminar("Ohne Zahl");
    silent.day = Some(day("2020-06-01"));
    let months = of_report(&over(vec![silent]), StatisticName::Months, Measure::Participants).unwrap();
    assert_eq!(cell(&months, "participants", "2020-05").value, Some(0.0));
    let years = in_years(&months);
    assert!(cell(&years, "participants", "2020").is_unknown());
    assert_eq!(cell(&years, "participants", "2021").value, Some(0.0));
}

#[test]
fn a_statistic_has_only_what_it_can_count() {
    let report = over(programme());
    for name in StatisticName::ALL {
        for measure in Measure::ALL {
            let made = of_report(&report, *name, *measure);
            assert_eq!(made.is_some(), name.measures().contains(measure), "{name} {measure}");
        }
    }
}

#[test]
fn whoever_is_no_organisation_known_here_is_known_by_name() {
    let mut one = seminar("Mit Verein");
    let mut unknown = taking(0, PartyRole::Host, "Verein der Freunde");
    unknown.organisation = None;
    one.parties = vec![unknown];
    one.channels = vec![Channel::Onsite];
    let partners = of_report(&over(vec![one]), StatisticName::Partners, Measure::Seminars).unwrap();
    assert_eq!(partners.categories[0].key, "Verein der Freunde");
}
