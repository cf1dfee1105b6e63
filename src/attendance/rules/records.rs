//! From what was seen to who was there: one record per person and session, each person once however often they
//! were scanned, however many devices they brought, through however many channels they came.

use std::collections::BTreeMap;

use super::super::model::{
    AttendanceRecord, CheckInMethod, Direction, Evidence, Joined, Observations, Person, Presence, Reported, Scan,
    SessionWindow, Span, WalkInName,
};
use crate::attendance::reader::intervals::{clip, long_enough, seconds, union};
use crate::seminars::{AttendanceRule, Channel, SessionId};

#[derive(Default)]
struct Found<'a> {
    onsite: Seen<'a>,
    online: Seen<'a>,
    name: Option<&'a WalkInName>,
}

#[derive(Default)]
struct Seen<'a> {
    scans: Vec<&'a Scan>,
    reported: Vec<&'a Reported>,
    joined: Option<&'a Joined>,
}

/// By person, then by session.
#[must_use]
pub fn records(seen: &Observations, rule: &AttendanceRule) -> Vec<AttendanceRecord> {
    let mut found = BTreeMap::<(&Person, SessionId), Found<'_>>::new();
    for scan in &seen.scans {
        let found = found.entry((&scan.person, scan.session_id)).or_default();
        found.name = found.name.or(scan.name.as_ref());
        found.through(scan.channel).scans.push(scan);
    }
    for reported in &seen.reported {
        let found = found.entry((&reported.person, reported.session_id)).or_default();
        found.name = found.name.or(reported.name.as_ref());
        found.through(reported.channel).reported.push(reported);
    }
    if rule.count_joins {
        for joined in &seen.joined {
            let found = found.entry((&joined.person, joined.session_id)).or_default();
            found.online.joined = Some(joined);
        }
    }
    let window = |id| seen.sessions.iter().find(|session| session.id == id);
    found
        .into_iter()
        .map(|((person, session_id), found)| AttendanceRecord {
            person: person.clone(),
            session_id,
            name: found.name.cloned(),
            onsite: presence(found.onsite, rule, window(session_id)),
            online: presence(found.online, rule, window(session_id)),
        })
        .filter(|record| record.onsite.is_some() || record.online.is_some())
        .collect()
}

impl<'a> Found<'a> {
    fn through(&mut self, channel: Channel) -> &mut Seen<'a> {
        match channel {
            Channel::Onsite => &mut self.onsite,
            Channel::Online | Channel::Livestream => &mut self.online,
        }
    }
}

/// What of one channel's evidence speaks for itself, put together.
fn presence(mut seen: Seen<'_>, rule: &AttendanceRule, window: Option<&SessionWindow>) -> Option<Presence> {
    seen.scans.sort_by_key(|scan| (scan.at, scan.id));
    let door = at_the_door(&seen.scans, rule, window);
    let platform = on_the_platform(&seen.reported, rule, window);
    let link = seen.joined.map(|joined| Presence {
        attended: true,
        persons: 1,
        seconds: None,
        at_least: false,
        from: Some(joined.first),
        to: None,
        evidence: vec![Evidence::JoinLink],
    });
    [door, platform, link].into_iter().flatten().reduce(both)
}

/// Two kinds of evidence of the same presence. Whoever both saw was there once; what was measured is kept.
fn both(one: Presence, other: Presence) -> Presence {
    let mut evidence = [one.evidence, other.evidence].concat();
    evidence.sort_unstable();
    evidence.dedup();
    let earliest = [one.from, other.from].into_iter().flatten().min();
    let latest = [one.to, other.to].into_iter().flatten().max();
    Presence {
        attended: one.attended || other.attended,
        persons: one.persons.max(other.persons),
        seconds: one.seconds.max(other.seconds),
        at_least: one.at_least || other.at_least || (one.seconds.is_some() && other.seconds.is_some()),
        from: earliest,
        to: latest,
        evidence,
    }
}

/// Somebody who came in was there; how long is known only of those who checked out. A second scan of the same
/// person brings nobody in, a scan of a group the part of it that came.
fn at_the_door(scans: &[&Scan], rule: &AttendanceRule, window: Option<&SessionWindow>) -> Option<Presence> {
    let ins = || scans.iter().filter(|scan| scan.direction == Direction::In);
    let first = ins().next()?;
    // A group may come one by one, but not twice: more than it has come only where one scan said so.
    let most = ins().map(|scan| scan.expected.max(scan.persons)).max().unwrap_or(1);
    let (persons, stays) = stays(scans, most);
    let length = stays.as_ref().map(|stays| seconds(&clipped(stays, rule, window)));
    let mut evidence = ins().map(|scan| evidence(scan.method)).collect::<Vec<_>>();
    evidence.sort_unstable();
    evidence.dedup();
    Some(Presence {
        attended: length.is_none_or(|length| long_enough(length, rule.min_seconds.into())),
        persons,
        seconds: length,
        at_least: false,
        from: Some(first.at),
        to: stays.and_then(|stays| stays.last().map(|(_, to)| *to)),
        evidence,
    })
}

const fn evidence(method: CheckInMethod) -> Evidence {
    match method {
        CheckInMethod::Signature => Evidence::Signature,
        CheckInMethod::Manual => Evidence::Manual,
        CheckInMethod::Scan | CheckInMethod::Code | CheckInMethod::Found | CheckInMethod::WalkIn => Evidence::CheckIn,
    }
}

/// The most who were in at once, for nobody knows whether who comes back is the same; and from the first of a group coming
/// in to the last of it going out. `None` while somebody is inside, or nobody checked out: then it is not known how long.
fn stays(scans: &[&Scan], most: i32) -> (i32, Option<Vec<Span>>) {
    let (mut stays, mut inside, mut at_once, mut since) = (Vec::new(), 0, 0, None);
    for scan in scans {
        match scan.direction {
            Direction::In => {
                inside = (inside + scan.persons).min(most);
                at_once = at_once.max(inside);
                since = since.or(Some(scan.at));
            }
            Direction::Out => {
                inside = (inside - scan.persons).max(0);
                if inside == 0
                    && let Some(since) = since.take()
                {
                    stays.push((since, scan.at));
                }
            }
        }
    }
    (at_once, (inside == 0 && !stays.is_empty()).then_some(stays))
}

/// The people of a registration sit at screens of their own; each of them is one.
fn on_the_platform(reported: &[&Reported], rule: &AttendanceRule, window: Option<&SessionWindow>) -> Option<Presence> {
    let mut heads = BTreeMap::<i32, Vec<&Reported>>::new();
    for one in reported {
        heads.entry(one.head).or_default().push(one);
    }
    let heads = heads.values().map(|reported| on_screen(reported, rule, window));
    heads.reduce(|one, other| Presence {
        persons: match (one.attended, other.attended) {
            (true, true) => one.persons + other.persons,
            (false, true) => other.persons,
            (_, false) => one.persons,
        },
        // Side by side: the seconds of the group are those of whoever stayed longest.
        at_least: one.at_least || other.at_least,
        ..both(one, other)
    })
}

fn on_screen(reported: &[&Reported], rule: &AttendanceRule, window: Option<&SessionWindow>) -> Presence {
    let times = reported
        .iter()
        .map(|one| one.segments.clone())
        .collect::<Option<Vec<_>>>();
    let times = times.map(|times| union(&times.concat(), i64::from(rule.bridge_gap_seconds)));
    let each_span = reported.iter().all(|one| one.each_span);
    let (length, at_least) = match &times {
        Some(times) if each_span && !times.is_empty() => (Some(seconds(&clipped(times, rule, window))), false),
        _ => together(reported, rule),
    };
    let decided = reported.iter().any(|one| one.attended);
    let enough = length.map(|length| long_enough(length, rule.min_seconds.into()));
    Presence {
        // A list that says somebody was there needs no minutes; a later rule reads the minutes anew.
        attended: enough.map_or(decided, |enough| enough || (decided && said(reported))),
        persons: 1,
        seconds: length,
        at_least,
        from: times.as_ref().and_then(|times| times.first().map(|(from, _)| *from)),
        to: times.as_ref().and_then(|times| times.last().map(|(_, to)| *to)),
        evidence: vec![Evidence::Import],
    }
}

/// Whether some list says "was there" without a measure.
fn said(reported: &[&Reported]) -> bool {
    reported.iter().any(|one| one.attended && one.present_seconds.is_none())
}

/// What counts of it by the seminar's rule: the time in the session, where the file can tell.
fn counted(one: &Reported, rule: &AttendanceRule) -> Option<i64> {
    let inside = one.in_session_seconds.filter(|_| rule.clip_to_session);
    inside.or(one.present_seconds)
}

/// How long, of reports that keep minutes only. Reports of times that do not overlap, one before the other was begun,
/// are added; of others the longest says how long it was at the least, because two devices would count double.
fn together(reported: &[&Reported], rule: &AttendanceRule) -> (Option<i64>, bool) {
    let mut imports = BTreeMap::<_, (Option<Span>, Option<i64>, usize)>::new();
    for one in reported {
        let (covers, seconds, devices) = imports.entry(one.import_id).or_default();
        *covers = one.covers;
        *seconds = (*seconds).max(counted(one, rule));
        *devices += 1;
    }
    let measured = imports
        .values()
        .filter(|(_, seconds, _)| seconds.is_some())
        .collect::<Vec<_>>();
    let several = measured.iter().any(|(_, _, devices)| *devices > 1);
    let longest = measured.iter().filter_map(|(_, seconds, _)| *seconds).max();
    if measured.len() < 2 {
        return (longest, several);
    }
    let mut spans = measured.iter().filter_map(|(covers, ..)| *covers).collect::<Vec<_>>();
    spans.sort_unstable();
    let apart = spans.len() == measured.len()
        && spans
            .windows(2)
            .all(|two| matches!(two, [(_, to), (from, _)] if to <= from));
    if apart {
        let sum = measured.iter().filter_map(|(_, seconds, _)| *seconds).sum();
        (Some(sum), several)
    } else {
        (longest, true)
    }
}

fn clipped(spans: &[Span], rule: &AttendanceRule, window: Option<&SessionWindow>) -> Vec<Span> {
    match window.filter(|_| rule.clip_to_session) {
        Some(window) => clip(spans, window.starts_at, window.ends_at),
        None => spans.to_vec(),
    }
}

#[cfg(test)]
mod tests;
