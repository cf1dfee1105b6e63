//! The server's own log, kept from growing without end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{OpenOptionsExt, fchown};
use std::path::Path;

use super::EmbeddedError;
use super::account::Account;
use super::error::Doing;

/// The log and the one before it, each at most about this long.
const LONGEST_LOG: u64 = 4 * 1024 * 1024;
const TAIL: u64 = 3000;

/// Belongs to the owner of the data, who may run the service without root's help next time.
pub(super) fn open(path: &Path, owner: Option<&Account>) -> Result<File, EmbeddedError> {
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW)
        .open(path)
        .doing("open", path)?;
    if let Some(account) = owner {
        fchown(&log, Some(account.uid), Some(account.gid)).doing("change the owner of", path)?;
    }
    Ok(log)
}

/// The server keeps its open file and appends, so it is copied and cut rather than renamed.
pub(super) fn trim(path: &Path) {
    if fs::metadata(path).is_ok_and(|about| about.len() > LONGEST_LOG) {
        let previous = path.with_extension("log.1");
        // A copy over an old one would keep that one's owner, who may be somebody else.
        let _ = fs::remove_file(&previous);
        let cut = fs::copy(path, previous)
            .and_then(|_| OpenOptions::new().write(true).open(path))
            .and_then(|log| log.set_len(0));
        if let Err(error) = cut {
            tracing::warn!("cannot shorten {}: {error}", path.display());
        }
    }
}

/// The last lines that were written after `from`.
pub(super) fn tail(path: &Path, from: u64) -> String {
    let read = || -> io::Result<Vec<u8>> {
        let mut log = File::open(path)?;
        let length = log.metadata()?.len();
        log.seek(SeekFrom::Start(from.max(length.saturating_sub(TAIL))))?;
        let mut bytes = Vec::new();
        log.take(TAIL).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read()
        .map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned())
        .unwrap_or_else(|error| error.to_string())
}
