//! What a caller may ask, what counts, the figures made of it, and what is sealed of them. Pure: facts in, report out.

mod asked;
mod built_in;
mod compare;
mod counting;
mod counts;
mod events;
mod figures;
mod open_data;
mod publication;
#[cfg(test)]
pub mod samples;
mod seal;
mod stated;
pub mod statistics;
mod suppression;
mod terms;
mod wording;

pub use asked::{ActivityQuery, Asked, RuleName, in_the_body};
pub use built_in::{built_in, built_ins};
pub use compare::compare;
pub use figures::report;
pub use open_data::{Wanted, level_of, open_data_faults, year_named, years_out};
pub use publication::{PUBLIC, Publication, calendar_year, publication};
pub use seal::{hex, seal_of, sealed_text, unsealed};
pub use stated::beside;
pub use suppression::LEAST;
pub use terms::{deliberation_faults, length_faults, terms_faults};
pub use wording::{english, german};
