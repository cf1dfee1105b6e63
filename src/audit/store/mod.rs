//! All SQL of the room. The journal is read here and written by nobody here.

mod entries;
mod seals;

pub use entries::{after, chain_of, chains, chains_due, count_after, log, next_to_seal};
pub use seals::{heads, insert, last, last_number, last_position, renumber, seals, take_turn};
