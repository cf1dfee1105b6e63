//! What is done for a person and about them: show, forget, forget in time, forget again after a restore.

mod access;
mod erase;
mod ledger;
mod periods;
mod retain;
mod subject;

pub use access::{Known, access};
pub use erase::erase;
pub use ledger::{Applied, export_erasures, reapply_erasures};
pub use periods::{HeldObject, put_period, release, set_hold};
pub use retain::{overdue, retain};
pub use subject::{Asked, subject};
