//! The groups as tables. Columns in which nothing stands are left out.

use super::words::{channels, collection, escaped, left_out_by, month, number, quoted, role, when_left_out};
use crate::attendance::Tally;
use crate::reports::model::{ActivityReport, Figure, GroupFigures, ReportFigures, Sum};

/// One line: its name, further words, its figures.
struct Row {
    name: String,
    more: Option<String>,
    figures: Cells,
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

pub fn by_month(report: &ActivityReport) -> String {
    let rows = report.by_month.iter().map(|one| Row {
        name: one
            .month
            .as_deref()
            .map_or_else(|| "ohne bekannten Tag".to_owned(), month),
        more: None,
        figures: Cells::from(&one.figures),
    });
    table(&["Monat"], &with_sum(rows.collect(), report))
}

pub fn by_channel(report: &ActivityReport) -> String {
    let rows = report.by_channel.iter().map(|one| Row {
        name: channels(&one.channels),
        more: None,
        figures: Cells::from(&one.figures),
    });
    table(&["Form"], &with_sum(rows.collect(), report))
}

pub fn by_collection(report: &ActivityReport) -> String {
    let rows = report.by_collection.iter().map(|one| Row {
        name: match &one.collection {
            Some(of) => format!("{}: {}", collection(of.kind), escaped(&of.name)),
            None => "ohne Zuordnung".to_owned(),
        },
        more: None,
        figures: Cells::from(&one.figures),
    });
    table(&["Format, Projekt oder Rahmen"], &rows.collect::<Vec<_>>())
}

pub fn by_organisation(report: &ActivityReport) -> String {
    let rows = report.by_organisation.iter().map(|one| {
        let roles = one
            .roles
            .iter()
            .map(|(what, count)| format!("{} {}×", role(*what), number(*count)));
        Row {
            name: escaped(&one.name),
            more: Some(roles.collect::<Vec<_>>().join(", ")),
            figures: Cells::from(&one.figures),
        }
    });
    table(&["Organisation", "Rolle"], &rows.collect::<Vec<_>>())
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
    });
    rows
}

fn table(names: &[&str], rows: &[Row]) -> String {
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
        "Teilnehmende",
        "--:",
        rows.iter().map(|row| cell(row, row.figures.participants)).collect(),
    ));
    if rows.iter().any(|row| row.figures.viewers.is_some()) {
        columns.push((
            "Zuschauende",
            "--:",
            rows.iter().map(|row| tally(row.figures.viewers)).collect(),
        ));
    }
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
