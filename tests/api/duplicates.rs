//! `GET /seminars/{seminar}/duplicates`: which other seminars may be the same event, and which look like it and are not.

use serde_json::{Value, json};

use super::reports::{load, with_the_paper};
use crate::support::{Client, TestApp, draft_body};

/// In May, in the evening, at home; `changes` say what is different.
pub fn evening(organisation: &str, title: &str, changes: &Value) -> Value {
    let mut body = draft_body(50);
    body["organisation"] = organisation.into();
    body["title"] = title.into();
    for (member, value) in changes.as_object().unwrap() {
        body[member.as_str()] = value.clone();
    }
    body
}

/// A draft of whoever `client` is, published; its id.
#[track_caller]
pub fn publish(client: &Client, body: &Value) -> String {
    let made = client.post("/seminars", body);
    let id = made.id();
    client
        .act(&format!("/seminars/{id}/publish"), &made.etag(), &json!({}))
        .expect(200);
    id
}

/// Titles of what may be the same event, with what speaks for it.
#[track_caller]
fn suggested(client: &Client, id: &str) -> Vec<(String, Vec<String>)> {
    let found = client.get(&format!("/seminars/{id}/duplicates")).expect(200);
    let all = found["suggestions"].as_array().unwrap().iter();
    let told = all.map(|one| {
        let evidence = one["evidence"].as_array().unwrap().iter();
        let evidence = evidence.map(|word| word.as_str().unwrap().to_owned());
        (one["seminar"]["title"].as_str().unwrap().to_owned(), evidence.collect())
    });
    told.collect()
}

#[test]
fn the_same_event_of_two_organisations_is_found_from_both_sides() {
    let app = TestApp::spawn();
    let (ours, theirs) = (app.organiser(), app.foreign_organiser());
    let cooperation = json!({"parties": [{"role": "lead", "organisation": "ihk-aachen"}]});
    let id = publish(
        &ours,
        &evening(
            "staedteregion-aachen",
            "Online-Seminar: KI im Mittelstand",
            &cooperation,
        ),
    );
    let other = publish(
        &theirs,
        &evening("ihk-aachen", "KI im Mittelstand – wo anfangen?", &json!({})),
    );
    let evidence = ["same_day", "similar_title", "shared_party", "same_time"];
    let expected = |title: &str| vec![(title.to_owned(), evidence.map(str::to_owned).to_vec())];
    assert_eq!(suggested(&ours, &id), expected("KI im Mittelstand – wo anfangen?"));
    assert_eq!(
        suggested(&theirs, &other),
        expected("Online-Seminar: KI im Mittelstand")
    );
    let found = ours.get(&format!("/seminars/{id}/duplicates"));
    assert_eq!(found.header("cache-control"), "no-store");
    let found = found.expect(200);
    assert_eq!(found["merges"], json!([]));
    let one = &found["suggestions"][0];
    assert_eq!(one["seminar"]["organisation"]["slug"], "ihk-aachen");
    assert_eq!(
        (&one["seminar"]["id"], &one["seminar"]["date"]),
        (&json!(other), &json!("2027-05-06"))
    );
    assert!(one["similarity"].as_u64().unwrap() >= 60);
}

#[test]
fn what_only_looks_like_it_is_not_suggested() {
    let app = TestApp::spawn();
    let (ours, theirs) = (app.organiser(), app.foreign_organiser());
    let id = publish(&ours, &evening("staedteregion-aachen", "KI im Mittelstand", &json!({})));
    let at = |from: &str, to: &str| json!({"sessions": [{"starts_at": from, "ends_at": to}]});
    // Title and date alone, at another time of the day and on a day that is all one knows.
    let morning = at("2027-05-06T09:00", "2027-05-06T11:00");
    publish(&theirs, &evening("ihk-aachen", "KI im Mittelstand", &morning));
    let some_time = json!({"sessions": [{"starts_at": "2027-05-06", "date_precision": "day"}]});
    publish(&theirs, &evening("ihk-aachen", "KI im Mittelstand", &some_time));
    // A series that repeats, another day, another title.
    publish(&ours, &evening("staedteregion-aachen", "KI im Mittelstand", &morning));
    publish(
        &theirs,
        &evening(
            "ihk-aachen",
            "KI im Mittelstand",
            &at("2027-05-07T18:00", "2027-05-07T20:00"),
        ),
    );
    publish(&theirs, &evening("ihk-aachen", "Steuern für Gründer_innen", &json!({})));
    // Not shown to us.
    theirs
        .post("/seminars", &evening("ihk-aachen", "KI im Mittelstand", &json!({})))
        .expect(201);
    publish(
        &theirs,
        &evening("ihk-aachen", "KI im Mittelstand", &json!({"audience": "internal"})),
    );
    assert_eq!(suggested(&ours, &id), []);
    // Our own draft of the same is.
    ours.post(
        "/seminars",
        &evening("staedteregion-aachen", "KI im Mittelstand", &json!({})),
    )
    .expect(201);
    let evidence = ["same_day", "similar_title", "same_time"].map(str::to_owned).to_vec();
    assert_eq!(suggested(&ours, &id), [("KI im Mittelstand".to_owned(), evidence)]);
}

#[test]
fn a_place_is_known_by_its_street_and_by_its_other_names_and_a_room_by_its_address() {
    let app = TestApp::spawn();
    let (ours, theirs) = (app.organiser(), app.foreign_organiser());
    let venue = |client: &Client, body: Value| client.post("/venues", &body).id();
    let home = venue(
        &ours,
        json!({"organisation": "staedteregion-aachen", "name": "Digital Church", "locality": "Aachen",
        "street": "Jülicher Straße 72a"}),
    );
    let named = venue(
        &theirs,
        json!({"organisation": "ihk-aachen", "name": "digitalHUB", "also_known_as": ["DIGITAL CHURCH"],
        "locality": "Aachen"}),
    );
    let street = venue(
        &theirs,
        json!({"organisation": "ihk-aachen", "name": "Hub", "locality": "Aachen", "street": "Jülicher Str. 72a"}),
    );
    let town = venue(&theirs, json!({"organisation": "ihk-aachen", "locality": "Aachen"}));
    // Each half an hour later: it cannot be told by the time.
    let session = |at: &str, members: Value| {
        let mut session = json!({"starts_at": format!("2027-05-06T{at}"), "ends_at": "2027-05-06T20:30"});
        session
            .as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        json!({"sessions": [session]})
    };
    let room = "https://zoom.example/j/123?pwd=x";
    let id = publish(
        &ours,
        &evening(
            "staedteregion-aachen",
            "KI im Mittelstand",
            &session("18:00", json!({"venue": home, "join_url": room})),
        ),
    );
    for (title, members) in [
        ("KI im Mittelstand (Name)", json!({"venue": named})),
        ("KI im Mittelstand (Straße)", json!({"venue": street})),
        (
            "KI im Mittelstand (Raum)",
            json!({"join_url": "https://zoom.example/j/123?pwd=x#success"}),
        ),
        ("KI im Mittelstand (Stadt)", json!({"venue": town})),
        (
            "KI im Mittelstand (anderer Raum)",
            json!({"join_url": "https://zoom.example/j/124"}),
        ),
    ] {
        publish(&theirs, &evening("ihk-aachen", title, &session("18:30", members)));
    }
    let mut found = suggested(&ours, &id);
    found.sort();
    let found = found
        .iter()
        .map(|(title, evidence)| (title.as_str(), evidence.last().unwrap().as_str()));
    assert_eq!(
        found.collect::<Vec<_>>(),
        [
            ("KI im Mittelstand (Name)", "same_place"),
            ("KI im Mittelstand (Raum)", "same_room"),
            ("KI im Mittelstand (Straße)", "same_place"),
        ]
    );
}

#[test]
fn a_partner_is_the_same_by_id_and_by_any_of_its_names() {
    let app = TestApp::spawn();
    let (ours, theirs) = (app.organiser(), app.foreign_organiser());
    let some_day =
        |party: Value| json!({"sessions": [{"starts_at": "2027-05-06", "date_precision": "day"}], "parties": [party]});
    let id = publish(
        &ours,
        &evening(
            "staedteregion-aachen",
            "KI im Mittelstand",
            &some_day(json!({"role": "lead", "name": "AGIT mbH"})),
        ),
    );
    assert_eq!(suggested(&ours, &id), []);
    publish(
        &theirs,
        &evening(
            "ihk-aachen",
            "KI im Mittelstand",
            &some_day(json!({"role": "host", "name": "agit MBH"})),
        ),
    );
    let evidence = ["same_day", "similar_title", "shared_party"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(suggested(&ours, &id), [("KI im Mittelstand".to_owned(), evidence)]);
}

#[test]
fn the_demo_announces_nothing_twice() {
    let (app, _) = with_the_paper();
    load(&app, "staedteregion-aachen", include_str!("../../demo/upcoming.json"));
    load(&app, "ihk-aachen", include_str!("../../demo/upcoming-ihk.json"));
    let all = app.anonymous().get("/seminars?limit=100").expect(200);
    let all = all["data"].as_array().unwrap();
    assert!(all.len() > 25, "the programme was not found");
    for seminar in all {
        let id = seminar["id"].as_str().unwrap();
        let client = match seminar["organisation"]["slug"].as_str().unwrap() {
            "ihk-aachen" => app.foreign_organiser(),
            _ => app.organiser(),
        };
        assert_eq!(suggested(&client, id), [], "{}", seminar["title"]);
    }
    // The IHK announces one of them too, and calls it a little otherwise.
    let party = json!({"sessions": [{"starts_at": "2020-02-13", "date_precision": "day"}], "parties": [{"role": "co_organiser", "name": "StädteRegion Aachen"}]});
    let id = publish(
        &app.foreign_organiser(),
        &evening("ihk-aachen", "Cybersecurity im Unternehmen", &party),
    );
    let found = suggested(&app.foreign_organiser(), &id);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].0.to_lowercase().contains("cyber"), "{found:?}");
}
