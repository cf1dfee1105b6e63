//! The room's operations.

mod headcounts;
mod imports;
mod picture;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(picture::get_attendance)
        .service(headcounts::list_headcounts)
        .service(headcounts::create_headcount)
        .service(headcounts::get_headcount)
        .service(headcounts::delete_headcount)
        .configure(imports::configure);
}
