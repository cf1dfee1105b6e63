//! All SQL of the outbox.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::model::{Letter, Mail};
use crate::base::db::prepared;
use crate::base::ids::fresh;
use crate::base::problem::{Error, Result};
use crate::schema::mails;

/// Rows a statement: enough that nobody waits for round trips, little enough that none takes long.
const CHUNK: usize = 500;

/// Writes the letters into the outbox, in the caller's transaction. Those whose `once` is there already are left
/// out. Answers how many were new.
pub fn post(conn: &mut PgConnection, now: DateTime<Utc>, letters: &[Letter]) -> Result<usize> {
    let mut new = 0;
    for chunk in letters.chunks(CHUNK) {
        new += insert(conn, now, chunk)?;
    }
    Ok(new)
}

fn insert(conn: &mut PgConnection, now: DateTime<Utc>, letters: &[Letter]) -> Result<usize> {
    // In one order of what is said only once, so that two who say the same never wait for each other in a ring.
    // Whose person was erased gets none: nobody is there to write to.
    let mut letters = letters
        .iter()
        .filter(|letter| !letter.recipient.is_empty())
        .collect::<Vec<_>>();
    if letters.is_empty() {
        return Ok(0);
    }
    letters.sort_by_key(|letter| &letter.once);
    let letters = letters.as_slice();
    fn column<'a, T>(letters: &[&'a Letter], of: impl Fn(&'a Letter) -> T) -> Vec<T> {
        letters.iter().map(|letter| of(letter)).collect()
    }
    let statement = prepared(
        "INSERT INTO mails (organisation_id, id, kind, language, recipient, recipient_name, registration_id,
                            seminar_id, data, once, due_at, created_at)
         SELECT letter.*, now.at, now.at
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[],
                     $8::uuid[], $9::jsonb[], $10::text[]) AS letter, (VALUES ($11)) AS now (at)
         ON CONFLICT (organisation_id, once) DO NOTHING",
    );
    let written = statement
        .bind::<Array<SqlUuid>, _>(column(letters, |letter| letter.organisation_id))
        .bind::<Array<SqlUuid>, _>(column(letters, |_| fresh()))
        .bind::<Array<Text>, _>(column(letters, |letter| letter.kind.as_str()))
        .bind::<Array<Text>, _>(column(letters, |letter| letter.language.as_str()))
        .bind::<Array<Text>, _>(column(letters, |letter| letter.recipient.as_str()))
        .bind::<Array<Text>, _>(column(letters, |letter| letter.recipient_name.as_str()))
        .bind::<Array<Nullable<SqlUuid>>, _>(column(letters, |letter| letter.registration_id))
        .bind::<Array<Nullable<SqlUuid>>, _>(column(letters, |letter| letter.seminar_id))
        .bind::<Array<Jsonb>, _>(column(letters, |letter| &letter.data))
        .bind::<Array<Nullable<Text>>, _>(column(letters, |letter| letter.once.as_deref()))
        .bind::<Timestamptz, _>(now)
        .execute(conn)?;
    Ok(written)
}

/// Takes what is due, first due first, and puts it out of the others' reach for `lease`. What another worker is
/// taking at this moment is passed over.
pub fn lease(conn: &mut PgConnection, now: DateTime<Utc>, lease: Duration, limit: i64) -> Result<Vec<Mail>> {
    let until = later(now, lease)?;
    let query = prepared(
        "WITH due AS MATERIALIZED (
             SELECT organisation_id, id FROM mails WHERE state = 'queued' AND due_at <= $1
             ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)
         UPDATE mails SET due_at = $3, attempts = mails.attempts + 1 FROM due
         WHERE mails.organisation_id = due.organisation_id AND mails.id = due.id
         RETURNING mails.organisation_id, mails.id, mails.kind, mails.language, mails.recipient,
                   mails.recipient_name, mails.registration_id, mails.data, mails.attempts, mails.created_at",
    );
    let mut taken = query
        .bind::<Timestamptz, _>(now)
        .bind::<BigInt, _>(limit)
        .bind::<Timestamptz, _>(until)
        .load::<Mail>(conn)?;
    // RETURNING knows no order; ids sort by the time they were written.
    taken.sort_by_key(|mail| mail.id);
    Ok(taken)
}

/// What became of a mail that was under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    Sent,
    /// Tried again after this long.
    Again(Duration, String),
    Dead(String),
}

/// Writes down what became of it; unless its lease ran out and another worker has it by now.
pub fn settle(conn: &mut PgConnection, now: DateTime<Utc>, mail: &Mail, fate: &Fate) -> Result<()> {
    let own = mails::table
        .find((mail.organisation_id, mail.id))
        .filter(mails::state.eq("queued"));
    match fate {
        // Whoever has it by now: it is sent.
        Fate::Sent => diesel::update(own)
            .set((
                mails::state.eq("sent"),
                mails::sent_at.eq(now),
                mails::last_error.eq(None::<String>),
            ))
            .execute(conn)?,
        Fate::Again(wait, error) => diesel::update(own.filter(mails::attempts.eq(mail.attempts)))
            .set((mails::due_at.eq(later(now, *wait)?), mails::last_error.eq(error)))
            .execute(conn)?,
        Fate::Dead(error) => diesel::update(own.filter(mails::attempts.eq(mail.attempts)))
            .set((mails::state.eq("dead"), mails::last_error.eq(error)))
            .execute(conn)?,
    };
    Ok(())
}

/// Gives back what was taken and not begun, as if it had not been taken; due after `wait`.
pub fn give_back(conn: &mut PgConnection, now: DateTime<Utc>, mails: &[Mail], wait: Duration) -> Result<()> {
    let statement = diesel::sql_query(
        "UPDATE mails SET due_at = $1, attempts = mails.attempts - 1
         FROM unnest($2::uuid[], $3::uuid[], $4::int[]) AS untouched (organisation_id, id, attempts)
         WHERE mails.organisation_id = untouched.organisation_id AND mails.id = untouched.id
           AND mails.attempts = untouched.attempts AND mails.state = 'queued'",
    );
    statement
        .bind::<Timestamptz, _>(later(now, wait)?)
        .bind::<Array<SqlUuid>, _>(mails.iter().map(|mail| mail.organisation_id).collect::<Vec<Uuid>>())
        .bind::<Array<SqlUuid>, _>(mails.iter().map(|mail| mail.id).collect::<Vec<Uuid>>())
        .bind::<Array<Integer>, _>(mails.iter().map(|mail| mail.attempts).collect::<Vec<i32>>())
        .execute(conn)?;
    Ok(())
}

/// The mails to a person go, sent or not: those about these registrations, and those to this address that are about
/// registrations at all, and `known` ones. One that is under way may still arrive; nothing of it is written down. Says which.
pub fn forget(
    conn: &mut PgConnection,
    organisation: Uuid,
    registrations: &[Uuid],
    address: Option<&str>,
    known: &[Uuid],
) -> Result<Vec<Uuid>> {
    let about = mails::registration_id.assume_not_null().eq_any(registrations);
    let own = || {
        let of_organisation = mails::table.filter(mails::organisation_id.eq(organisation));
        of_organisation.filter(mails::registration_id.is_not_null())
    };
    let gone = diesel::delete(own().filter(about.or(mails::id.eq_any(known))));
    let mut gone = gone.returning(mails::id).get_results::<Uuid>(conn)?;
    if let Some(address) = address {
        let to = diesel::delete(own().filter(lower(mails::recipient).eq(address)));
        gone.extend(to.returning(mails::id).get_results::<Uuid>(conn)?);
    }
    Ok(gone)
}

/// These mails go: their time is over.
pub fn delete(conn: &mut PgConnection, organisation: Uuid, ids: &[Uuid]) -> Result<usize> {
    let old = mails::table
        .filter(mails::organisation_id.eq(organisation))
        .filter(mails::id.eq_any(ids))
        .filter(mails::state.ne("queued"));
    Ok(diesel::delete(old).execute(conn)?)
}

diesel::define_sql_function! { fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text; }

fn later(now: DateTime<Utc>, wait: Duration) -> Result<DateTime<Utc>> {
    Ok(now + chrono::Duration::from_std(wait).map_err(Error::internal)?)
}

/// How full the outbox is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outbox {
    /// Not sent yet.
    pub queued: i64,
    /// Of those, whose time has come and whom nobody has taken.
    pub due: i64,
    /// Given up.
    pub dead: i64,
    pub oldest_due: Option<DateTime<Utc>>,
}

pub fn outbox(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Outbox> {
    let in_state = |state: &'static str| mails::table.filter(mails::state.eq(state));
    let (due, oldest_due) = in_state("queued")
        .filter(mails::due_at.le(now))
        .select((count_star(), min(mails::due_at)))
        .get_result(conn)?;
    Ok(Outbox {
        queued: in_state("queued").count().get_result(conn)?,
        due,
        dead: in_state("dead").count().get_result(conn)?,
        oldest_due,
    })
}
