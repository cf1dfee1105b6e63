//! The room's operations.

mod collections;
mod logos;
mod venues;

use crate::base::operations::Operations;

pub fn configure(operations: &mut Operations<'_>) {
    operations
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
