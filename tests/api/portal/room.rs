//! The page in front of the online room.

use einlass::base::capability::Purpose;
use serde_json::{Value, json};

use super::{browser, registered, shown};
use crate::support::{TestApp, draft_body, person};

fn online() -> Value {
    let mut body = draft_body(3);
    body["channels"] = json!([{"channel": "online", "capacity": 3}]);
    body["sessions"][0]["online_platform"] = json!("Zoom");
    body["sessions"][0]["join_url"] = json!("https://zoom.example/j/1?pwd=geheim");
    body
}

#[test]
fn the_room_opens_an_hour_before_and_only_the_button_is_recorded() {
    let app = TestApp::spawn();
    let seminar = app.published(&online());
    let mut body = person("anna");
    body["channel"] = json!("online");
    let id = registered(&app, &seminar, &body);
    let room = format!("/join/{}", app.token_of(Purpose::Join, &id, "anna"));
    assert!(shown(&browser(&app).get(&app.page(&id, "anna")), 200).contains(&format!("href=\"{room}\"")));

    let early = browser(&app).get(&room);
    assert!(
        shown(&early, 200).contains("Der Raum öffnet am Donnerstag, 6. Mai 2027, 17:00 Uhr"),
        "{}",
        early.text
    );
    let pressed = browser(&app).press(&room, &[]);
    assert!(!shown(&pressed, 409).contains("<form") && pressed.header("location").is_empty());
    assert_eq!(app.joins(), 0);

    app.until("2027-05-06T15:00:00Z");
    let open = browser(&app).get(&room);
    assert!(shown(&open, 200).contains("Jetzt teilnehmen</button>"), "{}", open.text);
    assert!(
        open.header("content-security-policy")
            .contains("form-action 'self' https: http:;")
    );
    assert!(!open.text.contains("geheim"));
    assert_eq!(app.joins(), 0);
    let joined = browser(&app).press(&room, &[]);
    assert_eq!(
        (joined.status, joined.header("location")),
        (303, "https://zoom.example/j/1?pwd=geheim")
    );
    assert_eq!(
        (joined.header("referrer-policy"), joined.header("cache-control")),
        ("no-referrer", "no-store")
    );
    assert_eq!(app.joins(), 1);

    app.until("2027-05-06T18:00:01Z");
    assert!(shown(&browser(&app).get(&room), 200).contains("Die Veranstaltung ist vorbei"));
    shown(&browser(&app).press(&room, &[]), 409);
    assert_eq!(app.joins(), 1);
}

#[test]
fn the_room_is_closed_to_those_who_have_cancelled_or_come_in_person() {
    let app = TestApp::spawn();
    let mut both = online();
    both["channels"] = json!([{"channel": "onsite", "capacity": 3}, {"channel": "online", "capacity": 3}]);
    let seminar = app.published(&both);
    let mut body = person("anna");
    body["channel"] = json!("online");
    let anna = registered(&app, &seminar, &body);
    let berta = registered(&app, &seminar, &person("berta"));
    browser(&app).press(&format!("{}/cancel", app.page(&anna, "anna")), &[]);
    app.until("2027-05-06T15:30:00Z");
    for (id, name, why) in [
        (&anna, "anna", "nur bestätigten Anmeldungen"),
        (&berta, "berta", "vor Ort angemeldet"),
    ] {
        let room = format!("/join/{}", app.token_of(Purpose::Join, id, name));
        assert!(shown(&browser(&app).get(&room), 200).contains(why));
        assert!(shown(&browser(&app).press(&room, &[]), 409).contains(why));
    }
    assert_eq!(app.joins(), 0);
}

#[test]
fn who_went_into_which_session_is_known_and_when_first() {
    use chrono::{DateTime, Duration};
    use einlass::registrations::{RegistrationId, joined_sessions};
    use einlass::seminars::{SeminarId, find};

    let app = TestApp::spawn();
    let seminar = app.published(&online());
    let other = app.published(&online());
    let enter = |seminar: &str, name: &str| {
        let mut body = person(name);
        body["channel"] = json!("online");
        let id = registered(&app, seminar, &body);
        let room = format!("/join/{}", app.token_of(Purpose::Join, &id, name));
        (id, room)
    };
    let (anna, room) = enter(&seminar, "anna");
    enter(&seminar, "bernd");
    let (_, elsewhere) = enter(&other, "carla");
    app.until("2027-05-06T15:30:00Z");
    let begin = "2027-05-06T15:30:00Z".parse::<DateTime<chrono::Utc>>().unwrap();
    for path in [&room, &elsewhere, &room] {
        assert_eq!(browser(&app).press(path, &[]).status, 303);
        app.clock.advance(Duration::minutes(10));
    }
    let conn = &mut app.database.connect();
    let id = |seminar: &str| SeminarId(seminar.parse().unwrap());
    let tenant = find(conn, id(&seminar)).unwrap().unwrap().organisation_id;
    let joined = joined_sessions(conn, tenant, &[id(&seminar), id(&other)]).unwrap();
    assert_eq!(joined.len(), 2);
    assert_eq!(joined[&id(&other)].len(), 1);
    let [(who, _, first)] = joined[&id(&seminar)][..] else {
        panic!("{joined:?}");
    };
    assert_eq!((who, first), (RegistrationId(anna.parse().unwrap()), begin));
}
