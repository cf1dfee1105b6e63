//! Lists of attendees written down: as text between separators, or as a workbook.

mod text;
mod workbook;

pub use text::{Table, in_words};
pub use workbook::{Sheet, Workbook};
