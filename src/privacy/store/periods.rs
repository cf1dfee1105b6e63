//! What organisations decide about retention: periods of their own, and holds.

use chrono::NaiveDate;
use diesel::prelude::*;
use uuid::Uuid;

use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::privacy::model::{Hold, HoldId, OwnPeriod, Purpose};
use crate::schema::{collections, retention_holds, retention_periods, seminar_collections};
use crate::seminars::SeminarId;

pub fn own_period(conn: &mut PgConnection, of: (OrganisationId, Purpose)) -> Result<Option<OwnPeriod>> {
    let query = retention_periods::table.find(of).select(OwnPeriod::as_select());
    Ok(query.first(conn).optional()?)
}

pub fn lock_own_period(conn: &mut PgConnection, of: (OrganisationId, Purpose)) -> Result<Option<OwnPeriod>> {
    let query = retention_periods::table
        .find(of)
        .select(OwnPeriod::as_select())
        .for_no_key_update();
    Ok(query.first(conn).optional()?)
}

/// `false`: somebody else was first.
pub fn insert_own_period(conn: &mut PgConnection, own: &OwnPeriod) -> Result<bool> {
    let written = diesel::insert_into(retention_periods::table)
        .values(own)
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(written == 1)
}

pub fn save_own_period(conn: &mut PgConnection, own: &OwnPeriod) -> Result<()> {
    diesel::update(retention_periods::table.find((own.organisation_id, own.purpose)))
        .set(own)
        .execute(conn)?;
    Ok(())
}

pub fn insert_hold(conn: &mut PgConnection, hold: &Hold) -> Result<()> {
    diesel::insert_into(retention_holds::table).values(hold).execute(conn)?;
    Ok(())
}

pub fn hold(conn: &mut PgConnection, id: HoldId) -> Result<Option<Hold>> {
    let query = retention_holds::table
        .filter(retention_holds::id.eq(id))
        .select(Hold::as_select());
    Ok(query.first(conn).optional()?)
}

/// Takes it back, if nobody has; `false`: somebody had.
pub fn release_hold(conn: &mut PgConnection, hold: &Hold) -> Result<bool> {
    let own = retention_holds::table
        .find((hold.organisation_id, hold.id))
        .filter(retention_holds::released_at.is_null());
    let released = diesel::update(own)
        .set((
            retention_holds::released_at.eq(hold.released_at),
            retention_holds::version.eq(hold.version),
        ))
        .execute(conn)?;
    Ok(released == 1)
}

/// Those in force today, a page by id.
pub fn holds(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    today: NaiveDate,
    after: Option<HoldId>,
    limit: i64,
) -> Result<Vec<Hold>> {
    let mut query = retention_holds::table
        .filter(retention_holds::organisation_id.eq(organisation))
        .filter(retention_holds::released_at.is_null())
        .filter(retention_holds::until.ge(today))
        .order(retention_holds::id)
        .limit(limit + 1)
        .select(Hold::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(retention_holds::id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// Whether the organisation has this collection.
pub fn has_collection(conn: &mut PgConnection, organisation: OrganisationId, id: Uuid) -> Result<bool> {
    let found = collections::table
        .find((organisation, id))
        .count()
        .get_result::<i64>(conn)?;
    Ok(found == 1)
}

pub fn seminars_of_collection(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    id: Uuid,
) -> Result<Vec<SeminarId>> {
    let query = seminar_collections::table
        .filter(seminar_collections::organisation_id.eq(organisation))
        .filter(seminar_collections::collection_id.eq(id))
        .select(seminar_collections::seminar_id);
    Ok(query.load(conn)?)
}
