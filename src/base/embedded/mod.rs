//! The service's own private PostgreSQL, for when no `DATABASE_URL` is given.
//!
//! [`Server::start`] finds the server programs on this machine, makes a database cluster in the data directory
//! on first use, runs it, restarts it when it dies, and stops it with the service. Clients reach it through a
//! Unix socket in a directory only the owner may enter; there is no TCP port and no password.
//!
//! It is deliberately not: a downloader (`./dev` fetches programs, the service only says what is missing), a
//! client (no query is sent but the one that creates the database), an upgrader between major versions, or a
//! way to share one cluster between services. It runs on Linux.
//!
//! What each part guards against:
//!
//! | trap | where it is handled |
//! |---|---|
//! | killed halfway through the first start | `cluster`: made in a neighbouring directory with the database inside, then renamed |
//! | PostgreSQL refuses to run as root | `account`: root hands it to `postgres`, `nobody` or the owner of the data |
//! | data below a home only root may enter | `place`: moves to `/var/lib/einlass/<name>` and says so |
//! | socket path longer than the kernel allows | `place`: a private directory under `/tmp` or `$XDG_RUNTIME_DIR` |
//! | two services on one data directory | `place`: an exclusive file lock, held by this process alone |
//! | data of another major version | `programs`: looks for programs that fit, else refuses with the reason |
//! | service killed with `kill -9` | `process`: the kernel then sends SIGINT to the server (PDEATHSIG) |
//! | server killed with `kill -9`, stale pid and socket files | `leftovers`: waits for orphans to go, then clears the files |
//! | Ctrl-C in a terminal reaches the whole process group | `process`: the server has a session of its own |
//! | "accepting connections" asserted too early | `probe`: logs in to the database as a client would |

mod account;
mod cluster;
mod error;
mod leftovers;
mod log;
mod place;
mod postmaster;
mod probe;
mod process;
mod programs;
mod surroundings;

pub use error::EmbeddedError;

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use account::Account;
use place::{Home, Lock};
use postmaster::{Plan, StopRequest};
use programs::Programs;
use surroundings::Surroundings;

/// Role and database that the service uses; the role owns the cluster.
const NAME: &str = "einlass";

/// Part of the socket's file name only: nothing listens on a TCP port.
const PORT: u16 = 5432;

pub struct Settings {
    /// The service's data directory; the cluster lives in `postgresql` below it.
    pub directory: PathBuf,
    /// Where `initdb` and `postgres` are, if not in the usual places.
    pub program_dir: Option<PathBuf>,
    /// Who runs the server when the service is started as root.
    pub run_as: Option<String>,
    /// Further server settings, as in `postgres -c name=value`.
    pub settings: Vec<(String, String)>,
}

/// A running private PostgreSQL. Dropping it stops the server and waits for that.
pub struct Server {
    socket_dir: PathBuf,
    stop: Arc<StopRequest>,
    supervisor: Option<JoinHandle<()>>,
}

impl Server {
    /// Blocks until the server accepts connections, at most about a minute and a half.
    pub fn start(settings: Settings) -> Result<Server, EmbeddedError> {
        let surroundings = Surroundings::of_this_process();
        let directory = place::prepare(&settings.directory)?;
        let mut locks = vec![Lock::take(&directory)?];

        let existing = Home::existing(&directory);
        let account = account::choose(settings.run_as.as_deref(), existing.as_ref())?;
        let made_by = existing.as_ref().map(Home::major).transpose()?;
        let candidates = programs::candidates(settings.program_dir.as_deref(), &surroundings)?;
        let programs = Programs::choose(&candidates, account.as_ref(), made_by)?;

        let home = Home::settle(existing, &directory, account.as_ref(), &programs)?;
        if home.is_elsewhere(&directory) {
            locks.push(Lock::take(home.path())?);
        }
        prepare_cluster(&home, &programs, account.as_ref())?;

        let socket_dir = place::socket_directory(&home, account.as_ref(), &surroundings)?;
        let plan = Plan {
            programs,
            account,
            cluster: home.cluster(),
            socket_dir: socket_dir.clone(),
            log: home.log(),
            settings: settings.settings,
        };
        let stop = Arc::new(StopRequest::default());
        let supervisor = postmaster::supervise(plan, Arc::clone(&stop), locks)?;
        Ok(Server {
            socket_dir,
            stop,
            supervisor: Some(supervisor),
        })
    }

    /// The URL of the service's database, if another process of ours is running the server of this directory: how
    /// the commands reach the data while the service has it.
    pub fn url_of_running(settings: &Settings) -> Option<String> {
        let directory = place::prepare(&settings.directory).ok()?;
        let home = Home::existing(&directory)?;
        let account = account::choose(settings.run_as.as_deref(), Some(&home)).ok()?;
        let socket_dir = place::socket_directory(&home, account.as_ref(), &Surroundings::of_this_process()).ok()?;
        let url = connection_url(&socket_dir, NAME);
        // The file may have outlived its server.
        diesel::Connection::establish(&url)
            .ok()
            .map(|_: diesel::PgConnection| url)
    }

    /// A libpq URL for one of the server's databases; the service's own is called `einlass`.
    pub fn url(&self, database: &str) -> String {
        connection_url(&self.socket_dir, database)
    }

    /// Fast shutdown: open transactions are rolled back, everything committed is on disk.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.ask();
        if let Some(supervisor) = self.supervisor.take()
            && supervisor.join().is_err()
        {
            tracing::warn!("the supervisor of the private PostgreSQL had ended early");
        }
    }
}

fn prepare_cluster(home: &Home, programs: &Programs, account: Option<&Account>) -> Result<(), EmbeddedError> {
    if home.has_cluster() {
        account::ensure_owner(&home.cluster(), account)
    } else {
        cluster::create(home, programs, account)
    }
}

fn connection_url(socket_dir: &Path, database: &str) -> String {
    // The port is named because libpq would otherwise take it from $PGPORT.
    format!(
        "postgresql://{NAME}@/{}?host={}&port={PORT}",
        percent_encode(database.as_bytes()),
        percent_encode(socket_dir.as_os_str().as_bytes())
    )
}

fn percent_encode(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_carries_the_socket_directory_encoded() {
        assert_eq!(
            connection_url(Path::new("/srv/büro 1/postgresql"), "einlass"),
            "postgresql://einlass@/einlass?host=%2Fsrv%2Fb%C3%BCro%201%2Fpostgresql&port=5432"
        );
    }

    #[test]
    fn the_url_cannot_be_led_astray_by_a_database_name() {
        assert_eq!(
            connection_url(Path::new("/d"), "a?host=b&c/d%"),
            "postgresql://einlass@/a%3Fhost%3Db%26c%2Fd%25?host=%2Fd&port=5432"
        );
    }
}
