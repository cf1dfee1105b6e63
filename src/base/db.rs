//! The only way to the database: [`Db::read`] and [`Db::write`], one transaction each, on a blocking thread.
//! A connection never crosses an `.await`, and every wait has an end: 2 s for a connection, 3 s for a lock,
//! 5 s for a statement. Past it the caller gets 503, and the service goes on.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool, PooledConnection};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use tokio::sync::Semaphore;

use super::problem::{Error, Problem, Result};

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// Any number does, as long as nobody else takes it: "Einlass" as bytes.
const MIGRATION_LOCK: i64 = 0x0045_696e_6c61_7373;
const POOL_WAIT: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 5;

const SESSION: &str = "SET lock_timeout = '3s'; SET statement_timeout = '5s'; \
    SET idle_in_transaction_session_timeout = '10s'; SET TIME ZONE 'UTC'; SET synchronous_commit = on";

/// For a thread that looks up few rows by their keys, all the time: whatever the statistics say of a young or much changed
/// table, the index is the way.
const BY_KEY: &str = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";

/// Writers wait here, in order of arrival, before they take a connection.
const WRITE_WAIT: Duration = Duration::from_secs(5);
/// Connections that writers leave to readers: a rush on one seminar waits for its row, the programme is still read.
const FOR_READERS: u32 = 4;
/// A database that went away without a word is noticed within half a minute, not by the system's two hours.
const LIVELINESS: &str =
    "connect_timeout=2&keepalives_idle=10&keepalives_interval=5&keepalives_count=3&tcp_user_timeout=10000";

#[derive(Clone)]
pub struct Db {
    url: Arc<str>,
    pool: Pool<ConnectionManager<PgConnection>>,
    writers: Arc<Semaphore>,
}

#[derive(Debug)]
struct Session;

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Session {
    fn on_acquire(&self, conn: &mut PgConnection) -> std::result::Result<(), diesel::r2d2::Error> {
        conn.batch_execute(SESSION).map_err(diesel::r2d2::Error::QueryError)
    }
}

impl Db {
    /// Connections are made when they are first needed: a service may start before its database.
    pub fn new(url: &str, size: u32) -> Result<Self> {
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .connection_timeout(POOL_WAIT)
            // A round trip on every checkout; broken connections are found and replaced in `run` instead.
            .test_on_check_out(false)
            .connection_customizer(Box::new(Session))
            .build(ConnectionManager::new(watched(url)))
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        let writers = size.saturating_sub(FOR_READERS).max(1);
        let writers = Arc::new(Semaphore::new(usize::try_from(writers).map_err(Error::internal)?));
        Ok(Self {
            url: watched(url).into(),
            pool,
            writers,
        })
    }

    /// Runs `work` in one READ ONLY transaction.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    {
        self.off_thread(true, work, Ok).await
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
        self.off_thread(true, work, then).await
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
        let _turn = turn.map_err(Error::internal)?;
        self.off_thread(false, work, Ok).await
    }

    async fn off_thread<T, U, F, G>(&self, read_only: bool, work: F, then: G) -> Result<U>
    where
        T: 'static,
        U: Send + 'static,
        F: Fn(&mut PgConnection) -> Result<T> + Send + 'static,
        G: FnOnce(T) -> Result<U> + Send + 'static,
    {
        let db = self.clone();
        #[expect(
            clippy::disallowed_methods,
            reason = "Db is the one place that leaves the async threads"
        )]
        actix_web::web::block(move || db.run(read_only, work).and_then(then))
            .await
            .map_err(|_| Error::Unavailable("the blocking pool is closing".to_owned()))?
    }

    /// The blocking form, for the command line and the tests' arrangements.
    pub fn run<T>(&self, read_only: bool, work: impl Fn(&mut PgConnection) -> Result<T>) -> Result<T> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let mut conn = self.connection()?;
            match transact(&mut conn, read_only, &work) {
                Ended::Done(value) => return Ok(value),
                // The connection was dead before anything was asked of it: take another.
                Ended::NotBegun(_) if attempt <= self.pool.max_size() + 1 => {}
                Ended::RolledBack(Error::Unavailable(cause)) if cause == RETRY && attempt < ATTEMPTS => {}
                Ended::NotBegun(error) | Ended::RolledBack(error) | Ended::Unsure(error) => return Err(error),
            }
        }
    }

    /// A connection of one's own, for a thread that writes all the time.
    pub fn connect(&self) -> Result<PgConnection> {
        let away = |error: &dyn std::fmt::Display| Error::Unavailable(format!("no connection: {error}"));
        let mut conn = PgConnection::establish(&self.url).map_err(|error| away(&error))?;
        conn.batch_execute(SESSION).map_err(|error| away(&error))?;
        conn.batch_execute(BY_KEY).map_err(|error| away(&error))?;
        Ok(conn)
    }

    fn connection(&self) -> Result<PooledConnection<ConnectionManager<PgConnection>>> {
        self.pool
            .get()
            .map_err(|error| Error::Unavailable(format!("no connection: {error}")))
    }

    /// Brings the schema up to date. Several instances may start at once: one migrates, the others wait.
    pub fn migrate(&self) -> Result<Vec<String>> {
        let mut conn = self.connection()?;
        // A try-lock in a loop, not a waiting lock: a waiter's open snapshot would stall index builds.
        let lock = || diesel::select(pg_try_advisory_lock(MIGRATION_LOCK));
        let mut waited = 0;
        while !lock().get_result::<bool>(&mut conn).map_err(Error::from)? {
            if waited >= 600 {
                return Err(Error::Unavailable(
                    "another instance has been migrating for a minute".to_owned(),
                ));
            }
            waited += 1;
            std::thread::sleep(Duration::from_millis(100));
        }
        let outcome = conn
            .batch_execute("SET statement_timeout = 0")
            .map_err(Error::from)
            .and_then(|()| {
                conn.run_pending_migrations(MIGRATIONS)
                    .map(|versions| versions.iter().map(ToString::to_string).collect())
                    .map_err(|error| Error::Internal(format!("migration: {error}")))
            });
        let unlocked = diesel::select(pg_advisory_unlock(MIGRATION_LOCK)).get_result::<bool>(&mut conn);
        let settled = conn.batch_execute(SESSION);
        let versions = outcome?;
        unlocked.map_err(Error::from)?;
        settled.map_err(Error::from)?;
        Ok(versions)
    }

    /// Who else is connected to the database, by name and process; empty: nobody.
    pub fn others(&self) -> Result<Vec<String>> {
        #[derive(QueryableByName)]
        struct Other {
            #[diesel(sql_type = diesel::sql_types::Text)]
            named: String,
        }
        let others = diesel::sql_query(
            "SELECT format('%s %s (process %s)', usename, application_name, pid) AS named FROM pg_stat_activity
             WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY pid",
        );
        let others = others.load::<Other>(&mut self.connection()?)?;
        Ok(others.into_iter().map(|other| other.named).collect())
    }

    /// [`Db::ready`] off the async threads.
    pub async fn check_ready(&self) -> Result<()> {
        let db = self.clone();
        #[expect(
            clippy::disallowed_methods,
            reason = "Db is the one place that leaves the async threads"
        )]
        actix_web::web::block(move || db.ready())
            .await
            .map_err(|_| Error::Unavailable("the blocking pool is closing".to_owned()))?
    }

    /// Whether the service can do its work: schema current, and the database keeps what it acknowledges.
    pub fn ready(&self) -> Result<()> {
        let mut conn = self.connection()?;
        let pending = conn
            .has_pending_migration(MIGRATIONS)
            .map_err(|error| Error::Unavailable(format!("migrations: {error}")))?;
        if pending {
            return Err(Error::Unavailable(
                "migrations are pending; run `einlass migrate`".to_owned(),
            ));
        }
        // A deadlock and a timeout are told from other errors by PostgreSQL's words.
        let language = diesel::select(current_setting("lc_messages")).get_result::<String>(&mut conn)?;
        if !["C", "POSIX", "en"].iter().any(|known| language.starts_with(known)) && !language.is_empty() {
            return Err(Error::Unavailable(format!(
                "lc_messages is {language}; it must be C or English"
            )));
        }
        for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
            let value = diesel::select(current_setting(setting)).get_result::<String>(&mut conn)?;
            if value == "off" {
                return Err(Error::Unavailable(format!(
                    "{setting} is off: acknowledged work could be lost"
                )));
            }
        }
        Ok(())
    }
}

diesel::define_sql_function! { fn pg_try_advisory_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool; }
diesel::define_sql_function! { fn pg_advisory_unlock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool; }
diesel::define_sql_function! { fn current_setting(name: diesel::sql_types::Text) -> diesel::sql_types::Text; }

/// The URL with what keeps a connection from waiting for ever; what the operator says himself stays.
fn watched(url: &str) -> String {
    let said = |setting: &str| url.contains(setting.split('=').next().unwrap_or_default());
    let missing = LIVELINESS
        .split('&')
        .filter(|setting| !said(setting))
        .collect::<Vec<_>>();
    let joint = if url.contains('?') { '&' } else { '?' };
    if missing.is_empty() {
        url.to_owned()
    } else {
        format!("{url}{joint}{}", missing.join("&"))
    }
}

/// The cause that [`Db::run`] answers with another attempt.
const RETRY: &str = "the transaction has to be tried again";

/// Whether the error asks for another attempt.
#[must_use]
pub fn asks_again(error: &Error) -> bool {
    matches!(error, Error::Unavailable(cause) if cause == RETRY)
}

/// For work that met another transaction and will find what it left when it is tried again.
#[must_use]
pub fn again() -> Error {
    Error::Unavailable(RETRY.to_owned())
}

/// How a transaction ended.
pub enum Ended<T> {
    Done(T),
    /// Nothing was asked of the database: the connection was dead before.
    NotBegun(Error),
    /// The work refused or failed, and left nothing.
    RolledBack(Error),
    /// The connection broke while it was being committed: it may have been done.
    Unsure(Error),
}

/// Runs `work` in one transaction on `conn`.
pub fn transact<T>(
    conn: &mut PgConnection,
    read_only: bool,
    work: impl FnOnce(&mut PgConnection) -> Result<T>,
) -> Ended<T> {
    let begun = Cell::new(false);
    let body = |conn: &mut PgConnection| {
        begun.set(true);
        work(conn).map_err(Failure::Work)
    };
    let transaction = conn.build_transaction();
    let outcome = if read_only {
        transaction.read_only().run(body)
    } else {
        transaction.read_write().run(body)
    };
    match outcome {
        Ok(value) => Ended::Done(value),
        Err(Failure::Work(error)) if begun.get() => Ended::RolledBack(error),
        Err(Failure::Work(error)) => Ended::NotBegun(error),
        Err(Failure::Transaction(error)) => {
            let step = if begun.get() { "commit" } else { "begin" };
            let told = match translate(&error) {
                Error::Unavailable(cause) => Error::Unavailable(cause),
                _ => Error::Unavailable(format!("{step}: {error}")),
            };
            if begun.get() {
                Ended::Unsure(told)
            } else {
                Ended::NotBegun(told)
            }
        }
    }
}

/// Does `work` and takes it back: the database is asked about everything and keeps nothing.
pub fn rehearse<T>(conn: &mut PgConnection, work: impl FnOnce(&mut PgConnection) -> Result<T>) -> Result<T> {
    let mut outcome = None;
    let rolled_back = conn.transaction::<(), Failure, _>(|conn| {
        outcome = Some(work(conn).map_err(Failure::Work)?);
        Err(Failure::Transaction(DieselError::RollbackTransaction))
    });
    match (rolled_back, outcome) {
        (Err(Failure::Work(error)), _) => Err(error),
        (_, Some(outcome)) => Ok(outcome),
        (_, None) => Err(Error::internal("a rehearsal came to no end")),
    }
}

/// Keeps apart what the work said and what BEGIN or COMMIT said.
enum Failure {
    Work(Error),
    Transaction(DieselError),
}

impl From<DieselError> for Failure {
    fn from(error: DieselError) -> Self {
        Self::Transaction(error)
    }
}

impl From<DieselError> for Error {
    /// Never a 404: a missing inner row is our mistake. Lookups return `Option` and say what is missing.
    fn from(error: DieselError) -> Self {
        translate(&error)
    }
}

fn translate(error: &DieselError) -> Error {
    let DieselError::DatabaseError(kind, information) = error else {
        return Error::Internal(error.to_string());
    };
    let message = information.message();
    match kind {
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
            Error::Unavailable(message.to_owned())
        }
        DatabaseErrorKind::SerializationFailure => again(),
        _ if message.contains("deadlock detected") => again(),
        _ if PASSING.iter().any(|words| message.contains(words)) => Error::Unavailable(message.to_owned()),
        _ => Error::Internal(format!("{kind:?}: {message}")),
    }
}

/// What PostgreSQL says when the fault passes by itself. diesel hands on the words, not the SQLSTATE.
const PASSING: [&str; 7] = [
    "lock timeout",
    "statement timeout",
    "terminating connection",
    "server closed the connection",
    "the database system is",
    "connection to server",
    "No space left on device",
];

/// Translates the violation of one named constraint into a refusal; everything else stays what it was.
pub trait OnConstraint<T> {
    fn on_constraint(self, name: &str, refusal: impl FnOnce() -> Problem) -> Result<T>;
}

impl<T> OnConstraint<T> for QueryResult<T> {
    fn on_constraint(self, name: &str, refusal: impl FnOnce() -> Problem) -> Result<T> {
        match self {
            Err(DieselError::DatabaseError(_, ref information)) if information.constraint_name() == Some(name) => {
                Err(refusal().into())
            }
            other => other.map_err(Error::from),
        }
    }
}
