//! The contract, room by room. Arranged, acted and asserted over HTTP.

mod attendance;
mod auth;
mod authorisation;
mod bad_input;
mod collections;
mod http;
mod registrations;
mod reports;
mod seminars;
mod venues;
