//! One transaction: how it begins, how it ends, and what its errors mean.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::base::metrics;
use crate::base::problem::{Error, Problem, Result};

/// The cause that [`super::Db::run`] answers with another attempt.
pub(super) const RETRY: &str = "the transaction has to be tried again";

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

/// Runs `work` in one transaction on `conn`; `begin` is what [`super::Db::begins`] says.
pub fn transact<T>(
    conn: &mut PgConnection,
    begin: &str,
    work: impl FnOnce(&mut PgConnection) -> Result<T>,
) -> Ended<T> {
    type Manager = AnsiTransactionManager;
    if let Err(error) = Manager::begin_transaction_sql(conn, begin) {
        // It may have begun, and what is said with it have failed: diesel knows of no transaction then, and would hand it on.
        if let Err(error) = conn.batch_execute("ROLLBACK") {
            tracing::debug!(%error, "a transaction that did not begin");
        }
        return Ended::NotBegun(passing("begin", &error));
    }
    match work(conn) {
        Ok(value) => match Manager::commit_transaction(conn) {
            Ok(()) => Ended::Done(value),
            Err(error) => Ended::Unsure(passing("commit", &error)),
        },
        Err(error) => match Manager::rollback_transaction(conn) {
            Ok(()) => Ended::RolledBack(error),
            // Of a broken connection the first error says more; whatever its words are, it passes.
            Err(DieselError::BrokenTransactionManager) => Ended::RolledBack(match error {
                Error::Internal(cause) => Error::Unavailable(cause),
                error => error,
            }),
            Err(broken) => Ended::Unsure(passing("rollback", &broken)),
        },
    }
}

/// The pool is not to have it back: no transaction can begin on it, because it is dead, or because it leads to a server that is
/// a standby now, where it would be as good as any for whoever reads, and refuse every write.
pub(super) fn throw_away(conn: &mut PgConnection) {
    AnsiTransactionManager::transaction_manager_status_mut(conn).set_in_error();
}

/// What BEGIN or COMMIT said is nobody's mistake.
fn passing(step: &str, error: &DieselError) -> Error {
    match translate(error) {
        Error::Unavailable(cause) => Error::Unavailable(cause),
        _ => Error::Unavailable(format!("{step}: {error}")),
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
        (Err(Failure::Transaction(error)), None) => Err(error.into()),
        (Ok(()), None) => Err(Error::internal("a rehearsal came to no end")),
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
    metrics::database_failed(kind, message);
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
const PASSING: [&str; 11] = [
    "lock timeout",
    "statement timeout",
    "terminating connection",
    "server closed the connection",
    "the database system is",
    // A standby that is asked what only a primary can do. That we write where we only meant to read has other words.
    "during recovery",
    "connection to server",
    "No space left on device",
    // PgBouncer's words.
    "server conn crashed",
    "query_wait_timeout",
    "pgbouncer cannot connect",
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
