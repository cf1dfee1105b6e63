//! Partners: what they are told of the programme, and what they tell us.
//!
//! The journal is read as a change feed: ordered, without gaps, with tombstones; webhooks carry it to those who would rather
//! be told. Not here: how a machine proves who it is (`auth`), calendars and other public feeds (`feeds`).

mod bell;
mod courier;
mod model;
mod routes;
mod rules;
mod service;
mod store;

pub use bell::Bell;
pub use courier::{Courier, Round, Rounds};
pub use routes::configure;
pub use service::webhooks::sweep_deliveries;
