//! What may become of an import, who its participants may be, and how two devices are one person.

mod candidates;
mod transition;
mod unite;

pub use candidates::{head, refreshed, registered, settled, team};
pub use transition::{Step, after};
pub use unite::{Part, unite, window};
