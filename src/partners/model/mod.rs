//! Rows and words of the room.

mod duplicates;
mod feed;
mod merge;
mod push;

pub use duplicates::Evidence;
pub use feed::{ChangeType, Gone, Happening, Position, Reader, Standing, Told, TombstoneReason};
pub use merge::{Merge, MergeId, MergeState};
pub use push::Push;
