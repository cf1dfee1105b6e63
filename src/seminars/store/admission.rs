//! How seminars take registrations: one row each, read and written whole.

use diesel::prelude::*;

use crate::auth::OrganisationId;
use crate::base::problem::{Error, Result};
use crate::schema::admissions;
use crate::seminars::model::{Admission, SeminarId};

type Of = (OrganisationId, SeminarId);

pub fn admission(conn: &mut PgConnection, of: Of) -> Result<Admission> {
    let found = admissions::table.find(of).select(Admission::as_select());
    found
        .first(conn)
        .optional()?
        .ok_or_else(|| Error::internal("a seminar without its admission"))
}

pub fn insert_admission(conn: &mut PgConnection, admission: &Admission) -> Result<()> {
    diesel::insert_into(admissions::table).values(admission).execute(conn)?;
    Ok(())
}

pub fn save_admission(conn: &mut PgConnection, admission: &Admission) -> Result<()> {
    diesel::update(admissions::table.find((admission.organisation_id, admission.seminar_id)))
        .set(admission)
        .execute(conn)?;
    Ok(())
}
