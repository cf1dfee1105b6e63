//! A report as tables: a workbook with a sheet for each, or the table of seminars as CSV.
//!
//! Numbers stay numbers; what a number is worth (at least, about) and what is not known stand in cells of their own.

mod csv;
mod tables;
mod workbook;

use chrono::NaiveDate;

pub use self::csv::csv;
pub use self::workbook::workbook;

struct Table {
    name: &'static str,
    head: Vec<Heading>,
    rows: Vec<Vec<Cell>>,
}

/// German for people, and as the API calls it for programs.
#[derive(Clone, Copy)]
struct Heading {
    german: &'static str,
    member: &'static str,
    /// In characters.
    width: u8,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Cell {
    Empty,
    Text(String),
    /// A word of the API, and the same in German.
    Word(&'static str, String),
    Number(i64),
    Day(NaiveDate),
}

impl Cell {
    fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    fn maybe(text: Option<&String>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.clone()))
    }

    fn count(count: usize) -> Self {
        Self::Number(i64::try_from(count).unwrap_or(i64::MAX))
    }

    fn day(day: Option<NaiveDate>) -> Self {
        day.map_or(Self::Empty, Self::Day)
    }
}
