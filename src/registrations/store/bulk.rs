//! What the desk reads and writes for many requests at once: one statement each, however many they are.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::auth::OrganisationId;
use crate::base::db::{OnConstraint, prepared};
use crate::base::problem::{Code, Error, Problem, Result};
use crate::registrations::model::{Registration, RegistrationId};
use crate::seminars::SeminarId;

/// Under which registration, spelling, name and language an address is known.
#[derive(Clone, Debug)]
pub struct Addressee {
    id: RegistrationId,
    email: String,
    given_name: String,
    family_name: String,
    language: String,
}

impl Addressee {
    pub fn of(registration: &Registration) -> Self {
        Self {
            id: registration.id,
            email: registration.email.clone(),
            given_name: registration.given_name.clone(),
            family_name: registration.family_name.clone(),
            language: registration.language.clone(),
        }
    }

    /// The registration that would have been made, under what is known. Above all in the known spelling of the address:
    /// two spellings with one key are one person to us, but may be two mailboxes to their server.
    pub fn instead_of(self, registration: Registration) -> Registration {
        Registration {
            id: self.id,
            email: self.email,
            given_name: self.given_name,
            family_name: self.family_name,
            language: self.language,
            ..registration
        }
    }
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = SqlUuid)]
    seminar_id: SeminarId,
    #[diesel(sql_type = Text)]
    email_key: String,
    #[diesel(sql_type = SqlUuid)]
    id: RegistrationId,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    given_name: String,
    #[diesel(sql_type = Text)]
    family_name: String,
    #[diesel(sql_type = Text)]
    language: String,
}

/// Which of the addresses have an active registration for their seminar, through whichever channel. One look into
/// `registrations_one_per_person` each, whatever the planner thinks of the table.
pub fn registered(
    conn: &mut PgConnection,
    asked: &[(OrganisationId, SeminarId, String)],
) -> Result<HashMap<(SeminarId, String), Addressee>> {
    let rows = prepared(
        "SELECT known.* FROM unnest($1, $2, $3) AS asked (organisation_id, seminar_id, email_key)
         CROSS JOIN LATERAL (
             SELECT seminar_id, email_key, id, email, given_name, family_name, language FROM registrations AS one
             WHERE one.organisation_id = asked.organisation_id AND one.seminar_id = asked.seminar_id
               AND one.email_key = asked.email_key
               AND one.state IN ('pending', 'confirmed', 'waitlisted', 'offered', 'applied') LIMIT 1) AS known",
    )
    .bind::<Array<SqlUuid>, _>(
        asked
            .iter()
            .map(|(organisation, ..)| organisation.0)
            .collect::<Vec<_>>(),
    )
    .bind::<Array<SqlUuid>, _>(asked.iter().map(|(_, seminar, _)| seminar.0).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(asked.iter().map(|(.., address)| address).collect::<Vec<_>>())
    .load::<Known>(conn)?;
    let known = rows.into_iter().map(|row| {
        let addressee = Addressee {
            id: row.id,
            email: row.email,
            given_name: row.given_name,
            family_name: row.family_name,
            language: row.language,
        };
        ((row.seminar_id, row.email_key), addressee)
    });
    Ok(known.collect())
}

/// Saves what a move to another channel changes, of everybody at once.
pub fn save_moved(conn: &mut PgConnection, all: &[Registration]) -> Result<()> {
    diesel::sql_query(
        "UPDATE registrations AS old SET channel = new.channel, state = new.state, waiting_ticket = new.ticket,
             confirm_by = new.confirm, offered_until = new.offered, held_up_since = new.held_up, version = new.version,
             updated_at = new.updated
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             AS new (organisation_id, id, channel, state, ticket, confirm, offered, held_up, version, updated)
         WHERE old.organisation_id = new.organisation_id AND old.id = new.id",
    )
    .bind::<Array<SqlUuid>, _>(column(all, |one| one.organisation_id.0))
    .bind::<Array<SqlUuid>, _>(column(all, |one| one.id.0))
    .bind::<Array<Text>, _>(column(all, |one| one.channel.as_str()))
    .bind::<Array<Text>, _>(column(all, |one| one.state.as_str()))
    .bind::<Array<Nullable<BigInt>>, _>(column(all, |one| one.waiting_ticket))
    .bind::<Array<Nullable<Timestamptz>>, _>(column(all, |one| one.confirm_by))
    .bind::<Array<Nullable<Timestamptz>>, _>(column(all, |one| one.offered_until))
    .bind::<Array<Nullable<Timestamptz>>, _>(column(all, |one| one.held_up_since))
    .bind::<Array<BigInt>, _>(column(all, |one| one.version))
    .bind::<Array<Timestamptz>, _>(column(all, |one| one.updated_at))
    .execute(conn)?;
    Ok(())
}

fn column<'a, T>(all: &'a [Registration], of: impl Fn(&'a Registration) -> T) -> Vec<T> {
    all.iter().map(of).collect()
}

/// Only what a new registration says; the rest is as the table has it by default.
const INSERT: &str = "INSERT INTO registrations (organisation_id, id, seminar_id, channel, state, seats, persons, waiting_ticket,
        confirm_by, given_name, family_name, email, email_key, company, phone, language, search_text, entered_by, companions,
        answers, created_at, updated_at)
    SELECT a.*, a.created FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
        AS a (o, i, s, channel, state, seats, persons, ticket, confirm, given, family, email, email_key, company, phone, language,
        searched, entered, companions, answers, created)";

/// Two at once for one address meet here.
pub fn insert_all(conn: &mut PgConnection, all: &[Registration]) -> Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    let companions = all.iter().map(|one| serde_json::to_value(&one.companions.0));
    let companions = companions.collect::<Result<Vec<_>, _>>().map_err(Error::internal)?;
    prepared(INSERT)
        .bind::<Array<SqlUuid>, _>(column(all, |one| one.organisation_id.0))
        .bind::<Array<SqlUuid>, _>(column(all, |one| one.id.0))
        .bind::<Array<SqlUuid>, _>(column(all, |one| one.seminar_id.0))
        .bind::<Array<Text>, _>(column(all, |one| one.channel.as_str()))
        .bind::<Array<Text>, _>(column(all, |one| one.state.as_str()))
        .bind::<Array<Integer>, _>(column(all, |one| one.seats))
        .bind::<Array<Integer>, _>(column(all, |one| one.persons))
        .bind::<Array<Nullable<BigInt>>, _>(column(all, |one| one.waiting_ticket))
        .bind::<Array<Nullable<Timestamptz>>, Vec<Option<DateTime<Utc>>>>(column(all, |one| one.confirm_by))
        .bind::<Array<Text>, _>(column(all, |one| &one.given_name))
        .bind::<Array<Text>, _>(column(all, |one| &one.family_name))
        .bind::<Array<Text>, _>(column(all, |one| &one.email))
        .bind::<Array<Text>, _>(column(all, |one| &one.email_key))
        .bind::<Array<Nullable<Text>>, _>(column(all, |one| one.company.as_ref()))
        .bind::<Array<Nullable<Text>>, _>(column(all, |one| one.phone.as_ref()))
        .bind::<Array<Text>, _>(column(all, |one| &one.language))
        .bind::<Array<Text>, _>(column(all, |one| &one.search_text))
        .bind::<Array<Nullable<SqlUuid>>, Vec<Option<Uuid>>>(column(all, |one| one.entered_by.map(|account| account.0)))
        .bind::<Array<Jsonb>, _>(companions)
        .bind::<Array<Jsonb>, _>(column(all, |one| &one.answers))
        .bind::<Array<Timestamptz>, _>(column(all, |one| one.created_at))
        .execute(conn)
        .on_constraint("registrations_one_per_person", || Problem::new(Code::AlreadyRegistered))?;
    Ok(())
}
