//! The groups as tables. Columns in which nothing stands are left out; the last says which seminars a line is made of.

use super::evidence::Numbers;
use super::groups::Group;
use super::view::Url;
use super::words::{
    channels, collection, date, escaped, footnote, left_out_by, month, number, quoted, reason, role, when,
    when_left_out,
};
use crate::attendance::{Tally, Unit};
use crate::reports::model::{
    ActivityReport, CountedAs, Figure, Forms, GroupFigures, ReportFigures, ReportedSeminar, Sum,
};
use crate::seminars::{SeminarId, Status};

/// What a table is made with.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    pub report: &'a ActivityReport,
    pub numbers: &'a Numbers,
    pub forms: Forms,
}

/// One line: its name, further words, its figures.
struct Row {
    name: String,
    more: Option<String>,
    figures: Cells,
    seminars: Vec<SeminarId>,
}

struct Cells {
    /// Held, cancelled, postponed, planned.
    counts: [usize; 4],
    participants: Option<Tally>,
    viewers: Option<Tally>,
}

impl From<&GroupFigures> for Cells {
    fn from(group: &GroupFigures) -> Self {
        let count = |figure: &Figure| figure.count;
        Self {
            counts: [
                count(&group.held),
                count(&group.cancelled),
                count(&group.postponed),
                count(&group.planned),
            ],
            participants: group.participants.as_ref().map(Sum::tally),
            viewers: group.viewers.as_ref().map(Sum::tally),
        }
    }
}

impl From<&ReportFigures> for Cells {
    fn from(all: &ReportFigures) -> Self {
        Self {
            counts: [
                all.held.count,
                all.cancelled.count,
                all.postponed.count,
                all.planned.count,
            ],
            participants: all.participants.as_ref().map(Sum::tally),
            viewers: all.viewers.as_ref().map(Sum::tally),
        }
    }
}

pub fn by_month(frame: Frame<'_>) -> String {
    let report = frame.report;
    let rows = report.by_month.iter().map(|one| Row {
        name: one
            .month
            .as_deref()
            .map_or_else(|| "ohne bekannten Tag".to_owned(), month),
        more: None,
        figures: Cells::from(&one.figures),
        seminars: one.figures.seminars.clone(),
    });
    table(frame, &["Monat"], &with_sum(rows.collect(), report))
}

pub fn by_channel(frame: Frame<'_>) -> String {
    let report = frame.report;
    let rows = report.by_channel.iter().map(|one| Row {
        name: channels(&one.channels),
        more: None,
        figures: Cells::from(&one.figures),
        seminars: one.figures.seminars.clone(),
    });
    table(frame, &["Form"], &with_sum(rows.collect(), report))
}

pub fn by_collection(frame: Frame<'_>) -> String {
    let report = frame.report;
    let rows = report.by_collection.iter().map(|one| Row {
        name: match &one.collection {
            Some(of) => format!("{}: {}", collection(of.kind), escaped(&of.name)),
            None => "ohne Zuordnung".to_owned(),
        },
        more: None,
        figures: Cells::from(&one.figures),
        seminars: one.figures.seminars.clone(),
    });
    table(frame, &["Format, Projekt oder Rahmen"], &rows.collect::<Vec<_>>())
}

pub fn by_organisation(frame: Frame<'_>) -> String {
    let report = frame.report;
    let rows = report.by_organisation.iter().map(|one| {
        let roles = one
            .roles
            .iter()
            .map(|(what, count)| format!("{} {}×", role(*what), number(*count)));
        Row {
            name: escaped(&one.name),
            more: Some(roles.collect::<Vec<_>>().join(", ")),
            figures: Cells::from(&one.figures),
            seminars: one.figures.seminars.clone(),
        }
    });
    table(frame, &["Organisation", "Rolle"], &rows.collect::<Vec<_>>())
}

/// The seminars of a group, a line each. `note` is given what has to be said below a number.
pub fn seminars(
    frame: Frame<'_>,
    group: &Group<'_>,
    url: Url<'_>,
    places: bool,
    note: &mut dyn FnMut(String, String),
) -> String {
    let mut text = String::from(
        "| Nr. | Tag | Veranstaltung | Form und Ort | Stand | Gezählt |\n| :-- | :-- | :-- | :-- | :-- | --: |\n",
    );
    for seminar in &group.seminars {
        let number = frame.numbers.number(seminar.id);
        let shown = if places {
            format!("[{number}](anchor:v{number})")
        } else {
            number.to_string()
        };
        text.push_str(&format!(
            "| {shown} | {} | [{}]({}) | {} | {} | {} |\n",
            when(seminar),
            quoted(&seminar.title),
            url(seminar.id),
            escaped(&form_and_place(seminar)),
            state(seminar),
            counted(seminar, number, frame.forms, note)
        ));
    }
    text
}

fn form_and_place(seminar: &ReportedSeminar) -> String {
    let form = channels(&seminar.channels);
    let Some(place) = &seminar.place else {
        return form;
    };
    let parts = [&place.venue, &place.locality, &place.platform];
    let parts = parts.into_iter().flatten().cloned();
    let mut all = vec![form];
    all.extend(parts);
    if place.elsewhere {
        all.push("weitere Orte".to_owned());
    }
    all.join(", ")
}

/// What it counts as, and what became of it.
fn state(seminar: &ReportedSeminar) -> String {
    let why = seminar.reason_code.map(reason);
    let with = |word: &str| match why {
        Some(why) => format!("{word} ({why})"),
        None => word.to_owned(),
    };
    let words = seminar.counted_as.iter().map(|what| match what {
        CountedAs::Held => "durchgeführt".to_owned(),
        CountedAs::Cancelled => with("abgesagt"),
        CountedAs::Postponed => {
            let word = match seminar.postponed_from {
                Some(day) => format!("verschoben vom {}", date(day)),
                None => "verschoben".to_owned(),
            };
            if seminar.status == Status::Cancelled {
                word
            } else {
                with(&word)
            }
        }
        CountedAs::Planned => "geplant".to_owned(),
    });
    words.collect::<Vec<_>>().join(", ")
}

fn counted(seminar: &ReportedSeminar, number: usize, forms: Forms, note: &mut dyn FnMut(String, String)) -> String {
    let counts = [
        (&seminar.participants, Unit::Participants, 'p'),
        (&seminar.viewers, Unit::Viewers, 'v'),
        (&seminar.companies, Unit::Companies, 'c'),
        (&seminar.questions, Unit::Questions, 'q'),
    ];
    let mut parts = Vec::new();
    for (count, unit, letter) in counts {
        let Some(count) = count else { continue };
        let told = count.tally().in_german();
        let mut part = match unit {
            Unit::Participants => told,
            _ => escaped(&forms.people(&told, count.value, unit)),
        };
        if let Some(words) = footnote(count) {
            let id = format!("n{number}{letter}");
            part.push_str(&format!("[^{id}]"));
            note(id, words);
        }
        parts.push(part);
    }
    match parts.is_empty() {
        true if seminar.counted_as.contains(&CountedAs::Held) => "keine Angabe".to_owned(),
        true => "–".to_owned(),
        false => parts.join(", "),
    }
}

/// What does not count, and by which term.
pub fn left_out(report: &ActivityReport) -> String {
    let mut text = String::from("| Tag | Veranstaltung | Warum nicht |\n| :-- | :-- | :-- |\n");
    for seminar in &report.left_out {
        text.push_str(&format!(
            "| {} | {} | {} |\n",
            when_left_out(seminar),
            quoted(&seminar.title),
            left_out_by(seminar.left_out_by)
        ));
    }
    text
}

/// What the other rules count of the same seminars.
pub fn other_rules(report: &ActivityReport) -> String {
    let mut text =
        String::from("| Regel | angeboten | durchgeführt | mehr | weniger |\n| :-- | --: | --: | --: | --: |\n");
    let mut line = |name: &str, numbers: [usize; 4]| {
        let numbers = numbers.map(number).join(" | ");
        text.push_str(&format!("| {name} | {numbers} |\n"));
    };
    for rule in &report.other_rules {
        let (more, less) = (rule.only_there.len(), rule.only_here.len());
        line(
            &format!("{}, Fassung {}", escaped(&rule.id), rule.version),
            [rule.offered, rule.held, more, less],
        );
    }
    let figures = &report.figures;
    line("**diese Regel**", [figures.offered.count, figures.held.count, 0, 0]);
    text
}

fn with_sum(mut rows: Vec<Row>, report: &ActivityReport) -> Vec<Row> {
    rows.push(Row {
        name: "**zusammen**".to_owned(),
        more: None,
        figures: Cells::from(&report.figures),
        seminars: Vec::new(),
    });
    rows
}

fn table(frame: Frame<'_>, names: &[&str], rows: &[Row]) -> String {
    let mut columns = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let words = rows.iter().map(|row| match at {
                0 => row.name.clone(),
                _ => row.more.clone().unwrap_or_default(),
            });
            (*name, ":--", words.collect())
        })
        .collect::<Vec<(&str, &str, Vec<String>)>>();
    for (at, name) in ["durchgeführt", "abgesagt", "verschoben", "geplant"]
        .into_iter()
        .enumerate()
    {
        let counts = rows.iter().filter_map(|row| row.figures.counts.get(at).copied());
        let counts = counts.collect::<Vec<_>>();
        if at == 0 || counts.iter().any(|count| *count > 0) {
            columns.push((name, "--:", counts.into_iter().map(number).collect()));
        }
    }
    columns.push((
        frame.forms.participants(),
        "--:",
        rows.iter().map(|row| cell(row, row.figures.participants)).collect(),
    ));
    if rows.iter().any(|row| row.figures.viewers.is_some()) {
        columns.push((
            frame.forms.viewers(),
            "--:",
            rows.iter().map(|row| tally(row.figures.viewers)).collect(),
        ));
    }
    columns.push((
        "Nr.",
        ":--",
        rows.iter().map(|row| frame.numbers.of(&row.seminars)).collect(),
    ));
    let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(columns.iter().map(|(name, ..)| *name).collect());
    text.push_str(&line(columns.iter().map(|(_, align, _)| *align).collect()));
    for at in 0..rows.len() {
        let cells = columns
            .iter()
            .map(|(.., cells)| cells.get(at).map_or("", String::as_str));
        text.push_str(&line(cells.collect()));
    }
    text
}

/// Held and nobody counted is not the same as nothing held.
fn cell(row: &Row, participants: Option<Tally>) -> String {
    let [held, ..] = row.figures.counts;
    match participants {
        None if held > 0 && row.figures.viewers.is_none() => "keine Angabe".to_owned(),
        other => tally(other),
    }
}

fn tally(tally: Option<Tally>) -> String {
    tally.map_or_else(|| "–".to_owned(), Tally::in_german)
}
