//! All SQL of the room.

mod headcounts;
mod imports;

pub use headcounts::*;
pub use imports::*;
