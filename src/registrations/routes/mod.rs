//! The room's operations.

mod applications;
mod change_of_plan;
mod concerned;
mod disclosures;
mod holder;
mod list;
mod plan;
mod register;
mod registrations;
mod shared;
mod steps;
mod table;
mod ticket;
mod view;

pub use holder::{Holder, Who};

use crate::base::operations::Operations;

pub fn configure(operations: &mut Operations<'_>) {
    operations
        .service(register::create_registration)
        .service(list::list_registrations)
        .service(table::export_registrations)
        .service(registrations::get_registration)
        .service(registrations::change_registration)
        .service(registrations::cancel_registration)
        .service(shared::list_shared_registrations)
        .service(disclosures::list_disclosures)
        .service(ticket::show_ticket)
        .service(steps::confirm_registration)
        .service(steps::accept_offer)
        .service(steps::keep_registration)
        .service(steps::withdraw_consent)
        .service(applications::list_applications)
        .service(applications::review_registration)
        .service(applications::accept_registration)
        .service(applications::reserve_registration)
        .service(applications::reject_registration)
        .service(applications::decide_applications)
        .service(change_of_plan::change_seminar)
        .service(change_of_plan::move_seminar_online)
        .service(change_of_plan::move_seminar_onsite)
        .service(plan::cancel_seminar)
        .service(plan::postpone_seminar)
        .service(plan::reschedule_seminar);
}
