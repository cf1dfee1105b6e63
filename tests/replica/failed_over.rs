//! After a failover: one that was a standby is none any more, and one that was the database is one.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use einlass::base::db::{Db, Lease};
use einlass::base::embedded::{Server, Settings};
use einlass::base::problem::Error;

use super::{both, name, rename};
use crate::support::TestDatabase;

/// It has gone its own way since, and nothing that is said of its distance tells that.
#[test]
fn a_standby_that_was_promoted_is_not_shown() {
    let (first, standby) = (TestDatabase::create(), TestDatabase::create());
    rename(&first, "first");
    rename(&standby, "standby");
    let db = first.db(2).with_replica(&standby.url).unwrap();
    assert_eq!(db.run_lagging(name).unwrap(), "first");
    // The control: had it not been.
    let (_first, _standby, db) = both();
    assert_eq!(db.run_lagging(name).unwrap(), "standby");
}

/// Its address may lead to another one by now, which nobody would find as long as the old lines are kept.
#[test]
fn lines_to_a_standby_that_was_promoted_are_not_kept() {
    let (_first, standby, db) = both();
    let mut watcher = standby.connect();
    let mut lines = || {
        let others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()
             AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        diesel::sql_query(others).execute(&mut watcher).unwrap()
    };
    assert_eq!(db.run_lagging(name).unwrap(), "standby");
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                db.run_lagging(|conn| Ok(diesel::sql_query("SELECT pg_sleep(0.3)").execute(conn)?))
                    .unwrap();
            });
        }
    });
    assert_eq!(lines(), 2, "the control: while it is a standby they are kept");
    let promote = "CREATE OR REPLACE FUNCTION public.pg_is_in_recovery() RETURNS bool LANGUAGE sql AS 'SELECT false'";
    std::thread::scope(|scope| {
        // One is away while the others are looked at.
        let lent = scope.spawn(|| db.run_lagging(|conn| Ok(diesel::sql_query("SELECT pg_sleep(2)").execute(conn)?)));
        std::thread::sleep(std::time::Duration::from_millis(200));
        standby.connect().batch_execute(promote).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1100));
        assert_eq!(db.run_lagging(name).unwrap(), "first");
        lent.join().unwrap().unwrap();
    });
    let begun = std::time::Instant::now();
    while lines() > 0 {
        assert!(begun.elapsed().as_secs() < 5, "they are kept");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// After a failover an address may lead to what is a standby now.
#[test]
fn who_would_write_on_a_standby_is_told_to_come_back_and_the_connection_goes() {
    let directory = std::env::temp_dir().join(format!("einlass-demoted-{}", std::process::id()));
    let start = || {
        let settings = Settings {
            directory: directory.clone(),
            program_dir: None,
            run_as: None,
            settings: Vec::new(),
        };
        Server::start(settings).unwrap()
    };
    start().stop();
    // Nobody is its primary: it waits for one, and lets itself be read.
    std::fs::write(directory.join("postgresql/standby.signal"), "").unwrap();
    let server = start();
    let db = Db::open(&server.url("einlass"), 2, Lease::Session).unwrap();
    let ask = |sql: &'static str| move |conn: &mut PgConnection| Ok(diesel::sql_query(sql).execute(conn)?);
    db.run(true, ask("SELECT 1")).unwrap();
    assert_eq!(db.connections(), (0, 1, 2));
    let refused = db.run(false, ask("SELECT 1")).unwrap_err();
    assert!(matches!(refused, Error::Unavailable(_)), "{refused:?}");
    assert_eq!(refused.problem().retry_after, Some(2));
    assert_eq!(db.connections(), (0, 0, 2), "who writes next would have it again");
    let refused = db.run(true, ask("SELECT pg_current_xact_id()::text")).unwrap_err();
    assert!(matches!(refused, Error::Unavailable(_)), "{refused:?}");
    // The control: that we write where we said we would only read is our mistake.
    let refused = db.run(true, ask("CREATE TABLE ours (n int)")).unwrap_err();
    assert!(matches!(refused, Error::Internal(_)), "{refused:?}");
    let mut conn = PgConnection::establish(&server.url("einlass")).unwrap();
    conn.batch_execute("SELECT pg_promote()").unwrap();
    db.run(false, ask("SELECT 1")).unwrap();
    server.stop();
    drop(std::fs::remove_dir_all(directory));
}
