//! Partners: whoever wants to know what happens in the programme without asking all the time.

mod courier;
mod model;
mod routes;
mod rules;
mod service;
mod store;

pub use courier::{Courier, Round, Rounds};
pub use routes::configure;
pub use service::sweep_deliveries;
