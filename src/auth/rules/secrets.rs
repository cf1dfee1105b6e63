//! When a secret of an API client is good.

use chrono::{DateTime, Duration, Utc};

/// How long the old secret stays good beside a new one, unless something else is asked for.
pub const OVERLAP_HOURS: i64 = 24;
/// At most this long: a secret that is to be replaced is replaced.
pub const MAX_OVERLAP_HOURS: i64 = 30 * 24;

#[must_use]
pub fn is_good(expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    expires_at.is_none_or(|until| now < until)
}

/// Until when each of the good secrets stays so beside a new one, newest first: the newest for `overlap`, never longer
/// than it had; those before it end now, so that at most two are ever good.
#[must_use]
pub fn rotated(newest_first: &[Option<DateTime<Utc>>], overlap: Duration, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let until = |(nth, expires_at): (usize, &Option<DateTime<Utc>>)| {
        let end = if nth == 0 { now + overlap } else { now };
        expires_at.map_or(end, |had| had.min(end))
    };
    newest_first.iter().enumerate().map(until).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_a_new_secret_only_the_one_before_stays_and_never_longer_than_it_had() {
        let now = DateTime::UNIX_EPOCH + Duration::days(20_000);
        let (hour, day) = (Duration::hours(1), Duration::days(1));
        assert_eq!(rotated(&[None], day, now), [now + day]);
        assert_eq!(rotated(&[None, Some(now + hour)], day, now), [now + day, now]);
        assert_eq!(rotated(&[Some(now + hour)], day, now), [now + hour]);
        assert_eq!(rotated(&[None], Duration::zero(), now), [now], "lost: it ends at once");
        assert!(!is_good(Some(now), now));
        assert!(is_good(None, now));
    }
}
