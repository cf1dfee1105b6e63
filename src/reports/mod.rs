//! Reports: what was offered, held, cancelled and attended in a period, for those who have to tell their council.
//!
//! Reads every room's tables, in read-only transactions, and writes nothing. [`activity`] loads the facts in a fixed
//! number of queries; `rules` alone decides what counts, and each figure carries the ids of the seminars behind it.
//! Not here: counting people (a seminar's own number is a headcount of `attendance`), frozen reports and time
//! series (the reports' next issue).

mod markdown;
mod model;
mod routes;
mod rules;
mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use markdown::render_markdown;
pub use model::{ActivityReport, ReportFormat};
pub use rules::ActivityQuery;
pub use service::activity;

pub fn configure(config: &mut ServiceConfig) {
    config.service(routes::get_activity_report);
}
