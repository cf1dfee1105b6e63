//! What it takes not to send a feed again, or to send it in fewer bytes.

use std::io::Read;

use chrono::Duration;
use flate2::read::GzDecoder;
use serde_json::json;

use super::{FEEDS, act, full};
use crate::support::{Answer, TestApp};

/// Every feed there is.
fn paths(app: &TestApp) -> (String, Vec<String>) {
    let body = full(app);
    let id = app.published(&body);
    let more = [
        format!("/seminars/{id}.ics"),
        format!("/collections/{}.ics", body["collections"][0].as_str().unwrap()),
    ];
    (id, FEEDS.iter().map(|path| (*path).to_owned()).chain(more).collect())
}

fn unchanged(answer: &Answer) -> bool {
    assert!([200, 304].contains(&answer.status), "{}", answer.text);
    assert!(!answer.header("etag").is_empty());
    if answer.status == 304 {
        assert_eq!(answer.text, "");
    }
    answer.status == 304
}

#[test]
fn a_tag_saves_the_body_until_something_changes() {
    let app = TestApp::spawn();
    let (id, paths) = paths(&app);
    let seminar = format!("/seminars/{id}");
    let known = paths
        .iter()
        .map(|path| app.anonymous().get(path).etag())
        .collect::<Vec<_>>();
    app.clock.advance(Duration::minutes(5));
    for (path, tag) in paths.iter().zip(&known) {
        assert!(tag.starts_with("W/\""), "{path}: {tag}");
        let client = app.organiser();
        for shown in [
            tag.clone(),
            format!("\"x\", {tag}"),
            tag.replace("W/", ""),
            "*".to_owned(),
        ] {
            assert!(
                unchanged(&client.get_with(path, &[("If-None-Match", &shown)])),
                "{path} {shown}"
            );
        }
        let answer = client.get(path);
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        assert_eq!(answer.header("vary"), "Accept-Encoding", "the same whoever asks");
        // A tag that is shown speaks alone.
        let late = "Sat, 01 Jan 2028 00:00:00 GMT";
        let other = client.get_with(path, &[("If-None-Match", "\"x\""), ("If-Modified-Since", late)]);
        assert!(!unchanged(&other), "{path}");
    }
    let linked = [("Accept", "application/ld+json")];
    let tag = app.anonymous().get_with(&seminar, &linked).etag();
    let again = app
        .anonymous()
        .get_with(&seminar, &[linked[0], ("If-None-Match", &tag)]);
    assert!(unchanged(&again));
    assert_eq!(again.header("vary"), "Accept, Accept-Encoding");
    act(&app, &id, "postpone", &json!({"reason_code": "other"}));
    for (path, tag) in paths.iter().zip(&known) {
        assert!(
            !unchanged(&app.anonymous().get_with(path, &[("If-None-Match", tag)])),
            "{path}"
        );
    }
}

#[test]
fn a_time_saves_the_body_once_nothing_can_come_before_it() {
    let app = TestApp::spawn();
    let (id, paths) = paths(&app);
    let since = |path: &str, time: &str| unchanged(&app.anonymous().get_with(path, &[("If-Modified-Since", time)]));
    let modified = |path: &str| app.anonymous().get(path).header("last-modified").to_owned();
    let late = "Sat, 01 Jan 2028 00:00:00 GMT";
    for path in &paths {
        assert_eq!(modified(path), "", "{path}: it is changed at this moment");
        assert!(!since(path, late), "{path}");
    }
    app.clock.advance(Duration::seconds(61));
    for path in paths.iter().filter(|path| *path != "/seminars.jsonld") {
        let first = "Mon, 04 Jan 2027 08:00:01 GMT";
        assert_eq!(modified(path), first, "{path}");
        assert!(since(path, first), "{path}");
        assert!(!since(path, "Mon, 04 Jan 2027 08:00:00 GMT"), "{path}");
        assert!(!since(path, "gestern"), "{path}");
    }
    // Seats go without a trace.
    assert_eq!(modified("/seminars.jsonld"), "");
    assert!(!since("/seminars.jsonld", late));
    let before = modified("/seminars.ics");
    act(&app, &id, "postpone", &json!({"reason_code": "other"}));
    app.clock.advance(Duration::minutes(2));
    for path in paths.iter().filter(|path| *path != "/seminars.jsonld") {
        assert!(!since(path, &before), "{path}");
        assert_eq!(modified(path), "Mon, 04 Jan 2027 08:01:02 GMT", "{path}");
    }
    // At midnight in Berlin the window moves, and something may have left it.
    app.clock.advance(Duration::days(1));
    assert_eq!(modified("/seminars.ics"), "Mon, 04 Jan 2027 23:00:01 GMT");
    assert_eq!(
        modified("/seminars.ics?from=2027-01-01"),
        "Mon, 04 Jan 2027 08:01:02 GMT"
    );
}

#[test]
fn what_became_internal_has_left_and_that_is_a_change() {
    let app = TestApp::spawn();
    let (id, _) = paths(&app);
    app.clock.advance(Duration::minutes(2));
    let before = app.anonymous().get("/seminars.feed.json");
    let path = format!("/seminars/{id}");
    let internal = json!({"audience": "internal"});
    app.organiser().patch(&path, &app.etag(&path), &internal).expect(200);
    app.clock.advance(Duration::minutes(2));
    let since = before.header("last-modified");
    let after = app
        .anonymous()
        .get_with("/seminars.feed.json", &[("If-Modified-Since", since)]);
    assert_eq!(after.expect(200)["items"], json!([]));
}

#[test]
fn a_new_name_of_a_collection_is_a_change() {
    let app = TestApp::spawn();
    let body = full(&app);
    app.published(&body);
    app.clock.advance(Duration::minutes(2));
    let collection = format!("/collections/{}", body["collections"][0].as_str().unwrap());
    let calendar = format!("{collection}.ics");
    let before = app.anonymous().get(&calendar).header("last-modified").to_owned();
    let renamed = json!({"name": "Guten Morgen"});
    app.organiser()
        .patch(&collection, &app.etag(&collection), &renamed)
        .expect(200);
    app.clock.advance(Duration::minutes(2));
    let after = app.anonymous().get_with(&calendar, &[("If-Modified-Since", &before)]);
    assert_eq!(after.status, 200);
    assert!(after.text.contains("NAME:Guten Morgen"), "{}", after.text);
}

#[test]
fn feeds_and_the_programme_are_sent_compressed_to_who_takes_that() {
    let app = TestApp::spawn();
    let (id, mut paths) = paths(&app);
    paths.push("/seminars".to_owned());
    for path in &paths {
        let plain = app.anonymous().get(path);
        assert_eq!(plain.header("content-encoding"), "", "{path}");
        assert!(
            plain.header("vary").contains("Accept-Encoding"),
            "{path}: a cache has to know"
        );
        let gzip = app.anonymous().get_with(path, &[("Accept-Encoding", "gzip")]);
        assert_eq!((gzip.status, gzip.header("content-encoding")), (200, "gzip"), "{path}");
        let mut read = String::new();
        GzDecoder::new(gzip.bytes.as_slice()).read_to_string(&mut read).unwrap();
        assert_eq!(read, plain.text, "{path}");
        assert_eq!(
            gzip.etag(),
            plain.etag(),
            "{path}: a weak tag is that of every encoding"
        );
        let brotli = app.anonymous().get_with(path, &[("Accept-Encoding", "gzip;q=0.5, br")]);
        assert_eq!(brotli.header("content-encoding"), "br", "{path}");
        if path != "/seminars" {
            let known = [("Accept-Encoding", "gzip"), ("If-None-Match", gzip.header("etag"))];
            assert!(unchanged(&app.anonymous().get_with(path, &known)), "{path}");
        }
    }
    let nothing = [("Accept-Encoding", "*;q=0")];
    app.anonymous()
        .get_with("/seminars.ics", &nothing)
        .problem(406, "not-acceptable");
    let one = app
        .anonymous()
        .get_with(&format!("/seminars/{id}"), &[("Accept-Encoding", "gzip")]);
    assert!(
        one.etag().starts_with('"') && one.header("content-encoding").is_empty(),
        "a strong tag is that of its bytes"
    );
}
