//! What the database itself does to those who use it: back ends that are ended, tables that are locked.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::{BUSY, Ledger, come_back, recovered, timed};
use crate::support::{TestApp, TestDatabase};

#[test]
fn back_ends_may_be_ended_all_the_time() {
    let app = TestApp::spawn();
    let [seminar, other] = [app.seminar(10_000), app.seminar(10_000)];
    let ledger = Ledger::of(&app, &seminar);
    let over = AtomicBool::new(false);
    let mut axe = app.database.connect();
    ledger.during(6, || {
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut statuses = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let answer = app.anonymous().get("/seminars");
                    if answer.status != 200 {
                        come_back(&answer);
                    }
                    statuses.push(answer.status);
                    std::thread::sleep(Duration::from_millis(5));
                }
                statuses
            });
            for _ in 0..20 {
                axe.batch_execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = current_database() AND pid <> pg_backend_pid()",
                )
                .unwrap();
                std::thread::sleep(Duration::from_millis(200));
            }
            over.store(true, Ordering::Relaxed);
            let statuses = reader.join().unwrap();
            assert!(statuses.contains(&200), "nobody read anything: {statuses:?}");
        });
        let took = recovered(&app, &other);
        assert!(took < Duration::from_secs(2) + BUSY, "it took {took:?} to mend");
    });
    ledger.agrees_on(&seminar);
}

/// Two who met in the database are both served, where it says that one of them should try again; and nobody tries for ever.
#[test]
fn what_the_database_asks_to_try_again_is_tried_five_times() {
    let database = TestDatabase::create();
    let db = database.db(1);
    let met = |words: &str, code: &str, times: u32| {
        let attempts = Cell::new(0);
        let outcome = db.run(false, |conn| {
            attempts.set(attempts.get() + 1);
            if attempts.get() <= times {
                let raise = format!("DO $$ BEGIN RAISE EXCEPTION '{words}' USING ERRCODE = '{code}'; END $$");
                diesel::sql_query(raise).execute(conn)?;
            }
            Ok(())
        });
        (attempts.get(), outcome.is_ok())
    };
    for (words, code) in [
        ("deadlock detected", "40P01"),
        ("could not serialize access due to concurrent update", "40001"),
    ] {
        assert_eq!(met(words, code, 1), (2, true), "{words}");
        assert_eq!(met(words, code, 4), (5, true), "{words}");
        assert_eq!(met(words, code, 9), (5, false), "{words}");
    }
    // The control: whose own mistake it is hears of it at once.
    assert_eq!(met("no such thing", "22023", 1), (1, false));
}

#[test]
fn who_waits_for_a_lock_is_sent_away_and_keeps_nobody_else_waiting() {
    let app = TestApp::spawn();
    let seminar = app.seminar(100);
    app.register(&seminar, "anna").expect(201);
    let path = format!("/seminars/{seminar}");
    let tag = app.etag(&path);
    let mut holder = app.database.connect();
    holder
        .batch_execute("BEGIN; LOCK TABLE registrations IN ACCESS EXCLUSIVE MODE")
        .unwrap();
    std::thread::scope(|scope| {
        let waiting = (0..30).map(|n| {
            let (app, seminar) = (&app, &seminar);
            scope.spawn(move || timed(|| app.register(seminar, &format!("n{n}"))))
        });
        let waiting = waiting.collect::<Vec<_>>();
        // Every one of these needs the row of the seminar, and a writer's turn.
        let writing = (0..12).map(|_| {
            let (app, path, tag) = (&app, format!("{path}/cancel"), &tag);
            scope.spawn(move || {
                let body = serde_json::json!({"reason_code": "other"});
                timed(|| app.organiser().act(&path, tag, &body))
            })
        });
        let writing = writing.collect::<Vec<_>>();
        std::thread::sleep(Duration::from_millis(300));
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(2) {
            for path in ["/collections", "/health/ready", "/problems"] {
                let (took, answer) = timed(|| app.anonymous().get(path));
                answer.expect(200);
                assert!(took < BUSY, "{path} took {took:?}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        for one in waiting {
            let (took, answer) = one.join().unwrap();
            come_back(&answer);
            assert!(took < Duration::from_secs(3) + BUSY, "somebody waited for {took:?}");
        }
        for one in writing {
            let (took, answer) = one.join().unwrap();
            come_back(&answer);
            assert!(took < Duration::from_secs(8) + BUSY, "a writer waited for {took:?}");
        }
    });
    holder.batch_execute("ROLLBACK").unwrap();
    app.register(&seminar, "berta").expect(201);
}
