//! Statistics about those who registered: how long before, and how many of those with a seat did not come.

use std::collections::{BTreeMap, BTreeSet};

use super::frame;
use super::months::Months;
use super::notes::to_held;
use crate::attendance::Basis;
use crate::reports::model::{
    ActivityReport, Booked, Missed, ReportedSeminar, Statistic, StatisticCategory, StatisticCell, StatisticName,
    StatisticSeries, StatisticUnit,
};
use crate::reports::paper::words::{listed, number};
use crate::seminars::SeminarId;

/// So many seminars are named; of more, only how many.
const NAMED: usize = 3;

/// Days from the registration to the first session: key, label, and from how many days on.
const LEADS: [(&str, &str, i64); 7] = [
    ("same-day", "am selben Tag", 0),
    ("1-2", "1–2 Tage", 1),
    ("3-6", "3–6 Tage", 3),
    ("7-13", "7–13 Tage", 7),
    ("14-27", "14–27 Tage", 14),
    ("28-55", "28–55 Tage", 28),
    ("56-or-more", "ab 56 Tagen", 56),
];
const AFTERWARDS: (&str, &str) = ("afterwards", "nachträglich");

/// How many registrations for the seminars that `report` counts as held came how long before.
#[must_use]
pub fn lead_times(report: &ActivityReport, booked: &[Booked]) -> Statistic {
    let held = held(report);
    let mut leads = BTreeMap::<&str, Vec<SeminarId>>::new();
    let mut undated = Vec::new();
    for one in booked {
        let Some(seminar) = held.get(&one.seminar) else {
            continue;
        };
        match seminar.date {
            Some(day) => {
                let lead = lead((day - one.on).num_days(), one.afterwards);
                leads.entry(lead).or_default().push(one.seminar);
            }
            None => undated.push(one.seminar),
        }
    }
    let known = !leads.is_empty();
    let cell = |key: &str| match leads.get(key) {
        Some(those) => StatisticCell::exact(those.len(), once(those)),
        None if known => StatisticCell::exact(0, Vec::new()),
        None => StatisticCell::nothing(),
    };
    let keys = LEADS.iter().map(|(key, label, _)| (*key, *label)).chain([AFTERWARDS]);
    let asked = booked.iter().map(|one| one.seminar).collect::<BTreeSet<_>>();
    let without = held.keys().filter(|id| !asked.contains(id)).count();
    let mut notes = Vec::new();
    if known {
        notes.push(
            "Gezählt sind Anmeldungen nach Tagen bis zum ersten Termin, ohne solche, die nie bestätigt wurden."
                .to_owned(),
        );
        if leads.contains_key(AFTERWARDS.0) {
            notes.push("Nachträglich heißt: eingetragen, als der erste Termin vorbei war.".to_owned());
        }
    }
    if without > 0 {
        notes.push(format!("{} gibt es keine Anmeldungen.", to_held(without)));
    }
    notes.extend(undated_note(&undated, &held));
    Statistic {
        title: "Anmeldungen nach Vorlauf".to_owned(),
        unit: StatisticUnit::Registrations,
        categories: keys
            .clone()
            .map(|(key, label)| StatisticCategory::new(key, label))
            .collect(),
        series: vec![StatisticSeries {
            key: "registrations".to_owned(),
            label: "Anmeldungen".to_owned(),
            values: keys.map(|(key, _)| cell(key)).collect(),
        }],
        notes,
        ..frame(report, StatisticName::LeadTimes)
    }
}

/// Whoever registers while the first session lasts registers on its day.
fn lead(days: i64, afterwards: bool) -> &'static str {
    let reached = LEADS.iter().rev().find(|(_, _, from)| days.max(0) >= *from);
    match reached {
        Some((key, ..)) if !afterwards => key,
        _ => AFTERWARDS.0,
    }
}

fn undated_note(undated: &[SeminarId], held: &BTreeMap<SeminarId, &ReportedSeminar>) -> Option<String> {
    let those = once(undated);
    let titles = those
        .iter()
        .filter_map(|id| held.get(id))
        .map(|one| format!("„{}“", one.title))
        .collect::<Vec<_>>();
    let missing = match undated.len() {
        1 => "fehlt eine Anmeldung".to_owned(),
        n => format!("fehlen {} Anmeldungen", number(n)),
    };
    let of = match those.len() {
        0 => return None,
        1..=NAMED => listed(&titles),
        n => format!("{} Veranstaltungen", number(n)),
    };
    Some(format!("Hier {missing} zu {of}, weil der Tag nicht bekannt ist."))
}

/// By month: of those with a seat, how many did not come. `missed` says it of the seminars of which it can be said.
#[must_use]
pub fn no_shows(report: &ActivityReport, missed: &[Missed]) -> Statistic {
    let known = missed.iter().map(|one| (one.seminar, *one)).collect::<BTreeMap<_, _>>();
    let held_in = || report.by_month.iter().filter(|one| one.figures.held.count > 0);
    let used = held_in().map(|one| one.month.as_deref());
    let months = Months::over(report.period.from, report.period.to, used);
    let cell = |category: &StatisticCategory| {
        let here = held_in().filter(|one| months.key_of(one.month.as_deref()) == category.key);
        let held = here.flat_map(|one| one.figures.held.seminars.iter().copied());
        let (told, unknown): (Vec<_>, Vec<_>) = held.partition(|id| known.contains_key(id));
        if told.is_empty() && unknown.is_empty() {
            return StatisticCell::nothing();
        }
        let of = |count: fn(&Missed) -> i64| told.iter().filter_map(|id| known.get(id)).map(count).sum::<i64>();
        StatisticCell::rate(of(|one| one.missing), of(|one| one.expected), told.clone(), unknown)
    };
    let categories = months.categories();
    Statistic {
        title: "Anteil der nicht Erschienenen nach Monaten".to_owned(),
        unit: StatisticUnit::Percent,
        series: vec![StatisticSeries {
            key: "no-shows".to_owned(),
            label: "nicht erschienen".to_owned(),
            values: categories.iter().map(cell).collect(),
        }],
        categories,
        notes: no_show_notes(report, &known),
        ..frame(report, StatisticName::NoShows)
    }
}

fn no_show_notes(report: &ActivityReport, known: &BTreeMap<SeminarId, Missed>) -> Vec<String> {
    let held = held(report);
    let told = held.keys().filter(|id| known.contains_key(id)).count();
    let mut notes = Vec::new();
    if told > 0 {
        notes.push(format!(
            "Gezählt wird von denen, die einen Platz hatten. {} ist Person für Person erfasst, wer kam.",
            to_held(told)
        ));
    }
    let silent = held.iter().filter(|(id, _)| !known.contains_key(id));
    let silent = silent.map(|(_, one)| one.participants.as_ref().map(|count| count.basis));
    let (headcounts, others): (Vec<_>, Vec<_>) = silent.partition(|basis| *basis == Some(Basis::Headcount));
    if !headcounts.is_empty() {
        notes.push(format!(
            "{} gibt es nur eine Gesamtzahl, die nicht sagt, wer fehlte.",
            to_held(headcounts.len())
        ));
    }
    if !others.is_empty() {
        notes.push(format!(
            "{} ist nicht oder nicht vollständig erfasst, wer kam.",
            to_held(others.len())
        ));
    }
    notes
}

/// The seminars that count as held.
fn held(report: &ActivityReport) -> BTreeMap<SeminarId, &ReportedSeminar> {
    let held = report.figures.held.seminars.iter().collect::<BTreeSet<_>>();
    let held = report.seminars.iter().filter(|one| held.contains(&one.id));
    held.map(|one| (one.id, one)).collect()
}

fn once(seminars: &[SeminarId]) -> Vec<SeminarId> {
    let mut seen = BTreeSet::new();
    seminars.iter().copied().filter(|id| seen.insert(*id)).collect()
}
