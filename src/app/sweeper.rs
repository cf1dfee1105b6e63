//! The thread that clears away what has had its time, and whose time is the same for everybody: kept answers, tokens, previews and
//! reports that nobody confirmed, times that are not to be kept, deliveries, who tried to log in. Every instance does it; doing it twice does no harm. What an organisation
//! keeps for as long as it decides is forgotten by `privacy::start_caretaker`.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use crate::auth::Auth;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::idempotency;
use crate::base::metrics::Job;
use crate::base::problem::Result;
use crate::base::rounds::{Manner, Rounds};
use crate::{attendance, auth, imports, partners};

const EVERY: Duration = Duration::from_mins(10);
/// Transactions of a kind in a round: whatever a rush has left, the others have their turn.
const TURNS: usize = 200;

const MANNER: Manner = Manner {
    job: Job::Sweeper,
    first: Duration::ZERO,
    after_failure: EVERY,
    failed: |error| tracing::warn!(%error, "what has had its time waits for the next round"),
    panicked: || tracing::error!("sweeping panicked"),
    broke: || tracing::error!("the thread that sweeps broke"),
};

/// Clears away some of what is over, and says how much that was.
type Sweep = fn(&mut PgConnection, DateTime<Utc>) -> Result<usize>;

/// By the names under which the log knows them.
const ALL: [(&str, Sweep); 6] = [
    ("kept answers", idempotency::sweep),
    ("tokens", auth::sweep),
    ("reports that do not count", attendance::forget_uncounted),
    ("times of reports", |conn, _| attendance::forget_times(conn)),
    ("previews", imports::forget_unconfirmed),
    ("deliveries", partners::sweep_deliveries),
];

/// Begins to sweep, until what it returns is dropped.
pub fn start_sweeper(db: Db, auth: Arc<Auth>, clock: Clock) -> Result<Rounds> {
    Rounds::default().begin("sweeper", &MANNER, clock.clone(), move |ended| {
        sweep(&db, &auth, clock.now(), ended)?;
        Ok(EVERY)
    })
}

/// Clears away all that is over, each kind by itself: what fails keeps nothing else; it is logged, and told in the end.
pub fn sweep(db: &Db, auth: &Auth, now: DateTime<Utc>, ended: impl Fn() -> bool) -> Result<usize> {
    auth.throttle.sweep();
    let (mut all, mut failed) = (0, None);
    'kinds: for (of, sweep) in ALL {
        for _ in 0..TURNS {
            if ended() {
                break 'kinds;
            }
            match db.run(false, |conn| sweep(conn, now)) {
                Ok(0) => break,
                Ok(some) => all += some,
                Err(error) => {
                    tracing::warn!(%error, of, "what has had its time was not cleared away");
                    failed = failed.or(Some(error));
                    break;
                }
            }
        }
    }
    failed.map_or(Ok(all), Err)
}
