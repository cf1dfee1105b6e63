//! What the tests stand on: a PostgreSQL, a database for each test, a service on a port, and people to act as.

mod app;
mod client;
mod database;

pub use app::TestApp;
pub use client::{Answer, Client};
pub use database::{PASSWORD, TestDatabase};
