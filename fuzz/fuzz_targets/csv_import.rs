//! Arbitrary bytes as a programme from a spreadsheet: never a panic, no row lost silently, nothing ready that is not understood.

#![no_main]

use std::collections::BTreeMap;

use chrono::NaiveDate;
use einlass::base::text::fold;
use einlass::imports::sheet::{ColumnMap, Decisions, Known, Place, RowState, Settings, interpret, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let sheet = match read(bytes, &ColumnMap::default()) {
        Ok(sheet) => sheet,
        Err(_) => return,
    };
    // Every row is the heading, an entry, or named with why it is none; each once.
    let entries = sheet.rows.iter().map(|row| row.row);
    let mut rows = entries
        .chain(sheet.left_out.iter().map(|one| one.row))
        .collect::<Vec<_>>();
    rows.push(sheet.heading_row);
    rows.sort_unstable();
    assert!(rows.iter().zip(1..).all(|(row, number)| *row == number), "{rows:?}");
    let place = Place {
        name: None,
        locality: "Aachen".to_owned(),
    };
    let known = Known {
        today: NaiveDate::from_ymd_opt(2027, 1, 4).unwrap(),
        collections: BTreeMap::from([(fold("Hallo Nachbar"), "Hallo Nachbar".to_owned())]),
        venues: BTreeMap::from([(fold("Aachen"), place)]),
        organisations: BTreeMap::from([(fold("AGIT"), ("AGIT".to_owned(), "agit".to_owned()))]),
    };
    let undecided = sheet
        .rows
        .iter()
        .cloned()
        .map(|row| (row, Decisions::default()))
        .collect::<Vec<_>>();
    let understood = interpret(&undecided, &Settings::default(), &known, &|_| false);
    assert_eq!(understood.len(), sheet.rows.len());
    for row in &understood {
        let waits = row.doubts.iter().any(|doubt| doubt.code.waits());
        assert_eq!(row.state == RowState::Open, waits);
        if row.state == RowState::Ready {
            let seminar = &row.understood;
            assert!(seminar.title.is_some() && seminar.first_day().is_some() && seminar.status.is_some());
            assert!(row.external_id.is_some());
        }
    }
});
