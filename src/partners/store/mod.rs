//! All SQL of the room.

mod feed;
mod pushes;

pub use feed::{after, horizon, newest, standings};
pub use pushes::{named, push, save_push};
