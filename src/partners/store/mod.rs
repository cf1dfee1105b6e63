//! All SQL of the room.

pub mod deliveries;
pub mod feed;
pub mod turns;
pub mod webhooks;
