//! A day and an hour before a session its registrants are reminded, each once per start.

use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;

use super::letters::{facts, letter};
use crate::base::problem::{Code, Result};
use crate::journal::Act;
use crate::mail::{self, Kind};
use crate::registrations::store;
use crate::seminars::{self, DatePrecision, SeminarId, Session, SessionId, Status};

struct Reminder {
    kind: Kind,
    /// Under which it is noted, in `reminders`.
    name: &'static str,
    /// How long before the start it is due.
    before: Duration,
    /// When less than this is left it is of no use any more.
    too_late: Duration,
    /// Whether it needs the time, and not only the day.
    needs_time: bool,
}

const REMINDERS: [Reminder; 2] = [
    Reminder {
        kind: Kind::ReminderDay,
        name: "day",
        before: Duration::hours(24),
        too_late: Duration::hours(3),
        needs_time: false,
    },
    Reminder {
        kind: Kind::ReminderHour,
        name: "hour",
        before: Duration::hours(1),
        too_late: Duration::zero(),
        needs_time: true,
    },
];

/// The sessions that somebody is to be reminded of now. Looked up without locks: nobody waits for a look at the clock.
pub fn due(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<(SeminarId, SessionId)>> {
    let earliest = REMINDERS
        .iter()
        .map(|reminder| reminder.before)
        .max()
        .unwrap_or_default();
    let soon = seminars::begin_between(conn, now, now + earliest)?;
    let noted = store::reminded(conn, &soon.iter().map(|session| session.id).collect::<Vec<_>>())?;
    let open = |session: &&Session| {
        REMINDERS.iter().any(|reminder| {
            reminder.is_due(session, now) && !noted.contains(&(session.id, reminder.name.to_owned(), session.starts_at))
        })
    };
    let open = soon.iter().filter(open);
    Ok(open.map(|session| (session.seminar_id, session.id)).collect())
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
    for reminder in REMINDERS.iter().filter(|reminder| reminder.is_due(&session, act.now)) {
        if !store::remind_once(conn, (of.0, session.id), reminder.name, session.starts_at, act.now)? {
            continue;
        }
        let facts = facts(&whole, &[]);
        // Who registered later has just had a mail with all of it.
        let coming = store::coming(conn, of, session.starts_at - reminder.before)?;
        letters.extend(
            coming
                .iter()
                .map(|registration| letter(&facts, reminder.kind, registration, None)),
        );
    }
    mail::post(conn, act.now, &letters)
}

impl Reminder {
    fn is_due(&self, session: &Session, now: DateTime<Utc>) -> bool {
        let left = session.starts_at - now;
        let has_what_it_needs = !self.needs_time || session.date_precision == DatePrecision::Minute;
        self.too_late < left && left <= self.before && has_what_it_needs
    }
}
