//! Changes of a seminar that give people seats or move them to another channel.

use diesel::PgConnection;

use super::waiting_list::move_up;
use super::{journal, touch};
use crate::auth::Reach;
use crate::base::problem::{Error, Result};
use crate::journal::Act;
use crate::registrations::model::{Registration, State};
use crate::registrations::rules::Seats as Free;
use crate::registrations::store;
use crate::seminars::{self, Change, Channel, Moved, Plan, Seats, Seminar, SeminarId};

/// Changes a seminar; seats that a raised capacity brings go to those who wait.
pub fn change_seminar(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    id: SeminarId,
    check: impl FnOnce(i64) -> Result<()>,
    change: Change,
) -> Result<Seminar> {
    let seminar = seminars::change(conn, act, reach, id, check, change)?;
    for seats in seminars::seats(conn, (seminar.organisation_id, seminar.id))? {
        move_up(conn, act, seats)?;
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
            let registration = change_channel(registration, &mut source, &mut target, act);
            store::save(conn, &registration)?;
            journal(conn, act, &registration, "registration.moved")?;
        }
        source.overbooked = source.capacity.map_or(0, |capacity| (source.taken - capacity).max(0));
        seminars::save_seats(conn, &source)?;
    }
    move_up(conn, act, target)?;
    Ok(seminar)
}

/// Takes one registration from one channel to the other. A seat where one is free and nobody waits for it.
fn change_channel(mut registration: Registration, source: &mut Seats, target: &mut Seats, act: &Act) -> Registration {
    if registration.state == State::Waitlisted {
        source.waiting -= 1;
    } else {
        source.taken -= registration.seats;
    }
    let free = Free {
        capacity: target.capacity,
        taken: target.taken,
        waiting: target.waiting,
    };
    registration.channel = target.channel;
    if free.waiting == 0 && free.fit(registration.seats) {
        target.taken += registration.seats;
        registration.state = State::Confirmed;
        registration.waiting_ticket = None;
    } else {
        target.waiting += 1;
        target.waiting_ticket += 1;
        registration.state = State::Waitlisted;
        registration.waiting_ticket = Some(target.waiting_ticket);
    }
    touch(&mut registration, act.now);
    registration
}
