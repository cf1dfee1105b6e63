//! All SQL of the room.

pub mod deliveries;
mod duplicates;
mod feed;
mod merge;
mod pushes;
pub mod turns;
pub mod webhooks;

pub use duplicates::{candidates, venue_spellings};
pub use feed::{after, end, identity, renew_identity, runs_ahead, standings};
pub use merge::{insert_merge, lock_open_merge, open_merges, save_merge};
pub use pushes::{named, push, save_push};
