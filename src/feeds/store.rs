//! What feeds read beside the seminars themselves. Nothing is written here.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::dsl::max;
use diesel::prelude::*;

use super::model::Change;
use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::schema::{collections, organisations, schedule_changes, seminars, venues};
use crate::seminars::SeminarId;

/// From here on the transaction sees the database as it is at one moment: a feed and the time it bears are of the same.
pub fn at_one_moment(conn: &mut PgConnection) -> Result<()> {
    conn.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")?;
    Ok(())
}

/// The changes of plan of these seminars, oldest first.
pub fn changes(conn: &mut PgConnection, of: &[OrganisationId], seminars: &[SeminarId]) -> Result<Vec<Change>> {
    let query = schedule_changes::table
        .filter(schedule_changes::organisation_id.eq_any(of))
        .filter(schedule_changes::seminar_id.eq_any(seminars))
        .order((schedule_changes::at, schedule_changes::id))
        .select(Change::as_select());
    Ok(query.load(conn)?)
}

pub fn homepages(conn: &mut PgConnection, of: &[OrganisationId]) -> Result<HashMap<OrganisationId, String>> {
    let query = organisations::table
        .filter(organisations::id.eq_any(of))
        .filter(organisations::homepage.is_not_null())
        .select((organisations::id, organisations::homepage.assume_not_null()));
    Ok(query.load::<(OrganisationId, String)>(conn)?.into_iter().collect())
}

/// When anything was last changed that a feed may tell: seminars with their parts, and the names they bring along. Also of
/// seminars that nobody sees, for one that became internal has left the feed. Rows are deleted only while no feed tells them.
pub fn changed_at(conn: &mut PgConnection) -> Result<Option<DateTime<Utc>>> {
    type When = Option<DateTime<Utc>>;
    let times = [
        seminars::table.select(max(seminars::updated_at)).first::<When>(conn)?,
        organisations::table
            .select(max(organisations::updated_at))
            .first::<When>(conn)?,
        collections::table
            .select(max(collections::updated_at))
            .first::<When>(conn)?,
        venues::table.select(max(venues::updated_at)).first::<When>(conn)?,
    ];
    Ok(times.into_iter().flatten().max())
}
