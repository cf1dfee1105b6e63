//! Tables as CSV, for a German Excel or for machines, written piece by piece.
//!
//! A German Excel reads UTF-8 only behind a byte order mark, parts cells at semicolons, and calculates whatever begins
//! like a formula, also where the cell came from a stranger's form; an English one parts them at commas. RFC 4180 asks for
//! none of that, and its readers are programs that would take an apostrophe for data: there the guard is off, and only there.

use std::borrow::Cow;

use csv::{Terminator, Writer, WriterBuilder};

use super::ids::words;
use super::problem::{Error, Result};

words! {
    /// For whom a CSV file is written. `excel`: UTF-8 with a byte order mark, `;`, CRLF, decimal comma, cells that a
    /// spreadsheet would calculate guarded with an apostrophe. `rfc4180`: UTF-8 without a mark, `,`, CRLF, decimal point,
    /// ISO 8601, every cell as it is: open it with a program, not with a spreadsheet.
    #[derive(Default)]
    Dialect {
        #[default]
        Excel = "excel",
        Rfc4180 = "rfc4180",
    }
}

/// One piece of a table: the first has what stands before all, the others go on where it ended.
pub struct Piece {
    writer: Writer<Vec<u8>>,
    dialect: Dialect,
}

impl Piece {
    #[must_use]
    pub fn first(dialect: Dialect) -> Self {
        let mark = match dialect {
            Dialect::Excel => "\u{FEFF}",
            Dialect::Rfc4180 => "",
        };
        Self::after(dialect, mark.as_bytes().to_vec())
    }

    #[must_use]
    pub fn further(dialect: Dialect) -> Self {
        Self::after(dialect, Vec::new())
    }

    fn after(dialect: Dialect, begun: Vec<u8>) -> Self {
        let delimiter = match dialect {
            Dialect::Excel => b';',
            Dialect::Rfc4180 => b',',
        };
        let writer = WriterBuilder::new()
            .delimiter(delimiter)
            .terminator(Terminator::CRLF)
            .from_writer(begun);
        Self { writer, dialect }
    }

    /// One line.
    pub fn line<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> Result<()> {
        for cell in cells {
            let cell = match self.dialect {
                Dialect::Excel => guarded(cell.as_ref()),
                Dialect::Rfc4180 => Cow::Borrowed(cell.as_ref()),
            };
            self.writer.write_field(cell.as_bytes()).map_err(Error::internal)?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(Error::internal)
    }

    pub fn bytes(self) -> Result<Vec<u8>> {
        self.writer
            .into_inner()
            .map_err(|error| Error::internal(error.to_string()))
    }
}

/// What a spreadsheet calculates instead of showing it (CWE-1236, OWASP ASVS 5 1.2.10). A telephone number in its international
/// form is among them: unguarded it becomes a number and loses its plus.
const SIGNS: [char; 13] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹢', '﹣', '﹦', '﹫', '−'];
/// What some spreadsheet drops at the beginning of a cell, or takes for the beginning of one.
const BLANKS: [char; 4] = ['\t', '\r', '\n', '\0'];
/// Where the next cell begins for a spreadsheet that was told another separator, as an English one is.
const SEPARATORS: [char; 5] = [',', ';', '\t', '\r', '\n'];
const QUOTES: [char; 2] = ['\'', '"'];

/// The cell with an apostrophe before whatever would be calculated, at its beginning or behind a separator. Before quotes that
/// stand there too: so the text is found again by taking one away, and no other spreadsheet's quotes can hide anything.
fn guarded(cell: &str) -> Cow<'_, str> {
    let first = cell.trim_start_matches(QUOTES);
    let mut places = Vec::new();
    if first.starts_with(SIGNS) || first.starts_with(BLANKS) {
        places.push(0);
    }
    let behind = cell.match_indices(SEPARATORS).map(|(at, sign)| at + sign.len());
    let next = |at: usize| cell.get(at..).unwrap_or_default().trim_start_matches(QUOTES);
    places.extend(behind.filter(|at| next(*at).starts_with(SIGNS)));
    if places.is_empty() {
        return Cow::Borrowed(cell);
    }
    let mut written = String::with_capacity(cell.len() + places.len());
    let mut from = 0;
    for at in places {
        written.push_str(cell.get(from..at).unwrap_or_default());
        written.push('\'');
        from = at;
    }
    written.push_str(cell.get(from..).unwrap_or_default());
    Cow::Owned(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(dialect: Dialect, lines: &[&[&str]]) -> String {
        let mut piece = Piece::first(dialect);
        for line in lines {
            piece.line(*line).unwrap();
        }
        String::from_utf8(piece.bytes().unwrap()).unwrap()
    }

    #[test]
    fn what_would_be_calculated_is_guarded() {
        for cell in [
            "=1+1",
            "+49 241 1",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "\nx",
            "\0",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "−1",
            "'=1",
            "\"=1",
        ] {
            assert_eq!(guarded(cell), format!("'{cell}"));
        }
        for cell in ["", "Anna", "1+1", "(=1)", "'Anna", "a; b", "a,b", "a\n\nb", "1,5"] {
            assert_eq!(guarded(cell), cell);
        }
    }

    /// A file for a German spreadsheet, opened by an English one: what we part by `;` is one cell there, and `,` parts.
    #[test]
    fn behind_a_separator_another_cell_may_begin() {
        for (cell, written) in [
            ("a,=1+1,b", "a,'=1+1,b"),
            ("a;+1\t@b", "a;'+1\t'@b"),
            ("a\n-b\n\n=c", "a\n'-b\n\n'=c"),
            ("a,\"=1\"", "a,'\"=1\""),
            ("=a,'=b", "'=a,''=b"),
            ("\t=1", "'\t'=1"),
            ("ä,＝ö", "ä,'＝ö"),
        ] {
            assert_eq!(guarded(cell), written);
        }
    }

    #[test]
    fn the_german_table() {
        let lines: &[&[&str]] = &[&["Name", "Firma"], &["Müller; Jörg", "=1+\"1\""], &["", ""]];
        assert_eq!(
            written(Dialect::Excel, lines),
            "\u{FEFF}Name;Firma\r\n\"Müller; Jörg\";\"'=1+\"\"1\"\"\"\r\n;\r\n"
        );
    }

    #[test]
    fn the_table_for_machines() {
        let lines: &[&[&str]] = &[&["name", "phone"], &["Müller, Jörg", "+49 241 1"]];
        assert_eq!(
            written(Dialect::Rfc4180, lines),
            "name,phone\r\n\"Müller, Jörg\",+49 241 1\r\n"
        );
    }

    #[test]
    fn a_further_piece_has_no_mark() {
        let mut piece = Piece::further(Dialect::Excel);
        piece.line(["ä"]).unwrap();
        assert_eq!(piece.bytes().unwrap(), "ä\r\n".as_bytes());
    }

    #[test]
    fn a_single_empty_cell_is_a_line_of_its_own() {
        assert_eq!(written(Dialect::Rfc4180, &[&[""]]), "\"\"\r\n");
    }
}
