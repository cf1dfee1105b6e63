//! All SQL of the room.

pub mod deliveries;
mod feed;
mod pushes;
pub mod turns;
pub mod webhooks;

pub use feed::{after, horizon, newest, standings};
pub use pushes::{named, push, save_push};
