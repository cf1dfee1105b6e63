//! What was said of how many came.

use diesel::prelude::*;

use crate::attendance::model::{Headcount, HeadcountId};
use crate::attendance::tally::Unit;
use crate::auth::OrganisationId;
use crate::base::db::OnConstraint;
use crate::base::problem::{Code, Problem, Result};
use crate::schema::headcounts;
use crate::seminars::{Channel, Seminar, SeminarId};

#[diesel::dsl::auto_type(no_type_alias)]
fn of(seminar: &Seminar) -> _ {
    let organisation: OrganisationId = seminar.organisation_id;
    let id: SeminarId = seminar.id;
    headcounts::organisation_id
        .eq(organisation)
        .and(headcounts::seminar_id.eq(id))
}

pub fn headcount(conn: &mut PgConnection, seminar: &Seminar, id: HeadcountId) -> Result<Option<Headcount>> {
    Ok(headcounts::table
        .filter(of(seminar))
        .filter(headcounts::id.eq(id))
        .select(Headcount::as_select())
        .first(conn)
        .optional()?)
}

/// A page by id, which is the order in which they were recorded.
pub fn headcounts(
    conn: &mut PgConnection,
    seminar: &Seminar,
    after: Option<HeadcountId>,
    limit: i64,
) -> Result<Vec<Headcount>> {
    let mut query = headcounts::table
        .filter(of(seminar))
        .select(Headcount::as_select())
        .order(headcounts::id)
        .limit(limit + 1)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(headcounts::id.gt(after));
    }
    Ok(query.load(conn)?)
}

pub fn all_headcounts(conn: &mut PgConnection, seminar: &Seminar) -> Result<Vec<Headcount>> {
    Ok(headcounts::table
        .filter(of(seminar))
        .select(Headcount::as_select())
        .order(headcounts::id)
        .load(conn)?)
}

/// The basis of this unit and channel.
pub fn basis(
    conn: &mut PgConnection,
    seminar: &Seminar,
    unit: Unit,
    channel: Option<Channel>,
) -> Result<Option<HeadcountId>> {
    Ok(headcounts::table
        .filter(of(seminar))
        .filter(headcounts::unit.eq(unit))
        .filter(headcounts::channel.is_not_distinct_from(channel))
        .filter(headcounts::basis)
        .select(headcounts::id)
        .first(conn)
        .optional()?)
}

pub fn insert_headcount(conn: &mut PgConnection, headcount: &Headcount) -> Result<()> {
    diesel::insert_into(headcounts::table)
        .values(headcount)
        .execute(conn)
        .on_constraint("headcounts_one_basis", || Problem::new(Code::BasisTaken))?;
    Ok(())
}

/// It stays a statement, but no figure is made of it any more.
pub fn end_basis(conn: &mut PgConnection, seminar: &Seminar, id: HeadcountId) -> Result<()> {
    diesel::update(headcounts::table.find((seminar.organisation_id, id)))
        .set(headcounts::basis.eq(false))
        .execute(conn)?;
    Ok(())
}

pub fn delete_headcount(conn: &mut PgConnection, headcount: &Headcount) -> Result<()> {
    diesel::delete(headcounts::table.find((headcount.organisation_id, headcount.id))).execute(conn)?;
    Ok(())
}
