//! The thread that looks at the clock: every few seconds it does what has become due.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::service::{Round, round};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::metrics::{self, Caught, Job};
use crate::base::problem::{Error, Result};

/// How late a deadline may be noticed. Nobody gets a seat by it: steps look at their deadlines themselves.
const EVERY: Duration = Duration::from_secs(5);

/// Where much is due, the next round comes at once.
const SOON: Duration = Duration::from_millis(100);

/// The handle of the thread; stops it when dropped.
pub struct Timekeeper {
    ended: Arc<AtomicBool>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Timekeeper {
    pub fn start(db: Db, clock: Clock) -> Result<Self> {
        let (stop, stopped) = channel::<()>();
        let ended = Arc::new(AtomicBool::new(false));
        let end = ended.clone();
        let rounds = move || {
            loop {
                let one = || round(&db, &|| clock.now(), &|| end.load(Ordering::Relaxed));
                let outcome = catch_unwind(AssertUnwindSafe(one));
                metrics::round(Job::Timekeeper, matches!(outcome, Ok(Ok(_))).then(|| clock.now()));
                let pause = match outcome {
                    Ok(Ok(round)) if round == Round::default() => EVERY,
                    Ok(Ok(round)) => {
                        tracing::info!(?round, "kept time");
                        SOON
                    }
                    Ok(Err(error)) => {
                        tracing::warn!(%error, "what is due waits for the database");
                        EVERY
                    }
                    // One thing that breaks its maker must not end all deadlines.
                    Err(_) => {
                        metrics::panicked(Caught::Background);
                        tracing::error!("keeping time panicked");
                        EVERY
                    }
                };
                if stopped.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("timekeeper".to_owned()).spawn(rounds);
        Ok(Self {
            ended,
            stop: Some(stop),
            thread: Some(thread.map_err(Error::internal)?),
        })
    }
}

impl Drop for Timekeeper {
    /// What is under way is finished first.
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that keeps time broke");
        }
    }
}
