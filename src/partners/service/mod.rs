//! What partners do, and what they are told.

pub mod feed;
pub mod push;
