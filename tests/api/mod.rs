//! The contract, room by room. Arranged, acted and asserted over HTTP.

mod auth;
mod collections;
mod venues;
