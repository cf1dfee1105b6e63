//! Cells as a workbook. Values stay values: a text is never calculated, a day is a day.
//!
//! Rows go to a file of the system's that has no name, as they come: however long the list, in memory is one row.

use std::fs::File;
use std::io::{Seek, SeekFrom};

use chrono::Timelike;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook as Book, Worksheet, XlsxError};

use crate::attendance::model::{Attendee, Column, ListLanguage};
use crate::attendance::rules::columns::{Cell, Frame, cell, heading};
use crate::base::problem::{Error, Result};

/// What a workbook is made of.
pub struct Sheet {
    pub title: String,
    pub columns: Vec<Column>,
    pub language: ListLanguage,
    pub frame: Frame,
}

pub struct Workbook {
    book: Book,
    sheet: Sheet,
    formats: Formats,
    written: u32,
}

struct Formats {
    day: Format,
    time: Format,
    moment: Format,
    hours: Format,
}

impl Formats {
    fn of(language: ListLanguage) -> Self {
        let (day, moment) = match language {
            ListLanguage::German => ("dd.mm.yyyy", "dd.mm.yyyy hh:mm"),
            ListLanguage::English => ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"),
        };
        let format = |pattern: &str| Format::new().set_num_format(pattern);
        Self {
            day: format(day),
            time: format("hh:mm"),
            moment: format(moment),
            hours: format("0.00"),
        }
    }
}

impl Workbook {
    pub fn begin(sheet: Sheet) -> Result<Self> {
        let mut book = Book::new();
        book.set_properties(&DocProperties::new().set_title(&sheet.title).set_author("Einlass"));
        let page = book.add_worksheet_with_constant_memory().map_err(Error::internal)?;
        head(page, &sheet).map_err(Error::internal)?;
        Ok(Self {
            book,
            formats: Formats::of(sheet.language),
            sheet,
            written: 0,
        })
    }

    pub fn rows(&mut self, attendees: &[Attendee]) -> Result<()> {
        let page = self.book.worksheet_from_index(0).map_err(Error::internal)?;
        for attendee in attendees {
            self.written += 1;
            for (place, column) in (0_u16..).zip(&self.sheet.columns) {
                let number = i64::from(self.written);
                let cell = cell(*column, attendee, number, &self.sheet.frame, Some(self.sheet.language));
                write(page, (self.written, place), &cell, &self.formats, self.sheet.language)
                    .map_err(Error::internal)?;
            }
        }
        Ok(())
    }

    /// The whole workbook, to be read from its beginning.
    pub fn finish(mut self) -> Result<File> {
        let last = u16::try_from(self.sheet.columns.len().saturating_sub(1)).map_err(Error::internal)?;
        let page = self.book.worksheet_from_index(0).map_err(Error::internal)?;
        page.autofilter(0, 0, self.written, last).map_err(Error::internal)?;
        let mut file = tempfile::tempfile().map_err(Error::internal)?;
        self.book.save_to_writer(&mut file).map_err(Error::internal)?;
        file.seek(SeekFrom::Start(0)).map_err(Error::internal)?;
        Ok(file)
    }
}

fn head(page: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    page.set_name(match sheet.language {
        ListLanguage::German => "Teilnehmende",
        ListLanguage::English => "Attendees",
    })?;
    page.set_freeze_panes(1, 0)?;
    page.set_repeat_rows(0, 0)?;
    page.set_landscape();
    page.set_print_fit_to_pages(1, 0);
    let bold = Format::new().set_bold().set_align(FormatAlign::Top);
    for (place, column) in (0_u16..).zip(&sheet.columns) {
        page.set_column_width(place, width(*column))?;
        page.write_string_with_format(0, place, heading(*column, Some(sheet.language)), &bold)?;
    }
    Ok(())
}

fn write(
    page: &mut Worksheet,
    (row, place): (u32, u16),
    cell: &Cell,
    formats: &Formats,
    language: ListLanguage,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            page.write_string(row, place, shortened(text))?;
        }
        Cell::Whole(number) => {
            page.write_number(row, place, i32::try_from(*number).unwrap_or(i32::MAX))?;
        }
        Cell::Hours(minutes) => {
            let minutes = i32::try_from(*minutes).unwrap_or(i32::MAX);
            page.write_number_with_format(row, place, f64::from(minutes) / 60.0, &formats.hours)?;
        }
        // A word and no TRUE: that is what a filter offers to choose from, in the reader's language.
        Cell::Truth(truth) => {
            let word = match (truth, language) {
                (true, ListLanguage::German) => "ja",
                (false, ListLanguage::German) => "nein",
                (true, ListLanguage::English) => "yes",
                (false, ListLanguage::English) => "no",
            };
            page.write_string(row, place, word)?;
        }
        Cell::Day(day) => {
            page.write_datetime_with_format(row, place, day, &formats.day)?;
        }
        Cell::Time(time) => {
            let hour = u16::try_from(time.hour()).unwrap_or_default();
            let minute = u8::try_from(time.minute()).unwrap_or_default();
            let clock = ExcelDateTime::from_hms(hour, minute, 0.0)?;
            page.write_datetime_with_format(row, place, clock, &formats.time)?;
        }
        Cell::Moment(at) => {
            page.write_datetime_with_format(row, place, at.naive_local(), &formats.moment)?;
        }
    }
    Ok(())
}

/// A cell holds 32,767 characters; companions of a large group could be more.
fn shortened(text: &str) -> &str {
    const MOST: usize = 32_000;
    let mut end = text.len().min(MOST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// In characters; wide enough for most, since nothing is measured while it is written.
const fn width(column: Column) -> f64 {
    match column {
        Column::Number => 6.0,
        Column::Persons | Column::Minutes | Column::From | Column::To | Column::Hours => 10.0,
        Column::Channel | Column::Date | Column::Attended | Column::WalkIn => 14.0,
        Column::State | Column::CheckedInAt | Column::CheckedOutAt | Column::Evidence => 18.0,
        Column::Phone | Column::GivenName | Column::FamilyName => 22.0,
        Column::Name | Column::Company | Column::Email | Column::Companions => 32.0,
        Column::Registration | Column::Signature => 38.0,
    }
}
