//! With whom a seminar shares its registrations: begun, ended, never deleted.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::auth::{OrganisationId, OrganisationRef};
use crate::base::problem::Result;
use crate::schema::{organisations, sharings};
use crate::seminars::model::{SeminarId, Sharing, SharingId};

type Of = (OrganisationId, SeminarId);

/// A sharing with its recipient.
pub type SharedWith = (Sharing, OrganisationRef);

pub fn insert_sharing(conn: &mut PgConnection, sharing: &Sharing) -> Result<()> {
    diesel::insert_into(sharings::table).values(sharing).execute(conn)?;
    Ok(())
}

/// Whether it was in force until now. Whoever is reading under it at this moment has finished when this returns.
pub fn end_sharing(conn: &mut PgConnection, of: Of, id: SharingId, now: DateTime<Utc>) -> Result<bool> {
    let in_force = sharings::table
        .find((of.0, id))
        .filter(sharings::seminar_id.eq(of.1))
        .filter(sharings::ended_at.is_null());
    let ended = diesel::update(in_force).set(sharings::ended_at.eq(now)).execute(conn)?;
    Ok(ended > 0)
}

/// Those of several seminars that are in force, the first begun first.
pub fn sharings_in_force(
    conn: &mut PgConnection,
    tenants: &[OrganisationId],
    seminars: &[SeminarId],
) -> Result<Vec<SharedWith>> {
    let query = sharings::table
        .inner_join(organisations::table)
        .filter(sharings::organisation_id.eq_any(tenants))
        .filter(sharings::seminar_id.eq_any(seminars))
        .filter(sharings::ended_at.is_null())
        .order(sharings::id);
    Ok(query
        .select((Sharing::as_select(), OrganisationRef::as_select()))
        .load(conn)?)
}

/// All there ever were of one seminar, a page after `after`.
pub fn sharings(conn: &mut PgConnection, of: Of, after: Option<SharingId>, limit: i64) -> Result<Vec<SharedWith>> {
    let mut query = sharings::table
        .inner_join(organisations::table)
        .filter(sharings::organisation_id.eq(of.0))
        .filter(sharings::seminar_id.eq(of.1))
        .order(sharings::id)
        .limit(limit + 1)
        .select((Sharing::as_select(), OrganisationRef::as_select()))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(sharings::id.gt(after));
    }
    Ok(query.load(conn)?)
}

pub fn sharing(conn: &mut PgConnection, of: Of, id: SharingId) -> Result<Option<SharedWith>> {
    let query = sharings::table
        .inner_join(organisations::table)
        .filter(sharings::organisation_id.eq(of.0))
        .filter(sharings::seminar_id.eq(of.1))
        .filter(sharings::id.eq(id))
        .select((Sharing::as_select(), OrganisationRef::as_select()));
    Ok(query.first(conn).optional()?)
}
