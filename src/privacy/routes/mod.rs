//! The room's operations.

mod access;
mod body;
mod erasures;
mod holds;
mod retention;

use crate::base::operations::Operations;

pub fn configure(operations: &mut Operations<'_>) {
    operations
        .service(access::create_access_request)
        .service(erasures::create_erasure)
        .service(erasures::get_erasure)
        .service(retention::get_retention)
        .service(retention::get_retention_period)
        .service(retention::put_retention_period)
        .service(holds::list_retention_holds)
        .service(holds::create_retention_hold)
        .service(holds::get_retention_hold)
        .service(holds::release_retention_hold);
}
