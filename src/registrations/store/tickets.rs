//! Codes by which people are let in, and who comes with them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bytea, Timestamptz, Uuid as SqlUuid};

use crate::auth::OrganisationId;
use crate::base::db::prepared;
use crate::base::problem::Result;
use crate::base::text::{fold, like_escape};
use crate::registrations::model::{Guest, RegistrationId, Ticket};
use crate::schema::{registrations, tickets};
use crate::seminars::SeminarId;

type Of = (OrganisationId, SeminarId);

#[derive(QueryableByName)]
struct Without {
    #[diesel(sql_type = SqlUuid)]
    id: RegistrationId,
    #[diesel(sql_type = SqlUuid)]
    seminar_id: SeminarId,
}

/// Registrations of one seminar that have no ticket yet, whatever their state: who is told that theirs was cancelled is
/// known by it. Whose person was erased has none any more: the code they still have on paper is nobody's.
pub fn without_ticket(conn: &mut PgConnection, of: Of) -> Result<Vec<(RegistrationId, SeminarId)>> {
    let rows = diesel::sql_query(
        "SELECT one.id, one.seminar_id FROM registrations AS one
         WHERE one.organisation_id = $1 AND one.seminar_id = $2 AND one.personal_data <> 'erased'
           AND NOT EXISTS (SELECT FROM tickets AS held
             WHERE held.organisation_id = one.organisation_id AND held.registration_id = one.id)
         ORDER BY one.id",
    )
    .bind::<SqlUuid, _>(of.0.0)
    .bind::<SqlUuid, _>(of.1.0)
    .load::<Without>(conn)?;
    Ok(rows.into_iter().map(|row| (row.id, row.seminar_id)).collect())
}

/// The same of all seminars with a session in this time: who stands at the wrong door has a ticket for another one nearby.
pub fn without_ticket_between(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<(RegistrationId, SeminarId)>> {
    let rows = diesel::sql_query(
        "SELECT one.id, one.seminar_id FROM registrations AS one
         WHERE one.organisation_id = $1 AND one.seminar_id IN (SELECT seminar_id FROM sessions
             WHERE organisation_id = $1 AND starts_at BETWEEN $2 AND $3)
           AND one.personal_data <> 'erased' AND NOT EXISTS (SELECT FROM tickets AS held
             WHERE held.organisation_id = one.organisation_id AND held.registration_id = one.id)
         ORDER BY one.id",
    )
    .bind::<SqlUuid, _>(organisation.0)
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(to)
    .load::<Without>(conn)?;
    Ok(rows.into_iter().map(|row| (row.id, row.seminar_id)).collect())
}

/// Who was there first keeps theirs: two that issue at once write the same rows.
pub fn insert_tickets(conn: &mut PgConnection, all: &[Ticket]) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO tickets (organisation_id, registration_id, seminar_id, code_hash)
         SELECT * FROM unnest($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind::<Array<SqlUuid>, _>(all.iter().map(|one| one.organisation_id.0).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(all.iter().map(|one| one.registration_id.0).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(all.iter().map(|one| one.seminar_id.0).collect::<Vec<_>>())
    .bind::<Array<Bytea>, _>(all.iter().map(|one| one.code_hash.as_slice()).collect::<Vec<_>>())
    .execute(conn)?;
    Ok(())
}

/// Whose tickets these are.
pub fn tickets_by_hash(conn: &mut PgConnection, asked: &[(OrganisationId, [u8; 32])]) -> Result<Vec<Ticket>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    Ok(prepared(
        "SELECT held.organisation_id, held.registration_id, held.seminar_id, held.code_hash FROM unnest($1, $2) AS asked (organisation_id, code_hash)
         JOIN tickets AS held ON held.organisation_id = asked.organisation_id AND held.code_hash = asked.code_hash",
    )
    .bind::<Array<SqlUuid>, _>(asked.iter().map(|one| one.0.0).collect::<Vec<_>>())
    .bind::<Array<Bytea>, _>(asked.iter().map(|one| one.1.as_slice()).collect::<Vec<_>>())
    .load::<Ticket>(conn)?)
}

/// The digests of a seminar's tickets by registration.
pub fn ticket_hashes(conn: &mut PgConnection, of: Of) -> Result<HashMap<RegistrationId, Vec<u8>>> {
    let of_seminar = registrations::table
        .filter(registrations::organisation_id.eq(of.0))
        .filter(registrations::seminar_id.eq(of.1))
        .select(registrations::id);
    let rows = tickets::table
        .filter(tickets::organisation_id.eq(of.0))
        .filter(tickets::registration_id.eq_any(of_seminar))
        .select((tickets::registration_id, tickets::code_hash))
        .load::<(RegistrationId, Vec<u8>)>(conn)?;
    Ok(rows.into_iter().collect())
}

/// Of any seminar of these organisations.
pub fn guests(conn: &mut PgConnection, asked: &[(OrganisationId, RegistrationId)]) -> Result<Vec<Guest>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let mut organisations = asked.iter().map(|one| one.0).collect::<Vec<_>>();
    organisations.sort_unstable();
    organisations.dedup();
    let mut ids = asked.iter().map(|one| one.1).collect::<Vec<_>>();
    ids.sort_unstable();
    ids.dedup();
    let query = registrations::table
        .filter(registrations::organisation_id.eq_any(organisations))
        .filter(registrations::id.eq_any(ids));
    Ok(query.select(Guest::as_select()).load(conn)?)
}

/// Everybody who ever registered for a seminar.
pub fn all_guests(conn: &mut PgConnection, of: Of) -> Result<Vec<Guest>> {
    let query = registrations::table
        .filter(registrations::organisation_id.eq(of.0))
        .filter(registrations::seminar_id.eq(of.1))
        .order(registrations::id);
    Ok(query.select(Guest::as_select()).load(conn)?)
}

/// By the beginning of names or company, or by a part of them; those with such a beginning come first.
pub fn guests_called(conn: &mut PgConnection, of: Of, q: &str, limit: i64) -> Result<Vec<Guest>> {
    let folded = fold(q);
    let begins = |word: &str| {
        let word = like_escape(word);
        let first = registrations::search_text.like(format!("{word}%"));
        first.or(registrations::search_text.like(format!("% {word}%")))
    };
    let mut query = registrations::table
        .filter(registrations::organisation_id.eq(of.0))
        .filter(registrations::seminar_id.eq(of.1))
        .order((
            begins(folded.split(' ').next().unwrap_or_default()).desc(),
            registrations::family_name,
            registrations::given_name,
            registrations::id,
        ))
        .limit(limit)
        .select(Guest::as_select())
        .into_boxed();
    for word in folded.split(' ') {
        query = query.filter(registrations::search_text.like(format!("%{}%", like_escape(word))));
    }
    Ok(query.load(conn)?)
}
