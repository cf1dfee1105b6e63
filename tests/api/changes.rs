//! The change feed: from how everything stands to every change since, for everybody as far as it is theirs to see.

use chrono::Duration as Days;
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use crate::support::{Client, TestApp, draft_body, person};

/// [`read_now`] when everything can be read.
#[track_caller]
pub fn read(app: &TestApp, client: &Client, query: &str, cursor: Option<&str>) -> (Vec<Value>, String) {
    app.settled();
    read_now(client, query, cursor)
}

/// Reads on from `cursor` until nothing more comes: what was told, and where to go on.
#[track_caller]
fn read_now(client: &Client, query: &str, cursor: Option<&str>) -> (Vec<Value>, String) {
    let (mut told, mut cursor) = (Vec::new(), cursor.map(str::to_owned));
    loop {
        let at = cursor
            .as_ref()
            .map(|cursor| format!("&cursor={cursor}"))
            .unwrap_or_default();
        let page = client.get(&format!("/changes?{query}{at}")).expect(200);
        told.extend(page["changes"].as_array().unwrap().clone());
        let next = page["next_cursor"].as_str().unwrap().to_owned();
        let standing = page["changes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["type"] == "seminar.stands");
        cursor = Some(next.clone());
        if page["has_more"] == false && !standing {
            return (told, next);
        }
    }
}

fn types(told: &[Value]) -> Vec<&str> {
    told.iter().map(|one| one["type"].as_str().unwrap()).collect()
}

#[test]
fn the_feed_begins_with_how_everything_stands_and_goes_on_with_every_change() {
    let app = TestApp::spawn();
    let ids = (0..5).map(|_| app.seminar(5)).collect::<Vec<_>>();
    let anybody = app.anonymous();
    let (told, cursor) = read(&app, &anybody, "limit=2", None);
    assert_eq!(types(&told), ["seminar.stands"; 5]);
    let found = told
        .iter()
        .map(|one| one["object"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(found, ids);
    assert_eq!(
        told[0]["seminar"],
        anybody.get(&format!("/seminars/{}", ids[0])).expect(200)
    );
    let (nothing, same) = read(&app, &anybody, "limit=2", Some(&cursor));
    assert!(nothing.is_empty());
    assert_eq!(same, cursor, "where nothing happened the place is the same");

    let path = format!("/seminars/{}", ids[1]);
    app.organiser()
        .patch(&path, &app.etag(&path), &json!({"title": "Neu", "language": "en"}))
        .expect(200);
    let reason = json!({"reason_code": "speaker", "public_text": "Krank"});
    app.organiser()
        .act(&format!("{path}/cancel"), &app.etag(&path), &reason)
        .expect(200);
    let (told, cursor) = read(&app, &anybody, "limit=2", Some(&cursor));
    assert_eq!(types(&told), ["seminar.changed", "seminar.cancelled"]);
    assert_eq!(told[0]["changed_fields"], json!(["title", "language"]));
    assert_eq!(told[1]["changed_fields"], json!(["status"]));
    for one in &told {
        assert_eq!(one["seminar"]["status"], "cancelled", "as it is now, not as it was");
        assert_eq!(one["seminar"], anybody.get(&path).expect(200));
        assert_eq!(one["version"], 4);
        assert_eq!(one["tombstone"], Value::Null);
    }
    assert!(read(&app, &anybody, "limit=2", Some(&cursor)).0.is_empty());
}

#[test]
fn what_changes_while_one_reads_how_everything_stands_is_told_again() {
    let app = TestApp::spawn();
    let ids = (0..3).map(|_| app.seminar(5)).collect::<Vec<_>>();
    let anybody = app.anonymous();
    let first = anybody.get("/changes?limit=1").expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let path = format!("/seminars/{}", ids[0]);
    app.organiser()
        .patch(&path, &app.etag(&path), &json!({"title": "Neu"}))
        .expect(200);
    let new = app.seminar(5);
    let (told, _) = read(&app, &anybody, "limit=1", Some(cursor));
    let changed = told
        .iter()
        .filter(|one| one["object"] == json!(ids[0]))
        .collect::<Vec<_>>();
    assert_eq!(changed.len(), 1, "read before it was changed");
    assert_eq!(changed[0]["seminar"]["title"], "Neu");
    assert!(told.iter().any(|one| one["object"] == json!(new)));
}

#[test]
fn drafts_and_internal_seminars_are_told_to_their_organisation_only() {
    let app = TestApp::spawn();
    let (anybody, own, foreign) = (app.anonymous(), app.client(&["seminars:read"]), app.foreign_organiser());
    let cursors = [&anybody, &own, &foreign].map(|client| read(&app, client, "", None).1);
    let draft = app.draft(&draft_body(5));
    let path = format!("/seminars/{}", draft.id());
    app.organiser()
        .patch(&path, &draft.etag(), &json!({"title": "Entwurf"}))
        .expect(200);
    let mut internal = draft_body(5);
    internal["audience"] = json!("internal");
    app.published(&internal);
    let thrown = app.draft(&draft_body(5));
    assert_eq!(
        app.organiser()
            .delete(&format!("/seminars/{}", thrown.id()), &thrown.etag())
            .status,
        204
    );

    assert!(read(&app, &anybody, "", Some(&cursors[0])).0.is_empty());
    assert!(read(&app, &foreign, "", Some(&cursors[2])).0.is_empty());
    let (told, at) = read(&app, &own, "", Some(&cursors[1]));
    let expected = [
        "seminar.created",
        "seminar.changed",
        "seminar.created",
        "seminar.published",
        "seminar.deleted",
    ];
    assert_eq!(
        types(&told),
        expected,
        "nothing is told of what is gone but that it is gone"
    );
    assert_eq!(told[4]["tombstone"], json!({"reason": "deleted", "merged_into": null}));
    assert_eq!(told[4]["object"], json!(thrown.id()));
    assert!(told[4].get("seminar").is_none());

    app.organiser()
        .act(&format!("{path}/publish"), &app.etag(&path), &json!({}))
        .expect(200);
    let (told, _) = read(&app, &anybody, "", Some(&cursors[0]));
    assert_eq!(
        types(&told),
        ["seminar.published"],
        "what happened to the draft is not told"
    );
    assert_eq!(told[0]["seminar"]["title"], "Entwurf");
    assert_eq!(types(&read(&app, &own, "", Some(&at)).0), ["seminar.published"]);
}

#[test]
fn what_is_no_longer_public_leaves_a_tombstone_and_can_come_back() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    let path = format!("/seminars/{id}");
    let anybody = app.anonymous();
    let (_, cursor) = read(&app, &anybody, "", None);
    let set = |audience: &str| {
        app.organiser()
            .patch(&path, &app.etag(&path), &json!({"audience": audience}))
            .expect(200);
    };
    set("internal");
    app.organiser()
        .patch(&path, &app.etag(&path), &json!({"title": "Geheim"}))
        .expect(200);
    let (told, cursor) = read(&app, &anybody, "", Some(&cursor));
    assert_eq!(types(&told), ["seminar.changed"]);
    assert_eq!(
        told[0]["tombstone"],
        json!({"reason": "withdrawn", "merged_into": null})
    );
    assert_eq!(told[0]["version"], Value::Null);
    assert!(!serde_json::to_string(&told).unwrap().contains("Geheim"));
    set("public");
    let (told, _) = read(&app, &anybody, "", Some(&cursor));
    assert_eq!(told.last().unwrap()["seminar"]["title"], "Geheim");
    assert_eq!(told.last().unwrap()["tombstone"], Value::Null);
}

#[test]
fn what_only_members_see_is_no_change_to_others() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    let path = format!("/seminars/{id}");
    let (anybody, own) = (app.anonymous(), app.client(&["seminars:read"]));
    let cursors = [&anybody, &own].map(|client| read(&app, client, "", None).1);
    app.organiser()
        .patch(
            &path,
            &app.etag(&path),
            &json!({"attendance_rule": {"min_seconds": 900}}),
        )
        .expect(200);
    app.register(&id, "anna").expect(201);
    assert!(read(&app, &anybody, "", Some(&cursors[0])).0.is_empty());
    let (told, _) = read(&app, &own, "", Some(&cursors[1]));
    assert_eq!(
        types(&told),
        ["seminar.changed"],
        "a registration is no change of the seminar"
    );
    assert_eq!(told[0]["changed_fields"], json!(["attendance_rule"]));
}

#[test]
fn what_seminars_name_is_told_when_it_changes() {
    let app = TestApp::spawn();
    let venue = app
        .organiser()
        .post(
            "/venues",
            &json!({"organisation": "staedteregion-aachen", "name": "Kirche", "locality": "Aachen"}),
        )
        .id();
    let mut body = draft_body(5);
    body["sessions"][0]["venue"] = json!(venue);
    let id = app.published(&body);
    let anybody = app.anonymous();
    let (_, cursor) = read(&app, &anybody, "", None);
    let path = format!("/venues/{venue}");
    app.organiser()
        .patch(&path, &app.etag(&path), &json!({"name": "Digital Church"}))
        .expect(200);
    let (told, _) = read(&app, &anybody, "", Some(&cursor));
    assert_eq!(types(&told), ["venue.changed"]);
    let seminar = anybody.get(&format!("/seminars/{id}")).expect(200);
    assert_eq!(
        told[0]["venue"], seminar["sessions"][0]["venue"],
        "as it stands in its seminars"
    );
    assert_eq!(told[0]["version"], Value::Null);
}

#[test]
fn one_organisation_can_be_followed_alone() {
    let app = TestApp::spawn();
    let ours = app.seminar(5);
    let mut body = draft_body(5);
    body["organisation"] = json!("ihk-aachen");
    let foreign = app.foreign_organiser();
    let theirs = foreign.post("/seminars", &body);
    let path = format!("/seminars/{}", theirs.id());
    foreign
        .act(&format!("{path}/publish"), &theirs.etag(), &json!({}))
        .expect(200);
    let anybody = app.anonymous();
    let (told, cursor) = read(&app, &anybody, "organisation=ihk-aachen", None);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["object"], json!(theirs.id()));
    for (client, path) in [(&app.organiser(), format!("/seminars/{ours}")), (&foreign, path)] {
        let etag = client.get(&path).etag();
        client.patch(&path, &etag, &json!({"title": "Neu"})).expect(200);
    }
    let (told, _) = read(&app, &anybody, "organisation=ihk-aachen", Some(&cursor));
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["object"], json!(theirs.id()));
    assert_eq!(anybody.get("/changes?organisation=nobody").invalid(), ["organisation"]);
}

#[test]
fn a_place_is_kept_for_180_days_and_renewed_for_who_asks_now_and_then() {
    let app = TestApp::spawn();
    app.seminar(5);
    let anybody = app.anonymous();
    let (_, old) = read(&app, &anybody, "", None);
    app.clock.advance(Days::days(100));
    let (_, renewed) = read(&app, &anybody, "", Some(&old));
    assert_ne!(old, renewed);
    app.clock.advance(Days::days(80));
    read(&app, &anybody, "", Some(&old));
    app.clock.advance(Days::seconds(1));
    let gone = anybody.get(&format!("/changes?cursor={old}"));
    let problem = gone.problem(410, "cursor-expired");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("GET /changes without a cursor")
    );
    read(&app, &anybody, "", Some(&renewed));
}

#[test]
fn a_place_that_lies_ahead_of_the_feed_is_refused() {
    let app = TestApp::spawn();
    app.seminar(5);
    let (_, cursor) = read(&app, &app.anonymous(), "", None);
    // As it was handed out before the database was set back to an earlier day.
    let bytes = einlass::base::digest::from_base64url(&cursor).unwrap();
    let mut place = serde_json::from_slice::<Value>(&bytes).unwrap();
    let entry = place["changes"]["transaction"].as_i64().unwrap();
    place["changes"]["transaction"] = json!(entry + 1);
    let ahead = einlass::base::digest::base64url(place.to_string().as_bytes());
    app.anonymous()
        .get(&format!("/changes?cursor={ahead}"))
        .problem(410, "cursor-expired");
}

#[test]
fn nothing_is_shown_beyond_a_transaction_that_is_still_running() {
    let app = TestApp::spawn();
    let anybody = app.anonymous();
    let (_, cursor) = read(&app, &anybody, "", None);
    let mut slow = app.database.connect();
    slow.batch_execute("BEGIN; SELECT pg_current_xact_id()").unwrap();
    let id = app.seminar(5);
    let (told, at) = read_now(&anybody, "", Some(&cursor));
    assert!(told.is_empty(), "what the slow one writes would lie before it");
    slow.batch_execute("COMMIT").unwrap();
    let (told, _) = read(&app, &anybody, "", Some(&at));
    assert_eq!(types(&told), ["seminar.published"]);
    assert_eq!(told[0]["object"], json!(id));
}

#[test]
fn the_feed_names_what_it_does_not_understand() {
    let app = TestApp::spawn();
    let anybody = app.anonymous();
    for (query, name) in [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("wait=31", "wait"),
        ("cursor=abc", "cursor"),
        ("cursor=", "cursor"),
        ("since=2027-01-01", "since"),
    ] {
        assert_eq!(anybody.get(&format!("/changes?{query}")).invalid(), [name], "{query}");
    }
    app.client(&["reports:read"])
        .get("/changes")
        .problem(403, "insufficient-scope");
}

#[test]
fn the_feed_holds_nothing_about_people() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    let (_, cursor) = read(&app, &app.client(&["seminars:read"]), "", None);
    app.anonymous()
        .post(&format!("/seminars/{id}/registrations"), &person("anna"))
        .expect(201);
    let path = format!("/seminars/{id}");
    app.organiser()
        .patch(&path, &app.etag(&path), &json!({"title": "Neu"}))
        .expect(200);
    let (told, _) = read(&app, &app.client(&["seminars:read"]), "", Some(&cursor));
    assert_eq!(types(&told), ["seminar.changed"]);
    let text = serde_json::to_string(&told).unwrap();
    assert!(!text.contains("anna") && !text.contains("Müller"), "{text}");
}

#[test]
fn the_feed_is_compressed_for_who_can_read_that() {
    let app = TestApp::spawn();
    for _ in 0..20 {
        app.seminar(5);
    }
    let plain = app.anonymous().get_with("/changes", &[("Accept-Encoding", "identity")]);
    let packed = app.anonymous().get_with("/changes", &[("Accept-Encoding", "br")]);
    assert_eq!(packed.header("content-encoding"), "br");
    assert!(
        packed.bytes.len() * 5 < plain.bytes.len(),
        "{} of {}",
        packed.bytes.len(),
        plain.bytes.len()
    );
    let vary = packed
        .headers
        .get_all("vary")
        .iter()
        .map(|value| value.to_str().unwrap().to_lowercase());
    assert!(vary.collect::<Vec<_>>().join(",").contains("accept-encoding"));
}
