//! Where things lie: the cluster, its lock, its log and its socket.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::account::{self, Account};
use super::error::Doing;
use super::process::plain_environment;
use super::programs::Programs;
use super::surroundings::Surroundings;
use super::{EmbeddedError, PORT};

/// For root, when the data directory lies where the server's user cannot go.
const SYSTEM_HOME: &str = "/var/lib/einlass";

/// `sun_path` holds 107 bytes and an end mark; some room is left for other clients' habits.
const LONGEST_SOCKET_PATH: usize = 100;

/// Makes the data directory if needed and returns its one true name.
pub(super) fn prepare(directory: &Path) -> Result<PathBuf, EmbeddedError> {
    fs::create_dir_all(directory).doing("create the data directory", directory)?;
    fs::canonicalize(directory).doing("find", directory)
}

/// Held by this process as long as its server may run; the kernel lets go of it when the process dies.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    pub(super) fn take(directory: &Path) -> Result<Lock, EmbeddedError> {
        let path = directory.join("postgresql.lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .custom_flags(libc::O_NOFOLLOW)
            .open(&path)
            .map_err(|error| not_ours(error, "open the lock file", &path))?;
        // A service that was just killed needs a moment to leave: half a second of patience, then a clear no.
        for _ in 0..5 {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(100)),
                Err(TryLockError::Error(error)) => return Err(error).doing("lock", &path),
            }
        }
        Err(EmbeddedError::InUse {
            directory: directory.to_owned(),
        })
    }
}

/// The directory in which the cluster, its log and the half-made cluster of a first start lie.
pub(super) struct Home(PathBuf);

impl Home {
    /// Where data is, there it stays, even if permissions have changed since.
    pub(super) fn existing(directory: &Path) -> Option<Home> {
        let root = account::own_uid() == 0;
        [Some(directory.to_owned()), root.then(|| elsewhere(directory))]
            .into_iter()
            .flatten()
            .map(Home)
            .find(Home::has_cluster)
    }

    pub(super) fn settle(
        existing: Option<Home>,
        directory: &Path,
        account: Option<&Account>,
        programs: &Programs,
    ) -> Result<Home, EmbeddedError> {
        let home = match (existing, account) {
            (Some(home), Some(account)) if !can_enter(account, home.path(), programs) => {
                return Err(EmbeddedError::Unreachable {
                    directory: home.0,
                    user: account.name.clone(),
                });
            }
            (Some(home), _) => home,
            (None, Some(account)) if !can_enter(account, directory, programs) => Home::make(elsewhere(directory))?,
            (None, _) => Home(directory.to_owned()),
        };
        if home.is_elsewhere(directory) {
            tracing::info!(
                "the database of {} lies in {}, because the user who runs PostgreSQL cannot enter the former",
                directory.display(),
                home.cluster().display()
            );
        }
        Ok(home)
    }

    fn make(path: PathBuf) -> Result<Home, EmbeddedError> {
        // Open to be passed through, whatever our umask: the cluster inside is closed.
        for step in [Path::new(SYSTEM_HOME), &path] {
            fs::create_dir_all(step).doing("create", step)?;
            let passable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            fs::set_permissions(step, passable).doing("set the permissions of", step)?;
        }
        Ok(Home(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn is_elsewhere(&self, directory: &Path) -> bool {
        self.0 != directory
    }

    pub(super) fn cluster(&self) -> PathBuf {
        self.0.join("postgresql")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.0.join("postgresql.log")
    }

    pub(super) fn has_cluster(&self) -> bool {
        fs::symlink_metadata(self.cluster()).is_ok()
    }

    /// The cluster and the major version of the programs that made it.
    pub(super) fn major(&self) -> Result<(PathBuf, u32), EmbeddedError> {
        let cluster = self.cluster();
        let damaged = |reason| EmbeddedError::DamagedCluster {
            cluster: cluster.clone(),
            reason,
        };
        let version = match fs::read_to_string(cluster.join("PG_VERSION")) {
            Ok(version) => version,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return Err(not_ours(error, "look into", &cluster));
            }
            Err(error) => return Err(damaged(format!("PG_VERSION cannot be read ({error})"))),
        };
        let major = version
            .trim()
            .parse()
            .map_err(|_| damaged(format!("PG_VERSION says {:?}", version.trim())))?;
        Ok((cluster, major))
    }
}

/// "Permission denied" helps more with the names of those who are in each other's way.
fn not_ours(error: io::Error, action: &'static str, path: &Path) -> EmbeddedError {
    let we = account::own_uid();
    match fs::symlink_metadata(path).map(|about| about.uid()) {
        Ok(owner) if error.kind() == io::ErrorKind::PermissionDenied && owner != we => EmbeddedError::NotOurs {
            path: path.to_owned(),
            owner,
            we,
        },
        _ => EmbeddedError::Io {
            action,
            path: path.to_owned(),
            source: error,
        },
    }
}

/// The same data directory always gets the same name, across restarts and releases of this program.
fn elsewhere(directory: &Path) -> PathBuf {
    Path::new(SYSTEM_HOME).join(format!("at-{}", fingerprint(directory)))
}

/// FNV-1a: std's hasher does not promise to give the same result in the next release.
fn fingerprint(path: &Path) -> String {
    let hash = path
        .as_os_str()
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{hash:016x}")
}

/// Tried out by a process of that user, so that access lists and mounts count as well as mode bits.
/// The program itself is known to run for that user when it starts in `/`.
fn can_enter(account: &Account, directory: &Path, programs: &Programs) -> bool {
    let mut command = Command::new(programs.postgres());
    command
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    plain_environment(&mut command);
    command.current_dir(directory);
    account.apply(&mut command);
    command.status().is_ok_and(|status| status.success())
}

/// The cluster itself where the path is short enough: it is closed to others and has the right owner.
pub(super) fn socket_directory(
    home: &Home,
    account: Option<&Account>,
    surroundings: &Surroundings,
) -> Result<PathBuf, EmbeddedError> {
    let cluster = home.cluster();
    if fits_a_socket(&cluster) {
        return Ok(cluster);
    }
    let name = format!("einlass-{}", fingerprint(&cluster));
    // $XDG_RUNTIME_DIR is closed to others, so it is of no use for a server of another user.
    let runtime = surroundings
        .runtime
        .as_deref()
        .filter(|path| account.is_none() && path.is_dir());
    let directory = runtime
        .map(|runtime| runtime.join(&name))
        .filter(|path| fits_a_socket(path))
        .unwrap_or_else(|| Path::new("/tmp").join(&name));
    make_private(&directory, account)?;
    Ok(directory)
}

fn fits_a_socket(directory: &Path) -> bool {
    socket_in(directory).as_os_str().len() <= LONGEST_SOCKET_PATH
}

pub(super) fn socket_in(directory: &Path) -> PathBuf {
    directory.join(format!(".s.PGSQL.{PORT}"))
}

/// Anybody may make directories in `/tmp`: one that is there already is used only if it is ours and closed.
fn make_private(directory: &Path, account: Option<&Account>) -> Result<(), EmbeddedError> {
    match DirBuilder::new().mode(0o700).create(directory) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).doing("create", directory),
    }
    let untrusted = |reason| EmbeddedError::UntrustedSocketDirectory {
        path: directory.to_owned(),
        reason,
    };
    let about = fs::symlink_metadata(directory).doing("look at", directory)?;
    let server = account.map_or_else(account::own_uid, |account| account.uid);
    if !about.is_dir() {
        return Err(untrusted("it is not a directory"));
    }
    if about.uid() != server && about.uid() != account::own_uid() {
        return Err(untrusted("it belongs to somebody else"));
    }
    if about.mode() & 0o077 != 0 {
        return Err(untrusted("others may enter it"));
    }
    account::hand_over(directory, account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_elsewhere_never_changes() {
        assert_eq!(
            elsewhere(Path::new("/root/data")),
            Path::new("/var/lib/einlass/at-09752435bb7e5347")
        );
        assert_ne!(elsewhere(Path::new("/root/data")), elsewhere(Path::new("/root/data2")));
    }

    #[test]
    fn a_socket_path_has_at_most_100_bytes() {
        let room = LONGEST_SOCKET_PATH - "/.s.PGSQL.5432".len();
        assert!(fits_a_socket(Path::new(&format!("/{}", "d".repeat(room - 1)))));
        assert!(!fits_a_socket(Path::new(&format!("/{}", "d".repeat(room)))));
    }
}
