//! How many came, in whose words.

use diesel::connection::SimpleConnection;
use einlass::base::ids::fresh;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

/// A seminar of the StädteRegion in `status`, with `channels`. Arranged in the table: what came before is not the
/// matter here.
pub fn seminar(app: &TestApp, status: &str, channels: &[&str]) -> String {
    let id = fresh().to_string();
    let mut sql = format!(
        "INSERT INTO seminars (organisation_id, id, title, kind, language, audience, status, begins_at, waiting_list, published_on,
             search_text, created_at, updated_at)
         SELECT id, '{id}', 'Kick-off', 'kickoff', 'de', 'public', '{status}', '2020-09-22', true, '2020-09-01', 'kick off', now(), now()
         FROM organisations WHERE slug = 'staedteregion-aachen';"
    );
    for channel in channels {
        sql += &format!(
            "INSERT INTO channels (organisation_id, seminar_id, channel)
             SELECT organisation_id, id, '{channel}' FROM seminars WHERE id = '{id}';"
        );
    }
    app.database.connect().batch_execute(&sql).unwrap();
    id
}

pub fn held(app: &TestApp, channels: &[&str]) -> String {
    seminar(app, "held", channels)
}

/// Somebody's registration, in the table.
fn registered(app: &TestApp, seminar: &str, channel: &str, state: &str, persons: i32) {
    let (id, cancelled) = (fresh(), state == "cancelled");
    let (at, by) = if cancelled {
        ("now()", "'registrant'")
    } else {
        ("NULL", "NULL")
    };
    let sql = format!(
        "INSERT INTO registrations (organisation_id, id, seminar_id, channel, state, seats, persons, waiting_ticket, given_name, family_name,
             email, email_key, language, search_text, cancelled_at, cancelled_by, created_at, updated_at)
         SELECT organisation_id, '{id}', id, '{channel}', '{state}', 1, {persons}, 1, 'Anna', 'Schmidt',
             '{id}@example.org', '{id}@example.org', 'de', '', {at}, {by}, now(), now()
         FROM seminars WHERE id = '{seminar}';"
    );
    app.database.connect().batch_execute(&sql).unwrap();
}

pub fn path(seminar: &str) -> String {
    format!("/seminars/{seminar}/headcounts")
}

pub fn say(app: &TestApp, seminar: &str, body: &Value) -> Answer {
    app.reporter().post(&path(seminar), body)
}

pub fn picture(app: &TestApp, seminar: &str) -> Value {
    app.reporter()
        .get(&format!("/seminars/{seminar}/attendance"))
        .expect(200)
}

#[test]
fn what_nobody_knows_is_null() {
    let app = TestApp::spawn();
    let seminar = held(&app, &["onsite", "online"]);
    say(&app, &seminar, &json!({"stated_as": "unbekannt", "basis": true})).expect(201);
    let picture = picture(&app, &seminar);
    for member in [
        "participants",
        "viewers",
        "in_both_channels",
        "walk_ins",
        "unidentified",
        "no_shows",
    ] {
        assert_eq!(picture.get(member), Some(&Value::Null), "{member}");
    }
    assert_eq!(
        picture["channels"],
        json!({"onsite": {"checked_in": null, "headcount": null, "reported": null, "no_shows": null},
               "online": {"imported": null, "headcount": null, "reported": null, "no_shows": null}})
    );
    assert_eq!(
        picture["statements"][0]["why"],
        "Grundlage, nennt aber keine Zahl: sie ist unbekannt, nicht null."
    );
}

#[test]
fn the_registered_are_counted_by_channel_and_state() {
    let app = TestApp::spawn();
    let hybrid = held(&app, &["onsite", "online"]);
    for (channel, state, persons) in [
        ("onsite", "confirmed", 1),
        ("onsite", "confirmed", 3),
        ("onsite", "cancelled", 1),
        ("online", "confirmed", 1),
        ("online", "cancelled", 1),
        ("online", "waitlisted", 1),
        ("online", "rejected", 1),
    ] {
        registered(&app, &hybrid, channel, state, persons);
    }
    assert_eq!(
        picture(&app, &hybrid)["registered"],
        json!({"onsite": 4, "online": 1, "cancelled": 2, "waitlisted": 1})
    );
    // A channel that the seminar does not have is not said to have 0.
    let online = held(&app, &["online"]);
    let view = picture(&app, &online);
    assert_eq!(
        view["registered"],
        json!({"online": 0, "cancelled": 0, "waitlisted": 0})
    );
    assert_eq!(
        view["channels"].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["online"]
    );
    // Nor does one that it has moved away from; but whoever is still registered there is not forgotten.
    let moved = "UPDATE channels SET offered = false WHERE channel = 'onsite'";
    app.database.connect().batch_execute(moved).unwrap();
    let view = picture(&app, &hybrid);
    assert_eq!(view["registered"]["onsite"], 4);
    assert_eq!(view["channels"].get("onsite"), None);
}

#[test]
fn a_total_needs_no_split_and_wins_over_one() {
    let app = TestApp::spawn();
    let seminar = held(&app, &["onsite", "online", "livestream"]);
    let onsite = say(&app, &seminar, &json!({"value": 58, "channel": "onsite"}));
    // Nobody counted online: the sum is a floor.
    let floor =
        json!({"value": 58, "qualifier": "at_least", "lower_bound": 58, "stated_as": null, "basis": "headcount"});
    assert_eq!(picture(&app, &seminar)["participants"], floor);
    say(&app, &seminar, &json!({"stated_as": "rund 70 TN", "channel": "online"})).expect(201);
    let sum = json!({"value": 128, "qualifier": "about", "stated_as": null, "basis": "headcount"});
    assert_eq!(picture(&app, &seminar)["participants"], sum);
    say(&app, &seminar, &json!({"stated_as": "über 130"})).expect(201);
    say(
        &app,
        &seminar,
        &json!({"stated_as": "450 Zuschauende", "channel": "livestream"}),
    )
    .expect(201);
    say(&app, &seminar, &json!({"stated_as": "zehn Unternehmen"})).expect(201);

    let view = picture(&app, &seminar);
    let total = json!({"value": 131, "qualifier": "at_least", "lower_bound": 131, "stated_as": "über 130", "basis": "headcount"});
    assert_eq!(view["participants"], total);
    assert_eq!(
        view["viewers"],
        json!({"value": 450, "qualifier": "exact", "stated_as": "450 Zuschauende", "basis": "headcount", "metric": "unspecified"})
    );
    assert_eq!(
        view["channels"]["onsite"],
        json!({"checked_in": null, "headcount": {"value": 58, "qualifier": "exact", "stated_as": null},
               "reported": {"value": 58, "qualifier": "exact", "basis": "headcount"}, "no_shows": null})
    );
    let whys = view["statements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["why"].as_str().unwrap());
    assert_eq!(
        whys.collect::<Vec<_>>(),
        [
            "Grundlage für vor Ort; wird der Gesamtzahl nicht hinzugezählt, denn die ist eigens angegeben.",
            "Grundlage für online; wird der Gesamtzahl nicht hinzugezählt, denn die ist eigens angegeben.",
            "Grundlage: gilt für die ganze Veranstaltung.",
            "Grundlage für den Livestream; zählt, weil keine Gesamtzahl Grundlage ist.",
            "Grundlage; zählt weder zu Teilnehmenden noch zu Zuschauenden.",
        ]
    );
    assert_eq!(view["statements"][0]["id"], onsite.expect(201)["id"]);
}

#[test]
fn the_picture_has_a_tag_and_speaks_the_callers_language() {
    let app = TestApp::spawn();
    let seminar = held(&app, &["onsite"]);
    say(&app, &seminar, &json!({"value": 58})).expect(201);
    let path = format!("/seminars/{seminar}/attendance");
    let ask = |headers: &[(&str, &str)]| app.reporter().get_with(&path, headers);
    let tag = ask(&[]).etag();
    assert_eq!(ask(&[("If-None-Match", &tag)]).status, 304);
    say(&app, &seminar, &json!({"value": 60})).expect(201);
    assert_eq!(ask(&[("If-None-Match", &tag)]).status, 200);
    let why = |languages: &str| ask(&[("Accept-Language", languages)]).expect(200)["statements"][0]["why"].clone();
    assert_eq!(why("en-GB, de;q=0.5"), "The basis: stated for the seminar as a whole.");
    for languages in ["de-AT, en;q=0.9", "nl, de;q=0.2, en;q=0.1", "fr"] {
        assert_eq!(
            why(languages),
            "Grundlage: gilt für die ganze Veranstaltung.",
            "{languages}"
        );
    }
}
