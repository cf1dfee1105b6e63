//! The room's operations.

mod changes;
mod external;
mod external_body;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(changes::list_changes)
        .service(external::get_external_seminar)
        .service(external::put_external_seminar)
        .service(external::put_external_seminars);
}
