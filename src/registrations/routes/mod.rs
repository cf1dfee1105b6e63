//! The room's operations.

mod change_of_plan;
mod organiser;
mod register;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(register::create_registration)
        .service(organiser::list_registrations)
        .service(organiser::get_registration)
        .service(organiser::cancel_registration)
        .service(change_of_plan::change_seminar)
        .service(change_of_plan::move_seminar_online)
        .service(change_of_plan::move_seminar_onsite);
}
