//! What is counted while the service works, for the whole process. What can be looked at when somebody asks is not here but in
//! `app::gauges`.
//!
//! A label is a word of ours, a method or the pattern of a route, never anything a caller sent: series stay few, and nobody
//! is in them. `docs/operations.md` explains every name, which a test holds.

use std::sync::LazyLock;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use diesel::result::DatabaseErrorKind;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

type Words<const N: usize> = [(&'static str, &'static str); N];
type Texts<const N: usize> = [(&'static str, String); N];

/// A number with a fraction.
pub type Seconds = Gauge<f64, AtomicU64>;

struct Metrics {
    requests: Family<Texts<3>, Counter>,
    durations: Family<Texts<2>, Histogram>,
    in_progress: Gauge,
    panics: Family<Words<1>, Counter>,
    pool_wait: Histogram,
    pool_waiting: Gauge,
    failures: Family<Words<1>, Counter>,
    retries: Counter,
    batches: Family<Words<1>, Histogram>,
    turned_away: Family<Words<1>, Counter>,
    rounds: Family<Words<2>, Counter>,
    last_round: Family<Words<1>, Seconds>,
    standby_current: Gauge,
    standby_lag: Seconds,
    standby_readings: Family<Words<1>, Counter>,
}

static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const FAILURES: [&str; 6] = [
    "serialization",
    "deadlock",
    "lock_timeout",
    "statement_timeout",
    "connection",
    "no_connection",
];
const DESKS: [&str; 2] = ["desk", "door"];
const QUEUES: [&str; 3] = ["desk", "door", "hashing"];

/// Where a panic was caught.
#[derive(Clone, Copy, Debug)]
pub enum Caught {
    Handler,
    OffThread,
    Desk,
    Background,
}

impl Caught {
    const ALL: [Self; 4] = [Self::Handler, Self::OffThread, Self::Desk, Self::Background];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Handler => "handler",
            Self::OffThread => "off_thread",
            Self::Desk => "desk",
            Self::Background => "background",
        }
    }
}

/// What became of a reading for which a standby may stand.
#[derive(Clone, Copy, Debug)]
pub enum Reading {
    /// It answered what may lag.
    Read,
    /// It was away, too old, or had no answer, and the database was asked.
    FallenBack,
    /// The database was away, and it answered in its stead.
    StoodIn,
}

impl Reading {
    const ALL: [Self; 3] = [Self::Read, Self::FallenBack, Self::StoodIn];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::FallenBack => "fallen_back",
            Self::StoodIn => "stood_in",
        }
    }
}

/// What goes on beside the requests.
#[derive(Clone, Copy, Debug)]
pub enum Job {
    Timekeeper,
    Mails,
    WebhookReader,
    Courier,
    Caretaker,
    Sealer,
    Sweeper,
}

impl Job {
    const ALL: [Self; 7] = [
        Self::Timekeeper,
        Self::Mails,
        Self::WebhookReader,
        Self::Courier,
        Self::Caretaker,
        Self::Sealer,
        Self::Sweeper,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Timekeeper => "timekeeper",
            Self::Mails => "mails",
            Self::WebhookReader => "webhook_reader",
            Self::Courier => "courier",
            Self::Caretaker => "caretaker",
            Self::Sealer => "sealer",
            Self::Sweeper => "sweeper",
        }
    }
}

impl Metrics {
    fn new() -> Self {
        let metrics = Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(|| {
                Histogram::new([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0])
            }),
            in_progress: Gauge::default(),
            panics: Family::default(),
            pool_wait: Histogram::new([0.0001, 0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 2.0]),
            pool_waiting: Gauge::default(),
            failures: Family::default(),
            retries: Counter::default(),
            batches: Family::new_with_constructor(|| {
                Histogram::new([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0])
            }),
            turned_away: Family::default(),
            rounds: Family::default(),
            last_round: Family::default(),
            standby_current: Gauge::default(),
            standby_lag: Seconds::default(),
            standby_readings: Family::default(),
        };
        // Nought is said, too: who watches a series that begins with the first failure misses the first failure.
        for place in Caught::ALL {
            drop(metrics.panics.get_or_create(&[("at", place.as_str())]));
        }
        for reason in FAILURES {
            drop(metrics.failures.get_or_create(&[("reason", reason)]));
        }
        for at in DESKS {
            drop(metrics.batches.get_or_create(&[("at", at)]));
        }
        for at in QUEUES {
            drop(metrics.turned_away.get_or_create(&[("at", at)]));
        }
        for outcome in Reading::ALL {
            drop(metrics.standby_readings.get_or_create(&[("outcome", outcome.as_str())]));
        }
        for job in Job::ALL {
            for outcome in ["done", "failed"] {
                drop(
                    metrics
                        .rounds
                        .get_or_create(&[("job", job.as_str()), ("outcome", outcome)]),
                );
            }
            drop(metrics.last_round.get_or_create(&[("job", job.as_str())]));
        }
        metrics
    }
}

/// Puts everything that is counted into `registry`.
pub fn register(registry: &mut Registry) {
    let all = &*METRICS;
    registry.register(
        "einlass_http_requests",
        "Requests answered, by the pattern of their route, method and class of status",
        all.requests.clone(),
    );
    registry.register(
        "einlass_http_request_duration_seconds",
        "From the head of a request to the head of its answer",
        all.durations.clone(),
    );
    registry.register(
        "einlass_http_requests_in_progress",
        "Requests that are being answered",
        all.in_progress.clone(),
    );
    registry.register(
        "einlass_panics",
        "Panics caught, by where: each is a fault of the program",
        all.panics.clone(),
    );
    registry.register(
        "einlass_database_pool_wait_seconds",
        "How long it took to get a connection",
        all.pool_wait.clone(),
    );
    registry.register(
        "einlass_database_pool_waiting",
        "Who waits for a connection",
        all.pool_waiting.clone(),
    );
    registry.register(
        "einlass_database_failures",
        "What the database refused and another attempt may get, by reason",
        all.failures.clone(),
    );
    registry.register(
        "einlass_database_retries",
        "Transactions tried again",
        all.retries.clone(),
    );
    registry.register(
        "einlass_batch_jobs",
        "How many were served by one transaction, at the desk and at the door",
        all.batches.clone(),
    );
    registry.register(
        "einlass_queue_refused",
        "Who was sent away because a queue was full",
        all.turned_away.clone(),
    );
    registry.register(
        "einlass_background_rounds",
        "Rounds of what goes on beside the requests, by job and outcome",
        all.rounds.clone(),
    );
    registry.register(
        "einlass_background_last_round_timestamp_seconds",
        "When the last round of a job was done, in seconds since 1970; 0 before the first",
        all.last_round.clone(),
    );
    registry.register(
        "einlass_standby_current",
        "Whether the standby was there and young enough when it was last looked at: 1 or 0; 0 where there is none",
        all.standby_current.clone(),
    );
    registry.register(
        "einlass_standby_lag_seconds",
        "How far the standby was behind when it last said so; 0 where there is none",
        all.standby_lag.clone(),
    );
    registry.register(
        "einlass_standby_readings",
        "Readings for which the standby may stand, by what became of them",
        all.standby_readings.clone(),
    );
}

/// A request that is being answered; [`Request::answered`] counts it. One that is given up on the way is only not in progress
/// any more.
pub struct Request(Instant);

impl Request {
    #[must_use]
    pub fn begun() -> Self {
        METRICS.in_progress.inc();
        Self(Instant::now())
    }

    /// How long it took.
    pub fn answered(self, method: &str, route: &str, status: u16) -> Duration {
        let took = self.0.elapsed();
        // A method is whatever a caller writes.
        let method = METHODS.iter().find(|known| **known == method).unwrap_or(&"other");
        let (method, route) = (("method", (*method).to_owned()), ("route", route.to_owned()));
        let class = ("status", format!("{}xx", status / 100));
        METRICS
            .requests
            .get_or_create(&[method.clone(), route.clone(), class])
            .inc();
        METRICS
            .durations
            .get_or_create(&[method, route])
            .observe(took.as_secs_f64());
        took
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        METRICS.in_progress.dec();
    }
}

/// Somebody who waits for a connection, until this is dropped.
pub struct PoolWait(Instant);

impl PoolWait {
    #[must_use]
    pub fn begun() -> Self {
        METRICS.pool_waiting.inc();
        Self(Instant::now())
    }
}

impl Drop for PoolWait {
    fn drop(&mut self) {
        METRICS.pool_waiting.dec();
        METRICS.pool_wait.observe(self.0.elapsed().as_secs_f64());
    }
}

pub fn panicked(at: Caught) {
    METRICS.panics.get_or_create(&[("at", at.as_str())]).inc();
}

pub fn no_connection() {
    failed("no_connection");
}

/// Counts what passes; what is nobody's but the statement's own fault is counted as a 500.
pub fn database_failed(kind: &DatabaseErrorKind, message: &str) {
    let reason = match kind {
        DatabaseErrorKind::SerializationFailure => "serialization",
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => "connection",
        _ if message.contains("deadlock detected") => "deadlock",
        _ if message.contains("lock timeout") => "lock_timeout",
        _ if message.contains("statement timeout") => "statement_timeout",
        _ if message.contains("terminating connection") || message.contains("server closed the connection") => {
            "connection"
        }
        _ => return,
    };
    failed(reason);
}

fn failed(reason: &'static str) {
    METRICS.failures.get_or_create(&[("reason", reason)]).inc();
}

/// The standby was looked at; `lag` where it said anything.
pub fn standby(current: bool, lag: Option<f64>) {
    METRICS.standby_current.set(i64::from(current));
    if let Some(seconds) = lag {
        METRICS.standby_lag.set(seconds);
    }
}

pub fn reading(outcome: Reading) {
    METRICS
        .standby_readings
        .get_or_create(&[("outcome", outcome.as_str())])
        .inc();
}

pub fn tried_again() {
    METRICS.retries.inc();
}

/// A batch of so many was written in one transaction.
pub fn batch(at: &'static str, jobs: usize) {
    let jobs = u32::try_from(jobs).unwrap_or(u32::MAX);
    METRICS.batches.get_or_create(&[("at", at)]).observe(f64::from(jobs));
}

/// A queue was full.
pub fn turned_away(at: &'static str) {
    METRICS.turned_away.get_or_create(&[("at", at)]).inc();
}

/// A round of a job came to its end; `now` where it was done.
pub fn round(job: Job, done: Option<DateTime<Utc>>) {
    let outcome = if done.is_some() { "done" } else { "failed" };
    METRICS
        .rounds
        .get_or_create(&[("job", job.as_str()), ("outcome", outcome)])
        .inc();
    if let Some(seconds) = done.and_then(|now| u32::try_from(now.timestamp()).ok()) {
        METRICS
            .last_round
            .get_or_create(&[("job", job.as_str())])
            .set(f64::from(seconds));
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text::encode;

    use super::*;

    fn told() -> String {
        let mut registry = Registry::default();
        register(&mut registry);
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        text
    }

    #[test]
    fn a_method_that_a_caller_invents_is_no_label() {
        Request::begun().answered("CANARY", "/somewhere", 404);
        let told = told();
        assert!(
            told.contains(r#"einlass_http_requests_total{method="other",route="/somewhere",status="4xx"} 1"#),
            "{told}"
        );
        assert!(!told.contains("CANARY"), "{told}");
    }

    #[test]
    fn what_passes_is_counted_by_its_reason_and_nothing_else_is() {
        let count = |told: &str, reason: &str| {
            let line = format!("einlass_database_failures_total{{reason=\"{reason}\"}} ");
            let value = told.lines().find_map(|one| one.strip_prefix(&line));
            value.unwrap().parse::<u64>().unwrap()
        };
        let before = told();
        let other = DatabaseErrorKind::Unknown;
        database_failed(&other, "canceling statement due to statement timeout");
        database_failed(&other, "canceling statement due to lock timeout");
        database_failed(&DatabaseErrorKind::UniqueViolation, "duplicate key value");
        let after = told();
        for (reason, more) in [("statement_timeout", 1), ("lock_timeout", 1), ("serialization", 0)] {
            assert!(count(&after, reason) >= count(&before, reason) + more, "{reason}");
        }
        let sum = |told: &str| {
            ["serialization", "statement_timeout", "lock_timeout"]
                .map(|r| count(told, r))
                .iter()
                .sum::<u64>()
        };
        assert_eq!(sum(&after), sum(&before) + 2);
    }
}
