//! Where the tests' PostgreSQL lives.
//!
//! A test's database is some six hundred files, made and taken away again. A file system on a disk remembers for a minute and
//! more what was taken away and looks at all of it before it makes a new file: half of the tests' time went there (ext4). In
//! memory nothing is remembered. The server itself is as it is in earnest, and waits for what takes no time there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// POSIX's shared memory: everybody may write there, and nothing in there outlives the machine.
const MEMORY: &str = "/dev/shm";
/// The databases of the tests that run at once, the log, and as much again.
const ENOUGH_MIB: u64 = 1024;

/// In memory, where there is room, and gone when this process is; else in the target folder, where it stays for the next run.
pub fn of_the_cluster() -> PathBuf {
    if free_mib(MEMORY).is_some_and(|free| free >= ENOUGH_MIB) {
        let directory = Path::new(MEMORY).join(format!("einlass-tests-{}", std::process::id()));
        if std::fs::create_dir(&directory).is_ok() && swept_at_the_end(&directory) {
            return directory;
        }
    }
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("einlass-tests")
}

/// As `df` says it.
fn free_mib(path: &str) -> Option<u64> {
    let said = Command::new("df")
        .args(["-Pm", path])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8(said.stdout).ok()?;
    said.lines().last()?.split_whitespace().nth(3)?.parse().ok()
}

/// A shell that reads what nobody writes: it hears the end when this process ends, however that comes about, and takes the
/// directory away. The server ends at the same moment and may still be writing, so it is tried a few times.
fn swept_at_the_end(directory: &Path) -> bool {
    let sweep =
        r#"trap '' INT TERM HUP; read -r _; for _ in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$1" && exit; sleep 1; done"#;
    let shell = Command::new("sh")
        .args(["-c", sweep, "sweep"])
        .arg(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    // Its input stays open as long as this process.
    shell.map(std::mem::forget).is_ok()
}
