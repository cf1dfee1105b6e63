//! JSON-LD by schema.org: what search engines and event portals are told.

use serde_json::{Value, json};

use super::{ROOM, act, full};
use crate::support::{Answer, Client, TestApp, draft_body, person};

const LD: (&str, &str) = ("Accept", "application/ld+json");

fn linked(client: &Client, seminar: &str) -> Answer {
    let answer = client.get_with(&format!("/seminars/{seminar}"), &[LD]);
    assert_eq!(answer.header("content-type"), "application/ld+json", "{}", answer.text);
    answer
}

fn words(event: &Value) -> Vec<String> {
    let words = event["eventStatus"].as_array().unwrap().iter();
    words
        .map(|word| word.as_str().unwrap().replace("https://schema.org/", ""))
        .collect()
}

#[test]
fn a_seminar_is_linked_data_to_who_likes_that_better() {
    let app = TestApp::spawn();
    let id = app.published(&full(&app));
    let path = format!("/seminars/{id}");
    let event = linked(&app.anonymous(), &id).expect(200);
    assert_eq!(event["@context"], "https://schema.org");
    assert_eq!(event["@type"], "EducationEvent");
    assert_eq!(event["@id"], format!("https://einlass.example/api/v1/seminars/{id}"));
    assert_eq!(event["startDate"], "2027-05-06T18:00:00+02:00");
    assert_eq!(
        event["eventAttendanceMode"],
        "https://schema.org/MixedEventAttendanceMode"
    );
    assert_eq!(event["location"][0]["name"], "DIGITAL Church");
    let room = json!({"@type": "VirtualLocation", "name": "Zoom", "url": event["url"]});
    assert_eq!(event["location"][1], room);
    assert_eq!(event["superEvent"]["@type"], "EventSeries");
    assert_eq!(event["performer"], json!({"@type": "Person", "name": "Dr. Petra Vogt"}));
    assert_eq!(event.get("isAccessibleForFree"), None, "nobody has said so");
    for (accept, form) in [
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("text/html, application/ld+json;q=0.5", "application/ld+json"),
        ("application/json;q=0.5, application/ld+json", "application/ld+json"),
        ("application/ld+json, application/json", "application/json"),
    ] {
        let answer = app.anonymous().get_with(&path, &[("Accept", accept)]);
        assert_eq!((answer.status, answer.header("content-type")), (200, form), "{accept}");
        assert!(answer.header("vary").contains("Accept"), "{accept}");
    }
    let member = linked(&app.organiser(), &id);
    assert_eq!(member.text, linked(&app.anonymous(), &id).text, "whoever asks");
    assert!(!member.text.contains(ROOM));
}

#[test]
fn capacities_are_those_of_the_moment() {
    let app = TestApp::spawn();
    let id = app.published(&full(&app));
    let seats = || {
        let event = linked(&app.anonymous(), &id).expect(200);
        [
            "maximumAttendeeCapacity",
            "maximumPhysicalAttendeeCapacity",
            "maximumVirtualAttendeeCapacity",
            "remainingAttendeeCapacity",
        ]
        .map(|name| event[name].as_i64())
    };
    assert_eq!(seats(), [Some(110), Some(10), Some(100), Some(110)]);
    app.register(&id, "anna").expect(201);
    assert_eq!(seats(), [Some(110), Some(10), Some(100), Some(109)]);
    act(&app, &id, "cancel", &json!({"reason_code": "other"}));
    assert_eq!(seats(), [Some(110), Some(10), Some(100), None]);
    let id = app.seminar(2);
    let free = || linked(&app.anonymous(), &id).expect(200)["remainingAttendeeCapacity"].as_i64();
    app.register(&id, "anna").expect(201);
    assert_eq!(free(), Some(1));
    let mut two = person("berta");
    two["companions"] = json!([{"given_name": "Clara", "family_name": "Weiß"}]);
    let path = format!("/seminars/{id}/registrations");
    let waits = app.anonymous().post(&path, &two).expect(201);
    assert_eq!(waits["state"], "waitlisted", "there is one seat, and they are two");
    assert_eq!(free(), Some(0), "behind whoever waits no seat is free");
    let mut companies = draft_body(5);
    companies["capacity_unit"] = "companies".into();
    let companies = app.published(&companies);
    let event = linked(&app.anonymous(), &companies).expect(200);
    assert_eq!(event.get("maximumAttendeeCapacity"), None, "a company is no attendee");
}

#[test]
fn a_change_of_plan_is_told_as_schema_org_has_it() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    let event = || linked(&app.anonymous(), &id).expect(200);
    assert_eq!(words(&event()), ["EventScheduled"]);
    act(&app, &id, "postpone", &json!({"reason_code": "speaker"}));
    let postponed = event();
    assert_eq!(words(&postponed), ["EventPostponed"]);
    assert_eq!(postponed["startDate"], "2027-05-06T18:00:00+02:00");
    assert_eq!(postponed.get("previousStartDate"), None, "there is no new date yet");
    let sessions = json!([{"starts_at": "2027-06-10T18:00"}]);
    act(
        &app,
        &id,
        "reschedule",
        &json!({"reason_code": "speaker", "sessions": sessions}),
    );
    act(
        &app,
        &id,
        "move-online",
        &json!({"reason_code": "pandemic", "online_platform": "Zoom", "join_url": ROOM}),
    );
    let moved = event();
    assert_eq!(words(&moved), ["EventRescheduled", "EventMovedOnline"]);
    assert_eq!(moved["startDate"], "2027-06-10T18:00:00+02:00");
    assert_eq!(moved["previousStartDate"], "2027-05-06T18:00:00+02:00");
    assert_eq!(
        moved["eventAttendanceMode"],
        "https://schema.org/OnlineEventAttendanceMode"
    );
    assert_eq!(moved["location"]["@type"], "VirtualLocation");
    let sessions = json!([{"starts_at": "2027-07-01", "date_precision": "day"}]);
    act(
        &app,
        &id,
        "reschedule",
        &json!({"reason_code": "speaker", "sessions": sessions}),
    );
    let again = event();
    assert_eq!(again["startDate"], "2027-07-01");
    let previous = json!(["2027-05-06T18:00:00+02:00", "2027-06-10T18:00:00+02:00"]);
    assert_eq!(again["previousStartDate"], previous);
    act(&app, &id, "cancel", &json!({"reason_code": "other"}));
    assert_eq!(words(&event()), ["EventCancelled", "EventMovedOnline"]);
}

#[test]
fn the_programme_is_a_graph_in_pages() {
    let app = TestApp::spawn();
    let ids = [app.seminar(5), app.seminar(6), app.seminar(7)];
    let mut past = draft_body(5);
    past["sessions"] = json!([{"starts_at": "2026-09-01T18:00"}]);
    app.published(&past);
    let mut path = "/seminars.jsonld?limit=2".to_owned();
    let mut found = Vec::new();
    for page in 0.. {
        let answer = app.anonymous().get(&path);
        assert_eq!(answer.header("content-type"), "application/ld+json");
        let graph = answer.expect(200)["@graph"].clone();
        let events = graph.as_array().unwrap().iter();
        found.extend(events.map(|event| event["identifier"].as_str().unwrap().to_owned()));
        let link = answer.header("link");
        if link.is_empty() {
            assert_eq!(page, 1);
            break;
        }
        let next = link
            .strip_prefix("</api/v1")
            .unwrap()
            .strip_suffix(">; rel=\"next\"")
            .unwrap();
        path = next.to_owned();
    }
    assert_eq!(found, ids, "by begin, and nothing of more than ninety days ago");
    let all = app.anonymous().get("/seminars.jsonld?from=2026-01-01").expect(200);
    assert_eq!(all["@graph"].as_array().unwrap().len(), 4);
}
