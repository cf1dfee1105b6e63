//! What is said about attendance, and what is done at the door.

pub mod attendees;
pub mod certificates;
mod headcounts;
mod records;

pub use headcounts::{create_headcount, delete_headcount, record_headcount};
pub use records::{people_by_seminar, records};
