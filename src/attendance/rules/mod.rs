//! The decisions: what a statement says, which one is the basis, and what they come to together.

mod door;
mod picture;
mod presence;
mod statement;

pub use door::{Objection, Opening, may_come, persons, seat_free, session, takes_place};
pub use picture::{Reconciled, reconcile, why};
pub use presence::{AHEAD, Conflict, Reading, read};
pub use statement::{Understood, becomes_basis, fits, may_be_counted, understand};
