//! The decisions: what a statement says, which one is the basis, and what they come to together.

mod imports;
mod picture;
mod statement;

pub use imports::{Part, Step, after, refreshed, registered, settled, shared, team, unite, window};
pub use picture::{Reconciled, reconcile, why};
pub use statement::{Understood, becomes_basis, fits, may_be_counted, understand};
