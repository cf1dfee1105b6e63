//! Times of being there, each counted once.

use chrono::{DateTime, Utc};

/// From when to when.
pub type Interval = (DateTime<Utc>, DateTime<Utc>);

/// Sorted, without overlap, with gaps of `bridge` seconds and less closed: two devices at once are there once.
#[must_use]
pub fn union(intervals: &[Interval], bridge: i64) -> Vec<Interval> {
    let mut sorted: Vec<Interval> = intervals.iter().copied().filter(|(from, to)| from <= to).collect();
    sorted.sort_unstable();
    let mut united: Vec<Interval> = Vec::new();
    for (from, to) in sorted {
        match united.last_mut() {
            Some((_, end)) if (from - *end).num_seconds() <= bridge.max(0) => *end = (*end).max(to),
            _ => united.push((from, to)),
        }
    }
    united
}

/// What of them lies between a start and an end, where there is one.
#[must_use]
pub fn clip(intervals: &[Interval], starts_at: DateTime<Utc>, ends_at: Option<DateTime<Utc>>) -> Vec<Interval> {
    let inside = intervals.iter().map(|(from, to)| {
        let to = ends_at.map_or(*to, |end| end.min(*to));
        ((*from).max(starts_at), to)
    });
    inside.filter(|(from, to)| from < to).collect()
}

/// How long all of them are.
#[must_use]
pub fn seconds(intervals: &[Interval]) -> i64 {
    let each = intervals.iter().map(|(from, to)| (*to - *from).num_seconds());
    each.fold(0, i64::saturating_add)
}

/// Whoever was not there a second was not there, also where no time at all is asked for.
#[must_use]
pub const fn long_enough(seconds: i64, min_seconds: i64) -> bool {
    seconds > 0 && seconds >= min_seconds
}
