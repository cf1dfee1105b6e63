//! Rows and words of the room.

mod feed;
mod push;

pub use feed::{ChangeType, Gone, Happening, Position, Reader, Standing, Told, TombstoneReason};
pub use push::Push;
