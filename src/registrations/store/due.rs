//! Who is concerned by what is due: whose deadline has passed, who is told, who is reminded.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::dsl::min;
use diesel::prelude::*;

use super::states;
use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::registrations::model::{Registration, RegistrationId, State};
use crate::schema::{registrations, reminders};
use crate::seminars::{SeminarId, SessionId};

/// Registrations whose deadline has passed, the longest overdue first.
pub fn overdue(conn: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<RegistrationId>> {
    let pending = registrations::table
        .filter(registrations::state.eq(State::Pending))
        .filter(registrations::confirm_by.le(now))
        .order(registrations::confirm_by)
        .limit(limit)
        .select(registrations::id);
    let mut ids = pending.load::<RegistrationId>(conn)?;
    let offered = registrations::table
        .filter(registrations::state.eq(State::Offered))
        .filter(registrations::offered_until.le(now))
        .order(registrations::offered_until)
        .limit(limit)
        .select(registrations::id);
    ids.extend(offered.load::<RegistrationId>(conn)?);
    Ok(ids)
}

/// Since when the deadline of somebody has passed that nobody has looked at.
pub fn overdue_since(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let pending = registrations::table
        .filter(registrations::state.eq(State::Pending))
        .filter(registrations::confirm_by.le(now))
        .select(min(registrations::confirm_by));
    let offered = registrations::table
        .filter(registrations::state.eq(State::Offered))
        .filter(registrations::offered_until.le(now))
        .select(min(registrations::offered_until));
    let pending = pending.get_result::<Option<DateTime<Utc>>>(conn)?;
    let offered = offered.get_result::<Option<DateTime<Utc>>>(conn)?;
    Ok(pending.into_iter().chain(offered).min())
}

/// Everybody with an active claim, through whichever channel, in order of arrival.
pub fn active(conn: &mut PgConnection, of: (OrganisationId, SeminarId)) -> Result<Vec<Registration>> {
    let query = registrations::table
        .filter(registrations::organisation_id.eq(of.0))
        .filter(registrations::seminar_id.eq(of.1))
        .filter(registrations::state.eq_any(states(State::active)))
        .order(registrations::id);
    Ok(query.select(Registration::as_select()).load(conn)?)
}

/// Those who have a seat for certain, and were registered before `before`.
pub fn coming(
    conn: &mut PgConnection,
    of: (OrganisationId, SeminarId),
    before: DateTime<Utc>,
) -> Result<Vec<Registration>> {
    let query = registrations::table
        .filter(registrations::organisation_id.eq(of.0))
        .filter(registrations::seminar_id.eq(of.1))
        .filter(registrations::state.eq(State::Confirmed))
        .filter(registrations::created_at.lt(before))
        .order(registrations::id);
    Ok(query.select(Registration::as_select()).load(conn)?)
}

/// How many persons have a seat for certain.
pub fn confirmed_persons(conn: &mut PgConnection, of: (OrganisationId, SeminarId)) -> Result<i64> {
    let confirmed = registrations::table
        .filter(registrations::organisation_id.eq(of.0))
        .filter(registrations::seminar_id.eq(of.1))
        .filter(registrations::state.eq(State::Confirmed));
    let persons = confirmed
        .select(diesel::dsl::sum(registrations::persons))
        .first::<Option<i64>>(conn)?;
    Ok(persons.unwrap_or_default())
}

/// Notes that the registrants of a session were reminded of this start; `false`: they were before.
pub fn remind_once(
    conn: &mut PgConnection,
    (organisation, session): (OrganisationId, SessionId),
    kind: &str,
    starts_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let noted = diesel::insert_into(reminders::table)
        .values((
            reminders::organisation_id.eq(organisation),
            reminders::session_id.eq(session),
            reminders::kind.eq(kind),
            reminders::starts_at.eq(starts_at),
            reminders::at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(noted == 1)
}

/// Of which starts of these sessions their registrants were reminded, and how.
pub fn reminded(
    conn: &mut PgConnection,
    sessions: &[SessionId],
) -> Result<HashSet<(SessionId, String, DateTime<Utc>)>> {
    let query = reminders::table.filter(reminders::session_id.eq_any(sessions)).select((
        reminders::session_id,
        reminders::kind,
        reminders::starts_at,
    ));
    Ok(query.load(conn)?.into_iter().collect())
}

/// Forgets the notes of sessions that are over.
pub fn sweep_reminders(conn: &mut PgConnection, before: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::delete(reminders::table.filter(reminders::starts_at.lt(before))).execute(conn)?)
}
