//! Lists of attendees written down: as text between separators, or as a workbook.

mod text;
mod workbook;

pub use text::Table;
pub use workbook::{Sheet, Workbook};
