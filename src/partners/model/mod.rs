//! Rows and words of the room.

mod duplicates;
mod merge;

pub use duplicates::Evidence;
pub use merge::{Merge, MergeId, MergeState};
