//! Attendance.
pub mod phrase;
pub mod tally;
use utoipa_actix_web::service_config::ServiceConfig;
pub fn configure(_: &mut ServiceConfig) {}
