//! The thread that looks at the clock: every few seconds it does what has become due.

use std::time::Duration;

use super::service::{Round, round};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::metrics::Job;
use crate::base::problem::Result;
use crate::base::rounds::{Manner, Rounds};

/// How late a deadline may be noticed. Nobody gets a seat by it: steps look at their deadlines themselves.
const EVERY: Duration = Duration::from_secs(5);

/// Where much is due, the next round comes at once.
const SOON: Duration = Duration::from_millis(100);

const MANNER: Manner = Manner {
    job: Job::Timekeeper,
    first: Duration::ZERO,
    after_failure: EVERY,
    failed: |error| tracing::warn!(%error, "what is due waits for the database"),
    panicked: || tracing::error!("keeping time panicked"),
    broke: || tracing::error!("the thread that keeps time broke"),
};

/// Begins to keep time, until what it returns is dropped.
pub fn start_timekeeper(db: Db, clock: Clock) -> Result<Rounds> {
    Rounds::default().begin("timekeeper", &MANNER, clock.clone(), move |ended| {
        let round = round(&db, &|| clock.now(), ended)?;
        if round == Round::default() {
            return Ok(EVERY);
        }
        tracing::info!(?round, "kept time");
        Ok(SOON)
    })
}
