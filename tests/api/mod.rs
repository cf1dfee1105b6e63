//! The contract, room by room. Arranged, acted and asserted over HTTP.

mod admissions;
mod already_registered;
mod answers;
mod applications;
mod attendance;
mod attendance_imports;
mod auth;
mod authorisation;
mod bad_input;
mod change_of_plan;
mod collections;
mod companions;
mod confirmation;
mod desk;
mod headcounts;
mod http;
mod informed;
mod offers;
mod portal;
mod registrations;
mod reminders;
mod reports;
mod reports_asked;
mod rush;
mod seminars;
mod venues;
