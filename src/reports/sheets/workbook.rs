//! The report as a workbook. A text is never calculated; the same report at the same moment is the same file.

use chrono::{DateTime, Utc};
use rust_xlsxwriter::{DocProperties, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::tables::tables;
use super::{Cell, Table};
use crate::base::problem::{Error, Result};
use crate::reports::model::ActivityReport;

pub fn workbook(report: &ActivityReport, at: DateTime<Utc>) -> Result<Vec<u8>> {
    let written = || -> std::result::Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let properties = DocProperties::new()
            .set_title("Veranstaltungsbericht")
            .set_author("Einlass")
            .set_creation_datetime(&at);
        book.set_properties(&properties);
        for table in tables(report) {
            sheet(book.add_worksheet_with_constant_memory()?, &table)?;
        }
        book.save_to_buffer()
    };
    written().map_err(Error::internal)
}

fn sheet(page: &mut Worksheet, table: &Table) -> std::result::Result<(), XlsxError> {
    page.set_name(table.name)?;
    page.set_freeze_panes(1, 0)?;
    page.set_repeat_rows(0, 0)?;
    page.set_landscape();
    page.set_print_fit_to_pages(1, 0);
    let bold = Format::new().set_bold().set_align(FormatAlign::Top);
    let day = Format::new().set_num_format("dd.mm.yyyy");
    for (place, heading) in (0_u16..).zip(&table.head) {
        page.set_column_width(place, f64::from(heading.width))?;
        page.write_string_with_format(0, place, heading.german, &bold)?;
    }
    for (row, cells) in (1_u32..).zip(&table.rows) {
        for (place, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Empty => {}
                Cell::Text(text) | Cell::Word(_, text) => {
                    page.write_string(row, place, shortened(text))?;
                }
                Cell::Number(number) => {
                    page.write_number(row, place, i32::try_from(*number).unwrap_or(i32::MAX))?;
                }
                Cell::Day(of) => {
                    page.write_datetime_with_format(row, place, of, &day)?;
                }
            }
        }
    }
    let last = u32::try_from(table.rows.len()).unwrap_or(u32::MAX);
    let columns = u16::try_from(table.head.len().saturating_sub(1)).unwrap_or(u16::MAX);
    page.autofilter(0, 0, last, columns)?;
    Ok(())
}

/// A cell holds 32,767 characters.
fn shortened(text: &str) -> String {
    text.chars().take(32_000).collect()
}
