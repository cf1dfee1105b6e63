//! The seminars of a report, a row each.

use super::tables::seminars;
use super::{Cell, Heading};
use crate::base::csv::{Dialect, Piece};
use crate::base::problem::Result;
use crate::reports::model::ActivityReport;

pub fn csv(report: &ActivityReport, dialect: Dialect) -> Result<Vec<u8>> {
    let table = seminars(report);
    let mut piece = Piece::first(dialect);
    let heading = |heading: &Heading| match dialect {
        Dialect::Excel => heading.german,
        Dialect::Rfc4180 => heading.member,
    };
    piece.line(table.head.iter().map(heading))?;
    for row in &table.rows {
        piece.line(row.iter().map(|cell| written(cell, dialect)))?;
    }
    piece.bytes()
}

fn written(cell: &Cell, dialect: Dialect) -> String {
    match (cell, dialect) {
        (Cell::Empty, _) => String::new(),
        (Cell::Text(text) | Cell::Word(_, text), Dialect::Excel) | (Cell::Text(text), Dialect::Rfc4180) => text.clone(),
        (Cell::Word(word, _), Dialect::Rfc4180) => (*word).to_owned(),
        (Cell::Number(number), _) => number.to_string(),
        (Cell::Day(day), Dialect::Excel) => day.format("%d.%m.%Y").to_string(),
        (Cell::Day(day), Dialect::Rfc4180) => day.to_string(),
    }
}
