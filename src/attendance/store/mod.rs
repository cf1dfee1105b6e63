//! All SQL of the room.

mod check_ins;
mod headcounts;
mod records;

pub use check_ins::*;
pub use headcounts::*;
pub use records::{ConfirmedImport, confirmed_imports, observations};
