//! The public programme for programs that ask again: calendars, linked data, news.

mod calendars;
mod linked_data;
mod news;
mod sent;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Client, TestApp, draft_body};

/// Everything that is anybody's, in every form; `{seminar}` stands for an id.
const FEEDS: [&str; 3] = ["/seminars.ics", "/seminars.jsonld", "/seminars.feed.json"];

/// The link that must be in no feed.
const ROOM: &str = "https://zoom.example/j/1";

/// On site and online in the DIGITAL Church, with a room behind a link, parties and a series.
fn full(app: &TestApp) -> Value {
    let organiser = app.organiser();
    let series = json!({"organisation": "staedteregion-aachen", "kind": "series", "name": "Hallo Nachbar"});
    let venue = json!({"organisation": "staedteregion-aachen", "name": "DIGITAL Church", "street": "Jülicher Straße 72a",
        "postal_code": "52070", "locality": "Aachen"});
    let series = organiser.post("/collections", &series).id();
    let venue = organiser.post("/venues", &venue).id();
    let mut body = draft_body(10);
    body["description"] = "Für alle, die gründen.".into();
    body["sessions"][0]["venue"] = venue.into();
    body["sessions"][0]["online_platform"] = "Zoom".into();
    body["sessions"][0]["join_url"] = ROOM.into();
    body["channels"] = json!([{"channel": "onsite", "capacity": 10}, {"channel": "online", "capacity": 100}]);
    body["collections"] = json!([series]);
    body["team"] = json!([{"name": "Dr. Petra Vogt", "email": "vogt@example.org", "role": "speaker"},
        {"name": "Max Muster", "email": "muster@example.org", "role": "staff"}]);
    body
}

/// What becomes of a seminar: `postpone`, `cancel` and their like.
#[track_caller]
fn act(app: &TestApp, seminar: &str, action: &str, body: &Value) {
    let path = format!("/seminars/{seminar}");
    let done = app.organiser().act(&format!("{path}/{action}"), &app.etag(&path), body);
    done.expect(200);
}

/// The content lines of an iCalendar object, unfolded.
fn lines(text: &str) -> Vec<String> {
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    assert!(text.ends_with("END:VCALENDAR\r\n"), "{text}");
    text.replace("\r\n ", "").lines().map(str::to_owned).collect()
}

#[track_caller]
fn calendar(client: &Client, path: &str) -> Vec<String> {
    let answer = client.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
    lines(&answer.text)
}

/// The values of a property, in the order of the events.
fn all<'a>(lines: &'a [String], property: &str) -> Vec<&'a str> {
    lines.iter().filter_map(|line| line.strip_prefix(property)).collect()
}

#[test]
fn what_is_not_public_is_in_no_feed_whoever_asks() {
    let app = TestApp::spawn();
    let mut internal = draft_body(5);
    internal["audience"] = "internal".into();
    internal["title"] = "Nur für uns".into();
    let internal = app.published(&internal);
    let draft = app.draft(&draft_body(5)).id();
    for client in [app.anonymous(), app.organiser(), app.admin()] {
        for path in FEEDS {
            let answer = client.get(path);
            assert_eq!(answer.status, 200, "{path}");
            assert!(
                !answer.text.contains("Nur für uns") && !answer.text.contains("Onboarding"),
                "{}",
                answer.text
            );
        }
        for id in [&internal, &draft] {
            client.get(&format!("/seminars/{id}.ics")).problem(404, "not-found");
            let linked = client.get_with(&format!("/seminars/{id}"), &[("Accept", "application/ld+json")]);
            linked.problem(404, "not-found");
        }
    }
    // As JSON it is still there for members.
    app.organiser().get(&format!("/seminars/{internal}")).expect(200);
}

#[test]
fn neither_the_room_nor_anybodys_address_is_in_a_feed() {
    let app = TestApp::spawn();
    let id = app.published(&full(&app));
    app.register(&id, "anna").expect(201);
    let singles = [
        app.anonymous().get(&format!("/seminars/{id}.ics")),
        app.organiser()
            .get_with(&format!("/seminars/{id}"), &[("Accept", "application/ld+json")]),
    ];
    let answers = FEEDS.iter().map(|path| app.organiser().get(path)).chain(singles);
    for answer in answers {
        let text = answer.text.replace("\r\n ", "");
        assert!(text.contains("DIGITAL Church"), "{text}");
        for private in [
            "zoom.example",
            "vogt@",
            "muster@",
            "Muster",
            "anna",
            "ATTENDEE",
            "attendee\"",
        ] {
            assert!(!text.contains(private), "{private}: {text}");
        }
    }
}

#[test]
fn feeds_are_narrowed_like_the_programme() {
    let app = TestApp::spawn();
    let mut body = full(&app);
    let collection = body["collections"][0].as_str().unwrap().to_owned();
    body["title"] = "Gründer_innen am Abend".into();
    body["kind"] = "workshop".into();
    app.published(&body);
    let mut other = draft_body(5);
    other["title"] = "Fördermöglichkeiten".into();
    other["language"] = "en".into();
    other["sessions"] = json!([{"starts_at": "2027-06-01T18:00"}]);
    app.published(&other);
    let told = |feed: &str, query: &str, list: &str, name: &str| {
        let found = app.anonymous().get(&format!("{feed}?{query}")).expect(200)[list].clone();
        let names = found
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one[name].as_str().unwrap().to_owned());
        names.collect::<BTreeSet<_>>()
    };
    let titles = |query: &str| {
        let events = told("/seminars.jsonld", query, "@graph", "name");
        assert_eq!(told("/seminars.feed.json", query, "items", "title"), events, "{query}");
        let calendar = calendar(&app.anonymous(), &format!("/seminars.ics?{query}"));
        let summaries = all(&calendar, "SUMMARY:").into_iter().map(str::to_owned);
        assert_eq!(summaries.collect::<BTreeSet<_>>(), events, "{query}");
        events.into_iter().collect::<Vec<_>>()
    };
    let (evening, funding) = ("Gründer_innen am Abend", "Fördermöglichkeiten");
    assert_eq!(titles(""), [funding, evening]);
    for (query, expected) in [
        ("q=gruenderinnen".to_owned(), evening),
        ("kind=workshop".to_owned(), evening),
        ("channel=online".to_owned(), evening),
        (format!("collection={collection}"), evening),
        ("to=2027-05-31".to_owned(), evening),
        ("language=en".to_owned(), funding),
        ("from=2027-05-31".to_owned(), funding),
    ] {
        assert_eq!(titles(&query), [expected], "{query}");
    }
    assert_eq!(titles("organisation=staedteregion-aachen"), [funding, evening]);
    assert_eq!(titles("organisation=ihk-aachen"), Vec::<String>::new());
    assert_eq!(titles("organisation=gibt-es-nicht"), Vec::<String>::new());
}

#[test]
fn what_cannot_be_asked_is_refused_by_name() {
    let app = TestApp::spawn();
    let refused = |path: &str| app.anonymous().get(path).invalid();
    for feed in FEEDS {
        assert_eq!(refused(&format!("{feed}?from=2027-02-31")), ["from"]);
        assert_eq!(refused(&format!("{feed}?from=2027-02-01&to=2027-01-01")), ["to"]);
        assert_eq!(refused(&format!("{feed}?free_seats=true")), ["free_seats"]);
        assert_eq!(refused(&format!("{feed}?kind=party")), ["kind"]);
        assert_eq!(refused(&format!("{feed}?collection=x")), ["collection"]);
    }
    for feed in ["/seminars.jsonld", "/seminars.feed.json"] {
        assert_eq!(refused(&format!("{feed}?limit=101")), ["limit"]);
        assert_eq!(refused(&format!("{feed}?cursor=x")), ["cursor"]);
        // `["+262142-01-01T00:00:00Z","01900000-0000-7000-8000-000000000000"]`, which is a time to chrono alone.
        let far = "WyIrMjYyMTQyLTAxLTAxVDAwOjAwOjAwWiIsIjAxOTAwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMCJd";
        assert_eq!(refused(&format!("{feed}?cursor={far}")), ["cursor"]);
    }
    assert_eq!(refused("/seminars.ics?limit=5"), ["limit"]);
    let missing = "01900000-0000-7000-8000-000000000000";
    for path in ["seminars", "collections"] {
        app.anonymous()
            .get(&format!("/{path}/{missing}.ics"))
            .problem(404, "not-found");
        app.anonymous().get(&format!("/{path}/x.ics")).problem(404, "not-found");
    }
}
