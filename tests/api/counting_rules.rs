//! `/counting-rules`: what counts as what, written by an organisation, in versions; and the paper's "19" as one of them.

use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Text};
use serde_json::{Value, json};

use super::reports::{PERIOD, counts, past, with_the_paper};
use crate::support::TestApp;

pub const OF: &str = "organisation=staedteregion-aachen";

/// A rule that counts as the paper does: nineteen.
pub fn own_rule(name: &str) -> Value {
    json!({"organisation": "staedteregion-aachen", "id": name, "note": "Wie die Vorlage zählt",
        "terms": {"internal": false, "undated": false, "onsite_only_before": "2020-03-16"}})
}

/// One rule for each call; its name.
pub fn written(app: &TestApp, n: usize) -> String {
    let name = format!("eigene-{n}");
    app.organiser().post("/counting-rules", &own_rule(&name)).expect(201);
    name
}

#[test]
fn the_nineteen_of_the_paper_is_a_rule_beside_twenty_twenty_one_and_twenty_three() {
    let (app, reporter) = with_the_paper();
    let made = app.organiser().post("/counting-rules", &own_rule("vorlage-2021-0047"));
    let rule = made.expect(201);
    assert_eq!(
        (&rule["version"], &rule["organisation"]["slug"]),
        (&json!(1), &json!("staedteregion-aachen"))
    );
    let report = reporter
        .get(&format!("{PERIOD}&split_on=2020-03-16&rule=vorlage-2021-0047"))
        .expect(200);
    assert_eq!(report["rule"], rule, "the report tells the rule in full");
    assert_eq!(counts(&report), [19, 19, 0, 0, 2]);
    assert_eq!(report["figures"]["held"]["before_split"], 4);
    let text = report["rule"]["text"].as_str().unwrap();
    assert!(
        text.contains("Was am 16.03.2020 oder später nur vor Ort stattfand, zählt nicht als durchgeführt"),
        "{text}"
    );
    let english = report["rule"]["text_en"].as_str().unwrap();
    assert!(
        english.contains("on site only on 2020-03-16 or later does not count as held"),
        "{english}"
    );
    let others = report["other_rules"].as_array().unwrap();
    let held = others
        .iter()
        .map(|other| (other["id"].as_str().unwrap(), other["held"].as_u64().unwrap()));
    assert_eq!(
        held.collect::<Vec<_>>(),
        [
            ("all", 23),
            ("dated", 21),
            ("public", 20),
            ("overview", 16),
            ("organised", 21),
            ("lead", 14),
            ("outcome", 23)
        ]
    );
    let public = &others[2];
    assert_eq!(
        (public["only_there"].as_array().unwrap().len(), &public["only_here"]),
        (1, &json!([]))
    );
    let left_out = report["left_out"].as_array().unwrap();
    let missing = left_out
        .iter()
        .find(|one| one["id"] == public["only_there"][0])
        .unwrap();
    assert_eq!(
        missing["title"],
        "digitalHUB meets Care and Mobility Innovation – Fokus Care"
    );
    assert_eq!(missing["left_out_by"], "onsite_only_before");
    let markdown = reporter
        .get(&format!("{PERIOD}&rule=vorlage-2021-0047&format=markdown"))
        .text;
    assert!(
        markdown.contains("(Regel „vorlage-2021-0047“, Fassung 1)"),
        "{markdown}"
    );
    assert!(markdown.contains("| all, Fassung 1 | 25 | 23 | 4 | 0 |"), "{markdown}");
}

#[test]
fn a_change_is_a_new_version_and_the_one_before_counts_as_ever() {
    let (app, reporter) = with_the_paper();
    let organiser = app.organiser();
    organiser.post("/counting-rules", &own_rule("unsere")).expect(201);
    let mut other = own_rule("unsere");
    other["terms"] = json!({"internal": false, "undated": false});
    let second = organiser.post("/counting-rules", &other);
    assert_eq!(second.expect(201)["version"], 2);
    assert_eq!(
        second.header("location"),
        "/api/v1/counting-rules/unsere@2?organisation=staedteregion-aachen"
    );
    let held = |rule: &str| {
        let report = reporter.get(&format!("{PERIOD}&rule={rule}")).expect(200);
        (
            report["rule"]["version"].clone(),
            report["figures"]["held"]["count"].clone(),
        )
    };
    assert_eq!(held("unsere"), (json!(2), json!(20)));
    assert_eq!(held("unsere@1"), (json!(1), json!(19)));
    assert_eq!(reporter.get(&format!("{PERIOD}&rule=unsere@3")).invalid(), ["rule"]);
    let again = organiser.post("/counting-rules", &other);
    assert_eq!(again.invalid(), ["/terms"], "it says what version 2 says");
    let newest = reporter.get("/counting-rules/unsere");
    assert_eq!(newest.expect(200)["version"], 2);
    let first = reporter.get("/counting-rules/unsere@1");
    assert_eq!(first.expect(200)["terms"]["onsite_only_before"], "2020-03-16");
    let known = reporter.get_with("/counting-rules/unsere@1", &[("If-None-Match", &first.etag())]);
    assert_eq!(known.status, 304);
    reporter.get("/counting-rules/unsere@3").problem(404, "not-found");
    reporter.get("/counting-rules/Unsere!").problem(404, "not-found");
    let built_in = reporter.get("/counting-rules/public").expect(200);
    assert_eq!(
        (&built_in["organisation"], &built_in["version"]),
        (&Value::Null, &json!(1))
    );
    let listed = reporter.get(&format!("/counting-rules?{OF}&limit=8")).expect(200);
    let names = |page: &Value| {
        let rules = page["data"].as_array().unwrap().iter();
        rules
            .map(|rule| format!("{}@{}", rule["id"].as_str().unwrap(), rule["version"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(&listed),
        [
            "all@1",
            "dated@1",
            "lead@1",
            "organised@1",
            "outcome@1",
            "overview@1",
            "public@1",
            "unsere@2"
        ]
    );
    let cursor = listed["next_cursor"].as_str().unwrap();
    let rest = reporter
        .get(&format!("/counting-rules?{OF}&limit=8&cursor={cursor}"))
        .expect(200);
    assert_eq!(
        (names(&rest), &rest["next_cursor"]),
        (vec!["unsere@1".to_owned()], &Value::Null)
    );
}

#[test]
fn every_fault_of_a_rule_is_named_by_its_member() {
    let app = TestApp::spawn();
    let refused = |change: Value| {
        let mut body = own_rule("neu");
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        app.organiser().post("/counting-rules", &body).invalid()
    };
    assert_eq!(refused(json!({"id": "public"})), ["/id"]);
    assert_eq!(refused(json!({"id": "Unsere Regel"})), ["/id"]);
    assert_eq!(
        refused(json!({"terms": {"counts": [], "offered": []}})),
        ["/terms/counts", "/terms/offered"]
    );
    assert_eq!(
        refused(json!({"terms": {"counts": ["held", "held"], "offered": ["held"]}})),
        ["/terms/counts"]
    );
    assert_eq!(refused(json!({"terms": {"counts": ["held"]}})), ["/terms/offered"]);
    assert_eq!(
        refused(json!({"terms": {"counts": ["held"], "offered": ["held"], "postponed": "not_made_up"}})),
        ["/terms/postponed"]
    );
    assert_eq!(
        refused(json!({"terms": {"whose": "mine", "sums": "guess", "colour": "red"}})),
        ["/terms/colour", "/terms/sums", "/terms/whose"]
    );
    assert_eq!(refused(json!({"organisation": "ihk-aachen"})), ["/organisation"]);
}

#[test]
fn a_rule_is_its_organisations_and_written_once_a_key() {
    let (app, _) = with_the_paper();
    let first = app
        .organiser()
        .post_with_key("/counting-rules", "k1", &own_rule("unsere"));
    let again = app
        .organiser()
        .post_with_key("/counting-rules", "k1", &own_rule("unsere"));
    assert_eq!(first.expect(201), again.expect(201));
    assert_eq!(again.header("idempotency-replayed"), "true");
    let foreign = app.foreign_organiser();
    foreign.get("/counting-rules/unsere").problem(404, "not-found");
    assert_eq!(foreign.get(&format!("{PERIOD}&rule=unsere")).invalid(), ["rule"]);
    let theirs = json!({"organisation": "ihk-aachen", "id": "unsere", "terms": {"internal": false}});
    assert_eq!(
        foreign.post("/counting-rules", &theirs).expect(201)["version"],
        1,
        "names are an organisation's own"
    );
    assert_eq!(
        app.reporter().get("/counting-rules/unsere").expect(200)["organisation"]["slug"],
        "staedteregion-aachen"
    );
}

#[test]
fn every_term_counts_over_http() {
    let app = TestApp::spawn();
    past(
        &app,
        "staedteregion-aachen",
        &json!([
            {"title": "Eigene", "date": "2020-09-01", "headcounts": [{"stated_as": "rund 40 Teilnehmende"}]},
            {"title": "Fremde", "date": "2020-09-02", "parties": [{"role": "lead", "name": "Handwerkskammer"}],
             "headcounts": [{"stated_as": "17 Teilnehmende"}]},
        ]),
    );
    for (name, terms, held, participants) in [
        (
            "lead-only",
            json!({"whose": "lead"}),
            1,
            json!({"value": 40, "qualifier": "about"}),
        ),
        (
            "exact",
            json!({"sums": "exact_only"}),
            2,
            json!({"value": 17, "qualifier": "exact"}),
        ),
    ] {
        let body = json!({"organisation": "staedteregion-aachen", "id": name, "terms": terms});
        app.organiser().post("/counting-rules", &body).expect(201);
        let report = app.reporter().get(&format!("{PERIOD}&rule={name}")).expect(200);
        assert_eq!(report["figures"]["held"]["count"], held, "{name}");
        let mut sum = report["figures"]["participants"].clone();
        let seminars = sum.as_object_mut().unwrap().remove("seminars").unwrap();
        assert_eq!((sum, seminars.as_array().unwrap().len()), (participants, 1), "{name}");
    }
}

#[derive(QueryableByName)]
struct Journalled {
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Jsonb)]
    data: Value,
}

#[test]
fn what_is_written_is_in_the_journal_and_stays() {
    let app = TestApp::spawn();
    app.organiser().post("/counting-rules", &own_rule("unsere")).expect(201);
    let mut conn = app.database.connect();
    let entries = diesel::sql_query("SELECT action, data FROM journal WHERE action LIKE 'counting_rule.%'");
    let entries = entries.load::<Journalled>(&mut conn).unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].action.as_str(), &entries[0].data["name"]),
        ("counting_rule.written", &json!("unsere"))
    );
    for change in [
        "UPDATE counting_rules SET version = 7",
        "DELETE FROM counting_rules",
        "TRUNCATE counting_rules",
    ] {
        let refused = diesel::sql_query(change).execute(&mut conn).unwrap_err().to_string();
        assert!(refused.contains("counting_rules is append-only"), "{change}: {refused}");
    }
}

/// Page by page the list is what it is as a whole, whatever the size of the pages.
#[test]
fn the_list_is_whole_in_pages_of_any_size() {
    let (app, reporter) = with_the_paper();
    for name in ["zweite", "erste", "dritte-1", "dritte"] {
        app.organiser().post("/counting-rules", &own_rule(name)).expect(201);
    }
    for n in 1..=3 {
        let mut body = own_rule("erste");
        body["note"] = json!(format!("Fassung {n}"));
        app.organiser().post("/counting-rules", &body).expect(201);
    }
    let read = |limit: usize| {
        let (mut names, mut path) = (Vec::new(), format!("/counting-rules?{OF}&limit={limit}"));
        loop {
            let page = reporter.get(&path).expect(200);
            let data = page["data"].as_array().unwrap();
            assert!(data.len() <= limit);
            names.extend(
                data.iter()
                    .map(|rule| format!("{}@{}", rule["id"].as_str().unwrap(), rule["version"])),
            );
            let Some(cursor) = page["next_cursor"].as_str() else {
                return names;
            };
            assert_eq!(data.len(), limit, "only the last page is shorter");
            path = format!("/counting-rules?{OF}&limit={limit}&cursor={cursor}");
        }
    };
    let whole = read(100);
    assert_eq!(whole.len(), 14);
    assert_eq!(
        whole[6..],
        [
            "public@1",
            "dritte@1",
            "dritte-1@1",
            "erste@4",
            "erste@3",
            "erste@2",
            "erste@1",
            "zweite@1"
        ]
    );
    for limit in [1, 2, 6, 7, 8, 13, 14] {
        assert_eq!(read(limit), whole, "{limit}");
    }
    let odd = reporter.get("/counting-rules?cursor=eyJ4IjoxfQ");
    assert_eq!(odd.invalid(), ["cursor"]);
}

#[test]
fn rules_and_their_versions_have_a_bound() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let mut conn = app.database.connect();
    let mut fill = |rules: &str| {
        let insert = format!(
            "INSERT INTO counting_rules (organisation_id, name, version, terms, text_de, text_en, written_at)
             SELECT o.id, rules.name, rules.version, '{{}}', 'x', 'x', now() FROM organisations o, {rules} WHERE o.slug = 'staedteregion-aachen'"
        );
        diesel::sql_query(insert).execute(&mut conn).unwrap();
    };
    fill("(SELECT 'oft' AS name, version FROM generate_series(1, 199) version) rules");
    assert_eq!(
        organiser.post("/counting-rules", &own_rule("oft")).expect(201)["version"],
        200
    );
    let mut other = own_rule("oft");
    other["note"] = json!("Noch eine");
    assert_eq!(organiser.post("/counting-rules", &other).invalid(), ["/id"]);
    fill("(SELECT 'regel-' || n AS name, 1 AS version FROM generate_series(1, 48) n) rules");
    organiser.post("/counting-rules", &own_rule("letzte")).expect(201);
    assert_eq!(
        organiser.post("/counting-rules", &own_rule("zuviel")).invalid(),
        ["/id"]
    );
    // Of one that is there a further version may be written all the same.
    let mut further = own_rule("letzte");
    further["note"] = json!("Zweite Fassung");
    assert_eq!(organiser.post("/counting-rules", &further).expect(201)["version"], 2);
}
