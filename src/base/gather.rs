//! Readings by a key that are done together, as the desk writes together.
//!
//! What one object costs is mostly the way to the database and back, a dozen times; many objects take as many ways as one. So
//! whoever comes while others read waits, and the next reading is for all who came. Who comes alone is read for at once. Each
//! answer is read in a transaction that began after it was asked for, and all of one transaction see the same.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use diesel::pg::PgConnection;
use tokio::sync::oneshot::{Sender, channel};

use super::db::Db;
use super::metrics::{self, Caught};
use super::off_thread::beside;
use super::problem::{Error, Result};

/// How many read at the same time. More make the groups smaller, and give PostgreSQL more processors.
const READERS: usize = 2;
/// How many keys are read at once: a reading stays far below what a statement may take.
const MOST: usize = 64;
/// Two readings that both wait for the database as long as anybody does.
const PATIENCE: Duration = Duration::from_secs(15);

/// Finds what belongs to the keys; what is not there is left out. Its time has to go by the number of keys alone: whoever waits
/// with others waits for all of them.
type Read<K, V> = dyn Fn(&mut PgConnection, &[K]) -> Result<HashMap<K, V>> + Send + Sync;

type Asked<K, V> = (K, Sender<Result<Option<V>>>);

struct Waiting<K, V> {
    asked: Vec<Asked<K, V>>,
    readers: usize,
}

struct Shared<K, V> {
    db: Db,
    read: Box<Read<K, V>>,
    waiting: Mutex<Waiting<K, V>>,
    readings: AtomicU64,
}

pub struct Gather<K, V>(Arc<Shared<K, V>>);

impl<K, V> Gather<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    pub fn new(
        db: Db,
        read: impl Fn(&mut PgConnection, &[K]) -> Result<HashMap<K, V>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Shared {
            db,
            read: Box::new(read),
            waiting: Mutex::new(Waiting {
                asked: Vec::new(),
                readers: 0,
            }),
            readings: AtomicU64::default(),
        }))
    }

    pub async fn find(&self, key: K) -> Result<Option<V>> {
        let (tell, told) = channel();
        if self.0.wait((key, tell)) {
            let reader = Reader {
                shared: self.0.clone(),
                ended: false,
            };
            // Not part of the request that begins it: who hangs up leaves the others their reader.
            beside(move || reader.read_until_nobody_waits());
        }
        match tokio::time::timeout(PATIENCE, told).await {
            Ok(Ok(found)) => found,
            Ok(Err(_)) => Err(Error::internal("reading for many at once broke")),
            Err(_) => Err(Error::Unavailable("too many wait to be read for".to_owned())),
        }
    }

    /// How often the database was asked.
    #[must_use]
    pub fn readings(&self) -> u64 {
        self.0.readings.load(Ordering::Relaxed)
    }
}

impl<K, V> Shared<K, V>
where
    K: Clone + Eq + Hash,
    V: Clone,
{
    /// Whether another reader is to begin.
    fn wait(&self, asked: Asked<K, V>) -> bool {
        let mut waiting = self.locked();
        waiting.asked.push(asked);
        let more = waiting.readers < READERS;
        waiting.readers += usize::from(more);
        more
    }

    fn read(&self, asked: Vec<Asked<K, V>>) {
        let keys = asked.iter().map(|(key, _)| key.clone()).collect::<HashSet<_>>();
        let keys = keys.into_iter().collect::<Vec<_>>();
        self.readings.fetch_add(1, Ordering::Relaxed);
        let found = self.db.run_public(|conn| (self.read)(conn, &keys));
        for (key, tell) in asked {
            // Who has hung up is told nothing.
            let _ = tell.send(match &found {
                Ok(found) => Ok(found.get(&key).cloned()),
                Err(Error::Unavailable(cause)) => Err(Error::Unavailable(cause.clone())),
                Err(error) => Err(Error::internal(error)),
            });
        }
    }
}

/// Reads as long as somebody waits.
struct Reader<K, V> {
    shared: Arc<Shared<K, V>>,
    ended: bool,
}

impl<K, V> Reader<K, V>
where
    K: Clone + Eq + Hash,
    V: Clone,
{
    fn read_until_nobody_waits(mut self) {
        while let Some(asked) = self.next() {
            // One reading that breaks its maker is told to those who asked, and ends no other.
            if catch_unwind(AssertUnwindSafe(|| self.shared.read(asked))).is_err() {
                metrics::panicked(Caught::OffThread);
            }
        }
    }

    /// The first of those who wait. That nobody waits and that this reader ends is one step: who comes after it begins another.
    fn next(&mut self) -> Option<Vec<Asked<K, V>>> {
        let mut waiting = self.shared.locked();
        // Who has hung up is read for no more.
        waiting.asked.retain(|(_, tell)| !tell.is_closed());
        let many = waiting.asked.len().min(MOST);
        let next = waiting.asked.drain(..many).collect::<Vec<_>>();
        if next.is_empty() {
            waiting.readers -= 1;
            self.ended = true;
            return None;
        }
        Some(next)
    }
}

impl<K, V> Drop for Reader<K, V> {
    /// A thread pool that closes drops what it has not begun.
    fn drop(&mut self) {
        if !self.ended {
            self.shared.locked().readers -= 1;
        }
    }
}

impl<K, V> Shared<K, V> {
    fn locked(&self) -> MutexGuard<'_, Waiting<K, V>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
