//! `/report-snapshots`: a report as it was told, whatever becomes of the data; and whether it still is what was sealed.

use diesel::prelude::*;
use serde_json::{Value, json};

use super::reports::{PERIOD, past, with_the_paper};
use crate::support::TestApp;

/// What is asked of the paper's programme.
pub fn question(rule: &str) -> Value {
    json!({"organisation": "staedteregion-aachen", "from": "2020-01-01", "to": "2021-05-31", "split_on": "2020-03-16", "rule": rule})
}

/// Seals a report; its path.
pub fn sealed(app: &TestApp, rule: &str) -> String {
    format!(
        "/report-snapshots/{}",
        app.reporter().post("/report-snapshots", &question(rule)).id()
    )
}

pub fn id_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

fn sha256(text: &str) -> String {
    let digest = einlass::base::digest::sha256(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Everything that changes a report: another count, another seminar, another title.
pub fn change_the_data(app: &TestApp) {
    let organiser = app.organiser();
    let report = organiser.get(PERIOD).expect(200);
    let held = report["seminars"].as_array().unwrap();
    let one = held
        .iter()
        .find(|one| one["title"] == "AC² - Workshop Finanzplanung")
        .unwrap();
    let id = one["id"].as_str().unwrap();
    let stated = json!({"stated_as": "19 Teilnehmende", "basis": true});
    organiser
        .post(&format!("/seminars/{id}/headcounts"), &stated)
        .expect(201);
    let path = format!("/seminars/{id}");
    organiser
        .patch(&path, &app.etag(&path), &json!({"title": "Workshop"}))
        .expect(200);
    past(
        app,
        "staedteregion-aachen",
        &json!([{"title": "Nachgetragen", "date": "2020-06-01"}]),
    );
}

#[test]
fn a_sealed_report_gives_the_same_bytes_after_the_data_changed() {
    let (app, reporter) = with_the_paper();
    let told = reporter.get(&format!("{PERIOD}&split_on=2020-03-16")).expect(200);
    let path = sealed(&app, "all");
    let prints = || ["json", "markdown", "sealed"].map(|format| reporter.get(&format!("{path}?format={format}")));
    let before = prints();
    assert_eq!(before[0].expect(200)["report"], told, "what is sealed is what is told");
    change_the_data(&app);
    let now = reporter.get(&format!("{PERIOD}&split_on=2020-03-16")).expect(200);
    assert_ne!(now["figures"], told["figures"]);
    for (was, is) in before.iter().zip(&prints()) {
        assert_eq!((was.status, is.status), (200, 200));
        assert_eq!(was.bytes, is.bytes);
    }
    let snapshot = before[0].expect(200);
    let digest = snapshot["seal"]["sha256"].as_str().unwrap();
    assert_eq!(
        snapshot["seal"],
        json!({"intact": true, "sha256": digest, "computed": digest, "recorded": digest})
    );
    assert_eq!(sha256(&before[2].text), digest, "anybody can check it");
    assert!(before[1].text.contains(digest), "{}", before[1].text);
    assert!(
        before[1]
            .text
            .contains("23 wurden durchgeführt, davon 4 vor dem 16.03.2020"),
        "{}",
        before[1].text
    );
    assert_eq!(before[1].header("content-type"), "text/markdown; charset=utf-8");
    let seminars = snapshot["report"]["seminars"].as_array().unwrap();
    assert!(seminars.iter().all(|one| one["version"].as_i64().unwrap() >= 1));
    let known = reporter.get_with(&path, &[("If-None-Match", &before[0].etag())]);
    assert_eq!(known.status, 304);
    reporter
        .get_with(&path, &[("Accept", "image/png")])
        .problem(406, "not-acceptable");
    assert_eq!(
        reporter.get_with(&path, &[("Accept", "text/markdown")]).bytes,
        before[1].bytes
    );
}

#[test]
fn a_snapshot_names_its_question_its_rule_and_its_paper() {
    let (_app, reporter) = with_the_paper();
    let mut body = question("public");
    body["deliberation"] = json!({"paper_id": "https://oparl.example/paper/47", "paper_reference": "2021/0047",
        "meeting_id": "https://oparl.example/meeting/311", "agenda_item_number": "Ö 7"});
    let made = reporter.post("/report-snapshots", &body);
    let entry = made.expect(201);
    let path = format!("/report-snapshots/{}", made.id());
    assert_eq!(made.header("location"), format!("/api/v1{path}"));
    assert_eq!(
        (&entry["from"], &entry["to"], &entry["rule"]),
        (&json!("2020-01-01"), &json!("2021-05-31"), &json!("public@1"))
    );
    assert_eq!(entry["deliberation"]["paper_reference"], "2021/0047");
    let listed = reporter.get("/report-snapshots").expect(200);
    assert_eq!(listed["data"], json!([entry]));
    let whole = reporter.get(&path).expect(200);
    assert_eq!(whole["query"]["rule"], "public@1");
    assert_eq!(whole["report"]["rule"]["id"], "public");
    assert!(
        whole["report"]["rule"]["text"]
            .as_str()
            .unwrap()
            .starts_with("Gezählt werden nur öffentliche")
    );
    assert_eq!(whole["deliberation"], entry["deliberation"]);
    assert_eq!(whole["seal"]["intact"], true);
    let text = reporter.get(&format!("{path}?format=markdown")).text;
    assert!(
        text.contains("Vorlage 2021/0047, Vorlage in OParl https://oparl.example/paper/47, Sitzung in OParl https://oparl.example/meeting/311, Tagesordnungspunkt Ö 7"),
        "{text}"
    );
}

#[test]
fn a_report_is_sealed_once_a_key_and_listed_newest_first() {
    let (app, reporter) = with_the_paper();
    let first = reporter.post_with_key("/report-snapshots", "k1", &question("all"));
    let again = reporter.post_with_key("/report-snapshots", "k1", &question("all"));
    assert_eq!(first.expect(201), again.expect(201));
    assert_eq!(again.header("idempotency-replayed"), "true");
    reporter
        .post_with_key("/report-snapshots", "k1", &question("public"))
        .problem(422, "idempotency-key-reused");
    let second = sealed(&app, "public");
    let page = reporter.get("/report-snapshots?limit=1").expect(200);
    assert_eq!(page["data"][0]["id"], id_of(&second));
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = reporter
        .get(&format!("/report-snapshots?limit=1&cursor={cursor}"))
        .expect(200);
    assert_eq!(
        (&rest["data"][0]["id"], &rest["next_cursor"]),
        (&first.expect(201)["id"], &Value::Null)
    );
    let foreign = app.foreign_organiser();
    assert_eq!(foreign.get("/report-snapshots").expect(200)["data"], json!([]));
    foreign.get(&second).problem(404, "not-found");
    app.reporter()
        .get("/report-snapshots/0192f3c1-8d7e-7cc0-a0ff-00000000dead")
        .problem(404, "not-found");
}

#[test]
fn what_cannot_be_sealed_is_named_by_its_member() {
    let (_app, reporter) = with_the_paper();
    let refused = |change: Value| {
        let mut body = question("all");
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        reporter.post("/report-snapshots", &body).invalid()
    };
    assert_eq!(refused(json!({"to": "2019-01-01"})), ["/to"]);
    assert_eq!(refused(json!({"split_on": "2022-01-01"})), ["/split_on"]);
    assert_eq!(refused(json!({"rule": "nobodys"})), ["/rule"]);
    assert_eq!(refused(json!({"rule": "All!"})), ["/rule"]);
    assert_eq!(
        refused(json!({"collection": "0192f3c1-8d7e-7cc0-a0ff-00000000dead"})),
        ["/collection"]
    );
    assert_eq!(refused(json!({"deliberation": {}})), ["/deliberation"]);
    assert_eq!(
        refused(json!({"deliberation": {"paper": "x"}})),
        ["/deliberation/paper"]
    );
    assert_eq!(refused(json!({"organisation": "ihk-aachen"})), ["/organisation"]);
}

#[test]
fn nothing_sealed_is_changed_or_deleted_and_what_is_forced_shows() {
    let (app, reporter) = with_the_paper();
    let path = sealed(&app, "all");
    let mut conn = app.database.connect();
    let mut run = |sql: &str| diesel::sql_query(sql).execute(&mut conn);
    for change in [
        "UPDATE report_snapshots SET sealed = replace(sealed, '1080', '1081')",
        "DELETE FROM report_snapshots",
        "TRUNCATE report_snapshots",
    ] {
        let refused = run(change).unwrap_err().to_string();
        assert!(
            refused.contains("report_snapshots is append-only"),
            "{change}: {refused}"
        );
    }
    // Whoever owns the database can take the trigger away; the digest beside the content still is not the content's.
    run("ALTER TABLE report_snapshots DISABLE TRIGGER report_snapshots_append_only").unwrap();
    let forged = "UPDATE report_snapshots SET sealed = replace(sealed, '1080', '1081')";
    let refused = run(forged).unwrap_err().to_string();
    assert!(refused.contains("report_snapshots_digest_agrees"), "{refused}");
    run("ALTER TABLE report_snapshots DROP CONSTRAINT report_snapshots_digest_agrees").unwrap();
    run(forged).unwrap();
    let seal = |of: &str| reporter.get(of).expect(200)["seal"].clone();
    let found = seal(&path);
    assert_eq!(found["intact"], false);
    assert_ne!(found["computed"], found["sha256"]);
    assert!(
        reporter
            .get(&format!("{path}?format=markdown"))
            .text
            .contains("**Achtung:**")
    );
    // A digest that is made to fit the content does not fit the journal.
    run("UPDATE report_snapshots SET sha256 = sha256(convert_to(sealed, 'UTF8'))").unwrap();
    let found = seal(&path);
    assert_eq!(
        (&found["intact"], &found["computed"]),
        (&json!(false), &found["sha256"])
    );
    assert_ne!(found["recorded"], found["sha256"]);
    // What lists show must be what is sealed.
    let other = sealed(&app, "all");
    let listed = format!(
        "UPDATE report_snapshots SET rule_name = 'public' WHERE id = '{}'",
        id_of(&other)
    );
    run(&listed).unwrap();
    let found = seal(&other);
    assert_eq!(
        (&found["intact"], &found["computed"]),
        (&json!(false), &found["sha256"])
    );
    assert_eq!(found["recorded"], found["sha256"]);
}

#[test]
fn what_is_no_report_any_more_is_told_as_a_broken_seal() {
    let (app, reporter) = with_the_paper();
    let (path, whole) = (sealed(&app, "all"), sealed(&app, "all"));
    let mut conn = app.database.connect();
    let mut run = |sql: &str| diesel::sql_query(sql).execute(&mut conn).unwrap();
    run("ALTER TABLE report_snapshots DISABLE TRIGGER report_snapshots_append_only");
    run("ALTER TABLE report_snapshots DROP CONSTRAINT report_snapshots_digest_agrees");
    let compared = |one: &str, other: &str| reporter.get(&format!("{one}/compare?with={}", id_of(other)));
    compared(&path, &whole).expect(200);
    let store = |text: &str| {
        format!(
            "UPDATE report_snapshots SET sealed = '{text}' WHERE id = '{}'",
            id_of(&path)
        )
    };
    for text in ["ein Fleck", "{}", ""] {
        run(&store(text));
        for form in ["json", "markdown"] {
            let told = reporter.get(&format!("{path}?format={form}"));
            let problem = told.problem(409, "seal-broken");
            assert!(problem["detail"].as_str().unwrap().contains(&sha256(text)), "{problem}");
        }
        let as_it_is = reporter.get(&format!("{path}?format=sealed"));
        assert_eq!((as_it_is.status, as_it_is.text.as_str()), (200, text));
        assert_eq!(as_it_is.header("content-type"), "text/plain; charset=utf-8");
        compared(&path, &whole).problem(409, "seal-broken");
    }
    // A forged digest makes no report of it either.
    run("UPDATE report_snapshots SET sha256 = sha256(convert_to(sealed, 'UTF8'))");
    reporter.get(&path).problem(409, "seal-broken");
    reporter.get("/report-snapshots").expect(200);
}

/// What somebody has changed is not compared as if it had been told.
#[test]
fn only_what_was_sealed_is_compared() {
    let (app, reporter) = with_the_paper();
    let (first, second) = (sealed(&app, "all"), sealed(&app, "all"));
    let mut conn = app.database.connect();
    let mut run = |sql: &str| diesel::sql_query(sql).execute(&mut conn).unwrap();
    run("ALTER TABLE report_snapshots DISABLE TRIGGER report_snapshots_append_only");
    run("ALTER TABLE report_snapshots DROP CONSTRAINT report_snapshots_digest_agrees");
    run(&format!(
        "UPDATE report_snapshots SET sealed = replace(sealed, '1080', '1081') WHERE id = '{}'",
        id_of(&second)
    ));
    assert_eq!(reporter.get(&second).expect(200)["seal"]["intact"], false);
    for (one, other) in [(&first, &second), (&second, &first)] {
        let told = reporter.get(&format!("{one}/compare?with={}", id_of(other)));
        told.problem(409, "seal-broken");
    }
}

/// The text of a longer one would be held in memory several times over, by everybody who opens it.
#[test]
fn a_report_of_too_many_seminars_is_not_sealed() {
    let (app, reporter) = with_the_paper();
    let many = "INSERT INTO seminars (organisation_id, id, title, kind, language, audience, status, begins_at, within_from, within_to,
            waiting_list, published_on, search_text, created_at, updated_at)
        SELECT id, gen_random_uuid(), 'x', 'talk', 'de', 'public', 'held', '2020-02-01', '2020-02-01', '2020-02-28', false, '2020-01-01', 'x',
            now(), now()
        FROM organisations, generate_series(1, 20000) WHERE slug = 'staedteregion-aachen'";
    diesel::sql_query(many).execute(&mut app.database.connect()).unwrap();
    let refused = reporter.post("/report-snapshots", &question("all"));
    assert_eq!(refused.invalid(), ["/to"]);
    assert_eq!(reporter.get("/report-snapshots").expect(200)["data"], json!([]));
}
