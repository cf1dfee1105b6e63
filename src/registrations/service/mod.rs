//! What can be done to a registration: in each case lock the channel → read → decide → write → record.

mod cancel;
mod change_of_plan;
mod register;
mod waiting_list;

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;

use super::model::{Registration, State};
use super::rules::{Place, Refusal, Seats as Free, WaitingList, Window};
use crate::base::problem::{Code, Error, Problem, Result};
use crate::journal::{Act, Entry, record};
use crate::seminars::{self, Seats, Seminar, Session};

pub use cancel::cancel;
pub use change_of_plan::{change_seminar, move_seminar};
pub use register::{Admitted, NewRegistration, register};

/// How a refusal is told.
pub fn refused(refusal: Refusal) -> Error {
    let problem = match refusal {
        Refusal::Draft => Problem::new(Code::NotReady).detail("It is a draft; publish it first."),
        Refusal::NotOpenYet { opens_at } => {
            let there = opens_at.with_timezone(&chrono_tz::Europe::Berlin);
            Problem::new(Code::RegistrationNotOpen).detail(there.format("%Y-%m-%dT%H:%M:%S%:z").to_string())
        }
        Refusal::Closed => Problem::new(Code::RegistrationClosed),
        Refusal::Cancelled => Problem::new(Code::SeminarCancelled),
        Refusal::Postponed => Problem::new(Code::SeminarPostponed),
        Refusal::NoSuchChannel => Problem::new(Code::ChannelUnavailable),
        Refusal::Full { waiting_list: true } => Problem::new(Code::SeminarFull).detail("The waiting list is full too."),
        Refusal::Full { waiting_list: false } => Problem::new(Code::SeminarFull),
        Refusal::AlreadyRegistered => Problem::new(Code::AlreadyRegistered),
        Refusal::NotActive { state } => Problem::new(Code::TransitionNotAllowed)
            .detail(format!("A registration that is {state} cannot be cancelled.")),
    };
    problem.into()
}

fn free(seats: &Seats) -> Free {
    Free {
        capacity: seats.capacity,
        taken: seats.taken,
        waiting: seats.waiting,
    }
}

/// Takes the place in the channel's row: a seat, or the next ticket of the waiting list.
fn take(seats: &mut Seats, place: Place, wanted: i32) -> (State, Option<i64>) {
    match place {
        Place::Seat => {
            seats.taken += wanted;
            (State::Confirmed, None)
        }
        Place::Waiting { .. } => {
            seats.waiting += 1;
            seats.waiting_ticket += 1;
            (State::Waitlisted, Some(seats.waiting_ticket))
        }
    }
}

fn waiting_list(seminar: &Seminar) -> WaitingList {
    WaitingList {
        open: seminar.waiting_list,
        limit: seminar.waiting_list_limit,
    }
}

fn window(seminar: &Seminar, sessions: &[Session]) -> Window {
    let span_ends = seminar.within_to.and_then(|day| day.succ_opt());
    let span_ends = span_ends.map(|day| seminars::begin_of_day(day, chrono_tz::Europe::Berlin));
    Window {
        status: seminar.status,
        opens_at: seminar.registration_opens_at,
        closes_at: seminar
            .registration_closes_at
            .or_else(|| seminars::default_close(sessions, span_ends)),
    }
}

/// The journal keeps what happened to the claim, and nothing about the person.
fn journal(conn: &mut PgConnection, act: &Act, registration: &Registration, action: &'static str) -> Result<()> {
    let entry = Entry {
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
    };
    record(conn, act, entry)
}

fn touch(registration: &mut Registration, now: DateTime<Utc>) {
    registration.version += 1;
    registration.updated_at = now;
}
