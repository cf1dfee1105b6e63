//! Sealing, and looking whether what was sealed is still the same.

mod sealing;
mod verifying;

pub use sealing::{heads, seal};
pub use verifying::{Verified, verify};
