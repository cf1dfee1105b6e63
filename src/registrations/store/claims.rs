//! Registrations as attendance asks for them: who was to come, and who is behind an address.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::min;
use diesel::prelude::*;

use super::Of;
use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::registrations::model::{RegistrationId, State};
use crate::schema::{joins, registrations};
use crate::seminars::{Channel, SeminarId, SessionId};

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

/// The registrations behind addresses (their keys), by seminar: the active one, else the last there was.
pub fn known_addresses(
    conn: &mut PgConnection,
    organisations: &[OrganisationId],
    seminars: &[SeminarId],
    addresses: &[String],
) -> Result<HashMap<(SeminarId, String), RegistrationId>> {
    let mut rows = registrations::table
        .filter(registrations::organisation_id.eq_any(organisations))
        .filter(registrations::seminar_id.eq_any(seminars))
        .filter(registrations::email_key.eq_any(addresses))
        .select((
            registrations::seminar_id,
            registrations::email_key,
            registrations::id,
            registrations::state,
        ))
        .load::<(SeminarId, String, RegistrationId, State)>(conn)?;
    // The later entry of a map wins.
    rows.sort_by_key(|(.., id, state)| (state.active(), *id));
    Ok(rows
        .into_iter()
        .map(|(seminar, address, id, _)| ((seminar, address), id))
        .collect())
}

/// Who entered which session's online room by their own link, and when first.
pub fn joined_sessions(conn: &mut PgConnection, of: Of) -> Result<Vec<(RegistrationId, SessionId, DateTime<Utc>)>> {
    let of_registration = registrations::organisation_id
        .eq(joins::organisation_id)
        .and(registrations::id.eq(joins::registration_id));
    let rows = joins::table
        .inner_join(registrations::table.on(of_registration))
        .filter(registrations::organisation_id.eq(of.0))
        .filter(registrations::seminar_id.eq(of.1))
        .group_by((joins::registration_id, joins::session_id))
        .select((joins::registration_id, joins::session_id, min(joins::at)))
        .order((joins::registration_id, joins::session_id))
        .load::<(_, _, Option<DateTime<Utc>>)>(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(registration, session, first)| Some((registration, session, first?)))
        .collect())
}
