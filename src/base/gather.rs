//! Readings by a key that are done together, as the desk writes together.
//!
//! What one object costs is mostly the way to the database and back, a dozen times; many objects take as many ways as one. So
//! whoever comes while others read waits, and the next reading is for all who came. Who comes alone is read for at once. Each
//! answer is read in a transaction that began after it was asked for, and all of one transaction see the same.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use diesel::pg::PgConnection;
use tokio::sync::oneshot::{Sender, channel};

use super::db::{Db, Undone};
use super::metrics::{self, Caught};
use super::problem::{Error, Result};

/// How many read at the same time. More make the groups smaller, and give PostgreSQL more processors.
const READERS: usize = 2;
/// How many keys are read at once: a reading stays far below what a statement may take.
const MOST: usize = 64;
/// How many may wait: at some thousand a second a queue of one second.
const QUEUE: usize = 4096;
/// As long as two readings take whose statements take as long as they may.
const PATIENCE: Duration = Duration::from_secs(10);

/// Finds what belongs to the keys; what is not there is left out. Its time has to go by the number of keys alone: whoever waits
/// with others waits for all of them.
type Read<K, V> = dyn Fn(&mut PgConnection, &[K]) -> Result<HashMap<K, V>> + Send + Sync;

type Asked<K, V> = (K, Sender<Result<Option<V>>>);

struct Waiting<K, V> {
    asked: Vec<Asked<K, V>>,
    ended: bool,
}

struct Shared<K, V> {
    db: Db,
    read: Box<Read<K, V>>,
    waiting: Mutex<Waiting<K, V>>,
    comes: Condvar,
    readings: AtomicU64,
}

/// Its readers have threads of their own, and end when it is dropped.
pub struct Gather<K, V>(Arc<Shared<K, V>>);

impl<K, V> Gather<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    pub fn start(
        db: Db,
        read: impl Fn(&mut PgConnection, &[K]) -> Result<HashMap<K, V>> + Send + Sync + 'static,
    ) -> Result<Self> {
        let gather = Self(Arc::new(Shared {
            db,
            read: Box::new(read),
            waiting: Mutex::new(Waiting {
                asked: Vec::new(),
                ended: false,
            }),
            comes: Condvar::new(),
            readings: AtomicU64::default(),
        }));
        for _ in 0..READERS {
            let shared = gather.0.clone();
            let reads = move || {
                while let Some(asked) = shared.next() {
                    shared.serve(asked);
                }
            };
            let thread = std::thread::Builder::new().name("gather".to_owned()).spawn(reads);
            thread.map_err(Error::internal)?;
        }
        Ok(gather)
    }

    pub async fn find(&self, key: K) -> Result<Option<V>> {
        let (tell, told) = channel();
        self.0.wait((key, tell))?;
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

impl<K, V> Drop for Gather<K, V> {
    fn drop(&mut self) {
        self.0.locked().ended = true;
        self.0.comes.notify_all();
    }
}

impl<K, V> Shared<K, V> {
    fn locked(&self) -> MutexGuard<'_, Waiting<K, V>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, asked: Asked<K, V>) -> Result<()> {
        let mut waiting = self.locked();
        if waiting.asked.len() >= QUEUE {
            return Err(Error::Unavailable("too many wait to be read for".to_owned()));
        }
        waiting.asked.push(asked);
        drop(waiting);
        self.comes.notify_one();
        Ok(())
    }
}

impl<K, V> Shared<K, V>
where
    K: Clone + Eq + Hash,
    V: Clone,
{
    /// The first of those who wait, and whoever else asks for the same; waits until there is somebody. `None`: it ends.
    fn next(&self) -> Option<Vec<Asked<K, V>>> {
        let mut waiting = self.locked();
        loop {
            // Who has hung up meanwhile is read for no more.
            waiting.asked.retain(|(_, tell)| !tell.is_closed());
            if !waiting.asked.is_empty() {
                break;
            }
            if waiting.ended {
                return None;
            }
            waiting = self.comes.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        let mut keys = HashSet::new();
        let asked = std::mem::take(&mut waiting.asked).into_iter();
        let (now, later) =
            asked.partition(|(key, _)| keys.contains(key) || (keys.len() < MOST && keys.insert(key.clone())));
        waiting.asked = later;
        Some(now)
    }

    fn serve(&self, asked: Vec<Asked<K, V>>) {
        let keys = asked.iter().map(|(key, _)| key.clone()).collect::<HashSet<_>>();
        let keys = keys.into_iter().collect::<Vec<_>>();
        match self.look(&keys) {
            // One that cannot be read is nobody else's misfortune.
            Err(Undone {
                error: Error::Internal(_),
                ..
            }) if keys.len() > 1 => {
                let each = keys.into_iter().map(|key| {
                    let found = self.look(std::slice::from_ref(&key));
                    (key, found.map_err(|undone| undone.error))
                });
                let each = each.collect::<HashMap<_, _>>();
                for (key, tell) in asked {
                    if let Some(found) = each.get(&key) {
                        answer(found, &key, tell);
                    }
                }
            }
            looked => {
                let away = matches!(
                    looked,
                    Err(Undone {
                        error: Error::Unavailable(_),
                        away: true
                    })
                );
                let found = looked.map_err(|undone| undone.error);
                for (key, tell) in asked {
                    answer(&found, &key, tell);
                }
                // Where nobody is there for these, nobody is for those who came meanwhile. That these took too long says
                // nothing of the others.
                if away {
                    let others = std::mem::take(&mut self.locked().asked);
                    others.into_iter().for_each(|(key, tell)| answer(&found, &key, tell));
                }
            }
        }
    }

    fn look(&self, keys: &[K]) -> Result<HashMap<K, V>, Undone> {
        self.readings.fetch_add(1, Ordering::Relaxed);
        let read = || {
            let all = |found: &HashMap<K, V>| found.len() == keys.len();
            self.db.attempt_public(|conn| (self.read)(conn, keys), all)
        };
        catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
            metrics::panicked(Caught::OffThread);
            Err(Undone {
                error: Error::internal("reading for many at once panicked"),
                away: false,
            })
        })
    }
}

/// Who has hung up is told nothing.
fn answer<K: Eq + Hash, V: Clone>(found: &Result<HashMap<K, V>>, key: &K, tell: Sender<Result<Option<V>>>) {
    let _ = tell.send(match found {
        Ok(found) => Ok(found.get(key).cloned()),
        Err(Error::Unavailable(cause)) => Err(Error::Unavailable(cause.clone())),
        Err(error) => Err(Error::internal(error)),
    });
}
