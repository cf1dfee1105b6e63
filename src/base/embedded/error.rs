//! Why the private PostgreSQL could not be started, in words that say what to do about it.

use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    #[error(
        "another Einlass is already using {}. Stop it, or give this one a data directory of its own (--data-dir)",
        directory.display()
    )]
    InUse { directory: PathBuf },

    #[error(
        "no PostgreSQL server programs (initdb, postgres) were found. Install them (Debian, Ubuntu: apt-get install postgresql), \
         or let ./dev fetch them, or set EINLASS_PG_BIN_DIR to the directory that has them, \
         or set DATABASE_URL to use a database that runs already{looked}"
    )]
    NoPrograms { looked: String },

    #[error("EINLASS_PG_BIN_DIR is {}, but there is no {missing} in it", directory.display())]
    NoProgramsInDirectory { directory: PathBuf, missing: &'static str },

    #[error(
        "the data in {} was made by PostgreSQL {made_by}, but only {found} was found here. Install PostgreSQL {made_by} \
         (or set EINLASS_PG_BIN_DIR to its programs), or move the directory away to begin with an empty database",
        cluster.display()
    )]
    OtherVersion {
        cluster: PathBuf,
        made_by: u32,
        found: String,
    },

    #[error("{} does not hold a PostgreSQL cluster: {reason}. Restore it, or move it away to begin with an empty database", cluster.display())]
    DamagedCluster { cluster: PathBuf, reason: String },

    #[error(
        "PostgreSQL does not run as root and would be handed to the user {name:?}, but {reason}. Name another user to run it as"
    )]
    UnusableUser { name: String, reason: &'static str },

    #[error(
        "{} belongs to user number {owner}, this process runs as {we}. Start the service as that user or as root, \
         or give it a data directory of its own (--data-dir)",
        path.display()
    )]
    NotOurs { path: PathBuf, owner: u32, we: u32 },

    #[error(
        "the user {user} who is to run PostgreSQL cannot enter {}, where the data is. \
         Make the directories above it searchable (chmod o+x) or move the data",
        directory.display()
    )]
    Unreachable { directory: PathBuf, user: String },

    #[error(
        "{} is needed for PostgreSQL's socket, but {reason}. Remove it, or choose a shorter path for the data directory",
        path.display()
    )]
    UntrustedSocketDirectory { path: PathBuf, reason: &'static str },

    #[error("{step} failed while making the database in {}: {output}", directory.display())]
    CreationFailed {
        step: &'static str,
        directory: PathBuf,
        output: String,
    },

    #[error("other PostgreSQL processes still work on {} and cannot be stopped: {processes}. End them, then start again", cluster.display())]
    StillOccupied { cluster: PathBuf, processes: String },

    #[error("PostgreSQL ended while it was starting ({status}). The end of {}:\n{tail}", log.display())]
    EndedEarly { status: String, log: PathBuf, tail: String },

    #[error("PostgreSQL did not accept connections within {seconds} s. The end of {}:\n{tail}", log.display())]
    NotReady { seconds: u64, log: PathBuf, tail: String },

    #[error("PostgreSQL runs but refuses the service: {message}")]
    Refused { message: String },

    #[error("the start of PostgreSQL was called off")]
    CalledOff,

    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

/// Says what was tried on which path when the operating system refuses.
pub(super) trait Doing<T> {
    fn doing(self, action: &'static str, path: &Path) -> Result<T, EmbeddedError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, action: &'static str, path: &Path) -> Result<T, EmbeddedError> {
        self.map_err(|source| EmbeddedError::Io {
            action,
            path: path.to_owned(),
            source,
        })
    }
}
