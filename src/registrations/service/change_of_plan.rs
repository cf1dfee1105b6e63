//! Changes of a seminar that give people seats or move them to another channel.

use diesel::PgConnection;

use super::plan::{Concerned, Told, tell};
use super::waiting_list::move_up;
use super::{draw_ticket, entry, free, touch};
use crate::auth::Reach;
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::journal::{Act, record_all};
use crate::mail::Kind;
use crate::registrations::model::{Registration, State};
use crate::registrations::rules::{Place, WaitingList, Way, admit};
use crate::registrations::store;
use crate::seminars::{self, Channel, Moved, Plan, ReasonCode, Seats, Seminar, SeminarChange, SeminarId, Status};

/// Changes a seminar. Seats that a raised capacity brings are offered to those who wait; another venue is told to
/// everybody, unless it was held and its record is set right.
pub fn change_seminar(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    id: SeminarId,
    check: &dyn Fn(i64) -> Result<()>,
    change: SeminarChange,
) -> Result<(Seminar, Concerned)> {
    let locked = seminars::lock(conn, reach, id)?;
    let before = locked.calendar_sequence;
    check(locked.version)?;
    keep_what_applications_rest_on(conn, &locked, &change)?;
    let seminar = seminars::change(conn, act, reach, id, check, change)?;
    let mut concerned = Concerned::default();
    if seminar.calendar_sequence != before && seminar.status != Status::Held {
        let plan = Plan {
            reach,
            id,
            check,
            reason: ReasonCode::Unknown,
            public_text: None,
        };
        concerned = tell(conn, act, &plan, &seminar, Kind::VenueChanged, &[], true)?;
    }
    let whole = seminars::whole(conn, seminar.clone())?;
    for seats in seminars::seats(conn, (seminar.organisation_id, seminar.id))? {
        concerned.told.extend(move_up(conn, act, &whole, seats)?);
    }
    Ok((seminar, concerned))
}

/// Who applies takes no seat, so the room below cannot see them.
fn keep_what_applications_rest_on(conn: &mut PgConnection, seminar: &Seminar, change: &SeminarChange) -> Result<()> {
    let of = (seminar.organisation_id, seminar.id);
    let applied = store::count(conn, of, State::Applied)?;
    if applied == 0 {
        return Ok(());
    }
    let (old, new) = (seminars::admission(conn, of)?, &change.admission);
    let touched = [
        ("/admission", new.admission.is_some_and(|kind| kind != old.admission)),
        (
            "/capacity_unit",
            new.capacity_unit.is_some_and(|unit| unit != old.capacity_unit),
        ),
    ];
    let touched = touched.into_iter().filter(|(_, touched)| *touched);
    let places = touched.map(|(at, _)| FieldError::member(at, format!("{applied} have applied")));
    let places = places.collect::<Vec<_>>();
    if places.is_empty() {
        return Ok(());
    }
    Err(Problem::new(Code::TransitionNotAllowed).errors(places).into())
}

/// Moves a seminar online or on site, and with it, if the organiser says so, those who are registered: first come
/// first, never beyond the capacity there. Whoever finds no seat waits, behind those who wait there already.
pub fn move_seminar(
    conn: &mut PgConnection,
    act: &Act,
    plan: &Plan<'_>,
    moved: &Moved,
    with_registrations: bool,
    notify: bool,
) -> Result<(Seminar, Concerned)> {
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
    let mut lost = Vec::new();
    if let (true, Some(mut source)) = (with_registrations, one(from)) {
        let mut people = store::through(conn, of, from)?;
        for registration in &mut people {
            let had = registration.state.holds_seat();
            change_channel(registration, &mut source, &mut target);
            touch(registration, act.now);
            if had && !registration.state.holds_seat() {
                lost.push(Told::of(registration, Kind::SeminarMoved));
            }
        }
        // However many they are: a statement a table, so that nobody waits long for the rows of seats.
        store::save_moved(conn, &people)?;
        let moved = people.iter().map(|one| (*act, entry(one, "registration.moved")));
        record_all(conn, moved.collect())?;
        for seats in [&mut source, &mut target] {
            seats.overbooked = seats.too_many();
            seminars::save_seats(conn, seats)?;
        }
    }
    let mut told = tell(conn, act, plan, &seminar, Kind::SeminarMoved, &[], notify)?.told;
    let whole = seminars::whole(conn, seminar.clone())?;
    told.extend(move_up(conn, act, &whole, target)?);
    Ok((seminar, Concerned { told, lost }))
}

/// Takes one registration from one channel to the other. Who has a seat keeps it in whatever state it is, as far as
/// there are seats; who finds none, or waited already, waits there, also where the seminar has no waiting list or a
/// short one: nobody loses their place by a move.
fn change_channel(registration: &mut Registration, source: &mut Seats, target: &mut Seats) {
    let state = registration.state;
    registration.channel = target.channel;
    registration.held_up_since = None;
    if state == State::Applied {
        return;
    }
    let nowhere_else = WaitingList {
        open: false,
        limit: None,
    };
    let place = admit(Way::FirstCome, free(target), nowhere_else, registration.seats);
    let seat_there = state.holds_seat() && place == Ok(Place::Seat);
    if seat_there {
        source.taken -= registration.seats;
        target.taken += registration.seats;
    } else if state.holds_seat() {
        // Gives the seat back where it was, and draws a ticket where it goes.
        source.taken -= registration.seats;
        (registration.confirm_by, registration.offered_until) = (None, None);
        registration.state = State::Waitlisted;
        draw_ticket(registration, target);
    } else {
        source.waiting -= 1;
        draw_ticket(registration, target);
    }
}
