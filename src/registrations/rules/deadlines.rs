//! How long a seat is held.

use chrono::{DateTime, Duration, Utc};

use super::Refusal;

/// Nobody is hurried more than this, so that a mail can be read and a screen reader can read it
/// (WCAG 2.2, success criterion 2.2.1, asks for 20 minutes at least).
const LEAST: Duration = Duration::minutes(30);

/// How long a freed seat is held for one who waits, and how long seats are saved up for a group: `full` while the
/// start is far, half of what is left when it is near, at least half an hour, and never beyond the start. `None`:
/// it has begun, nothing is offered any more.
#[must_use]
pub fn hold_time(now: DateTime<Utc>, begins: Option<DateTime<Utc>>, full: Duration) -> Option<Duration> {
    let Some(begins) = begins else { return Some(full) };
    let left = begins - now;
    (left > Duration::zero()).then(|| full.min((left / 2).max(LEAST)).min(left))
}

/// Until when an address must be confirmed: `full`, not beyond the start, but never less than half an hour.
#[must_use]
pub fn confirm_by(now: DateTime<Utc>, begins: Option<DateTime<Utc>>, full: Duration) -> DateTime<Utc> {
    let by = now + full;
    begins.map_or(by, |begins| by.min(begins)).max(now + LEAST)
}

/// Refuses what comes after its deadline, also before anybody has noticed that it passed.
pub fn in_time(deadline: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), Refusal> {
    match deadline {
        Some(deadline) if deadline <= now => Err(Refusal::TooLate { deadline }),
        _ => Ok(()),
    }
}

/// How long the links of mails work after the last session: long enough to look something up, not for ever.
const LINKS_LAST: Duration = Duration::days(30);

/// Whether the links in somebody's mails still work. `ends`: when the last session began, as far as is known.
#[must_use]
pub fn links_work(ends: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    ends.is_none_or(|ends| now < ends + LINKS_LAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_when_there_is_time_and_less_near_the_start() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let minutes = |left: i64| {
            let held = hold_time(now, Some(now + Duration::minutes(left)), Duration::hours(24));
            held.map(|held| held.num_minutes())
        };
        for (left, held) in [
            (10_000, Some(1440)),
            (2880, Some(1440)),
            (600, Some(300)),
            (61, Some(30)),
            (50, Some(30)),
            (20, Some(20)),
            (0, None),
            (-5, None),
        ] {
            assert_eq!(minutes(left), held, "{left} minutes before the start");
        }
        assert_eq!(hold_time(now, None, Duration::hours(3)), Some(Duration::hours(3)));
    }

    #[test]
    fn an_address_is_confirmed_before_the_start_but_nobody_is_hurried() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let by =
            |left: i64| (confirm_by(now, Some(now + Duration::minutes(left)), Duration::hours(24)) - now).num_minutes();
        assert_eq!((by(5000), by(100), by(10), by(-500)), (1440, 100, 30, 30));
        assert_eq!(confirm_by(now, None, Duration::hours(2)), now + Duration::hours(2));
    }

    #[test]
    fn links_end_a_month_after_the_last_session() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        assert!(links_work(None, now));
        assert!(links_work(Some(now - Duration::days(29)), now));
        assert!(!links_work(Some(now - Duration::days(30)), now));
    }

    #[test]
    fn a_deadline_ends_at_its_moment() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        assert_eq!(in_time(None, now), Ok(()));
        assert_eq!(in_time(Some(now + Duration::seconds(1)), now), Ok(()));
        assert_eq!(in_time(Some(now), now), Err(Refusal::TooLate { deadline: now }));
    }
}
