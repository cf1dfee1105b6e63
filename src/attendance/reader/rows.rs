//! From text to rows: the separator, the limits, and what a file shows that was cut off.

use csv::{Reader, ReaderBuilder, StringRecord};

use super::unreadable::{MAX_BESIDE, MAX_BYTES, MAX_COLUMNS, MAX_ROWS, Unreadable};
use crate::base::decode::{END_OF_FILE, Encoding, Text, encoding, head};

const LINES_TO_LOOK_AT: usize = 40;
const ROWS_BETWEEN_LOOKS_AT_THE_CLOCK: usize = 256;

pub struct Rows<'a> {
    reader: Reader<Text<'a>>,
    record: StringRecord,
    time_is_up: &'a dyn Fn() -> bool,
    read: usize,
    last_line: u64,
    pub encoding: Encoding,
    pub delimiter: char,
}

/// One row that is not blank.
#[derive(Clone, Copy)]
pub struct Row<'r> {
    pub line: u64,
    cells: &'r StringRecord,
    /// Without the empty cells at the end, which spreadsheets add.
    pub width: usize,
}

impl<'a> Rows<'a> {
    pub fn open(bytes: &'a [u8], time_is_up: &'a dyn Fn() -> bool) -> Result<Self, Unreadable> {
        if bytes.len() > MAX_BYTES {
            return Err(Unreadable::TooLarge { bytes: bytes.len() });
        }
        let (encoding, mark) = encoding(bytes).map_err(Unreadable::no_text)?;
        let delimiter = delimiter(&head(bytes, encoding, mark));
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(Text::new(bytes, encoding, mark));
        Ok(Self {
            reader,
            record: StringRecord::new(),
            time_is_up,
            read: 0,
            last_line: 0,
            encoding,
            delimiter: char::from(delimiter),
        })
    }

    pub fn next(&mut self) -> Result<Option<Row<'_>>, Unreadable> {
        let mut width;
        loop {
            if self.read.is_multiple_of(ROWS_BETWEEN_LOOKS_AT_THE_CLOCK) && (self.time_is_up)() {
                return Err(Unreadable::TimeIsUp);
            }
            // Only invalid UTF-8 can fail here, and the decoder makes none.
            let more = self.reader.read_record(&mut self.record);
            if !more.map_err(|_| Unreadable::UndecodableText)? {
                return Ok(None);
            }
            let line = self.record.position().map_or(0, csv::Position::line);
            if self.record.len() == 1 && self.record.get(0) == Some(END_OF_FILE) {
                return if self.reader.get_ref().is_garbage() {
                    Err(Unreadable::UndecodableText)
                } else {
                    Ok(None)
                };
            }
            if self
                .record
                .iter()
                .next_back()
                .is_some_and(|cell| cell.contains(END_OF_FILE))
            {
                return Err(Unreadable::UnclosedQuote { line });
            }
            self.read += 1;
            self.last_line = line;
            if self.read > MAX_ROWS + MAX_BESIDE {
                return Err(Unreadable::TooManyRows);
            }
            width = width_of(&self.record);
            if width > MAX_COLUMNS {
                return Err(Unreadable::TooManyColumns { line, columns: width });
            }
            if width > 0 {
                break;
            }
        }
        Ok(Some(Row {
            line: self.last_line,
            cells: &self.record,
            width,
        }))
    }

    pub fn ends_in_a_line_end(&self) -> bool {
        self.reader.get_ref().ends_in_a_line_end()
    }

    pub fn ends_in_a_quote(&self) -> bool {
        self.reader.get_ref().ends_in_a_quote()
    }

    pub fn bad_characters(&self) -> usize {
        self.reader.get_ref().bad()
    }

    pub const fn last_line(&self) -> u64 {
        self.last_line
    }
}

fn width_of(record: &StringRecord) -> usize {
    let filled = record.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty());
    filled.last().map_or(0, |(at, _)| at + 1)
}

impl Row<'_> {
    /// What a person would read in the cell; a column that is not there is empty.
    pub fn cell(&self, column: usize) -> String {
        self.cells.get(column).map(clean).unwrap_or_default()
    }

    pub fn cells(&self) -> impl Iterator<Item = String> {
        self.cells.iter().take(self.width).map(clean)
    }

    /// Cells, empty ones too; fewer than the heading has in a row that was cut off.
    pub fn len(&self) -> usize {
        self.cells.len()
    }
}

/// Trims, makes every space one, and takes off what protects a cell from being a formula: `'=1`, `="text"`.
/// A formula itself is data: nobody computes it here.
pub fn clean(cell: &str) -> String {
    let visible = cell.chars().filter(|c| !is_invisible(*c));
    let spaced: String = visible.map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let mut text = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(inner) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        text = inner.trim().to_owned();
    }
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest.to_owned(),
        _ => text,
    }
}

/// Marks of the reading direction, joiners at the edge, a BOM in the middle, controls.
fn is_invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// A tab stands in no text, so few tabs say much; of the others the more frequent one.
fn delimiter(head: &str) -> u8 {
    if let Some(said) = head.lines().next().and_then(|line| line.strip_prefix("sep="))
        && let Some(sign @ (b';' | b',' | b'\t')) = said.bytes().next()
    {
        return sign;
    }
    let mut counts = [(b'\t', 0_usize), (b';', 0), (b',', 0)];
    let mut lines = 0_usize;
    let mut with_tab = 0_usize;
    let mut quoted = false;
    let (mut filled, mut tab) = (false, false);
    for byte in head.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                lines += usize::from(filled);
                with_tab += usize::from(tab);
                (filled, tab) = (false, false);
                if lines >= LINES_TO_LOOK_AT {
                    break;
                }
            }
            _ if quoted => {}
            other => {
                filled = true;
                tab |= other == b'\t';
                for (sign, count) in &mut counts {
                    *count += usize::from(*sign == other);
                }
            }
        }
    }
    let [(_, _), (_, semicolons), (_, commas)] = counts;
    if with_tab > 0 && with_tab.saturating_mul(2) >= lines {
        b'\t'
    } else if semicolons > commas {
        b';'
    } else {
        b','
    }
}
