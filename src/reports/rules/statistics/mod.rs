//! Figures side by side. What follows from a report alone is made of nothing else, so that a sealed report is charted from
//! what was sealed; lead times and no-shows come from facts about registrations.

mod asked;
mod cells;
mod groups;
mod months;
mod notes;
mod registrations;

pub use asked::{StatisticAsked, StatisticQuery};
pub use months::in_years;
pub use registrations::{lead_times, no_shows};

use std::collections::{BTreeMap, BTreeSet};

use self::groups::Group;
use super::wording::german_word;
use crate::reports::model::{
    ActivityReport, CountedAs, Figure, GroupFigures, Measure, ReportedSeminar, Statistic, StatisticCategory,
    StatisticCell, StatisticName, StatisticSeries, StatisticUnit, Sum,
};
use crate::reports::paper::words;
use crate::seminars::{Channel, ReasonCode};

/// The statistic, as far as it follows from `report`; `None` where it needs to know of registrations, or where `measure`
/// is nothing that it counts.
#[must_use]
pub fn of_report(report: &ActivityReport, name: StatisticName, measure: Measure) -> Option<Statistic> {
    if !name.measures().contains(&measure) {
        return None;
    }
    let (groups, by) = match name {
        StatisticName::Months => (groups::months(report, measure), "Monaten"),
        StatisticName::Weekdays => (groups::weekdays(report), "Wochentagen"),
        StatisticName::Channels => (groups::channels(report), "Kanälen"),
        StatisticName::Modes => (groups::modes(report), "Form der Teilnahme"),
        StatisticName::Collections => (groups::collections(report), "Formaten, Projekten und Rahmen"),
        StatisticName::Partners => (groups::partners(report), "beteiligten Organisationen"),
        StatisticName::Cancellations => return Some(cancellations(report)),
        StatisticName::LeadTimes | StatisticName::NoShows => return None,
    };
    let (what, unit, series) = match measure {
        Measure::Seminars => ("Veranstaltungen", StatisticUnit::Seminars, counted(report, &groups)),
        Measure::Participants => (
            "Teilnehmende",
            StatisticUnit::Participants,
            vec![people(report, &groups, measure)],
        ),
        Measure::Viewers => (
            "Zuschauende",
            StatisticUnit::Viewers,
            vec![people(report, &groups, measure)],
        ),
    };
    Some(Statistic {
        title: format!("{what} nach {by}"),
        measure: Some(measure),
        unit,
        series,
        notes: notes::of_groups(report, name, measure),
        categories: groups.into_iter().map(|(category, _)| category).collect(),
        ..frame(report, name)
    })
}

/// What every statistic over `report` says of itself.
fn frame(report: &ActivityReport, name: StatisticName) -> Statistic {
    Statistic {
        name,
        measure: None,
        title: String::new(),
        unit: StatisticUnit::Seminars,
        period: report.period.clone(),
        scope: report.scope.clone(),
        rule: report.rule.full_name(),
        adds_up: name.adds_up(),
        categories: Vec::new(),
        series: Vec::new(),
        notes: Vec::new(),
    }
}

/// How many seminars count as what, a series for each that the rule counts.
fn counted(report: &ActivityReport, groups: &[Group]) -> Vec<StatisticSeries> {
    let told = CountedAs::ALL
        .iter()
        .filter(|what| report.rule.terms.counts.contains(what));
    let series = told.map(|what| {
        let of = |group: &GroupFigures| StatisticCell::counted(figure(group, *what));
        StatisticSeries {
            key: what.as_str().to_owned(),
            label: german_word(*what).to_owned(),
            values: groups
                .iter()
                .map(|(_, figures)| folded(figures.iter().map(of)))
                .collect(),
        }
    });
    series.collect()
}

fn figure(group: &GroupFigures, as_what: CountedAs) -> &Figure {
    match as_what {
        CountedAs::Held => &group.held,
        CountedAs::Cancelled => &group.cancelled,
        CountedAs::Postponed => &group.postponed,
        CountedAs::Planned => &group.planned,
    }
}

/// Several of a report's groups as one; of none, nothing was counted.
fn folded(cells: impl Iterator<Item = StatisticCell>) -> StatisticCell {
    cells
        .reduce(StatisticCell::plus)
        .unwrap_or_else(|| StatisticCell::exact(0, Vec::new()))
}

/// How many people came, of the one unit that is asked for.
fn people(report: &ActivityReport, groups: &[Group], measure: Measure) -> StatisticSeries {
    let seminars = report.seminars.iter().map(|one| (one.id, one));
    let seminars = seminars.collect::<BTreeMap<_, _>>();
    let held_counts = report.rule.terms.counts.contains(&CountedAs::Held);
    let cell = |group: &GroupFigures| {
        let sum = sum_of(group, measure);
        let summed = sum.into_iter().flat_map(|sum| &sum.seminars).collect::<BTreeSet<_>>();
        let unknown = group.held.seminars.iter().filter(|id| {
            let silent = |one: &&ReportedSeminar| is_missing(one, measure);
            !summed.contains(id) && seminars.get(id).is_some_and(silent)
        });
        StatisticCell::summed(sum, &group.held.seminars, unknown.copied().collect())
    };
    let value = |(_, figures): &Group| match held_counts {
        true => folded(figures.iter().map(cell)),
        false => StatisticCell::nothing(),
    };
    let viewers = measure == Measure::Viewers;
    StatisticSeries {
        key: measure.as_str().to_owned(),
        label: if viewers { "Zuschauende" } else { "Teilnehmende" }.to_owned(),
        values: groups.iter().map(value).collect(),
    }
}

fn sum_of(group: &GroupFigures, measure: Measure) -> Option<&Sum> {
    match measure {
        Measure::Viewers => group.viewers.as_ref(),
        Measure::Participants => group.participants.as_ref(),
        Measure::Seminars => None,
    }
}

/// Whether a seminar held that is in no sum should be in one: somebody always takes part; somebody watches where there is
/// something to watch.
fn is_missing(seminar: &ReportedSeminar, measure: Measure) -> bool {
    let could_be_watched = || {
        let unclear = seminar.channels.is_empty() && seminar.participants.is_none();
        seminar.viewers.is_some() || seminar.channels.contains(&Channel::Livestream) || unclear
    };
    measure != Measure::Viewers || could_be_watched()
}

fn cancellations(report: &ActivityReport) -> Statistic {
    let counts = report.rule.terms.counts.contains(&CountedAs::Cancelled);
    let cancelled = &report.figures.cancelled;
    let cell = |why: &ReasonCode| {
        let seminars = cancelled.seminars_by_reason.get(why).cloned().unwrap_or_default();
        StatisticCell::exact(seminars.len(), seminars)
    };
    let reasons = ReasonCode::ALL.iter().filter(|_| counts);
    let category = |why: &ReasonCode| StatisticCategory::new(why.as_str(), words::reason(*why));
    let series = StatisticSeries {
        key: CountedAs::Cancelled.as_str().to_owned(),
        label: german_word(CountedAs::Cancelled).to_owned(),
        values: reasons.clone().map(cell).collect(),
    };
    Statistic {
        title: "Abgesagte Veranstaltungen nach Gründen".to_owned(),
        measure: Some(Measure::Seminars),
        categories: reasons.map(category).collect(),
        series: Vec::from_iter(counts.then_some(series)),
        notes: Vec::from_iter((!counts).then(|| "Abgesagtes zählt nach der Zählregel nicht.".to_owned())),
        ..frame(report, StatisticName::Cancellations)
    }
}

#[cfg(test)]
mod tests;
