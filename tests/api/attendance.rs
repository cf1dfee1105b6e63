//! How many came, in whose words.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use einlass::base::ids::fresh;
use einlass::schema::{headcounts, journal};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

/// A seminar of the StädteRegion in `status`, with `channels`. Arranged in the table: what came before is not the
/// matter here.
fn seminar(app: &TestApp, status: &str, channels: &[&str]) -> String {
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

fn held(app: &TestApp, channels: &[&str]) -> String {
    seminar(app, "held", channels)
}

/// Somebody's registration, in the table.
fn registered(app: &TestApp, seminar: &str, channel: &str, state: &str, seats: i32) {
    let (id, cancelled) = (fresh(), state == "cancelled");
    let (at, by) = if cancelled {
        ("now()", "'registrant'")
    } else {
        ("NULL", "NULL")
    };
    let sql = format!(
        "INSERT INTO registrations (organisation_id, id, seminar_id, channel, state, seats, waiting_ticket, given_name, family_name,
             email, email_key, language, search_text, cancelled_at, cancelled_by, created_at, updated_at)
         SELECT organisation_id, '{id}', id, '{channel}', '{state}', {seats}, 1, 'Anna', 'Schmidt',
             '{id}@example.org', '{id}@example.org', 'de', '', {at}, {by}, now(), now()
         FROM seminars WHERE id = '{seminar}';"
    );
    app.database.connect().batch_execute(&sql).unwrap();
}

fn path(seminar: &str) -> String {
    format!("/seminars/{seminar}/headcounts")
}

fn say(app: &TestApp, seminar: &str, body: &Value) -> Answer {
    app.reporter().post(&path(seminar), body)
}

fn said(app: &TestApp, seminar: &str) -> Vec<Value> {
    app.reporter().get(&path(seminar)).expect(200)["data"]
        .as_array()
        .unwrap()
        .clone()
}

fn picture(app: &TestApp, seminar: &str) -> Value {
    app.reporter()
        .get(&format!("/seminars/{seminar}/attendance"))
        .expect(200)
}

/// Action and data of everything the journal has on one headcount.
fn journal_of(app: &TestApp, headcount: &str) -> Vec<(String, Value)> {
    journal::table
        .filter(journal::object_id.eq(headcount.parse::<uuid::Uuid>().unwrap()))
        .filter(journal::object_kind.eq("headcount"))
        .order(journal::id)
        .select((journal::action, journal::data))
        .load(&mut app.database.connect())
        .unwrap()
}

#[test]
fn the_words_of_the_paper_become_numbers_and_stay_words() {
    let app = TestApp::spawn();
    let seminar = held(&app, &["onsite", "online", "livestream"]);
    for (words, value, qualifier, unit) in [
        ("über 130 Teilnehmende", json!(130), "more_than", "participants"),
        ("rund 35", json!(35), "about", "participants"),
        ("mehr als 120", json!(120), "more_than", "participants"),
        ("450 Zuschauende", json!(450), "exact", "viewers"),
        ("unbekannt", Value::Null, "unknown", "participants"),
    ] {
        let answer = say(
            &app,
            &seminar,
            &json!({"stated_as": words, "source": "Mitteilungsvorlage 2021/0047"}),
        );
        let headcount = answer.expect(201);
        assert_eq!(
            [&headcount["value"], &headcount["qualifier"], &headcount["unit"]],
            [&value, &json!(qualifier), &json!(unit)],
            "{words}"
        );
        assert_eq!(headcount["stated_as"], words);
        assert_eq!(headcount["method"], "reported");
        let there = app.reporter().get(answer.header("location"));
        assert_eq!(there.expect(200), headcount);
        assert_eq!(there.etag(), answer.etag());
    }
}

#[test]
fn words_that_are_not_understood_need_a_number_beside_them() {
    let app = TestApp::spawn();
    let seminar = held(&app, &["onsite"]);
    let words = "jeweils 36 und 34 Teilnehmende";
    let refused = say(&app, &seminar, &json!({"stated_as": words}));
    assert_eq!(refused.invalid(), ["/stated_as"]);
    assert!(refused.text.contains("more than one number"), "{}", refused.text);
    assert_eq!(said(&app, &seminar), Vec::<Value>::new());
    let kept = say(&app, &seminar, &json!({"stated_as": words, "value": 36})).expect(201);
    assert_eq!([&kept["value"], &kept["stated_as"]], [&json!(36), &json!(words)]);
}

#[test]
fn a_member_may_not_contradict_the_words() {
    let app = TestApp::spawn();
    let seminar = held(&app, &["onsite"]);
    let words = "über 130 Teilnehmende";
    for (members, places) in [
        (json!({"value": 150}), vec!["/value"]),
        (json!({"value": 130, "qualifier": "exact"}), vec!["/qualifier"]),
        (json!({"qualifier": "unknown"}), vec!["/qualifier"]),
        (json!({"unit": "viewers"}), vec!["/unit"]),
        (
            json!({"value": 150, "qualifier": "about", "unit": "companies"}),
            vec!["/value", "/qualifier", "/unit"],
        ),
    ] {
        let mut body = members.clone();
        body["stated_as"] = json!(words);
        assert_eq!(say(&app, &seminar, &body).invalid(), places, "{members}");
    }
    assert_eq!(said(&app, &seminar), Vec::<Value>::new());
    say(
        &app,
        &seminar,
        &json!({"stated_as": words, "value": 131, "qualifier": "at_least"}),
    )
    .expect(201);
}

#[test]
fn bad_members_are_named_and_nothing_is_recorded() {
    let app = TestApp::spawn();
    let seminar = held(&app, &["onsite", "livestream"]);
    for (body, places) in [
        (json!({}), vec!["/value"]),
        (json!({"qualifier": "about"}), vec!["/value"]),
        (json!({"value": 5, "qualifier": "unknown"}), vec!["/value"]),
        (json!({"value": -1}), vec!["/value"]),
        (json!({"value": 10_000_001}), vec!["/value"]),
        (json!({"value": "130"}), vec!["/value"]),
        (json!({"value": 1.5}), vec!["/value"]),
        (json!({"value": 0, "qualifier": "less_than"}), vec!["/value"]),
        (json!({"value": 5, "unit": "people"}), vec!["/unit"]),
        (json!({"value": 5, "channel": "livestream"}), vec!["/channel"]),
        (
            json!({"value": 5, "unit": "viewers", "channel": "onsite"}),
            vec!["/channel"],
        ),
        (json!({"value": 5, "source": "a\u{0}b"}), vec!["/source"]),
        (json!({"value": 5, "stated_as": "x".repeat(301)}), vec!["/stated_as"]),
        (json!({"value": 5, "qualifer": "about"}), vec!["/qualifer"]),
        (
            json!({"value": -1, "unit": "participants", "channel": "livestream", "stated_as": "450 Zuschauende"}),
            vec!["/value", "/unit", "/channel"],
        ),
    ] {
        assert_eq!(say(&app, &seminar, &body).invalid(), places, "{body}");
    }
    assert_eq!(said(&app, &seminar), Vec::<Value>::new());
}

#[test]
fn nobody_has_come_to_a_draft() {
    let app = TestApp::spawn();
    let draft = seminar(&app, "draft", &["onsite"]);
    say(&app, &draft, &json!({"value": 5})).problem(409, "not-ready");
    assert_eq!(said(&app, &draft), Vec::<Value>::new());
}

#[test]
fn the_first_number_is_the_basis_until_another_takes_its_place() {
    let app = TestApp::spawn();
    let seminar = held(&app, &["onsite", "online", "livestream"]);
    let basis = |body: Value| say(&app, &seminar, &body).expect(201)["basis"].clone();
    assert_eq!(basis(json!({"qualifier": "unknown"})), false);
    assert_eq!(basis(json!({"value": 100})), true);
    assert_eq!(basis(json!({"value": 110})), false);
    // Each unit and each channel has its own.
    assert_eq!(basis(json!({"value": 450, "unit": "viewers"})), true);
    assert_eq!(basis(json!({"value": 60, "channel": "onsite"})), true);
    let replacing = say(&app, &seminar, &json!({"stated_as": "über 130", "basis": true}));
    let bases = said(&app, &seminar)
        .iter()
        .filter(|one| one["basis"] == true)
        .map(|one| one["value"].as_i64().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(bases, [450, 60, 130]);
    assert_eq!(said(&app, &seminar).len(), 6);
    let (action, data) = journal_of(&app, &replacing.id()).remove(0);
    assert_eq!(action, "headcount.recorded");
    assert_eq!(data["replaced_basis"], said(&app, &seminar)[1]["id"]);
}

#[test]
fn of_twenty_bases_at_once_one_remains() {
    let app = TestApp::spawn();
    let seminar = held(&app, &["onsite"]);
    std::thread::scope(|scope| {
        for value in 0..20 {
            let (app, seminar) = (&app, &seminar);
            scope.spawn(move || say(app, seminar, &json!({"value": value, "basis": true})).expect(201));
        }
    });
    let said = said(&app, &seminar);
    assert_eq!(said.len(), 20);
    assert_eq!(said.iter().filter(|one| one["basis"] == true).count(), 1);
    // Behind the lock stands the table itself.
    let second = diesel::update(headcounts::table).set(headcounts::basis.eq(true));
    let refused = second.execute(&mut app.database.connect()).unwrap_err().to_string();
    assert!(refused.contains("headcounts_one_basis"), "{refused}");
}

#[test]
fn a_retry_with_the_same_key_counts_once() {
    let app = TestApp::spawn();
    let seminar = held(&app, &["onsite"]);
    let body = json!({"stated_as": "rund 35"});
    let first = app.reporter().post_with_key(&path(&seminar), "k-1", &body);
    let again = app.reporter().post_with_key(&path(&seminar), "k-1", &body);
    assert_eq!(again.expect(201), first.expect(201));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(said(&app, &seminar).len(), 1);
    let other = app
        .reporter()
        .post_with_key(&path(&seminar), "k-1", &json!({"value": 36}));
    other.problem(422, "idempotency-key-reused");
}

#[test]
fn a_foreign_seminar_is_answered_byte_for_byte_like_a_missing_one() {
    let app = TestApp::spawn();
    let theirs = held(&app, &["onsite"]);
    let headcount = say(&app, &theirs, &json!({"value": 5})).id();
    let stranger = app.foreign_organiser();
    let missing = fresh().to_string();
    for (method, rest, body) in [
        ("POST", "headcounts".to_owned(), Some(json!({"value": 5}))),
        ("POST", "headcounts".to_owned(), Some(json!({"stated_as": "einige"}))),
        ("GET", "headcounts".to_owned(), None),
        ("GET", format!("headcounts/{headcount}"), None),
        ("DELETE", format!("headcounts/{headcount}"), None),
        ("GET", "attendance".to_owned(), None),
    ] {
        let ask = |seminar: &str| {
            let bytes = body.as_ref().map(Value::to_string);
            let headers = [("X-Request-Id", "the-same-id")];
            let path = format!("/seminars/{seminar}/{rest}");
            let answer = stranger.send(method, &path, &headers, bytes.as_ref().map(String::as_bytes));
            answer.problem(404, "not-found");
            answer.text.replace(seminar, "…")
        };
        assert_eq!(ask(&theirs), ask(&missing), "{method} {rest}");
    }
    assert_eq!(said(&app, &theirs).len(), 1);
    // Nor is a headcount found under another seminar.
    let other = held(&app, &["onsite"]);
    let elsewhere = format!("/seminars/{other}/headcounts/{headcount}");
    app.organiser().get(&elsewhere).problem(404, "not-found");
    app.organiser()
        .send("DELETE", &elsewhere, &[], None)
        .problem(404, "not-found");
}

#[test]
fn reporters_count_organisers_take_back_and_the_front_desk_does_neither() {
    let app = TestApp::spawn();
    let seminar = held(&app, &["onsite"]);
    let headcount = format!(
        "/seminars/{seminar}/headcounts/{}",
        say(&app, &seminar, &json!({"value": 5})).id()
    );
    for (who, code) in [
        (app.front_desk(), (403, "forbidden")),
        (app.anonymous(), (401, "unauthenticated")),
    ] {
        who.post(&path(&seminar), &json!({"value": 5})).problem(code.0, code.1);
        who.get(&path(&seminar)).problem(code.0, code.1);
        who.get(&headcount).problem(code.0, code.1);
        who.get(&format!("/seminars/{seminar}/attendance"))
            .problem(code.0, code.1);
        who.send("DELETE", &headcount, &[], None).problem(code.0, code.1);
    }
    app.reporter()
        .send("DELETE", &headcount, &[], None)
        .problem(403, "forbidden");
    assert_eq!(said(&app, &seminar).len(), 1);
    app.organiser().post(&path(&seminar), &json!({"value": 6})).expect(201);
    app.organiser().send("DELETE", &headcount, &[], None).expect(204);
    app.organiser().get(&headcount).problem(404, "not-found");
}

#[test]
fn a_deleted_headcount_is_kept_whole_in_the_journal() {
    let app = TestApp::spawn();
    let seminar = held(&app, &["onsite"]);
    let body = json!({"stated_as": "über 130 Teilnehmende", "source": "Vorlage 2021/0047", "method": "estimated"});
    let id = say(&app, &seminar, &body).id();
    app.organiser()
        .send("DELETE", &format!("{}/{id}", path(&seminar)), &[], None)
        .expect(204);
    let entries = journal_of(&app, &id);
    let actions = entries.iter().map(|(action, _)| action.as_str()).collect::<Vec<_>>();
    assert_eq!(actions, ["headcount.recorded", "headcount.deleted"]);
    let kept = &entries[1].1;
    for (member, value) in [
        ("id", json!(id)),
        ("seminar_id", json!(seminar)),
        ("value", json!(130)),
        ("qualifier", json!("more_than")),
        ("unit", json!("participants")),
        ("channel", Value::Null),
        ("method", json!("estimated")),
        ("source", json!("Vorlage 2021/0047")),
        ("stated_as", json!("über 130 Teilnehmende")),
        ("basis", json!(true)),
        ("recorded_by", json!(app.account("reporter"))),
    ] {
        assert_eq!(kept[member], value, "{member}");
    }
    assert!(kept["recorded_at"].is_string());
}

#[test]
fn nothing_moves_up_when_the_basis_is_deleted() {
    let app = TestApp::spawn();
    let seminar = held(&app, &["onsite"]);
    let basis = say(&app, &seminar, &json!({"value": 100})).id();
    say(&app, &seminar, &json!({"value": 110})).expect(201);
    app.organiser()
        .send("DELETE", &format!("{}/{basis}", path(&seminar)), &[], None)
        .expect(204);
    let picture = picture(&app, &seminar);
    assert_eq!(picture["participants"], Value::Null);
    assert_eq!(picture["statements"][0]["is_basis"], false);
    assert_eq!(say(&app, &seminar, &json!({"value": 120})).expect(201)["basis"], true);
}

#[test]
fn headcounts_are_listed_in_pages_and_read_with_a_tag() {
    let app = TestApp::spawn();
    let seminar = held(&app, &["onsite"]);
    let ids = (1..=3)
        .map(|value| say(&app, &seminar, &json!({"value": value})).id())
        .collect::<Vec<_>>();
    let first = app.reporter().get(&format!("{}?limit=2", path(&seminar)));
    let page = first.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    assert!(first.header("link").contains("rel=\"next\""));
    let rest = app
        .reporter()
        .get(&format!("{}?limit=2&cursor={cursor}", path(&seminar)))
        .expect(200);
    let listed = [&page, &rest]
        .map(|page| page["data"].as_array().unwrap().clone())
        .concat();
    assert_eq!(
        listed.iter().map(|one| one["id"].as_str().unwrap()).collect::<Vec<_>>(),
        ids
    );
    assert_eq!(rest["next_cursor"], Value::Null);
    let one = format!("{}/{}", path(&seminar), ids[0]);
    let tag = app.reporter().get(&one).etag();
    let known = app.reporter().get_with(&one, &[("If-None-Match", &tag)]);
    assert_eq!((known.status, known.text.as_str()), (304, ""));
}

#[test]
fn what_nobody_knows_is_null() {
    let app = TestApp::spawn();
    let seminar = held(&app, &["onsite", "online"]);
    say(&app, &seminar, &json!({"stated_as": "unbekannt", "basis": true})).expect(201);
    let picture = picture(&app, &seminar);
    for member in ["participants", "viewers", "in_both_channels", "walk_ins", "no_shows"] {
        assert_eq!(picture.get(member), Some(&Value::Null), "{member}");
    }
    assert_eq!(
        picture["channels"],
        json!({"onsite": {"checked_in": null, "headcount": null, "reported": null},
               "online": {"imported": null, "headcount": null, "reported": null}})
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
    for (channel, state, seats) in [
        ("onsite", "confirmed", 1),
        ("onsite", "confirmed", 3),
        ("onsite", "cancelled", 1),
        ("online", "confirmed", 1),
        ("online", "cancelled", 1),
        ("online", "waitlisted", 1),
        ("online", "rejected", 1),
    ] {
        registered(&app, &hybrid, channel, state, seats);
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
               "reported": {"value": 58, "qualifier": "exact", "basis": "headcount"}})
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
