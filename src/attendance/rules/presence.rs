//! One presence a person and session, read from all scans there are: the earliest by the clock of the door. Nothing of
//! it is stored, so it does not matter in which order, how often and from which device the scans arrived.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};

use super::door::{self, Objection, Opening};
use crate::attendance::model::{CheckIn, CheckInId, ConflictKind, Direction};
use crate::registrations::{Guest, RegistrationId, State};
use crate::seminars::{SessionId, Status};

/// Somebody in one session, group and all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presence {
    /// The check-in that counts.
    pub first: CheckInId,
    /// How many of them came: the most who were in at once, for nobody knows whether who comes back is the same.
    pub came: i32,
    /// How many are in, as far as those who went said so.
    pub inside: i32,
}

/// Why a check-in is odd, and after which one it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub kind: ConflictKind,
    pub first: Option<CheckInId>,
}

/// What all check-ins of a seminar come to.
#[derive(Debug, Default)]
pub struct Reading {
    pub presences: HashMap<(RegistrationId, SessionId), Presence>,
    pub conflicts: HashMap<CheckInId, Vec<Conflict>>,
}

/// How far ahead of ours a device's clock may be before it is odd.
pub const AHEAD: Duration = Duration::minutes(5);

/// Reads check-ins of one seminar: all of each registration that is among them. Those that are voided count for nothing.
#[must_use]
pub fn read(
    check_ins: &[CheckIn],
    guests: &HashMap<RegistrationId, Guest>,
    openings: &[Opening],
    status: Status,
) -> Reading {
    let mut valid = check_ins
        .iter()
        .filter(|one| one.voided_at.is_none())
        .collect::<Vec<_>>();
    valid.sort_by_key(|one| (one.at, one.scan_id));
    let mut reading = Reading::default();
    for one in valid {
        let mut conflicts = alone(one, openings, status);
        if let Some(id) = one.registration_id {
            let guest = guests.get(&id);
            conflicts.extend(guest.and_then(|guest| of_state(guest, one.at)));
            let registered = guest.map_or(1, |guest| guest.persons);
            conflicts.extend(step(&mut reading, one, id, registered));
        }
        if !conflicts.is_empty() {
            reading.conflicts.insert(one.id, conflicts);
        }
    }
    reading
}

fn alone(one: &CheckIn, openings: &[Opening], status: Status) -> Vec<Conflict> {
    let of = |kind| Conflict { kind, first: None };
    let seminar = match door::takes_place(status) {
        Err(Objection::SeminarCancelled) => Some(of(ConflictKind::SeminarCancelled)),
        Err(Objection::SeminarPostponed) => Some(of(ConflictKind::SeminarPostponed)),
        _ => None,
    };
    let time = match door::session(openings, Some(one.session_id), one.at) {
        Ok((_, Some(Objection::WrongSession { .. }))) => Some(of(ConflictKind::WrongSession)),
        Ok((_, Some(Objection::NotOpen { .. }))) => Some(of(ConflictKind::DoorNotOpen)),
        _ => None,
    };
    let ahead = (one.at > one.received_at + AHEAD).then(|| of(ConflictKind::ClockAhead));
    seminar.into_iter().chain(time).chain(ahead).collect()
}

/// Whoever cancelled after they had come in did nothing odd.
fn of_state(guest: &Guest, at: DateTime<Utc>) -> Option<Conflict> {
    let kind = match guest.state {
        State::Confirmed => return None,
        State::Cancelled if guest.cancelled_at.is_some_and(|cancelled| at < cancelled) => return None,
        State::Cancelled => ConflictKind::Cancelled,
        State::Waitlisted => ConflictKind::Waitlisted,
        _ => ConflictKind::NotConfirmed,
    };
    Some(Conflict { kind, first: None })
}

/// One scan more. A group is never more than it registered as, unless one scan says so; whoever is scanned twice is one.
fn step(reading: &mut Reading, one: &CheckIn, id: RegistrationId, registered: i32) -> Option<Conflict> {
    let key = (id, one.session_id);
    let presence = reading.presences.get(&key).copied();
    let of = |kind| Conflict {
        kind,
        first: presence.map(|presence| presence.first),
    };
    let inside = presence.map_or(0, |presence| presence.inside);
    if one.direction == Direction::Out {
        let left = (inside - one.persons).max(0);
        if let Some(presence) = reading.presences.get_mut(&key) {
            presence.inside = left;
        }
        return (one.persons > inside).then(|| of(ConflictKind::NotCheckedIn));
    }
    let most = registered.max(one.persons);
    let came = presence.map_or(0, |presence| presence.came);
    let next = Presence {
        first: presence.map_or(one.id, |presence| presence.first),
        came: came.max((inside + one.persons).min(most)),
        inside: (inside + one.persons).min(most).max(inside),
    };
    reading.presences.insert(key, next);
    if inside >= registered {
        Some(of(ConflictKind::AlreadyCheckedIn))
    } else {
        (inside + one.persons > registered).then(|| of(ConflictKind::MoreThanRegistered))
    }
}
