//! Programmes from files, on a real database: written whole or not at all, and the demo's figures in its tables.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use einlass::attendance::{Qualifier, Unit};
use einlass::auth::{OrganisationId, find_organisation};
use einlass::base::db::Db;
use einlass::base::problem::{Error, FieldError, Result};
use einlass::imports::{DemoSummary, Summary, import, load_demo, read, rehearse};
use einlass::journal::{Act, Actor};
use einlass::schema::{
    accounts, admissions, channels, collections, external_refs, headcounts, organisations, parties, schedule_changes,
    seminars, sessions, venues,
};
use einlass::seminars::{ChangeKind, Channel, Status};
use serde_json::{Value, json};

use crate::support::{PASSWORD, TestDatabase};

const PAPER: &str = include_str!("../demo/programme-2020-2021.json");

fn act() -> Act {
    Act {
        now: "2027-01-04T08:00:00Z".parse::<DateTime<Utc>>().unwrap(),
        actor: Actor::SYSTEM,
    }
}

fn today() -> NaiveDate {
    act().now.date_naive()
}

fn demo(db: &Db) -> Result<DemoSummary> {
    db.run(false, |conn| load_demo(conn, &act(), PASSWORD))
}

fn region(conn: &mut PgConnection) -> OrganisationId {
    find_organisation(conn, "staedteregion-aachen").unwrap().unwrap().id
}

fn import_text(db: &Db, text: &str) -> Result<Summary> {
    let programme = read(text, today()).map_err(Error::invalid)?;
    db.run(false, |conn| {
        let region = region(conn);
        import(conn, &act(), region, &programme)
    })
}

fn problems<T: std::fmt::Debug>(outcome: Result<T>) -> Vec<FieldError> {
    match outcome.unwrap_err() {
        Error::Refused(problem) => problem.errors,
        other => panic!("{other:?}"),
    }
}

fn places<T: std::fmt::Debug>(outcome: Result<T>) -> Vec<String> {
    problems(outcome).iter().map(|error| error.place().to_owned()).collect()
}

/// How many rows there are of all that an import writes.
fn rows(conn: &mut PgConnection) -> [i64; 6] {
    [
        organisations::table.count().get_result(conn).unwrap(),
        collections::table.count().get_result(conn).unwrap(),
        venues::table.count().get_result(conn).unwrap(),
        seminars::table.count().get_result(conn).unwrap(),
        external_refs::table.count().get_result(conn).unwrap(),
        headcounts::table.count().get_result(conn).unwrap(),
    ]
}

#[test]
fn the_demo_fills_an_empty_database_once() {
    let database = TestDatabase::empty();
    let db = database.db(2);
    // A migration goes past a pooler.
    Db::new(&database.direct_url, 2).unwrap().migrate().unwrap();
    let first = demo(&db).unwrap();
    assert!(first.loaded);
    assert_eq!(
        (first.past.seminars, first.past.headcounts, first.upcoming.seminars),
        (28, 18, 5)
    );
    assert_eq!(first.accounts.len(), 6);

    let mut conn = database.connect();
    let written = rows(&mut conn);
    let second = demo(&db).unwrap();
    assert!(!second.loaded);
    assert_eq!(second.accounts, first.accounts, "who may log in is told each time");
    assert_eq!(rows(&mut conn), written);
    assert_eq!(accounts::table.count().get_result::<i64>(&mut conn), Ok(6));

    let ihk = find_organisation(&mut conn, "ihk-aachen").unwrap().unwrap().id;
    let of_ihk = seminars::table.filter(seminars::organisation_id.eq(ihk));
    assert_eq!(of_ihk.count().get_result::<i64>(&mut conn), Ok(1));
    let seats = channels::table
        .filter(channels::capacity.is_not_null())
        .order(channels::capacity)
        .select(channels::capacity.assume_not_null());
    assert_eq!(seats.load::<i32>(&mut conn).unwrap(), [3, 20, 40, 50, 80, 100]);
    let asking = admissions::table.filter(admissions::questions.ne(json!([])));
    let asking = asking.select((admissions::questions, admissions::consent_texts));
    let asking = asking.load::<(Value, Value)>(&mut conn).unwrap();
    let sensitive = |(questions, _): &&(Value, Value)| questions.to_string().contains("\"sensitive\":true");
    assert_eq!((asking.len(), asking.iter().filter(sensitive).count()), (2, 1));
    assert!(asking.iter().all(|(_, texts)| texts.as_array().unwrap().len() == 1));
    let open = sessions::table.filter(sessions::starts_at.gt(act().now));
    assert_eq!(open.count().get_result::<i64>(&mut conn), Ok(6));
}

#[test]
fn the_demo_refuses_a_password_that_is_easy_to_guess() {
    let database = TestDatabase::empty();
    let db = database.db(2);
    // A migration goes past a pooler.
    Db::new(&database.direct_url, 2).unwrap().migrate().unwrap();
    let outcome = db.run(false, |conn| load_demo(conn, &act(), "passwort"));
    assert_eq!(places(outcome), ["/password"]);
    assert_eq!(rows(&mut database.connect()), [0; 6]);
}

#[test]
fn the_paper_is_in_the_tables_as_it_says() {
    let database = TestDatabase::create();
    let db = database.db(2);
    let summary = import_text(&db, PAPER).unwrap();
    assert_eq!(
        summary.to_string(),
        "28 seminars with 18 headcounts; 13 organisations, 13 collections and 6 venues, made where there were none"
    );
    let mut conn = database.connect();
    let count = |conn: &mut PgConnection, status: Status| {
        let these = seminars::table.filter(seminars::status.eq(status));
        these.count().get_result::<i64>(conn).unwrap()
    };
    let by_status = [Status::Held, Status::Cancelled, Status::Scheduled].map(|status| count(&mut conn, status));
    assert_eq!(by_status, [23, 2, 3]);
    let undated = seminars::table.filter(seminars::within_from.is_not_null());
    assert_eq!(undated.count().get_result::<i64>(&mut conn), Ok(5));
    assert_eq!(sessions::table.count().get_result::<i64>(&mut conn), Ok(23));

    let changes = schedule_changes::table.select((schedule_changes::kind, schedule_changes::public_text));
    let changes = changes.load::<(ChangeKind, Option<String>)>(&mut conn).unwrap();
    let cancelled = (ChangeKind::Cancelled, Some("coronabedingt abgesagt".to_owned()));
    assert_eq!(changes, [cancelled.clone(), cancelled]);

    let counts = headcounts::table.filter(headcounts::basis).select((
        headcounts::value.assume_not_null(),
        headcounts::qualifier,
        headcounts::unit,
        headcounts::channel,
    ));
    let counts = counts
        .load::<(i64, Qualifier, Unit, Option<Channel>)>(&mut conn)
        .unwrap();
    let sum = |qualifier: Qualifier| {
        let these = counts
            .iter()
            .filter(|count| (count.1, count.2) == (qualifier, Unit::Participants));
        these.map(|count| count.0).sum::<i64>()
    };
    assert_eq!((sum(Qualifier::Exact), sum(Qualifier::MoreThan)), (677, 400));
    assert!(counts.contains(&(450, Qualifier::Exact, Unit::Viewers, Some(Channel::Livestream))));
    let sources = headcounts::table.select(headcounts::source).distinct();
    let sources = sources.load::<Option<String>>(&mut conn).unwrap();
    assert_eq!(sources, [Some("Mitteilungsvorlage 2021/0047".to_owned())]);

    // The digital church has two spellings and is one place.
    let church = venues::table.filter(venues::name.eq("DIGITAL Church"));
    let church = church
        .select(venues::id)
        .load::<einlass::catalogue::VenueId>(&mut conn)
        .unwrap();
    let there = sessions::table.filter(sessions::venue_id.eq_any(&church));
    assert_eq!((church.len(), there.count().get_result::<i64>(&mut conn)), (1, Ok(2)));
    let named = parties::table.filter(parties::name.is_not_null());
    assert_eq!(named.count().get_result::<i64>(&mut conn), Ok(3));
}

#[test]
fn a_second_import_names_every_entry_that_is_there() {
    let database = TestDatabase::create();
    let db = database.db(2);
    import_text(&db, PAPER).unwrap();
    let mut conn = database.connect();
    let written = rows(&mut conn);
    let errors = problems(import_text(&db, PAPER));
    assert_eq!(errors.len(), 28);
    assert_eq!(errors[27].place(), "/seminars/27/external_id");
    assert_eq!(
        errors[27].detail,
        "was imported before from `mitteilungsvorlage-2021-0047`"
    );
    assert_eq!(rows(&mut conn), written);
}

#[test]
fn one_problem_and_nothing_is_written() {
    let database = TestDatabase::create();
    let db = database.db(2);
    let mut conn = database.connect();
    let before = rows(&mut conn);
    let mut file = serde_json::from_str::<Value>(PAPER).unwrap();
    // Only the rooms below know that these are wrong.
    file["seminars"][0]["headcounts"] = json!([{"value": 5}, {"value": 130, "stated_as": "über 150 Teilnehmende"}]);
    file["seminars"][7]["parties"] = json!([{"role": "lead", "name": "X"}, {"role": "lead", "name": "X"}]);
    let expected = ["/seminars/0/headcounts/1/value", "/seminars/7/parties/1"];
    assert_eq!(places(import_text(&db, &file.to_string())), expected);
    assert_eq!(rows(&mut conn), before);
}

#[test]
fn a_rehearsal_finds_the_same_and_keeps_nothing() {
    let database = TestDatabase::create();
    let db = database.db(2);
    let mut conn = database.connect();
    let before = rows(&mut conn);
    let programme = read(PAPER, today()).unwrap();
    let rehearsal = || {
        db.run(false, |conn| {
            let region = region(conn);
            rehearse(conn, &act(), region, &programme)
        })
    };
    let summary = rehearsal().unwrap();
    assert_eq!(rows(&mut conn), before);
    assert_eq!(import_text(&db, PAPER).unwrap(), summary);
    assert_eq!(places(rehearsal()).len(), 28);
}
