//! Decisions without a database.

mod catalogue;
mod periods;

pub use catalogue::{About, CATALOGUE, Columns};
pub use periods::{MOST_DAYS, Period, fixed, period};
