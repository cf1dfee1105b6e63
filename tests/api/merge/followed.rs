//! Who follows the change feed hears that two are one event, and what changes by it afterwards.

use serde_json::{Value, json};

use super::super::changes::read;
use super::super::duplicates::{evening, publish};
use super::{merge, merged, two, unmerge};
use crate::support::TestApp;

/// Type, object and reason of the tombstone, if it is one.
fn words(told: &[Value]) -> Vec<(&str, &str, &str)> {
    let all = told
        .iter()
        .map(|one| [&one["type"], &one["object"], &one["tombstone"]["reason"]]);
    all.map(|words| words.map(|word| word.as_str().unwrap_or_default()))
        .map(|[kind, object, reason]| (kind, object, reason))
        .collect()
}

#[test]
fn the_one_goes_on_under_the_other_until_it_is_taken_back() {
    let app = TestApp::spawn();
    let (ours, theirs) = two(&app);
    let anybody = app.anonymous();
    let (_, cursor) = read(&app, &anybody, "", None);
    merge(&app.organiser(), &ours, &theirs).expect(202);
    let (told, cursor) = read(&app, &anybody, "", Some(&cursor));
    assert!(told.is_empty(), "a proposal is theirs alone: {told:?}");
    merge(&app.foreign_organiser(), &ours, &theirs).expect(200);
    let (told, cursor) = read(&app, &anybody, "", Some(&cursor));
    assert_eq!(
        words(&told),
        [
            ("seminar.merged", ours.as_str(), "merged_into"),
            ("seminar.merged", theirs.as_str(), "")
        ]
    );
    assert_eq!(told[0]["tombstone"]["merged_into"], json!(theirs));
    assert_eq!(told[0].get("seminar"), None);
    let parties = told[1]["seminar"]["parties"].as_array().unwrap();
    assert!(parties.iter().any(|one| one["name"] == "StädteRegion Aachen"));
    unmerge(&app.organiser(), &ours).expect(200);
    let (told, _) = read(&app, &anybody, "", Some(&cursor));
    assert_eq!(
        words(&told),
        [
            ("seminar.unmerged", ours.as_str(), ""),
            ("seminar.unmerged", theirs.as_str(), "")
        ]
    );
    assert_eq!(told[0]["seminar"]["id"], json!(ours), "it is there again");
}

/// The parties of the one are shown with the other: whoever has a copy of that one is told.
#[test]
fn new_parties_of_the_one_are_a_change_of_the_other() {
    let app = TestApp::spawn();
    let (ours, theirs) = merged(&app);
    let anybody = app.anonymous();
    let (_, cursor) = read(&app, &anybody, "", None);
    let (path, client) = (format!("/seminars/{ours}"), app.organiser());
    let change = |change: Value| client.patch(&path, &client.get(&path).etag(), &change).expect(200);
    let before = anybody.get(&format!("/seminars/{theirs}")).etag();
    change(json!({"parties": [{"role": "contributor", "name": "digitalHUB Aachen"}]}));
    let (told, cursor) = read(&app, &anybody, "", Some(&cursor));
    assert_eq!(words(&told), [("seminar.changed", theirs.as_str(), "")]);
    assert_eq!(told[0]["changed_fields"], json!(["parties", "merged"]));
    let seminar = anybody.get(&format!("/seminars/{theirs}"));
    assert_eq!(told[0]["seminar"], seminar.expect(200));
    assert!(seminar.text.contains("digitalHUB Aachen"));
    let version = |tag: &str| tag[1..].split('-').next().unwrap().parse::<i64>().unwrap();
    assert_eq!(version(&seminar.etag()), version(&before) + 1);
    // What is not shown there is nobody else's.
    change(json!({"title": "KI im Mittelstand, neu", "audience": "public"}));
    let (told, cursor) = read(&app, &anybody, "", Some(&cursor));
    assert!(told.is_empty(), "{told:?}");
    change(json!({"audience": "internal"}));
    let (told, _) = read(&app, &anybody, "", Some(&cursor));
    assert_eq!(
        words(&told),
        [
            ("seminar.changed", ours.as_str(), "withdrawn"),
            ("seminar.changed", theirs.as_str(), "")
        ]
    );
    assert!(told[1]["seminar"].get("merged").is_none(), "{}", told[1]);
    // Of what became internal the other side is shown that it is merged, and no more.
    let found = app
        .foreign_organiser()
        .get(&format!("/seminars/{theirs}/duplicates"))
        .expect(200);
    let hidden = &found["merges"][0]["seminar"];
    assert_eq!(
        (&hidden["id"], &hidden["title"], &hidden["date"]),
        (&json!(ours), &Value::Null, &Value::Null)
    );
    let own = app.organiser().get(&format!("/seminars/{ours}/duplicates")).expect(200);
    assert_eq!(own["merges"][0]["seminar"]["title"], "KI im Mittelstand, neu");
}

#[test]
fn what_was_never_public_is_told_to_nobody() {
    let app = TestApp::spawn();
    let internal = evening(
        "staedteregion-aachen",
        "KI im Mittelstand",
        &json!({"audience": "internal"}),
    );
    let [one, other] = [(); 2].map(|()| publish(&app.organiser(), &internal));
    let (_, cursor) = read(&app, &app.anonymous(), "", None);
    merge(&app.organiser(), &one, &other).expect(200);
    let (told, _) = read(&app, &app.anonymous(), "", Some(&cursor));
    assert!(told.is_empty(), "{told:?}");
    let (told, _) = read(&app, &app.client(&["seminars:read"]), "", Some(&cursor));
    assert_eq!(told.len(), 2, "its own organisation hears of it");
}
