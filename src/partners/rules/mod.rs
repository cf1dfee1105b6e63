//! The room's decisions.

pub mod feed;
pub mod ownership;
