//! Registrations: one person's claim on one seminar through one channel, and the waiting list behind it.
//!
//! [`rules::admit`] is the one place that decides who gets a seat, and [`rules::promote`] who of those waiting gets a
//! freed one. Every seat is given under the lock of its row in `channels`, and the CHECK `channels_never_overbooked`
//! stands behind the rules. A freed seat goes to the first in the waiting list in the same transaction; nobody
//! overtakes.
//!
//! Changes of a seminar that move people, or give them seats, have their operations here: PATCH, move-online,
//! move-onsite. Not here: whether the person came (`attendance`).

mod model;
mod routes;
mod rules;
mod service;
mod store;

pub use model::State;
pub use routes::configure;
pub use store::people_by_state;
