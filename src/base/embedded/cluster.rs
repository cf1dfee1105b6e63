//! Making the cluster on first start, so that it is there completely or not at all.

use std::fs::{self, DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use super::account::{self, Account};
use super::error::Doing;
use super::place::Home;
use super::process::{die_with_us, plain_environment};
use super::programs::Programs;
use super::{EmbeddedError, NAME, leftovers};

const UNFINISHED: &str = "postgresql.new-";

/// Everything happens in a neighbouring directory; the rename at the end is the moment it exists.
pub(super) fn create(home: &Home, programs: &Programs, account: Option<&Account>) -> Result<(), EmbeddedError> {
    let began = Instant::now();
    remove_unfinished(home.path());
    let unfinished = home.path().join(format!("{UNFINISHED}{}", std::process::id()));
    DirBuilder::new()
        .mode(0o700)
        .create(&unfinished)
        .doing("create", &unfinished)?;
    account::hand_over(&unfinished, account)?;

    let made = initialise(&unfinished, programs, account)
        .and_then(|()| create_database(&unfinished, programs, account))
        .and_then(|()| put_in_place(&unfinished, home));
    if made.is_err() {
        remove_unfinished(home.path());
    }
    made?;
    tracing::info!(
        "made a new database in {} ({} ms)",
        home.cluster().display(),
        began.elapsed().as_millis()
    );
    Ok(())
}

/// We hold the lock, so what lies there is of a service that was killed.
fn remove_unfinished(home: &Path) {
    let Ok(entries) = fs::read_dir(home) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED)
            && let Err(error) = leftovers::remove_unfinished(&entry.path())
        {
            tracing::warn!("an unfinished database is left over: {error}");
        }
    }
}

/// `C.UTF-8` knows upper and lower case of all letters and sorts the same everywhere. Few systems lack it.
fn initialise(directory: &Path, programs: &Programs, account: Option<&Account>) -> Result<(), EmbeddedError> {
    let with_unicode = initdb(directory, "C.UTF-8", programs, account)?;
    if with_unicode.status.success() {
        return Ok(());
    }
    tracing::warn!(
        "initdb failed with the locale C.UTF-8, trying C: {}",
        said(&with_unicode)
    );
    let plain = initdb(directory, "C", programs, account)?;
    succeeded("initdb", directory, &plain)
}

/// initdb forces its files to disk before it ends.
fn initdb(
    directory: &Path,
    locale: &str,
    programs: &Programs,
    account: Option<&Account>,
) -> Result<Output, EmbeddedError> {
    let program = programs.initdb();
    let mut command = Command::new(&program);
    command
        .arg("--pgdata")
        .arg(directory)
        .args([
            "--username",
            NAME,
            "--encoding=UTF8",
            "--auth=trust",
            "--data-checksums",
            "--locale",
            locale,
        ])
        .stdin(Stdio::null());
    plain_environment(&mut command);
    if let Some(account) = account {
        account.apply(&mut command);
    }
    die_with_us(&mut command, libc::SIGKILL);
    command.output().doing("run", &program)
}

/// Single-user mode needs neither a client nor a socket, and ends with everything on disk.
fn create_database(directory: &Path, programs: &Programs, account: Option<&Account>) -> Result<(), EmbeddedError> {
    let program = programs.postgres();
    let mut command = Command::new(&program);
    command
        .args(["--single", "-c", "exit_on_error=on", "-D"])
        .arg(directory)
        .arg("template1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    plain_environment(&mut command);
    if let Some(account) = account {
        account.apply(&mut command);
    }
    die_with_us(&mut command, libc::SIGKILL);
    let mut child = command.spawn().doing("run", &program)?;
    if let Some(mut input) = child.stdin.take() {
        // If the server is gone already, its exit status and its words tell more than a broken pipe.
        let _ = input.write_all(format!("CREATE DATABASE {NAME};\n").as_bytes());
    }
    let output = child.wait_with_output().doing("run", &program)?;
    succeeded("CREATE DATABASE", directory, &output)
}

fn put_in_place(unfinished: &Path, home: &Home) -> Result<(), EmbeddedError> {
    sync_directory(unfinished)?;
    let cluster = home.cluster();
    fs::rename(unfinished, &cluster).doing("put the new database into", &cluster)?;
    sync_directory(home.path())
}

fn sync_directory(directory: &Path) -> Result<(), EmbeddedError> {
    File::open(directory)
        .and_then(|opened| opened.sync_all())
        .doing("write to disk", directory)
}

fn succeeded(step: &'static str, directory: &Path, output: &Output) -> Result<(), EmbeddedError> {
    if output.status.success() {
        return Ok(());
    }
    Err(EmbeddedError::CreationFailed {
        step,
        directory: directory.to_owned(),
        output: said(output),
    })
}

fn said(output: &Output) -> String {
    let words = String::from_utf8_lossy(&output.stderr);
    format!("{} ({})", words.trim(), output.status)
}
