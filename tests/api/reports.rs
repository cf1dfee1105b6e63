//! `GET /reports/activity`: the paper 2021/0047 as a query, who may ask, and what is refused.

use chrono::Duration;
use einlass::auth::{OrganisationId, organisation_by_slug};
use einlass::imports;
use einlass::journal::{Act, Actor};
use serde_json::{Value, json};

use crate::support::{Client, TestApp, draft_body};

pub const PERIOD: &str = "/reports/activity?from=2020-01-01&to=2021-05-31";
const PAPER: &str = include_str!("../../demo/programme-2020-2021.json");

pub fn load(app: &TestApp, organisation: &str, programme: &str) {
    let act = Act {
        now: app.clock.now(),
        actor: Actor::SYSTEM,
    };
    let programme = imports::read(programme, act.now.date_naive()).unwrap();
    let into = |conn: &mut _| -> OrganisationId { organisation_by_slug(conn, organisation).unwrap().unwrap().id };
    let loaded = app.site.db.run(false, |conn| {
        let organisation = into(conn);
        imports::import(conn, &act, organisation, &programme)
    });
    loaded.unwrap();
}

/// Seminars that were: a past programme comes by import, not by hand.
pub fn past(app: &TestApp, organisation: &str, seminars: &Value) {
    let mut seminars = seminars.clone();
    for (n, seminar) in seminars.as_array_mut().unwrap().iter_mut().enumerate() {
        seminar["external_id"] = format!("{n}").into();
        seminar["kind"] = "talk".into();
        seminar["status"] = "held".into();
    }
    let file = json!({"format": "einlass.programme/1", "source": {"title": "Test"}, "seminars": seminars});
    load(app, organisation, &file.to_string());
}

pub fn with_the_paper() -> (TestApp, Client) {
    let app = TestApp::spawn();
    load(&app, "staedteregion-aachen", PAPER);
    let reporter = app.reporter();
    (app, reporter)
}

pub fn counts(report: &Value) -> [u64; 5] {
    ["offered", "held", "cancelled", "postponed", "planned"].map(|name| {
        let figure = &report["figures"][name];
        let count = figure["count"].as_u64().unwrap();
        assert_eq!(count, figure["seminars"].as_array().unwrap().len() as u64, "{name}");
        count
    })
}

fn titles(report: &Value, ids: &Value) -> Vec<String> {
    let all = report["seminars"].as_array().unwrap();
    let title = |id: &Value| {
        all.iter().find(|seminar| seminar["id"] == *id).unwrap()["title"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    ids.as_array().unwrap().iter().map(title).collect()
}

#[test]
fn the_paper_is_a_query() {
    let (_app, reporter) = with_the_paper();
    let answer = reporter.get(&format!("{PERIOD}&split_on=2020-03-16"));
    let report = answer.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        report["period"],
        json!({"from": "2020-01-01", "to": "2021-05-31", "time_zone": "Europe/Berlin", "split_on": "2020-03-16"})
    );
    assert_eq!(counts(&report), [25, 23, 2, 0, 3]);
    let figures = &report["figures"];
    assert_eq!(figures["held"]["before_split"], 4);
    assert_eq!(
        (&figures["held"]["from_split"], &figures["held"]["undated"]),
        (&json!(17), &json!(2))
    );
    assert_eq!(figures["cancelled"]["by_reason"], json!({"pandemic": 2}));
    assert_eq!(
        titles(&report, &figures["cancelled"]["seminars"]),
        ["Gründerfoyer", "VISION-Preisverleihung"]
    );
    let participants = &figures["participants"];
    assert_eq!(
        (
            &participants["value"],
            &participants["qualifier"],
            &participants["lower_bound"]
        ),
        (&json!(1080), &json!("at_least"), &json!(1080))
    );
    assert_eq!(
        (&figures["viewers"]["value"], &figures["viewers"]["qualifier"]),
        (&json!(450), &json!("exact"))
    );
    assert_eq!(
        titles(&report, &figures["without_count"]["seminars"]),
        [
            "digitalHUB meets Care and Mobility Innovation – Fokus Care",
            "Informationsveranstaltung für städteregionale Organisationseinheiten und Initiativen (Regionaler Dialog StädteRegion Aachen)",
            "digitalHUB meets Care and Mobility Innovation – Mobility",
            "Regionaler Dialog im Kreis Euskirchen",
            "Regionaler Dialog im Kreis Heinsberg",
        ]
    );
}

#[test]
fn the_narrower_rules_hold_twenty_and_sixteen() {
    let (_app, reporter) = with_the_paper();
    for (rule, held) in [("all", 23), ("public", 20), ("overview", 16)] {
        let report = reporter.get(&format!("{PERIOD}&rule={rule}")).expect(200);
        assert_eq!(report["figures"]["held"]["count"], held, "{rule}");
        assert_eq!(report["rule"]["id"], rule);
        assert_eq!(report["rule"]["version"], 1);
        assert!(report["rule"]["text"].as_str().unwrap().starts_with("Gezählt"));
    }
}

#[test]
fn the_groups_add_up_to_the_whole() {
    let (_app, reporter) = with_the_paper();
    let report = reporter.get(PERIOD).expect(200);
    let held = |groups: &str| {
        report[groups]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["held"]["count"].as_u64().unwrap())
            .sum::<u64>()
    };
    assert_eq!((held("by_month"), held("by_channel")), (23, 23));
    let months = report["by_month"].as_array().unwrap();
    assert_eq!(months[0]["month"], "2020-02");
    assert_eq!(months[0]["participants"]["value"], 222);
    assert_eq!(months.last().unwrap()["month"], Value::Null);
    let livestream = report["by_channel"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["channels"] == json!(["livestream"]))
        .unwrap();
    assert_eq!(
        (&livestream["participants"], &livestream["viewers"]["value"]),
        (&Value::Null, &json!(450))
    );
    let collection = |name: &str| {
        let all = report["by_collection"].as_array().unwrap();
        all.iter().find(|one| one["collection"]["name"] == name).unwrap()
    };
    assert_eq!(collection("AC²")["participants"]["value"], 197);
    assert_eq!(collection("AC²")["viewers"]["value"], 450);
    assert_eq!(collection("Care and Mobility Innovation")["held"]["count"], 7);
    assert_eq!(
        report["by_collection"].as_array().unwrap().last().unwrap()["collection"],
        Value::Null
    );
    let organisation = |slug: &str| {
        let all = report["by_organisation"].as_array().unwrap();
        all.iter().find(|one| one["organisation"]["slug"] == slug).unwrap()
    };
    assert_eq!(organisation("gruenderregion-aachen")["roles"], json!({"lead": 5}));
    assert_eq!(organisation("zweckverband-region-aachen")["participants"]["value"], 79);
}

#[test]
fn each_seminar_is_listed_with_what_is_known_of_it() {
    let (_app, reporter) = with_the_paper();
    let report = reporter.get(PERIOD).expect(200);
    let seminars = report["seminars"].as_array().unwrap();
    assert_eq!(seminars.len(), 28);
    let named = |title: &str| {
        seminars
            .iter()
            .find(|one| one["title"].as_str().unwrap().starts_with(title))
            .unwrap()
    };
    let kickoff = named("Offizielle Kick-off");
    assert_eq!(
        (&kickoff["date"], &kickoff["attendance_mode"]),
        (&json!("2020-09-22"), &json!("hybrid"))
    );
    assert_eq!(
        kickoff["participants"],
        json!({"value": 131, "qualifier": "at_least", "lower_bound": 131, "basis": "headcount", "statements": 1, "stated_as": ["über 130 Teilnehmenden"]})
    );
    let dialogue = named("Regionaler Dialog");
    assert_eq!(
        (&dialogue["date"], &dialogue["undated"], &dialogue["participants"]),
        (&Value::Null, &json!(true), &Value::Null)
    );
    assert_eq!(dialogue["within"], json!({"from": "2020-01-01", "to": "2021-05-31"}));
    let off = named("Gründerfoyer");
    assert_eq!(
        (&off["counted_as"], &off["reason_code"]),
        (&json!(["cancelled"]), &json!("pandemic"))
    );
}

#[test]
fn a_seminar_without_a_day_counts_only_where_its_whole_span_lies() {
    let (_app, reporter) = with_the_paper();
    let report = reporter
        .get("/reports/activity?from=2020-01-02&to=2021-05-31")
        .expect(200);
    assert_eq!(counts(&report), [21, 21, 0, 0, 3]);
    let after = reporter
        .get("/reports/activity?from=2021-06-01&to=2021-12-31")
        .expect(200);
    assert_eq!(counts(&after), [0, 0, 0, 0, 3]);
    assert_eq!(after["figures"]["participants"], Value::Null);
}

#[test]
fn a_moved_seminar_counts_as_moved_and_as_held_and_is_offered_once() {
    let app = TestApp::spawn();
    let id = app.published(&draft_body(10));
    let path = format!("/seminars/{id}");
    let act = |action: &str, body: &Value| {
        let organiser = app.organiser();
        let etag = organiser.get(&path).etag();
        organiser.act(&format!("{path}/{action}"), &etag, body).expect(200)
    };
    let report = |from: &str, to: &str| {
        app.reporter()
            .get(&format!("/reports/activity?from={from}&to={to}"))
            .expect(200)
    };
    assert_eq!(counts(&report("2027-01-01", "2027-12-31")), [0, 0, 0, 0, 1]);
    act("postpone", &json!({"reason_code": "pandemic"}));
    assert_eq!(counts(&report("2027-01-01", "2027-12-31")), [1, 0, 0, 1, 0]);
    for day in ["2027-06-10", "2027-09-10"] {
        let dates = json!([{"starts_at": format!("{day}T18:00:00+02:00"), "ends_at": format!("{day}T20:00:00+02:00")}]);
        act("reschedule", &json!({"reason_code": "speaker", "sessions": dates}));
    }
    assert_eq!(counts(&report("2027-01-01", "2027-12-31")), [1, 0, 0, 1, 1]);
    app.clock.advance(Duration::days(300));
    act("complete", &json!({}));
    let year = report("2027-01-01", "2027-12-31");
    assert_eq!(counts(&year), [1, 1, 0, 1, 0]);
    let seminar = &year["seminars"][0];
    assert_eq!(seminar["counted_as"], json!(["held", "postponed"]));
    assert_eq!(
        (&seminar["postponed_from"], &seminar["date"]),
        (&json!("2027-05-06"), &json!("2027-09-10"))
    );
    assert_eq!(seminar["reason_code"], "speaker");
    assert_eq!(counts(&report("2027-04-01", "2027-05-31")), [1, 0, 0, 1, 0]);
    assert_eq!(counts(&report("2027-09-01", "2027-09-30")), [1, 1, 0, 0, 0]);
}

#[test]
fn a_cancelled_seminar_counts_on_its_day_with_its_reason() {
    let app = TestApp::spawn();
    let id = app.published(&draft_body(10));
    let etag = app.etag(&format!("/seminars/{id}"));
    let reason = json!({"reason_code": "low_demand"});
    app.organiser()
        .act(&format!("/seminars/{id}/cancel"), &etag, &reason)
        .expect(200);
    let report = app
        .reporter()
        .get("/reports/activity?from=2027-05-01&to=2027-05-31")
        .expect(200);
    assert_eq!(counts(&report), [1, 0, 1, 0, 0]);
    assert_eq!(report["figures"]["cancelled"]["by_reason"], json!({"low_demand": 1}));
    assert_eq!(report["seminars"][0]["reason_code"], "low_demand");
}

#[test]
fn a_count_of_the_whole_wins_over_the_counts_of_its_channels() {
    let app = TestApp::spawn();
    let both = json!([{"channel": "onsite"}, {"channel": "online"}]);
    let split = json!([{"stated_as": "41 Teilnehmende", "channel": "onsite"}, {"stated_as": "17 Teilnehmende", "channel": "online"}]);
    let whole = json!([{"stated_as": "100 Teilnehmende"}, split[0], split[1]]);
    past(
        &app,
        "staedteregion-aachen",
        &json!([
            {"title": "Split", "date": "2020-09-01", "channels": both, "headcounts": split},
            {"title": "Whole", "date": "2020-09-02", "channels": both, "headcounts": whole},
            {"title": "Half", "date": "2020-09-03", "channels": both, "headcounts": [split[0]]},
        ]),
    );
    let report = app
        .reporter()
        .get("/reports/activity?from=2020-01-01&to=2020-12-31")
        .expect(200);
    let told = |at: usize| {
        let count = &report["seminars"][at]["participants"];
        (
            count["value"].clone(),
            count["qualifier"].clone(),
            count["statements"].clone(),
        )
    };
    assert_eq!(told(0), (json!(58), json!("exact"), json!(2)));
    assert_eq!(told(1), (json!(100), json!("exact"), json!(1)));
    assert_eq!(told(2), (json!(41), json!("at_least"), json!(1)));
    let all = &report["figures"]["participants"];
    assert_eq!((&all["value"], &all["qualifier"]), (&json!(199), &json!("at_least")));
    // A statement beside the basis changes nothing.
    let id = report["seminars"][1]["id"].as_str().unwrap();
    let beside = json!({"stated_as": "999 Teilnehmende", "basis": false});
    app.organiser()
        .post(&format!("/seminars/{id}/headcounts"), &beside)
        .expect(201);
    let again = app
        .reporter()
        .get("/reports/activity?from=2020-01-01&to=2020-12-31")
        .expect(200);
    assert_eq!(again, report);
}

#[test]
fn drafts_and_other_peoples_programmes_do_not_count() {
    let (app, reporter) = with_the_paper();
    app.draft(&draft_body(10)).expect(201);
    assert_eq!(
        counts(
            &reporter
                .get("/reports/activity?from=2027-01-01&to=2027-12-31")
                .expect(200)
        ),
        [0, 0, 0, 0, 0]
    );
    past(
        &app,
        "ihk-aachen",
        &json!([{"title": "IHK-Sprechtag", "date": "2020-06-01"}]),
    );
    assert_eq!(counts(&reporter.get(PERIOD).expect(200)), [25, 23, 2, 0, 3]);
    let theirs = app.foreign_organiser().get(PERIOD).expect(200);
    assert_eq!(counts(&theirs), [1, 1, 0, 0, 0]);
    assert_eq!(theirs["scope"]["organisations"][0]["slug"], "ihk-aachen");
}
