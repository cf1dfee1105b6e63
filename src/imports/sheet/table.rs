//! From bytes to records: encoding, separator, quotation marks. Line and row of each record are those of the file and
//! of the spreadsheet.

use std::io::Read as _;

use super::unreadable::{MAX_BESIDE, MAX_BYTES, MAX_CELL, MAX_COLUMNS, MAX_ROWS, Unreadable};
use crate::base::decode::{self, Encoding, NotText};

pub const DELIMITERS: [char; 3] = [';', '\t', ','];

/// A text with what its bytes were.
pub struct Decoded {
    pub encoding: Encoding,
    pub text: String,
    /// What a first line `sep=;` says.
    pub said_delimiter: Option<char>,
}

/// One record, empty ones too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// In the spreadsheet, from 1.
    pub row: usize,
    /// In the file, from 1.
    pub line: usize,
    pub cells: Vec<String>,
    /// Whether a line end closes it.
    pub closed: bool,
}

impl Record {
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map(String::as_str).unwrap_or_default()
    }

    /// The filled cells with their columns.
    pub fn filled(&self) -> impl Iterator<Item = (usize, &str)> {
        let cells = self.cells.iter().map(|cell| cell.trim()).enumerate();
        cells.filter(|(_, cell)| !cell.is_empty())
    }
}

pub fn decoded(bytes: &[u8]) -> Result<Decoded, Unreadable> {
    if bytes.len() > MAX_BYTES {
        return Err(Unreadable::TooLarge { bytes: bytes.len() });
    }
    let (encoding, mark) = decode::encoding(bytes).map_err(|why| match why {
        NotText::Empty => Unreadable::Empty,
        NotText::Other(what) => Unreadable::NotCsv { what },
    })?;
    let mut reader = decode::Text::new(bytes, encoding, mark);
    let mut text = String::new();
    reader
        .read_to_string(&mut text)
        .map_err(|_| Unreadable::UndecodableText)?;
    if reader.is_garbage() {
        return Err(Unreadable::UndecodableText);
    }
    // What the decoder sets behind the last row.
    text.truncate(text.len() - (decode::END_OF_FILE.len() + 2).min(text.len()));
    let first = text.lines().next().unwrap_or_default();
    let said_delimiter = first
        .strip_prefix("sep=")
        .and_then(|rest| rest.chars().next())
        .filter(|sign| DELIMITERS.contains(sign));
    Ok(Decoded {
        encoding,
        text,
        said_delimiter,
    })
}

/// Parts the text at `delimiter`. A quotation mark opens a cell only where the cell begins, as spreadsheets write it.
pub fn records(text: &str, delimiter: char) -> Result<Vec<Record>, Unreadable> {
    let mut records = Vec::new();
    let mut characters = text.chars().peekable();
    let (mut line, mut row) = (1, 0);
    while characters.peek().is_some() {
        row += 1;
        if row > MAX_ROWS + MAX_BESIDE {
            return Err(Unreadable::TooManyRows { line });
        }
        let mut record = Record {
            row,
            line,
            cells: Vec::new(),
            closed: false,
        };
        loop {
            let mut cell = String::new();
            let mut length = 0_usize;
            if characters.next_if_eq(&'"').is_some() {
                let opened = line;
                loop {
                    match characters.next() {
                        None => return Err(Unreadable::UnclosedQuote { line: opened }),
                        Some('"') if characters.next_if_eq(&'"').is_none() => break,
                        Some(c) => {
                            line += usize::from(c == '\n');
                            length += 1;
                            cell.push(c);
                        }
                    }
                    if length > MAX_CELL {
                        // More than a cell holds is most likely a quotation mark that does not close.
                        return Err(Unreadable::UnclosedQuote { line: opened });
                    }
                }
            }
            while let Some(c) = characters.next_if(|c| *c != delimiter && *c != '\n') {
                length += 1;
                if length > MAX_CELL {
                    return Err(Unreadable::CellTooLong { line });
                }
                cell.push(c);
            }
            record.cells.push(cell);
            match characters.next() {
                Some('\n') => {
                    line += 1;
                    record.closed = true;
                    break;
                }
                Some(_) => {}
                None => break,
            }
        }
        let width = record.filled().last().map_or(0, |(at, _)| at + 1);
        if width > MAX_COLUMNS {
            return Err(Unreadable::TooManyColumns {
                line: record.line,
                columns: width,
            });
        }
        record.cells.truncate(width.max(1));
        records.push(record);
    }
    Ok(records)
}

/// A cell that holds whole rows: its quotation mark was closed by one of a later row.
pub fn swallowed(record: &Record, delimiter: char, width: usize) -> bool {
    let much = (width / 2).max(2);
    let holds_a_row =
        |cell: &String| cell.contains('\n') && cell.lines().any(|line| line.matches(delimiter).count() >= much);
    record.cells.iter().any(holds_a_row)
}
