//! Arbitrary texts as cells for a spreadsheet: whatever parts the file, none is calculated, and each is found again.

#![no_main]

use csv::ReaderBuilder;
use einlass::base::csv::{Dialect, Piece};
use libfuzzer_sys::fuzz_target;

const SIGNS: &[char] = &['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹢', '﹣', '﹦', '﹫', '−'];

/// The text without the apostrophes that the service has put there.
fn unguarded(cell: &str) -> String {
    let mut text = String::new();
    let (mut fresh, mut first) = (true, true);
    for (at, c) in cell.char_indices() {
        if fresh && c == '\'' {
            let behind = cell[at + 1..].trim_start_matches(['\'', '"']);
            if behind.starts_with(SIGNS) || (first && behind.starts_with(['\t', '\r', '\n', '\0'])) {
                (fresh, first) = (false, false);
                continue;
            }
        }
        fresh = [',', ';', '\t', '\r', '\n'].contains(&c);
        first = false;
        text.push(c);
    }
    text
}

fn parted(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).delimiter(delimiter);
    let lines = reader.from_reader(text.as_bytes()).into_records();
    lines
        .map(|line| line.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.split('\u{1}').map(|line| line.split('\u{2}').collect::<Vec<_>>());
    let mut lines = lines.take(8).collect::<Vec<_>>();
    // A table has as many columns in each line.
    let width = lines.iter().map(Vec::len).max().unwrap();
    lines.iter_mut().for_each(|line| line.resize(width, ""));
    let mut piece = Piece::first(Dialect::Excel);
    for line in &lines {
        piece.line(line).unwrap();
    }
    let written = String::from_utf8(piece.bytes().unwrap()).unwrap();
    let written = written.strip_prefix('\u{FEFF}').unwrap();
    let own = parted(written, b';');
    assert_eq!(own.len(), lines.len());
    for (cells, line) in own.iter().zip(&lines) {
        let again = cells.iter().map(|cell| unguarded(cell)).collect::<Vec<_>>();
        assert_eq!(&again, line);
    }
    for delimiter in [b';', b',', b'\t'] {
        for cell in parted(written, delimiter).iter().flatten() {
            assert!(!cell.starts_with(SIGNS), "{cell:?} by {:?}", char::from(delimiter));
        }
    }
});
