//! Those who wait for the next change ask the database together: one look for all of them, a few times a second, and
//! only while somebody waits.

use std::time::Duration;

use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::model::Position;
use super::store;
use crate::base::db::Db;
use crate::base::drain::Drain;
use crate::base::problem::{Error, Result};

/// How long a look is good for: how late a change may be told.
pub const EVERY: Duration = Duration::from_millis(250);
/// How many may wait at once in one instance. Whoever comes beyond is answered at once, as if there was no time to wait.
const WAITING: usize = 500;

pub struct Bell {
    looked: Mutex<Option<Seen>>,
    seats: Semaphore,
    drain: Drain,
}

/// What was seen, and when; nothing where the database did not answer.
#[derive(Clone, Copy)]
struct Seen {
    at: Instant,
    end: Option<Position>,
}

impl Bell {
    #[must_use]
    pub fn new(drain: Drain) -> Self {
        Self {
            looked: Mutex::new(None),
            seats: Semaphore::new(WAITING),
            drain,
        }
    }

    /// A place to wait in, if there is one left.
    #[must_use]
    pub fn seat(&self) -> Option<SemaphorePermit<'_>> {
        self.seats.try_acquire().ok()
    }

    /// Waits until the feed goes on behind `position`; `false` when the time is over, or the service is about to end.
    pub async fn rings(&self, db: &Db, position: Position, until: Instant) -> Result<bool> {
        if Instant::now() >= until {
            return Ok(false);
        }
        // Also behind others who look: if the database is away, nobody waits longer than was asked.
        let heard = tokio::time::timeout_at(until, async {
            while self.end(db).await? <= position {
                if self.drain.is_closing() {
                    return Ok(false);
                }
                tokio::time::sleep(EVERY).await;
            }
            Ok(true)
        });
        heard.await.unwrap_or(Ok(false))
    }

    /// Where the feed ends, at most [`EVERY`] ago.
    async fn end(&self, db: &Db) -> Result<Position> {
        let mut looked = self.looked.lock().await;
        if let Some(seen) = *looked
            && seen.at.elapsed() < EVERY
        {
            return seen
                .end
                .ok_or_else(|| Error::Unavailable("it was away a moment ago".to_owned()));
        }
        let seen = db.read(store::end).await;
        *looked = Some(Seen {
            at: Instant::now(),
            end: seen.as_ref().ok().copied(),
        });
        seen
    }
}
