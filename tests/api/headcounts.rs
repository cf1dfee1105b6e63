//! Statements of how many came, each in its own words.

use diesel::prelude::*;
use einlass::base::ids::fresh;
use einlass::schema::{headcounts, journal};
use serde_json::{Value, json};

use super::attendance::{held, path, picture, say, seminar};
use crate::support::TestApp;

fn said(app: &TestApp, seminar: &str) -> Vec<Value> {
    app.reporter().get(&path(seminar)).expect(200)["data"]
        .as_array()
        .unwrap()
        .clone()
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
