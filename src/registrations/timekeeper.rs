//! The thread that looks at the clock: every few seconds it does what has become due.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::service::{Round, keep_time};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::problem::{Error, Result};

/// How late a deadline may be noticed. Nobody gets a seat by it: steps look at their deadlines themselves.
const EVERY: Duration = Duration::from_secs(5);

/// Where much is due, the next round comes at once.
const SOON: Duration = Duration::from_millis(100);

/// The handle of the thread; stops it when dropped.
pub struct Timekeeper {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Timekeeper {
    pub fn start(db: Db, clock: Clock) -> Result<Self> {
        let (stop, stopped) = channel::<()>();
        let rounds = move || {
            loop {
                let pause = match keep_time(&db, clock.now()) {
                    Ok(round) if round == Round::default() => EVERY,
                    Ok(round) => {
                        tracing::info!(?round, "kept time");
                        SOON
                    }
                    Err(error) => {
                        tracing::warn!(%error, "what is due waits for the database");
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
            stop: Some(stop),
            thread: Some(thread.map_err(Error::internal)?),
        })
    }
}

impl Drop for Timekeeper {
    /// What is under way is finished first.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that keeps time broke");
        }
    }
}
