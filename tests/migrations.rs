//! The schema: up, down and up again leaves the same; several at once migrate once; `schema.rs` tells the truth.

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::MigrationHarness;
use einlass::base::db::{Db, MIGRATIONS};

use crate::support::TestDatabase;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Everything the catalogue knows about our tables, a line each.
fn catalogue(conn: &mut PgConnection) -> Vec<String> {
    let lines = diesel::sql_query(
        "SELECT format('%s.%s %s %s default %s', table_name, column_name, data_type, is_nullable, column_default) AS line
           FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'
         UNION ALL SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) || conname
           FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE '\\_\\_diesel%'
         UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE '\\_\\_diesel%'
         UNION ALL SELECT format('%s: %s', objoid::regclass, description) FROM pg_description
           WHERE classoid = 'pg_class'::regclass AND objoid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
         ORDER BY 1",
    );
    lines
        .load::<Line>(conn)
        .unwrap()
        .into_iter()
        .map(|line| line.line)
        .collect()
}

#[test]
fn every_migration_goes_down_as_it_came_up() {
    let database = TestDatabase::empty();
    let mut conn = database.connect();
    let mut states = vec![catalogue(&mut conn)];
    while conn.has_pending_migration(MIGRATIONS).unwrap() {
        conn.run_next_migration(MIGRATIONS).unwrap();
        states.push(catalogue(&mut conn));
    }
    let last = states.last().unwrap().clone();
    assert!(last.len() > 200, "the catalogue was not read");
    for before in states.iter().rev().skip(1) {
        conn.revert_last_migration(MIGRATIONS).unwrap();
        assert_eq!(&catalogue(&mut conn), before);
    }
    conn.run_pending_migrations(MIGRATIONS).unwrap();
    assert_eq!(catalogue(&mut conn), last);
}

#[test]
fn eight_instances_at_once_migrate_once() {
    let database = TestDatabase::empty();
    let versions = std::thread::scope(|scope| {
        let instances = (0..8).map(|_| {
            let url = database.direct_url.clone();
            scope.spawn(move || Db::new(&url, 2).unwrap().migrate().unwrap().len())
        });
        let instances = instances.collect::<Vec<_>>();
        instances.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    let all = versions.iter().max().unwrap();
    assert_eq!(versions.iter().filter(|count| *count == all).count(), 1, "{versions:?}");
    assert_eq!(versions.iter().sum::<usize>(), *all, "{versions:?}");
    database.db(2).ready().unwrap();
}

/// What `schema.rs` says, `table.column Type`.
fn written() -> Vec<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/schema.rs")).unwrap();
    let (mut table, mut lines) = (String::new(), Vec::new());
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
        if let Some((column, kind)) = line.split_once(" -> ").filter(|(column, _)| !column.contains('(')) {
            lines.push(format!("{table}.{column} {}", kind.trim_end_matches(',')));
        } else if line.ends_with('{') && line.contains(" (") {
            table = line.split(" (").next().unwrap().to_owned();
        }
    }
    lines.sort();
    lines
}

#[test]
fn the_schema_file_says_what_the_migrations_do() {
    let database = TestDatabase::create();
    let found = diesel::sql_query(
        "SELECT table_name || '.' || column_name || ' ' ||
                CASE WHEN is_nullable = 'YES' THEN format('Nullable<%s>', kind) ELSE kind END AS line
         FROM (SELECT *, CASE udt_name WHEN '_text' THEN 'Array<Nullable<Text>>' WHEN 'int4' THEN 'Int4' WHEN 'int8' THEN 'Int8'
               ELSE initcap(udt_name) END AS kind FROM information_schema.columns
               WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%') AS columns",
    );
    let mut found = found
        .load::<Line>(&mut database.connect())
        .unwrap()
        .into_iter()
        .map(|line| line.line)
        .collect::<Vec<_>>();
    found.sort();
    assert_eq!(written(), found, "regenerate src/schema.rs as diesel.toml says");
}
