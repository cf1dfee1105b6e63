//! The room's operations.

mod attendees;
mod certificates;
mod check_in_list;
mod check_in_view;
mod check_ins;
mod door;
mod headcounts;
mod imports;
mod picture;

use crate::base::operations::Operations;

pub fn configure(operations: &mut Operations<'_>) {
    operations
        .service(attendees::list_attendees)
        .service(certificates::get_certificate)
        .service(certificates::list_certificates)
        .service(picture::get_attendance)
        .service(door::find_at_door)
        .service(door::get_check_in_count)
        .service(door::take_offline_list)
        .service(check_ins::create_check_in)
        .service(check_ins::record_check_ins)
        .service(check_in_list::list_check_ins)
        .service(check_in_list::get_check_in)
        .service(check_in_list::void_check_in)
        .service(headcounts::list_headcounts)
        .service(headcounts::create_headcount)
        .service(headcounts::get_headcount)
        .service(headcounts::delete_headcount)
        .configure(imports::configure);
}
