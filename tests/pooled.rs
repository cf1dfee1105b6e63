//! What a pooler takes for granted: nothing is left on a connection when a transaction ends, and nothing is missing in the next.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use einlass::base::db::{Begin, Db, Ended, Lease, transact};
use einlass::base::problem::Result;
use einlass::schema::organisations;

use crate::support::TestDatabase;

const SETTINGS: [(&str, &str); 5] = [
    ("lock_timeout", "3s"),
    ("statement_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "10s"),
    ("TimeZone", "UTC"),
    ("synchronous_commit", "on"),
];

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

fn setting(conn: &mut PgConnection, name: &str) -> String {
    let query = diesel::sql_query("SELECT current_setting($1) AS value").bind::<Text, _>(name);
    query.get_result::<Setting>(conn).unwrap().value
}

#[derive(QueryableByName)]
struct Prepared {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many statements are prepared by name after some that would be.
fn prepared(conn: &mut PgConnection) -> Result<i64> {
    for _ in 0..3 {
        organisations::table
            .filter(organisations::slug.eq("ihk-aachen"))
            .select(organisations::name)
            .first::<String>(conn)?;
    }
    let query = diesel::sql_query("SELECT count(*) AS count FROM pg_prepared_statements");
    Ok(query.get_result::<Prepared>(conn)?.count)
}

#[test]
fn each_transaction_brings_its_settings_along() {
    let database = TestDatabase::create();
    for lease in [Lease::Session, Lease::Transaction] {
        let db = Db::open(&database.direct_url, 1, lease).unwrap();
        for read_only in [true, false] {
            let found = db.run(read_only, |conn| Ok(SETTINGS.map(|(name, _)| setting(conn, name))));
            assert_eq!(found.unwrap(), SETTINGS.map(|(_, value)| value), "{lease:?}");
        }
        // What takes as long as it takes is ended by nobody, and still waits for no lock for ever.
        let unhurried = db.run_unhurried(None, false, |conn| {
            Ok(["statement_timeout", "lock_timeout"].map(|name| setting(conn, name)))
        });
        assert_eq!(unhurried.unwrap(), ["0", "3s"], "{lease:?}");
    }
}

#[test]
fn nothing_is_left_on_the_connection() {
    let database = TestDatabase::create();
    let left = |lease: Lease| {
        let db = Db::open(&database.direct_url, 1, lease).unwrap();
        let mut conn = db.connect().unwrap();
        let inside = match transact(&mut conn, &db.begins(Begin::WriteByKey), |conn| {
            Ok((setting(conn, "enable_seqscan"), prepared(conn)?))
        }) {
            Ended::Done(inside) => inside,
            _ => panic!("the transaction failed"),
        };
        (
            inside,
            setting(&mut conn, "lock_timeout"),
            setting(&mut conn, "enable_seqscan"),
        )
    };
    let ((inside, prepared), limit, after) = left(Lease::Transaction);
    assert_eq!((inside.as_str(), prepared), ("off", 0));
    assert_eq!((limit.as_str(), after.as_str()), ("0", "on"));
    // The control: on a connection that is ours both are left, which the next one to have it would find.
    let ((inside, prepared), limit, after) = left(Lease::Session);
    assert!(inside == "off" && prepared > 0, "{prepared}");
    assert_eq!((limit.as_str(), after.as_str()), ("3s", "off"));
}

#[test]
fn who_reads_cannot_write() {
    let database = TestDatabase::create();
    for lease in [Lease::Session, Lease::Transaction] {
        let db = Db::open(&database.direct_url, 1, lease).unwrap();
        let write =
            |conn: &mut PgConnection| Ok(diesel::sql_query("UPDATE organisations SET name = name").execute(conn)?);
        assert!(db.run(true, write).is_err(), "{lease:?}");
        assert!(db.run_unhurried(None, true, write).is_err(), "{lease:?}");
        // The control.
        assert!(db.run(false, write).unwrap() > 0, "{lease:?}");
    }
}

/// What is said with BEGIN may be refused after it: the transaction is open then, and nobody would know.
#[test]
fn a_transaction_that_did_not_begin_is_not_handed_on() {
    let database = TestDatabase::create();
    let db = Db::open(&database.direct_url, 1, Lease::Transaction).unwrap();
    let mut conn = db.connect().unwrap();
    let refused = format!("{}; SET LOCAL lock_timeout = 'never'", db.begins(Begin::Write));
    let ended = transact(&mut conn, &refused, |conn| Ok(setting(conn, "lock_timeout")));
    assert!(matches!(ended, Ended::NotBegun(_)));
    let ended = transact(&mut conn, &db.begins(Begin::Write), |conn| {
        Ok(setting(conn, "lock_timeout"))
    });
    assert!(matches!(ended, Ended::Done(limit) if limit == "3s"));
}

#[test]
fn migrations_go_past_a_pooler() {
    let database = TestDatabase::empty();
    let db = Db::open(&database.direct_url, 2, Lease::Transaction).unwrap();
    let told = db.migrate().unwrap_err().to_string();
    assert!(told.contains("EINLASS_MIGRATE_DATABASE_URL"), "{told}");
    assert!(!db.migrate_as(&database.direct_url).unwrap().is_empty());
    assert!(
        db.migrate().unwrap().is_empty(),
        "nothing is pending, so nothing is asked for"
    );
    db.ready().unwrap();
}
