//! The server process and the thread that watches over it.
//!
//! One thread starts the server, restarts it and stops it. It must live as long as the server: the kernel's
//! promise to signal the server when its parent dies (PDEATHSIG) follows the thread that started it, not the
//! process, so a passing worker thread would take the server with it.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::account::Account;
use super::error::Doing;
use super::place::{Lock, socket_in};
use super::probe::{self, Answer};
use super::process::{die_with_us, plain_environment, send};
use super::programs::Programs;
use super::{EmbeddedError, PORT, leftovers, log};

/// Includes recovery after a crash.
const READY_WITHIN: Duration = Duration::from_secs(60);
const FAST_SHUTDOWN: Duration = Duration::from_secs(20);
const IMMEDIATE_SHUTDOWN: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A server that ran this long was well: the next restart is immediate again.
const STEADY: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Everything it takes to start the server, again and again.
pub(super) struct Plan {
    pub(super) programs: Programs,
    pub(super) account: Option<Account>,
    pub(super) cluster: PathBuf,
    pub(super) socket_dir: PathBuf,
    pub(super) log: PathBuf,
    pub(super) settings: Vec<(String, String)>,
}

/// How the service tells the supervisor to stop, which may be waiting for something else just then.
#[derive(Default)]
pub(super) struct StopRequest {
    asked: Mutex<bool>,
    changed: Condvar,
}

impl StopRequest {
    pub(super) fn ask(&self) {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Waits, but no longer than until somebody asks.
    pub(super) fn asked_within(&self, time: Duration) -> bool {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(asked, time, |asked| !*asked);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Returns when the server accepts connections for the first time. The locks live as long as the thread.
pub(super) fn supervise(plan: Plan, stop: Arc<StopRequest>, locks: Vec<Lock>) -> Result<JoinHandle<()>, EmbeddedError> {
    let (tell, told) = mpsc::channel();
    let program = plan.programs.postgres();
    let thread = thread::Builder::new()
        .name("postgresql".to_owned())
        .spawn(move || {
            match bring_up(&plan, &stop) {
                Ok(child) => {
                    let _ = tell.send(Ok(()));
                    keep_up(&plan, &stop, child);
                }
                Err(error) => {
                    let _ = tell.send(Err(error));
                }
            }
            drop(locks);
        })
        .doing("start a thread for", &program)?;
    match told.recv() {
        Ok(Ok(())) => Ok(thread),
        Ok(Err(error)) => {
            // Wait for the thread, so that the lock is free when the caller reads the error.
            let _ = thread.join();
            Err(error)
        }
        Err(mpsc::RecvError) => Err(EmbeddedError::CalledOff),
    }
}

fn keep_up(plan: &Plan, stop: &StopRequest, mut child: Child) {
    let mut pauses = Pauses::default();
    loop {
        let since = Instant::now();
        let Some(status) = watch(&mut child, plan, stop) else {
            shut_down(child);
            return;
        };
        tracing::warn!("PostgreSQL ended though nobody asked ({status}), starting it again");
        if since.elapsed() > STEADY {
            pauses = Pauses::default();
        }
        child = loop {
            if stop.asked_within(pauses.next()) {
                return;
            }
            match bring_up(plan, stop) {
                Ok(child) => break child,
                Err(error) => tracing::warn!("PostgreSQL could not be started again: {error}"),
            }
        };
    }
}

/// At once, then ever more patient, never giving up: a full disk may be cleared after hours.
#[derive(Default)]
struct Pauses(Duration);

impl Pauses {
    fn next(&mut self) -> Duration {
        let now = self.0;
        self.0 = (now * 2).clamp(Duration::from_millis(250), LONGEST_PAUSE);
        now
    }
}

/// How the server ended, or `None` if we were asked to end it.
fn watch(child: &mut Child, plan: &Plan, stop: &StopRequest) -> Option<ExitStatus> {
    let mut trimmed = Instant::now();
    loop {
        if stop.asked_within(LOOK_EVERY) {
            return None;
        }
        if let Some(status) = ended(child) {
            return Some(status);
        }
        if trimmed.elapsed() > Duration::from_secs(10) {
            log::trim(&plan.log);
            trimmed = Instant::now();
        }
    }
}

fn bring_up(plan: &Plan, stop: &StopRequest) -> Result<Child, EmbeddedError> {
    let began = Instant::now();
    leftovers::clear(&plan.cluster, &plan.socket_dir, stop)?;
    log::trim(&plan.log);
    let log = log::open(&plan.log, plan.account.as_ref())?;
    let already_written = log.metadata().doing("look at", &plan.log)?.len();
    let mut child = spawn(plan, log)?;
    match wait_until_ready(&mut child, plan, stop, already_written) {
        Ok(()) => {
            tracing::info!(
                "PostgreSQL {} is ready ({} ms)",
                plan.programs.major,
                began.elapsed().as_millis()
            );
            Ok(child)
        }
        Err(error) => {
            shut_down(child);
            Err(error)
        }
    }
}

fn spawn(plan: &Plan, log: File) -> Result<Child, EmbeddedError> {
    let program = plan.programs.postgres();
    let second = log.try_clone().doing("open", &plan.log)?;
    let mut command = Command::new(&program);
    command
        .arg("-D")
        .arg(&plan.cluster)
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(second);
    for setting in server_settings(plan) {
        command.arg("-c").arg(setting);
    }
    plain_environment(&mut command);
    // From its first moment on, its working directory tells whose server it is (see `leftovers`).
    command.current_dir(&plan.cluster);
    if let Some(account) = &plan.account {
        account.apply(&mut command);
    }
    die_with_us(&mut command, libc::SIGINT);
    command.spawn().doing("run", &program)
}

/// Later settings win: callers may change how the server works, but not where it listens.
fn server_settings(plan: &Plan) -> Vec<OsString> {
    let durable = ["fsync=on", "full_page_writes=on", "synchronous_commit=on"];
    let usual = [
        "timezone=UTC",
        "log_timezone=UTC",
        "log_line_prefix=%m [%p] ",
        "logging_collector=off",
        // The detail of a violated constraint shows the row: people's names and addresses.
        "log_error_verbosity=terse",
    ];
    let closed = ["listen_addresses=", "unix_socket_permissions=0700"];
    let mut settings: Vec<OsString> = durable.into_iter().chain(usual).map(OsString::from).collect();
    settings.extend(
        plan.settings
            .iter()
            .map(|(name, value)| OsString::from(format!("{name}={value}"))),
    );
    settings.extend(closed.map(OsString::from));
    settings.push(OsString::from(format!("port={PORT}")));
    settings.push(socket_setting(&plan.socket_dir));
    settings
}

/// The value is a list, so a path with a comma or a quotation mark in it has to be quoted.
fn socket_setting(directory: &Path) -> OsString {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let mut setting = b"unix_socket_directories=\"".to_vec();
    for &byte in directory.as_os_str().as_bytes() {
        if byte == b'"' {
            setting.push(byte);
        }
        setting.push(byte);
    }
    setting.push(b'"');
    OsString::from_vec(setting)
}

fn wait_until_ready(
    child: &mut Child,
    plan: &Plan,
    stop: &StopRequest,
    already_written: u64,
) -> Result<(), EmbeddedError> {
    let socket = socket_in(&plan.socket_dir);
    let began = Instant::now();
    let tail = || log::tail(&plan.log, already_written);
    loop {
        if let Some(status) = ended(child) {
            return Err(EmbeddedError::EndedEarly {
                status: status.to_string(),
                log: plan.log.clone(),
                tail: tail(),
            });
        }
        match probe::ask(&socket) {
            Answer::Ready => return Ok(()),
            Answer::Refused(message) => return Err(EmbeddedError::Refused { message }),
            Answer::NotYet => {}
        }
        if began.elapsed() > READY_WITHIN {
            let seconds = READY_WITHIN.as_secs();
            return Err(EmbeddedError::NotReady {
                seconds,
                log: plan.log.clone(),
                tail: tail(),
            });
        }
        if stop.asked_within(Duration::from_millis(10)) {
            return Err(EmbeddedError::CalledOff);
        }
    }
}

fn shut_down(mut child: Child) {
    let began = Instant::now();
    for (signal, patience) in [(libc::SIGINT, FAST_SHUTDOWN), (libc::SIGQUIT, IMMEDIATE_SHUTDOWN)] {
        if ended(&mut child).is_none() {
            signal_child(&child, signal);
        }
        let asked = Instant::now();
        while asked.elapsed() < patience {
            if ended(&mut child).is_some() {
                tracing::info!("PostgreSQL has stopped ({} ms)", began.elapsed().as_millis());
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        tracing::warn!("PostgreSQL still runs {} s after signal {signal}", patience.as_secs());
    }
    if let Err(error) = child.kill().and_then(|()| child.wait()) {
        tracing::warn!("PostgreSQL could not be killed: {error}");
    }
}

/// The only error there can be is that the child is not ours to wait for; then there is none to watch either.
fn ended(child: &mut Child) -> Option<ExitStatus> {
    child.try_wait().unwrap_or_else(|_| Some(ExitStatus::default()))
}

/// A child that has not been waited for keeps its number, so nobody else can be hit.
fn signal_child(child: &Child, signal: i32) {
    if let Ok(process) = i32::try_from(child.id()) {
        send(process, signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_directory_is_quoted() {
        assert_eq!(
            socket_setting(Path::new("/a,b\"c")),
            r#"unix_socket_directories="/a,b""c""#
        );
    }

    #[test]
    fn pauses_grow_to_a_limit() {
        let mut pauses = Pauses::default();
        let taken: Vec<u128> = (0..9).map(|_| pauses.next().as_millis()).collect();
        assert_eq!(taken, [0, 250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
    }
}
