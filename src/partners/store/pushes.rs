//! What other systems said last.

use diesel::prelude::*;

use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::partners::model::Push;
use crate::schema::{external_refs, pushes};
use crate::seminars::SeminarId;

/// Which seminar has this id in this system.
pub fn named(
    conn: &mut PgConnection,
    of: OrganisationId,
    system: &str,
    external_id: &str,
) -> Result<Option<SeminarId>> {
    let query = external_refs::table.find((of, system, external_id));
    Ok(query.select(external_refs::seminar_id).first(conn).optional()?)
}

pub fn push(conn: &mut PgConnection, of: OrganisationId, system: &str, external_id: &str) -> Result<Option<Push>> {
    let query = pushes::table.find((of, system, external_id));
    Ok(query.select(Push::as_select()).first(conn).optional()?)
}

pub fn save_push(conn: &mut PgConnection, push: &Push) -> Result<()> {
    diesel::insert_into(pushes::table)
        .values(push)
        .on_conflict((pushes::organisation_id, pushes::system, pushes::external_id))
        .do_update()
        .set(push)
        .execute(conn)?;
    Ok(())
}
