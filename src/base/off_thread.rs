//! Work that takes its time, off the async threads, and never too much of it at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::sync::Semaphore;
use tracing::Span;

use super::metrics::{self, Caught};
use super::problem::{Error, Result};

/// Runs `work` on the blocking pool. What it logs belongs to the request as if it had stayed; a panic is our mistake, and not
/// taken for a pool that closes.
#[expect(clippy::disallowed_methods, reason = "the one place that leaves the async threads")]
pub async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let span = Span::current();
    let caught = move || span.in_scope(|| catch_unwind(AssertUnwindSafe(work)));
    match actix_web::web::block(caught).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_)) => {
            metrics::panicked(Caught::OffThread);
            Err(Error::internal("work off the thread panicked"))
        }
        Err(_) => Err(Error::Unavailable("the blocking pool is closing".to_owned())),
    }
}

/// How much of one sort of work is done at once. Whoever comes waits for a turn, and not for ever.
#[derive(Debug)]
pub struct Turns {
    free: Semaphore,
    patience: Duration,
}

impl Turns {
    #[must_use]
    pub const fn new(at_once: usize, patience: Duration) -> Self {
        Self {
            free: Semaphore::const_new(at_once),
            patience,
        }
    }

    /// [`off_thread`] when it is our turn; 503 when the turn does not come in time.
    pub async fn take<T: Send + 'static>(
        &'static self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = tokio::time::timeout(self.patience, self.free.acquire()).await;
        let turn = turn
            .map_err(|_| Error::Unavailable("too many documents are being made".to_owned()))?
            .map_err(Error::internal)?;
        // The turn goes with the work: who hangs up does not make room for another while it goes on.
        off_thread(move || {
            let _turn = turn;
            work()
        })
        .await?
    }
}
