//! The contract, room by room. Arranged, acted and asserted over HTTP.

mod attendance;
mod auth;
mod collections;
mod venues;
