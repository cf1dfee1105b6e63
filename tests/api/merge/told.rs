//! An event that two announced is counted once: reports, statistics and open data.

use diesel::prelude::*;
use serde_json::{Value, json};

use super::super::reports::{past, with_the_paper};
use super::merge;
use crate::support::{Client, TestApp};

const YEAR: &str = "/reports/activity?from=2022-01-01&to=2022-12-31";

/// Held on one day by both, who say differently how many came; ours and theirs.
fn held(app: &TestApp, ours: &Value, theirs: &Value) -> (String, String) {
    let one = |members: &Value| {
        let mut seminar = json!({"title": "KI im Mittelstand", "date": "2022-05-06"});
        seminar
            .as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        json!([seminar])
    };
    past(app, "staedteregion-aachen", &one(ours));
    past(app, "ihk-aachen", &one(theirs));
    let id = |slug: &str| {
        let found = app
            .anonymous()
            .get(&format!("/seminars?from=2022-01-01&to=2022-12-31&organisation={slug}"))
            .expect(200);
        found["data"][0]["id"].as_str().unwrap().to_owned()
    };
    (id("staedteregion-aachen"), id("ihk-aachen"))
}

fn together(app: &TestApp, ours: &str, theirs: &str) {
    merge(&app.organiser(), ours, theirs).expect(202);
    merge(&app.foreign_organiser(), ours, theirs).expect(200);
}

/// Somebody who reports on both.
fn of_both(app: &TestApp) -> Client {
    use einlass::schema::members::dsl;
    let ihk = app.anonymous().get("/organisations/ihk-aachen").expect(200)["id"]
        .as_str()
        .unwrap()
        .parse::<uuid::Uuid>();
    diesel::insert_into(dsl::members)
        .values((
            dsl::organisation_id.eq(ihk.unwrap()),
            dsl::account_id.eq(app.account("reporter").0),
            dsl::role.eq("reporter"),
            dsl::version.eq(1_i64),
            dsl::created_at.eq(app.clock.now()),
            dsl::updated_at.eq(app.clock.now()),
        ))
        .execute(&mut app.database.connect())
        .unwrap();
    app.reporter()
}

fn names(seminar: &Value) -> Vec<(&str, &str)> {
    let all = seminar["parties"].as_array().unwrap().iter();
    all.map(|one| (one["role"].as_str().unwrap(), one["name"].as_str().unwrap()))
        .collect()
}

#[test]
fn in_a_report_on_both_it_counts_once_and_is_told_once() {
    let app = TestApp::spawn();
    let counted = |words: &str| json!({"headcounts": [{"stated_as": words}]});
    let (ours, theirs) = held(&app, &counted("40 Teilnehmende"), &counted("50 Teilnehmende"));
    let reporter = of_both(&app);
    let apart = reporter.get(YEAR).expect(200);
    assert_eq!(
        (
            &apart["figures"]["held"]["count"],
            &apart["figures"]["participants"]["value"]
        ),
        (&json!(2), &json!(90))
    );
    together(&app, &ours, &theirs);
    let report = reporter.get(YEAR).expect(200);
    assert_eq!(report["figures"]["held"]["seminars"], json!([theirs]));
    assert_eq!(report["figures"]["offered"]["count"], 1);
    assert_eq!(report["figures"]["participants"]["value"], 50);
    assert_eq!(report["left_out"][0]["id"], ours.as_str());
    assert_eq!(report["left_out"][0]["left_out_by"], "merged");
    for other in report["other_rules"].as_array().unwrap() {
        assert!(other["held"].as_u64().unwrap() <= 1, "{other}");
    }
    assert_eq!(
        names(&report["seminars"][0]),
        [("lead", "IHK Aachen"), ("co_organiser", "StädteRegion Aachen")]
    );
    assert_eq!(report["by_organisation"].as_array().unwrap().len(), 2);
    let text = reporter.get(&format!("{YEAR}&format=markdown")).text;
    assert!(text.contains("zusammen mit der anderen Ankündigung gezählt"), "{text}");
    let months = reporter
        .get("/statistics/months?from=2022-01-01&to=2022-12-31")
        .expect(200);
    assert_eq!(months["series"][0]["values"][4]["value"], 1, "in May: {months}");
}

#[test]
fn in_a_report_on_one_it_counts_for_that_one() {
    let app = TestApp::spawn();
    let (ours, theirs) = held(
        &app,
        &json!({"headcounts": [{"stated_as": "40 Teilnehmende"}]}),
        &json!({}),
    );
    together(&app, &ours, &theirs);
    let report = app.reporter().get(YEAR).expect(200);
    assert_eq!(report["figures"]["held"]["seminars"], json!([ours]));
    assert_eq!(report["figures"]["participants"]["value"], 40);
    assert_eq!(report["left_out"], json!([]));
    assert_eq!(
        names(&report["seminars"][0]),
        [("lead", "StädteRegion Aachen"), ("co_organiser", "IHK Aachen")]
    );
    let lead = app.reporter().get(&format!("{YEAR}&rule=lead")).expect(200);
    assert_eq!(
        lead["figures"]["held"]["seminars"],
        json!([ours]),
        "it leads its own announcement"
    );
    let report = app.person("foreign_organiser").get(YEAR).expect(200);
    assert_eq!(report["figures"]["held"]["seminars"], json!([theirs]));
    assert_eq!(
        report["figures"]["participants"],
        Value::Null,
        "what the other counted is the other's"
    );
    assert_eq!(report["figures"]["without_count"]["count"], 1);
}

#[test]
fn where_only_the_merged_one_was_counted_its_number_is_told_and_whose_it_is() {
    let app = TestApp::spawn();
    let (ours, theirs) = held(
        &app,
        &json!({"headcounts": [{"stated_as": "40 Teilnehmende"}]}),
        &json!({}),
    );
    together(&app, &ours, &theirs);
    let reporter = of_both(&app);
    let report = reporter.get(YEAR).expect(200);
    let count = &report["seminars"][0]["participants"];
    assert_eq!(
        (&count["value"], &count["counted_by"]),
        (&json!(40), &json!("StädteRegion Aachen"))
    );
    assert_eq!(report["figures"]["participants"]["seminars"], json!([theirs]));
    let text = reporter.get(&format!("{YEAR}&format=markdown")).text;
    let note = "Gezählt bei der Ankündigung derselben Veranstaltung durch StädteRegion Aachen.";
    assert!(text.contains(note), "{text}");
}

#[test]
fn one_organisation_that_announced_it_twice_counts_it_once() {
    let app = TestApp::spawn();
    let both = json!([{"title": "KI im Mittelstand", "date": "2022-05-06"}, {"title": "KI im Mittelstand", "date": "2022-05-06"}]);
    past(&app, "staedteregion-aachen", &both);
    let found = app.anonymous().get("/seminars").expect(200);
    let [one, other] = [0, 1].map(|n| found["data"][n]["id"].as_str().unwrap().to_owned());
    merge(&app.organiser(), &one, &other).expect(200);
    let report = app.reporter().get(YEAR).expect(200);
    assert_eq!(report["figures"]["held"]["seminars"], json!([other]));
    assert_eq!(report["left_out"][0]["left_out_by"], "merged");
    assert_eq!(names(&report["seminars"][0]), [("", ""); 0]);
}

#[test]
fn open_data_lists_it_once_for_each_organisation() {
    use super::super::open_data::{YEARS, publishing};
    let (app, _) = with_the_paper();
    let (ours, theirs) = held(&app, &json!({}), &json!({}));
    publishing(&app);
    let listed = || {
        let found = app.anonymous().get(&format!("{YEARS}/2022/seminars")).expect(200);
        let all = found["seminars"].as_array().unwrap();
        all.iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(), std::slice::from_ref(&ours));
    together(&app, &ours, &theirs);
    assert_eq!(listed(), std::slice::from_ref(&ours), "its own, once");
    let found = app
        .anonymous()
        .get(&format!("{YEARS}/2022/seminars"))
        .expect(200)
        .to_string();
    assert!(found.contains("ihk-aachen"), "and who offered it with them: {found}");
}
