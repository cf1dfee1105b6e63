//! The room's operations.

mod duplicates;
mod merge;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(duplicates::find_duplicates)
        .service(merge::merge_seminar)
        .service(merge::unmerge_seminar);
}
