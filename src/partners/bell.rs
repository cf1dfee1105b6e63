//! Those who wait for the next change ask the database together: one look for all of them, a few times a second, and
//! only while somebody waits.

use std::time::{Duration, Instant};

use tokio::sync::{Mutex, Semaphore, SemaphorePermit};

use super::model::Position;
use super::store;
use crate::base::db::Db;
use crate::base::problem::Result;

/// How long a look is good for: how late a change may be told.
pub const EVERY: Duration = Duration::from_millis(250);
/// How many may wait at once in one instance. Whoever comes beyond is answered at once, as if there was no time to wait.
const WAITING: usize = 500;

pub struct Bell {
    looked: Mutex<Option<(Instant, Position)>>,
    seats: Semaphore,
}

impl Default for Bell {
    fn default() -> Self {
        Self {
            looked: Mutex::new(None),
            seats: Semaphore::new(WAITING),
        }
    }
}

impl Bell {
    /// A place to wait in, if there is one left.
    #[must_use]
    pub fn seat(&self) -> Option<SemaphorePermit<'_>> {
        self.seats.try_acquire().ok()
    }

    /// The last entry that can be read, at most [`EVERY`] old.
    pub async fn newest(&self, db: &Db) -> Result<Position> {
        let mut looked = self.looked.lock().await;
        if let Some((when, newest)) = *looked
            && when.elapsed() < EVERY
        {
            return Ok(newest);
        }
        let newest = db.read(store::newest).await?;
        *looked = Some((Instant::now(), newest));
        Ok(newest)
    }
}
