//! The decisions: what a statement says, which one is the basis, and what they come to together.

pub mod attendees;
pub mod certificate;
pub mod columns;
mod picture;
mod statement;

pub use picture::{Reconciled, reconcile, why};
pub use statement::{Understood, becomes_basis, fits, may_be_counted, understand};
