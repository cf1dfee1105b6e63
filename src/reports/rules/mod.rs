//! What a caller may ask, what counts, and the figures made of it. Pure: facts in, report out.

mod asked;
mod counting;
mod figures;
#[cfg(test)]
pub mod samples;

pub use asked::{ActivityQuery, Asked};
pub use figures::report;
