//! What must be known to read a statistic: what is missing in it, and why.

use crate::reports::model::{ActivityReport, CountedAs, Measure, ReportedSeminar, StatisticName, SumRule};
use crate::reports::paper::words::{date, listed, number};
use crate::reports::rules::counting::is_summed;
use crate::reports::rules::wording::german_word;

/// "Zu einer durchgeführten Veranstaltung", "Zu 7 durchgeführten Veranstaltungen"
pub fn to_held(count: usize) -> String {
    match count {
        1 => "Zu einer durchgeführten Veranstaltung".to_owned(),
        n => format!("Zu {} durchgeführten Veranstaltungen", number(n)),
    }
}

pub fn of_groups(report: &ActivityReport, name: StatisticName, measure: Measure) -> Vec<String> {
    let mut notes = match measure {
        Measure::Seminars => of_seminars(report, name),
        Measure::Participants | Measure::Viewers => of_people(report, measure),
    };
    if !name.adds_up() {
        notes.push(
            "Eine Veranstaltung kann in mehreren Zeilen stehen; zusammen ergeben die Werte daher nicht das Ganze."
                .to_owned(),
        );
    }
    notes
}

fn of_seminars(report: &ActivityReport, name: StatisticName) -> Vec<String> {
    let mut notes = Vec::new();
    let end = report.period.to;
    let planned_for = |seminar: &ReportedSeminar| seminar.date.filter(|_| seminar.counted_as == [CountedAs::Planned]);
    let ahead = |seminar: &ReportedSeminar| planned_for(seminar).is_some_and(|day| day > end);
    if name == StatisticName::Months && report.seminars.iter().any(ahead) {
        let end = date(end);
        notes.push(format!("Nach dem {end} steht hier nur, was dafür geplant ist."));
    }
    let twice = report.seminars.iter().filter(|seminar| seminar.counted_as.len() > 1);
    match twice.count() {
        0 => {}
        1 => notes.push("Eine verschobene Veranstaltung steht auch als das, was aus ihr wurde.".to_owned()),
        n => notes.push(format!(
            "{} verschobene Veranstaltungen stehen auch als das, was aus ihnen wurde.",
            number(n)
        )),
    }
    let counts = &report.rule.terms.counts;
    let left_out = CountedAs::ALL.iter().filter(|what| !counts.contains(what));
    let left_out = left_out.map(|what| german_word(*what).to_owned()).collect::<Vec<_>>();
    if !left_out.is_empty() {
        notes.push(format!(
            "Was {} ist, zählt nach der Zählregel nicht.",
            listed(&left_out)
        ));
    }
    notes
}

fn of_people(report: &ActivityReport, measure: Measure) -> Vec<String> {
    if !report.rule.terms.counts.contains(&CountedAs::Held) {
        return vec!["Durchgeführtes zählt nach der Zählregel nicht; darum gibt es hier keine Werte.".to_owned()];
    }
    let held = || {
        let seminars = report.seminars.iter();
        seminars.filter(|seminar| seminar.counted_as.contains(&CountedAs::Held))
    };
    let count_of = |seminar: &ReportedSeminar| match measure {
        Measure::Viewers => seminar.viewers.as_ref().map(|count| count.qualifier),
        _ => seminar.participants.as_ref().map(|count| count.qualifier),
    };
    let sums = report.rule.terms.sums;
    let not_summed = held().filter(|one| count_of(one).is_some_and(|how| !is_summed(how, sums)));
    let not_summed = not_summed.count();
    let mut notes = Vec::new();
    let missing = |count| if count == 1 { "sie fehlt" } else { "sie fehlen" };
    if measure == Measure::Viewers {
        let told = held().filter(|one| one.viewers.is_some()).count();
        notes.push(match told {
            0 => "Zu keiner durchgeführten Veranstaltung ist angegeben, wie viele zuschauten.".to_owned(),
            n => format!(
                "{} ist angegeben, wie viele zuschauten; wer teilnahm, zählt hier nicht mit.",
                to_held(n)
            ),
        });
    } else {
        let silent = held().filter(|one| one.participants.is_none() && one.viewers.is_none());
        let silent = silent.count();
        let watched = held().filter(|one| one.participants.is_none() && one.viewers.is_some());
        let watched = watched.count();
        if silent > 0 {
            notes.push(format!(
                "{} liegt keine Zahl vor; {} in den Werten.",
                to_held(silent),
                missing(silent)
            ));
        }
        if watched > 0 {
            notes.push(format!(
                "{} ist nur bekannt, wie viele zuschauten; Zuschauende zählen nicht als Teilnehmende.",
                to_held(watched)
            ));
        }
    }
    if not_summed > 0 && sums == SumRule::ExactOnly {
        notes.push(format!(
            "{} ist die Angabe nicht genau; {} nach der Zählregel in den Werten.",
            to_held(not_summed),
            missing(not_summed)
        ));
    }
    notes
}
