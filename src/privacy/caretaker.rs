//! The thread that forgets what is kept no longer: every ten minutes it looks at the clock.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::service::retain;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::metrics::{self, Caught, Job};
use crate::base::problem::{Error, Result};

/// Periods are days: nothing is overdue by it.
const EVERY: Duration = Duration::from_mins(10);

/// The handle of the thread; stops it when dropped.
pub struct Caretaker {
    ended: Arc<AtomicBool>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Caretaker {
    pub fn start(db: Db, clock: Clock) -> Result<Self> {
        let (stop, stopped) = channel::<()>();
        let ended = Arc::new(AtomicBool::new(false));
        let end = ended.clone();
        let rounds = move || {
            loop {
                let one = || retain(&db, clock.now(), || end.load(Ordering::Relaxed));
                let outcome = catch_unwind(AssertUnwindSafe(one));
                metrics::round(Job::Caretaker, matches!(outcome, Ok(Ok(_))).then(|| clock.now()));
                match outcome {
                    Ok(Ok(0)) => {}
                    Ok(Ok(records)) => tracing::info!(records, "kept no longer"),
                    Ok(Err(error)) => tracing::warn!(%error, "what is kept no longer waits for the database"),
                    Err(_) => {
                        metrics::panicked(Caught::Background);
                        tracing::error!("forgetting panicked");
                    }
                }
                if stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("caretaker".to_owned()).spawn(rounds);
        Ok(Self {
            ended,
            stop: Some(stop),
            thread: Some(thread.map_err(Error::internal)?),
        })
    }
}

impl Drop for Caretaker {
    /// The batch under way is finished first.
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that forgets broke");
        }
    }
}
