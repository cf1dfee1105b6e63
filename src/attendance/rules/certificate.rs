//! Who has earned a certificate: by the seminar's rule, and not before it is over.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::attendance::model::AttendanceRecord;
use crate::seminars::{Session, SessionId, Status};

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotEarned {
    /// It did not take place, or nobody can say when.
    NotHeld,
    NotOver {
        ends_at: DateTime<Utc>,
    },
    TooFew {
        attended: usize,
        needed: usize,
    },
}

impl NotEarned {
    #[must_use]
    pub fn in_words(self) -> String {
        match self {
            Self::NotHeld => {
                "The seminar did not take place, or has no session that could have been attended.".to_owned()
            }
            Self::NotOver { ends_at } => {
                let there = ends_at.with_timezone(&chrono_tz::Europe::Berlin);
                format!("The last session ends at {}.", there.format("%Y-%m-%dT%H:%M:%S%:z"))
            }
            Self::TooFew { attended, needed } => {
                let sessions = if needed == 1 { "session" } else { "sessions" };
                format!("{attended} of the {needed} {sessions} needed were attended by the seminar's rule.")
            }
        }
    }
}

/// When the last session is over for certain: of one without an end, when it begins.
fn ends_at(sessions: &[Session]) -> Option<DateTime<Utc>> {
    let end = |session: &Session| session.announced_end().unwrap_or(session.starts_at);
    sessions.iter().map(end).max()
}

/// How many sessions are needed; refuses where nobody can have earned anything yet.
pub fn needed(
    status: Status,
    sessions: &[Session],
    min_sessions: Option<i32>,
    now: DateTime<Utc>,
) -> Result<usize, NotEarned> {
    let takes_place = matches!(status, Status::Scheduled | Status::Held);
    let ends_at = ends_at(sessions).filter(|_| takes_place).ok_or(NotEarned::NotHeld)?;
    if now < ends_at {
        return Err(NotEarned::NotOver { ends_at });
    }
    let wanted = min_sessions.and_then(|wanted| usize::try_from(wanted).ok());
    // A seminar that lost sessions after the rule was made asks for no more than it has.
    Ok(wanted.unwrap_or(sessions.len()).min(sessions.len()))
}

/// The sessions attended, if they are enough.
pub fn earned(records: &[AttendanceRecord], needed: usize) -> Result<BTreeSet<SessionId>, NotEarned> {
    let attended = attended_by(records, 1);
    if attended.len() < needed.max(1) {
        return Err(NotEarned::TooFew {
            attended: attended.len(),
            needed,
        });
    }
    Ok(attended)
}

/// Whether those who came along have earned one too. Nobody checks companions by name: it is certain only where as many
/// were seen as were registered, in as many sessions as are needed.
#[must_use]
pub fn companions_earned(records: &[AttendanceRecord], persons: i32, needed: usize) -> bool {
    attended_by(records, i64::from(persons)).len() >= needed.max(1)
}

fn attended_by(records: &[AttendanceRecord], persons: i64) -> BTreeSet<SessionId> {
    let enough = records.iter().filter(|record| record.persons() >= persons);
    enough.map(|record| record.session_id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attendance::model::{Person, Presence};
    use crate::auth::OrganisationId;
    use crate::seminars::DatePrecision;
    use crate::seminars::SeminarId;

    fn session(begin: &str, end: Option<&str>, date_precision: DatePrecision) -> Session {
        let starts_at = begin.parse::<DateTime<Utc>>().unwrap();
        Session {
            organisation_id: OrganisationId::fresh(),
            seminar_id: SeminarId::fresh(),
            id: SessionId::fresh(),
            title: None,
            starts_at,
            ends_at: end.map(|end| end.parse().unwrap()),
            date_precision,
            time_zone: "Europe/Berlin".to_owned(),
            starts_on: starts_at.with_timezone(&chrono_tz::Europe::Berlin).date_naive(),
            venue_id: None,
            online_platform: None,
            join_url: None,
        }
    }

    fn record(session_id: SessionId, attended: bool, persons: i32) -> AttendanceRecord {
        AttendanceRecord {
            person: Person::Named("1".to_owned()),
            session_id,
            name: None,
            onsite: Some(Presence {
                attended,
                persons,
                seconds: None,
                at_least: false,
                from: None,
                to: None,
                evidence: Vec::new(),
            }),
            online: None,
        }
    }

    fn two() -> [Session; 2] {
        let minute = DatePrecision::Minute;
        [
            session("2027-05-06T16:00:00Z", Some("2027-05-06T18:00:00Z"), minute),
            session("2027-05-07T16:00:00Z", Some("2027-05-07T18:00:00Z"), minute),
        ]
    }

    #[test]
    fn not_before_the_last_session_is_over() {
        let asked = |now: &str| needed(Status::Scheduled, &two(), None, now.parse().unwrap());
        let ends_at = "2027-05-07T18:00:00Z".parse().unwrap();
        assert_eq!(asked("2027-05-07T17:59:59Z"), Err(NotEarned::NotOver { ends_at }));
        assert_eq!(asked("2027-05-07T18:00:00Z"), Ok(2));
        let day = [session("2027-05-06T22:00:00Z", None, DatePrecision::Day)];
        let asked = |now: &str| needed(Status::Held, &day, None, now.parse().unwrap());
        assert!(asked("2027-05-07T21:59:59Z").is_err());
        assert_eq!(asked("2027-05-07T22:00:00Z"), Ok(1));
    }

    #[test]
    fn only_of_what_took_place() {
        let now = "2028-01-01T00:00:00Z".parse().unwrap();
        for status in [Status::Draft, Status::Postponed, Status::Cancelled] {
            assert_eq!(needed(status, &two(), None, now), Err(NotEarned::NotHeld));
        }
        assert_eq!(needed(Status::Held, &[], None, now), Err(NotEarned::NotHeld));
    }

    #[test]
    fn as_many_sessions_as_the_seminar_asks_for() {
        let now = "2028-01-01T00:00:00Z".parse().unwrap();
        for (min, expected) in [(None, 2), (Some(1), 1), (Some(2), 2), (Some(5), 2)] {
            assert_eq!(needed(Status::Held, &two(), min, now), Ok(expected));
        }
        let [first, second] = two().map(|session| session.id);
        let both = [record(first, true, 1), record(second, true, 1)];
        let briefly = [record(first, true, 1), record(second, false, 1)];
        assert_eq!(earned(&both, 2), Ok([first, second].into()));
        let too_few = NotEarned::TooFew { attended: 1, needed: 2 };
        assert_eq!(earned(&briefly, 2), Err(too_few));
        assert_eq!(earned(&briefly, 1), Ok([first].into()));
        assert!(earned(&[], 0).is_err());
    }

    #[test]
    fn companions_where_everybody_was_seen() {
        let [first, second] = two().map(|session| session.id);
        let all = [record(first, true, 3), record(second, true, 3)];
        assert!(companions_earned(&all, 3, 2));
        assert!(!companions_earned(&all, 4, 2));
        let fewer = [record(first, true, 3), record(second, true, 2)];
        assert!(!companions_earned(&fewer, 3, 2));
        assert!(companions_earned(&fewer, 3, 1));
    }
}
