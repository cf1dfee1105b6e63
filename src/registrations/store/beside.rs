//! What hangs on a registration: sensitive answers, consents, reviews, presses of the join link.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::auth::OrganisationId;
use crate::base::ids::fresh;
use crate::base::problem::Result;
use crate::registrations::model::{Consent, Registration, RegistrationId, Review, SensitiveAnswer};
use crate::schema::{consents, joins, registrations, reviews, sensitive_answers};
use crate::seminars::{SeminarId, SessionId};

type Of = (OrganisationId, RegistrationId);

pub fn insert_beside(conn: &mut PgConnection, sensitive: &[SensitiveAnswer], given: &[Consent]) -> Result<()> {
    if !sensitive.is_empty() {
        diesel::insert_into(sensitive_answers::table)
            .values(sensitive)
            .execute(conn)?;
    }
    if !given.is_empty() {
        diesel::insert_into(consents::table).values(given).execute(conn)?;
    }
    Ok(())
}

pub fn sensitive_answers(conn: &mut PgConnection, of: Of) -> Result<Vec<SensitiveAnswer>> {
    let query = sensitive_answers::table
        .filter(sensitive_answers::organisation_id.eq(of.0))
        .filter(sensitive_answers::registration_id.eq(of.1));
    Ok(query
        .order(sensitive_answers::question)
        .select(SensitiveAnswer::as_select())
        .load(conn)?)
}

pub fn replace_sensitive_answers(conn: &mut PgConnection, of: Of, new: &[SensitiveAnswer]) -> Result<()> {
    let old = sensitive_answers::table
        .filter(sensitive_answers::organisation_id.eq(of.0))
        .filter(sensitive_answers::registration_id.eq(of.1));
    diesel::delete(old).execute(conn)?;
    insert_beside(conn, new, &[])
}

/// The sensitive answers to a seminar are deleted on another day: it has another date.
pub fn move_deletion(conn: &mut PgConnection, of: (OrganisationId, SeminarId), delete_on: NaiveDate) -> Result<()> {
    let of_seminar = registrations::table
        .filter(registrations::organisation_id.eq(of.0))
        .filter(registrations::seminar_id.eq(of.1))
        .select(registrations::id);
    let answers = sensitive_answers::table
        .filter(sensitive_answers::organisation_id.eq(of.0))
        .filter(sensitive_answers::registration_id.eq_any(of_seminar));
    diesel::update(answers)
        .set(sensitive_answers::delete_on.eq(delete_on))
        .execute(conn)?;
    Ok(())
}

/// Forgets the answers whose day has come.
pub fn sweep_sensitive_answers(conn: &mut PgConnection, today: NaiveDate) -> Result<usize> {
    Ok(diesel::delete(sensitive_answers::table.filter(sensitive_answers::delete_on.le(today))).execute(conn)?)
}

/// Oldest first.
pub fn consents(conn: &mut PgConnection, of: Of) -> Result<Vec<Consent>> {
    let query = consents::table
        .filter(consents::organisation_id.eq(of.0))
        .filter(consents::registration_id.eq(of.1));
    Ok(query.order(consents::id).select(Consent::as_select()).load(conn)?)
}

/// How many were in force.
pub fn withdraw_consent(conn: &mut PgConnection, of: Of, purpose: &str, now: DateTime<Utc>) -> Result<usize> {
    let in_force = consents::table
        .filter(consents::organisation_id.eq(of.0))
        .filter(consents::registration_id.eq(of.1))
        .filter(consents::purpose.eq(purpose))
        .filter(consents::withdrawn_at.is_null());
    Ok(diesel::update(in_force)
        .set(consents::withdrawn_at.eq(now))
        .execute(conn)?)
}

pub fn save_review(conn: &mut PgConnection, review: &Review) -> Result<()> {
    diesel::insert_into(reviews::table)
        .values(review)
        .on_conflict((reviews::organisation_id, reviews::registration_id, reviews::account_id))
        .do_update()
        .set(review)
        .execute(conn)?;
    Ok(())
}

pub fn reviews(conn: &mut PgConnection, organisation: OrganisationId, of: &[RegistrationId]) -> Result<Vec<Review>> {
    let query = reviews::table
        .filter(reviews::organisation_id.eq(organisation))
        .filter(reviews::registration_id.eq_any(of));
    Ok(query
        .order((reviews::registration_id, reviews::updated_at, reviews::account_id))
        .select(Review::as_select())
        .load(conn)?)
}

pub fn insert_join(
    conn: &mut PgConnection,
    registration: &Registration,
    session: SessionId,
    at: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(joins::table)
        .values((
            joins::organisation_id.eq(registration.organisation_id),
            joins::id.eq(fresh()),
            joins::registration_id.eq(registration.id),
            joins::session_id.eq(session),
            joins::at.eq(at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Who, which session, when first.
pub type Joined = (RegistrationId, SessionId, DateTime<Utc>);

/// Who pressed "join" for which session, by seminar.
pub fn joined_sessions(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    seminars: &[SeminarId],
) -> Result<HashMap<SeminarId, Vec<Joined>>> {
    let own = joins::organisation_id
        .eq(registrations::organisation_id)
        .and(joins::registration_id.eq(registrations::id));
    let rows = registrations::table
        .inner_join(joins::table.on(own))
        .filter(registrations::organisation_id.eq(organisation))
        .filter(registrations::seminar_id.eq_any(seminars))
        .distinct_on((joins::registration_id, joins::session_id))
        .order((joins::registration_id, joins::session_id, joins::at))
        .select((
            registrations::seminar_id,
            (joins::registration_id, joins::session_id, joins::at),
        ));
    let mut all = HashMap::<_, Vec<Joined>>::new();
    for (seminar, joined) in rows.load::<(SeminarId, Joined)>(conn)? {
        all.entry(seminar).or_default().push(joined);
    }
    Ok(all)
}
