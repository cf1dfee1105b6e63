//! Check-ins as they are read, and voided.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use super::door::{Entered, entry, openings};
use crate::attendance::model::{CheckIn, CheckInId, Direction};
use crate::attendance::rules::{self, Reading};
use crate::attendance::store::{self, CheckInFilter};
use crate::auth::{AccountId, Reach};
use crate::base::capability::Capabilities;
use crate::base::problem::{Code, Problem, Result};
use crate::base::text::Line;
use crate::journal::{Act, record};
use crate::registrations::{self, Guest, PersonalData, RegistrationId, State};
use crate::seminars::{self, Channel, Seminar, SeminarId, SessionId};

type Guests = HashMap<RegistrationId, Guest>;

/// With everything that is read from the check-ins of the same registrations.
fn shown(conn: &mut PgConnection, seminar: &Seminar, rows: Vec<CheckIn>) -> Result<Vec<Entered>> {
    let people = rows.iter().filter_map(|row| row.registration_id).collect::<Vec<_>>();
    let mut all = store::check_ins_of(conn, &[seminar.organisation_id], &people)?;
    all.extend(rows.iter().filter(|row| row.registration_id.is_none()).cloned());
    let asked = people
        .iter()
        .map(|id| (seminar.organisation_id, *id))
        .collect::<Vec<_>>();
    let guests = by_id(registrations::guests(conn, &asked)?);
    let reading = rules::read(&all, &guests, &openings(conn, seminar)?, seminar.status);
    Ok(entered(rows, &all, &guests, &reading))
}

fn by_id(guests: Vec<Guest>) -> Guests {
    guests.into_iter().map(|guest| (guest.id, guest)).collect()
}

fn entered(rows: Vec<CheckIn>, all: &[CheckIn], guests: &Guests, reading: &Reading) -> Vec<Entered> {
    let by_id = all.iter().map(|one| (one.id, one)).collect::<HashMap<_, _>>();
    let each = rows.into_iter().map(|check_in| {
        let conflicts = reading.conflicts.get(&check_in.id).into_iter().flatten();
        let conflicts = conflicts.map(|one| (*one, one.first.and_then(|id| by_id.get(&id).copied().cloned())));
        let key = check_in.registration_id.map(|id| (id, check_in.session_id));
        Entered {
            repeated: false,
            guest: check_in.registration_id.and_then(|id| guests.get(&id)).cloned(),
            inside: match key {
                Some(key) => reading.presences.get(&key).map_or(0, |presence| presence.inside),
                None => check_in.persons,
            },
            conflicts: conflicts.collect(),
            check_in,
        }
    });
    each.collect()
}

pub fn one(conn: &mut PgConnection, seminar: &Seminar, id: CheckInId) -> Result<Entered> {
    let row = store::check_in(conn, seminar, id)?.ok_or(Code::NotFound)?;
    let mut all = shown(conn, seminar, vec![row])?;
    all.pop().ok_or_else(|| Code::NotFound.into())
}

/// A page and one more. What is odd follows from all check-ins together, so those that are are looked for among all.
pub fn list(
    conn: &mut PgConnection,
    seminar: &Seminar,
    filter: CheckInFilter,
    odd: Option<bool>,
    after: Option<CheckInId>,
    limit: i64,
) -> Result<Vec<Entered>> {
    let of = (seminar.organisation_id, seminar.id);
    let Some(odd) = odd else {
        let rows = store::check_ins(conn, of, filter, after, limit)?;
        return shown(conn, seminar, rows);
    };
    let all = store::all_check_ins(conn, of)?;
    let guests = by_id(registrations::all_guests(conn, of)?);
    let reading = rules::read(&all, &guests, &openings(conn, seminar)?, seminar.status);
    let such = all.iter().filter(|one| {
        reading.conflicts.contains_key(&one.id) == odd
            && filter.session.is_none_or(|session| session == one.session_id)
            && filter.voided.is_none_or(|voided| voided == one.voided_at.is_some())
            && after.is_none_or(|after| one.id > after)
    });
    let most = usize::try_from(limit).unwrap_or_default().saturating_add(1);
    let rows = such.take(most).cloned().collect();
    Ok(entered(rows, &all, &guests, &reading))
}

/// Takes a check-in back. It stays, and counts no more.
pub fn void(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    (seminar, id): (SeminarId, CheckInId),
    seen: impl Fn(i64) -> Result<()>,
    reason: Line<300>,
) -> Result<Entered> {
    let seminar = seminars::lock(conn, reach, seminar)?;
    let mut row = store::check_in(conn, &seminar, id)?.ok_or(Code::NotFound)?;
    seen(row.version)?;
    if row.voided_at.is_some() {
        return Err(Problem::new(Code::TransitionNotAllowed)
            .detail("It is voided already.")
            .into());
    }
    row.voided_at = Some(act.now);
    row.voided_by = act.actor.account_id().map(AccountId);
    row.void_reason = Some(if is_nobodys(conn, &row)? {
        String::new()
    } else {
        reason.into_string()
    });
    row.version += 1;
    store::save_void(conn, &row)?;
    record(conn, act, entry(&row, "check_in.voided"))?;
    one(conn, &seminar, id)
}

/// Whether its person was forgotten: nothing is said about them any more.
fn is_nobodys(conn: &mut PgConnection, row: &CheckIn) -> Result<bool> {
    let Some(id) = row.registration_id else {
        return Ok(row.family_name.is_none());
    };
    let own = registrations::among(conn, row.organisation_id, &[id])?;
    Ok(own.iter().any(|one| one.personal_data != PersonalData::Kept))
}

/// How a session stands at the door.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Persons of registrations that came.
    pub came: i64,
    pub inside: i64,
    pub left: i64,
    pub walk_ins: i64,
    pub conflicts: i64,
    pub last_at: Option<DateTime<Utc>>,
}

/// Expected on site, and how each session stands, by start.
pub fn count(conn: &mut PgConnection, seminar: &Seminar) -> Result<(i64, Vec<(SessionId, Standing)>)> {
    let of = (seminar.organisation_id, seminar.id);
    let openings = openings(conn, seminar)?;
    let all = store::all_check_ins(conn, of)?;
    let ids = all.iter().filter_map(|one| Some((of.0, one.registration_id?)));
    let guests = by_id(registrations::guests(conn, &ids.collect::<Vec<_>>())?);
    let reading = rules::read(&all, &guests, &openings, seminar.status);
    let mut standings = BTreeMap::<SessionId, Standing>::new();
    for ((_, session), presence) in &reading.presences {
        let standing = standings.entry(*session).or_default();
        standing.came += i64::from(presence.came);
        standing.inside += i64::from(presence.inside);
    }
    for one in all.iter().filter(|one| one.voided_at.is_none()) {
        let standing = standings.entry(one.session_id).or_default();
        let persons = i64::from(one.persons);
        match (one.registration_id, one.direction) {
            (None, Direction::In) => {
                standing.walk_ins += persons;
                standing.inside += persons;
            }
            (None, Direction::Out) => standing.inside -= persons,
            _ => {}
        }
        standing.conflicts += i64::from(reading.conflicts.contains_key(&one.id));
        standing.last_at = standing.last_at.max(Some(one.at));
    }
    let expected = registrations::people_by_state(conn, of)?;
    let expected = expected
        .into_iter()
        .filter(|(channel, state, _)| *channel == Channel::Onsite && *state == State::Confirmed);
    let known = openings.iter().map(|opening| opening.session).collect::<Vec<_>>();
    // Sessions that are no more, but were when somebody came.
    let gone = standings.keys().copied().filter(|session| !known.contains(session));
    let sessions = known.iter().copied().chain(gone).map(|session| {
        let standing = standings.get(&session).copied().unwrap_or_default();
        let inside = standing.inside.max(0);
        let left = (standing.came + standing.walk_ins - inside).max(0);
        (
            session,
            Standing {
                inside,
                left,
                ..standing
            },
        )
    });
    Ok((expected.map(|(.., people)| people).sum(), sessions.collect()))
}

/// Those found by name or company, each with the first check-in there is of them, in whichever session.
pub fn find(conn: &mut PgConnection, seminar: &Seminar, q: &str, limit: i64) -> Result<Vec<(Guest, Option<CheckIn>)>> {
    let of = (seminar.organisation_id, seminar.id);
    let found = registrations::guests_called(conn, of, q, limit)?;
    let ids = found.iter().map(|guest| guest.id).collect::<Vec<_>>();
    let mut check_ins = store::check_ins_of(conn, &[of.0], &ids)?;
    check_ins.retain(|one| one.direction == Direction::In);
    check_ins.sort_by_key(|one| (one.at, one.scan_id));
    let with = found.into_iter().map(|guest| {
        let first = check_ins.iter().find(|one| one.registration_id == Some(guest.id));
        let first = first.cloned();
        (guest, first)
    });
    Ok(with.collect())
}

/// Everybody with the digest of their ticket.
pub fn offline_list(
    conn: &mut PgConnection,
    capabilities: &Capabilities,
    seminar: &Seminar,
) -> Result<Vec<(Guest, Vec<u8>)>> {
    let of = (seminar.organisation_id, seminar.id);
    registrations::issue(conn, capabilities, of)?;
    let mut hashes = registrations::ticket_hashes(conn, of)?;
    let guests = registrations::all_guests(conn, of)?;
    Ok(guests
        .into_iter()
        .filter_map(|guest| {
            let hash = hashes.remove(&guest.id)?;
            Some((guest, hash))
        })
        .collect())
}
