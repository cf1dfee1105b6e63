//! `POST /seminars/{seminar}/merge` and `/unmerge`: with the consent of both, by whom, and what is refused.

mod followed;
mod once;
mod races;
mod told;
mod undone;

use serde_json::{Value, json};

use super::duplicates::{evening, publish};
use crate::support::{Answer, Client, TestApp};

/// The same event, announced by the StädteRegion and by the IHK.
pub fn two(app: &TestApp) -> (String, String) {
    let ours = evening("staedteregion-aachen", "KI im Mittelstand", &json!({}));
    let theirs = evening("ihk-aachen", "KI im Mittelstand: wo anfangen?", &json!({}));
    (
        publish(&app.organiser(), &ours),
        publish(&app.foreign_organiser(), &theirs),
    )
}

/// The action with the present tag, as `client` sees it.
pub fn act(client: &Client, id: &str, action: &str, body: &Value) -> Answer {
    let path = format!("/seminars/{id}");
    let found = client.get(&path);
    client.act(&format!("{path}/{action}"), &found.etag(), body)
}

pub fn merge(client: &Client, id: &str, into: &str) -> Answer {
    act(client, id, "merge", &json!({"into": into}))
}

pub fn unmerge(client: &Client, id: &str) -> Answer {
    act(client, id, "unmerge", &json!({}))
}

/// Ours stands behind theirs, with the consent of both.
pub fn merged(app: &TestApp) -> (String, String) {
    let (ours, theirs) = two(app);
    merge(&app.organiser(), &ours, &theirs).expect(202);
    merge(&app.foreign_organiser(), &ours, &theirs).expect(200);
    (ours, theirs)
}

fn slugs(view: &Value) -> Vec<&str> {
    let all = view["consents"].as_array().unwrap().iter();
    all.map(|one| one["organisation"]["slug"].as_str().unwrap()).collect()
}

/// What is told of a seminar's merges: from which, into which, in which state.
fn told(client: &Client, id: &str) -> Vec<(String, String, String)> {
    let found = client.get(&format!("/seminars/{id}/duplicates")).expect(200);
    let all = found["merges"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    all.map(|one| {
        (
            text(&one["seminar"]["id"]),
            text(&one["into"]["id"]),
            text(&one["state"]),
        )
    })
    .collect()
}

#[test]
fn both_organisations_consent_whoever_begins() {
    for ours_first in [true, false] {
        let app = TestApp::spawn();
        let (ours, theirs) = two(&app);
        let mut clients = [app.organiser(), app.foreign_organiser()];
        let mut names = ["staedteregion-aachen", "ihk-aachen"];
        if !ours_first {
            clients.reverse();
            names.reverse();
        }
        let [one, other] = &clients;
        let proposed = merge(one, &ours, &theirs);
        let view = proposed.expect(202);
        assert_eq!((&view["state"], slugs(&view)), (&json!("proposed"), vec![names[0]]));
        assert_eq!(view["seminar"]["id"], ours.as_str());
        assert_eq!(view["into"]["id"], theirs.as_str());
        // To want it twice is to want it.
        assert_eq!(merge(one, &ours, &theirs).expect(202), view);
        assert!(
            app.anonymous()
                .get(&format!("/seminars/{ours}"))
                .expect(200)
                .get("merged_into")
                .is_none()
        );
        // The other side sees who proposed what.
        let id = if ours_first { &theirs } else { &ours };
        let found = other.get(&format!("/seminars/{id}/duplicates")).expect(200);
        assert_eq!(found["merges"], json!([view]));
        app.clock.advance(chrono::Duration::minutes(5));
        let done = merge(other, &ours, &theirs);
        let view = done.expect(200);
        assert_eq!((&view["state"], slugs(&view)), (&json!("merged"), names.to_vec()));
        assert_eq!(done.etag(), other.get(&format!("/seminars/{ours}")).etag());
        assert_eq!(merge(one, &ours, &theirs).expect(200), view, "done is done");
        for client in [one, other] {
            let id = if client.get(&format!("/seminars/{ours}/duplicates")).status == 200 {
                &ours
            } else {
                &theirs
            };
            assert_eq!(told(client, id), [(ours.clone(), theirs.clone(), "merged".to_owned())]);
        }
    }
}

#[test]
fn one_organisation_needs_nobody_else() {
    let app = TestApp::spawn();
    let body = evening("staedteregion-aachen", "KI im Mittelstand", &json!({}));
    let [one, other] = [(); 2].map(|()| publish(&app.organiser(), &body));
    let view = merge(&app.organiser(), &one, &other).expect(200);
    assert_eq!(
        (&view["state"], slugs(&view)),
        (&json!("merged"), vec!["staedteregion-aachen"])
    );
    let found = app.anonymous().get(&format!("/seminars/{other}")).expect(200);
    assert_eq!(found["parties"], json!([]), "it is nobody else's");
}

#[test]
fn who_reaches_neither_is_told_nothing() {
    let app = TestApp::spawn();
    let body = evening("ihk-aachen", "KI im Mittelstand", &json!({}));
    let [one, other] = [(); 2].map(|()| publish(&app.foreign_organiser(), &body));
    merge(&app.organiser(), &one, &other).problem(404, "not-found");
    unmerge(&app.organiser(), &one).problem(404, "not-found");
    let (ours, theirs) = two(&app);
    merge(&app.front_desk(), &ours, &theirs).problem(403, "forbidden");
    let hidden = app.foreign_organiser().post("/seminars", &body).id();
    // A draft of somebody else is no seminar.
    let named = merge(&app.organiser(), &ours, &hidden);
    assert_eq!(named.invalid(), ["/into"]);
    app.organiser()
        .act(&format!("/seminars/{hidden}/merge"), "\"1-x\"", &json!({"into": ours}))
        .problem(404, "not-found");
    let unknown = "01900000-0000-7000-8000-000000000000";
    assert_eq!(merge(&app.organiser(), &ours, unknown).invalid(), ["/into"]);
    assert_eq!(merge(&app.organiser(), &ours, &ours).invalid(), ["/into"]);
    assert_eq!(act(&app.organiser(), &ours, "merge", &json!({})).invalid(), ["/into"]);
}

#[test]
fn what_was_read_counts() {
    let app = TestApp::spawn();
    let (ours, theirs) = two(&app);
    let client = app.organiser();
    let path = format!("/seminars/{ours}/merge");
    let body = json!({"into": theirs});
    client.post(&path, &body).problem(428, "precondition-required");
    client.act(&path, "\"1-x\"", &body).problem(412, "precondition-failed");
    let tag = app.etag(&format!("/seminars/{ours}"));
    client.act(&path, &tag, &body).expect(202);
    merge(&app.foreign_organiser(), &ours, &theirs).expect(200);
    client
        .act(&format!("/seminars/{ours}/unmerge"), &tag, &json!({}))
        .problem(412, "precondition-failed");
}

#[test]
fn neither_chain_nor_ring() {
    let app = TestApp::spawn();
    let (ours, theirs) = merged(&app);
    let third = publish(
        &app.organiser(),
        &evening("staedteregion-aachen", "KI im Mittelstand", &json!({})),
    );
    let answer = merge(&app.organiser(), &ours, &third);
    let problem = answer.problem(409, "seminar-merged");
    assert!(problem["detail"].as_str().unwrap().contains(&theirs));
    assert_eq!(
        answer.header("link"),
        format!("</api/v1/seminars/{theirs}>; rel=\"canonical\"")
    );
    merge(&app.organiser(), &third, &ours).problem(409, "merge-chain");
    merge(&app.foreign_organiser(), &theirs, &third).problem(409, "merge-chain");
    merge(&app.organiser(), &theirs, &ours).problem(409, "merge-chain");
    // One stands for many.
    merge(&app.organiser(), &third, &theirs).expect(202);
    merge(&app.foreign_organiser(), &third, &theirs).expect(200);
}

#[test]
fn what_cannot_be_one_event_is_refused() {
    let app = TestApp::spawn();
    let (ours, theirs) = two(&app);
    let own = |changes: &Value| {
        publish(
            &app.organiser(),
            &evening("staedteregion-aachen", "KI im Mittelstand", changes),
        )
    };
    let tomorrow = own(&json!({"sessions": [{"starts_at": "2027-05-07T18:00"}]}));
    merge(&app.organiser(), &tomorrow, &theirs).problem(409, "not-one-event");
    let internal = own(&json!({"audience": "internal"}));
    merge(&app.organiser(), &internal, &theirs).problem(409, "not-ready");
    merge(&app.organiser(), &ours, &internal).problem(409, "not-ready");
    let draft = app
        .draft(&evening("staedteregion-aachen", "KI im Mittelstand", &json!({})))
        .id();
    merge(&app.organiser(), &draft, &theirs).problem(409, "not-ready");
    merge(&app.organiser(), &ours, &draft).problem(409, "not-ready");
    let off = own(&json!({}));
    act(&app.organiser(), &off, "cancel", &json!({"reason_code": "speaker"})).expect(200);
    let problem = merge(&app.organiser(), &off, &theirs).problem(409, "not-one-event");
    assert_eq!(problem["detail"], "One is cancelled, the other is scheduled.");
    // The evening is over, and only one of them says so.
    app.clock.advance(chrono::Duration::days(150));
    act(&app.organiser(), &ours, "complete", &json!({})).expect(200);
    merge(&app.organiser(), &ours, &theirs).problem(409, "not-ready");
    act(&app.foreign_organiser(), &theirs, "complete", &json!({})).expect(200);
    merge(&app.organiser(), &ours, &theirs).expect(202);
}

#[test]
fn it_is_looked_at_again_when_the_other_consents() {
    let app = TestApp::spawn();
    let (ours, theirs) = two(&app);
    merge(&app.organiser(), &ours, &theirs).expect(202);
    let later = json!({"reason_code": "speaker", "sessions": [{"starts_at": "2027-06-10T18:00"}]});
    act(&app.organiser(), &ours, "reschedule", &later).expect(200);
    merge(&app.foreign_organiser(), &ours, &theirs).problem(409, "not-one-event");
    assert_eq!(told(&app.organiser(), &ours)[0].2, "proposed");
}

#[test]
fn what_can_no_longer_come_about_is_withdrawn() {
    let app = TestApp::spawn();
    let (ours, theirs) = two(&app);
    let third = publish(
        &app.foreign_organiser(),
        &evening("ihk-aachen", "KI im Mittelstand", &json!({})),
    );
    // Each would rather stand for the other; and there is a third.
    merge(&app.organiser(), &theirs, &ours).expect(202);
    merge(&app.organiser(), &ours, &third).expect(202);
    merge(&app.organiser(), &ours, &theirs).expect(202);
    assert_eq!(told(&app.organiser(), &ours).len(), 3);
    merge(&app.foreign_organiser(), &ours, &theirs).expect(200);
    assert_eq!(
        told(&app.organiser(), &ours),
        [(ours.clone(), theirs.clone(), "merged".to_owned())]
    );
    assert_eq!(told(&app.foreign_organiser(), &third), []);
}

#[test]
fn what_stands_for_others_stays_public() {
    let app = TestApp::spawn();
    let (ours, theirs) = merged(&app);
    let path = format!("/seminars/{theirs}");
    let patch = |value: &str| {
        let tag = app.foreign_organiser().get(&path).etag();
        app.foreign_organiser().patch(&path, &tag, &json!({"audience": value}))
    };
    patch("internal").problem(409, "in-use");
    unmerge(&app.foreign_organiser(), &ours).expect(200);
    patch("internal").expect(200);
}
