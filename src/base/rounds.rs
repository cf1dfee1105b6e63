//! What goes on beside the requests, on threads of its own: one step, a pause, and the next step.
//!
//! Nothing that a step does ends the rounds, neither an error nor a panic; each is counted. Who stops them waits for no pause,
//! and a step that takes long hears that it is to end. What is under way is finished first.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::clock::Clock;
use super::metrics::{self, Caught, Job};
use super::problem::{Error, Result};

/// What is one job's own beside its step. The words are said where the job is at home, so that the log names its room.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    pub job: Job,
    /// Before the first step.
    pub first: Duration,
    /// After a step that failed or panicked; after any other the step says how long.
    pub after_failure: Duration,
    pub failed: fn(&Error),
    pub panicked: fn(),
    /// The thread itself came to grief, and the rounds with it.
    pub broke: fn(),
}

/// Until somebody rings.
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

    /// Waits so long, or until somebody rings. Says whether there is to be a next step.
    fn pause(&self, pause: Duration) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let quiet = |rung: &mut Rung| !rung.stop && !rung.nudged;
        let waited = self.rung.wait_timeout_while(state, pause, quiet);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.nudged = false;
        !state.stop
    }
}

struct Round {
    bell: Arc<Bell>,
    thread: JoinHandle<()>,
    broke: fn(),
}

/// The handle of the threads; stops them when dropped.
#[derive(Default)]
#[must_use = "they end when this is dropped"]
pub struct Rounds(Vec<Round>);

impl Rounds {
    /// One thread more. `step` is told how it learns that it is to end, and says how long the pause is after it.
    pub fn begin(
        mut self,
        name: impl Into<String>,
        manner: &Manner,
        clock: Clock,
        mut step: impl FnMut(&dyn Fn() -> bool) -> Result<Duration> + Send + 'static,
    ) -> Result<Self> {
        let (bell, manner) = (Arc::<Bell>::default(), *manner);
        let heard = bell.clone();
        let thread = std::thread::Builder::new()
            .name(name.into())
            .spawn(move || go_round(&heard, &manner, &clock, &mut step))
            .map_err(Error::internal)?;
        let broke = manner.broke;
        self.0.push(Round { bell, thread, broke });
        Ok(self)
    }

    /// There is something to do: whoever pauses does not wait for the end of it, and who is at it looks once more.
    pub fn nudge(&self) {
        for round in &self.0 {
            round.bell.ring(|rung| rung.nudged = true);
        }
    }

    /// Ends the threads: each is told before one is waited for. What is under way is finished first.
    pub fn stop(&mut self) {
        for round in &self.0 {
            round.bell.ring(|rung| rung.stop = true);
        }
        for round in self.0.drain(..) {
            if round.thread.join().is_err() {
                (round.broke)();
            }
        }
    }
}

impl Drop for Rounds {
    fn drop(&mut self) {
        self.stop();
    }
}

fn go_round(bell: &Bell, manner: &Manner, clock: &Clock, step: &mut dyn FnMut(&dyn Fn() -> bool) -> Result<Duration>) {
    let mut pause = manner.first;
    while bell.pause(pause) {
        let outcome = catch_unwind(AssertUnwindSafe(|| step(&|| bell.stopped())));
        metrics::round(manner.job, matches!(outcome, Ok(Ok(_))).then(|| clock.now()));
        pause = match outcome {
            Ok(Ok(pause)) => pause,
            Ok(Err(error)) => {
                (manner.failed)(&error);
                manner.after_failure
            }
            // One thing that breaks its maker must not end all of them.
            Err(_) => {
                metrics::panicked(Caught::Background);
                (manner.panicked)();
                manner.after_failure
            }
        };
    }
}

#[cfg(test)]
mod tests;
