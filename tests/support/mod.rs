//! What the tests stand on: a PostgreSQL, a database for each test, a service on a port, and people to act as.

mod app;
mod attended;
mod chaos;
mod client;
mod database;
mod documented;
mod given;
mod machines;
mod place;
mod pooler;
mod registered;
mod together;
mod traced;

pub use app::{Outgoing, TestApp};
pub use attended::{picture, png};
pub use chaos::Chaos;
pub use client::{Answer, Client};
pub use database::{PASSWORD, PEOPLE, Roles, TestDatabase};
pub use given::{draft_body, person};
pub use machines::Machine;
pub use registered::draft_with;
pub use together::all_of;
