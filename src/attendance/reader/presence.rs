//! How long somebody was there.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::model::{Precision, Seen, Window};

/// When presence counts as attendance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceRule {
    pub min_seconds: i64,
    /// Count only what lies inside the session.
    pub clip_to_session: bool,
    /// A gap as short as this is none: promoted to the panel, connection lost.
    pub bridge_gap_seconds: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Presence {
    /// `None`: the report does not say.
    pub present_seconds: Option<i64>,
    /// `None`: the report has no times to cut at the bounds of the session.
    pub in_session_seconds: Option<i64>,
    pub attended: bool,
}

type Segment = (DateTime<Utc>, DateTime<Utc>);

/// The union of the intervals, never their sum: two devices are one person.
#[must_use]
pub fn presence(seen: &Seen, window: &Window, rule: &PresenceRule) -> Presence {
    let united = union(&seen.segments, rule.bridge_gap_seconds);
    let timed = (!united.is_empty()).then(|| seconds(&united));
    let clipped = (!united.is_empty()).then(|| seconds(&clip(&united, window)));
    let (present_seconds, in_session_seconds) = match (seen.precision, seen.reported_seconds) {
        // Minutes are rounded, up to one on either side of the interval.
        (Precision::FirstLastAndTotal, Some(total)) => (
            Some(timed.map_or(total, |span| total.min(span.saturating_add(60)))),
            clipped.map(|inside| total.min(inside)),
        ),
        (Precision::Intervals, _) if seen.said_attended == Some(false) => (timed, clipped),
        (Precision::Intervals | Precision::FirstLastAndTotal, _) => (timed.or(Some(0)), clipped.or(Some(0))),
        (_, reported) => (reported, None),
    };
    let counted = if rule.clip_to_session {
        in_session_seconds.or(present_seconds)
    } else {
        present_seconds
    };
    let long_enough = counted.is_some_and(|seconds| seconds > 0 && seconds >= rule.min_seconds);
    Presence {
        present_seconds,
        in_session_seconds,
        attended: seen.said_attended.unwrap_or(long_enough),
    }
}

/// Sorted, without overlap, with gaps up to `bridge` closed.
fn union(segments: &[Segment], bridge: i64) -> Vec<Segment> {
    let mut sorted: Vec<Segment> = segments.iter().copied().filter(|(from, to)| from <= to).collect();
    sorted.sort_unstable();
    let mut united: Vec<Segment> = Vec::new();
    for (from, to) in sorted {
        match united.last_mut() {
            Some((_, end)) if (from - *end).num_seconds() <= bridge.max(0) => *end = (*end).max(to),
            _ => united.push((from, to)),
        }
    }
    united
}

fn clip(segments: &[Segment], window: &Window) -> Vec<Segment> {
    let inside = segments.iter().map(|(from, to)| {
        let to = window.ends_at.map_or(*to, |end| end.min(*to));
        ((*from).max(window.starts_at), to)
    });
    inside.filter(|(from, to)| from < to).collect()
}

fn seconds(segments: &[Segment]) -> i64 {
    segments
        .iter()
        .map(|(from, to)| (*to - *from).num_seconds())
        .fold(0, i64::saturating_add)
}
