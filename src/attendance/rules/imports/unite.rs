//! One person on two devices.

use chrono::{DateTime, Duration, Utc};

use crate::attendance::reader::{PlatformRole, Precision, Presence, PresenceRule, Seen, Window, presence};
use crate::seminars::{AttendanceRule, DatePrecision, Session};

/// What a report says of one device.
#[derive(Clone, Debug)]
pub struct Part {
    /// Empty: not known, or no longer.
    pub segments: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    pub present_seconds: Option<i64>,
    pub in_session_seconds: Option<i64>,
    pub attended: bool,
}

/// The parts as one person: by their times where all are known, so that nothing counts twice. Else as long as the longest:
/// a lower bound.
#[must_use]
pub fn unite(parts: &[Part], window: &Window, rule: &PresenceRule) -> Presence {
    if parts.iter().all(|part| !part.segments.is_empty()) {
        let seen = Seen {
            key: String::new(),
            display_names: Vec::new(),
            email: None,
            role: PlatformRole::Attendee,
            roles_seen: [].into(),
            precision: Precision::Intervals,
            segments: parts.iter().flat_map(|part| part.segments.iter().copied()).collect(),
            reported_seconds: None,
            said_attended: None,
            phone_dial_in: false,
            organisation: None,
            note: None,
            line: 0,
        };
        return presence(&seen, window, rule);
    }
    Presence {
        present_seconds: parts.iter().filter_map(|part| part.present_seconds).max(),
        in_session_seconds: parts.iter().filter_map(|part| part.in_session_seconds).max(),
        attended: parts.iter().any(|part| part.attended),
    }
}

/// When a session is, for a report of it: of a session that has a day and no hour, the whole day.
#[must_use]
pub fn window(session: &Session) -> Window {
    let whole_day = (session.date_precision == DatePrecision::Day).then(|| session.starts_at + Duration::days(1));
    Window {
        starts_at: session.starts_at,
        ends_at: session.ends_at.or(whole_day),
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
            segments: segments.iter().map(|(from, to)| (at(*from), at(*to))).collect(),
            present_seconds: Some(seconds),
            in_session_seconds: Some(seconds),
            attended: seconds >= 600,
        }
    }

    #[test]
    fn times_are_united_and_without_times_the_longest_counts() {
        let window = Window {
            starts_at: at(0),
            ends_at: Some(at(90)),
        };
        let rule = PresenceRule {
            min_seconds: 600,
            clip_to_session: true,
            bridge_gap_seconds: 0,
        };
        // Six minutes on each of two devices, two of them at once: ten, and that is enough.
        let both = unite(&[part(&[(0, 6)], 360), part(&[(4, 10)], 360)], &window, &rule);
        assert_eq!((both.in_session_seconds, both.attended), (Some(600), true));
        let unknown = unite(&[part(&[(0, 6)], 360), part(&[], 420)], &window, &rule);
        assert_eq!((unknown.in_session_seconds, unknown.attended), (Some(420), false));
    }
}
