//! Several addresses or devices that are one person count together.

use std::collections::HashMap;

use super::segments;
use crate::attendance::model::{ImportParticipant, MatchStatus};
use crate::attendance::reader::{Precision, Presence, PresenceRule, Window};
use crate::attendance::rules::{self, Part};
use crate::base::problem::{Error, Result};

/// Whoever is taken for the same head of the same registration is one person; everybody else is by themselves.
pub fn together(rows: &mut [ImportParticipant], window: &Window, rule: &PresenceRule) -> Result<()> {
    let mut people = HashMap::<_, Vec<usize>>::new();
    for (at, row) in rows.iter().enumerate() {
        let person = match (row.match_status, row.registration_id) {
            (MatchStatus::Matched, Some(registration)) => Ok((registration, row.head)),
            _ => Err(row.position),
        };
        people.entry(person).or_default().push(at);
    }
    for places in people.into_values() {
        let devices = places.iter().filter_map(|at| rows.get(*at));
        let parts = devices.map(part).collect::<Result<Vec<_>>>()?;
        let there = rules::unite(&parts, window, rule);
        for at in places {
            if let Some(row) = rows.get_mut(at) {
                row.person_present_seconds = there.present_seconds.map(whole);
                row.person_in_session_seconds = there.in_session_seconds.map(whole);
                row.person_attended = there.attended;
            }
        }
    }
    Ok(())
}

fn part(row: &ImportParticipant) -> Result<Part> {
    Ok(Part {
        precision: row.precision.parse::<Precision>().map_err(Error::internal)?,
        segments: segments(row)?,
        reported_seconds: row.reported_seconds.map(i64::from),
        alone: Presence {
            present_seconds: row.present_seconds.map(i64::from),
            in_session_seconds: row.in_session_seconds.map(i64::from),
            attended: row.attended,
        },
    })
}

/// Seconds of one session; a file that says more says nothing.
pub fn whole(seconds: i64) -> i32 {
    i32::try_from(seconds.max(0)).unwrap_or(i32::MAX)
}
