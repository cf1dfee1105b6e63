//! How many people came: each once, through whichever channels, in however many sessions.

use std::collections::{BTreeMap, BTreeSet};

use super::super::model::{AttendanceRecord, Basis, Evidence, Person, Presence};
use crate::registrations::{Claim, RegistrationId, State};
use crate::seminars::{Channel, SessionId};

/// What was counted of people. A channel through which nobody was looked for is unknown, not empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct People {
    pub onsite: Option<Counted>,
    pub online: Option<Counted>,
    /// Both channels together, each person once.
    pub total: i64,
    /// Through both channels, counted once in `total`.
    pub in_both: i64,
    /// Known by name or address, without a registration.
    pub walk_ins: i64,
    /// Of the walk-ins those of a report whom nothing but a name tells apart: telephones, "iPhone". Each may be
    /// somebody who was counted already.
    pub unidentified: i64,
    pub after_cancellation: i64,
    pub from_waiting_list: i64,
}

/// People of one channel, and what they were seen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    pub people: i64,
    pub basis: Basis,
    /// Whoever was seen there, however short.
    pub seen: i64,
}

/// Of one session, or of the seminar: whoever came to one of its sessions came.
#[must_use]
pub fn people(records: &[AttendanceRecord], session: Option<SessionId>) -> People {
    let of_session = || {
        records
            .iter()
            .filter(move |record| session.is_none_or(|session| record.session_id == session))
    };
    // The largest a group was anywhere is what it is counted as.
    let mut persons = BTreeMap::<&Person, [i64; 2]>::new();
    for record in of_session() {
        let [onsite, online] = persons.entry(&record.person).or_default();
        *onsite = (*onsite).max(came(record.onsite.as_ref()));
        *online = (*online).max(came(record.online.as_ref()));
    }
    let count = |how: fn(&[i64; 2]) -> i64| persons.values().map(how).sum::<i64>();
    let counted = |of: fn(&AttendanceRecord) -> Option<&Presence>, n: fn(&[i64; 2]) -> i64| {
        let seen = of_session().filter_map(|record| of(record).map(|presence| (&record.person, presence)));
        let seen = seen.collect::<Vec<_>>();
        let people = seen.iter().map(|(person, _)| *person).collect::<BTreeSet<_>>();
        Some(Counted {
            people: count(n),
            basis: basis(seen.iter().map(|(_, presence)| *presence))?,
            seen: i64::try_from(people.len()).unwrap_or(i64::MAX),
        })
    };
    let without = |such: fn(&Person) -> bool| {
        let such = persons.iter().filter(|(person, _)| such(person));
        such.map(|(_, [onsite, online])| onsite.max(online)).sum::<i64>()
    };
    People {
        onsite: counted(|record| record.onsite.as_ref(), |[onsite, _]| *onsite),
        online: counted(|record| record.online.as_ref(), |[_, online]| *online),
        total: count(|[onsite, online]| *onsite.max(online)),
        in_both: count(|[onsite, online]| *onsite.min(online)),
        walk_ins: without(|person| !matches!(person, Person::Registration(_))),
        unidentified: without(|person| matches!(person, Person::Named(name) if name.starts_with("import:"))),
        after_cancellation: 0,
        from_waiting_list: 0,
    }
}

fn came(presence: Option<&Presence>) -> i64 {
    presence
        .filter(|presence| presence.attended)
        .map_or(0, |presence| i64::from(presence.persons))
}

/// What the figure of a channel rests on; `None` where nobody was seen.
fn basis<'a>(presences: impl Iterator<Item = &'a Presence>) -> Option<Basis> {
    let one = |evidence: &Evidence| match evidence {
        Evidence::CheckIn | Evidence::Signature | Evidence::Manual => Basis::CheckIns,
        Evidence::Import => Basis::Import,
        Evidence::JoinLink => Basis::Joins,
    };
    let mut all = presences.flat_map(|presence| presence.evidence.iter().map(one));
    let first = all.next()?;
    Some(if all.all(|other| other == first) {
        first
    } else {
        Basis::AttendanceRecords
    })
}

/// Where somebody stood who was there all the same.
#[must_use]
pub fn came_although(
    people: People,
    records: &[AttendanceRecord],
    claims: &[Claim],
    session: Option<SessionId>,
) -> People {
    let attended = attended(records, session);
    let such = |state: fn(State) -> bool| {
        let such = claims.iter().filter(|claim| state(claim.state));
        such.filter_map(|claim| attended.get(&claim.id)).sum::<i64>()
    };
    People {
        after_cancellation: such(|state| state == State::Cancelled),
        from_waiting_list: such(|state| matches!(state, State::Waitlisted | State::Offered)),
        ..people
    }
}

/// Confirmed for `channel` and not seen through any; of a group those who are missing. To be asked only of channels that
/// were looked at, when it is over.
#[must_use]
pub fn no_shows(claims: &[Claim], records: &[AttendanceRecord], channel: Channel, session: Option<SessionId>) -> i64 {
    let attended = attended(records, session);
    let expected = claims
        .iter()
        .filter(|claim| claim.state == State::Confirmed && claim.channel == channel);
    let missing = expected.map(|claim| i64::from(claim.persons) - attended.get(&claim.id).copied().unwrap_or_default());
    missing.map(|missing| missing.max(0)).sum()
}

/// Of all with a seat: how many there are, and how many of them did not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoShows {
    pub expected: i64,
    pub missing: i64,
}

/// Everybody confirmed who was not seen. Known where each channel that somebody registered for was looked at, as `people`
/// tells; `None` elsewhere. To be asked when it is over.
#[must_use]
pub fn all_no_shows(
    claims: &[Claim],
    records: &[AttendanceRecord],
    people: &People,
    session: Option<SessionId>,
) -> Option<NoShows> {
    let confirmed = |channel| {
        let such = move |claim: &&Claim| claim.state == State::Confirmed && claim.channel == channel;
        claims.iter().filter(such)
    };
    let seats = [(Channel::Onsite, people.onsite), (Channel::Online, people.online)];
    let concerned = seats
        .iter()
        .filter(|(channel, counted)| counted.is_some() || confirmed(*channel).next().is_some());
    people.onsite.or(people.online)?;
    let of = |(channel, counted): &(Channel, Option<Counted>)| {
        counted.map(|_| {
            let expected = confirmed(*channel).map(|claim| i64::from(claim.persons)).sum::<i64>();
            (expected, no_shows(claims, records, *channel, session))
        })
    };
    let each = concerned.map(of).collect::<Option<Vec<_>>>()?;
    Some(NoShows {
        expected: each.iter().map(|(expected, _)| expected).sum(),
        missing: each.iter().map(|(_, missing)| missing).sum(),
    })
}

/// How many came with each registration, at most, to the session or to any.
fn attended(records: &[AttendanceRecord], session: Option<SessionId>) -> BTreeMap<RegistrationId, i64> {
    let mut all = BTreeMap::new();
    for record in records {
        if let Person::Registration(id) = record.person
            && session.is_none_or(|session| record.session_id == session)
        {
            let most = all.entry(id).or_insert(0);
            *most = record.persons().max(*most);
        }
    }
    all
}
