//! A standby for what may be some seconds old. It makes things faster and keeps the public served while the database is away;
//! nothing ever fails because of it, and whoever is sent there waits some three and a half seconds at most until it has
//! begun; whoever looks at it as well, twice that.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::PooledConnection;
use diesel::sql_types::{Bool, Double};

use super::line::Exchange;
use super::transaction::throw_away;
use super::{Begin, Connections, Db, Ended, Lease, Undone, begins, off_thread, pool, transact};
use crate::base::metrics::{self, Reading};
use crate::base::problem::{Error, Result};

/// Older than this nothing is shown while the database itself is there.
const MOST_LAG_SECONDS: f64 = 10.0;
/// How long a standby that was found good is asked without another look.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// How long one that was away or too old is left alone: it is not asked at every request, and does not flap.
const BAD_FOR: Duration = Duration::from_secs(10);
/// How long the database is taken for away after it was found so; longer waits would be everybody's.
const AWAY_FOR: Duration = Duration::from_secs(5);
/// It is there to be fast: nobody waits longer for a connection to it, or for more than one that was silent.
const WAIT: Duration = Duration::from_millis(500);

/// How far behind one is that follows nobody any more.
const FOR_GOOD: f64 = 1e9;

/// What was received and not yet replayed is behind. Without a receiver nobody knows what was missed, so the last transaction
/// counts, even if nothing was written since. When the receiver last heard of the primary an ordinary role is not told; how soon
/// it gives it up is `wal_receiver_timeout`, docs/production.md. One that was promoted has a history of its own, and is behind
/// for good.
const LAG: &str = "SELECT CASE
        WHEN NOT pg_is_in_recovery() THEN 1e9
        WHEN EXISTS (SELECT FROM pg_stat_wal_receiver) AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
        ELSE coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()), 1e9)
    END::float8 AS seconds,
    NOT pg_is_in_recovery() AS promoted";

#[derive(QueryableByName)]
struct Lag {
    #[diesel(sql_type = Double)]
    seconds: f64,
    #[diesel(sql_type = Bool)]
    promoted: bool,
}

#[derive(Clone, Copy)]
struct Judged {
    at: Option<Instant>,
    good: bool,
}

pub struct Replica {
    pool: Connections,
    begin: String,
    judged: Mutex<Judged>,
    /// Whether the last look found that it follows nobody any more.
    promoted: AtomicBool,
    database_away_since: Mutex<Option<Instant>>,
}

impl Replica {
    pub(super) fn open(url: &str, size: u32, lease: Lease) -> Result<Self> {
        Ok(Self {
            pool: pool(&Exchange::to_a_standby(url, lease).map_err(Error::internal)?, size)?,
            begin: begins(lease, Begin::Read),
            judged: Mutex::new(Judged { at: None, good: false }),
            promoted: AtomicBool::new(false),
            database_away_since: Mutex::new(None),
        })
    }

    /// Whether it is there and young enough. One caller looks; the others go by what was known.
    fn is_current(&self) -> bool {
        let mut judged = locked(&self.judged);
        let holds = if judged.good { GOOD_FOR } else { BAD_FOR };
        if judged.at.is_some_and(|at| at.elapsed() < holds) {
            return judged.good;
        }
        judged.at = Some(Instant::now());
        let before = judged.good;
        drop(judged);
        let lag = self.look();
        let good = lag.as_ref().is_ok_and(|seconds| *seconds <= MOST_LAG_SECONDS);
        metrics::standby(good, lag.as_ref().ok().copied());
        if good != before {
            match lag {
                Ok(seconds) => tracing::info!(good, seconds, "the standby was looked at"),
                Err(error) => tracing::warn!(%error, "the standby is away"),
            }
        }
        self.judge(good);
        good
    }

    /// How many seconds it is behind. Lines to one that was promoted live on, and its address may lead to another by now: none is
    /// kept, neither those that nobody has at the moment nor, in [`Replica::lend`], those that are given back.
    fn look(&self) -> Result<f64> {
        for _ in 0..self.pool.max_size() {
            let (lag, mut conn) = self.lend(&|conn| Ok(diesel::sql_query(LAG).get_result::<Lag>(conn)?))?;
            self.promoted.store(lag.promoted, Ordering::Relaxed);
            if !lag.promoted {
                return Ok(lag.seconds);
            }
            throw_away(&mut conn);
            if self.pool.state().idle_connections == 0 {
                break;
            }
        }
        Ok(FOR_GOOD)
    }

    fn judge(&self, good: bool) {
        *locked(&self.judged) = Judged {
            at: Some(Instant::now()),
            good,
        };
    }

    /// Who has just written finds what they wrote, and not what was before the database was away.
    pub(super) fn database_is_there(&self) {
        *locked(&self.database_away_since) = None;
    }

    /// Once, and once more for each connection of the pool that was dead; one that was silent had all the time there is.
    fn run<T>(&self, work: &impl Fn(&mut PgConnection) -> Result<T>) -> Result<T> {
        self.lend(work).map(|(value, _)| value)
    }

    /// The same, with the connection on which it was done.
    fn lend<T>(&self, work: &impl Fn(&mut PgConnection) -> Result<T>) -> Result<(T, PooledConnection<Exchange>)> {
        let (begun, mut dead) = (Instant::now(), 0);
        loop {
            let conn = self.pool.get_timeout(WAIT);
            let mut conn = conn.map_err(|error| Error::Unavailable(format!("the standby: {error}")))?;
            match transact(&mut conn, &self.begin, work) {
                Ended::Done(value) => {
                    if self.promoted.load(Ordering::Relaxed) {
                        throw_away(&mut conn);
                    }
                    return Ok((value, conn));
                }
                Ended::NotBegun(error) => {
                    throw_away(&mut conn);
                    dead += 1;
                    if dead > self.pool.max_size() + 1 || begun.elapsed() > WAIT {
                        return Err(error);
                    }
                }
                Ended::RolledBack(error) | Ended::Unsure(error) => return Err(error),
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Db {
    /// Looks at the standby, so that what is told of it is not from when somebody last read there.
    pub async fn look_at_standby(&self) -> Result<()> {
        let db = self.clone();
        off_thread(move || {
            if let Some(replica) = db.replica.as_deref() {
                replica.is_current();
            }
            Ok(())
        })
        .await
    }

    /// Runs `work` where there is least to do: on a standby that is at most some seconds behind. What it cannot answer, the
    /// database itself is asked, also for what is not there yet. For what is public or a summary: never for who may do what,
    /// for seats, or for what the same caller has just written.
    pub fn run_lagging<T>(&self, work: impl Fn(&mut PgConnection) -> Result<T>) -> Result<T> {
        let Some(replica) = self.replica.as_deref() else {
            return self.run(true, work);
        };
        if !replica.is_current() {
            metrics::reading(Reading::FallenBack);
            return self.run_public(work);
        }
        match replica.run(&work) {
            Ok(value) => {
                metrics::reading(Reading::Read);
                Ok(value)
            }
            Err(refused) => {
                metrics::reading(Reading::FallenBack);
                if matches!(refused, Error::Unavailable(_)) {
                    metrics::standby(false, None);
                    replica.judge(false);
                }
                // Of the two the standby's word counts only where the other has none.
                match (self.run(true, work), refused) {
                    (Err(Error::Unavailable(_)), refused @ Error::Refused(_)) => Err(refused),
                    (outcome, _) => outcome,
                }
            }
        }
    }

    /// Runs `work` on the database itself; while that is away, on a standby however old, and even on one that was promoted: an old
    /// programme is better than none.
    /// One that is only busy is still there, and of what is older than it is shown nothing: then the standby has to be current.
    pub fn run_public<T>(&self, work: impl Fn(&mut PgConnection) -> Result<T>) -> Result<T> {
        self.run_public_where(work, |_| true)
    }

    /// The same, where the standby's word is taken without asking the database only if it is `enough`: what it does not know
    /// may have been written since.
    pub fn run_public_where<T>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T>,
        enough: impl Fn(&T) -> bool,
    ) -> Result<T> {
        self.attempt_public(work, enough).map_err(|undone| undone.error)
    }

    /// The same; says also whether nobody is there at all.
    pub(in crate::base) fn attempt_public<T>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T>,
        enough: impl Fn(&T) -> bool,
    ) -> Result<T, Undone> {
        let Some(replica) = self.replica.as_deref() else {
            return self.attempt(true, work);
        };
        let away = *locked(&replica.database_away_since);
        if away.is_some_and(|since| since.elapsed() < AWAY_FOR)
            && let Ok(value) = replica.run(&work)
            && enough(&value)
        {
            metrics::reading(Reading::StoodIn);
            return Ok(value);
        }
        match self.attempt(true, &work) {
            Err(Undone {
                error: Error::Unavailable(cause),
                away,
            }) => {
                let unavailable = |cause| Undone {
                    error: Error::Unavailable(cause),
                    away,
                };
                if away {
                    *locked(&replica.database_away_since) = Some(Instant::now());
                } else if !replica.is_current() {
                    return Err(unavailable(cause));
                }
                match replica.run(&work) {
                    Err(Error::Unavailable(_) | Error::Internal(_)) => Err(unavailable(cause)),
                    // The database may know by now what the standby does not: its silence is no answer.
                    Err(Error::Refused(_)) if !away => Err(unavailable(cause)),
                    Ok(value) if !away && !enough(&value) => Err(unavailable(cause)),
                    answered => {
                        metrics::reading(Reading::StoodIn);
                        answered.map_err(|error| Undone { error, away })
                    }
                }
            }
            outcome => {
                replica.database_is_there();
                outcome
            }
        }
    }
}
