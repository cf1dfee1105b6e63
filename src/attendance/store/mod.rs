//! All SQL of the room.

mod check_ins;
mod forget;
mod headcounts;
mod imports;
mod records;

pub use check_ins::*;
pub use forget::*;
pub use headcounts::*;
pub use imports::*;
pub use records::{ConfirmedImport, confirmed_imports, observations};
