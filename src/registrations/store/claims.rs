//! Registrations as attendance asks for them: who was to come, and who is behind an address.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Claimant, Of};
use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::registrations::model::{RegistrationId, State};
use crate::schema::registrations;
use crate::seminars::{Channel, SeminarId};

/// A registration without the person: enough to count by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = registrations, check_for_backend(diesel::pg::Pg))]
pub struct Claim {
    pub id: RegistrationId,
    pub channel: Channel,
    pub state: State,
    pub persons: i32,
}

/// Everybody who ever registered for the seminar.
pub fn claims(conn: &mut PgConnection, of: Of) -> Result<Vec<Claim>> {
    Ok(registrations::table
        .filter(registrations::organisation_id.eq(of.0))
        .filter(registrations::seminar_id.eq(of.1))
        .order(registrations::id)
        .select(Claim::as_select())
        .load(conn)?)
}

/// The same of many seminars.
pub fn claims_of(
    conn: &mut PgConnection,
    organisations: &[OrganisationId],
    seminars: &[SeminarId],
) -> Result<Vec<(SeminarId, Claim)>> {
    Ok(registrations::table
        .filter(registrations::organisation_id.eq_any(organisations))
        .filter(registrations::seminar_id.eq_any(seminars))
        .order(registrations::id)
        .select((registrations::seminar_id, Claim::as_select()))
        .load(conn)?)
}

/// The registration behind an address, and what those who come with it are called.
#[derive(Clone, Debug)]
pub struct KnownAddress {
    pub registration: RegistrationId,
    /// Given and family name, the contact first.
    pub names: Vec<(String, String)>,
}

/// The registrations behind addresses (their keys), by seminar: the active one, else the last there was.
pub fn known_addresses(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    seminars: &[SeminarId],
    addresses: &[String],
) -> Result<HashMap<(SeminarId, String), KnownAddress>> {
    let mut rows = registrations::table
        .filter(registrations::organisation_id.eq(organisation))
        .filter(registrations::seminar_id.eq_any(seminars))
        .filter(registrations::email_key.eq_any(addresses))
        .select((registrations::seminar_id, Claimant::as_select()))
        .load::<(SeminarId, Claimant)>(conn)?;
    // The later entry of a map wins.
    rows.sort_by_key(|(_, one)| (one.state.active(), one.id));
    let known = |(seminar, one): (SeminarId, Claimant)| {
        let along = one.companions.0.iter();
        let along = along.map(|one| (one.given_name.as_str().to_owned(), one.family_name.as_str().to_owned()));
        let known = KnownAddress {
            registration: one.id,
            names: [(one.given_name, one.family_name)].into_iter().chain(along).collect(),
        };
        ((seminar, one.email_key), known)
    };
    Ok(rows.into_iter().map(known).collect())
}
