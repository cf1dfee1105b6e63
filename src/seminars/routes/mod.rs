//! The room's operations. Those that concern people who are registered (PATCH, cancel, postpone, reschedule, move-online,
//! move-onsite) stand in `registrations`.

mod body;
mod list;
mod programme;
mod publish;
mod schedule_changes;
mod seminars;
mod sharings;
mod view;

pub use body::{ChannelBody, NewSeminarBody, PartyBody, SeminarPatch, SessionBody, sessions as session_list};
pub use programme::from_memory;
pub use view::{SeminarView, view_for};

use crate::base::operations::Operations;

pub fn configure(operations: &mut Operations<'_>) {
    operations
        .service(list::list_seminars)
        .service(seminars::create_seminar)
        .service(seminars::get_seminar)
        .service(seminars::delete_seminar)
        .service(publish::publish_seminar)
        .service(publish::complete_seminar)
        .service(schedule_changes::list_schedule_changes)
        .service(sharings::list_sharings)
        .service(sharings::create_sharing)
        .service(sharings::get_sharing)
        .service(sharings::end_sharing);
}
