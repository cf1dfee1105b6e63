//! What one attempt means: for the delivery, when it is tried again; for the webhook, whether it goes on.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::partners::model::{DisabledReason, Outcome};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
/// After the first failure, after the second, and so on; after one more it is given up.
const WAITS: [u64; 9] = [
    5,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];
/// The longest wait that a receiver may ask for.
const LONGEST: Duration = Duration::from_hours(24);
/// Whoever has taken nothing for so long is not asked any more.
const PATIENCE: TimeDelta = TimeDelta::days(5);

/// What came back from one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub outcome: Outcome,
    pub status: Option<u16>,
    /// What the receiver asked for.
    pub retry_after: Option<Duration>,
}

impl Answer {
    /// No answer at all.
    #[must_use]
    pub const fn none(outcome: Outcome) -> Self {
        Self {
            outcome,
            status: None,
            retry_after: None,
        }
    }

    #[must_use]
    pub const fn with(status: u16, retry_after: Option<Duration>) -> Self {
        let outcome = match status {
            200..=299 => Outcome::Taken,
            300..=399 => Outcome::Redirected,
            _ => Outcome::Refused,
        };
        Self {
            outcome,
            status: Some(status),
            retry_after,
        }
    }

    /// Nobody was there: what else is on its way to this receiver need not be tried in the same breath.
    #[must_use]
    pub const fn away(&self) -> bool {
        self.status.is_none()
    }
}

/// What becomes of a delivery and of its webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Delivered,
    /// It failed: tried again after this long, or, with `None`, given up; and the webhook may have to stop.
    Failed {
        again: Option<Duration>,
        disable: Option<DisabledReason>,
    },
}

/// What the answer to the attempt of this number means, counted from 1, where the webhook has been failing since then.
#[must_use]
pub fn verdict(
    answer: &Answer,
    attempt: i32,
    id: Uuid,
    failing_since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Verdict {
    if answer.outcome == Outcome::Taken {
        return Verdict::Delivered;
    }
    let failing = failing_since.is_some_and(|since| now - since >= PATIENCE);
    let disable = match answer.status {
        Some(410) => Some(DisabledReason::Gone),
        _ => failing.then_some(DisabledReason::Failing),
    };
    let asked = answer.retry_after.map_or(Duration::ZERO, |asked| asked.min(LONGEST));
    let again = match disable {
        // It is still to be delivered should the webhook be enabled again.
        Some(_) => Some(Duration::ZERO),
        None => wait_after(attempt, id).map(|wait| wait.max(asked)),
    };
    Verdict::Failed { again, disable }
}

/// Up to a tenth longer, by the delivery's id, so that what failed together does not come back together.
fn wait_after(attempt: i32, id: Uuid) -> Option<Duration> {
    let step = usize::try_from(attempt.max(1) - 1).ok()?;
    let wait = Duration::from_secs(*WAITS.get(step)?);
    // The last bytes of a UUIDv7 are random.
    let chance = u32::from(id.as_bytes().last().copied().unwrap_or_default());
    Some(wait + wait * chance / 2550)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn judged(answer: &Answer, attempt: i32) -> Verdict {
        verdict(answer, attempt, Uuid::nil(), None, at("2027-01-04T08:00:00Z"))
    }

    fn again(answer: &Answer, attempt: i32) -> Option<Duration> {
        match judged(answer, attempt) {
            Verdict::Failed { again, disable: None } => again,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn it_is_tried_ten_times_in_three_days() {
        let waits = (1..=10).map(|attempt| again(&Answer::with(500, None), attempt));
        let seconds = waits.map(|wait| wait.map(|wait| wait.as_secs())).collect::<Vec<_>>();
        let hours = |hours: u64| Some(hours * 3600);
        assert_eq!(
            seconds,
            [
                Some(5),
                Some(300),
                Some(1800),
                hours(2),
                hours(5),
                hours(10),
                hours(14),
                hours(20),
                hours(24),
                None
            ]
        );
    }

    #[test]
    fn those_that_failed_together_come_back_apart_and_not_much_later() {
        let wait = |id| wait_after(4, Uuid::from_u128(id)).unwrap();
        assert_eq!(wait(0), Duration::from_hours(2));
        assert_eq!(wait(255), Duration::from_mins(132));
    }

    #[test]
    fn only_what_is_taken_is_delivered() {
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(judged(&Answer::with(status, None), 1), Verdict::Delivered, "{status}");
        }
        for status in [100, 301, 302, 307, 308, 400, 401, 404, 429, 500, 503, 999] {
            assert!(again(&Answer::with(status, None), 1).is_some(), "{status}");
        }
        assert_eq!(Answer::with(302, None).outcome, Outcome::Redirected);
        for outcome in [Outcome::TimedOut, Outcome::Unreachable, Outcome::Forbidden] {
            assert!(again(&Answer::none(outcome), 1).is_some());
        }
    }

    #[test]
    fn a_receiver_may_ask_for_more_time_within_a_day_and_never_for_less() {
        let asked = |seconds| Answer::with(503, Some(Duration::from_secs(seconds)));
        assert_eq!(again(&asked(3600), 1), Some(Duration::from_hours(1)));
        assert_eq!(again(&asked(1), 2), Some(Duration::from_mins(5)));
        assert_eq!(again(&asked(10_000_000), 1), Some(Duration::from_hours(24)));
        assert_eq!(again(&asked(3600), 10), None, "nor for another attempt");
    }

    #[test]
    fn who_is_gone_is_not_asked_again_and_who_fails_for_five_days_neither() {
        let stopped = |disable| Verdict::Failed {
            again: Some(Duration::ZERO),
            disable: Some(disable),
        };
        assert_eq!(judged(&Answer::with(410, None), 1), stopped(DisabledReason::Gone));
        let since = Some(at("2027-01-04T08:00:00Z"));
        let late = |now| verdict(&Answer::with(500, None), 3, Uuid::nil(), since, at(now));
        assert_eq!(late("2027-01-09T08:00:00Z"), stopped(DisabledReason::Failing));
        assert!(matches!(
            late("2027-01-09T07:59:59Z"),
            Verdict::Failed { disable: None, .. }
        ));
    }
}
