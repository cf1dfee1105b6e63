//! The rows under whose lock every seat is given.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text, Uuid as SqlUuid};

use crate::auth::OrganisationId;
use crate::base::db::prepared;
use crate::base::problem::Result;
use crate::schema::channels;
use crate::seminars::model::{Channel, Seats, SeminarId};

type Of = (OrganisationId, SeminarId);

pub fn seats(conn: &mut PgConnection, of: Of) -> Result<Vec<Seats>> {
    let query = channels::table
        .filter(channels::organisation_id.eq(of.0))
        .filter(channels::seminar_id.eq(of.1));
    Ok(query
        .order(channels::channel.desc())
        .select(Seats::as_select())
        .load(conn)?)
}

/// The row under whose lock every seat of this channel is given.
pub fn lock_seats(conn: &mut PgConnection, of: Of, channel: Channel) -> Result<Option<Seats>> {
    let query = channels::table
        .find((of.0, of.1, channel))
        .select(Seats::as_select())
        .for_no_key_update();
    Ok(query.first(conn).optional()?)
}

pub fn insert_seats(conn: &mut PgConnection, seats: &Seats) -> Result<()> {
    diesel::insert_into(channels::table).values(seats).execute(conn)?;
    Ok(())
}

pub fn save_seats(conn: &mut PgConnection, seats: &Seats) -> Result<()> {
    diesel::update(channels::table.find((seats.organisation_id, seats.seminar_id, seats.channel)))
        .set((
            channels::offered.eq(seats.offered),
            channels::capacity.eq(seats.capacity),
            channels::taken.eq(seats.taken),
            channels::overbooked.eq(seats.overbooked),
            channels::waiting.eq(seats.waiting),
            channels::waiting_ticket.eq(seats.waiting_ticket),
        ))
        .execute(conn)?;
    Ok(())
}

/// [`lock_seats`] for many seminars, in one order: two that lock several never wait for each other in a ring.
pub fn lock_all_seats(
    conn: &mut PgConnection,
    organisations: &[OrganisationId],
    seminars: &[SeminarId],
    through: &[Channel],
) -> Result<Vec<Seats>> {
    let query = channels::table
        .filter(channels::organisation_id.eq_any(organisations))
        .filter(channels::seminar_id.eq_any(seminars))
        .filter(channels::channel.eq_any(through))
        .order((channels::organisation_id, channels::seminar_id, channels::channel))
        .select(Seats::as_select())
        .for_no_key_update();
    Ok(query.load(conn)?)
}

/// [`lock_all_seats`] where there are only so many, for whoever asks whether one is free and gives none. Whoever holds
/// seminars takes it after all of them, as [`super::lock`] does.
pub fn lock_limited_seats(
    conn: &mut PgConnection,
    organisations: &[OrganisationId],
    seminars: &[SeminarId],
    through: &[Channel],
) -> Result<()> {
    if seminars.is_empty() {
        return Ok(());
    }
    let query = channels::table
        .filter(channels::organisation_id.eq_any(organisations))
        .filter(channels::seminar_id.eq_any(seminars))
        .filter(channels::channel.eq_any(through))
        .filter(channels::capacity.is_not_null())
        .order((channels::organisation_id, channels::seminar_id, channels::channel))
        .select(channels::seminar_id)
        .for_no_key_update();
    query.load::<SeminarId>(conn)?;
    Ok(())
}

/// Saves what the desk changes of many rows, in one statement.
pub fn save_all_seats(conn: &mut PgConnection, all: &[Seats]) -> Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    prepared(
        "UPDATE channels SET taken = new.taken, waiting = new.waiting, waiting_ticket = new.waiting_ticket
         FROM unnest($1, $2, $3, $4, $5, $6) AS new (organisation_id, seminar_id, channel, taken, waiting, waiting_ticket)
         WHERE channels.organisation_id = new.organisation_id AND channels.seminar_id = new.seminar_id
           AND channels.channel = new.channel",
    )
    .bind::<Array<SqlUuid>, _>(all.iter().map(|seats| seats.organisation_id.0).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(all.iter().map(|seats| seats.seminar_id.0).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(all.iter().map(|seats| seats.channel.as_str()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(all.iter().map(|seats| seats.taken).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(all.iter().map(|seats| seats.waiting).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(all.iter().map(|seats| seats.waiting_ticket).collect::<Vec<_>>())
    .execute(conn)?;
    Ok(())
}
