//! Cells as text, for CSV.

use crate::attendance::model::{Attendee, Column, ListLanguage};
use crate::attendance::rules::columns::{Cell, Frame, cell, heading};
use crate::base::csv::{Dialect, Piece};
use crate::base::problem::Result;

/// A table that is written piece by piece.
pub struct Table {
    dialect: Dialect,
    columns: Vec<Column>,
    language: Option<ListLanguage>,
    frame: Frame,
    written: i64,
    begun: bool,
}

impl Table {
    pub fn new(dialect: Dialect, columns: Vec<Column>, language: ListLanguage, frame: Frame) -> Self {
        // Programs read names, not headings.
        let language = (dialect == Dialect::Excel).then_some(language);
        Self {
            dialect,
            columns,
            language,
            frame,
            written: 0,
            begun: false,
        }
    }

    /// The next lines; before the first, the headings.
    pub fn piece(&mut self, attendees: &[Attendee]) -> Result<Vec<u8>> {
        let mut piece = if self.begun {
            Piece::further(self.dialect)
        } else {
            let mut piece = Piece::first(self.dialect);
            piece.line(self.columns.iter().map(|column| heading(*column, self.language)))?;
            piece
        };
        self.begun = true;
        for attendee in attendees {
            self.written += 1;
            let cells = self.columns.iter();
            piece.line(cells.map(|column| {
                in_words(
                    cell(*column, attendee, self.written, &self.frame, self.language),
                    self.dialect,
                    self.language,
                )
            }))?;
        }
        piece.bytes()
    }
}

#[must_use]
pub fn in_words(cell: Cell, dialect: Dialect, language: Option<ListLanguage>) -> String {
    let excel = dialect == Dialect::Excel;
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text,
        Cell::Whole(number) => number.to_string(),
        Cell::Hours(minutes) => {
            let point = if excel { ',' } else { '.' };
            format!("{}{point}{:02}", minutes / 60, minutes.rem_euclid(60) * 100 / 60)
        }
        Cell::Truth(truth) => match (truth, language) {
            (true, Some(ListLanguage::German)) => "ja",
            (false, Some(ListLanguage::German)) => "nein",
            (true, Some(ListLanguage::English)) => "yes",
            (false, Some(ListLanguage::English)) => "no",
            (true, None) => "true",
            (false, None) => "false",
        }
        .to_owned(),
        Cell::Day(day) if excel => day.format("%d.%m.%Y").to_string(),
        Cell::Day(day) => day.to_string(),
        Cell::Time(time) => time.format("%H:%M").to_string(),
        Cell::Moment(at) if excel => at.format("%d.%m.%Y %H:%M").to_string(),
        Cell::Moment(at) => at.format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_have_the_comma_of_their_reader() {
        assert_eq!(in_words(Cell::Hours(90), Dialect::Excel, None), "1,50");
        assert_eq!(in_words(Cell::Hours(125), Dialect::Rfc4180, None), "2.08");
    }
}
