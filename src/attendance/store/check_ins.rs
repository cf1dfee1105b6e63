//! Who came through the door.

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::attendance::model::{CheckIn, CheckInId, CheckInMethod, Direction, ScanId};
use crate::auth::OrganisationId;
use crate::base::db::{OnConstraint, again, prepared};
use crate::base::problem::{Code, Error, Problem, Result};
use crate::registrations::RegistrationId;
use crate::schema::check_ins;
use crate::seminars::{Channel, Seminar, SeminarId, SessionId};

type Of = (OrganisationId, SeminarId);

/// Those that were recorded under these scans.
pub fn check_ins_by_scan(conn: &mut PgConnection, asked: &[(OrganisationId, ScanId)]) -> Result<Vec<CheckIn>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let mut organisations = asked.iter().map(|one| one.0).collect::<Vec<_>>();
    organisations.sort_unstable();
    organisations.dedup();
    let query = check_ins::table
        .filter(check_ins::organisation_id.eq_any(organisations))
        .filter(check_ins::scan_id.eq_any(asked.iter().map(|one| one.1).collect::<Vec<_>>()));
    Ok(query.select(CheckIn::as_select()).load(conn)?)
}

/// All that count of these registrations.
pub fn check_ins_of(
    conn: &mut PgConnection,
    organisations: &[OrganisationId],
    registrations: &[RegistrationId],
) -> Result<Vec<CheckIn>> {
    if registrations.is_empty() {
        return Ok(Vec::new());
    }
    let query = check_ins::table
        .filter(check_ins::organisation_id.eq_any(organisations))
        .filter(check_ins::registration_id.eq_any(registrations))
        .filter(check_ins::voided_at.is_null());
    Ok(query.select(CheckIn::as_select()).load(conn)?)
}

/// How many walk-ins came to one session through a channel, and how many persons they were.
pub fn walk_ins(conn: &mut PgConnection, of: Of, session: SessionId, channel: Channel) -> Result<(i64, i64)> {
    let query = check_ins::table
        .filter(check_ins::organisation_id.eq(of.0))
        .filter(check_ins::seminar_id.eq(of.1))
        .filter(check_ins::session_id.eq(session))
        .filter(check_ins::channel.eq(channel))
        .filter(check_ins::method.eq(CheckInMethod::WalkIn))
        .filter(check_ins::direction.eq(Direction::In))
        .filter(check_ins::voided_at.is_null())
        .select((diesel::dsl::count_star(), diesel::dsl::sum(check_ins::persons)));
    let (walk_ins, persons) = query.first::<(i64, Option<i64>)>(conn)?;
    Ok((walk_ins, persons.unwrap_or(0)))
}

/// All of a seminar, voided ones too, in the order they were recorded.
pub fn all_check_ins(conn: &mut PgConnection, of: Of) -> Result<Vec<CheckIn>> {
    let query = check_ins::table
        .filter(check_ins::organisation_id.eq(of.0))
        .filter(check_ins::seminar_id.eq(of.1))
        .order(check_ins::id);
    Ok(query.select(CheckIn::as_select()).load(conn)?)
}

#[derive(Clone, Copy, Debug, Default)]
pub struct CheckInFilter {
    pub session: Option<SessionId>,
    pub voided: Option<bool>,
}

pub fn check_ins(
    conn: &mut PgConnection,
    of: Of,
    filter: CheckInFilter,
    after: Option<CheckInId>,
    limit: i64,
) -> Result<Vec<CheckIn>> {
    let mut query = check_ins::table
        .filter(check_ins::organisation_id.eq(of.0))
        .filter(check_ins::seminar_id.eq(of.1))
        .order(check_ins::id)
        .limit(limit + 1)
        .select(CheckIn::as_select())
        .into_boxed();
    if let Some(session) = filter.session {
        query = query.filter(check_ins::session_id.eq(session));
    }
    match filter.voided {
        Some(true) => query = query.filter(check_ins::voided_at.is_not_null()),
        Some(false) => query = query.filter(check_ins::voided_at.is_null()),
        None => {}
    }
    if let Some(after) = after {
        query = query.filter(check_ins::id.gt(after));
    }
    Ok(query.load(conn)?)
}

pub fn check_in(conn: &mut PgConnection, seminar: &Seminar, id: CheckInId) -> Result<Option<CheckIn>> {
    let query = check_ins::table
        .filter(check_ins::organisation_id.eq(seminar.organisation_id))
        .filter(check_ins::seminar_id.eq(seminar.id))
        .filter(check_ins::id.eq(id));
    Ok(query.select(CheckIn::as_select()).first(conn).optional()?)
}

pub fn save_void(conn: &mut PgConnection, one: &CheckIn) -> Result<()> {
    diesel::update(check_ins::table.find((one.organisation_id, one.id)))
        .set((
            check_ins::voided_at.eq(one.voided_at),
            check_ins::voided_by.eq(one.voided_by),
            check_ins::void_reason.eq(&one.void_reason),
            check_ins::version.eq(one.version),
        ))
        .execute(conn)?;
    Ok(())
}

fn column<'a, T>(all: &'a [CheckIn], of: impl Fn(&'a CheckIn) -> T) -> Vec<T> {
    all.iter().map(of).collect()
}

const INSERT: &str = "INSERT INTO check_ins (organisation_id, id, seminar_id, session_id, scan_id, direction, method, channel,
        registration_id, persons, given_name, family_name, company, email, email_key, forced, offline, at, received_at, device,
        account_id)
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";

/// Two instances that record one scan at once meet here: the second finds the first's when it tries again.
pub fn insert_check_ins(conn: &mut PgConnection, all: &[CheckIn]) -> Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    let inserted = prepared(INSERT)
        .bind::<Array<SqlUuid>, _>(column(all, |one| one.organisation_id.0))
        .bind::<Array<SqlUuid>, _>(column(all, |one| one.id.0))
        .bind::<Array<SqlUuid>, _>(column(all, |one| one.seminar_id.0))
        .bind::<Array<SqlUuid>, _>(column(all, |one| one.session_id.0))
        .bind::<Array<SqlUuid>, _>(column(all, |one| one.scan_id.0))
        .bind::<Array<Text>, _>(column(all, |one| one.direction.as_str()))
        .bind::<Array<Text>, _>(column(all, |one| one.method.as_str()))
        .bind::<Array<Text>, _>(column(all, |one| one.channel.as_str()))
        .bind::<Array<Nullable<SqlUuid>>, _>(column(all, |one| one.registration_id.map(|id| id.0)))
        .bind::<Array<Integer>, _>(column(all, |one| one.persons))
        .bind::<Array<Nullable<Text>>, _>(column(all, |one| one.given_name.as_ref()))
        .bind::<Array<Nullable<Text>>, _>(column(all, |one| one.family_name.as_ref()))
        .bind::<Array<Nullable<Text>>, _>(column(all, |one| one.company.as_ref()))
        .bind::<Array<Nullable<Text>>, _>(column(all, |one| one.email.as_ref()))
        .bind::<Array<Nullable<Text>>, _>(column(all, |one| one.email_key.as_ref()))
        .bind::<Array<Bool>, _>(column(all, |one| one.forced))
        .bind::<Array<Bool>, _>(column(all, |one| one.offline))
        .bind::<Array<Timestamptz>, _>(column(all, |one| one.at))
        .bind::<Array<Timestamptz>, _>(column(all, |one| one.received_at))
        .bind::<Array<Nullable<Text>>, _>(column(all, |one| one.device.as_ref()))
        .bind::<Array<Nullable<SqlUuid>>, _>(column(all, |one| one.account_id.map(|id| id.0)))
        .execute(conn)
        .on_constraint("check_ins_one_per_scan", || Problem::new(Code::ScanIdReused));
    inserted.map(drop).map_err(|error| match error {
        Error::Refused(problem) if problem.code == Code::ScanIdReused => again(),
        other => other,
    })
}
