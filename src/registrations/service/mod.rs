//! What can be done to a registration: in each case lock the channel → read → decide → write → record → tell.

mod applications;
mod change;
mod change_of_plan;
mod deadlines;
mod disclose;
mod forget;
mod held;
mod join;
mod letters;
mod minimum;
mod plan;
mod register;
mod reminders;
mod standing;
mod steps;
mod tickets;
mod waiting_list;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use serde_json::json;

use super::model::{Registration, State};
use super::rules::{Refusal, Seats as Free, WaitingList, Window};
use crate::base::problem::{Code, Error, Problem, Result};
use crate::journal::{Act, Entry, record};
use crate::seminars::{self, Seats, Seminar, Whole};

pub use applications::{Decision, decide, decide_all, review};
pub use change::{RegistrationChange, change};
pub use change_of_plan::{change_seminar, move_seminar};
pub use deadlines::{Round, keep_time, round};
pub use disclose::{Shared, disclose};
pub use forget::{Forgotten, forget, give_up};
pub use held::By;
pub use join::{EARLY, Room, joined, room};
pub use letters::facts;
pub use plan::{Concerned, Told, cancel_seminar, postpone_seminar, reschedule_seminar};
pub use register::{Admitted, Desk, NewRegistration, Submission};
pub use standing::{Action, Standing, standing};
pub use steps::{accept_offer, cancel, confirm, keep, withdraw_consent};
pub use tickets::{holders, issue, letter_of, ticket};

/// How a refusal is told.
pub fn refused(refusal: Refusal) -> Error {
    let problem = match refusal {
        Refusal::Draft => Problem::new(Code::NotReady).detail("It is a draft; publish it first."),
        Refusal::NotOpenYet { opens_at } => Problem::new(Code::RegistrationNotOpen).detail(there(opens_at)),
        Refusal::Closed => Problem::new(Code::RegistrationClosed),
        Refusal::Cancelled => Problem::new(Code::SeminarCancelled),
        Refusal::Postponed => Problem::new(Code::SeminarPostponed),
        Refusal::Merged { into } => Problem::new(Code::SeminarMerged)
            .detail(format!("Registrations for this event are taken at the seminar {into}."))
            .instead(format!("/api/v1/seminars/{into}")),
        Refusal::NoSuchChannel => Problem::new(Code::ChannelUnavailable),
        Refusal::Full { waiting_list: true } => Problem::new(Code::SeminarFull).detail("The waiting list is full too."),
        Refusal::Full { waiting_list: false } => Problem::new(Code::SeminarFull),
        Refusal::TooLarge { capacity } => {
            Problem::new(Code::SeminarFull).detail(format!("There are {capacity} seats in all."))
        }
        Refusal::AlreadyRegistered => Problem::new(Code::AlreadyRegistered),
        Refusal::NotFrom { state, event } => Problem::new(Code::TransitionNotAllowed)
            .detail(format!("A registration that is {state} cannot be {}.", event.verb())),
        Refusal::TooLate { deadline } => Problem::new(Code::DeadlinePassed).detail(there(deadline)),
        Refusal::NoSelection => Problem::new(Code::TransitionNotAllowed)
            .detail("Seats of this seminar are first come, first served: nobody is chosen."),
    };
    problem.into()
}

fn there(at: DateTime<Utc>) -> String {
    let there = at.with_timezone(&chrono_tz::Europe::Berlin);
    there.format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn free(seats: &Seats) -> Free {
    Free {
        capacity: seats.capacity,
        taken: seats.taken,
        waiting: seats.waiting,
    }
}

/// Brings a registration to `next`, with what that means for the row of seats: a seat taken or given back, a ticket
/// drawn or its place left.
fn go(registration: &mut Registration, seats: &mut Seats, next: State) {
    let before = registration.state;
    match (before.holds_seat(), next.holds_seat()) {
        (false, true) => seats.taken += registration.seats,
        (true, false) => seats.taken -= registration.seats,
        _ => {}
    }
    match (before == State::Waitlisted, next == State::Waitlisted) {
        (true, false) => seats.waiting -= 1,
        (false, true) => draw_ticket(registration, seats),
        _ => {}
    }
    if next != State::Pending {
        registration.confirm_by = None;
    }
    if next != State::Offered {
        registration.offered_until = None;
    }
    if next != State::Waitlisted {
        registration.held_up_since = None;
    }
    registration.state = next;
}

fn draw_ticket(registration: &mut Registration, seats: &mut Seats) {
    seats.waiting += 1;
    seats.waiting_ticket += 1;
    registration.waiting_ticket = Some(seats.waiting_ticket);
}

fn waiting_list(seminar: &Seminar) -> WaitingList {
    WaitingList {
        open: seminar.waiting_list,
        limit: seminar.waiting_list_limit,
    }
}

/// When it has begun for certain: the first session; where only a day or a span is known, its end.
fn begins(whole: &Whole) -> Option<DateTime<Utc>> {
    let span_ends = whole.seminar.within_to.and_then(|day| day.succ_opt());
    let span_ends = span_ends.map(|day| seminars::begin_of_day(day, chrono_tz::Europe::Berlin));
    let sessions = whole.sessions.iter().map(|(session, _)| session.clone());
    seminars::default_close(&sessions.collect::<Vec<_>>(), span_ends)
}

/// The last day it takes place, as far as is known.
fn last_day(whole: &Whole) -> Option<NaiveDate> {
    let sessions = whole.sessions.iter().map(|(session, _)| session.starts_on);
    sessions.max().or(whole.seminar.within_to)
}

fn window(whole: &Whole) -> Window {
    Window {
        status: whole.seminar.status,
        opens_at: whole.seminar.registration_opens_at,
        closes_at: whole.seminar.registration_closes_at.or_else(|| begins(whole)),
        merged_into: whole.seminar.merged_into,
    }
}

/// The journal keeps what happened to the claim, and nothing about the person.
fn journal(conn: &mut PgConnection, act: &Act, registration: &Registration, action: &'static str) -> Result<()> {
    record(conn, act, entry(registration, action))
}

fn entry(registration: &Registration, action: &'static str) -> Entry {
    Entry {
        organisation_id: Some(registration.organisation_id.0),
        action,
        object_id: registration.id.0,
        data: json!({
            "seminar_id": registration.seminar_id,
            "channel": registration.channel,
            "state": registration.state,
            "seats": registration.seats,
            "version": registration.version,
        }),
    }
}

fn touch(registration: &mut Registration, now: DateTime<Utc>) {
    registration.version += 1;
    registration.updated_at = now;
}
