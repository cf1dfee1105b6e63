//! The room's operations.

mod changes;
mod duplicates;
mod external;
mod external_body;
mod merge;
mod webhooks;

use crate::base::operations::Operations;

pub fn configure(operations: &mut Operations<'_>) {
    operations
        .service(changes::list_changes)
        .service(external::get_external_seminar)
        .service(external::put_external_seminar)
        .service(external::put_external_seminars)
        .service(duplicates::find_duplicates)
        .service(merge::merge_seminar)
        .service(merge::unmerge_seminar)
        .configure(webhooks::configure);
}
