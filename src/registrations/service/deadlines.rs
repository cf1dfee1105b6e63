//! What time brings: seats that were held too long go on, free seats are offered, registrants are reminded, minimums
//! are decided, sensitive answers are forgotten. Each thing in a transaction of its own, under the locks that everybody
//! takes; several instances may do it at once, and doing it twice does nothing twice.

use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;

use super::held::{By, Held};
use super::reminders::{due, remind};
use super::waiting_list::move_up;
use crate::base::db::Db;
use crate::base::problem::{Code, Error, Result};
use crate::journal::{Act, Actor};
use crate::mail::Kind;
use crate::registrations::model::{RegistrationId, State};
use crate::registrations::rules::Event;
use crate::registrations::store;
use crate::seminars::{self, Channel, SeminarId};

/// Looked at in one round; the rest a moment later.
const AT_ONCE: i64 = 200;

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    pub expired: usize,
    pub offered: usize,
    pub reminded: usize,
    pub decided: usize,
    pub forgotten: usize,
}

/// One round. What fails is logged and has its turn again in the next; it keeps nothing else from being done.
pub fn keep_time(db: &Db, now: DateTime<Utc>) -> Result<Round> {
    let act = Act {
        now,
        actor: Actor::SYSTEM,
    };
    let mut round = Round::default();
    for id in db.run(true, |conn| store::overdue(conn, now, AT_ONCE))? {
        round.expired += usize::from(told(db.run(false, |conn| expire(conn, &act, id))).unwrap_or_default());
    }
    let mut after = None;
    loop {
        let page = db.run(true, |conn| seminars::waited_for(conn, after, AT_ONCE))?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        for (seminar, channel) in page {
            round.offered += told(db.run(false, |conn| offer(conn, &act, seminar, channel))).unwrap_or_default();
        }
    }
    for (seminar, session) in db.run(true, |conn| due(conn, now))? {
        round.reminded += told(db.run(false, |conn| remind(conn, &act, seminar, session))).unwrap_or_default();
    }
    for seminar in db.run(true, |conn| seminars::to_decide(conn, now, AT_ONCE))? {
        let decided = told(db.run(false, |conn| super::minimum::decide(conn, &act, seminar)));
        round.decided += usize::from(decided.unwrap_or_default());
    }
    round.forgotten = db.run(false, |conn| {
        store::sweep_reminders(conn, now - Duration::days(2))?;
        store::sweep_sensitive_answers(conn, act.today())
    })?;
    Ok(round)
}

fn told<T>(outcome: Result<T>) -> Option<T> {
    outcome
        .inspect_err(|error| tracing::warn!(%error, "something that was due was not done; it is tried again"))
        .ok()
}

/// Lets go of a seat whose deadline has passed, if that is still so under the lock.
fn expire(conn: &mut PgConnection, act: &Act, id: RegistrationId) -> Result<bool> {
    let mut held = match Held::take(conn, act, &By::Deadline, id) {
        Err(Error::Refused(problem)) if problem.code == Code::NotFound => return Ok(false),
        held => held?,
    };
    let deadline = match held.registration.state {
        State::Pending => held.registration.confirm_by,
        State::Offered => held.registration.offered_until,
        _ => None,
    };
    if deadline.is_none_or(|deadline| act.now < deadline) {
        return Ok(false);
    }
    held.step(act, Event::Expire)?;
    held.keep(conn, act, "registration.expired", Some(Kind::Expired))?;
    move_up(conn, act, &held.whole, held.seats)?;
    Ok(true)
}

/// Offers what is free in one channel.
fn offer(conn: &mut PgConnection, act: &Act, id: SeminarId, channel: Channel) -> Result<usize> {
    let Some(found) = seminars::find(conn, id)? else {
        return Ok(0);
    };
    let of = (found.organisation_id, id);
    let Some(seats) = seminars::lock_seats(conn, of, channel)? else {
        return Ok(0);
    };
    let seminar = seminars::find(conn, id)?.ok_or(Code::NotFound)?;
    let whole = seminars::whole(conn, seminar)?;
    move_up(conn, act, &whole, seats)
}
