//! Files that were cut off or garbled: refused, or every row that is not as it was says so.

use proptest::prelude::*;

use super::*;
use crate::imports::sheet::{DoubtCode, LeftOutWhy};

/// The rows of the whole file, as they read.
fn whole() -> Vec<(RawRow, Read)> {
    let sheet = read(FIXTURE, &ColumnMap::default()).unwrap();
    let read = interpreted(&sheet.rows, &Settings::default());
    sheet.rows.into_iter().zip(read).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_file_that_was_cut_off_says_so(at in 0..FIXTURE.len()) {
        let Ok(sheet) = read(&FIXTURE[..at], &ColumnMap::default()) else { return Ok(()) };
        let whole = whole();
        let read = interpreted(&sheet.rows, &Settings::default());
        for (raw, read) in sheet.rows.iter().zip(&read) {
            let same = whole.iter().any(|(other, reading)| other == raw && reading == read);
            let cut_off = read.doubts.iter().any(|doubt| doubt.code == DoubtCode::CutOff);
            prop_assert!(same || cut_off, "row {}: {:?}", raw.row, raw.cells);
        }
    }

    #[test]
    fn flipped_bytes_lose_no_row_silently(flips in prop::collection::vec((0..FIXTURE.len(), any::<u8>()), 1..20)) {
        let mut bytes = FIXTURE.to_vec();
        for (at, byte) in flips {
            bytes[at] = byte;
        }
        let Ok(sheet) = read(&bytes, &ColumnMap::default()) else { return Ok(()) };
        let read = interpreted(&sheet.rows, &Settings::default());
        prop_assert_eq!(read.len(), sheet.rows.len());
        // Every row of the spreadsheet is the heading, an entry, or named with why it is none; each once.
        let mut rows = sheet.rows.iter().map(|row| row.row).chain(sheet.left_out.iter().map(|one| one.row)).collect::<Vec<_>>();
        rows.push(sheet.heading_row);
        rows.sort_unstable();
        let all = (1..=i32::try_from(rows.len()).unwrap()).collect::<Vec<_>>();
        prop_assert_eq!(rows, all);
        for (raw, read) in sheet.rows.iter().zip(&read) {
            let bad = |text: &String| text.contains('\u{FFFD}');
            let says_so = read.doubts.iter().any(|doubt| doubt.code.waits());
            prop_assert!(says_so || !raw.cells.values().any(bad));
        }
    }

    #[test]
    fn any_bytes_at_all(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = read(&bytes, &ColumnMap::default());
        let headed = [&b"Titel;Datum;Uhrzeit;Ort;Modus;Status;TN\n"[..], &bytes].concat();
        if let Ok(sheet) = read(&headed, &ColumnMap::default()) {
            interpreted(&sheet.rows, &Settings::default());
        }
    }

    #[test]
    fn any_text_in_any_cell(cells in prop::collection::vec("[0-9./ -]{0,12}|\\PC{0,20}|[a-zäöü0-9 .:/?-]{0,20}", 7)) {
        let quoted = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect::<Vec<_>>().join(";");
        let text = format!("Titel;Datum;Uhrzeit;Ort;Modus;Status;TN\n{quoted}\n");
        if let Ok(sheet) = read(text.as_bytes(), &ColumnMap::default()) {
            let read = interpreted(&sheet.rows, &Settings::default());
            for read in read.iter().filter(|read| !read.doubts.iter().any(|doubt| doubt.code.waits())) {
                prop_assert!(read.understood.title.is_some() && read.understood.first_day().is_some() && read.understood.status.is_some());
            }
            prop_assert!(sheet.left_out.iter().all(|one| one.why != LeftOutWhy::Preamble));
        }
    }
}
