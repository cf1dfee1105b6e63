//! `GET /report-snapshots/{a}/compare?with={b}`: what changed between two sealed reports, and why.

use serde_json::{Value, json};

use super::report_snapshots::{change_the_data, id_of, question, sealed};
use super::reports::with_the_paper;

fn figure<'a>(found: &'a Value, name: &str) -> &'a Value {
    let all = found["figures"].as_array().unwrap();
    all.iter().find(|change| change["figure"] == name).unwrap()
}

fn causes(those: &Value) -> Vec<(&str, &str)> {
    let told = those.as_array().unwrap().iter();
    told.map(|one| (one["title"].as_str().unwrap(), one["cause"].as_str().unwrap()))
        .collect()
}

#[test]
fn another_rule_is_told_as_the_cause() {
    let (app, reporter) = with_the_paper();
    let (public, all) = (sealed(&app, "public"), sealed(&app, "all"));
    let found = reporter
        .get(&format!("{public}/compare?with={}", id_of(&all)))
        .expect(200);
    assert_eq!(
        (&found["first"], &found["second"]),
        (&json!(id_of(&public)), &json!(id_of(&all)))
    );
    assert_eq!(
        found["query"],
        json!([{"pointer": "/rule", "before": "public@1", "after": "all@1"}])
    );
    let held = figure(&found, "held");
    assert_eq!(
        (&held["before"]["count"], &held["after"]["count"]),
        (&json!(20), &json!(23))
    );
    assert_eq!(held["added"].as_array().unwrap().len(), 3);
    assert!(
        causes(&found["added"]).iter().all(|(_, cause)| *cause == "rule"),
        "{found}"
    );
    assert_eq!((&found["removed"], &found["changed"]), (&json!([]), &json!([])));
}

#[test]
fn changed_data_are_told_seminar_by_seminar() {
    let (app, reporter) = with_the_paper();
    let before = sealed(&app, "all");
    change_the_data(&app);
    let after = sealed(&app, "all");
    let found = reporter
        .get(&format!("{before}/compare?with={}", id_of(&after)))
        .expect(200);
    assert_eq!(
        (&found["same_report"], &found["query"], &found["rule"]),
        (&json!(false), &json!([]), &json!([]))
    );
    assert_eq!(causes(&found["added"]), [("Nachgetragen", "data")]);
    let changed = &found["changed"];
    assert_eq!(
        (changed.as_array().unwrap().len(), &changed[0]["title"]),
        (1, &json!("Workshop"))
    );
    let value = changed[0]["members"]
        .as_array()
        .unwrap()
        .iter()
        .find(|member| member["pointer"] == "/participants/value");
    assert_eq!(
        value.unwrap(),
        &json!({"pointer": "/participants/value", "before": 17, "after": 19})
    );
    let participants = figure(&found, "participants");
    assert_eq!(
        (&participants["before"]["value"], &participants["after"]["value"]),
        (&json!(1080), &json!(1082))
    );
    assert_eq!(participants["changed"], json!([changed[0]["id"]]));
    assert_eq!(
        figure(&found, "without_count")["added"],
        json!([found["added"][0]["id"]])
    );
}

#[test]
fn another_period_is_told_as_the_question() {
    let (app, reporter) = with_the_paper();
    let whole = sealed(&app, "all");
    let mut body = question("all");
    body["to"] = json!("2020-12-31");
    let shorter = reporter.post("/report-snapshots", &body).id();
    let found = reporter.get(&format!("{whole}/compare?with={shorter}")).expect(200);
    assert!(
        causes(&found["removed"]).contains(&("Teambildung in Zeiten von Corona", "question")),
        "{found}"
    );
    assert_eq!(found["added"], json!([]));
}

#[test]
fn a_snapshot_is_the_same_as_itself_and_strangers_compare_nothing() {
    let (app, reporter) = with_the_paper();
    let path = sealed(&app, "all");
    let same = reporter
        .get(&format!("{path}/compare?with={}", id_of(&path)))
        .expect(200);
    assert_eq!((&same["same_report"], &same["figures"]), (&json!(true), &json!([])));
    assert_eq!(reporter.get(&format!("{path}/compare")).invalid(), ["with"]);
    let theirs = json!({"organisation": "ihk-aachen", "from": "2020-01-01", "to": "2021-05-31"});
    let theirs = app.foreign_organiser().post("/report-snapshots", &theirs).id();
    reporter
        .get(&format!("{path}/compare?with={theirs}"))
        .problem(404, "not-found");
    reporter
        .get(&format!("/report-snapshots/{theirs}/compare?with={}", id_of(&path)))
        .problem(404, "not-found");
}
