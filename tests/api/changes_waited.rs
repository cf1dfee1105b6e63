//! The change feed, waited for: who has time hears at once, who has none is not kept.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use serde_json::json;

use super::changes::read;
use crate::support::{TestApp, TestDatabase, draft_body};

#[test]
fn who_waits_hears_of_a_change_at_once() {
    let app = TestApp::spawn();
    let (_, cursor) = read(&app, &app.anonymous(), "", None);
    let client = app.anonymous();
    let path = format!("/changes?wait=20&cursor={cursor}");
    let began = Instant::now();
    let waiting = std::thread::spawn(move || client.get(&path).expect(200));
    std::thread::sleep(Duration::from_millis(700));
    assert!(!waiting.is_finished(), "there is nothing to tell yet");
    let id = app.seminar(5);
    let page = waiting.join().unwrap();
    assert_eq!(page["changes"][0]["object"], json!(id));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());

    let began = Instant::now();
    let cursor = page["next_cursor"].as_str().unwrap();
    let page = app
        .anonymous()
        .get(&format!("/changes?wait=1&cursor={cursor}"))
        .expect(200);
    assert!(page["changes"].as_array().unwrap().is_empty());
    assert!((1..5).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[test]
fn a_change_that_is_not_for_the_reader_does_not_end_the_waiting() {
    let app = TestApp::spawn();
    let (_, cursor) = read(&app, &app.anonymous(), "", None);
    let client = app.anonymous();
    let path = format!("/changes?wait=3&cursor={cursor}");
    let began = Instant::now();
    let waiting = std::thread::spawn(move || client.get(&path).expect(200));
    std::thread::sleep(Duration::from_millis(300));
    app.draft(&draft_body(5));
    let page = waiting.join().unwrap();
    assert!(page["changes"].as_array().unwrap().is_empty());
    assert!(began.elapsed() >= Duration::from_secs(3), "{:?}", began.elapsed());
}

/// What is told to nobody, or not to this reader, is passed over once: whoever waits behind it waits, and does not look at it
/// again and again.
#[test]
fn what_is_not_for_the_reader_is_passed_over_once() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    app.register(&seminar, "anna").expect(201);
    let only = "organisation=ihk-aachen";
    for query in ["", only] {
        let (_, before) = read(&app, &app.anonymous(), query, None);
        if query == only {
            let path = format!("/seminars/{seminar}");
            app.organiser()
                .patch(&path, &app.etag(&path), &json!({"title": "Neu"}))
                .expect(200);
        } else {
            // In the journal, and no change of the programme.
            app.register(&seminar, "anna").expect(201);
        }
        let (told, at) = read(&app, &app.anonymous(), query, Some(&before));
        assert!(told.is_empty(), "{query}: {told:?}");
        assert_ne!(at, before, "{query}: the reader goes on from behind it");
        let (_, again) = read(&app, &app.anonymous(), query, Some(&at));
        assert_eq!(again, at, "{query}");
    }
}

/// Whoever waits while the database is away hears so in time, also behind many others.
#[test]
fn many_who_wait_hear_in_time_that_the_database_is_away() {
    let app = TestApp::spawn();
    let (_, cursor) = read(&app, &app.anonymous(), "", None);
    let began = Instant::now();
    let waiting = (0..12).map(|_| {
        let client = app.anonymous();
        let path = format!("/changes?wait=4&cursor={cursor}");
        std::thread::spawn(move || client.get(&path).status)
    });
    let waiting = waiting.collect::<Vec<_>>();
    std::thread::sleep(Duration::from_millis(600));
    let name = &app.database.name;
    let elsewhere = TestDatabase::create();
    let mut conn = elsewhere.connect();
    conn.batch_execute(&format!(
        "ALTER DATABASE \"{name}\" ALLOW_CONNECTIONS false;
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    ))
    .unwrap();
    let statuses = waiting.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>();
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
    assert!(
        statuses.iter().all(|status| [200, 503].contains(status)),
        "{statuses:?}"
    );
}

/// Whoever waits is answered in time, also where a look takes longer than that.
#[test]
fn who_waits_is_answered_in_time_while_nothing_can_be_read() {
    let app = TestApp::spawn();
    let (_, cursor) = read(&app, &app.anonymous(), "", None);
    let client = app.anonymous();
    let path = format!("/changes?wait=2&cursor={cursor}");
    let began = Instant::now();
    let waiting = std::thread::spawn(move || client.get(&path).expect(200));
    std::thread::sleep(Duration::from_millis(600));
    let mut conn = app.database.connect();
    conn.batch_execute("BEGIN; LOCK TABLE journal IN ACCESS EXCLUSIVE MODE")
        .unwrap();
    waiting.join().unwrap();
    assert!(began.elapsed() < Duration::from_millis(2900), "{:?}", began.elapsed());
}
