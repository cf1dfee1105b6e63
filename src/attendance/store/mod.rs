//! All SQL of the room.

mod check_ins;
mod headcounts;

pub use check_ins::*;
pub use headcounts::*;
