//! One binary for all tests that need more than one file of the crate: linking is what tests wait for.
//!
//! `api` speaks HTTP to a service on a port of its own, with a database of its own, on a PostgreSQL that the
//! tests start themselves. The others read the source and the schema.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod api;
mod imports;
mod support;
