//! All SQL of the room.

mod duplicates;
mod merge;

pub use duplicates::{candidates, venue_spellings};
pub use merge::{insert_merge, lock_open_merge, open_merges, save_merge};
