//! Privacy: what is known of a person, that it is forgotten, and when (GDPR, articles 5, 15, 17 and 18).
//!
//! A person is an address in one organisation: what stands under it is shown, or taken away. Numbers survive: of whoever is
//! erased the tick stays, and with it every figure. Each room forgets its own tables; here it is decided whom, in which order
//! and when. What was erased is written down by ids ([`export_erasures`]), so that a restored backup can be made to forget
//! again ([`reapply_erasures`]). Where personal data lie stands in one place, [`CATALOGUE`].

mod caretaker;
mod model;
mod routes;
mod rules;
mod service;
mod store;

pub use caretaker::start_caretaker;
pub use model::Purpose;
pub use routes::configure;
pub use rules::{About, CATALOGUE, Columns};
pub use service::{Applied, export_erasures, overdue, reapply_erasures, retain};
