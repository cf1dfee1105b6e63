//! A person is shown, forgotten, forgotten in time, and forgotten again after a restore; and no number changes by it.

mod access;
mod again;
mod asked;
mod erased;
mod held;
mod retained;
mod scene;

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

pub const OF: &str = "staedteregion-aachen";
pub const RETENTION: &str = "/privacy/retention?organisation=staedteregion-aachen";

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
pub struct Hit {
    #[diesel(sql_type = Text)]
    pub place: String,
    #[diesel(sql_type = Text)]
    pub canary: String,
}

/// Every column of every table that can hold words or bytes: whether it is text is not asked, but whether it is searched.
pub fn hits(app: &TestApp, canaries: &[&str]) -> Vec<Hit> {
    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = Text)]
        asked: String,
    }
    let mut conn = app.database.connect();
    let columns = diesel::sql_query(
        "SELECT format('SELECT %L AS place, canary FROM %I AS one, unnest($1) AS canary WHERE strpos(lower(%s), lower(canary)) > 0',
             table_name || '.' || column_name, table_name,
             CASE udt_name WHEN 'bytea' THEN format('encode(one.%I, ''escape'')', column_name)
                           ELSE format('one.%I::text', column_name) END) AS asked
         FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'
           AND udt_name IN ('text', '_text', 'varchar', 'json', 'jsonb', 'bytea')",
    );
    let columns = columns.load::<Column>(&mut conn).unwrap();
    assert!(columns.len() > 150, "the tables were not found");
    let all = columns.into_iter().map(|column| column.asked).collect::<Vec<_>>();
    let query = diesel::sql_query(format!("{} ORDER BY 1, 2", all.join(" UNION ")));
    query.bind::<Array<Text>, _>(canaries).load(&mut conn).unwrap()
}

pub fn erase(client: &Client, body: &Value) -> Answer {
    client.post("/privacy/erasures", body)
}

/// The admin erases all that stands under an address.
#[track_caller]
pub fn erased(app: &TestApp, address: &str) -> Value {
    let body = json!({"organisation": OF, "email": address, "reason": "no_longer_needed"});
    erase(&app.admin(), &body).expect(201)
}

#[track_caller]
pub fn accessed(client: &Client, body: &Value) -> Value {
    client.post("/privacy/access-requests", body).expect(200)
}

/// A hold until the end of 2032; its path.
#[track_caller]
pub fn hold(app: &TestApp, seminar: &str) -> String {
    let body = json!({"organisation": OF, "seminar": seminar, "until": "2032-12-31", "reason": "EFRE"});
    format!("/privacy/holds/{}", app.admin().post("/privacy/holds", &body).id())
}

/// Everything that is kept too long goes.
pub fn retain(app: &TestApp) -> usize {
    einlass::privacy::retain(&app.site.db, app.clock.now(), || false).unwrap()
}

/// How one purpose stands.
#[track_caller]
pub fn standing(app: &TestApp, purpose: &str) -> Value {
    let all = app.admin().get(RETENTION).expect(200);
    let found = all["purposes"].as_array().unwrap().iter();
    found.clone().find(|one| one["purpose"] == purpose).unwrap().clone()
}

/// Returns as soon as somebody waits for a lock of ours.
#[track_caller]
pub fn waits(watcher: &mut PgConnection) {
    #[derive(QueryableByName)]
    struct Waiting {
        #[diesel(sql_type = Bool)]
        waits: bool,
    }
    let begun = std::time::Instant::now();
    let query = "SELECT count(*) > 0 AS waits FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while !diesel::sql_query(query).get_result::<Waiting>(watcher).unwrap().waits {
        assert!(begun.elapsed() < std::time::Duration::from_secs(2), "nobody waits");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
