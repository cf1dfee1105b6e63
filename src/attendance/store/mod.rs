//! All SQL of the room.

mod headcounts;

pub use headcounts::*;
