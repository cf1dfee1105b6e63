//! The reader on its own.

mod cells;
mod damage;
mod fixture;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{ColumnMap, Decisions, Known, Place, RawRow, Read, Settings, Sheet, interpret, read};
use crate::base::text::fold;

/// Of two hundred rows, with every kind of mess that was met; written by us, with invented names.
const FIXTURE: &[u8] = include_bytes!("../../../../tests/imports/programme.csv");
const EXPECTED: &str = include_str!("../../../../tests/imports/programme.expected.json");

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn known() -> Known {
    let place = |name: Option<&str>| Place {
        name: name.map(str::to_owned),
        locality: "Aachen".to_owned(),
    };
    let house = place(Some("Digital Church"));
    let organisation = |name: &str, slug: &str| (fold(name), (name.to_owned(), slug.to_owned()));
    Known {
        today: day("2027-01-04"),
        collections: BTreeMap::from([(fold("Hallo Nachbar"), "Hallo Nachbar".to_owned())]),
        venues: BTreeMap::from([
            (fold("Digital Church Aachen"), house.clone()),
            (fold("Digital Church"), house),
            (fold("Aachen"), place(None)),
        ]),
        organisations: BTreeMap::from([organisation("AGIT", "agit"), organisation("IHK Aachen", "ihk-aachen")]),
    }
}

fn sheet(text: &str) -> Sheet {
    read(text.as_bytes(), &ColumnMap::default()).unwrap()
}

fn interpreted(rows: &[RawRow], settings: &Settings) -> Vec<Read> {
    let undecided = rows
        .iter()
        .cloned()
        .map(|row| (row, Decisions::default()))
        .collect::<Vec<_>>();
    interpret(&undecided, settings, &known(), &|_| false)
}
