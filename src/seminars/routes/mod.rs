//! The room's operations. Those that also move people between channels (PATCH, move-online, move-onsite) stand in
//! `registrations`.

mod body;
mod list;
mod plan;
mod schedule_changes;
mod seminars;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub use body::{ChannelBody, SeminarPatch};
pub use plan::Reason;
pub use view::{SeminarView, view_for};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list::list_seminars)
        .service(seminars::create_seminar)
        .service(seminars::get_seminar)
        .service(seminars::delete_seminar)
        .service(plan::publish_seminar)
        .service(plan::complete_seminar)
        .service(plan::cancel_seminar)
        .service(plan::postpone_seminar)
        .service(plan::reschedule_seminar)
        .service(schedule_changes::list_schedule_changes);
}
