//! The thread that goes round: it delivers what is due, waits a moment, and looks again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::service::{Delivered, Postman};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::metrics::{self, Caught, Job};
use crate::base::problem::Error;

/// How long a due mail waits at most where nobody nudges. Also how long stopping takes at most, besides the mail
/// that is just under way.
const IDLE: Duration = Duration::from_secs(1);
/// While the database is away.
const AWAY: u32 = 5;
/// So few that the lease outlasts them, so many that looking costs little.
const BATCH: i64 = 20;

#[derive(Default)]
struct Bell {
    state: Mutex<Rung>,
    rung: Condvar,
}

#[derive(Default)]
struct Rung {
    stop: bool,
    nudged: bool,
}

impl Bell {
    fn ring(&self, what: impl FnOnce(&mut Rung)) {
        what(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.rung.notify_all();
    }

    fn stopped(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).stop
    }

    /// Until somebody rings, or for `IDLE`.
    fn wait(&self) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let quiet = |rung: &mut Rung| !rung.stop && !rung.nudged;
        let waited = self.rung.wait_timeout_while(state, IDLE, quiet);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.nudged = false;
    }
}

/// The handle of the thread; stops it when dropped.
pub struct Postboy {
    bell: Arc<Bell>,
    thread: Option<JoinHandle<()>>,
}

impl Postman {
    /// Begins to deliver, on a thread of its own. Under a clock that stands still nothing begins: tests call
    /// [`Postman::deliver_due`] when they want it.
    #[must_use]
    pub fn start(self: Arc<Self>, db: Db, clock: Clock) -> Postboy {
        let bell = Arc::new(Bell::default());
        if matches!(clock, Clock::Fixed(_)) {
            return Postboy { bell, thread: None };
        }
        let heard = bell.clone();
        let spawned = std::thread::Builder::new()
            .name("postboy".to_owned())
            .spawn(move || go_round(&self, &db, &clock, &heard));
        let thread = spawned
            .inspect_err(|error| tracing::error!(%error, "no thread to deliver mails on"))
            .ok();
        Postboy { bell, thread }
    }
}

impl Postboy {
    /// Something was posted: no need to wait for the next round.
    pub fn nudge(&self) {
        self.bell.ring(|rung| rung.nudged = true);
    }

    /// Ends the thread; the mail under way is finished first, if that takes no longer than anybody waits.
    pub fn stop(&mut self) {
        self.bell.ring(|rung| rung.stop = true);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that delivers mails broke");
        }
    }
}

impl Drop for Postboy {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Mails wait for those who stand at the desk, not they for the mails. Linux keeps priorities by thread; elsewhere, and
/// where it is refused, the thread is one like any other.
fn step_back() {
    #[cfg(target_os = "linux")]
    #[expect(
        unsafe_code,
        reason = "std knows no priorities; setpriority(2) takes three numbers, no memory"
    )]
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, 10);
    }
}

fn go_round(postman: &Postman, db: &Db, clock: &Clock, bell: &Bell) {
    step_back();
    while !bell.stopped() {
        let round = || postman.round(db, clock, BATCH, &|| bell.stopped());
        // One round that breaks must not end all mails.
        let outcome = catch_unwind(AssertUnwindSafe(round)).unwrap_or_else(|_| {
            metrics::panicked(Caught::Background);
            Err(Error::internal("delivering mails panicked"))
        });
        metrics::round(Job::Mails, outcome.is_ok().then(|| clock.now()));
        match outcome {
            // There may be more.
            Ok(delivered) if delivered != Delivered::default() => {}
            Ok(_) => bell.wait(),
            Err(error) => {
                tracing::warn!(%error, "mails wait");
                for _ in 0..AWAY {
                    if !bell.stopped() {
                        bell.wait();
                    }
                }
            }
        }
    }
}
