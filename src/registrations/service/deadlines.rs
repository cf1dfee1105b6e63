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

/// One round at one moment.
pub fn keep_time(db: &Db, now: DateTime<Utc>) -> Result<Round> {
    round(db, &|| now, &|| false)
}

/// One round. What fails is logged and has its turn again in the next; it keeps nothing else from being done, unless the
/// database is away: then the round is over. Each thing is done at the moment it is done; `stopped` ends the round.
pub fn round(db: &Db, clock: &dyn Fn() -> DateTime<Utc>, stopped: &dyn Fn() -> bool) -> Result<Round> {
    let now = clock();
    let act = || Act {
        now: clock(),
        actor: Actor::SYSTEM,
    };
    let mut round = Round::default();
    for id in db.run(true, |conn| store::overdue(conn, now, AT_ONCE))? {
        if stopped() {
            return Ok(round);
        }
        let act = act();
        round.expired += usize::from(logged(db.run(false, |conn| expire(conn, &act, id)))?);
    }
    let mut after = None;
    loop {
        let page = db.run(true, |conn| seminars::waited_for(conn, now, after, AT_ONCE))?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        for (seminar, channel) in page {
            if stopped() {
                return Ok(round);
            }
            let act = act();
            round.offered += logged(db.run(false, |conn| offer(conn, &act, seminar, channel)))?;
        }
    }
    for (seminar, session) in db.run(true, |conn| due(conn, now))? {
        if stopped() {
            return Ok(round);
        }
        let act = act();
        round.reminded += logged(db.run(false, |conn| remind(conn, &act, seminar, session)))?;
    }
    for seminar in db.run(true, |conn| seminars::to_decide(conn, now, AT_ONCE))? {
        if stopped() {
            return Ok(round);
        }
        let act = act();
        let decided = logged(db.run(false, |conn| super::minimum::decide(conn, &act, seminar)))?;
        round.decided += usize::from(decided);
    }
    round.forgotten = db.run(false, |conn| {
        store::sweep_reminders(conn, now - Duration::days(2))?;
        store::sweep_sensitive_answers(conn, act().today())
    })?;
    Ok(round)
}

/// What one thing came to; nothing, where it failed. A lock that was not had is that thing's alone; a database that is
/// away is everybody's.
fn logged<T: Default>(outcome: Result<T>) -> Result<T> {
    match outcome {
        Err(Error::Unavailable(cause)) if !cause.contains("timeout") => Err(Error::Unavailable(cause)),
        Err(error) => {
            tracing::warn!(%error, "something that was due was not done; it is tried again");
            Ok(T::default())
        }
        done => done,
    }
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
    held.save(conn, act, "registration.expired", Some(Kind::Expired))?;
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
    Ok(move_up(conn, act, &whole, seats)?.len())
}
