//! Decisions. Pure: no database, no clock.

mod duplicates;
pub mod feed;
mod merge;
pub mod ownership;
mod title;
pub mod webhooks;

pub use duplicates::{Announced, Block, Days, Likeness, most_alike};
pub use merge::{Objection, Side, may_merge};
pub use title::{SIMILAR, similarity};
