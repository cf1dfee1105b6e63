//! From entries to intervals: each row on the time line, comings paired with goings, other days left out.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::calendar::{Calendar, is_far};
use super::entry::{Entry, Event};
use super::model::{Reading, Warning};
use super::people::key;
use super::scan::Scan;
use super::unreadable::Unreadable;

/// An entry on the time line.
pub struct Placed {
    pub entry: Entry,
    pub segment: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// The first and last of some times.
pub type Span = (DateTime<Utc>, DateTime<Utc>);

pub fn settle(scan: &mut Scan, calendar: &Calendar, how: &Reading) -> Result<(Vec<Placed>, Option<Span>), Unreadable> {
    let entries = std::mem::take(&mut scan.entries);
    let latest = latest(&entries, calendar);
    let (listed, single): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|entry| entry.event.is_some());
    let mut placed: Vec<Placed> = single
        .into_iter()
        .map(|entry| {
            let segment = segment(&entry, calendar, latest, &mut scan.warnings);
            Placed { entry, segment }
        })
        .collect();
    pair(listed, calendar, latest, &mut scan.warnings, &mut placed);

    let span = |placed: &[Placed]| {
        let segments = placed.iter().filter_map(|one| one.segment);
        segments.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)))
    };
    let all = span(&placed);
    let is_here = |one: &Placed| one.segment.is_none_or(|segment| !is_far(segment, &how.session));
    if let Some((first, last)) = all
        && !placed.iter().any(|one| one.segment.is_some() && is_here(one))
    {
        return Err(Unreadable::OtherDay { first, last });
    }
    let before = placed.len();
    placed.retain(is_here);
    let gone = before - placed.len();
    if gone > 0 {
        scan.ignored.other_day = gone;
        scan.warnings.push(Warning::OtherDays { rows: gone });
    }
    let covers = span(&placed);
    Ok((placed, covers))
}

/// The last time of the file: so long somebody who never left may have been there.
fn latest(entries: &[Entry], calendar: &Calendar) -> Option<DateTime<Utc>> {
    let mut silent = Vec::new();
    let stamps = entries.iter().flat_map(|entry| {
        let event = entry.event.as_ref().map(|(_, stamp)| stamp);
        [entry.join.as_ref(), entry.leave.as_ref(), event]
            .into_iter()
            .flatten()
            .map(|stamp| (entry.line, stamp))
    });
    let mut latest = None;
    for (line, stamp) in stamps {
        latest = latest.max(calendar.resolve(stamp, None, line, &mut silent));
        silent.clear();
    }
    latest
}

fn segment(
    entry: &Entry,
    calendar: &Calendar,
    latest: Option<DateTime<Utc>>,
    warnings: &mut Vec<Warning>,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let line = entry.line;
    let Some(join) = &entry.join else {
        if entry.leave.is_some() {
            warnings.push(Warning::LeftWithoutJoining { line });
        }
        return None;
    };
    let from = calendar.resolve(join, None, line, warnings)?;
    let to = match &entry.leave {
        Some(leave) => calendar.resolve(leave, Some(from), line, warnings)?,
        None => {
            warnings.push(Warning::NeverLeft { line });
            latest?.max(from)
        }
    };
    if to < from {
        warnings.push(Warning::LeftBeforeJoined { line });
        return None;
    }
    Some((from, to))
}

/// Pairs the comings and goings of each device; without a device those of each person.
fn pair(
    entries: Vec<Entry>,
    calendar: &Calendar,
    latest: Option<DateTime<Utc>>,
    warnings: &mut Vec<Warning>,
    placed: &mut Vec<Placed>,
) {
    let mut timed: Vec<(DateTime<Utc>, Event, Entry)> = Vec::with_capacity(entries.len());
    for entry in entries {
        if let Some((event, stamp)) = &entry.event
            && let Some(at) = calendar.resolve(stamp, None, entry.line, warnings)
        {
            timed.push((at, *event, entry));
        }
    }
    // Stable: what happens at one time stays in the order of the file.
    timed.sort_by_key(|(at, ..)| *at);
    let mut open: HashMap<String, (DateTime<Utc>, Entry)> = HashMap::new();
    for (at, event, entry) in timed {
        let person = key(&entry);
        let device = entry
            .device
            .as_ref()
            .map_or_else(|| person.clone(), |device| format!("{device}\n{person}"));
        match event {
            // Twice without leaving: the first coming stands.
            Event::Joined => {
                open.entry(device).or_insert((at, entry));
            }
            Event::Left => match open.remove(&device) {
                Some((from, entry)) => placed.push(Placed {
                    entry,
                    segment: Some((from, at)),
                }),
                None => {
                    warnings.push(Warning::LeftWithoutJoining { line: entry.line });
                    placed.push(Placed { entry, segment: None });
                }
            },
        }
    }
    let mut never: Vec<_> = open.into_values().collect();
    never.sort_by_key(|(_, entry)| entry.line);
    for (from, entry) in never {
        warnings.push(Warning::NeverLeft { line: entry.line });
        let segment = latest.map(|to| (from, to.max(from)));
        placed.push(Placed { entry, segment });
    }
}
