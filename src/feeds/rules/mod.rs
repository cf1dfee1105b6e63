//! Decisions: what a history comes to, how much of a programme a feed tells, and when it is the same as before.

mod bounds;
mod freshness;
mod history;

pub use bounds::{MOST_EVENTS, default_from, kept};
pub use freshness::{last_modified, unchanged_since};
pub use history::{EventStatus, history, public_text, start};
