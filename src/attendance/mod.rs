//! Attendance: how many came, in whose words.
//!
//! A headcount is a statement without persons: "über 130 Teilnehmende", counted at the door or read in a paper.
//! Several may stand side by side; per unit and channel one is the basis that figures are made of. The picture of
//! one seminar ([`reconcile`]) sets them beside each other: units never mix, a total and its parts are never both
//! counted, and what nobody knows is unknown, not 0. Not here: sums over seminars (`reports`).
//!
//! Who came as a person is a check-in, made at the [`Door`]: one scan or a device's whole queue. It is append-only; that
//! each person counts once is read from all check-ins together (`rules::read`) and stored nowhere, so queues may come in
//! any order.

mod model;
pub mod phrase;
mod print;
pub mod reader;
mod routes;
mod rules;
mod service;
mod sheets;
mod store;
mod tally;

pub use model::{
    Basis, CheckInId, CountMethod, Forgotten, HeadcountId, ImportId, ListFormat, ListLanguage, Listed, NewHeadcount,
};
pub use print::Orientation;
pub use routes::configure;
pub use rules::{Counted, NoShows, People, Reconciled, fits, reconcile, reconcile_with_people};
pub use service::{
    Door, Forget, forget_people, forget_times, forget_uncounted, no_shows_by_seminar, people_by_seminar,
    record_headcount, seminars_of,
};
pub use tally::{Count, MAX_VALUE, Qualifier, Tally, Unit, sum};
