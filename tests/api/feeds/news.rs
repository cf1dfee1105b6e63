//! JSON Feed: what is new and changed.

use chrono::Duration;
use serde_json::{Value, json};

use super::act;
use crate::support::{TestApp, draft_body};

fn titles(feed: &Value) -> Vec<&str> {
    let items = feed["items"].as_array().unwrap().iter();
    items.map(|item| item["title"].as_str().unwrap()).collect()
}

#[test]
fn what_was_changed_last_comes_first() {
    let app = TestApp::spawn();
    let ids = ["A", "B", "C"].map(|title| {
        app.clock.advance(Duration::minutes(1));
        let mut body = draft_body(5);
        body["title"] = title.into();
        app.published(&body)
    });
    let answer = app.anonymous().get("/seminars.feed.json");
    assert_eq!(answer.header("content-type"), "application/feed+json");
    let feed = answer.expect(200);
    assert_eq!(titles(&feed), ["C", "B", "A"]);
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(feed["feed_url"], "https://einlass.example/api/v1/seminars.feed.json");
    assert_eq!(feed.get("next_url"), None);
    let item = &feed["items"][2];
    assert_eq!(
        item["id"],
        format!("https://einlass.example/api/v1/seminars/{}", ids[0])
    );
    assert_eq!(item["date_published"], "2027-01-04T00:00:00+01:00");
    assert_eq!(item["date_modified"], "2027-01-04T08:01:00Z");
    assert_eq!(item["content_text"], "Donnerstag, 6. Mai 2027, 18:00 bis 20:00 Uhr");
    let expected = json!({"seminar": ids[0], "status": "scheduled", "kind": "seminar", "attendance_mode": "onsite",
        "starts_at": ["2027-05-06T18:00:00+02:00"]});
    assert_eq!(item["_einlass"], expected);

    app.clock.advance(Duration::minutes(1));
    act(
        &app,
        &ids[0],
        "cancel",
        &json!({"reason_code": "other", "public_text": "Wasserschaden."}),
    );
    let feed = app.anonymous().get("/seminars.feed.json").expect(200);
    assert_eq!(titles(&feed), ["[abgesagt] A", "C", "B"], "it stays, and is news");
    let cancelled = &feed["items"][0];
    assert_eq!(
        (&cancelled["id"], &cancelled["_einlass"]["status"]),
        (&item["id"], &json!("cancelled"))
    );
    let content = cancelled["content_text"].as_str().unwrap();
    assert!(
        content.starts_with("Die Veranstaltung ist abgesagt. Wasserschaden.\n\n"),
        "{content}"
    );
    app.clock.advance(Duration::days(400));
    let later = app.anonymous().get("/seminars.feed.json").expect(200);
    assert_eq!(
        titles(&later).len(),
        3,
        "news are read in the order they came, however long ago"
    );
}

#[test]
fn pages_follow_each_other() {
    let app = TestApp::spawn();
    // All changed at one moment.
    for title in ["A", "B", "C", "D", "E"] {
        let mut body = draft_body(5);
        body["title"] = title.into();
        app.published(&body);
    }
    let mut found = Vec::new();
    let mut path = "/seminars.feed.json?limit=2&kind=seminar".to_owned();
    loop {
        let answer = app.anonymous().get(&path);
        let feed = answer.expect(200);
        found.extend(titles(&feed).into_iter().map(str::to_owned));
        let Some(next) = feed["next_url"].as_str() else { break };
        let next = next.strip_prefix("https://einlass.example").unwrap().to_owned();
        assert_eq!(answer.header("link"), format!("<{next}>; rel=\"next\""));
        assert!(next.contains("kind=seminar"), "{next}");
        path = next;
    }
    assert_eq!(found, ["E", "D", "C", "B", "A"]);
}
