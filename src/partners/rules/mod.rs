//! The decisions of the room, pure.

pub mod feed;
pub mod webhooks;
