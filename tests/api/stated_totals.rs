//! `/stated-totals`: what a source says of a whole programme without naming the seminars, and how a report tells it.

use einlass::journal::{Act, Actor};
use serde_json::{Value, json};

use super::counting_rules::OF;
use super::report_snapshots::sealed;
use super::reports::{PERIOD, counts, with_the_paper};
use crate::support::TestApp;

pub fn total() -> Value {
    json!({"organisation": "staedteregion-aachen", "source": "Mitteilungsvorlage 2021/0047", "from": "2020-01-01", "to": "2021-05-31",
        "figure": "offered", "value": 35, "qualifier": "about", "stated_as": "rund 35 Seminare und Veranstaltungen angeboten"})
}

/// One for each call; its path.
pub fn stated(app: &TestApp) -> String {
    format!(
        "/stated-totals/{}",
        app.organiser().post("/stated-totals", &total()).id()
    )
}

/// What the demo says of the whole programme.
pub fn load_the_totals_of_the_paper(app: &TestApp) {
    let act = Act {
        now: app.clock.now(),
        actor: Actor::SYSTEM,
    };
    app.site
        .db
        .run(false, |conn| einlass::reports::load_demo(conn, &act))
        .unwrap();
}

#[test]
fn it_is_written_down_read_listed_and_taken_back() {
    let app = TestApp::spawn();
    let made = app.organiser().post("/stated-totals", &total());
    let body = made.expect(201);
    let path = made.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    assert_eq!(
        (&body["figure"], &body["value"], &body["qualifier"], &body["before"]),
        (&json!("offered"), &json!(35), &json!("about"), &Value::Null)
    );
    let reporter = app.reporter();
    assert_eq!(reporter.get(&path).expect(200), body);
    let second = app.organiser().post("/stated-totals", &total()).id();
    let page = reporter.get(&format!("/stated-totals?{OF}&limit=1")).expect(200);
    assert_eq!(page["data"][0]["id"], second, "the newest first");
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = reporter
        .get(&format!("/stated-totals?{OF}&limit=1&cursor={cursor}"))
        .expect(200);
    assert_eq!((&rest["data"][0], &rest["next_cursor"]), (&body, &Value::Null));
    app.organiser().send("DELETE", &path, &[], None).expect(204);
    reporter.get(&path).problem(404, "not-found");
    app.organiser()
        .send("DELETE", &path, &[], None)
        .problem(404, "not-found");
}

#[test]
fn every_fault_is_named_by_its_member() {
    let app = TestApp::spawn();
    let refused = |change: Value| {
        let mut body = total();
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        app.organiser().post("/stated-totals", &body).invalid()
    };
    for (change, place) in [
        (json!({"from": "2022-01-01"}), "/to"),
        (json!({"before": "2020-03-16"}), "/before"),
        (json!({"figure": "held", "before": "2019-03-16"}), "/before"),
        (json!({"value": -1}), "/value"),
        (json!({"value": 10_000_001}), "/value"),
        (json!({"qualifier": "unknown"}), "/qualifier"),
        (json!({"value": null}), "/value"),
        (
            json!({"value": null, "qualifier": "unknown", "stated_as": null}),
            "/value",
        ),
        (json!({"figure": "participants"}), "/figure"),
    ] {
        assert_eq!(refused(change.clone()), [place], "{change}");
    }
}

/// The paper's "rund 35", "19" and "fast die Hälfte": told beside what is counted, and the fourteen that it does not name are said
/// to be unknown, not made up.
#[test]
fn what_the_paper_says_and_cannot_name_is_said() {
    let (app, reporter) = with_the_paper();
    let before = reporter.get(PERIOD).expect(200);
    assert!(before.get("stated").is_none(), "nobody states anything");
    load_the_totals_of_the_paper(&app);
    let report = reporter.get(PERIOD).expect(200);
    assert_eq!(report["figures"], before["figures"], "no figure changes");
    assert_eq!(counts(&report), [25, 23, 2, 0, 3]);
    let stated = &report["stated"];
    assert_eq!(stated.as_array().unwrap().len(), 1);
    let told = stated[0]["totals"].as_array().unwrap().iter();
    let told = told.map(|one| {
        (
            one["figure"].as_str().unwrap(),
            one["value"].as_i64(),
            one["counted"].as_i64().unwrap(),
            one["agreeing_rules"].to_string(),
        )
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            ("offered", Some(35), 25, "[]".to_owned()),
            ("held", Some(19), 23, "[\"vorlage-2021-0047@1\"]".to_owned()),
            ("held", Some(4), 4, "[]".to_owned()),
            ("not_held", None, 2, "[]".to_owned()),
        ]
    );
    assert_eq!(
        stated[0]["unnamed"],
        json!({"not_held": 16, "qualifier": "about", "counted": 2, "unnamed": 14})
    );
    let elsewhere = reporter
        .get("/reports/activity?from=2020-01-01&to=2020-12-31")
        .expect(200);
    assert!(elsewhere.get("stated").is_none(), "of another period it says nothing");
}

#[test]
fn a_sealed_report_keeps_what_was_stated() {
    let (app, reporter) = with_the_paper();
    let path = stated(&app);
    let seal = sealed(&app, "all");
    let text = reporter.get(&format!("{seal}?format=sealed")).text;
    assert!(text.contains("rund 35 Seminare"), "{text}");
    app.organiser().send("DELETE", &path, &[], None).expect(204);
    assert_eq!(reporter.get(&format!("{seal}?format=sealed")).text, text);
    assert!(reporter.get(&seal).expect(200)["report"]["stated"][0]["totals"].is_array());
    assert!(reporter.get(PERIOD).expect(200).get("stated").is_none());
}
