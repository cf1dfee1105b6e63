//! Why a file is refused as a whole. No message repeats what stands in a cell: it may be a person's name.

use super::model::Field;

/// The largest file.
pub const MAX_BYTES: usize = 2_000_000;
/// The longest programme.
pub const MAX_ROWS: usize = 2000;
/// What may stand above the heading, and the rows beside those of the programme.
pub const MAX_BESIDE: usize = 500;
/// Above the heading.
pub const MAX_PREAMBLE: usize = 50;
/// The widest table.
pub const MAX_COLUMNS: usize = 64;
/// The longest cell, in characters.
pub const MAX_CELL: usize = 5000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    TooLarge {
        bytes: usize,
    },
    TooManyRows {
        line: usize,
    },
    TooManyColumns {
        line: usize,
        columns: usize,
    },
    CellTooLong {
        line: usize,
    },
    NotCsv {
        what: &'static str,
    },
    UndecodableText,
    UnclosedQuote {
        line: usize,
    },
    Empty,
    /// No row names a title and a date.
    NoHeading {
        found: Vec<String>,
    },
    TwoColumns {
        field: Field,
        first: usize,
        second: usize,
        line: usize,
    },
    /// The column map names a heading that is not there.
    NoSuchColumn {
        field: Field,
        found: Vec<String>,
    },
    /// A heading and nothing below it.
    NoRows {
        line: usize,
    },
}

impl Unreadable {
    /// What to tell whoever sent the file.
    #[must_use]
    pub fn detail(&self, german: bool) -> String {
        let (in_german, in_english) = match self {
            Self::TooLarge { bytes } => (
                format!("Die Datei hat {bytes} Bytes; höchstens {MAX_BYTES} sind erlaubt."),
                format!("The file has {bytes} bytes; at most {MAX_BYTES} are allowed."),
            ),
            Self::TooManyRows { line } => (
                format!("Zeile {line}: mehr als {MAX_ROWS} Veranstaltungen oder zu viele Zeilen daneben."),
                format!("Line {line}: more than {MAX_ROWS} seminars, or too many rows beside them."),
            ),
            Self::TooManyColumns { line, columns } => (
                format!("Zeile {line} hat {columns} Spalten; höchstens {MAX_COLUMNS} sind erlaubt."),
                format!("Line {line} has {columns} columns; at most {MAX_COLUMNS} are allowed."),
            ),
            Self::CellTooLong { line } => (
                format!("Eine Zelle in Zeile {line} ist länger als {MAX_CELL} Zeichen."),
                format!("A cell of line {line} is longer than {MAX_CELL} characters."),
            ),
            Self::NotCsv { what } => (
                format!("Die Datei ist keine CSV-Datei, sondern {what}. Bitte als CSV speichern und erneut senden."),
                format!("The file is not CSV but {what}. Save it as CSV and send it again."),
            ),
            Self::UndecodableText => (
                "Die Datei ist kein lesbarer Text. Bitte als CSV UTF-8 speichern.".to_owned(),
                "The file is not readable text. Save it as CSV UTF-8.".to_owned(),
            ),
            Self::UnclosedQuote { line } => (
                format!(
                    "In Zeile {line} beginnt ein Anführungszeichen, das nicht oder erst in einer späteren Zeile endet."
                ),
                format!("A quotation mark opens in line {line} and closes nowhere, or in a later row."),
            ),
            Self::Empty => ("Die Datei ist leer.".to_owned(), "The file is empty.".to_owned()),
            Self::NoHeading { found } => (
                format!("Keine Zeile nennt Titel und Datum. Gefunden: {}.", listed(found)),
                format!("No row names a title and a date. Found: {}.", listed(found)),
            ),
            Self::TwoColumns {
                field,
                first,
                second,
                line,
            } => (
                format!(
                    "Zeile {line}: die Spalten {first} und {second} heißen beide nach `{field}`. `column_map` sagt, welche es ist."
                ),
                format!(
                    "Line {line}: columns {first} and {second} both read as `{field}`. `column_map` says which it is."
                ),
            ),
            Self::NoSuchColumn { field, found } => (
                format!(
                    "`column_map` nennt für `{field}` eine Überschrift, die es nicht gibt. Gefunden: {}.",
                    listed(found)
                ),
                format!(
                    "`column_map` names a heading for `{field}` that is not there. Found: {}.",
                    listed(found)
                ),
            ),
            Self::NoRows { line } => (
                format!("Unter der Überschrift in Zeile {line} steht keine Veranstaltung."),
                format!("No seminar stands below the heading in line {line}."),
            ),
        };
        if german { in_german } else { in_english }
    }
}

/// Headings, not too many and not too long.
fn listed(found: &[String]) -> String {
    let short = |heading: &String| heading.chars().take(40).collect::<String>();
    found.iter().take(20).map(short).collect::<Vec<_>>().join(", ")
}
