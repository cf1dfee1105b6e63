//! Seats that became free are offered to those who wait.

use chrono::Duration;
use diesel::PgConnection;

use super::letters::{facts, letter};
use super::plan::Told;
use super::{begins, free, go, journal, refused, touch};
use crate::base::problem::Result;
use crate::journal::Act;
use crate::mail::{self, Kind};
use crate::registrations::model::State;
use crate::registrations::rules::{Event, Turn, Waiting, hold_time, promote, transition};
use crate::registrations::store;
use crate::seminars::{self, AdmissionKind, Seats, Status, Whole};

/// How many of those who wait are looked at in one transaction; the rest has its turn a moment later.
const AT_ONCE: i64 = 500;

/// While the organiser still chooses, the reserve waits: free seats are not left over yet.
fn still_chosen(conn: &mut PgConnection, whole: &Whole) -> Result<bool> {
    let of = (whole.seminar.organisation_id, whole.seminar.id);
    let chooses = whole.admission.admission == AdmissionKind::Selection;
    Ok(chooses && store::count(conn, of, State::Applied)? > 0)
}

/// Offers free seats to those who wait, in their order, as `rules::promote` says. The channel's row must be locked;
/// what changes of it is saved here. Returns to whom offers were made.
pub fn move_up(conn: &mut PgConnection, act: &Act, whole: &Whole, mut seats: Seats) -> Result<Vec<Told>> {
    let of = (seats.organisation_id, seats.seminar_id);
    let before = seats.clone();
    let full = Duration::hours(whole.admission.offer_hours.into());
    let held_for = hold_time(act.now, begins(whole), full);
    let (mut letters, mut offered_to) = (Vec::new(), Vec::new());
    // Nothing is offered of what was held, does not take place, has no date or has begun.
    let offers = whole.seminar.status == Status::Scheduled && seats.offered && seats.waiting > 0;
    if let (true, true, Some(held_for)) = (offers, free(&seats).fit(1), held_for)
        && !still_chosen(conn, whole)?
    {
        let queue = store::queue(conn, of, seats.channel, AT_ONCE)?;
        let waiting = queue.iter().map(|one| Waiting {
            wanted: one.seats,
            held_up_since: one.held_up_since,
        });
        let turns = promote(free(&seats), &waiting.collect::<Vec<_>>(), act.now, held_for);
        let facts = facts(whole, &[]);
        for (mut registration, turn) in queue.into_iter().zip(turns) {
            match turn {
                Turn::Offer => {
                    let offered = transition(registration.state, Event::Offer).map_err(refused)?;
                    go(&mut registration, &mut seats, offered);
                    registration.offered_until = Some(act.now + held_for);
                    touch(&mut registration, act.now);
                    store::save(conn, &registration)?;
                    journal(conn, act, &registration, "registration.offered")?;
                    letters.push(letter(&facts, Kind::Offered, &registration, None));
                    offered_to.push(Told::of(&registration, Kind::Offered));
                }
                Turn::HoldUp if registration.held_up_since.is_none() => {
                    registration.held_up_since = Some(act.now);
                    store::save(conn, &registration)?;
                }
                Turn::HoldUp | Turn::Pass | Turn::Wait => {}
            }
        }
    }
    mail::post(conn, act.now, &letters)?;
    // Each seat given back after an overbooking lessens it.
    seats.overbooked = seats.too_many();
    if seats != before {
        seminars::save_seats(conn, &seats)?;
    }
    Ok(offered_to)
}
