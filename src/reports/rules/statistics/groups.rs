//! The groups of a report, named; and those that a report does not have ready.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, Weekday};

use super::months::{Months, UNDATED};
use crate::attendance::Tally;
use crate::reports::model::{
    ActivityReport, CountedAs, Figure, GroupFigures, Measure, OrganisationFigures, ReportedCount, ReportedSeminar,
    StatisticCategory, Sum, SumRule,
};
use crate::reports::paper::words;
use crate::reports::rules::counting::is_summed;
use crate::seminars::{AttendanceMode, SeminarId};

/// A category and the figures in it: none where nothing is in it, several where it takes in several of the report's.
pub type Group = (StatisticCategory, Vec<GroupFigures>);

/// Every month of the period, also those in which there was nothing. What is planned for later is nobody's attendance yet.
pub fn months(report: &ActivityReport, measure: Measure) -> Vec<Group> {
    let used = report.by_month.iter();
    let used = used.filter(|one| measure == Measure::Seminars || one.figures.held.count > 0);
    let used = used.map(|one| one.month.as_deref());
    let months = Months::over(report.period.from, report.period.to, used);
    let mut figures = BTreeMap::<String, Vec<GroupFigures>>::new();
    for one in &report.by_month {
        let key = months.key_of(one.month.as_deref());
        figures.entry(key).or_default().push(one.figures.clone());
    }
    let with_figures = |category: StatisticCategory| {
        let figures = figures.remove(&category.key).unwrap_or_default();
        (category, figures)
    };
    months.categories().into_iter().map(with_figures).collect()
}

pub fn channels(report: &ActivityReport) -> Vec<Group> {
    let groups = report.by_channel.iter().map(|one| {
        let keys = one.channels.iter().map(|channel| channel.as_str()).collect::<Vec<_>>();
        let key = if keys.is_empty() {
            "unknown".to_owned()
        } else {
            keys.join("+")
        };
        let category = StatisticCategory::new(key, words::channels(&one.channels));
        (category, vec![one.figures.clone()])
    });
    groups.collect()
}

pub fn collections(report: &ActivityReport) -> Vec<Group> {
    let groups = report.by_collection.iter().map(|one| {
        let category = match &one.collection {
            Some(of) => StatisticCategory {
                detail: Some(words::collection(of.kind).to_owned()),
                ..StatisticCategory::new(of.id.to_string(), of.name.as_str())
            },
            None => StatisticCategory::new("none", "ohne Zuordnung"),
        };
        (category, vec![one.figures.clone()])
    });
    groups.collect()
}

pub fn partners(report: &ActivityReport) -> Vec<Group> {
    let groups = report.by_organisation.iter().map(|one| {
        let key = one
            .organisation
            .as_ref()
            .map_or(one.name.as_str(), |known| known.slug.as_str());
        let category = StatisticCategory {
            detail: Some(roles(one)),
            ..StatisticCategory::new(key, one.name.as_str())
        };
        (category, vec![one.figures.clone()])
    });
    groups.collect()
}

/// Federführung 12×, Förderung 1×
fn roles(one: &OrganisationFigures) -> String {
    let roles = one.roles.iter();
    let roles = roles.map(|(role, count)| format!("{} {}×", words::role(*role), words::number(*count)));
    roles.collect::<Vec<_>>().join(", ")
}

/// Monday first; what has no day last.
pub fn weekdays(report: &ActivityReport) -> Vec<Group> {
    const DAYS: [(Weekday, &str, &str); 7] = [
        (Weekday::Mon, "monday", "Montag"),
        (Weekday::Tue, "tuesday", "Dienstag"),
        (Weekday::Wed, "wednesday", "Mittwoch"),
        (Weekday::Thu, "thursday", "Donnerstag"),
        (Weekday::Fri, "friday", "Freitag"),
        (Weekday::Sat, "saturday", "Samstag"),
        (Weekday::Sun, "sunday", "Sonntag"),
    ];
    let on = |weekday: Option<Weekday>| {
        let such = move |way: &Way<'_>| way.day.map(|day| day.weekday()) == weekday;
        of_ways(report, such)
    };
    let days = DAYS.map(|(weekday, key, label)| {
        let figures = on(Some(weekday)).into_iter().collect();
        (StatisticCategory::new(key, label), figures)
    });
    let undated = on(None).map(|figures| (StatisticCategory::new(UNDATED, "ohne bekannten Tag"), vec![figures]));
    days.into_iter().chain(undated).collect()
}

pub fn modes(report: &ActivityReport) -> Vec<Group> {
    const MODES: [(AttendanceMode, &str); 3] = [
        (AttendanceMode::Onsite, "vor Ort"),
        (AttendanceMode::Online, "online"),
        (AttendanceMode::Hybrid, "hybrid"),
    ];
    let by = |mode: Option<AttendanceMode>| of_ways(report, move |way| way.seminar.attendance_mode == mode);
    let modes = MODES.map(|(mode, label)| {
        let figures = by(Some(mode)).into_iter().collect();
        (StatisticCategory::new(mode.as_str(), label), figures)
    });
    let unknown = by(None).map(|figures| (StatisticCategory::new("unknown", "Form nicht bekannt"), vec![figures]));
    modes.into_iter().chain(unknown).collect()
}

/// A seminar in one of the ways it counts, on the day that puts it there.
struct Way<'a> {
    seminar: &'a ReportedSeminar,
    as_what: CountedAs,
    day: Option<NaiveDate>,
}

/// The figures over those ways that are such; `None` where there are none.
fn of_ways(report: &ActivityReport, such: impl Fn(&Way<'_>) -> bool) -> Option<GroupFigures> {
    let ways = report.seminars.iter().flat_map(|seminar| {
        seminar.counted_as.iter().map(move |as_what| Way {
            seminar,
            as_what: *as_what,
            day: match as_what {
                CountedAs::Postponed => seminar.postponed_from,
                CountedAs::Held | CountedAs::Cancelled | CountedAs::Planned => seminar.date,
            },
        })
    });
    let ways = ways.filter(such).collect::<Vec<_>>();
    let counting_as = |as_what| ways.iter().filter(move |way| way.as_what == as_what);
    let figure = |as_what| Figure::of(counting_as(as_what).map(|way| way.seminar.id).collect());
    let held = counting_as(CountedAs::Held).map(|way| way.seminar).collect::<Vec<_>>();
    let sums = report.rule.terms.sums;
    let mut seen = BTreeSet::<SeminarId>::new();
    (!ways.is_empty()).then(|| GroupFigures {
        held: figure(CountedAs::Held),
        cancelled: figure(CountedAs::Cancelled),
        postponed: figure(CountedAs::Postponed),
        planned: figure(CountedAs::Planned),
        participants: sum(&held, sums, |seminar| seminar.participants.as_ref()),
        viewers: sum(&held, sums, |seminar| seminar.viewers.as_ref()),
        seminars: ways
            .iter()
            .map(|way| way.seminar.id)
            .filter(|id| seen.insert(*id))
            .collect(),
    })
}

fn sum(
    held: &[&ReportedSeminar],
    sums: SumRule,
    count: impl Fn(&ReportedSeminar) -> Option<&ReportedCount>,
) -> Option<Sum> {
    let known = held
        .iter()
        .filter_map(|seminar| Some((seminar.id, count(seminar)?.tally())))
        .filter(|(_, tally)| is_summed(tally.qualifier, sums))
        .collect::<Vec<_>>();
    let whole = known.iter().map(|(_, tally)| *tally).reduce(Tally::plus)?;
    Some(Sum {
        value: whole.value,
        qualifier: whole.qualifier,
        lower_bound: whole.lower_bound,
        seminars: known.into_iter().map(|(id, _)| id).collect(),
    })
}
