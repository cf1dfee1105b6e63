//! What stands above printed lists.

use serde_json::json;

use crate::support::{Answer, TestApp, picture, png};

const LOGOS: &str = "/organisations/staedteregion-aachen/logos";

fn put(app: &TestApp, name: &str, headers: &[(&str, &str)], bytes: &[u8]) -> Answer {
    let path = format!("{LOGOS}/{name}?description=Europ%C3%A4ische%20Union");
    let mut all = vec![("Content-Type", "image/png")];
    all.extend(headers);
    app.organiser().send("PUT", &path, &all, Some(bytes))
}

#[test]
fn a_logo_is_put_seen_replaced_and_deleted() {
    let app = TestApp::spawn();
    let made = put(&app, "eu", &[], &picture());
    let view = made.expect(201);
    assert_eq!(
        [&view["name"], &view["description"]],
        [&json!("eu"), &json!("Europäische Union")]
    );
    let there = app.reporter().get(made.header("location"));
    assert_eq!(there.bytes, picture());
    assert_eq!(there.header("content-type"), "image/png");
    assert_eq!(there.etag(), made.etag());
    let known = [("If-None-Match", made.header("etag"))];
    assert_eq!(
        app.reporter().send("GET", &format!("{LOGOS}/eu"), &known, None).status,
        304
    );
    put(&app, "eu", &[], &picture()).problem(428, "precondition-required");
    put(&app, "eu", &[("If-Match", "\"7-x\"")], &picture()).problem(412, "precondition-failed");
    put(&app, "land-nrw", &[("If-Match", "\"1-x\"")], &picture()).problem(412, "precondition-failed");
    let replaced = put(&app, "eu", &[("If-Match", made.header("etag"))], &png(2, 2));
    replaced.expect(200);
    let list = app.front_desk().get(LOGOS).expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(list["data"][0]["bytes"], png(2, 2).len());
    let gone = app.organiser().send(
        "DELETE",
        &format!("{LOGOS}/eu"),
        &[("If-Match", replaced.header("etag"))],
        None,
    );
    assert_eq!(gone.status, 204);
    app.organiser().get(&format!("{LOGOS}/eu")).problem(404, "not-found");
}

#[test]
fn what_is_no_picture_of_ours_is_refused() {
    let app = TestApp::spawn();
    put(&app, "eu", &[], b"GIF89a").problem(415, "unsupported-media-type");
    let whole = png(50, 50);
    put(&app, "eu", &[], &whole[..whole.len() - 20]).problem(415, "unsupported-media-type");
    let refused = put(&app, "eu", &[], &png(4001, 1)).problem(413, "body-too-large");
    assert!(refused["detail"].as_str().unwrap().contains("4001 × 1"), "{refused}");
    put(&app, "eu", &[], &vec![0; 256 * 1024 + 1]).problem(413, "body-too-large");
    assert_eq!(put(&app, "none", &[], &picture()).invalid(), ["logo"]);
    assert_eq!(put(&app, "E%20U", &[], &picture()).invalid(), ["logo"]);
    let bare = app.organiser().send(
        "PUT",
        &format!("{LOGOS}/eu"),
        &[("Content-Type", "image/png")],
        Some(&picture()),
    );
    assert_eq!(bare.invalid(), ["description"]);
    let json = app
        .organiser()
        .send("PUT", &format!("{LOGOS}/eu?description=EU"), &[], Some(b"{}"));
    json.problem(415, "unsupported-media-type");
}

#[test]
fn strangers_see_none() {
    let app = TestApp::spawn();
    put(&app, "eu", &[], &picture()).expect(201);
    app.foreign_organiser().get(LOGOS).problem(404, "not-found");
    app.foreign_organiser()
        .get(&format!("{LOGOS}/eu"))
        .problem(404, "not-found");
    app.anonymous().get(LOGOS).problem(401, "unauthenticated");
}
