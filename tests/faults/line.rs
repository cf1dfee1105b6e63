//! What becomes of requests when the line to the database is cut, silent or slow.

use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::Integer;
use einlass::base::db::{Db, Lease};
use einlass::base::problem::Result;

use super::{BUSY, Ledger, behind_chaos, come_back, recovered, timed};
use crate::support::{Chaos, Client, TestApp, TestDatabase};

/// What the service says of itself, and how it sends away who reads: soon.
#[track_caller]
fn sends_away(client: &Client, within: Duration) {
    client.get("/health/live").expect(200);
    for path in ["/health/ready", "/seminars"] {
        let (took, answer) = timed(|| client.get(path));
        come_back(&answer);
        assert!(took < within + BUSY, "{path} took {took:?}");
    }
}

/// The rows that [`recovered`] leaves are nobody's in the ledger: they are on a seminar of their own.
fn seminars(app: &TestApp) -> [String; 2] {
    [app.seminar(10_000), app.seminar(10_000)]
}

#[test]
fn a_cut_line_is_told_within_three_seconds_and_mends_within_two() {
    let (app, chaos) = behind_chaos();
    let [seminar, other] = seminars(&app);
    let ledger = Ledger::of(&app, &seminar);
    let client = app.anonymous();
    ledger.during(6, || {
        std::thread::sleep(Duration::from_millis(500));
        chaos.cut();
        sends_away(&client, Duration::from_secs(3));
        // It has been away for longer than anybody waits: now nobody waits in vain.
        std::thread::sleep(Duration::from_secs(1));
        sends_away(&client, Duration::from_millis(300));
        chaos.pass();
        let took = recovered(&app, &other);
        assert!(took < Duration::from_secs(2) + BUSY, "it took {took:?} to mend");
    });
    let longest = *ledger.longest.lock().unwrap();
    assert!(
        longest < Duration::from_secs(3) + BUSY,
        "somebody waited for {longest:?}"
    );
    ledger.agrees_on(&seminar);
}

/// Where only a desk asked while it was away, no connection of the pool is being made that would tell that it is back.
#[test]
fn a_database_that_is_back_is_found_also_where_nobody_tries_any_more() {
    let mut database = TestDatabase::create();
    let chaos = Chaos::before(&mut database);
    let db = database.db(2);
    chaos.cut();
    assert!(db.connect().is_err());
    std::thread::sleep(Duration::from_millis(2500));
    // The control: that it is away is known, and nobody waits to be told so.
    let begun = Instant::now();
    assert!(db.run(true, |_| Ok(())).is_err());
    assert!(begun.elapsed() < BUSY, "it took {:?}", begun.elapsed());
    chaos.pass();
    std::thread::sleep(Duration::from_millis(3000));
    db.run(true, |_| Ok(())).unwrap();
}

#[derive(QueryableByName)]
struct BackEnd {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// Which process of the server is at the other end.
fn back_end(conn: &mut PgConnection) -> Result<i32> {
    let query = diesel::sql_query("SELECT pg_backend_pid() AS pid");
    Ok(query.get_result::<BackEnd>(conn)?.pid)
}

/// A connection that lies idle, and two of a pool, before the database falls silent for one of them.
fn two_and_one(lease: Lease) -> (TestDatabase, Chaos, Db, PgConnection) {
    let mut database = TestDatabase::create();
    let chaos = Chaos::before(&mut database);
    let db = Db::open(database.through.as_ref().unwrap(), 2, lease).unwrap();
    let idle = db.connect().unwrap();
    (database, chaos, db, idle)
}

/// What lies idle goes the same way as the line that is silent; who is in the middle of something owes no answer.
#[test]
fn idle_lines_are_hung_up_on_with_the_silent_one_and_busy_ones_are_not() {
    let (_database, chaos, db, mut idle) = two_and_one(Lease::Session);
    back_end(&mut idle).unwrap();
    let ((begun, has_begun), (go_on, goes_on)) = (mpsc::channel(), mpsc::channel());
    let goes_on = Mutex::new(goes_on);
    std::thread::scope(|scope| {
        let db = &db;
        let busy = scope.spawn(move || {
            db.run(false, |conn| {
                let first = back_end(conn)?;
                begun.send(()).unwrap();
                goes_on.lock().unwrap().recv().unwrap();
                Ok((first, back_end(conn)?))
            })
        });
        has_begun.recv().unwrap();
        let before = db.run(true, back_end);
        chaos.fall_silent();
        let meanwhile = db.run(true, back_end);
        chaos.pass();
        go_on.send(()).unwrap();
        assert!(before.is_ok() && meanwhile.is_err(), "{before:?} {meanwhile:?}");
        let (first, second) = busy.join().unwrap().unwrap();
        assert_eq!(first, second);
    });
    assert!(back_end(&mut idle).is_err());
    // Whoever finds their line dead gets another at once: that one was forgotten says nothing of the next.
    back_end(&mut db.connect().unwrap()).unwrap();
}

/// There others may well be answered: that one waits says nothing of the server.
#[test]
fn behind_a_pooler_nobody_is_hung_up_on_for_another() {
    let (_database, chaos, db, mut idle) = two_and_one(Lease::Transaction);
    let before = back_end(&mut idle).unwrap();
    db.run(true, back_end).unwrap();
    chaos.fall_silent();
    assert!(db.run(true, back_end).is_err());
    chaos.pass();
    assert_eq!(back_end(&mut idle).unwrap(), before);
}

/// Those who wait to be let in wait together, and not one after the other.
#[test]
fn many_who_dial_in_vain_wait_as_long_as_one() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgresql://nobody@{}/nothing", silent.local_addr().unwrap());
    let db = Db::new(&url, 2).unwrap();
    let (took, outcomes) = timed(|| {
        std::thread::scope(|scope| {
            let all = (0..6).map(|_| scope.spawn(|| db.connect().is_err()));
            let all = all.collect::<Vec<_>>();
            all.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
        })
    });
    assert_eq!(outcomes, [true; 6]);
    assert!(took < Duration::from_secs(4) + BUSY, "it took {took:?}");
}

#[test]
fn a_silent_line_is_hung_up_on_and_mends_within_two_seconds() {
    let (app, chaos) = behind_chaos();
    let [seminar, other] = seminars(&app);
    let ledger = Ledger::of(&app, &seminar);
    let client = app.anonymous();
    ledger.during(6, || {
        std::thread::sleep(Duration::from_millis(500));
        chaos.fall_silent();
        let begun = Instant::now();
        sends_away(&client, Duration::from_secs(3));
        // Who was in the middle of a statement has waited for as long as the server would let it run, and a little.
        std::thread::sleep(Duration::from_secs(9).saturating_sub(begun.elapsed()));
        chaos.pass();
        let took = recovered(&app, &other);
        assert!(took < Duration::from_secs(2) + BUSY, "it took {took:?} to mend");
    });
    let longest = *ledger.longest.lock().unwrap();
    assert!(
        longest < Duration::from_secs(10) + BUSY,
        "somebody waited for {longest:?}"
    );
    ledger.agrees_on(&seminar);
}

/// After a failover behind one address: the old connections say nothing for ever, new ones work.
#[test]
fn connections_that_were_forgotten_are_replaced() {
    let (app, chaos) = behind_chaos();
    let [seminar, other] = seminars(&app);
    let ledger = Ledger::of(&app, &seminar);
    ledger.during(6, || {
        std::thread::sleep(Duration::from_millis(500));
        chaos.forget_all();
        // The first who meets one of them may have to wait; idle ones go with it, and nobody meets the next.
        app.anonymous().get("/seminars");
        for _ in 0..12 {
            app.anonymous().get("/seminars").expect(200);
        }
        // The server does not know that a writer is gone, and keeps its rows for the ten seconds that a transaction may idle.
        let took = recovered(&app, &other);
        assert!(took < Duration::from_secs(10) + BUSY, "it took {took:?} to mend");
    });
    ledger.agrees_on(&seminar);
}

#[test]
fn a_slow_line_is_borne_and_one_that_is_too_slow_is_told() {
    let (app, chaos) = behind_chaos();
    let [seminar, other] = seminars(&app);
    app.register(&seminar, "anna").expect(201);
    let client = app.anonymous();
    chaos.slow(Duration::from_millis(300));
    client.get("/seminars").expect(200);
    app.register(&seminar, "berta").expect(201);
    chaos.slow(Duration::from_secs(5));
    std::thread::scope(|scope| {
        // More than there are connections: none of them may keep the others from being answered.
        let all = (0..30).map(|_| scope.spawn(|| timed(|| client.get("/seminars"))));
        for one in all.collect::<Vec<_>>() {
            let (took, answer) = one.join().unwrap();
            come_back(&answer);
            assert!(took < Duration::from_secs(5) + BUSY, "it took {took:?}");
        }
    });
    sends_away(&client, Duration::from_secs(3));
    chaos.pass();
    // Whoever is just trying to connect tries for two seconds, a second before the next.
    let took = recovered(&app, &other);
    assert!(took < Duration::from_secs(4) + BUSY, "it took {took:?} to mend");
}
