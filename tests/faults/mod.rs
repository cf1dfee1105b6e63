//! The database is cut off, silent, slow, locked, its back ends ended, the clock wrong: callers are told so soon, what was
//! acknowledged is there and once, and all is well again by itself.

mod clock;
mod ended;
mod line;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use einlass::schema::registrations::dsl;

use crate::support::{Answer, Chaos, TestApp, TestDatabase, person};

/// For a machine that is busy with other tests as well.
const BUSY: Duration = Duration::from_millis(1500);

/// A service that reaches its database through something that may do anything.
fn behind_chaos() -> (TestApp, Chaos) {
    let mut database = TestDatabase::create();
    let chaos = Chaos::before(&mut database);
    (TestApp::on(database), chaos)
}

/// People who register all the time, each with one key until it is acknowledged; and what they were told.
struct Ledger<'a> {
    app: &'a TestApp,
    path: String,
    stopped: AtomicBool,
    next: AtomicUsize,
    acknowledged: Mutex<BTreeMap<String, String>>,
    sent_away: AtomicUsize,
    longest: Mutex<Duration>,
}

impl<'a> Ledger<'a> {
    fn of(app: &'a TestApp, seminar: &str) -> Self {
        Self {
            app,
            path: format!("/seminars/{seminar}/registrations"),
            stopped: AtomicBool::new(false),
            next: AtomicUsize::new(0),
            acknowledged: Mutex::default(),
            sent_away: AtomicUsize::new(0),
            longest: Mutex::default(),
        }
    }

    /// So many register while `what` goes on, and then end what they began.
    fn during<T>(&self, clients: usize, what: impl FnOnce() -> T) -> T {
        std::thread::scope(|scope| {
            let all = (0..clients)
                .map(|_| scope.spawn(|| self.register()))
                .collect::<Vec<_>>();
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(what));
            self.stopped.store(true, Ordering::Relaxed);
            for one in all {
                one.join().unwrap();
            }
            outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn register(&self) {
        let client = self.app.anonymous();
        while !self.stopped.load(Ordering::Relaxed) {
            let n = self.next.fetch_add(1, Ordering::Relaxed);
            let (name, begun) = (format!("n{n}"), Instant::now());
            loop {
                let asked = Instant::now();
                let answer = client.post_with_key(&self.path, &name, &person(&name));
                let mut longest = self.longest.lock().unwrap();
                *longest = asked.elapsed().max(*longest);
                drop(longest);
                if answer.status == 201 {
                    self.acknowledged
                        .lock()
                        .unwrap()
                        .insert(format!("{name}@example.org"), answer.id());
                    break;
                }
                come_back(&answer);
                self.sent_away.fetch_add(1, Ordering::Relaxed);
                assert!(
                    begun.elapsed() < Duration::from_secs(60),
                    "{name} was never acknowledged"
                );
                std::thread::sleep(Duration::from_millis(30));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What was acknowledged is what there is: nobody lost, nobody twice. And it was no fair-weather day.
    #[track_caller]
    fn agrees_on(&self, seminar: &str) {
        let seminar = seminar.parse::<uuid::Uuid>().unwrap();
        let rows = dsl::registrations
            .filter(dsl::seminar_id.eq(seminar))
            .select((dsl::email, dsl::id));
        let rows = rows
            .load::<(String, uuid::Uuid)>(&mut self.app.database.connect())
            .unwrap();
        let acknowledged = self.acknowledged.lock().unwrap();
        assert_eq!(rows.len(), acknowledged.len(), "as many rows as acknowledged");
        let stored = rows.into_iter().map(|(email, id)| (email, id.to_string()));
        assert_eq!(stored.collect::<BTreeMap<_, _>>(), *acknowledged);
        assert!(acknowledged.len() > 10, "only {} registered", acknowledged.len());
        assert!(self.sent_away.load(Ordering::Relaxed) > 0, "nobody noticed the fault");
    }
}

/// The one refusal that a fault may cause.
#[track_caller]
fn come_back(answer: &Answer) {
    answer.problem(503, "unavailable");
    assert!(answer.header("retry-after").parse::<u64>().is_ok(), "{}", answer.text);
}

/// How long `what` took, and what it came to.
fn timed<T>(what: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let outcome = what();
    (begun.elapsed(), outcome)
}

/// How long it takes until somebody is served again, in reading and in writing, without anything being done about it.
fn recovered(app: &TestApp, seminar: &str) -> Duration {
    let begun = Instant::now();
    let client = app.anonymous();
    let served = || {
        client.get("/health/ready").status == 200
            && client.get("/seminars").status == 200
            && app
                .register(seminar, &format!("after{}", begun.elapsed().as_nanos()))
                .status
                == 201
    };
    while !served() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it does not come back");
        std::thread::sleep(Duration::from_millis(20));
    }
    begun.elapsed()
}
