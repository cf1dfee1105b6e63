//! All SQL of the room.

mod access;
mod ledger;
mod periods;
mod retained;

pub use access::*;
pub use ledger::*;
pub use periods::*;
pub use retained::*;
