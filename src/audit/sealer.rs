//! The thread that seals the journal.

use std::time::Duration;

use super::service::seal;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::metrics::Job;
use crate::base::problem::Result;
use crate::base::rounds::{Manner, Rounds};

/// How long an entry is protected by nothing; and each time a chain was written to, it gets a seal.
const EVERY: Duration = Duration::from_secs(30);

const MANNER: Manner = Manner {
    job: Job::Sealer,
    // Instances that start together do not look together for ever: whoever comes second finds nothing to do.
    first: EVERY,
    after_failure: EVERY,
    failed: |error| tracing::warn!(%error, "the journal waits to be sealed"),
    panicked: || tracing::error!("sealing the journal panicked"),
    broke: || tracing::error!("the thread that seals the journal broke"),
};

/// Begins to seal the journal, until what it returns is dropped.
pub fn start_sealer(db: Db, clock: Clock) -> Result<Rounds> {
    Rounds::default().begin("sealer", &MANNER, clock.clone(), move |ended| {
        let entries = seal(&db, || clock.now(), ended)?;
        if entries > 0 {
            tracing::debug!(entries, "sealed");
        }
        Ok(EVERY)
    })
}
