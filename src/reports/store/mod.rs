//! All SQL of the room: what reports are made of, the rules, and what is sealed.

mod counting_rules;
mod events;
mod facts;
mod open_data;
mod places;
mod registrations;
mod snapshots;
mod stated_totals;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;

use crate::base::problem::Result;

pub use counting_rules::{NewRule, Place, count_rules, insert_rule, newest_rules, rule_versions, rules_named};
pub use facts::{collection, facts};
pub use open_data::{
    delete_open_data_settings, insert_open_data_settings, kinds, lock_open_data_settings, open_data_settings,
    publisher, save_open_data_settings, years_told,
};
pub use registrations::booked;
pub use snapshots::{recorded_digest, seal, sealed_content, snapshots};
pub use stated_totals::{MOST_TOTALS, delete_total, how_many_totals, insert_total, total, totals, totals_of};

/// From here on the transaction sees the database as it is at one moment, so that all figures of a report are of that
/// moment; and it looks up what it needs by keys, whatever the statistics say and whichever values are asked for: a report
/// takes the time of what it tells, not of what else lies in the tables. Stands before anything else is asked.
pub fn at_one_moment(conn: &mut PgConnection) -> Result<()> {
    conn.batch_execute(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SET LOCAL plan_cache_mode = force_generic_plan; \
         SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off",
    )?;
    Ok(())
}
