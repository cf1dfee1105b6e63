//! The thread that forgets what is kept no longer: every ten minutes it looks at the clock.

use std::time::Duration;

use super::service::retain;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::metrics::Job;
use crate::base::problem::Result;
use crate::base::rounds::{Manner, Rounds};

/// Periods are days: nothing is overdue by it.
const EVERY: Duration = Duration::from_mins(10);

const MANNER: Manner = Manner {
    job: Job::Caretaker,
    first: Duration::ZERO,
    after_failure: EVERY,
    failed: |error| tracing::warn!(%error, "what is kept no longer waits for the database"),
    panicked: || tracing::error!("forgetting panicked"),
    broke: || tracing::error!("the thread that forgets broke"),
};

/// Begins to forget, until what it returns is dropped.
pub fn start_caretaker(db: Db, clock: Clock) -> Result<Rounds> {
    Rounds::default().begin("caretaker", &MANNER, clock.clone(), move |ended| {
        let records = retain(&db, clock.now(), ended)?;
        if records > 0 {
            tracing::info!(records, "kept no longer");
        }
        Ok(EVERY)
    })
}
