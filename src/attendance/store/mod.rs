//! All SQL of the room.

mod headcounts;
mod records;

pub use headcounts::*;
pub use records::{ConfirmedImport, confirmed_imports, observations};
