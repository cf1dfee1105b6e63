//! What sources say of whole programmes.

use diesel::prelude::*;

use crate::auth::{OrganisationId, OrganisationRef};
use crate::base::problem::Result;
use crate::reports::model::{Span, StatedTotalId, StatedTotalRow};
use crate::schema::{organisations, stated_totals};

/// How many one organisation may have: they are written by hand, and each report reads those of its period.
pub const MOST_TOTALS: i64 = 500;

pub fn insert_total(conn: &mut PgConnection, row: &StatedTotalRow) -> Result<()> {
    diesel::insert_into(stated_totals::table).values(row).execute(conn)?;
    Ok(())
}

pub fn delete_total(conn: &mut PgConnection, row: &StatedTotalRow) -> Result<bool> {
    let those = stated_totals::table
        .filter(stated_totals::organisation_id.eq(row.organisation_id))
        .filter(stated_totals::id.eq(row.id));
    Ok(diesel::delete(those).execute(conn)? > 0)
}

pub fn how_many_totals(conn: &mut PgConnection, of: OrganisationId) -> Result<i64> {
    let those = stated_totals::table.filter(stated_totals::organisation_id.eq(of));
    Ok(those.count().get_result(conn)?)
}

/// The newest first, those before `after`.
pub fn totals(
    conn: &mut PgConnection,
    of: &[OrganisationId],
    after: Option<StatedTotalId>,
    limit: i64,
) -> Result<Vec<(StatedTotalRow, OrganisationRef)>> {
    let mut query = stated_totals::table
        .inner_join(organisations::table)
        .filter(stated_totals::organisation_id.eq_any(of))
        .order(stated_totals::id.desc())
        .limit(limit + 1)
        .select((StatedTotalRow::as_select(), OrganisationRef::as_select()))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(stated_totals::id.lt(after));
    }
    Ok(query.load(conn)?)
}

pub fn total(conn: &mut PgConnection, id: StatedTotalId) -> Result<Option<(StatedTotalRow, OrganisationRef)>> {
    let query = stated_totals::table
        .inner_join(organisations::table)
        .filter(stated_totals::id.eq(id))
        .select((StatedTotalRow::as_select(), OrganisationRef::as_select()));
    Ok(query.first(conn).optional()?)
}

/// Those of exactly this period.
pub fn totals_of(conn: &mut PgConnection, of: OrganisationId, period: Span) -> Result<Vec<StatedTotalRow>> {
    let query = stated_totals::table
        .filter(stated_totals::organisation_id.eq(of))
        .filter(stated_totals::period_from.eq(period.from))
        .filter(stated_totals::period_to.eq(period.to))
        .order(stated_totals::id)
        .select(StatedTotalRow::as_select());
    Ok(query.load(conn)?)
}
