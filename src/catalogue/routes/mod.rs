//! The room's operations.

mod collections;
mod logos;
mod venues;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(collections::list_collections)
        .service(collections::create_collection)
        .service(collections::get_collection)
        .service(collections::change_collection)
        .service(collections::delete_collection)
        .service(venues::list_venues)
        .service(venues::create_venue)
        .service(venues::get_venue)
        .service(venues::change_venue)
        .service(venues::delete_venue)
        .service(logos::list_logos)
        .service(logos::get_logo)
        .service(logos::put_logo)
        .service(logos::delete_logo);
}
