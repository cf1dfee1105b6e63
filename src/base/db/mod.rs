//! The only way to the database: [`Db::read`] and [`Db::write`], one transaction each, on a blocking thread.
//! A connection never crosses an `.await`, and every wait has an end: 2 s for a connection, 3 s for a lock,
//! 5 s for a statement. Past it the caller gets 503, and the service goes on.
//!
//! Behind a pooler that hands connections on after each transaction nothing is kept between two: no prepared statement, and
//! no setting, which is then part of the message that begins a transaction. Nobody here listens, makes temporary tables, holds
//! cursors or locks sessions; only the migration does the last, on a connection of its own. What may be some seconds old is
//! read from a standby where there is one, [`Db::read_lagging`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::{CacheSize, SimpleConnection};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::{Pool, PooledConnection, R2D2Connection};
use tokio::sync::Semaphore;

use self::apart::Apart;
use self::line::Exchange;
use self::replica::Replica;
use self::transaction::{RETRY, throw_away};
use super::memory::Writes;
use super::metrics;
use super::off_thread;
use super::problem::{Error, Result};

mod apart;
mod examine;
mod grants;
mod limits;
mod line;
mod migrate;
mod prepared;
mod replica;
mod transaction;
mod unhurried;

pub use self::examine::Wanted;
pub use self::grants::{May, TABLES, setup};
pub use self::limits::split_query;
pub use self::migrate::MIGRATIONS;
pub use self::prepared::{Prepared, prepared};
pub use self::transaction::{Ended, OnConstraint, again, asks_again, rehearse, transact};

/// Of each kind that has had its time a statement deletes so many rows at most: it is far from its end, however many there are. Of
/// what drags much along with it, as reports of attendance do, less.
pub const SWEPT_AT_ONCE: i64 = 5000;
const POOL_WAIT: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 5;

/// What holds for each of our transactions. Compiling a statement takes PostgreSQL seconds where much lies in the tables, and
/// saved nothing where it was measured.
const SETTINGS: &[(&str, &str)] = &[
    ("jit", "off"),
    ("lock_timeout", "'3s'"),
    ("statement_timeout", "'5s'"),
    ("idle_in_transaction_session_timeout", "'10s'"),
    ("timezone", "'UTC'"),
    ("synchronous_commit", "on"),
];

/// For a thread that looks up few rows by their keys, all the time: whatever the statistics say of a young or much changed
/// table, the index is the way.
const BY_KEY: &[(&str, &str)] = &[
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
];

/// Writers wait here, in order of arrival, before they take a connection.
const WRITE_WAIT: Duration = Duration::from_secs(5);
/// Connections that writers leave to readers: a rush on one seminar waits for its row, the programme is still read.
const FOR_READERS: u32 = 4;
/// A pool that wants a connection and gets none tries at least this often.
const TRIED_EVERY: Duration = Duration::from_secs(5);
/// While the database is away, a thread with a connection of its own asks again this often, and not each time somebody comes.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// For how long a connection of the server is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lease {
    /// Until we close it: it remembers settings and prepared statements.
    Session,
    /// A pooler gives it to somebody else after each transaction.
    Transaction,
}

/// Which transaction is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    Read,
    Write,
    /// On a connection of [`Db::connect`].
    WriteByKey,
}

type Connections = Pool<Exchange>;

#[derive(Clone)]
pub struct Db {
    url: Arc<str>,
    exchange: Exchange,
    pool: Connections,
    apart: Apart,
    writers: Arc<Semaphore>,
    lease: Lease,
    replica: Option<Arc<Replica>>,
    writes: Writes,
}

/// What a new connection is told once, where it can remember it.
fn settle(conn: &mut PgConnection, lease: Lease, settings: &[(&str, &str)]) -> QueryResult<()> {
    match lease {
        Lease::Session => conn.batch_execute(&set("SET", settings)),
        Lease::Transaction => {
            conn.set_prepared_statement_cache_size(CacheSize::Disabled);
            Ok(())
        }
    }
}

fn set(verb: &str, settings: &[(&str, &str)]) -> String {
    let statements = settings.iter().map(|(name, value)| format!("{verb} {name} = {value}"));
    statements.collect::<Vec<_>>().join("; ")
}

/// Connections are made when they are first needed, not all at the start.
fn pool(exchange: &Exchange, size: u32) -> Result<Connections> {
    Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .connection_timeout(POOL_WAIT)
        // A round trip on every checkout; broken connections are found and replaced in `run` instead.
        .test_on_check_out(false)
        .build(exchange.clone())
        .map_err(|error| Error::Unavailable(error.to_string()))
}

/// Why a transaction was not done.
pub(in crate::base) struct Undone {
    pub error: Error,
    /// Whether nobody was there, or left in the middle. Who ends a statement or keeps a row locked is there, and so is a
    /// database whose connections others of us have. Behind a pooler nobody can tell one that is busy from one that is away.
    pub away: bool,
}

/// Tries until a transaction on one of the pool's connections ends for good; `heard` is told how each ended.
fn run_on<T>(
    (exchange, pool): (&Exchange, &Connections),
    begin: &str,
    work: impl Fn(&mut PgConnection) -> Result<T>,
    heard: impl Fn(&Ended<T>),
) -> Result<T, Undone> {
    let begun = Instant::now();
    let mut attempt = 0;
    loop {
        attempt += 1;
        let mut conn = connection(exchange, pool)?;
        let ended = transact(&mut conn, begin, &work);
        heard(&ended);
        match ended {
            Ended::Done(value) => return Ok(value),
            // Nothing was asked of the database: take another connection. One that was silent has had our time.
            Ended::NotBegun(error) => {
                throw_away(&mut conn);
                // A server that only reads was asked twice, and the second connection was made for it: more tell nothing more.
                let only_reads = attempt > 1 && error.to_string().contains("during recovery");
                if only_reads || attempt > pool.max_size() + 1 || begun.elapsed() >= POOL_WAIT {
                    return Err(Undone { error, away: true });
                }
            }
            Ended::RolledBack(Error::Unavailable(cause)) if cause == RETRY && attempt < ATTEMPTS => {
                metrics::tried_again()
            }
            Ended::RolledBack(error) | Ended::Unsure(error) => {
                let away = R2D2Connection::is_broken(&mut *conn);
                return Err(Undone { error, away });
            }
        }
    }
}

/// Whether there is no connection, and none could be made for as long as anybody waits, until just now.
fn makes_none(exchange: &Exchange, pool: &Connections) -> bool {
    exchange.away_for(POOL_WAIT) && exchange.made_none_within(TRIED_EVERY) && pool.state().connections == 0
}

/// Waits while the database may be coming back; once it has been away for as long as anybody waits, nobody waits in vain. But where
/// nobody has tried for a while, nobody may be trying any more: then one does.
fn connection(exchange: &Exchange, pool: &Connections) -> Result<PooledConnection<Exchange>, Undone> {
    if makes_none(exchange, pool) {
        return Err(Undone {
            error: away("the database is away"),
            away: true,
        });
    }
    let _wait = metrics::PoolWait::begun();
    pool.get().map_err(|error| {
        metrics::no_connection();
        // There could have been one more, and there was none.
        let away = pool.state().connections < pool.max_size();
        Undone {
            error: self::away(error),
            away,
        }
    })
}

fn away(error: impl std::fmt::Display) -> Error {
    Error::Unavailable(format!("no connection: {error}"))
}

impl Db {
    fn makes_none(&self) -> bool {
        makes_none(&self.exchange, &self.pool)
    }

    /// On connections that are ours until we close them.
    pub fn new(url: &str, size: u32) -> Result<Self> {
        Self::open(url, size, Lease::Session)
    }

    pub fn open(url: &str, size: u32, lease: Lease) -> Result<Self> {
        let writers = size.saturating_sub(FOR_READERS).max(1);
        let writers = Arc::new(Semaphore::new(usize::try_from(writers).map_err(Error::internal)?));
        let exchange = Exchange::open(url, lease).map_err(Error::internal)?;
        Ok(Self {
            url: url.into(),
            pool: pool(&exchange, size)?,
            exchange,
            apart: Apart::default(),
            writers,
            lease,
            replica: None,
            writes: Writes::default(),
        })
    }

    /// With a standby for what may be some seconds old.
    pub fn with_replica(mut self, url: &str) -> Result<Self> {
        let size = self.pool.max_size();
        self.replica = Some(Arc::new(Replica::open(url, size, self.lease)?));
        Ok(self)
    }

    /// What begins a transaction. What the connection does not remember is said with it: one message, no further round trip.
    #[must_use]
    pub fn begins(&self, begin: Begin) -> String {
        begins(self.lease, begin)
    }

    /// Runs `work` in one READ ONLY transaction.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        off_thread(move || db.run(true, work)).await
    }

    /// Runs `work` in one READ ONLY transaction, and then makes something of what it found: takes time, and holds neither
    /// the connection nor the view of the database meanwhile.
    pub async fn read_and<T, U, F, G>(&self, work: F, then: G) -> Result<U>
    where
        T: 'static,
        U: Send + 'static,
        F: Fn(&mut PgConnection) -> Result<T> + Send + 'static,
        G: FnOnce(T) -> Result<U> + Send + 'static,
    {
        let db = self.clone();
        off_thread(move || db.run(true, work).and_then(then)).await
    }

    /// [`Db::run_lagging`] off the async threads.
    pub async fn read_lagging<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        off_thread(move || db.run_lagging(work)).await
    }

    /// [`Db::run_public_where`] off the async threads.
    pub async fn read_public_where<T, F, E>(&self, work: F, enough: E) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut PgConnection) -> Result<T> + Send + 'static,
        E: Fn(&T) -> bool + Send + 'static,
    {
        let db = self.clone();
        off_thread(move || db.run_public_where(work, enough)).await
    }

    /// Runs `work` in one READ WRITE transaction: commits on `Ok`, rolls back on `Err`. The work may be run
    /// again when the database asks for it (deadlock, serialization), so it must have no effect outside.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    {
        let turn = tokio::time::timeout(WRITE_WAIT, self.writers.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| Error::Unavailable("too many writers wait".to_owned()))?;
        let turn = turn.map_err(Error::internal)?;
        let db = self.clone();
        // The turn goes with the work: who hangs up does not make room for another while it goes on.
        off_thread(move || {
            let _turn = turn;
            db.run(false, work)
        })
        .await
    }

    /// The blocking form, for the command line and the tests' arrangements.
    pub fn run<T>(&self, read_only: bool, work: impl Fn(&mut PgConnection) -> Result<T>) -> Result<T> {
        self.attempt(read_only, work).map_err(|undone| undone.error)
    }

    fn attempt<T>(&self, read_only: bool, work: impl Fn(&mut PgConnection) -> Result<T>) -> Result<T, Undone> {
        let own = (&self.exchange, &self.pool);
        if read_only {
            run_on(own, &self.begins(Begin::Read), work, |_| ())
        } else {
            run_on(own, &self.begins(Begin::Write), work, |ended| self.wrote(ended))
        }
    }

    /// How often was written through this, on whatever connection.
    #[must_use]
    pub fn writes(&self) -> &Writes {
        &self.writes
    }

    /// Counts a transaction that has, or may have, changed something. Whoever writes on a connection of their own says so
    /// before they answer.
    pub fn wrote<T>(&self, ended: &Ended<T>) {
        if let Some(replica) = self.replica.as_deref().filter(|_| matches!(ended, Ended::Done(_))) {
            replica.database_is_there();
        }
        if matches!(ended, Ended::Done(_) | Ended::Unsure(_)) {
            self.writes.one_more();
        }
    }

    /// A connection of one's own, for a thread that writes all the time; its transactions begin with [`Begin::WriteByKey`].
    pub fn connect(&self) -> Result<PgConnection> {
        if self.exchange.made_none_within(ASK_AGAIN) {
            return Err(away("there was none a moment ago"));
        }
        let mut conn = self.exchange.dial().map_err(away)?;
        settle(&mut conn, self.lease, BY_KEY).map_err(away)?;
        Ok(conn)
    }

    /// Connections that are used, those that lie ready, and how many there may be.
    #[must_use]
    pub fn connections(&self) -> (u32, u32, u32) {
        let state = self.pool.state();
        let used = state.connections.saturating_sub(state.idle_connections);
        (used, state.idle_connections, self.pool.max_size())
    }

    /// [`Db::ready`] on a thread of its own: those of the blocking pool may all be waiting for connections.
    pub async fn check_ready(&self) -> Result<()> {
        let db = self.clone();
        let (sender, told) = tokio::sync::oneshot::channel();
        let look = move || drop(sender.send(db.ready()));
        let thread = std::thread::Builder::new().name("ready".to_owned()).spawn(look);
        thread.map_err(Error::internal)?;
        told.await
            .map_err(|_| Error::internal("looking at the database panicked"))?
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    off_thread::off_thread(work).await?
}

fn begins(lease: Lease, begin: Begin) -> String {
    let first = match begin {
        Begin::Read => "BEGIN TRANSACTION READ ONLY",
        Begin::Write | Begin::WriteByKey => "BEGIN TRANSACTION READ WRITE",
    };
    match (lease, begin) {
        (Lease::Session, _) => first.to_owned(),
        (Lease::Transaction, Begin::WriteByKey) => {
            format!("{first}; {}; {}", set("SET LOCAL", SETTINGS), set("SET LOCAL", BY_KEY))
        }
        (Lease::Transaction, _) => format!("{first}; {}", set("SET LOCAL", SETTINGS)),
    }
}
