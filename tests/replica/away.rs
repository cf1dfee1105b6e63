//! What becomes of the public while the database is away, and that one that is only busy is not taken for away.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use einlass::base::db::{Db, Lease};
use einlass::base::problem::{Code, Error};

use super::{both, falls_behind, name, rename};
use crate::support::{TestApp, TestDatabase, person};

#[test]
fn the_public_is_served_while_the_database_is_away() {
    let standby = TestDatabase::create();
    rename(&standby, "standby");
    // However old it is.
    falls_behind(&standby, 3600);
    let away = || Db::open("postgresql://einlass@127.0.0.1:1/none", 2, standby.lease).unwrap();
    let db = away().with_replica(&standby.url).unwrap();
    assert_eq!(db.run_public(name).unwrap(), "standby");
    let begun = std::time::Instant::now();
    for _ in 0..5 {
        assert_eq!(db.run_lagging(name).unwrap(), "standby");
    }
    assert!(
        begun.elapsed().as_secs_f32() < 2.0,
        "nobody waits again for what is away"
    );
    // Who may do what, seats and everything that is written: never from there.
    assert!(db.run(true, name).is_err() && db.run(false, name).is_err());
    assert!(
        away().run_public(name).is_err(),
        "the control: without a standby there is nobody to ask"
    );
}

/// With nobody else to ask, that there is no such thing is an answer.
#[test]
fn what_the_standby_refuses_counts_while_the_database_is_away() {
    let standby = TestDatabase::create();
    let away = Db::open("postgresql://einlass@127.0.0.1:1/none", 2, standby.lease).unwrap();
    let db = away.with_replica(&standby.url).unwrap();
    let refused = db.run_lagging(|_| Err::<(), _>(Code::NotFound.into()));
    assert!(matches!(refused, Err(Error::Refused(problem)) if problem.code == Code::NotFound));
    // The control: what it cannot tell nobody else can either.
    let failed = db.run_lagging(|_| Err::<(), _>(Error::internal("no such table")));
    assert!(matches!(failed, Err(Error::Unavailable(_))));
}

/// The standby is asked for some seconds more when the database was away, but not by those who wrote meanwhile.
#[test]
fn who_writes_when_the_database_is_back_finds_what_they_wrote() {
    let (first, standby, db) = both();
    let allow = |allowed: bool| {
        let name = &first.name;
        let sql = format!(
            "ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed};
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        );
        standby.connect().batch_execute(&sql).unwrap();
    };
    assert_eq!(db.run_public(name).unwrap(), "first");
    allow(false);
    assert_eq!(db.run_public(name).unwrap(), "standby");
    allow(true);
    // The control: whoever has not written may be shown what is old.
    assert_eq!(db.run_public(name).unwrap(), "standby");
    let begun = std::time::Instant::now();
    while db.run(false, name).is_err() {
        assert!(begun.elapsed().as_secs() < 4, "it does not come back");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(db.run_public(name).unwrap(), "first");
}

/// A standby answers for it meanwhile, if it is current and knows enough, and the next one asks the database again.
#[test]
fn a_database_that_is_busy_is_not_taken_for_away() {
    let (first, standby, db) = both();
    let slow = |conn: &mut PgConnection| {
        let name = name(conn)?;
        if name == "first" {
            conn.batch_execute("SET LOCAL statement_timeout = '50ms'; SELECT pg_sleep(5)")?;
        }
        Ok(name)
    };
    assert_eq!(db.run_public(slow).unwrap(), "standby");
    assert_eq!(db.run_public(name).unwrap(), "first", "a statement was ended");
    let enough = |_: &String| false;
    let busy = |outcome| matches!(outcome, Err(Error::Unavailable(_)));
    assert!(
        busy(db.run_public_where(slow, enough)),
        "it may know what the standby does not"
    );
    let unknown = |conn: &mut PgConnection| match slow(conn)?.as_str() {
        "standby" => Err(Code::NotFound.into()),
        name => Ok(name.to_owned()),
    };
    assert!(
        busy(db.run_public(unknown)),
        "not there yet is not the same as not there"
    );
    std::thread::scope(|scope| {
        let (sender, taken) = std::sync::mpsc::channel();
        for _ in 0..2 {
            let (db, sender) = (&db, sender.clone());
            scope.spawn(move || {
                let hold = |conn: &mut PgConnection| {
                    sender.send(()).unwrap();
                    Ok(diesel::sql_query("SELECT pg_sleep(4.5)").execute(conn)?)
                };
                db.run(true, hold).unwrap();
            });
        }
        for _ in 0..2 {
            taken.recv().unwrap();
        }
        assert_eq!(db.run_public(name).unwrap(), "standby");
    });
    assert_eq!(db.run_public(name).unwrap(), "first", "others had all connections");
    falls_behind(&standby, 3600);
    let old = first.db(2).with_replica(&standby.url).unwrap();
    assert!(busy(old.run_public(slow)), "an hour old, while the database is there");
}

#[test]
fn a_database_that_leaves_in_the_middle_is_away() {
    let (_first, _standby, db) = both();
    let left = |conn: &mut PgConnection| {
        let name = name(conn)?;
        if name == "first" {
            diesel::sql_query("SELECT pg_terminate_backend(pg_backend_pid())").execute(conn)?;
        }
        Ok(name)
    };
    assert_eq!(db.run_public(left).unwrap(), "standby");
    // Remembered: the next one does not find out for himself, unless what he finds is not enough.
    assert_eq!(db.run_public(name).unwrap(), "standby");
    let enough = |name: &String| name == "first";
    assert_eq!(db.run_public_where(name, enough).unwrap(), "first");
}

/// What a pooler is whose server is away: it lets everybody in, and hangs up on who begins. Counts them.
fn pooler_without_a_server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let begun = Arc::new(AtomicUsize::new(0));
    let counted = begun.clone();
    std::thread::spawn(move || {
        for line in listener.incoming().flatten() {
            let counted = counted.clone();
            std::thread::spawn(move || lets_in(line, &counted));
        }
    });
    (
        format!("postgresql://einlass@{address}/einlass?sslmode=disable&gssencmode=disable"),
        begun,
    )
}

fn lets_in(mut line: TcpStream, begun: &AtomicUsize) -> Option<()> {
    let read = |line: &mut TcpStream, most: usize| {
        let mut bytes = vec![0; most];
        line.read_exact(&mut bytes).ok().map(|()| bytes)
    };
    let rest = |line: &mut TcpStream| {
        let length = read(line, 4)?;
        read(line, u32::from_be_bytes(length.try_into().ok()?) as usize - 4)
    };
    const READY: &[u8] = b"Z\0\0\0\x05I";
    rest(&mut line)?;
    line.write_all(b"R\0\0\0\x08\0\0\0\0").ok()?;
    line.write_all(READY).ok()?;
    loop {
        let kind = read(&mut line, 1)?[0];
        let said = rest(&mut line)?;
        if said.starts_with(b"BEGIN") {
            begun.fetch_add(1, Ordering::Relaxed);
            let told = b"SFATAL\0VFATAL\0C08P01\0Mserver login has been failing\0\0";
            let length = u32::try_from(told.len() + 4).ok()?.to_be_bytes();
            return line.write_all(&[b"E", &length[..], &told[..]].concat()).ok();
        }
        let done: &[&[u8]] = match kind {
            b'P' => &[b"1\0\0\0\x04"],
            b'B' => &[b"2\0\0\0\x04"],
            b'D' => &[b"n\0\0\0\x04"],
            b'E' => &[b"C\0\0\0\x08SET\0"],
            b'Q' => &[b"C\0\0\0\x08SET\0", READY],
            b'S' => &[READY],
            _ => return None,
        };
        line.write_all(&done.concat()).ok()?;
    }
}

#[test]
fn behind_a_pooler_that_lets_everybody_in_the_database_is_away_all_the_same() {
    let standby = TestDatabase::create();
    rename(&standby, "standby");
    let (url, begun) = pooler_without_a_server();
    let db = Db::open(&url, 2, Lease::Transaction).unwrap();
    let db = db.with_replica(&standby.url).unwrap();
    assert_eq!(db.run_public(name).unwrap(), "standby");
    let before = begun.load(Ordering::Relaxed);
    assert!(before > 0, "the control: it was asked");
    for _ in 0..5 {
        assert_eq!(db.run_public(name).unwrap(), "standby");
    }
    assert_eq!(begun.load(Ordering::Relaxed), before, "it was asked again");
}

/// Over HTTP: which answers come from where. The standby knows no seminar.
#[test]
fn feeds_come_from_the_standby_and_the_programme_only_while_the_database_is_away() {
    let (mut database, standby) = (TestDatabase::create(), TestDatabase::create());
    falls_behind(&standby, 0);
    database.replica_url = Some(standby.url.clone());
    let name = database.name.clone();
    let app = TestApp::on(database);
    let seminar = app.seminar(5);
    let anybody = app.anonymous();
    let listed = || anybody.get("/seminars").expect(200)["data"].as_array().unwrap().len();
    let fed = || {
        anybody.get("/seminars.feed.json").expect(200)["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((listed(), fed()), (1, 0));
    // What the standby does not know is asked of the database.
    assert_eq!(anybody.download(&format!("/seminars/{seminar}.ics")).0, 200);
    let away = format!(
        "ALTER DATABASE {name} ALLOW_CONNECTIONS false;
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    );
    standby.connect().batch_execute(&away).unwrap();
    // What was listed a moment ago is still known by heart.
    app.clock.advance(chrono::Duration::seconds(1));
    assert_eq!((listed(), fed()), (0, 0));
    anybody
        .post(&format!("/seminars/{seminar}/registrations"), &person("anna"))
        .problem(503, "unavailable");
    // Back again: for some seconds the standby is still asked first, and what it knows nothing of is asked of the database.
    let back = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true");
    standby.connect().batch_execute(&back).unwrap();
    let begun = std::time::Instant::now();
    while listed() == 0 {
        assert!(
            begun.elapsed().as_millis() < 3500,
            "what the standby does not know there is not"
        );
        app.clock.advance(chrono::Duration::seconds(1));
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
