//! What partners do, and what they are told.

mod duplicates;
pub mod feed;
mod merge;
pub mod push;
mod restored;
pub mod webhooks;

pub use duplicates::{Suggested, duplicates};
pub use merge::{Pair, merge, unmerge};
pub use restored::{Restored, begin_anew};
