//! Why a file is refused. No message repeats what stands in a cell: it may be a person's name.

use chrono::{DateTime, Utc};

use super::model::Format;
use crate::base::decode::NotText;

/// The largest file.
pub const MAX_BYTES: usize = 5_000_000;
/// The longest table, all rows of the file together.
pub const MAX_ROWS: usize = 20_000;
/// Headings, and what stands before and after the table.
pub const MAX_BESIDE: usize = 50;
/// The widest table.
pub const MAX_COLUMNS: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    TooLarge {
        bytes: usize,
    },
    TooManyRows,
    TooManyColumns {
        line: u64,
        columns: usize,
    },
    /// Something else altogether: `xlsx`, `pdf`, `gzip`, …
    NotCsv {
        what: &'static str,
    },
    UndecodableText,
    UnclosedQuote {
        line: u64,
    },
    Empty,
    /// A known report without a single row of a person.
    Nobody {
        format: Format,
    },
    UnknownFormat {
        columns_found: Vec<String>,
    },
    OtherFormat {
        said: Format,
        found: Format,
    },
    MissingColumn {
        column: String,
        columns_found: Vec<String>,
    },
    /// The column map itself cannot work.
    UselessMap,
    OtherDay {
        first: DateTime<Utc>,
        last: DateTime<Utc>,
    },
    /// Both readings of the dates lie near the session; ask for `date_order`.
    AmbiguousDates,
    BadRow {
        line: u64,
        column: String,
    },
    CutOff {
        line: u64,
    },
    TimeIsUp,
}

impl Unreadable {
    pub(super) const fn no_text(why: NotText) -> Self {
        match why {
            NotText::Empty => Self::Empty,
            NotText::Other(what) => Self::NotCsv { what },
        }
    }

    /// A word for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::TooManyRows => "too_many_rows",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::NotCsv { .. } => "not_csv",
            Self::UndecodableText => "undecodable_text",
            Self::UnclosedQuote { .. } => "unclosed_quote",
            Self::Empty => "empty",
            Self::Nobody { .. } => "nobody",
            Self::UnknownFormat { .. } => "unknown_format",
            Self::OtherFormat { .. } => "other_format",
            Self::MissingColumn { .. } => "missing_column",
            Self::UselessMap => "useless_map",
            Self::OtherDay { .. } => "other_day",
            Self::AmbiguousDates => "ambiguous_dates",
            Self::BadRow { .. } => "bad_row",
            Self::CutOff { .. } => "cut_off",
            Self::TimeIsUp => "time_is_up",
        }
    }

    /// What to tell whoever sent the file.
    #[must_use]
    pub fn detail(&self, german: bool) -> String {
        let (in_german, in_english) = match self {
            Self::TooLarge { bytes } => (
                format!("Die Datei hat {bytes} Bytes; höchstens {MAX_BYTES} sind erlaubt."),
                format!("The file has {bytes} bytes; at most {MAX_BYTES} are allowed."),
            ),
            Self::TooManyRows => (
                format!("Die Datei hat mehr als {MAX_ROWS} Zeilen."),
                format!("The file has more than {MAX_ROWS} rows."),
            ),
            Self::TooManyColumns { line, columns } => (
                format!("Zeile {line} hat {columns} Spalten; höchstens {MAX_COLUMNS} sind erlaubt."),
                format!("Line {line} has {columns} columns; at most {MAX_COLUMNS} are allowed."),
            ),
            Self::NotCsv { what } => (
                format!("Die Datei ist keine CSV-Datei, sondern {what}. Bitte als CSV speichern und erneut senden."),
                format!("The file is not CSV but {what}. Save it as CSV and send it again."),
            ),
            Self::UndecodableText => (
                "Die Datei ist kein lesbarer Text. Bitte als CSV UTF-8 speichern.".into(),
                "The file is not readable text. Save it as CSV UTF-8.".into(),
            ),
            Self::UnclosedQuote { line } => (
                format!("In Zeile {line} beginnt ein Anführungszeichen, das nicht endet; vielleicht ist die Datei abgeschnitten."),
                format!("A quotation mark opens in line {line} and never closes; the file may be cut off."),
            ),
            Self::Empty => ("Die Datei ist leer.".into(), "The file is empty.".into()),
            Self::Nobody { format } => (
                format!("Der Bericht ({format}) nennt niemanden."),
                format!("The report ({format}) names nobody."),
            ),
            Self::UnknownFormat { columns_found } => (
                format!(
                    "Dieser Bericht ist nicht bekannt. Gefundene Spalten: {}. Mit `column_map` lässt sich sagen, welche was ist.",
                    listed(columns_found)
                ),
                format!(
                    "This report is not known. Columns found: {}. Send `column_map` to say which is what.",
                    listed(columns_found)
                ),
            ),
            Self::OtherFormat { said, found } => (
                format!("Die Datei ist {found}, nicht {said}."),
                format!("The file is {found}, not {said}."),
            ),
            Self::MissingColumn { column, columns_found } => (
                format!("Die Spalte „{column}“ fehlt. Gefundene Spalten: {}.", listed(columns_found)),
                format!("The column \"{column}\" is missing. Columns found: {}.", listed(columns_found)),
            ),
            Self::UselessMap => (
                "`column_map` muss einen Namen oder eine E-Mail nennen und dazu Kommen und Gehen, eine Dauer oder die Anwesenheit."
                    .into(),
                "`column_map` must name a name or an e-mail, and join and leave times, a duration or the attendance.".into(),
            ),
            Self::OtherDay { first, last } => (
                format!("Die Zeiten der Datei ({first} bis {last}) gehören nicht zu diesem Termin."),
                format!("The times of the file ({first} to {last}) do not belong to this session."),
            ),
            Self::AmbiguousDates => (
                "Tag und Monat der Daten sind nicht eindeutig. Bitte `date_order` mit dmy oder mdy angeben.".into(),
                "Day and month of the dates are not clear. Send `date_order` as dmy or mdy.".into(),
            ),
            Self::BadRow { line, column } => (
                format!("Zeile {line}, Spalte „{column}“: Die Angabe ist nicht lesbar."),
                format!("Line {line}, column \"{column}\": the value could not be read."),
            ),
            Self::CutOff { line } => (
                format!("Die Datei ist abgeschnitten; sie endet in Zeile {line}."),
                format!("The file is cut off; it ends in line {line}."),
            ),
            Self::TimeIsUp => (
                "Das Lesen der Datei hat zu lange gedauert.".into(),
                "Reading the file took too long.".into(),
            ),
        };
        if german { in_german } else { in_english }
    }
}

/// Column names, shortened: a file that is no report has anything in its first row.
fn listed(columns: &[String]) -> String {
    let short = |name: &String| name.chars().take(40).collect::<String>();
    let names: Vec<String> = columns.iter().take(super::unreadable::MAX_COLUMNS).map(short).collect();
    names.join(", ")
}
