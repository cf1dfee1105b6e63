//! Partners: what they are told of the programme, and what they tell us.
//!
//! The journal is read as a change feed: ordered, without gaps, with tombstones. Not here: how a machine proves who it is
//! (`auth`), calendars and other public feeds (`feeds`).

mod bell;
mod model;
mod routes;
mod rules;
mod service;
mod store;

pub use bell::Bell;
pub use routes::configure;
