//! What is read from a spreadsheet: columns, rows, what is understood of them, and what is not.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::doubts::DoubtCode;
use crate::attendance::{Qualifier, Unit};
use crate::base::ids::words;
use crate::seminars::{Channel, Kind, ReasonCode, Status};

words! {
    /// What a column of a programme holds. `remarks` and `person` are never kept: names and addresses stand in them.
    #[schema(as = ProgrammeCellMeaning)]
    Field {
        Title = "title",
        Date = "date",
        Time = "time",
        Start = "start",
        End = "end",
        Place = "place",
        Mode = "mode",
        Link = "link",
        Kind = "kind",
        Collection = "collection",
        Lead = "lead",
        Partners = "partners",
        Status = "status",
        PostponedTo = "postponed_to",
        Headcount = "headcount",
        Remarks = "remarks",
        Person = "person",
    }
}

impl Field {
    /// Whether its cells may be kept. What is not is looked at once and forgotten.
    #[must_use]
    pub const fn is_kept(self) -> bool {
        !matches!(self, Self::Remarks | Self::Person | Self::Link)
    }
}

words! {
    /// How 03/04 is read.
    #[schema(as = ProgrammeDateOrder)]
    Order {
        DayFirst = "dmy",
        MonthFirst = "mdy",
    }
}

words! {
    /// Why a row of the file is no entry of the programme.
    #[schema(as = ProgrammeLeftOut)]
    LeftOutWhy {
        /// It stands above the heading.
        Preamble = "preamble",
        Empty = "empty",
        Separator = "separator",
        /// A year or a part of one that stands alone, above what belongs to it.
        Section = "section",
        Sum = "sum",
        RepeatedHeading = "repeated_heading",
    }
}

/// What the caller says about the whole file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProgrammeSettings, example = json!({"from": "2020-01-01", "to": "2020-12-31", "date_order": null, "kind": "seminar",
    "past_is_held": true, "accept": ["new_collection"]}))]
pub struct Settings {
    /// The first day of the period that the file is about. It settles years that are written with two digits or not at all.
    pub from: Option<NaiveDate>,
    /// The last day of it.
    pub to: Option<NaiveDate>,
    /// How 03/04/2020 is read; `null`: where both readings are days, it is a doubt. 03.04.2020 is 3 April in any case.
    pub date_order: Option<Order>,
    /// The kind of what names none.
    pub kind: Kind,
    /// Whether what has no status and lies in the past was held; otherwise each is a doubt.
    pub past_is_held: bool,
    /// Doubts that are accepted wherever they occur, such as `new_collection`.
    #[schema(max_items = 20)]
    pub accept: BTreeSet<DoubtCode>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            from: None,
            to: None,
            date_order: None,
            kind: Kind::Seminar,
            past_is_held: false,
            accept: BTreeSet::new(),
        }
    }
}

impl Settings {
    #[must_use]
    pub fn period(&self) -> Option<(NaiveDate, NaiveDate)> {
        self.from.zip(self.to)
    }

    /// The years of the period.
    #[must_use]
    pub fn years(&self) -> Vec<i32> {
        self.period()
            .map(|(from, to)| (from.year()..=to.year()).collect())
            .unwrap_or_default()
    }
}

/// A column of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ProgrammeColumn, example = json!({"number": 2, "heading": "Datum", "field": "date", "kept": true}))]
pub struct Column {
    /// From 1.
    pub number: usize,
    pub heading: String,
    /// What it was read as; `null`: it is not read.
    pub field: Option<Field>,
    /// Whether its cells are kept. Those of columns that are not read, or that may name persons, are not.
    pub kept: bool,
}

/// A row that is no entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ProgrammeRowLeftOut, example = json!({"row": 203, "line": 204, "why": "sum", "text": "Summe: 1.080"}))]
pub struct LeftOut {
    /// In the spreadsheet, from 1.
    pub row: i32,
    /// In the file, from 1: a cell may have several lines.
    pub line: i32,
    pub why: LeftOutWhy,
    /// Of sums and sections; of others nothing is kept.
    pub text: Option<String>,
}

/// What only the file itself shows of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub code: DoubtCode,
    pub field: Option<Field>,
    pub text: Option<String>,
}

/// What somebody has decided about a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decisions {
    /// What stands in these cells instead.
    pub set: BTreeMap<Field, String>,
    pub accept: BTreeSet<DoubtCode>,
    pub skip: bool,
}

/// A row as it stands in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRow {
    pub row: i32,
    pub line: i32,
    pub cells: BTreeMap<Field, String>,
    pub marks: Vec<Mark>,
    /// The year under whose heading it stands.
    pub section: Option<i32>,
}

impl RawRow {
    #[must_use]
    pub fn cell(&self, field: Field) -> &str {
        self.cells.get(&field).map(String::as_str).unwrap_or_default()
    }
}

/// A whole file, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub encoding: crate::base::decode::Encoding,
    pub delimiter: char,
    pub heading_row: i32,
    pub columns: Vec<Column>,
    pub rows: Vec<RawRow>,
    pub left_out: Vec<LeftOut>,
}

/// Where something takes place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ProgrammePlace, example = json!({"name": "Digital Church", "locality": "Aachen"}))]
pub struct Place {
    pub name: Option<String>,
    pub locality: String,
}

/// Who takes part in it; with the slug of an organisation that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ProgrammeParty, example = json!({"name": "AGIT", "organisation": "agit"}))]
pub struct Party {
    pub name: String,
    pub organisation: Option<String>,
}

/// How many came, in the words of the cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ProgrammeHeadcount, example = json!({"value": 40, "qualifier": "about", "unit": "participants", "stated_as": "ca. 40 TN"}))]
pub struct Counted {
    /// `null` exactly with `unknown`.
    pub value: Option<i64>,
    pub qualifier: Qualifier,
    pub unit: Unit,
    pub stated_as: String,
}

/// A time that the source does not say more precisely than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ProgrammeSpan, example = json!({"from": "2020-03-01", "to": "2020-05-31"}))]
pub struct Span {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// What was understood of a row; what was not is `null` or empty, and a doubt says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ProgrammeUnderstood, example = json!({"title": "Gründen in der Region", "days": ["2020-02-13"], "within": null,
    "starts": "18:00:00", "ends": "20:00:00", "place": {"name": "Digital Church", "locality": "Aachen"}, "channels": ["onsite"], "kind": "seminar",
    "collections": ["Hallo Nachbar"], "lead": [], "partners": [{"name": "AGIT", "organisation": "agit"}], "status": "held", "reason_code": null,
    "postponed_to": [], "headcount": {"value": 40, "qualifier": "about", "unit": "participants", "stated_as": "ca. 40 TN"}}))]
pub struct Understood {
    pub title: Option<String>,
    /// One session each.
    pub days: Vec<NaiveDate>,
    /// Where no day is said.
    pub within: Option<Span>,
    /// On the clocks of Berlin; `null`: only the day is known.
    #[schema(value_type = Option<String>)]
    pub starts: Option<NaiveTime>,
    #[schema(value_type = Option<String>)]
    pub ends: Option<NaiveTime>,
    pub place: Option<Place>,
    /// Empty: nobody has said.
    pub channels: Vec<Channel>,
    pub kind: Option<Kind>,
    pub collections: Vec<String>,
    pub lead: Vec<Party>,
    pub partners: Vec<Party>,
    pub status: Option<Status>,
    /// Of a cancellation or postponement.
    pub reason_code: Option<ReasonCode>,
    /// The new days of what was postponed.
    pub postponed_to: Vec<NaiveDate>,
    pub headcount: Option<Counted>,
}

impl Understood {
    /// The first day, or the first of the span.
    #[must_use]
    pub fn first_day(&self) -> Option<NaiveDate> {
        self.days.iter().min().copied().or(self.within.map(|span| span.from))
    }
}

words! {
    /// What becomes of a row.
    #[schema(as = ProgrammeRowStanding)]
    RowState {
        /// Something has to be decided first.
        Open = "open",
        Ready = "ready",
        /// Somebody decided to leave it out.
        Skipped = "skipped",
        /// It was imported before, and is not imported again.
        Known = "known",
    }
}

/// A row as it is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub state: RowState,
    pub understood: Understood,
    pub doubts: Vec<super::doubts::Doubt>,
    /// By which it is found again; `None` while title or day are missing.
    pub external_id: Option<String>,
}

/// What the house knows already. Names are folded.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub today: NaiveDate,
    pub collections: BTreeMap<String, String>,
    /// By each key that means it.
    pub venues: BTreeMap<String, Place>,
    /// By each spelling: name and slug.
    pub organisations: BTreeMap<String, (String, String)>,
}
