//! One binary for all tests that need more than one file of the crate: linking is what tests wait for.
//!
//! `api` speaks HTTP to a service on a port of its own, with a database of its own, on a PostgreSQL that the
//! tests start themselves. `faults` puts something bad between a service and its database. `kill` does to the program what no
//! program should have to bear. `mail` reads what a mail server or a folder got, `personal_data` what is logged. `operation`
//! starts, watches and stops the program. The others read the source, the schema and the OpenAPI document.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::disallowed_methods, reason = "a test may look at the clock on the wall")]

mod api;
mod cli;
mod contract;
mod faults;
mod gather;
mod group_commit;
mod imports;
mod kill;
mod mail;
mod migrations;
mod operation;
mod personal_data;
mod pooled;
mod private_database;
mod production;
mod replica;
mod roles;
mod structure;
mod support;
