//! The thread that goes round: it delivers what is due, waits a moment, and looks again.

use std::sync::Arc;
use std::time::Duration;

use super::service::{Delivered, Postman};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::metrics::Job;
use crate::base::problem::Error;
use crate::base::rounds::{Manner, Rounds};

/// How long a due mail waits at most.
const IDLE: Duration = Duration::from_secs(1);
/// While the database is away.
const AWAY: Duration = Duration::from_secs(5);
/// So few that the lease outlasts them, so many that looking costs little.
const BATCH: i64 = 20;

const MANNER: Manner = Manner {
    job: Job::Mails,
    first: Duration::ZERO,
    after_failure: AWAY,
    failed: |error| tracing::warn!(%error, "mails wait"),
    panicked: || tracing::warn!(error = %"delivering mails panicked", "mails wait"),
    broke: || tracing::error!("the thread that delivers mails broke"),
};

impl Postman {
    /// Begins to deliver, on a thread of its own. Under a clock that stands still nothing begins: tests call
    /// [`Postman::deliver_due`] when they want it.
    pub fn start(self: Arc<Self>, db: Db, clock: Clock) -> Rounds {
        if matches!(clock, Clock::Fixed(_)) {
            return Rounds::default();
        }
        let begun = Rounds::default().begin("postboy", &MANNER, clock.clone(), move |ended| {
            step_back();
            let delivered = self.round(&db, &clock, BATCH, ended)?;
            // Where there was something there may be more.
            let idle = delivered == Delivered::default();
            Ok(if idle { IDLE } else { Duration::ZERO })
        });
        let told = |error: Error| {
            tracing::error!(%error, "no thread to deliver mails on");
            Rounds::default()
        };
        begun.unwrap_or_else(told)
    }
}

/// Mails wait for those who stand at the desk, not they for the mails. Linux keeps priorities by thread; elsewhere, and
/// where it is refused, the thread is one like any other. To say it again changes nothing.
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
