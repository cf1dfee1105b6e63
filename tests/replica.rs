//! A standby is read where it may, and nothing fails because of it. A second database stands in for it here: it is told from
//! the first by its programme.

mod away;
mod failed_over;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use einlass::base::db::Db;
use einlass::base::problem::Result;
use einlass::schema::organisations;

use crate::support::TestDatabase;

/// The name by which the database says which of the two it is.
fn name(conn: &mut PgConnection) -> Result<String> {
    let names = organisations::table.filter(organisations::slug.eq("ihk-aachen"));
    Ok(names.select(organisations::name).get_result(conn)?)
}

fn rename(database: &TestDatabase, to: &str) {
    let rename = format!("UPDATE organisations SET name = '{to}' WHERE slug = 'ihk-aachen'");
    database.connect().batch_execute(&rename).unwrap();
}

fn both() -> (TestDatabase, TestDatabase, Db) {
    let (first, standby) = (TestDatabase::create(), TestDatabase::create());
    rename(&first, "first");
    rename(&standby, "standby");
    falls_behind(&standby, 0);
    let db = first.db(2).with_replica(&standby.url).unwrap();
    (first, standby, db)
}

/// What a standby says of itself that has replayed nothing for so long. The server's own words are hidden behind ours.
pub fn falls_behind(standby: &TestDatabase, seconds: u32) {
    let name = &standby.name;
    standby
        .connect()
        .batch_execute(&format!(
            "CREATE OR REPLACE FUNCTION public.pg_is_in_recovery() RETURNS bool LANGUAGE sql AS 'SELECT true';
             CREATE OR REPLACE FUNCTION public.pg_last_xact_replay_timestamp() RETURNS timestamptz LANGUAGE sql
                 AS 'SELECT now() - interval ''{seconds} seconds''';
             ALTER DATABASE {name} SET search_path = public, pg_catalog"
        ))
        .unwrap();
}

#[test]
fn what_may_lag_is_read_from_the_standby_and_nothing_else() {
    let (_first, _standby, db) = both();
    assert_eq!(db.run_lagging(name).unwrap(), "standby");
    assert_eq!(db.run(true, name).unwrap(), "first");
    assert_eq!(db.run(false, name).unwrap(), "first");
    assert_eq!(db.run_public(name).unwrap(), "first");
}

#[test]
fn without_a_standby_everything_is_read_from_the_database() {
    let database = TestDatabase::create();
    rename(&database, "first");
    assert_eq!(database.db(2).run_lagging(name).unwrap(), "first");
    assert_eq!(database.db(2).run_public(name).unwrap(), "first");
}

#[test]
fn a_standby_that_is_away_is_not_missed() {
    let (first, _standby, _) = both();
    let db = first.db(2);
    let db = db.with_replica("postgresql://einlass@127.0.0.1:1/none").unwrap();
    let begun = std::time::Instant::now();
    for _ in 0..20 {
        assert_eq!(db.run_lagging(name).unwrap(), "first");
    }
    // It is asked once, and then left alone for a while.
    assert!(begun.elapsed().as_secs_f32() < 3.0, "{:?}", begun.elapsed());
}

#[test]
fn a_standby_that_goes_away_between_two_looks_is_not_missed() {
    let (_first, standby, db) = both();
    assert_eq!(db.run_lagging(name).unwrap(), "standby");
    standby
        .connect()
        .batch_execute("ALTER TABLE organisations RENAME TO elsewhere")
        .unwrap();
    assert_eq!(
        db.run_lagging(name).unwrap(),
        "first",
        "what it cannot answer the database is asked"
    );
}

#[test]
fn a_standby_that_is_too_old_is_not_shown() {
    let (_first, standby, db) = both();
    falls_behind(&standby, 11);
    assert_eq!(db.run_lagging(name).unwrap(), "first");
    // The control: half as old would do.
    let (_first, standby, db) = both();
    falls_behind(&standby, 5);
    assert_eq!(db.run_lagging(name).unwrap(), "standby");
}

/// Not there yet is not the same as not there.
#[test]
fn what_the_standby_does_not_know_yet_is_asked_of_the_database() {
    let (_first, standby, db) = both();
    standby
        .connect()
        .batch_execute("UPDATE organisations SET slug = 'elsewhere' WHERE slug = 'ihk-aachen'")
        .unwrap();
    let find = |conn: &mut PgConnection| {
        let found = organisations::table
            .filter(organisations::slug.eq("ihk-aachen"))
            .select(organisations::name);
        let found: Option<String> = found.get_result(conn).optional()?;
        found.ok_or_else(|| einlass::base::problem::Code::NotFound.into())
    };
    assert_eq!(db.run_lagging(find).unwrap(), "first");
}
