//! Changes of a seminar that give people seats or move them to another channel.

use diesel::PgConnection;

use super::waiting_list::move_up;
use super::{free, journal, refused, take, touch};
use crate::auth::Reach;
use crate::base::problem::{Error, Result};
use crate::journal::Act;
use crate::registrations::model::{Registration, State};
use crate::registrations::rules::{WaitingList, admit};
use crate::registrations::store;
use crate::seminars::{self, Channel, Moved, Plan, Seats, Seminar, SeminarChange, SeminarId};

/// Changes a seminar; seats that a raised capacity brings go to those who wait.
pub fn change_seminar(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    id: SeminarId,
    check: impl FnOnce(i64) -> Result<()>,
    change: SeminarChange,
) -> Result<Seminar> {
    let seminar = seminars::change(conn, act, reach, id, check, change)?;
    for seats in seminars::seats(conn, (seminar.organisation_id, seminar.id))? {
        move_up(conn, act, &seminar, seats)?;
    }
    Ok(seminar)
}

/// Moves a seminar online or on site, and with it, if the organiser says so, those who are registered: first come
/// first, never beyond the capacity there. Whoever finds no seat waits, behind those who wait there already.
pub fn move_seminar(
    conn: &mut PgConnection,
    act: &Act,
    plan: &Plan<'_>,
    moved: &Moved,
    with_registrations: bool,
) -> Result<Seminar> {
    let seminar = seminars::move_to(conn, act, plan, moved)?;
    let of = (seminar.organisation_id, seminar.id);
    let from = if moved.to == Channel::Online {
        Channel::Onsite
    } else {
        Channel::Online
    };
    let all = seminars::seats(conn, of)?;
    let one = |channel: Channel| all.iter().find(|seats| seats.channel == channel).cloned();
    let mut target = one(moved.to).ok_or_else(|| Error::internal("moved to a channel that is not there"))?;
    if let (true, Some(mut source)) = (with_registrations, one(from)) {
        let queue = i64::from(source.waiting);
        let people = [store::seated(conn, of, from)?, store::queue(conn, of, from, queue)?].concat();
        for registration in people {
            let registration = change_channel(registration, &mut source, &mut target, act)?;
            store::save(conn, &registration)?;
            journal(conn, act, &registration, "registration.moved")?;
        }
        source.overbooked = source.too_many();
        seminars::save_seats(conn, &source)?;
    }
    move_up(conn, act, &seminar, target)?;
    Ok(seminar)
}

/// Takes one registration from one channel to the other. Whoever finds no seat waits, also where the seminar has no
/// waiting list or a short one: nobody loses their place by a move.
fn change_channel(
    mut registration: Registration,
    source: &mut Seats,
    target: &mut Seats,
    act: &Act,
) -> Result<Registration> {
    if registration.state == State::Waitlisted {
        source.waiting -= 1;
    } else {
        source.taken -= registration.seats;
    }
    let open = WaitingList {
        open: true,
        limit: None,
    };
    let place = admit(free(target), open, registration.seats).map_err(refused)?;
    registration.channel = target.channel;
    (registration.state, registration.waiting_ticket) = take(target, place, registration.seats);
    touch(&mut registration, act.now);
    Ok(registration)
}
