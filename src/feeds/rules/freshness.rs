//! When a feed was last changed, to the second that HTTP knows.

use chrono::{DateTime, Duration, DurationRound, Utc};

/// How long ago a change has to be before it is told as the last one. A transaction bears the time at which it began and is
/// seen when it ends, so for a while an earlier change may still appear after a later one; and none takes this long.
const SETTLED: Duration = Duration::seconds(60);

/// What `Last-Modified` says, if anything can be said yet: the first full second after the change, so that whatever comes
/// within the same second is later than it.
#[must_use]
pub fn last_modified(changed_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let second = Duration::seconds(1);
    let full = changed_at.duration_trunc(second).ok()? + second;
    (full + SETTLED <= now).then_some(full)
}

/// Whether somebody who has what was told at `since` has it still.
#[must_use]
pub fn unchanged_since(last_modified: Option<DateTime<Utc>>, since: DateTime<Utc>) -> bool {
    last_modified.is_some_and(|last| last <= since)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_second_of_a_change_is_over_before_it_is_told() {
        let late = at("2027-01-04T09:00:00Z");
        let full = Some(at("2027-01-04T08:00:01Z"));
        assert_eq!(last_modified(at("2027-01-04T08:00:00Z"), late), full);
        assert_eq!(last_modified(at("2027-01-04T08:00:00.999999Z"), late), full);
    }

    #[test]
    fn a_change_that_is_not_settled_is_not_told() {
        let changed = at("2027-01-04T08:00:00.5Z");
        assert_eq!(last_modified(changed, at("2027-01-04T08:01:00Z")), None);
        assert!(last_modified(changed, at("2027-01-04T08:01:01Z")).is_some());
    }

    #[test]
    fn nothing_is_unchanged_that_cannot_be_told() {
        let told = at("2027-01-04T08:00:01Z");
        assert!(unchanged_since(Some(told), told));
        assert!(!unchanged_since(Some(told), told - Duration::seconds(1)));
        assert!(!unchanged_since(None, told));
    }
}
