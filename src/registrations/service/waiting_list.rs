//! Seats that became free go to those who wait, in their order.

use diesel::PgConnection;

use super::{free, journal, touch};
use crate::base::problem::{Error, Result};
use crate::journal::Act;
use crate::registrations::model::State;
use crate::registrations::rules::promote;
use crate::registrations::store;
use crate::seminars::{self, Seats, Seminar, Status};

/// Gives free seats to the first who wait. The channel's row must be locked; it is saved here.
pub fn move_up(conn: &mut PgConnection, act: &Act, seminar: &Seminar, mut seats: Seats) -> Result<()> {
    let of = (seats.organisation_id, seats.seminar_id);
    // Nobody moves up to what was held or does not take place.
    let takes_place = matches!(seminar.status, Status::Scheduled | Status::Postponed);
    if takes_place && seats.offered && seats.waiting > 0 {
        // Everybody wants at least one seat, so no more of them than free seats can move up.
        let limit = seats
            .capacity
            .map_or(seats.waiting, |capacity| (capacity - seats.taken).max(0));
        let queue = store::queue(conn, of, seats.channel, i64::from(limit))?;
        let wanted = queue.iter().map(|registration| registration.seats).collect::<Vec<_>>();
        let count = promote(free(&seats), &wanted);
        for mut registration in queue.into_iter().take(count) {
            registration.state = State::Confirmed;
            touch(&mut registration, act.now);
            store::save(conn, &registration)?;
            journal(conn, act, &registration, "registration.promoted")?;
            seats.taken += registration.seats;
        }
        seats.waiting -= i32::try_from(count).map_err(Error::internal)?;
    }
    // Each seat given back after an overbooking lessens it.
    seats.overbooked = seats.too_many();
    seminars::save_seats(conn, &seats)
}
