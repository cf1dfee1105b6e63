//! Seminars: the announced offers, with sessions, channels, parties, and every change of plan as a fact.

mod model;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::{
    AttendanceMode, Audience, ChangeKind, Channel, DatePrecision, Kind, PartyRole, ReasonCode, Seminar, SeminarId,
    Status,
};
pub use store::{find, lock, reached};

pub fn configure(_: &mut ServiceConfig) {}
