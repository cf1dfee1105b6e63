//! An event that two announced is shown once: lists, search, the seminar itself, and where one registers.

use serde_json::{Value, json};

use super::super::duplicates::{evening, publish};
use super::{merge, merged, unmerge};
use crate::support::{Client, TestApp, person};

fn listed(client: &Client, query: &str) -> Vec<String> {
    let found = client.get(&format!("/seminars?limit=100{query}")).expect(200);
    let all = found["data"].as_array().unwrap().iter();
    all.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// Who takes part, as what.
fn parties(seminar: &Value) -> Vec<(&str, &str)> {
    let all = seminar["parties"].as_array().unwrap().iter();
    all.map(|one| (one["role"].as_str().unwrap(), one["name"].as_str().unwrap()))
        .collect()
}

#[test]
fn the_list_shows_it_once_and_its_members_see_both() {
    let app = TestApp::spawn();
    let (ours, theirs) = merged(&app);
    assert_eq!(listed(&app.anonymous(), ""), std::slice::from_ref(&theirs));
    assert_eq!(listed(&app.foreign_organiser(), ""), std::slice::from_ref(&theirs));
    let mut both = listed(&app.organiser(), "");
    both.sort();
    assert_eq!(both, [ours.clone(), theirs.clone()]);
    assert_eq!(
        listed(&app.anonymous(), "&free_seats=true"),
        std::slice::from_ref(&theirs)
    );
    assert_eq!(
        listed(&app.organiser(), "&free_seats=true"),
        std::slice::from_ref(&theirs),
        "no seat of the other is to be had"
    );
    unmerge(&app.organiser(), &ours).expect(200);
    assert_eq!(listed(&app.anonymous(), "").len(), 2);
}

#[test]
fn it_is_found_by_the_words_and_the_organisers_of_either() {
    let app = TestApp::spawn();
    let agit = json!({"description": "Mit Besichtigung der Lernfabrik", "parties": [{"role": "lead", "organisation": "staedteregion-aachen"},
        {"role": "contributor", "name": "AGIT"}]});
    let ours = publish(
        &app.organiser(),
        &evening("staedteregion-aachen", "Künstliche Intelligenz für Betriebe", &agit),
    );
    let theirs = publish(
        &app.foreign_organiser(),
        &evening("ihk-aachen", "KI im Mittelstand", &json!({})),
    );
    for query in ["&q=lernfabrik", "&q=agit", "&organisation=staedteregion-aachen"] {
        assert_eq!(listed(&app.anonymous(), query), std::slice::from_ref(&ours), "{query}");
    }
    merge(&app.organiser(), &ours, &theirs).expect(202);
    merge(&app.foreign_organiser(), &ours, &theirs).expect(200);
    for query in [
        "&q=lernfabrik",
        "&q=agit",
        "&q=mittelstand",
        "&organisation=staedteregion-aachen",
        "&organisation=ihk-aachen",
    ] {
        assert_eq!(
            listed(&app.anonymous(), query),
            std::slice::from_ref(&theirs),
            "{query}"
        );
    }
    assert_eq!(listed(&app.anonymous(), "&q=feuerwehr"), [""; 0]);
    assert_eq!(
        parties(&app.anonymous().get(&format!("/seminars/{theirs}")).expect(200)),
        [
            ("lead", "IHK Aachen"),
            ("co_organiser", "StädteRegion Aachen"),
            ("contributor", "AGIT")
        ]
    );
    let listed = app.anonymous().get("/seminars").expect(200);
    assert_eq!(parties(&listed["data"][0]).len(), 3);
}

#[test]
fn both_are_answered_and_each_names_the_other() {
    let app = TestApp::spawn();
    let (ours, theirs) = merged(&app);
    let found = app.anonymous().get(&format!("/seminars/{ours}")).expect(200);
    assert_eq!(found["merged_into"]["id"], theirs.as_str());
    assert_eq!(found["merged_into"]["organisation"]["slug"], "ihk-aachen");
    assert_eq!(found.get("merged"), None);
    let found = app.anonymous().get(&format!("/seminars/{theirs}")).expect(200);
    assert_eq!(found.get("merged_into"), None);
    assert_eq!(found["merged"][0]["id"], ours.as_str());
    assert_eq!(found["merged"][0]["organisation"]["slug"], "staedteregion-aachen");
    // What members change is what is written down.
    let own = app.foreign_organiser().get(&format!("/seminars/{theirs}"));
    assert_eq!(own.expect(200)["parties"], json!([]));
    assert_eq!(own.expect(200)["merged"], found["merged"]);
    let sent = json!({"parties": own.expect(200)["parties"]});
    let path = format!("/seminars/{theirs}");
    app.foreign_organiser().patch(&path, &own.etag(), &sent).expect(200);
    unmerge(&app.foreign_organiser(), &ours).expect(200);
    let found = app.anonymous().get(&path).expect(200);
    assert_eq!((&found["parties"], found.get("merged")), (&json!([]), None));
}

#[test]
fn an_internal_one_is_named_to_nobody_else() {
    let app = TestApp::spawn();
    let with = |changes: &Value| {
        publish(
            &app.organiser(),
            &evening("staedteregion-aachen", "KI im Mittelstand", changes),
        )
    };
    let hidden = with(&json!({"audience": "internal", "parties": [{"role": "contributor", "name": "AGIT"}]}));
    let shown = with(&json!({}));
    merge(&app.organiser(), &hidden, &shown).expect(200);
    let path = format!("/seminars/{shown}");
    let found = app.anonymous().get(&path).expect(200);
    assert_eq!((&found["parties"], found.get("merged")), (&json!([]), None));
    assert_eq!(listed(&app.anonymous(), "&q=agit"), [""; 0]);
    assert_eq!(
        app.organiser().get(&path).expect(200)["merged"][0]["id"],
        hidden.as_str()
    );
}

#[test]
fn the_public_registers_at_the_one_that_remains() {
    let app = TestApp::spawn();
    let (ours, theirs) = super::two(&app);
    let registration = app.register(&ours, "anna").id();
    merge(&app.organiser(), &ours, &theirs).expect(202);
    app.register(&ours, "berta").expect(201);
    merge(&app.foreign_organiser(), &ours, &theirs).expect(200);
    for name in ["carla", "anna"] {
        let answer = app.register(&ours, name);
        let problem = answer.problem(409, "seminar-merged");
        assert!(problem["detail"].as_str().unwrap().contains(&theirs));
        assert_eq!(
            answer.header("link"),
            format!("</api/v1/seminars/{theirs}>; rel=\"canonical\"")
        );
    }
    app.register(&theirs, "carla").expect(201);
    // Who was registered is.
    let found = app
        .organiser()
        .get(&format!("/registrations/{registration}"))
        .expect(200);
    assert_eq!(found["state"], "confirmed");
    let own = app.registrant(&registration, "anna@example.org");
    own.get(&format!("/registrations/{registration}")).expect(200);
    assert_eq!(app.confirmed(&ours), 2);
    // The office enters whom it knows.
    let path = format!("/seminars/{ours}/registrations");
    app.organiser().post(&path, &person("dora")).expect(201);
    unmerge(&app.organiser(), &ours).expect(200);
    app.register(&ours, "carla").expect(201);
}
