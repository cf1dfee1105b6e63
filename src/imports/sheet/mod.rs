//! Reads a programme that somebody kept in a spreadsheet.
//!
//! Pure: bytes in, rows with what was understood and what was not out. Nothing is guessed silently: a cell that could
//! mean something else is a doubt with its readings, and the row waits until somebody has decided. What somebody `set`
//! is read like a cell, so that it cannot be wrong in a way in which a cell cannot.
//!
//! `table` bytes → records · `headings` which column is what · `file` records → rows, and what is none · `dates`, `day_list`,
//! `periods`, `times`, `vocabulary`, `names` what stands in a cell · `outcome` status and headcount · `row` one row ·
//! `across` rows together · `privacy` what is not kept.

mod across;
mod cursor;
mod dates;
mod day_list;
mod doubts;
mod file;
mod headings;
mod model;
mod names;
mod outcome;
mod periods;
mod privacy;
mod row;
mod table;
#[cfg(test)]
mod tests;
mod times;
mod unreadable;
mod vocabulary;

pub use across::interpret;
pub use doubts::{Doubt, DoubtCode};
pub use file::read;
pub use headings::{ColumnMap, TEMPLATE};
pub use model::{
    Column, Counted, Decisions, Field, Known, LeftOut, LeftOutWhy, Order, Party, Place, RawRow, Read, RowState,
    Settings, Sheet, Span, Understood,
};
pub use privacy::names_an_address;
pub use unreadable::{MAX_BYTES, MAX_ROWS, Unreadable};
