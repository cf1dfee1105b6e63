//! The lines to the database: how each is made, and who hangs up when the other end falls silent.
//!
//! libpq waits for an answer for as long as the system believes that somebody is there. Behind a proxy, or with a server that
//! was stopped, that is for ever. But the server ends every statement after 5 s: who has said nothing for longer than that has
//! nothing to say. So each line knows when it was last asked something, and a thread shuts down the sockets of those that were
//! asked too long ago; libpq then reports a broken connection, as if the server had gone.
//!
//! Neither diesel nor libpq's URL hands out the socket. It is looked up among the files of this process: over TCP by a
//! `tcp_user_timeout` that no other line has, on a Unix socket as the only new one. Where that is not clear, the line is not
//! watched, and all is as libpq has it.

use std::collections::HashSet;
use std::os::fd::{BorrowedFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, R2D2Connection};
use socket2::SockRef;

use super::limits::{CONNECT_TIMEOUT, USER_TIMEOUT, USER_TIMEOUTS, setting, with_limits};
use super::{Lease, SETTINGS, settle};

/// BEGIN needs no lock and no row: who does not answer it does not answer.
const BEGIN_WITHIN: Duration = Duration::from_millis(2500);
/// The server ends a statement after 5 s; the rest is its way here.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Of all lines of the process, so that no two have the same `tcp_user_timeout` at a time.
static DIALLED: AtomicU64 = AtomicU64::new(0);

/// Where lines begin. Clones are the same.
#[derive(Clone)]
pub struct Exchange(Arc<Inside>);

struct Inside {
    url: String,
    lease: Lease,
    /// How long a BEGIN may go without an answer.
    begin_within: Duration,
    birth: Instant,
    /// One at a time: who waits here learns from the one before.
    dialling: Mutex<()>,
    under_way: Mutex<Option<Dialling>>,
    lines: Mutex<Vec<Weak<Line>>>,
    /// Since when no line could be made, and when that was last tried; 0: the last one was made.
    failing_since: AtomicU64,
    not_made_at: AtomicU64,
    /// When one could not be made, or was hung up on.
    failed_at: AtomicU64,
}

impl Exchange {
    /// Nothing is connected yet.
    pub fn open(url: &str, lease: Lease) -> std::io::Result<Self> {
        // Behind a pooler a beginning waits for a connection of the server, and nothing is wrong.
        let begin_within = match lease {
            Lease::Session => BEGIN_WITHIN,
            Lease::Transaction => ANSWER_WITHIN,
        };
        Self::patient(url, lease, begin_within)
    }

    /// To where somebody is asked only because it is quick.
    pub fn to_a_standby(url: &str, lease: Lease) -> std::io::Result<Self> {
        Self::patient(url, lease, BEGIN_WITHIN)
    }

    fn patient(url: &str, lease: Lease, begin_within: Duration) -> std::io::Result<Self> {
        let inside = Arc::new(Inside {
            url: url.to_owned(),
            lease,
            begin_within,
            birth: Instant::now(),
            dialling: Mutex::default(),
            under_way: Mutex::default(),
            lines: Mutex::default(),
            failing_since: AtomicU64::default(),
            not_made_at: AtomicU64::default(),
            failed_at: AtomicU64::default(),
        });
        let watched = Arc::downgrade(&inside);
        let watch = move || {
            while let Some(inside) = watched.upgrade() {
                inside.hang_up_on_who_only_lets_us_in();
                inside.hang_up_on_the_silent();
                drop(inside);
                std::thread::sleep(LOOK_EVERY);
            }
        };
        std::thread::Builder::new().name("lines".to_owned()).spawn(watch)?;
        Ok(Self(inside))
    }

    /// Whether for so long no line could be made.
    pub fn away_for(&self, long: Duration) -> bool {
        let since = self.0.failing_since.load(Relaxed);
        since != 0 && self.0.now().saturating_sub(since) > millis(long)
    }

    /// Whether a line could not be made within so long. One that was hung up on says nothing of the next: what forgets idle
    /// lines on the way lets new ones through.
    pub fn made_none_within(&self, short: Duration) -> bool {
        let at = self.0.not_made_at.load(Relaxed);
        at != 0 && self.0.now().saturating_sub(at) < millis(short)
    }

    /// A line that is watched.
    pub fn dial(&self) -> ConnectionResult<PgConnection> {
        let inside = &self.0;
        let came = inside.now();
        let _alone = inside.dialling.lock().unwrap_or_else(PoisonError::into_inner);
        if inside.failed_at.load(Relaxed) > came {
            let told = "the one before got no connection either";
            return Err(ConnectionError::BadConnection(told.to_owned()));
        }
        let (from, many) = (USER_TIMEOUTS.start, USER_TIMEOUTS.end - USER_TIMEOUTS.start);
        let url = with_limits(&inside.url, from + DIALLED.fetch_add(1, Relaxed) % many);
        *inside.under_way() = Some(Dialling {
            since: inside.now(),
            url: url.clone(),
            before: sockets().map(|(_, name)| name).collect(),
        });
        let made = PgConnection::establish(&url);
        let dialling = inside.under_way().take();
        let made = made.and_then(|mut conn| {
            if let Some(socket) = dialling.and_then(|dialling| dialling.found()) {
                conn.set_instrumentation(inside.listen_in(socket));
            }
            settle(&mut conn, inside.lease, SETTINGS).map_err(ConnectionError::CouldntSetupConfiguration)?;
            Ok(conn)
        });
        inside.note(made.is_ok());
        made
    }
}

/// Where a line for work that takes as long as it takes is made: nobody hangs up on it.
pub fn unwatched(url: &str) -> String {
    with_limits(url, USER_TIMEOUTS.start)
}

impl ManageConnection for Exchange {
    type Connection = PgConnection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<PgConnection, Self::Error> {
        self.dial().map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut PgConnection) -> Result<(), Self::Error> {
        conn.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut PgConnection) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

impl Inside {
    /// Milliseconds since the beginning, never 0.
    fn now(&self) -> u64 {
        millis(self.birth.elapsed()).saturating_add(1)
    }

    fn under_way(&self) -> MutexGuard<'_, Option<Dialling>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, made: bool) {
        if made {
            self.failing_since.store(0, Relaxed);
            self.not_made_at.store(0, Relaxed);
            self.failed_at.store(0, Relaxed);
        } else {
            let now = self.now();
            // Only who dials says so, and one at a time.
            if self.failing_since.load(Relaxed) == 0 {
                self.failing_since.store(now, Relaxed);
            }
            self.not_made_at.store(now, Relaxed);
            self.failed_at.store(now, Relaxed);
        }
    }

    fn listen_in(self: &Arc<Self>, socket: OwnedFd) -> Ear {
        let line = Arc::new(Line {
            socket,
            asked: AtomicU64::default(),
            within: AtomicU64::default(),
            heard: AtomicU64::new(self.now()),
            engaged: AtomicBool::default(),
        });
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|line| line.strong_count() > 0);
        lines.push(Arc::downgrade(&line));
        Ear {
            line,
            birth: self.birth,
            begin_within: self.begin_within,
            begins: false,
            ends: false,
        }
    }

    /// A pooler lets everybody in, whether or not it has a connection for them, and diesel asks a new line for two settings
    /// before anybody can listen in.
    fn hang_up_on_who_only_lets_us_in(&self) {
        let dialling = self.under_way();
        let late = dialling.as_ref().filter(|dialling| dialling.is_late(self.now()));
        let Some(socket) = late.and_then(Dialling::found) else {
            return;
        };
        tracing::warn!("the database let us in and fell silent; hanging up");
        hang_up(&socket);
    }

    /// Hangs up on who owes an answer, and on idle lines that were not heard of since: they go the same way, and would each
    /// cost a caller the same wait. Behind a pooler only on the one: that others wait there too says nothing of the server.
    fn hang_up_on_the_silent(&self) {
        let all = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let all = all.iter().filter_map(Weak::upgrade).collect::<Vec<_>>();
        let now = self.now();
        let owed = |line: &&Arc<Line>| {
            let asked = line.asked.load(Relaxed);
            asked != 0 && now.saturating_sub(asked) > line.within.load(Relaxed)
        };
        let silent = all.iter().filter(owed).collect::<Vec<_>>();
        let Some(first) = silent.iter().map(|line| line.asked.load(Relaxed)).min() else {
            return;
        };
        tracing::warn!(lines = silent.len(), "the database fell silent; hanging up");
        // Whoever waits to dial meanwhile has waited long enough.
        self.failed_at.store(now, Relaxed);
        for line in &silent {
            line.hang_up();
        }
        let idle = |line: &&Arc<Line>| {
            !line.engaged.load(Relaxed) && line.asked.load(Relaxed) == 0 && line.heard.load(Relaxed) < first
        };
        if self.lease == Lease::Session {
            all.iter().filter(idle).for_each(|line| line.hang_up());
        }
    }
}

/// A line that is being made: nobody has seen its socket yet.
struct Dialling {
    since: u64,
    url: String,
    /// The sockets that there were.
    before: HashSet<String>,
}

impl Dialling {
    fn found(&self) -> Option<OwnedFd> {
        found(&self.url, &self.before)
    }

    /// libpq gives each host its time to let us in; who has done so answers.
    fn is_late(&self, now: u64) -> bool {
        let each = setting(&self.url, CONNECT_TIMEOUT).and_then(|seconds| seconds.parse::<u32>().ok());
        // 0: for ever, as the operator wants it.
        let Some(each) = each.filter(|seconds| *seconds > 0) else {
            return false;
        };
        let hosts = self.url.split(',').map(|_| u64::from(each) * 1000).sum::<u64>();
        now.saturating_sub(self.since) > hosts + millis(BEGIN_WITHIN)
    }
}

/// What is known of one connection. Its socket is a second handle: a number that libpq has closed may be somebody else's.
struct Line {
    socket: OwnedFd,
    /// When it was asked what it has not answered; 0: it owes nothing.
    asked: AtomicU64,
    within: AtomicU64,
    heard: AtomicU64,
    /// In the middle of a transaction.
    engaged: AtomicBool,
}

impl Line {
    fn hang_up(&self) {
        self.asked.store(0, Relaxed);
        hang_up(&self.socket);
    }
}

fn hang_up(socket: &OwnedFd) {
    if let Err(error) = SockRef::from(socket).shutdown(std::net::Shutdown::Both) {
        // It was gone before.
        tracing::debug!(%error, "hanging up");
    }
}

/// Sits in the connection and is told what it does. Goes with it.
struct Ear {
    line: Arc<Line>,
    birth: Instant,
    begin_within: Duration,
    begins: bool,
    ends: bool,
}

impl Instrumentation for Ear {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let now = || millis(self.birth.elapsed()).saturating_add(1);
        match event {
            InstrumentationEvent::BeginTransaction { depth, .. } if depth.get() == 1 => {
                self.line.engaged.store(true, Relaxed);
                self.begins = true;
            }
            InstrumentationEvent::CommitTransaction { depth, .. }
            | InstrumentationEvent::RollbackTransaction { depth, .. } => self.ends = depth.get() == 1,
            InstrumentationEvent::StartQuery { .. } => {
                let within = if self.begins { self.begin_within } else { ANSWER_WITHIN };
                self.line.within.store(millis(within), Relaxed);
                self.line.asked.store(now(), Relaxed);
                self.begins = false;
            }
            InstrumentationEvent::FinishQuery { .. } => {
                self.line.heard.store(now(), Relaxed);
                self.line.asked.store(0, Relaxed);
                if std::mem::take(&mut self.ends) {
                    self.line.engaged.store(false, Relaxed);
                }
            }
            _ => {}
        }
    }
}

/// The sockets of this process, by number and by the name the kernel gives each. Nothing where there is no `/proc`.
fn sockets() -> impl Iterator<Item = (RawFd, String)> {
    let files = std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    files.filter_map(|file| {
        let number = file.file_name().to_str()?.parse().ok()?;
        let name = std::fs::read_link(file.path()).ok()?.to_str()?.to_owned();
        name.starts_with("socket:").then_some((number, name))
    })
}

/// The socket of the connection that was just made to `url`; `None` unless there is exactly one that can be it.
fn found(url: &str, before: &HashSet<String>) -> Option<OwnedFd> {
    let user_timeout = setting(url, USER_TIMEOUT)?.parse::<u64>().ok().filter(|n| *n > 0)?;
    let by_timeout = |socket: &OwnedFd| {
        let theirs = SockRef::from(socket).tcp_user_timeout();
        theirs.is_ok_and(|theirs| theirs == Some(Duration::from_millis(user_timeout)))
    };
    let by_name = |socket: &OwnedFd| {
        let peer = SockRef::from(socket).peer_addr().ok();
        let path = peer.as_ref().and_then(|peer| peer.as_pathname());
        path.and_then(|path| path.file_name()?.to_str())
            .is_some_and(|name| name.starts_with(".s.PGSQL."))
    };
    let new = sockets().filter(|(_, name)| !before.contains(name));
    let new = new.filter_map(|(number, _)| second_handle(number)).collect::<Vec<_>>();
    // Somebody else in this process may have gone to a server's socket meanwhile; over TCP nobody has our timeout.
    let (by_timeout, others) = new.into_iter().partition::<Vec<_>, _>(by_timeout);
    let candidates = if by_timeout.is_empty() {
        others.into_iter().filter(by_name).collect()
    } else {
        by_timeout
    };
    <[OwnedFd; 1]>::try_from(candidates).ok().map(|[one]| one)
}

fn second_handle(number: RawFd) -> Option<OwnedFd> {
    #[expect(
        unsafe_code,
        reason = "a number from /proc may be closed by now, or another file: duplicating it fails, or what we get is looked at"
    )]
    let borrowed = (number >= 0).then(|| unsafe { BorrowedFd::borrow_raw(number) })?;
    borrowed.try_clone_to_owned().ok()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a pooler does that has no connection to the database.
    #[cfg(target_os = "linux")]
    #[test]
    fn who_lets_us_in_and_says_nothing_is_hung_up_on() {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let pooler = std::thread::spawn(move || {
            let (mut line, _) = listener.accept().unwrap();
            let mut said = [0; 1024];
            assert!(line.read(&mut said).unwrap() > 0);
            // AuthenticationOk and ReadyForQuery.
            line.write_all(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I").unwrap();
            // The control: it was let in, and asks something.
            let asked = line.read(&mut said).unwrap();
            while line.read(&mut said).unwrap_or_default() > 0 {}
            asked
        });
        let url = format!("postgresql://einlass@{address}/einlass?sslmode=disable");
        let exchange = Exchange::open(&url, Lease::Session).unwrap();
        let begun = Instant::now();
        assert!(exchange.dial().is_err());
        let took = begun.elapsed();
        assert!(took > BEGIN_WITHIN && took < Duration::from_secs(9), "{took:?}");
        assert!(pooler.join().unwrap() > 0);
    }
}
