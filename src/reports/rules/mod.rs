//! What a caller may ask, what counts, the figures made of it, and what is sealed of them. Pure: facts in, report out.

mod asked;
mod built_in;
mod compare;
mod counting;
mod figures;
#[cfg(test)]
pub mod samples;
mod seal;
mod stated;
pub mod statistics;
mod terms;
mod wording;

pub use asked::{ActivityQuery, Asked, RuleName, in_the_body};
pub use built_in::{built_in, built_ins};
pub use compare::compare;
pub use figures::report;
pub use seal::{hex, seal_of, sealed_text, unsealed};
pub use stated::beside;
pub use terms::{deliberation_faults, length_faults, terms_faults};
pub use wording::{english, german};
