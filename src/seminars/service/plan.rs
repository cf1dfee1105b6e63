//! Changes of plan. Each is a fact: what was before, what is after, why, when, by whom; each raises the calendar
//! SEQUENCE (RFC 5545, section 3.8.7.4).

use diesel::PgConnection;
use serde_json::{Value, json};

use super::admission::not_decidable;
use super::attendance_rule::out_of_reach;
use super::change::{offered, resized};
use super::parts::{NewChannel, NewSession, new_seats, refreshed, session_rows};
use super::{journal, refused};
use crate::auth::Reach;
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::base::text::{Line, WebAddress};
use crate::journal::Act;
use crate::seminars::model::{
    ChangeKind, Channel, ReasonCode, Schedule, ScheduleChange, ScheduleChangeId, ScheduledSession, Seats, Seminar,
    SeminarId, Status,
};
use crate::seminars::rules::{self, Event, attendance_mode, local, transition};
use crate::seminars::store;

/// Which seminar, which version of it the caller has seen, and why.
pub struct Plan<'a> {
    pub reach: &'a Reach,
    pub id: SeminarId,
    pub check: &'a dyn Fn(i64) -> Result<()>,
    pub reason: ReasonCode,
    pub public_text: Option<Line<1000>>,
}

/// Announces a draft. It needs a time and a way to take part.
pub fn publish(conn: &mut PgConnection, act: &Act, plan: &Plan<'_>) -> Result<Seminar> {
    let mut seminar = begin(conn, plan)?;
    seminar.status = transition(seminar.status, Event::Publish).map_err(|refusal| refused(&refusal))?;
    let whole = store::whole(conn, seminar)?;
    let mut missing = Vec::new();
    if whole.sessions.is_empty() {
        missing.push(FieldError::member("/sessions", "has no session yet"));
    }
    if whole.channels.is_empty() {
        missing.push(FieldError::member("/channels", "has no channel yet"));
    }
    let sessions = whole
        .sessions
        .iter()
        .map(|(session, _)| session.clone())
        .collect::<Vec<_>>();
    missing.extend(not_decidable(act, &whole.admission, &sessions));
    if !missing.is_empty() {
        return Err(Problem::new(Code::NotReady).errors(missing).into());
    }
    let mut seminar = whole.seminar;
    seminar.published_on = Some(act.today());
    finish(conn, act, &mut seminar, "seminar.published", json!({}))?;
    Ok(seminar)
}

/// It was held.
pub fn complete(conn: &mut PgConnection, act: &Act, plan: &Plan<'_>) -> Result<Seminar> {
    let mut seminar = begin(conn, plan)?;
    seminar.status =
        rules::complete(seminar.status, seminar.begins_at, act.now).map_err(|refusal| refused(&refusal))?;
    finish(conn, act, &mut seminar, "seminar.held", json!({}))?;
    Ok(seminar)
}

pub fn cancel(conn: &mut PgConnection, act: &Act, plan: &Plan<'_>) -> Result<Seminar> {
    off(
        conn,
        act,
        plan,
        Event::Cancel,
        ChangeKind::Cancelled,
        "seminar.cancelled",
    )
}

/// No new date yet. The sessions stay as the dates that no longer hold, the registrations stay as they are.
pub fn postpone(conn: &mut PgConnection, act: &Act, plan: &Plan<'_>) -> Result<Seminar> {
    off(
        conn,
        act,
        plan,
        Event::Postpone,
        ChangeKind::Postponed,
        "seminar.postponed",
    )
}

fn off(
    conn: &mut PgConnection,
    act: &Act,
    plan: &Plan<'_>,
    event: Event,
    kind: ChangeKind,
    action: &'static str,
) -> Result<Seminar> {
    let mut seminar = begin(conn, plan)?;
    seminar.status = transition(seminar.status, event).map_err(|refusal| refused(&refusal))?;
    let schedule = schedule_of(conn, &seminar)?;
    seminar.calendar_sequence += 1;
    record_change(conn, act, &seminar, kind, why(plan), (schedule.clone(), schedule))?;
    finish(conn, act, &mut seminar, action, json!({"reason_code": plan.reason}))?;
    Ok(seminar)
}

/// New times; a postponed seminar is scheduled again. The n-th session stays the n-th, with its id: the calendars of
/// those who are registered know it by that.
pub fn reschedule(conn: &mut PgConnection, act: &Act, plan: &Plan<'_>, sessions: &[NewSession]) -> Result<Seminar> {
    let mut seminar = begin(conn, plan)?;
    seminar.status = transition(seminar.status, Event::Reschedule).map_err(|refusal| refused(&refusal))?;
    let of = (seminar.organisation_id, seminar.id);
    let before = schedule_of(conn, &seminar)?;
    let mut rows = session_rows(conn, of, sessions)?;
    if let Some(undecidable) = not_decidable(act, &store::admission(conn, of)?, &rows) {
        return Err(Problem::new(Code::NotReady).errors(vec![undecidable]).into());
    }
    if let Some(fault) = out_of_reach(&store::attendance_rule(conn, of)?, rows.len()) {
        return Err(Problem::new(Code::NotReady).errors(vec![fault]).into());
    }
    rows.sort_by_key(|session| session.starts_at);
    for (row, old) in rows.iter_mut().zip(store::sessions(conn, of)?) {
        row.id = old.id;
    }
    store::replace_sessions(conn, of, &rows)?;
    seminar.within_from = None;
    seminar.within_to = None;
    seminar.calendar_sequence += 1;
    let after = schedule_of(conn, &seminar)?;
    let before_on = first_day(&before);
    record_change(conn, act, &seminar, ChangeKind::Rescheduled, why(plan), (before, after))?;
    let mut seminar = refreshed(conn, seminar)?;
    finish(
        conn,
        act,
        &mut seminar,
        "seminar.rescheduled",
        json!({"before_on": before_on, "reason_code": plan.reason}),
    )?;
    Ok(seminar)
}

/// Where a seminar moves to.
pub struct Moved {
    pub to: Channel,
    pub capacity: Option<Option<i32>>,
    pub venue: Option<crate::catalogue::VenueId>,
    pub online_platform: Option<Line<100>>,
    pub join_url: Option<WebAddress>,
}

/// Moves a seminar from on site to online or back: the other of the two is offered no longer, a livestream stays.
/// Registrations are not touched here; `registrations` moves them where the organiser says so.
pub fn move_to(conn: &mut PgConnection, act: &Act, plan: &Plan<'_>, moved: &Moved) -> Result<Seminar> {
    let mut seminar = begin(conn, plan)?;
    seminar.status = transition(seminar.status, Event::Move).map_err(|refusal| refused(&refusal))?;
    let of = (seminar.organisation_id, seminar.id);
    let (from, kind, action) = match moved.to {
        Channel::Online => (Channel::Onsite, ChangeKind::MovedOnline, "seminar.moved_online"),
        _ => (Channel::Online, ChangeKind::MovedOnsite, "seminar.moved_onsite"),
    };
    let seats = store::seats(conn, of)?;
    let there = |channel: Channel| seats.iter().find(|seats| seats.channel == channel && seats.offered);
    if there(from).is_none() && there(moved.to).is_some() {
        let detail = format!("It is {} already.", moved.to);
        return Err(Problem::new(Code::TransitionNotAllowed).detail(detail).into());
    }
    let before = schedule_of(conn, &seminar)?;
    if let Some(old) = there(from) {
        store::save_seats(
            conn,
            &Seats {
                offered: false,
                ..old.clone()
            },
        )?;
    }
    match seats.iter().find(|seats| seats.channel == moved.to) {
        Some(known) => store::save_seats(
            conn,
            &resized(known, moved.capacity.unwrap_or(known.capacity), false, "/capacity")?,
        )?,
        None => {
            let inherited = there(from).and_then(|old| old.capacity);
            let channel = NewChannel {
                channel: moved.to,
                capacity: moved.capacity.unwrap_or(inherited),
            };
            store::insert_seats(conn, &new_seats(of, &channel))?;
        }
    }
    let mut sessions = store::sessions(conn, of)?;
    if let Some(venue) = moved.venue {
        let known = crate::catalogue::venues_of(conn, of.0, &[venue])?;
        if known.is_empty() {
            return Err(crate::base::problem::Error::member(
                "/venue",
                "is not a venue of the organisation",
            ));
        }
    }
    for session in &mut sessions {
        if moved.to == Channel::Online {
            session.online_platform = moved
                .online_platform
                .clone()
                .map(Line::into_string)
                .or(session.online_platform.take());
            session.join_url = moved
                .join_url
                .clone()
                .map(WebAddress::into_string)
                .or(session.join_url.take());
            session.venue_id = None;
        } else {
            session.venue_id = moved.venue.or(session.venue_id);
            session.online_platform = None;
            session.join_url = None;
        }
    }
    store::replace_sessions(conn, of, &sessions)?;
    seminar.calendar_sequence += 1;
    let after = schedule_of(conn, &seminar)?;
    record_change(conn, act, &seminar, kind, why(plan), (before, after))?;
    let mut seminar = refreshed(conn, seminar)?;
    finish(conn, act, &mut seminar, action, json!({"reason_code": plan.reason}))?;
    Ok(seminar)
}

fn begin(conn: &mut PgConnection, plan: &Plan<'_>) -> Result<Seminar> {
    let seminar = store::lock(conn, plan.reach, plan.id)?;
    (plan.check)(seminar.version)?;
    Ok(seminar)
}

fn why(plan: &Plan<'_>) -> (ReasonCode, Option<Line<1000>>) {
    (plan.reason, plan.public_text.clone())
}

fn finish(conn: &mut PgConnection, act: &Act, seminar: &mut Seminar, action: &'static str, data: Value) -> Result<()> {
    seminar.version += 1;
    seminar.updated_at = act.now;
    store::save(conn, seminar)?;
    journal(conn, act, seminar, action, data)
}

pub(super) fn schedule_of(conn: &mut PgConnection, seminar: &Seminar) -> Result<Schedule> {
    let whole = store::whole(conn, seminar.clone())?;
    let channels = offered(&whole.channels);
    let sessions = whole.sessions.into_iter().map(|(session, venue)| ScheduledSession {
        starts_at: local(session.starts_at, &session.time_zone),
        ends_at: session.ends_at.map(|end| local(end, &session.time_zone)),
        date_precision: session.date_precision,
        starts_on: session.starts_on,
        time_zone: session.time_zone,
        venue,
        online_platform: session.online_platform,
    });
    Ok(Schedule {
        attendance_mode: attendance_mode(&channels),
        channels,
        sessions: sessions.collect(),
    })
}

fn first_day(schedule: &Schedule) -> Option<chrono::NaiveDate> {
    schedule.sessions.first().map(|session| session.starts_on)
}

pub(super) fn record_change(
    conn: &mut PgConnection,
    act: &Act,
    seminar: &Seminar,
    kind: ChangeKind,
    (reason_code, public_text): (ReasonCode, Option<Line<1000>>),
    (before, after): (Schedule, Schedule),
) -> Result<()> {
    let after = match seminar.status {
        // What no longer takes place has no time any more.
        Status::Cancelled | Status::Postponed => Schedule {
            sessions: Vec::new(),
            ..after
        },
        _ => after,
    };
    let change = ScheduleChange {
        organisation_id: seminar.organisation_id,
        id: ScheduleChangeId::fresh(),
        seminar_id: seminar.id,
        kind,
        reason_code,
        public_text: public_text.map(Line::into_string),
        before_on: first_day(&before),
        before: serde_json::to_value(before).map_err(Error::internal)?,
        after: serde_json::to_value(after).map_err(Error::internal)?,
        at: act.now,
        account_id: act.actor.account_id(),
    };
    store::insert_schedule_change(conn, &change)
}
