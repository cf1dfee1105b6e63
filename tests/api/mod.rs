//! The contract, room by room. Arranged, acted and asserted over HTTP.

mod attendance;
mod auth;
mod authorisation;
mod bad_input;
mod change_of_plan;
mod collections;
mod headcounts;
mod http;
mod portal;
mod registrations;
mod reports;
mod reports_asked;
mod rush;
mod seminars;
mod venues;
