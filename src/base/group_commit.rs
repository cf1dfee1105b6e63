//! Many small writes as few large ones: what arrives while one batch commits is the next batch.
//!
//! There is no timer: a single job does not wait for company. Jobs of one shard go to one writer in order of arrival,
//! so two writers never wait for each other's row. A batch that fails is tried again job by job: nobody's mistake
//! fails a neighbour. Every wait is bounded: the queue in length, a job in the time it may wait, a writer by the
//! database's own limits; a writer whose connection broke makes a new one.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::pg::PgConnection;
use tokio::sync::{mpsc, oneshot};

use tracing::Span;

use super::db::{Begin, Db, Ended, asks_again, transact};
use super::metrics::{self, Caught};
use super::problem::{Error, Result};

/// More in one transaction gained nothing when it was measured, and holds its locks longer.
const MOST: usize = 256;
/// A job that has waited this long is not begun any more: its caller has been given up on.
const PATIENCE: Duration = Duration::from_secs(8);
/// A connection that was dead shows it within this.
const MOMENT: Duration = Duration::from_secs(1);
/// How long locks are waited for where that was waited already as long as everywhere.
const SHORTLY: &str = "SET LOCAL lock_timeout = '300ms'";
/// How often a job is tried that the database asks to try again.
const ATTEMPTS: u32 = 5;

/// Writes a batch in one transaction: an outcome for every job, in their order (`None`: held back, to be the first of
/// the next batch), or an error for the batch, which is then rolled back.
pub type Write<J, A> = dyn Fn(&mut PgConnection, &[&J]) -> Result<Vec<Option<Result<A>>>> + Send + Sync;

struct Waiting<J, A> {
    job: J,
    shard: u128,
    since: Instant,
    /// The request it came with, for what is logged of it alone.
    span: Span,
    answer: oneshot::Sender<Result<A>>,
}

pub struct GroupCommit<J, A> {
    name: &'static str,
    writers: Vec<mpsc::Sender<Waiting<J, A>>>,
}

impl<J: Send + 'static, A: Send + 'static> GroupCommit<J, A> {
    /// Starts `writers` threads. They end when this is dropped. `queue`: how many jobs may wait for each of them; beyond it
    /// the caller is told to come back.
    pub fn start(name: &'static str, db: &Db, writers: usize, queue: usize, write: Arc<Write<J, A>>) -> Result<Self> {
        let start = |n: usize| {
            let (sender, receiver) = mpsc::channel(queue);
            let mut writer = Writer {
                name,
                db: db.clone(),
                conn: None,
                write: write.clone(),
                locked_at: HashMap::new(),
                hurried: false,
            };
            std::thread::Builder::new()
                .name(format!("{name}-{n}"))
                .spawn(move || writer.work(receiver))
                .map_err(Error::internal)?;
            Ok(sender)
        };
        let writers = (0..writers.max(1)).map(start).collect::<Result<_>>()?;
        Ok(Self { name, writers })
    }

    /// How many wait for a writer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let queued = |writer: &mpsc::Sender<_>| writer.max_capacity() - writer.capacity();
        self.writers.iter().map(queued).sum()
    }

    /// Hands `job` in and waits for its outcome. Jobs of one `shard` are written in order of arrival.
    pub async fn submit(&self, shard: u128, job: J) -> Result<A> {
        let count = u128::try_from(self.writers.len()).map_err(Error::internal)?;
        let writer = usize::try_from(shard.checked_rem(count).unwrap_or_default()).map_err(Error::internal)?;
        let writer = self.writers.get(writer).ok_or_else(|| Error::internal("no writer"))?;
        let (answer, outcome) = oneshot::channel();
        let waiting = Waiting {
            job,
            shard,
            since: Instant::now(),
            span: Span::current(),
            answer,
        };
        writer
            .try_send(waiting)
            .inspect_err(|_| metrics::turned_away(self.name))
            .map_err(|_| Error::Unavailable("too many wait at the desk".to_owned()))?;
        outcome
            .await
            .map_err(|_| Error::Unavailable("the desk closed".to_owned()))?
    }
}

struct Writer<J, A> {
    name: &'static str,
    db: Db,
    conn: Option<PgConnection>,
    write: Arc<Write<J, A>>,
    /// When the row of a shard was last waited for in vain, since anything was written.
    locked_at: HashMap<u128, Instant>,
    /// Locks are only looked at again.
    hurried: bool,
}

impl<J, A> Writer<J, A> {
    fn work(&mut self, mut receiver: mpsc::Receiver<Waiting<J, A>>) {
        let mut batch = Vec::with_capacity(MOST);
        loop {
            if batch.is_empty() {
                if receiver.blocking_recv_many(&mut batch, MOST) == 0 {
                    return;
                }
            } else {
                // Those that were held back do not wait for company.
                while batch.len() < MOST
                    && let Ok(waiting) = receiver.try_recv()
                {
                    batch.push(waiting);
                }
            }
            batch = self.serve(batch);
        }
    }

    /// Serves a batch; returns what was held back.
    fn serve(&mut self, batch: Vec<Waiting<J, A>>) -> Vec<Waiting<J, A>> {
        // Who has hung up is not registered behind their back; who has waited too long was answered nothing yet.
        let (batch, late): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .filter(|waiting| !waiting.answer.is_closed())
            .partition(|waiting| waiting.since.elapsed() < PATIENCE);
        for waiting in late {
            answer(
                waiting,
                Err(Error::Unavailable("waited too long at the desk".to_owned())),
            );
        }
        // Who came while a row was waited for in vain has waited for it as well.
        let in_vain =
            |waiting: &Waiting<J, A>| self.locked_at.get(&waiting.shard).is_some_and(|at| waiting.since < *at);
        let (locked, batch): (Vec<_>, Vec<_>) = batch.into_iter().partition(in_vain);
        answer_locked(locked);
        if batch.is_empty() {
            return batch;
        }
        let jobs = batch.iter().map(|waiting| &waiting.job).collect::<Vec<_>>();
        match self.attempt(&jobs) {
            Ok(outcomes) => {
                metrics::batch(self.name, jobs.len());
                self.locked_at.clear();
                let served = batch.into_iter().zip(outcomes);
                served
                    .filter_map(|(waiting, outcome)| match outcome {
                        Some(outcome) => {
                            answer(waiting, outcome);
                            None
                        }
                        None => Some(waiting),
                    })
                    .collect()
            }
            Err(Fault::ForAll(cause)) => {
                for waiting in batch {
                    answer(waiting, Err(Error::Unavailable(cause.clone())));
                }
                Vec::new()
            }
            Err(Fault::OfOne(error)) => {
                self.one_by_one(batch, error);
                Vec::new()
            }
        }
    }

    /// A batch of one has had its attempt, unless the database asks for another.
    fn one_by_one(&mut self, mut batch: Vec<Waiting<J, A>>, error: Error) {
        if waited_for_a_lock(&error)
            && batch.len() == 1
            && let Some(only) = batch.first()
        {
            self.locked_at.insert(only.shard, Instant::now());
        }
        if batch.len() == 1
            && !asks_again(&error)
            && let Some(only) = batch.pop()
        {
            return answer(only, Err(error));
        }
        if batch.len() > 1 && !asks_again(&error) {
            tracing::warn!(jobs = batch.len(), %error, "a batch failed; each job is tried on its own");
        }
        // All have waited for the lock by now. Who needs it finds out soon, and who does not is served.
        self.hurried = waited_for_a_lock(&error);
        // Where one found its row locked, the others of its shard would too, and their neighbours would wait for them.
        let mut locked = HashSet::new();
        for waiting in batch {
            let shard = waiting.shard;
            if locked.contains(&shard) {
                answer_locked(vec![waiting]);
            } else if !self.alone(waiting) {
                locked.insert(shard);
                self.locked_at.insert(shard, Instant::now());
            }
        }
        self.hurried = false;
    }

    /// `false`: its row was locked, or the database away.
    fn alone(&mut self, waiting: Waiting<J, A>) -> bool {
        let _of_its_request = waiting.span.clone().entered();
        let mut attempt = 0;
        let outcome = loop {
            attempt += 1;
            if waiting.since.elapsed() >= PATIENCE {
                break Err(Error::Unavailable("waited too long at the desk".to_owned()));
            }
            match self.attempt(&[&waiting.job]) {
                Ok(mut outcomes) => {
                    break outcomes
                        .pop()
                        .flatten()
                        .unwrap_or_else(|| Err(Error::internal("no outcome")));
                }
                Err(Fault::OfOne(error)) if asks_again(&error) && attempt < ATTEMPTS => metrics::tried_again(),
                Err(Fault::OfOne(error)) => break Err(error),
                Err(Fault::ForAll(cause)) => break Err(Error::Unavailable(cause)),
            }
        };
        let passable = !matches!(outcome, Err(Error::Unavailable(_)));
        answer(waiting, outcome);
        passable
    }

    /// One transaction. A connection that was dead before it began is replaced once.
    fn attempt(&mut self, jobs: &[&J]) -> std::result::Result<Vec<Option<Result<A>>>, Fault> {
        let begun = Instant::now();
        for _ in 0..2 {
            let mut conn = match self.conn.take() {
                Some(conn) => conn,
                None => self.db.connect().map_err(|error| Fault::ForAll(error.to_string()))?,
            };
            let write = &self.write;
            let mut begin = self.db.begins(Begin::WriteByKey);
            if self.hurried {
                begin = format!("{begin}; {SHORTLY}");
            }
            let ended = catch_unwind(AssertUnwindSafe(|| {
                transact(&mut conn, &begin, |conn| write(conn, jobs))
            }));
            if let Ok(ended) = &ended {
                self.db.wrote(ended);
            }
            match ended {
                Ok(Ended::Done(outcomes)) if outcomes.len() == jobs.len() => {
                    self.conn = Some(conn);
                    return Ok(outcomes);
                }
                Ok(Ended::Done(_)) => return Err(Fault::OfOne(Error::internal("an outcome is missing"))),
                Ok(Ended::RolledBack(error)) => {
                    // A broken connection shows when it is used next.
                    self.conn = Some(conn);
                    return Err(Fault::OfOne(error));
                }
                // One that was silent, not dead, has had the time of all who wait.
                Ok(Ended::NotBegun(error)) if begun.elapsed() > MOMENT => return Err(Fault::ForAll(error.to_string())),
                Ok(Ended::NotBegun(_)) => {}
                // It may have been committed: to try again could do it twice.
                Ok(Ended::Unsure(error)) => return Err(Fault::ForAll(error.to_string())),
                // The connection is in the middle of something; it goes with the panic.
                Err(_) => {
                    metrics::panicked(Caught::Desk);
                    return Err(Fault::OfOne(Error::internal("the desk panicked")));
                }
            }
        }
        Err(Fault::ForAll("the database is away".to_owned()))
    }
}

enum Fault {
    /// The database is away, or nobody knows: the same for every job.
    ForAll(String),
    /// Something in the batch; alone the others may succeed.
    OfOne(Error),
}

fn waited_for_a_lock(error: &Error) -> bool {
    matches!(error, Error::Unavailable(cause) if cause.contains("lock timeout"))
}

fn answer_locked<J, A>(locked: Vec<Waiting<J, A>>) {
    for waiting in locked {
        answer(waiting, Err(Error::Unavailable("its row is locked".to_owned())));
    }
}

fn answer<J, A>(waiting: Waiting<J, A>, outcome: Result<A>) {
    // The caller may have hung up meanwhile; with an Idempotency-Key it can ask again.
    drop(waiting.answer.send(outcome));
}
