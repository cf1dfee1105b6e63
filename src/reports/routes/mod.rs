//! The room's operations, a file for each noun.

mod activity;
mod counting_rules;
mod open_data;
mod printed;
mod snapshots;
mod stated_totals;
mod statistics;

use diesel::pg::PgConnection;

use crate::auth::{OrganisationId, Reach, find_organisation};
use crate::base::operations::Operations;
use crate::base::problem::{Code, Error, FieldError, Result};
use crate::base::text::{FromText, Line};

pub fn configure(operations: &mut Operations<'_>) {
    operations
        .service(activity::get_activity_report)
        .service(counting_rules::list_counting_rules)
        .service(counting_rules::create_counting_rule)
        .service(counting_rules::get_counting_rule)
        .service(snapshots::list_report_snapshots)
        .service(snapshots::create_report_snapshot)
        .service(snapshots::compare_report_snapshots)
        .service(snapshots::get_report_snapshot)
        .service(stated_totals::list_stated_totals)
        .service(stated_totals::create_stated_total)
        .service(stated_totals::get_stated_total)
        .service(stated_totals::delete_stated_total)
        .service(statistics::get_statistic)
        .service(open_data::settings::get_open_data_settings)
        .service(open_data::settings::put_open_data_settings)
        .service(open_data::settings::delete_open_data_settings)
        .service(open_data::published::get_open_data_catalogue)
        .service(open_data::published::get_open_data_set)
        .service(open_data::published::get_open_data_seminars)
        .service(open_data::published::get_open_data_figures);
}

/// The organisation asked for, by slug or id, or all that the caller reports for.
fn reached(conn: &mut PgConnection, reach: &Reach, asked: Option<&str>) -> Result<Vec<OrganisationId>> {
    let Some(asked) = asked else {
        return Ok(reach.organisations());
    };
    Line::<60>::from_text(asked).map_err(|why| Error::invalid(vec![FieldError::parameter("organisation", why)]))?;
    let organisation = find_organisation(conn, asked)?.ok_or(Code::NotFound)?.id;
    reach.check(organisation)?;
    Ok(vec![organisation])
}
