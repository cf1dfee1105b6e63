//! What a killed server leaves behind: orphaned processes that still write, then files that block the next start.
//!
//! PostgreSQL's own check asks whether the process named in `postmaster.pid` is there. A killed server that
//! nobody has reaped yet (common under a container's first process) is there in that sense, and so may be an
//! unrelated process with the same number. We hold the lock on the data directory, so we can ask better: does any
//! PostgreSQL process work in the cluster? Zombies have no working directory.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use super::EmbeddedError;
use super::error::Doing;
use super::place::socket_in;
use super::postmaster::StopRequest;
use super::process::send;

const STEP: Duration = Duration::from_millis(20);

/// A server whose service died is shutting down in order already; it is urged only when that takes too long.
const SHUTTING_DOWN: [(Duration, i32); 3] = [
    (Duration::from_secs(15), libc::SIGINT),
    (Duration::from_secs(20), libc::SIGQUIT),
    (Duration::from_secs(25), libc::SIGKILL),
];

/// Processes whose server is gone mostly notice and leave; one in the middle of a long query does not. Nothing is
/// lost with them: what was committed is in the log from which the next server recovers.
const ORPHANED: [(Duration, i32); 2] = [
    (Duration::from_secs(1), libc::SIGQUIT),
    (Duration::from_secs(3), libc::SIGKILL),
];

const GIVE_UP: Duration = Duration::from_secs(30);

/// Afterwards the cluster belongs to nobody and the next server may start.
pub(super) fn clear(cluster: &Path, socket_dir: &Path, stop: &StopRequest) -> Result<(), EmbeddedError> {
    wait_until_abandoned(cluster, stop)?;
    let socket = socket_in(socket_dir);
    let socket_lock = socket.with_file_name(format!(".s.PGSQL.{}.lock", super::PORT));
    for stale in [cluster.join("postmaster.pid"), socket, socket_lock] {
        match fs::remove_file(&stale) {
            Ok(()) => tracing::info!("removed {}, left behind by a server that was killed", stale.display()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).doing("remove", &stale),
        }
    }
    Ok(())
}

/// For a directory that nothing was ever served from.
pub(super) fn remove_unfinished(directory: &Path) -> Result<(), EmbeddedError> {
    wait_until_abandoned(directory, &StopRequest::default())?;
    fs::remove_dir_all(directory).doing("remove", directory)
}

fn wait_until_abandoned(cluster: &Path, stop: &StopRequest) -> Result<(), EmbeddedError> {
    let began = Instant::now();
    let mut last_sent = None;
    loop {
        let occupants = occupants(cluster)?;
        if occupants.is_empty() {
            return Ok(());
        }
        if began.elapsed() > GIVE_UP {
            let processes = occupants.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
            return Err(EmbeddedError::StillOccupied {
                cluster: cluster.to_owned(),
                processes,
            });
        }
        let has_server = server_of(cluster).is_some_and(|server| occupants.contains(&server));
        let urges = if has_server {
            SHUTTING_DOWN.as_slice()
        } else {
            ORPHANED.as_slice()
        };
        let due = urges
            .iter()
            .rev()
            .find(|(after, _)| began.elapsed() > *after)
            .map(|(_, signal)| *signal);
        if let Some(signal) = due
            && due != last_sent
        {
            tracing::warn!("processes {occupants:?} of an earlier server still run, sending them signal {signal}");
            for process in occupants {
                send(process, signal);
            }
            last_sent = due;
        }
        if stop.asked_within(STEP) {
            return Err(EmbeddedError::CalledOff);
        }
    }
}

/// The number may be stale; it counts only if that process works in the cluster.
fn server_of(cluster: &Path) -> Option<i32> {
    fs::read_to_string(cluster.join("postmaster.pid"))
        .ok()?
        .lines()
        .next()?
        .trim()
        .parse()
        .ok()
}

/// PostgreSQL processes whose working directory is the cluster; compared by identity, not by name.
fn occupants(cluster: &Path) -> Result<Vec<i32>, EmbeddedError> {
    let sought = fs::metadata(cluster).doing("look at", cluster)?;
    let processes = fs::read_dir("/proc").doing("list", Path::new("/proc"))?;
    Ok(processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter(|process| {
            let about = Path::new("/proc").join(process.to_string());
            // Somebody may have a shell open in the cluster: that is none of our business.
            let is_postgres = fs::read(about.join("comm")).is_ok_and(|name| name == b"postgres\n");
            is_postgres
                && fs::metadata(about.join("cwd"))
                    .is_ok_and(|found| found.ino() == sought.ino() && found.dev() == sought.dev())
        })
        .collect())
}
