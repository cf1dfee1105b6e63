//! Writing a seminar and its parts. Parts are replaced whole, except channels: registrations hang on those.

use diesel::prelude::*;

use crate::auth::OrganisationId;
use crate::base::db::OnConstraint;
use crate::base::problem::{Code, FieldError, Problem, Result};
use crate::catalogue::CollectionId;
use crate::schema::{external_refs, parties, schedule_changes, seminar_collections, seminars, sessions};
use crate::seminars::model::{ExternalRef, Party, ScheduleChange, Seminar, SeminarId, Session};

type Of = (OrganisationId, SeminarId);

fn gone(pointer: &str) -> Problem {
    let place = FieldError::member(pointer, "names something that has just been deleted");
    Problem::new(Code::ValidationFailed).errors(vec![place])
}

pub fn insert(conn: &mut PgConnection, seminar: &Seminar) -> Result<()> {
    diesel::insert_into(seminars::table).values(seminar).execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, seminar: &Seminar) -> Result<()> {
    diesel::update(seminars::table.find((seminar.organisation_id, seminar.id)))
        .set(seminar)
        .execute(conn)?;
    Ok(())
}

pub fn delete(conn: &mut PgConnection, of: Of) -> Result<()> {
    diesel::delete(seminars::table.find(of)).execute(conn)?;
    Ok(())
}

pub fn sessions(conn: &mut PgConnection, of: Of) -> Result<Vec<Session>> {
    let query = sessions::table
        .filter(sessions::organisation_id.eq(of.0))
        .filter(sessions::seminar_id.eq(of.1));
    Ok(query
        .order((sessions::starts_at, sessions::id))
        .select(Session::as_select())
        .load(conn)?)
}

pub fn replace_sessions(conn: &mut PgConnection, of: Of, new: &[Session]) -> Result<()> {
    let old = sessions::table
        .filter(sessions::organisation_id.eq(of.0))
        .filter(sessions::seminar_id.eq(of.1));
    diesel::delete(old).execute(conn)?;
    diesel::insert_into(sessions::table)
        .values(new)
        .execute(conn)
        // Deleted since it was looked up.
        .on_constraint("sessions_at_venue", || gone("/sessions"))?;
    Ok(())
}

pub fn replace_parties(conn: &mut PgConnection, of: Of, new: &[Party]) -> Result<()> {
    let old = parties::table
        .filter(parties::organisation_id.eq(of.0))
        .filter(parties::seminar_id.eq(of.1));
    diesel::delete(old).execute(conn)?;
    diesel::insert_into(parties::table).values(new).execute(conn)?;
    Ok(())
}

pub fn replace_collections(conn: &mut PgConnection, of: Of, new: &[CollectionId]) -> Result<()> {
    use seminar_collections as table;
    let old = table::table
        .filter(table::organisation_id.eq(of.0))
        .filter(table::seminar_id.eq(of.1));
    diesel::delete(old).execute(conn)?;
    let rows = new.iter().map(|id| {
        (
            table::organisation_id.eq(of.0),
            table::seminar_id.eq(of.1),
            table::collection_id.eq(*id),
        )
    });
    diesel::insert_into(table::table)
        .values(rows.collect::<Vec<_>>())
        .execute(conn)
        .on_constraint("seminar_collections_of_collection", || gone("/collections"))?;
    Ok(())
}

pub fn replace_external_refs(conn: &mut PgConnection, of: Of, new: &[ExternalRef]) -> Result<()> {
    let old = external_refs::table.filter(external_refs::organisation_id.eq(of.0));
    diesel::delete(old.filter(external_refs::seminar_id.eq(of.1))).execute(conn)?;
    diesel::insert_into(external_refs::table)
        .values(new)
        .execute(conn)
        .on_constraint("external_refs_unique", || Problem::new(Code::ExternalRefTaken))?;
    Ok(())
}

pub fn insert_schedule_change(conn: &mut PgConnection, change: &ScheduleChange) -> Result<()> {
    diesel::insert_into(schedule_changes::table)
        .values(change)
        .execute(conn)?;
    Ok(())
}
