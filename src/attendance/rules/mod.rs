//! The decisions: what a statement says, which one is the basis, and what they come to together.

pub mod attendees;
pub mod certificate;
pub mod columns;
mod door;
mod identity;
mod imports;
mod people;
mod picture;
mod presence;
mod records;
mod statement;

pub use door::{Objection, Opening, may_come, persons, seat_free, session, takes_place, through};
pub use identity::{addresses_of, told_apart};
pub use imports::{Part, Step, after, head, refreshed, registered, settled, team, unite, window};
pub use people::{Counted, NoShows, People, all_no_shows, came_although, no_shows, people};
pub use picture::{Reconciled, Why, reconcile, reconcile_with_people, why};
pub use presence::{AHEAD, Conflict, Reading, read};
pub use records::records;
pub use statement::{Understood, becomes_basis, fits, may_be_counted, understand};
