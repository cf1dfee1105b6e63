use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Instant;

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

use super::*;

/// Longer than any test: whoever sits through it has not been woken.
const LONG: Duration = Duration::from_mins(2);
/// What comes at once has come by then, on the slowest machine.
const SOON: Duration = Duration::from_secs(20);
/// What has not come by then is not on its way.
const MOMENT: Duration = Duration::from_millis(300);

type Step = Box<dyn FnMut(&dyn Fn() -> bool) -> Result<Duration> + Send>;

/// Says nothing, and begins at once.
const QUIET: Manner = Manner {
    job: Job::Mails,
    first: Duration::ZERO,
    after_failure: Duration::ZERO,
    failed: |_| {},
    panicked: || {},
    broke: || {},
};

fn begin(manner: &Manner, step: impl FnMut(&dyn Fn() -> bool) -> Result<Duration> + Send + 'static) -> Rounds {
    Rounds::default().begin("round", manner, Clock::System, step).unwrap()
}

/// A step that says that it was there, and pauses so long.
fn there(pause: Duration) -> (Step, Receiver<()>) {
    let (say, said) = channel();
    let step = Box::new(move |_: &dyn Fn() -> bool| {
        say.send(()).unwrap();
        Ok(pause)
    });
    (step, said)
}

fn counted(series: &str) -> f64 {
    let (mut registry, mut text) = (Registry::default(), String::new());
    metrics::register(&mut registry);
    encode(&mut text, &registry).unwrap();
    let value = text.lines().find_map(|line| line.strip_prefix(series));
    value.unwrap().trim().parse().unwrap()
}

#[test]
fn a_step_that_fails_or_panics_ends_nothing_and_is_counted() {
    static FAILED: AtomicUsize = AtomicUsize::new(0);
    static PANICKED: AtomicUsize = AtomicUsize::new(0);
    // No other test has this job, and none panics in a step.
    let manner = Manner {
        job: Job::Sealer,
        failed: |error| {
            assert_eq!(error.to_string(), "away");
            FAILED.fetch_add(1, Ordering::SeqCst);
        },
        panicked: || {
            PANICKED.fetch_add(1, Ordering::SeqCst);
        },
        ..QUIET
    };
    let series = [
        r#"einlass_panics_total{at="background"}"#,
        r#"einlass_background_rounds_total{job="sealer",outcome="failed"}"#,
        r#"einlass_background_rounds_total{job="sealer",outcome="done"}"#,
    ];
    let before = series.map(counted);
    let (say, said) = channel();
    let mut steps = 0;
    let rounds = begin(&manner, move |_| {
        steps += 1;
        match steps {
            1 => panic!("one that breaks"),
            2 => Err(Error::Unavailable("away".to_owned())),
            _ => {
                say.send(steps).unwrap();
                Ok(LONG)
            }
        }
    });
    assert_eq!(said.recv_timeout(SOON), Ok(3));
    drop(rounds);
    assert_eq!((PANICKED.load(Ordering::SeqCst), FAILED.load(Ordering::SeqCst)), (1, 1));
    let after = series.map(counted);
    let more = [0, 1, 2].map(|one| after[one] - before[one]);
    assert_eq!(more, [1.0, 2.0, 1.0], "panics, failed, done");
    let last = counted(r#"einlass_background_last_round_timestamp_seconds{job="sealer"}"#);
    assert!(last > 0.0, "a round that was done says when");
}

#[test]
fn who_pauses_stops_at_once() {
    let (step, said) = there(LONG);
    let rounds = begin(&QUIET, step);
    said.recv_timeout(SOON).unwrap();
    let begun = Instant::now();
    drop(rounds);
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    assert_eq!(said.try_iter().count(), 0);
}

#[test]
fn who_has_not_begun_does_not_begin_when_stopped() {
    let (step, said) = there(LONG);
    let rounds = begin(&Manner { first: LONG, ..QUIET }, step);
    assert_eq!(said.recv_timeout(MOMENT), Err(RecvTimeoutError::Timeout));
    let begun = Instant::now();
    drop(rounds);
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    assert_eq!(said.try_iter().count(), 0);
}

#[test]
fn a_pause_that_is_over_brings_the_next_step() {
    let (step, said) = there(Duration::from_millis(50));
    let begun = Instant::now();
    let rounds = begin(&QUIET, step);
    for _ in 0..5 {
        said.recv_timeout(SOON).unwrap();
    }
    drop(rounds);
    assert!(begun.elapsed() >= Duration::from_millis(200), "four pauses");
}

#[test]
fn after_a_failure_the_pause_is_another() {
    let manner = Manner {
        after_failure: LONG,
        ..QUIET
    };
    let (say, said) = channel();
    let rounds = begin(&manner, move |_| {
        say.send(()).unwrap();
        Err(Error::Unavailable("away".to_owned()))
    });
    said.recv_timeout(SOON).unwrap();
    assert_eq!(said.recv_timeout(MOMENT), Err(RecvTimeoutError::Timeout));
    drop(rounds);
}

/// A step that goes on until it hears that it is to end, and while `go_on` says so, and then a while.
fn long(go_on: fn() -> bool, finished: Sender<bool>) -> Step {
    Box::new(move |ended| {
        let begun = Instant::now();
        while (!ended() || go_on()) && begun.elapsed() < SOON {
            std::thread::sleep(Duration::from_millis(5));
        }
        // Time for whoever does not wait for us.
        std::thread::sleep(MOMENT);
        finished.send(begun.elapsed() < SOON).unwrap();
        Ok(Duration::ZERO)
    })
}

#[test]
fn a_long_step_hears_that_it_is_to_end_and_is_finished_first() {
    let (finished, done) = channel();
    let (begun, has_begun) = channel();
    let mut step = long(|| false, finished);
    let rounds = begin(&QUIET, move |ended| {
        begun.send(()).unwrap();
        step(ended)
    });
    has_begun.recv_timeout(SOON).unwrap();
    drop(rounds);
    assert_eq!(done.try_recv(), Ok(true), "heard, and waited for");
    assert_eq!(done.try_iter().count(), 0, "after it comes none");
}

#[test]
fn all_are_told_before_one_is_waited_for() {
    static SECOND_IS_OVER: AtomicBool = AtomicBool::new(false);
    let (finished, done) = channel();
    let (begun, has_begun) = channel();
    let mut first = long(|| !SECOND_IS_OVER.load(Ordering::SeqCst), finished);
    let also = begun.clone();
    let rounds = begin(&QUIET, move |ended| {
        begun.send(()).unwrap();
        first(ended)
    });
    let rounds = rounds.begin("second", &QUIET, Clock::System, move |ended| {
        also.send(()).unwrap();
        while !ended() {
            std::thread::sleep(Duration::from_millis(5));
        }
        SECOND_IS_OVER.store(true, Ordering::SeqCst);
        Ok(Duration::ZERO)
    });
    for _ in 0..2 {
        has_begun.recv_timeout(SOON).unwrap();
    }
    drop(rounds.unwrap());
    assert_eq!(
        done.try_recv(),
        Ok(true),
        "the first came to its end because the second did"
    );
}

#[test]
fn a_nudge_ends_the_pause_of_all_and_only_this_one() {
    let ((one, of_one), (other, of_other)) = (there(LONG), there(LONG));
    let rounds = begin(&QUIET, one);
    let rounds = rounds.begin("other", &QUIET, Clock::System, other).unwrap();
    for said in [&of_one, &of_other] {
        said.recv_timeout(SOON).unwrap();
    }
    rounds.nudge();
    for said in [&of_one, &of_other] {
        said.recv_timeout(SOON).unwrap();
        assert_eq!(said.recv_timeout(MOMENT), Err(RecvTimeoutError::Timeout));
    }
    drop(rounds);
}

#[test]
fn who_is_nudged_at_work_looks_once_more() {
    let (say, said) = channel();
    let (go_on, may_go_on) = channel::<()>();
    let rounds = begin(&QUIET, move |_| {
        say.send(()).unwrap();
        may_go_on.recv_timeout(SOON).unwrap();
        Ok(LONG)
    });
    said.recv_timeout(SOON).unwrap();
    rounds.nudge();
    go_on.send(()).unwrap();
    said.recv_timeout(SOON).unwrap();
    go_on.send(()).unwrap();
    assert_eq!(said.recv_timeout(MOMENT), Err(RecvTimeoutError::Timeout));
    drop(rounds);
}

#[test]
fn a_thread_has_its_name_and_that_it_broke_is_said() {
    static BROKE: AtomicBool = AtomicBool::new(false);
    let manner = Manner {
        failed: |_| panic!("nobody catches this"),
        broke: || BROKE.store(true, Ordering::SeqCst),
        ..QUIET
    };
    let (say, said) = channel();
    let rounds = begin(&manner, move |_| {
        say.send(std::thread::current().name().map(str::to_owned)).unwrap();
        Err(Error::Unavailable("away".to_owned()))
    });
    assert_eq!(said.recv_timeout(SOON), Ok(Some("round".to_owned())));
    assert!(!BROKE.load(Ordering::SeqCst));
    drop(rounds);
    assert!(BROKE.load(Ordering::SeqCst));
}
