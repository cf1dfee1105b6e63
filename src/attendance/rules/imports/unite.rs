//! One person on two devices.

use chrono::{DateTime, Utc};

use crate::attendance::reader::{PlatformRole, Precision, Presence, PresenceRule, Seen, Window, presence};
use crate::seminars::{AttendanceRule, Session};

/// What a report says of one device.
#[derive(Clone, Debug)]
pub struct Part {
    pub precision: Precision,
    /// Empty: not known, or no longer.
    pub segments: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    pub reported_seconds: Option<i64>,
    /// What it comes to by itself.
    pub alone: Presence,
}

/// The parts as one person: by their times where all are known, so that nothing counts twice. Else as long as the longest:
/// a lower bound. One part alone is what the report says it is.
#[must_use]
pub fn unite(parts: &[Part], window: &Window, rule: &PresenceRule) -> Presence {
    if let [only] = parts {
        return only.alone;
    }
    if let Some(seen) = in_one(parts) {
        return presence(&seen, window, rule);
    }
    Presence {
        present_seconds: parts.iter().filter_map(|part| part.alone.present_seconds).max(),
        in_session_seconds: parts.iter().filter_map(|part| part.alone.in_session_seconds).max(),
        attended: parts.iter().any(|part| part.alone.attended),
    }
}

/// All devices as one row of the report; `None` where that would lose or invent times.
fn in_one(parts: &[Part]) -> Option<Seen> {
    let precision = parts.first()?.precision;
    let timed = matches!(precision, Precision::Intervals | Precision::FirstLastAndTotal);
    let alike = |part: &Part| part.precision == precision && !part.segments.is_empty();
    (timed && parts.iter().all(alike)).then(|| Seen {
        key: String::new(),
        display_names: Vec::new(),
        email: None,
        role: PlatformRole::Attendee,
        roles_seen: [].into(),
        precision,
        segments: parts.iter().flat_map(|part| part.segments.iter().copied()).collect(),
        // Where only first and last times are known, no more than the totals.
        reported_seconds: parts.iter().map(|part| part.reported_seconds).sum(),
        said_attended: None,
        phone_dial_in: false,
        organisation: None,
        note: None,
        line: 0,
    })
}

/// When a session is, for a report of it: of a session that has a day and no hour, the whole day.
#[must_use]
pub fn window(session: &Session) -> Window {
    Window {
        starts_at: session.starts_at,
        ends_at: session.announced_end(),
    }
}

impl From<&AttendanceRule> for PresenceRule {
    fn from(rule: &AttendanceRule) -> Self {
        Self {
            min_seconds: rule.min_seconds.into(),
            clip_to_session: rule.clip_to_session,
            bridge_gap_seconds: rule.bridge_gap_seconds.into(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(minute * 60, 0).unwrap()
    }

    fn part(segments: &[(i64, i64)], seconds: i64) -> Part {
        Part {
            precision: Precision::Intervals,
            segments: segments.iter().map(|(from, to)| (at(*from), at(*to))).collect(),
            reported_seconds: None,
            alone: Presence {
                present_seconds: Some(seconds),
                in_session_seconds: Some(seconds),
                attended: seconds >= 600,
            },
        }
    }

    const RULE: PresenceRule = PresenceRule {
        min_seconds: 600,
        clip_to_session: true,
        bridge_gap_seconds: 0,
    };

    fn session() -> Window {
        Window {
            starts_at: at(0),
            ends_at: Some(at(90)),
        }
    }

    #[test]
    fn times_are_united_and_without_times_the_longest_counts() {
        // Six minutes on each of two devices, two of them at once: ten, and that is enough.
        let both = unite(&[part(&[(0, 6)], 360), part(&[(4, 10)], 360)], &session(), &RULE);
        assert_eq!((both.in_session_seconds, both.attended), (Some(600), true));
        let unknown = unite(&[part(&[(0, 6)], 360), part(&[], 420)], &session(), &RULE);
        assert_eq!((unknown.in_session_seconds, unknown.attended), (Some(420), false));
    }

    #[test]
    fn first_and_last_times_are_no_presence() {
        let rejoined = |total: i64| Part {
            precision: Precision::FirstLastAndTotal,
            reported_seconds: Some(total),
            ..part(&[(0, 90)], total)
        };
        let alone = unite(&[rejoined(360)], &session(), &RULE);
        assert_eq!((alone.present_seconds, alone.attended), (Some(360), false));
        let two = unite(&[rejoined(240), rejoined(180)], &session(), &RULE);
        assert_eq!((two.present_seconds, two.attended), (Some(420), false));
    }
}
