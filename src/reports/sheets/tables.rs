//! What the tables of a report hold.

use super::{Cell, Heading, Table};
use crate::attendance::{Qualifier, Tally};
use crate::reports::model::{
    ActivityReport, CountedAs, Figure, GroupFigures, ReportedCount, ReportedPlace, ReportedSeminar, Sum,
};
use crate::reports::paper::words::{
    channels as form, collection, date, in_quotes, left_out_by, listed, month, offer, reason, role,
};
use crate::seminars::Status;

const fn heading(german: &'static str, member: &'static str, width: u8) -> Heading {
    Heading { german, member, width }
}

pub fn tables(report: &ActivityReport) -> Vec<Table> {
    let mut all = vec![figures(report), seminars(report), months(report), channels(report)];
    all.extend([collections(report), organisations(report)]);
    all.extend([left_out(report), other_rules(report), rule(report)]);
    // A sheet without a row says nothing.
    all.retain(|table| !table.rows.is_empty());
    all
}

fn figures(report: &ActivityReport) -> Table {
    let figures = &report.figures;
    let held = &figures.held;
    let mut rows = Vec::new();
    let mut row = |name: String, value: Cell, qualifier: Cell, seminars: usize| {
        rows.push(vec![Cell::Text(name), value, qualifier, Cell::count(seminars)]);
    };
    let mut count = |name: &str, count: usize| {
        row(name.to_owned(), Cell::count(count), exact(), count);
    };
    count("angeboten", figures.offered.count);
    count("durchgeführt", held.count);
    if let (Some(split), Some(before), Some(from)) = (report.period.split_on, held.before_split, held.from_split) {
        count(&format!("durchgeführt vor dem {}", date(split)), before);
        count(&format!("durchgeführt ab dem {}", date(split)), from);
    }
    count("durchgeführt, ohne bekannten Tag", held.undated);
    count("abgesagt", figures.cancelled.count);
    for (why, ids) in &figures.cancelled.by_reason {
        count(&format!("abgesagt, {}", reason(*why)), *ids);
    }
    count("verschoben", figures.postponed.count);
    count("geplant", figures.planned.count);
    count("durchgeführt, ohne Personenzahl", figures.without_count.count);
    count("durchgeführt, nicht in den Summen", figures.not_summed.count);
    for (name, sum) in [
        ("Teilnehmende", &figures.participants),
        ("Zuschauende", &figures.viewers),
        ("Unternehmen", &figures.companies),
        ("Fragen", &figures.questions),
    ] {
        if let Some(sum) = sum {
            row(
                name.to_owned(),
                Cell::Number(sum.value),
                qualifier(sum.tally()),
                sum.seminars.len(),
            );
        }
    }
    Table {
        name: "Zahlen",
        head: vec![
            heading("Zahl", "figure", 40),
            heading("Wert", "value", 12),
            heading("Genauigkeit", "qualifier", 16),
            heading("aus Veranstaltungen", "seminars", 20),
        ],
        rows,
    }
}

fn exact() -> Cell {
    qualifier(Tally::exact(0))
}

fn qualifier(tally: Tally) -> Cell {
    let german = match tally.qualifier {
        Qualifier::Exact => "genau",
        Qualifier::About => "rund",
        Qualifier::MoreThan => "mehr als",
        Qualifier::AtLeast => "mindestens",
        Qualifier::LessThan => "weniger als",
        Qualifier::AtMost => "höchstens",
        Qualifier::Unknown => "unbekannt",
    };
    Cell::Word(tally.qualifier.as_str(), german.to_owned())
}

/// Also the table of the CSV.
pub fn seminars(report: &ActivityReport) -> Table {
    Table {
        name: "Veranstaltungen",
        head: vec![
            heading("Nr.", "number", 6),
            heading("Tag", "date", 12),
            heading("Zeitraum von", "within_from", 12),
            heading("Zeitraum bis", "within_to", 12),
            heading("Veranstaltung", "title", 50),
            heading("Art", "kind", 20),
            heading("Stand", "status", 16),
            heading("gezählt als", "counted_as", 24),
            heading("verschoben vom", "postponed_from", 14),
            heading("Grund", "reason_code", 26),
            heading("Form", "channels", 26),
            heading("Ort", "venue", 28),
            heading("Gemeinde", "locality", 18),
            heading("Land", "country", 6),
            heading("Plattform", "platform", 14),
            heading("Teilnehmende", "participants", 13),
            heading("Genauigkeit", "participants_qualifier", 13),
            heading("Zuschauende", "viewers", 13),
            heading("Genauigkeit der Zuschauenden", "viewers_qualifier", 16),
            heading("im Wortlaut", "stated_as", 30),
            heading("Format, Projekt, Rahmen", "collections", 40),
            heading("Beteiligte", "parties", 50),
            heading("Kennung", "id", 38),
        ],
        rows: report
            .seminars
            .iter()
            .zip(1..)
            .map(|(one, number)| seminar(one, number))
            .collect(),
    }
}

fn seminar(one: &ReportedSeminar, number: i64) -> Vec<Cell> {
    let nowhere = ReportedPlace::default();
    let place = one.place.as_ref().unwrap_or(&nowhere);
    let words = |all: Vec<&'static str>, german: Vec<String>| match all.as_slice() {
        [] => Cell::Empty,
        [word] => Cell::Word(word, german.concat()),
        // Several words are a text in either language.
        several => Cell::text(match german.is_empty() {
            true => several.join(" "),
            false => german.join(", "),
        }),
    };
    let counted = one.counted_as.iter();
    let said = one
        .participants
        .iter()
        .chain(&one.viewers)
        .flat_map(|count| &count.stated_as)
        .map(|words| in_quotes(words))
        .collect::<Vec<_>>();
    let collections = one
        .collections
        .iter()
        .map(|of| format!("{}: {}", collection(of.kind), of.name))
        .collect::<Vec<_>>();
    let parties = one
        .parties
        .iter()
        .map(|party| format!("{} ({})", party.name, role(party.role)))
        .collect::<Vec<_>>();
    let mut cells = vec![
        Cell::Number(number),
        Cell::day(one.date),
        Cell::day(one.within.map(|span| span.from)),
        Cell::day(one.within.map(|span| span.to)),
        Cell::text(&one.title),
        one.kind
            .map_or(Cell::Empty, |kind| Cell::Word(kind.as_str(), offer(kind).1.to_owned())),
        Cell::Word(one.status.as_str(), status(one.status).to_owned()),
        words(
            counted.clone().map(|what| what.as_str()).collect(),
            counted.map(|what| counted_as(*what).to_owned()).collect(),
        ),
        Cell::day(one.postponed_from),
        one.reason_code
            .map_or(Cell::Empty, |why| Cell::Word(why.as_str(), reason(why).to_owned())),
        if one.channels.is_empty() {
            Cell::Empty
        } else {
            let all = one.channels.iter().map(|channel| channel.as_str()).collect();
            words(all, vec![form(&one.channels)])
        },
        Cell::maybe(place.venue.as_ref()),
        Cell::maybe(place.locality.as_ref()),
        Cell::maybe(place.country.as_ref()),
        Cell::maybe(place.platform.as_ref()),
    ];
    for count in [&one.participants, &one.viewers] {
        cells.extend(count_cells(count.as_ref()));
    }
    cells.extend(
        [said.join(", "), collections.join("; "), parties.join("; ")]
            .map(|text| if text.is_empty() { Cell::Empty } else { Cell::Text(text) }),
    );
    cells.push(Cell::text(one.id.to_string()));
    cells
}

fn count_cells(count: Option<&ReportedCount>) -> [Cell; 2] {
    match count {
        Some(count) => [Cell::Number(count.value), qualifier(count.tally())],
        None => [Cell::Empty, Cell::Empty],
    }
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::Draft => "Entwurf",
        Status::Scheduled => "angekündigt",
        Status::Postponed => "verschoben",
        Status::Cancelled => "abgesagt",
        Status::Held => "durchgeführt",
    }
}

const fn counted_as(what: CountedAs) -> &'static str {
    match what {
        CountedAs::Held => "durchgeführt",
        CountedAs::Cancelled => "abgesagt",
        CountedAs::Postponed => "verschoben",
        CountedAs::Planned => "geplant",
    }
}

/// A table of groups: its name, what the first column is called, and a line for each.
fn groups<'a>(name: &'static str, first: Heading, lines: impl Iterator<Item = (String, &'a GroupFigures)>) -> Table {
    let head = vec![
        first,
        heading("durchgeführt", "held", 13),
        heading("abgesagt", "cancelled", 11),
        heading("verschoben", "postponed", 11),
        heading("geplant", "planned", 10),
        heading("Teilnehmende", "participants", 13),
        heading("Genauigkeit", "participants_qualifier", 13),
        heading("Zuschauende", "viewers", 13),
        heading("Genauigkeit der Zuschauenden", "viewers_qualifier", 16),
    ];
    let rows = lines.map(|(name, figures)| {
        let count = |figure: &Figure| Cell::count(figure.count);
        let mut row = vec![
            Cell::Text(name),
            count(&figures.held),
            count(&figures.cancelled),
            count(&figures.postponed),
            count(&figures.planned),
        ];
        for sum in [&figures.participants, &figures.viewers] {
            row.extend(match sum.as_ref().map(Sum::tally) {
                Some(tally) => [Cell::Number(tally.value), qualifier(tally)],
                None => [Cell::Empty, Cell::Empty],
            });
        }
        row
    });
    Table {
        name,
        head,
        rows: rows.collect(),
    }
}

fn months(report: &ActivityReport) -> Table {
    let name = |of: Option<&str>| of.map_or_else(|| "ohne bekannten Tag".to_owned(), month);
    let lines = report
        .by_month
        .iter()
        .map(|one| (name(one.month.as_deref()), &one.figures));
    groups("Monate", heading("Monat", "month", 24), lines)
}

fn channels(report: &ActivityReport) -> Table {
    let lines = report.by_channel.iter().map(|one| (form(&one.channels), &one.figures));
    groups("Form", heading("Form", "channels", 30), lines)
}

fn collections(report: &ActivityReport) -> Table {
    let lines = report.by_collection.iter().map(|one| {
        let name = one
            .collection
            .as_ref()
            .map(|of| format!("{}: {}", collection(of.kind), of.name));
        (name.unwrap_or_else(|| "ohne Zuordnung".to_owned()), &one.figures)
    });
    groups(
        "Formate und Projekte",
        heading("Format, Projekt oder Rahmen", "collection", 44),
        lines,
    )
}

fn organisations(report: &ActivityReport) -> Table {
    let lines = report
        .by_organisation
        .iter()
        .map(|one| (one.name.clone(), &one.figures));
    groups("Organisationen", heading("Organisation", "organisation", 44), lines)
}

fn left_out(report: &ActivityReport) -> Table {
    let rows = report.left_out.iter().map(|one| {
        vec![
            Cell::day(one.date),
            Cell::text(&one.title),
            Cell::Word(one.left_out_by.as_str(), left_out_by(one.left_out_by).to_owned()),
            Cell::text(one.id.to_string()),
        ]
    });
    Table {
        name: "Nicht gezählt",
        head: vec![
            heading("Tag", "date", 12),
            heading("Veranstaltung", "title", 60),
            heading("warum nicht", "left_out_by", 32),
            heading("Kennung", "id", 38),
        ],
        rows: rows.collect(),
    }
}

fn other_rules(report: &ActivityReport) -> Table {
    let rows = report.other_rules.iter().map(|one| {
        vec![
            Cell::text(format!("{}@{}", one.id, one.version)),
            Cell::count(one.offered),
            Cell::count(one.held),
            Cell::count(one.only_there.len()),
            Cell::count(one.only_here.len()),
        ]
    });
    Table {
        name: "Andere Zählregeln",
        head: vec![
            heading("Regel", "rule", 26),
            heading("angeboten", "offered", 12),
            heading("durchgeführt", "held", 13),
            heading("dort mehr", "only_there", 12),
            heading("dort weniger", "only_here", 13),
        ],
        rows: rows.collect(),
    }
}

fn rule(report: &ActivityReport) -> Table {
    let of = report.scope.organisations.iter().map(|of| of.name.clone());
    let mut rows = vec![
        (
            "Zeitraum",
            format!("{} bis {}", date(report.period.from), date(report.period.to)),
        ),
        ("Programm", listed(&of.collect::<Vec<_>>())),
        ("Regel", report.rule.full_name()),
        ("Zählweise", report.rule.text.clone()),
    ];
    rows.extend(report.rule.note.iter().map(|note| ("Zur Regel", note.clone())));
    Table {
        name: "Regel",
        head: vec![heading("Angabe", "member", 16), heading("Wert", "value", 90)],
        rows: rows
            .into_iter()
            .map(|(what, value)| vec![Cell::text(what), Cell::Text(value)])
            .collect(),
    }
}
