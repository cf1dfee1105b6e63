//! How a seminar takes registrations: said with it, changed with it, shown with it.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{TestApp, draft_body};

fn meal() -> Value {
    json!({"id": "meal", "kind": "choice", "label": {"de": "Essen", "en": "Meal"}, "options": ["vegan", "egal"],
        "required": true, "channels": ["onsite"], "sensitive": true})
}

fn photos(version: &str, words: &str) -> Value {
    json!({"purpose": "photos", "version": version, "text": {"de": words}})
}

fn minimum() -> Value {
    json!({"participants": 8, "decide_by": "2027-04-22T10:00:00Z", "otherwise": "cancel"})
}

/// Everything there is to say, otherwise than by default.
fn everything() -> Value {
    json!({"admission": "selection", "confirmation": "none", "confirm_hours": 48, "offer_hours": 12,
        "capacity_unit": "companies", "max_persons": 3, "contact_email": "seminare@example.org", "minimum": minimum(),
        "questions": [meal()], "consent_texts": [photos("1", "Fotos dürfen mich zeigen.")]})
}

fn with(members: Value) -> Value {
    let mut body = draft_body(10);
    body.as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    body
}

/// The members of `seen` that `said` names.
fn same_members(seen: &Value, said: &Value) -> Value {
    let names = said.as_object().unwrap().keys();
    names.map(|name| (name.clone(), seen[name].clone())).collect()
}

fn decided_once(mut said: Value) -> Value {
    said["minimum"]["decided_at"] = Value::Null;
    said
}

impl TestApp {
    #[track_caller]
    fn change(&self, path: &str, patch: &Value) -> Value {
        let mut changed = self.organiser().patch(path, &self.etag(path), patch).expect(200);
        changed.as_object_mut().unwrap().remove("concerned");
        changed
    }

    #[track_caller]
    fn refused(&self, path: &str, patch: &Value) -> Vec<String> {
        self.organiser().patch(path, &self.etag(path), patch).invalid()
    }
}

#[test]
fn whoever_says_nothing_gets_what_is_usual() {
    let app = TestApp::spawn();
    let mut body = draft_body(10);
    body.as_object_mut().unwrap().remove("confirmation");
    let usual = json!({"admission": "first_come", "confirmation": "email", "confirm_hours": 24, "offer_hours": 24,
        "capacity_unit": "persons", "max_persons": 5, "contact_email": null, "questions": [], "consent_texts": []});
    let seen = app.draft(&body).expect(201);
    assert_eq!(same_members(&seen, &usual), usual);
    assert_eq!(seen.get("minimum"), None);
}

#[test]
fn everything_said_is_shown_and_the_minimum_to_members_only() {
    let app = TestApp::spawn();
    let id = app.published(&with(everything()));
    let path = format!("/seminars/{id}");
    let all = decided_once(everything());
    let seen = app.reporter().get(&path).expect(200);
    assert_eq!(same_members(&seen, &all), all);
    for client in [app.anonymous(), app.foreign_organiser()] {
        let seen = client.get(&path).expect(200);
        assert_eq!(seen.get("minimum"), None);
        let mut public = all.clone();
        public.as_object_mut().unwrap().remove("minimum");
        assert_eq!(same_members(&seen, &public), public);
        let listed = client.get("/seminars").expect(200);
        assert_eq!(listed["data"][0], seen);
    }
}

#[test]
fn each_member_changes_by_itself() {
    let app = TestApp::spawn();
    let id = app.draft(&draft_body(10)).id();
    let path = format!("/seminars/{id}");
    let mut expected = app.organiser().get(&path).expect(200);
    for (name, value) in everything().as_object().unwrap() {
        let seen = app.change(&path, &json!({name: value}));
        expected[name] = value.clone();
        if name == "minimum" {
            expected[name]["decided_at"] = Value::Null;
        }
        assert_eq!(seen, expected, "{name}");
    }
    // Nothing of it goes by a change of something else.
    expected["title"] = "Another".into();
    assert_eq!(app.change(&path, &json!({"title": "Another"})), expected);

    let gone = app.change(
        &path,
        &json!({"contact_email": null, "minimum": null, "questions": [], "consent_texts": []}),
    );
    assert_eq!(gone["contact_email"], Value::Null);
    assert_eq!(gone.get("minimum"), None);
    assert_eq!((&gone["questions"], &gone["consent_texts"]), (&json!([]), &json!([])));
}

#[test]
fn a_minimum_is_patched_member_by_member() {
    let app = TestApp::spawn();
    let id = app.draft(&draft_body(10)).id();
    let path = format!("/seminars/{id}");
    let refused = |minimum: Value| app.refused(&path, &json!({"minimum": minimum}));
    assert_eq!(refused(json!({})), ["/minimum/participants", "/minimum/decide_by"]);
    assert_eq!(refused(json!({"participants": 5})), ["/minimum/decide_by"]);
    assert_eq!(
        refused(json!({"decided_at": "2027-01-01T00:00:00Z"})),
        ["/minimum/decided_at"]
    );
    assert_eq!(refused(json!({"participants": null})), ["/minimum/participants"]);
    let change = |minimum: Value| app.change(&path, &json!({"minimum": minimum}))["minimum"].clone();
    assert_eq!(
        change(json!({"participants": 5, "decide_by": "2027-04-01T12:00:00+02:00"})),
        json!({"participants": 5, "decide_by": "2027-04-01T10:00:00Z", "otherwise": "notify", "decided_at": null})
    );
    let expected =
        json!({"participants": 5, "decide_by": "2027-04-01T10:00:00Z", "otherwise": "cancel", "decided_at": null});
    assert_eq!(change(json!({"otherwise": "cancel"})), expected);
    assert_eq!(change(json!({})), expected);
}

#[test]
fn a_minimum_is_decided_on_between_now_and_the_begin() {
    let app = TestApp::spawn();
    let at = |decide_by: &str| json!({"minimum": {"participants": 5, "decide_by": decide_by}});
    let place = ["/minimum/decide_by"];
    for (decide_by, fits) in [
        ("2027-01-04T08:00:00Z", false),
        ("2027-01-04T08:00:01Z", true),
        ("2027-05-06T17:59:59+02:00", true),
        ("2027-05-06T18:00:00+02:00", false),
        ("1027-05-06T18:00:00Z", false),
    ] {
        let made = app.organiser().post("/seminars", &with(at(decide_by)));
        if fits {
            made.expect(201);
        } else {
            assert_eq!(made.invalid(), place, "{decide_by}");
        }
    }
    let undated = with(json!({"sessions": [], "minimum": at("2027-06-01T00:00:00Z")["minimum"]}));
    let draft = format!("/seminars/{}", app.draft(&undated).id());
    let sessions = json!({"sessions": [{"starts_at": "2027-05-31T18:00"}]});
    assert_eq!(app.refused(&draft, &sessions), place);
    let both =
        json!({"sessions": [{"starts_at": "2027-05-31T18:00"}], "minimum": {"decide_by": "2027-05-30T18:00:00Z"}});
    app.change(&draft, &both);

    // What has passed meanwhile is no longer a plan.
    app.clock.advance(Duration::days(150));
    let seen = app.organiser().get(&draft);
    let publish = app
        .organiser()
        .act(&format!("{draft}/publish"), &seen.etag(), &json!({}));
    assert_eq!(publish.problem(409, "not-ready")["errors"][0]["pointer"], place[0]);
}

#[test]
fn a_new_date_leaves_time_to_decide() {
    let app = TestApp::spawn();
    let path = format!("/seminars/{}", app.published(&with(json!({"minimum": minimum()}))));
    let act = |action: &str, body: &Value| app.organiser().act(&format!("{path}/{action}"), &app.etag(&path), body);
    let date = |day: &str| json!({"reason_code": "speaker", "sessions": [{"starts_at": format!("{day}T18:00")}]});
    let refused = act("reschedule", &date("2027-04-21")).problem(409, "not-ready");
    assert_eq!(refused["errors"][0]["pointer"], "/minimum/decide_by");
    act("postpone", &json!({"reason_code": "speaker"})).expect(200);
    // While it is postponed, the old date binds nobody.
    app.change(&path, &json!({"minimum": {"decide_by": "2027-08-01T10:00:00Z"}}));
    act("reschedule", &date("2027-07-31")).problem(409, "not-ready");
    act("reschedule", &date("2027-08-02")).expect(200);
}

#[test]
fn what_cannot_be_is_named_where_it_stands() {
    let app = TestApp::spawn();
    let path = format!("/seminars/{}", app.draft(&draft_body(10)).id());
    let question = |more: Value| {
        let mut question = meal();
        question
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        question
    };
    let long = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
    let many = |count: usize| {
        (0..count)
            .map(|n| question(json!({"id": format!("q{n}")})))
            .collect::<Vec<_>>()
    };
    let texts = |count: usize| {
        let text = |n: usize| json!({"purpose": format!("p{n}"), "version": "1", "text": {"de": "Ja."}});
        (0..count).map(text).collect::<Vec<_>>()
    };
    for (members, places) in [
        (json!({"confirm_hours": 0}), vec!["/confirm_hours"]),
        (json!({"confirm_hours": 337}), vec!["/confirm_hours"]),
        (json!({"offer_hours": -1}), vec!["/offer_hours"]),
        (json!({"max_persons": 101}), vec!["/max_persons"]),
        (json!({"max_persons": "5"}), vec!["/max_persons"]),
        (json!({"admission": "lottery"}), vec!["/admission"]),
        (json!({"confirmation": null}), vec!["/confirmation"]),
        (json!({"capacity_unit": "seats"}), vec!["/capacity_unit"]),
        (json!({"contact_email": "nobody"}), vec!["/contact_email"]),
        (
            json!({"minimum": {"participants": 0, "decide_by": "2027-04-01T00:00:00Z"}}),
            vec!["/minimum/participants"],
        ),
        (
            json!({"minimum": {"participants": 1, "decide_by": "2027-04-01T00:00:00Z", "otherwise": "wait"}}),
            vec!["/minimum/otherwise"],
        ),
        (json!({"questions": [meal(), meal()]}), vec!["/questions/1/id"]),
        (
            json!({"questions": [meal(), question(json!({"id": "two", "options": []}))]}),
            vec!["/questions/1/options"],
        ),
        (
            json!({"questions": [question(json!({"options": ["a"]}))]}),
            vec!["/questions/0/options"],
        ),
        (
            json!({"questions": [question(json!({"options": long(51)}))]}),
            vec!["/questions/0/options"],
        ),
        (
            json!({"questions": [question(json!({"options": ["a", "b", "a"]}))]}),
            vec!["/questions/0/options/2"],
        ),
        (
            json!({"questions": [question(json!({"kind": "text"}))]}),
            vec!["/questions/0/options"],
        ),
        (
            json!({"questions": [question(json!({"channels": ["online", "online"]}))]}),
            vec!["/questions/0/channels/1"],
        ),
        (
            json!({"questions": [question(json!({"channels": ["livestream"]}))]}),
            vec!["/questions/0/channels/0"],
        ),
        (
            json!({"questions": [question(json!({"id": "Nicht so", "kind": "colour", "label": {"en": "?"}, "more": 1}))]}),
            vec![
                "/questions/0/id",
                "/questions/0/kind",
                "/questions/0/label/de",
                "/questions/0/more",
            ],
        ),
        (json!({"questions": many(31)}), vec!["/questions"]),
        (
            json!({"consent_texts": [photos("1", "Ja."), photos("2", "Gern.")]}),
            vec!["/consent_texts/1/purpose"],
        ),
        (
            json!({"consent_texts": [{"purpose": "photos", "text": {"de": ""}}]}),
            vec!["/consent_texts/0/text/de", "/consent_texts/0/version"],
        ),
        (json!({"consent_texts": texts(11)}), vec!["/consent_texts"]),
        (
            json!({"offer_hours": 0, "questions": [meal(), meal()], "waiting_list_limit": 0}),
            vec!["/offer_hours", "/questions/1/id", "/waiting_list_limit"],
        ),
    ] {
        let mut posted = app.organiser().post("/seminars", &with(members.clone())).invalid();
        let mut patched = app.refused(&path, &members);
        posted.sort();
        patched.sort();
        assert_eq!(posted, places, "POST {members}");
        assert_eq!(patched, places, "PATCH {members}");
    }
    app.change(&path, &json!({"questions": many(30), "consent_texts": texts(10)}));
}

#[test]
fn what_registrations_rest_on_stays_while_there_are_any() {
    let app = TestApp::spawn();
    let id = app.seminar(10);
    let path = format!("/seminars/{id}");
    app.change(&path, &json!({"admission": "selection", "capacity_unit": "companies"}));
    app.change(&path, &json!({"admission": "first_come", "capacity_unit": "persons"}));
    let registration = app.register(&id, "anna").id();
    let refused = |patch: Value| {
        let answer = app.organiser().patch(&path, &app.etag(&path), &patch);
        let errors = answer.problem(409, "transition-not-allowed")["errors"].clone();
        let places = errors.as_array().unwrap().iter().map(|error| error["pointer"].clone());
        places.collect::<Value>()
    };
    assert_eq!(refused(json!({"admission": "selection"})), json!(["/admission"]));
    assert_eq!(
        refused(json!({"admission": "selection", "capacity_unit": "companies", "max_persons": 2})),
        json!(["/admission", "/capacity_unit"])
    );
    let same = json!({"admission": "first_come", "capacity_unit": "persons", "max_persons": 2, "offer_hours": 1,
        "questions": [meal()], "confirmation": "email"});
    assert_eq!(app.change(&path, &same)["max_persons"], 2);

    let etag = app.etag(&format!("/registrations/{registration}"));
    app.organiser()
        .act(&format!("/registrations/{registration}/cancel"), &etag, &json!({}))
        .expect(200);
    app.change(&path, &json!({"admission": "selection"}));
}

#[test]
fn words_that_people_agree_to_keep_their_version() {
    let app = TestApp::spawn();
    let said = json!({"consent_texts": [photos("1", "Fotos dürfen mich zeigen.")]});
    let reworded = json!({"consent_texts": [photos("1", "Fotos und Filme dürfen mich zeigen.")]});
    let made = app.draft(&with(said.clone()));
    let path = format!("/seminars/{}", made.id());
    app.change(&path, &reworded);
    app.change(&path, &said);
    app.organiser()
        .act(&format!("{path}/publish"), &app.etag(&path), &json!({}))
        .expect(200);
    assert_eq!(app.refused(&path, &reworded), ["/consent_texts/0/version"]);
    app.change(&path, &said);
    app.change(
        &path,
        &json!({"consent_texts": [photos("2", "Fotos und Filme dürfen mich zeigen.")]}),
    );
}
