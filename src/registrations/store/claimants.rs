//! Everybody who ever registered for a seminar, as far as a report of who came may name them.

use diesel::prelude::*;

use super::Of;
use crate::base::problem::Result;
use crate::registrations::model::{Companions, RegistrationId, State};
use crate::schema::registrations;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = registrations, check_for_backend(diesel::pg::Pg))]
pub struct Claimant {
    pub id: RegistrationId,
    pub given_name: String,
    pub family_name: String,
    pub email_key: String,
    pub state: State,
    pub companions: Companions,
}

/// In whatever state: somebody who cancelled may have come all the same.
pub fn claimants(conn: &mut PgConnection, of: Of) -> Result<Vec<Claimant>> {
    let query = registrations::table
        .filter(registrations::organisation_id.eq(of.0))
        .filter(registrations::seminar_id.eq(of.1))
        .order(registrations::id);
    Ok(query.select(Claimant::as_select()).load(conn)?)
}
