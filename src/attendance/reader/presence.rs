//! How long somebody was there.

use serde::{Deserialize, Serialize};

use super::intervals::{Interval, clip, long_enough, seconds, union};
use super::model::{Precision, Seen, Window};

/// When presence counts as attendance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceRule {
    pub min_seconds: i64,
    /// Count only what lies inside the session.
    pub clip_to_session: bool,
    /// A gap as long as this or shorter is none: promoted to the panel, connection lost.
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

/// The union of the intervals, never their sum: two devices are one person.
#[must_use]
pub fn presence(seen: &Seen, window: &Window, rule: &PresenceRule) -> Presence {
    let united = union(&seen.segments, rule.bridge_gap_seconds);
    let timed = (!united.is_empty()).then(|| seconds(&united));
    let clipped = (!united.is_empty()).then(|| seconds(&clip(&united, window.starts_at, window.ends_at)));
    let (present_seconds, in_session_seconds) = match (seen.precision, seen.reported_seconds) {
        // Two devices count twice in a total, but nobody is there longer than from first to last.
        (Precision::FirstLastAndTotal, Some(total)) => (
            Some(timed.map_or(total, |span| total.min(span))),
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
    let enough = counted.is_some_and(|seconds| long_enough(seconds, rule.min_seconds));
    Presence {
        present_seconds,
        in_session_seconds,
        attended: seen.said_attended.unwrap_or(enough),
    }
}

/// The seconds of some intervals, each counted once.
pub fn united_seconds(segments: &[Interval]) -> i64 {
    seconds(&union(segments, 0))
}
