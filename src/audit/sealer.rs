//! The thread that seals the journal.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::service::seal;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::metrics::{self, Caught, Job};
use crate::base::problem::{Error, Result};

/// How long an entry is protected by nothing; and each time a chain was written to, it gets a seal.
const EVERY: Duration = Duration::from_secs(30);

/// The handle of the thread; stops it when dropped.
pub struct Sealer {
    ended: Arc<AtomicBool>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sealer {
    pub fn start(db: Db, clock: Clock) -> Result<Self> {
        let (stop, stopped) = channel::<()>();
        let ended = Arc::new(AtomicBool::new(false));
        let end = ended.clone();
        let rounds = move || {
            // Instances that start together do not look together for ever: whoever comes second finds nothing to do.
            while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                let one = || seal(&db, || clock.now(), || end.load(Ordering::Relaxed));
                let outcome = catch_unwind(AssertUnwindSafe(one));
                metrics::round(Job::Sealer, matches!(outcome, Ok(Ok(_))).then(|| clock.now()));
                match outcome {
                    Ok(Ok(0)) => {}
                    Ok(Ok(entries)) => tracing::debug!(entries, "sealed"),
                    Ok(Err(error)) => tracing::warn!(%error, "the journal waits to be sealed"),
                    // One chain that breaks its maker must not end all sealing.
                    Err(_) => {
                        metrics::panicked(Caught::Background);
                        tracing::error!("sealing the journal panicked");
                    }
                }
            }
        };
        let thread = std::thread::Builder::new().name("sealer".to_owned()).spawn(rounds);
        Ok(Self {
            ended,
            stop: Some(stop),
            thread: Some(thread.map_err(Error::internal)?),
        })
    }
}

impl Drop for Sealer {
    /// The batch under way is finished first.
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that seals the journal broke");
        }
    }
}
