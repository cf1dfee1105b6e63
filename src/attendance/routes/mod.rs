//! The room's operations.

mod attendees;
mod certificates;
mod headcounts;
mod picture;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(attendees::list_attendees)
        .service(certificates::get_certificate)
        .service(certificates::list_certificates)
        .service(picture::get_attendance)
        .service(headcounts::list_headcounts)
        .service(headcounts::create_headcount)
        .service(headcounts::get_headcount)
        .service(headcounts::delete_headcount);
}
