//! Which seminars are one event.

use diesel::prelude::*;

use super::{lock_all, lock_all_seats};
use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::schema::seminars;
use crate::seminars::model::{Audience, Channel, Seminar, SeminarId};

/// Both seminars, by id, then all their channels: whoever is admitted to one of them has been, or sees what is decided here.
pub fn lock_pair(conn: &mut PgConnection, ids: [SeminarId; 2]) -> Result<Vec<Seminar>> {
    let both = lock_all(conn, &ids)?;
    let mut tenants = both.iter().map(|seminar| seminar.organisation_id).collect::<Vec<_>>();
    tenants.dedup();
    lock_all_seats(conn, &tenants, &ids, Channel::ALL)?;
    Ok(both)
}

/// Whether another seminar is merged into this one.
pub fn stands_for_others(conn: &mut PgConnection, id: SeminarId) -> Result<bool> {
    let merged = seminars::table.filter(seminars::merged_into.eq(id));
    Ok(diesel::select(diesel::dsl::exists(merged)).get_result(conn)?)
}

/// A seminar that another one stands for.
#[derive(Clone, Debug, Queryable)]
pub struct Merged {
    pub into: SeminarId,
    pub organisation_id: OrganisationId,
    pub id: SeminarId,
    pub audience: Audience,
}

/// Those that these stand for.
pub fn merged_into(conn: &mut PgConnection, ids: &[SeminarId]) -> Result<Vec<Merged>> {
    let query = seminars::table
        .filter(seminars::merged_into.eq_any(ids))
        .order((seminars::merged_into, seminars::id))
        .select((
            seminars::merged_into.assume_not_null(),
            seminars::organisation_id,
            seminars::id,
            seminars::audience,
        ));
    Ok(query.load(conn)?)
}
