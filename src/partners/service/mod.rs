//! What can be done about the same event announced twice.

mod duplicates;
mod merge;

pub use duplicates::{Suggested, duplicates};
pub use merge::{Pair, merge, unmerge};
