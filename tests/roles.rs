//! Two roles: one owns the tables and migrates, the other serves and can neither change a table nor what is to be kept.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use einlass::base::db::{Db, Lease, May, TABLES};
use einlass::schema::journal;
use serde_json::json;

use crate::api::check_ins::{at_the_door, scan};
use crate::support::{Roles, TestApp, TestDatabase};

fn under_roles() -> (TestDatabase, Roles) {
    let mut database = TestDatabase::create();
    let roles = database.roles();
    database.url = roles.app_url.clone();
    database.lease = Lease::Session;
    (database, roles)
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Text)]
    privilege: String,
}

/// What the server itself says of each table and each verb.
fn matrix(conn: &mut PgConnection, role: &str) -> BTreeMap<String, Vec<String>> {
    let held = diesel::sql_query(
        "SELECT relname::text AS \"table\", verb AS privilege FROM pg_class,
            unnest(ARRAY['DELETE', 'INSERT', 'REFERENCES', 'SELECT', 'TRIGGER', 'TRUNCATE', 'UPDATE']) AS verb
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
            AND has_table_privilege($1, pg_class.oid, verb) ORDER BY 1, 2",
    );
    let mut matrix = BTreeMap::<_, Vec<_>>::new();
    for held in held.bind::<Text, _>(role).load::<Held>(conn).unwrap() {
        matrix.entry(held.table).or_default().push(held.privilege);
    }
    matrix
}

#[test]
fn the_service_may_what_is_written_and_nothing_else() {
    let (database, roles) = under_roles();
    let mut conn = database.connect();
    let golden = TABLES.iter().map(|(table, may)| {
        (
            (*table).to_owned(),
            may.privileges().iter().map(|verb| (*verb).to_owned()).collect(),
        )
    });
    assert_eq!(matrix(&mut conn, &roles.app), golden.collect::<BTreeMap<_, Vec<_>>>());
    // The control: whoever owns the tables may everything, and that would be seen.
    let owner = matrix(&mut conn, &roles.app.replace("_app", "_owner"));
    assert!(owner["journal"].contains(&"TRUNCATE".to_owned()));
}

#[test]
fn every_table_is_decided() {
    let database = TestDatabase::create();
    let found = diesel::sql_query(
        "SELECT relname::text AS \"table\", '' AS privilege FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname COLLATE \"C\"",
    );
    let found = found.load::<Held>(&mut database.connect()).unwrap();
    let found = found.into_iter().map(|held| held.table).collect::<Vec<_>>();
    let decided = TABLES.iter().map(|(table, _)| (*table).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        decided, found,
        "TABLES in src/base/db/grants.rs says what the service may do to each"
    );
}

/// What says of itself that it is only added to is only added to.
#[test]
fn a_table_that_says_so_is_append_only() {
    let database = TestDatabase::create();
    let said = diesel::sql_query(
        "SELECT objoid::regclass::text AS \"table\", description AS privilege FROM pg_description
         WHERE classoid = 'pg_class'::regclass AND objsubid = 0 AND description ILIKE '%append-only%'",
    );
    // A check-in is voided, which is a change of it.
    let voided = "check_ins";
    let said = said.load::<Held>(&mut database.connect()).unwrap();
    assert!(said.len() > 4);
    for table in said
        .iter()
        .map(|held| held.table.as_str())
        .filter(|table| *table != voided)
    {
        let may = TABLES.iter().find(|(known, _)| *known == table).map(|(_, may)| *may);
        assert_eq!(may, Some(May::Add), "{table}");
    }
}

#[test]
fn a_round_of_work_needs_no_more() {
    let (database, _) = under_roles();
    let app = TestApp::on(database);
    let seminar = app.seminar(3);
    let [anna, berta, carla] = app.registered(&seminar, ["anna", "berta", "carla"]);
    app.press(&anna, "anna", "cancel").expect(200);
    app.tick();
    let other = app.seminar(2);
    app.registered(&other, ["dora"]);
    app.act(
        &format!("/seminars/{other}"),
        "postpone",
        &json!({"reason_code": "other"}),
    )
    .expect(200);
    let desk = at_the_door(&app);
    scan(&desk, &seminar, 1, json!({"code": app.code(&berta)})).expect(201);
    assert_eq!(app.states(&[anna, carla]), ["cancelled", "confirmed"]);
    let report = "/reports/activity?from=2027-01-01&to=2027-12-31";
    app.reporter().get(report).expect(200);
    let now = app.clock.now() + chrono::Duration::days(60);
    let swept = app.site.db.run(false, |conn| {
        einlass::base::idempotency::sweep(conn, now)?;
        einlass::auth::sweep(conn, now)?;
        einlass::attendance::forget_uncounted(conn, now)?;
        einlass::imports::forget_unconfirmed(conn, now)?;
        einlass::partners::sweep_deliveries(conn, now)?;
        einlass::attendance::forget_times(conn)
    });
    swept.unwrap();
    app.site.db.ready().unwrap();
    assert!(
        app.site.db.migrate().unwrap().is_empty(),
        "nothing is pending, so nothing is asked for"
    );
}

#[test]
fn what_is_kept_cannot_be_changed_and_no_table_can() {
    let (database, roles) = under_roles();
    let mut conn = PgConnection::establish(&roles.app_url).unwrap();
    let refused = |conn: &mut PgConnection, sql: &str| {
        let told = conn.batch_execute(sql).unwrap_err().to_string();
        assert!(
            told.contains("permission denied") || told.contains("must be owner"),
            "{sql}: {told}"
        );
    };
    for (table, _) in TABLES.iter().filter(|(_, may)| *may == May::Add) {
        refused(&mut conn, &format!("DELETE FROM {table}"));
        refused(&mut conn, &format!("TRUNCATE {table}"));
        let column = match *table {
            "journal" => "at = at",
            "journal_seals" => "digest = digest",
            _ => "organisation_id = organisation_id",
        };
        refused(&mut conn, &format!("UPDATE {table} SET {column}"));
    }
    for sql in [
        "CREATE TABLE public.more (n int)",
        "DROP TABLE joins",
        "ALTER TABLE journal DISABLE TRIGGER ALL",
        "TRUNCATE registrations",
        "DELETE FROM __diesel_schema_migrations",
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ] {
        refused(&mut conn, sql);
    }
    // The control: its own work is not refused, and the owner is refused nothing.
    conn.batch_execute("DELETE FROM mails").unwrap();
    let before = journal::table.count().get_result::<i64>(&mut conn).unwrap();
    assert!(before > 0);
    let mut owner = PgConnection::establish(&roles.owner_url).unwrap();
    owner.batch_execute("DELETE FROM journal").unwrap();
    assert_eq!(journal::table.count().get_result::<i64>(&mut conn).unwrap(), 0);
    drop(database);
}

#[test]
fn who_migrates_grants_and_takes_back() {
    let (database, roles) = under_roles();
    let mut conn = database.connect();
    let app = &roles.app;
    conn.batch_execute(&format!(
        "GRANT UPDATE ON journal TO {app}; REVOKE SELECT ON mails FROM {app}"
    ))
    .unwrap();
    let db = Db::new(&roles.app_url, 2).unwrap();
    assert!(db.migrate_as(&roles.owner_url).unwrap().is_empty());
    let matrix = matrix(&mut conn, app);
    assert_eq!(matrix["journal"], May::Add.privileges());
    assert_eq!(matrix["mails"], May::Change.privileges());
    // To another database the owner's address leads by mistake.
    let other = TestDatabase::empty();
    assert!(db.migrate_as(&other.direct_url).is_err());
}

/// What was written is moved after a restore, and only whoever owns the tables may.
#[test]
fn after_a_restore_the_owner_sets_the_journal_back() {
    let (database, roles) = under_roles();
    let app = TestApp::on(database);
    let seminar = app.seminar(3);
    app.registered(&seminar, ["anna"]);
    let restored = |owner: Option<&str>| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_einlass"));
        command
            .args(["restored", "--although-connected"])
            .env("DATABASE_URL", &roles.app_url)
            .envs(owner.map(|url| ("EINLASS_MIGRATE_DATABASE_URL", url)));
        let output = command.output().unwrap();
        let told = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        (output.status.success(), told.concat())
    };
    // The control: the service's own role must not be able to.
    let (good, said) = restored(None);
    assert!(!good && said.contains("permission denied"), "{said}");
    let (good, said) = restored(Some(&roles.owner_url));
    assert!(good && said.contains(" 0 faults"), "{said}");
    let query = journal::table.filter(journal::action.ne("feed.restored"));
    let largest = query.select(diesel::dsl::max(journal::transaction));
    let largest = largest.get_result::<Option<i64>>(&mut app.database.connect()).unwrap();
    assert_eq!(largest, Some(0));
}
