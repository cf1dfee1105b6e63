//! A day and an hour before a session its registrants are reminded, each once per start.

use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;

use super::letters::{facts, letter};
use crate::base::problem::{Code, Result};
use crate::journal::Act;
use crate::mail::{self, Kind, Letter};
use crate::registrations::store;
use crate::seminars::{self, DatePrecision, SeminarId, Session, SessionId, Status};

/// How long before the start, what it is called, and when it is too late to be of use.
const REMINDERS: [(Kind, &str, Duration, Duration); 2] = [
    (Kind::ReminderDay, "day", Duration::hours(24), Duration::hours(3)),
    (Kind::ReminderHour, "hour", Duration::hours(1), Duration::zero()),
];

/// The sessions that somebody is to be reminded of now. Looked up without locks: nobody waits for a look at the clock.
pub fn due(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<(SeminarId, SessionId)>> {
    let soon = seminars::begin_between(conn, now, now + Duration::hours(24))?;
    let noted = store::reminded(conn, &soon.iter().map(|session| session.id).collect::<Vec<_>>())?;
    let open = |session: &&Session| {
        REMINDERS.iter().any(|(_, name, before, too_late)| {
            is_due(session, now, *before, *too_late)
                && !noted.contains(&(session.id, (*name).to_owned(), session.starts_at))
        })
    };
    Ok(soon
        .iter()
        .filter(open)
        .map(|session| (session.seminar_id, session.id))
        .collect())
}

/// Reminds of one session, as far as it is time. Returns how many mails were written.
pub fn remind(conn: &mut PgConnection, act: &Act, id: SeminarId, session: SessionId) -> Result<usize> {
    // Locked, so that nobody is reminded of what is being cancelled at this moment.
    let seminar = seminars::lock_for_service(conn, id)?.ok_or(Code::NotFound)?;
    if seminar.status != Status::Scheduled {
        return Ok(0);
    }
    let of = (seminar.organisation_id, seminar.id);
    let whole = seminars::whole(conn, seminar)?;
    let Some((session, _)) = whole.sessions.iter().find(|(one, _)| one.id == session).cloned() else {
        return Ok(0);
    };
    let mut letters = Vec::new();
    for (kind, name, before, too_late) in REMINDERS {
        if !is_due(&session, act.now, before, too_late)
            || !store::remind_once(conn, (of.0, session.id), name, session.starts_at, act.now)?
        {
            continue;
        }
        let facts = facts(&whole, &[]);
        // Who registered later has just had a mail with all of it.
        for registration in store::coming(conn, of, session.starts_at - before)? {
            letters.push(Letter {
                once: Some(format!(
                    "{kind} {} {} {}",
                    session.id,
                    registration.id,
                    session.starts_at.timestamp()
                )),
                ..letter(&facts, kind, &registration, None)
            });
        }
    }
    mail::post(conn, act.now, &letters)
}

/// Of a day without a time one is reminded the day before only.
fn is_due(session: &Session, now: DateTime<Utc>, before: Duration, too_late: Duration) -> bool {
    let left = session.starts_at - now;
    let hourly = before < Duration::hours(2);
    too_late < left && left <= before && !(hourly && session.date_precision == DatePrecision::Day)
}
