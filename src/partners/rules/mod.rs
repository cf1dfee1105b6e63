//! Decisions. Pure: no database, no clock.

mod duplicates;
mod merge;
mod title;

pub use duplicates::{Announced, Block, Days, Likeness, most_alike};
pub use merge::{Objection, Side, may_merge};
pub use title::{SIMILAR, similarity};
