//! From records to rows of a programme: where the heading is, what is no entry, and what only the file itself shows.

use super::doubts::DoubtCode;
use super::headings::{self, ColumnMap, Layout};
use super::model::{Column, Field, LeftOut, LeftOutWhy, Mark, RawRow, Sheet};
use super::privacy;
use super::table::{DELIMITERS, Record, decoded, records, swallowed};
use super::unreadable::{MAX_PREAMBLE, MAX_ROWS, Unreadable};
use super::vocabulary::{is_sum, section};
use crate::base::text::fold;

/// Reads a file. What is not understood for sure is a mark on its row; nothing is interpreted yet.
pub fn read(bytes: &[u8], map: &ColumnMap) -> Result<Sheet, Unreadable> {
    let decoded = decoded(bytes)?;
    let (delimiter, records, at) = parted(&decoded.text, decoded.said_delimiter, map)?;
    let mut records = records.into_iter();
    let preamble = records.by_ref().take(at).collect::<Vec<_>>();
    let Some(heading) = records.next() else {
        return Err(Unreadable::Empty);
    };
    let layout = headings::layout(&heading, map)?;
    let mut sheet = Sheet {
        encoding: decoded.encoding,
        delimiter,
        heading_row: number(heading.row),
        columns: columns(&heading, &layout),
        rows: Vec::new(),
        left_out: Vec::new(),
    };
    for record in &preamble {
        let why = if record.filled().next().is_some() {
            LeftOutWhy::Preamble
        } else {
            LeftOutWhy::Empty
        };
        sheet.leave_out(record, why, None);
    }
    let mut year = None;
    for record in records {
        if swallowed(&record, delimiter, heading.cells.len()) {
            return Err(Unreadable::UnclosedQuote { line: record.line });
        }
        match no_entry(&record, &heading, &layout) {
            Some((why, text)) => {
                if why == LeftOutWhy::Section {
                    year = text.as_deref().and_then(section).flatten().or(year);
                }
                sheet.leave_out(&record, why, text);
            }
            None if sheet.rows.len() == MAX_ROWS => return Err(Unreadable::TooManyRows { line: record.line }),
            None => sheet.rows.push(raw_row(&record, &layout, &heading, year)),
        }
    }
    if sheet.rows.is_empty() {
        return Err(Unreadable::NoRows { line: heading.line });
    }
    Ok(sheet)
}

/// The separator under which the heading names most, the records it makes, and which of them is the heading.
fn parted(text: &str, said: Option<char>, map: &ColumnMap) -> Result<(char, Vec<Record>, usize), Unreadable> {
    let candidates = said.map_or_else(|| DELIMITERS.to_vec(), |one| vec![one]);
    let mut best: Option<(usize, char, Vec<Record>, usize)> = None;
    let mut refused = None;
    let mut widest = Vec::new();
    for delimiter in candidates {
        let records = match records(text, delimiter) {
            Ok(records) => records,
            Err(why) => {
                refused = refused.or(Some(why));
                continue;
            }
        };
        let above = records.iter().take(MAX_PREAMBLE + 1);
        let likely = above
            .enumerate()
            .filter_map(|(at, one)| Some((headings::likeness(one, map)?, at)));
        // The first of the most likely: the others repeat it.
        let found = likely.max_by_key(|(likeness, at)| (*likeness, usize::MAX - at));
        if let Some((likeness, at)) = found {
            if best.as_ref().is_none_or(|(other, ..)| likeness > *other) {
                best = Some((likeness, delimiter, records, at));
            }
        } else if let Some(wide) = records
            .iter()
            .take(MAX_PREAMBLE)
            .max_by_key(|one| (one.filled().count(), usize::MAX - one.row))
            && wide.filled().count() > widest.len()
        {
            widest = wide.filled().map(|(_, cell)| cell.to_owned()).collect();
        }
    }
    match (best, refused) {
        (Some((_, delimiter, records, at)), _) => Ok((delimiter, records, at)),
        (None, Some(why)) => Err(why),
        (None, None) => {
            let missing = map.0.iter().find(|(_, heading)| {
                let same = |found: &String| fold(found) == fold(heading);
                !widest.iter().any(same)
            });
            Err(match missing {
                Some((field, _)) => Unreadable::NoSuchColumn {
                    field: *field,
                    found: widest,
                },
                None => Unreadable::NoHeading { found: widest },
            })
        }
    }
}

impl Sheet {
    fn leave_out(&mut self, record: &Record, why: LeftOutWhy, text: Option<String>) {
        self.left_out.push(LeftOut {
            row: number(record.row),
            line: number(record.line),
            why,
            text,
        });
    }
}

fn number(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn columns(heading: &Record, layout: &Layout) -> Vec<Column> {
    let cells = heading.cells.iter().zip(layout).enumerate();
    let column = |(at, (text, field)): (usize, (&String, &Option<Field>))| Column {
        number: at + 1,
        heading: clean(text).chars().take(100).collect(),
        field: *field,
        kept: field.is_some_and(Field::is_kept),
    };
    cells.map(column).collect()
}

/// Why the record is no entry, and the text that says so.
fn no_entry(record: &Record, heading: &Record, layout: &Layout) -> Option<(LeftOutWhy, Option<String>)> {
    let filled = record.filled().collect::<Vec<_>>();
    let Some((_, first)) = filled.first() else {
        return Some((LeftOutWhy::Empty, None));
    };
    let drawn = |cell: &str| cell.chars().all(|c| "-=_*.~#–—·|+ ".contains(c)) && !cell.starts_with("##");
    if filled.iter().all(|(_, cell)| drawn(cell)) {
        return Some((LeftOutWhy::Separator, None));
    }
    let repeats = |(at, cell): &(usize, &str)| fold(cell) == fold(heading.cell(*at));
    if filled.len() > 1 && filled.iter().all(repeats) {
        return Some((LeftOutWhy::RepeatedHeading, None));
    }
    if filled.len() == 1 && section(first).is_some() {
        return Some((LeftOutWhy::Section, Some((*first).to_owned())));
    }
    let dated = filled
        .iter()
        .any(|(at, cell)| layout.get(*at) == Some(&Some(Field::Date)) && !is_sum(cell));
    if filled.len() <= 3 && !dated && filled.iter().any(|(_, cell)| is_sum(cell)) {
        let text = filled.iter().map(|(_, cell)| *cell).collect::<Vec<_>>().join(" ");
        return Some((LeftOutWhy::Sum, Some(text.chars().take(100).collect())));
    }
    None
}

fn raw_row(record: &Record, layout: &Layout, heading: &Record, section: Option<i32>) -> RawRow {
    let mut row = RawRow {
        row: number(record.row),
        line: number(record.line),
        section,
        ..RawRow::default()
    };
    let mut mark = |code, field, text: Option<&str>| {
        row.marks.push(Mark {
            code,
            field,
            text: text.map(|text| text.chars().take(200).collect()),
        });
    };
    let without_heading = record.filled().filter(|(at, _)| heading.cell(*at).trim().is_empty());
    if let count @ 1.. = without_heading.count() {
        mark(DoubtCode::CellsWithoutHeading, None, Some(&count.to_string()));
    }
    if record.filled().count() == 1 {
        mark(
            DoubtCode::OneCell,
            Some(Field::Title),
            record.filled().next().map(|(_, cell)| cell),
        );
    }
    if !record.closed {
        mark(DoubtCode::CutOff, None, None);
    }
    for (at, cell) in record.filled() {
        let Some(Some(field)) = layout.get(at) else { continue };
        match field {
            Field::Person => {}
            Field::Link => mark(DoubtCode::ModeContradicts, Some(Field::Mode), Some("Link")),
            Field::Remarks => {
                if let Some(said) = super::vocabulary::status_within(cell) {
                    mark(DoubtCode::StatusInRemarks, Some(Field::Status), Some(&said));
                }
                let code = if privacy::names_a_person(cell) {
                    DoubtCode::PersonalNotKept
                } else {
                    DoubtCode::RemarkNotKept
                };
                mark(code, None, None);
            }
            field => {
                let broken = cell.contains('\n');
                let (text, personal) = privacy::without_addresses(&clean(cell));
                if unreadable(cell) {
                    mark(DoubtCode::UnreadableCharacters, Some(*field), Some(&text));
                } else if personal {
                    mark(DoubtCode::PersonalData, Some(*field), Some(&text));
                } else if broken {
                    mark(DoubtCode::LineBreak, Some(*field), Some(&text));
                }
                row.cells.insert(*field, text);
            }
        }
    }
    row
}

fn unreadable(cell: &str) -> bool {
    let bad = |c: char| c == char::REPLACEMENT_CHARACTER || (c.is_control() && c != '\n' && c != '\t');
    cell.chars().any(bad)
}

/// What a person would read in the cell: one space where there are many, nothing invisible, and without what protects it
/// from being a formula.
fn clean(cell: &str) -> String {
    let visible = |c: &char| {
        let mark = matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
        !mark
    };
    let shown = |c: char| match c {
        c if c.is_whitespace() => ' ',
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    let spaced = cell.chars().filter(visible).map(shown).collect::<String>();
    let text = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    let text = plain
        .filter(|plain| !plain.contains('"'))
        .map_or(text.clone(), |plain| plain.trim().to_owned());
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest.to_owned(),
        _ => text,
    }
}
