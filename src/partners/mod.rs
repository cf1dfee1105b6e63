//! Partners: the same event announced by two organisations is found, and merged with the consent of both.
//!
//! Nothing is moved by a merge: it is a fact that stands with the seminar (`seminars`), and who consented to it stands here.

mod model;
mod routes;
mod rules;
mod service;
mod store;

pub use routes::configure;
