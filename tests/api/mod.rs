//! The contract, room by room. Arranged, acted and asserted over HTTP.

mod admissions;
mod attendance;
mod auth;
mod authorisation;
mod bad_input;
mod change_of_plan;
mod collections;
mod desk;
mod headcounts;
mod http;
mod registrations;
mod reports;
mod reports_asked;
mod rush;
mod seminars;
mod venues;
