//! After a restore the erased are erased again: the ledger says whom, by ids.

use diesel::connection::SimpleConnection;
use einlass::privacy::{Applied, export_erasures, reapply_erasures};
use serde_json::{Value, json};

use super::scene::{ADDRESS, CANARIES, figures, held, registered};
use super::{erased, hits, hold};
use crate::api::sharings::count;
use crate::support::TestApp;

fn exported(app: &TestApp, since: Option<&str>) -> Vec<String> {
    let mut lines = Vec::new();
    let since = since.map(|since| since.parse().unwrap());
    let count = export_erasures(&app.site.db, since, |line| {
        lines.push(line.to_owned());
        Ok(())
    });
    assert_eq!(count.unwrap(), lines.len());
    lines
}

fn reapplied(app: &TestApp, lines: &[String]) -> Applied {
    reapply_erasures(&app.site.db, app.clock.now(), lines.iter().cloned().map(Ok)).unwrap()
}

/// What a backup keeps of a person, put aside and put back.
const PUT_ASIDE: &str = "CREATE SCHEMA backup;
    CREATE TABLE backup.registrations AS TABLE registrations; CREATE TABLE backup.check_ins AS TABLE check_ins;
    CREATE TABLE backup.import_participants AS TABLE import_participants; CREATE TABLE backup.mails AS TABLE mails;
    CREATE TABLE backup.reviews AS TABLE reviews; CREATE TABLE backup.consents AS TABLE consents;
    CREATE TABLE backup.channels AS TABLE channels;
    CREATE TABLE backup.sensitive_answers AS TABLE sensitive_answers; CREATE TABLE backup.idempotency_keys AS TABLE idempotency_keys";
const PUT_BACK: &str = "SET session_replication_role = replica;
    DELETE FROM registrations; INSERT INTO registrations TABLE backup.registrations;
    DELETE FROM check_ins; INSERT INTO check_ins TABLE backup.check_ins;
    DELETE FROM import_participants; INSERT INTO import_participants TABLE backup.import_participants;
    DELETE FROM mails; INSERT INTO mails TABLE backup.mails;
    DELETE FROM reviews; INSERT INTO reviews TABLE backup.reviews;
    DELETE FROM consents; INSERT INTO consents TABLE backup.consents;
    DELETE FROM channels; INSERT INTO channels TABLE backup.channels;
    DELETE FROM sensitive_answers; INSERT INTO sensitive_answers TABLE backup.sensitive_answers;
    DELETE FROM idempotency_keys; INSERT INTO idempotency_keys TABLE backup.idempotency_keys;
    DELETE FROM erasures; DROP SCHEMA backup CASCADE";

#[test]
fn a_restored_backup_forgets_again() {
    let app = TestApp::spawn();
    let scene = held(&app);
    let counted = figures(&app, &scene);
    // About somebody else, and to the address.
    let to = format!(
        "UPDATE mails SET recipient = '{ADDRESS}' WHERE registration_id = '{}'",
        scene.berta
    );
    app.database.connect().batch_execute(&to).unwrap();
    app.database.connect().batch_execute(PUT_ASIDE).unwrap();
    let made = erased(&app, ADDRESS);
    assert_eq!(hits(&app, &CANARIES), []);
    let lines = exported(&app, None);
    assert_eq!(lines.len(), 1);
    assert!(
        !lines[0].to_lowercase().contains("kanari") && lines[0].contains(&scene.registration),
        "{}",
        lines[0]
    );
    assert!(exported(&app, Some("2027-05-08T00:00:00Z")).is_empty());

    app.database.connect().batch_execute(PUT_BACK).unwrap();
    assert_eq!(count(&app, "erasures"), 0);
    let found = hits(&app, &CANARIES)
        .into_iter()
        .map(|hit| hit.canary)
        .collect::<std::collections::BTreeSet<_>>();
    assert_eq!(found.len(), CANARIES.len(), "the control: the backup knows everything");
    let applied = reapplied(&app, &lines);
    assert_eq!((applied.lines, applied.new), (1, 1));
    assert!(applied.erased >= 2, "{applied:?}");
    assert_eq!(hits(&app, &CANARIES), []);
    assert_eq!(figures(&app, &scene), counted);
    let path = format!("/privacy/erasures/{}", made["id"].as_str().unwrap());
    assert_eq!(
        app.admin().get(&path).expect(200),
        made,
        "the ledger has the line again"
    );

    let twice = reapplied(&app, &lines);
    assert_eq!(
        twice,
        Applied {
            lines: 1,
            new: 0,
            erased: 0
        }
    );
    assert_eq!(exported(&app, None), lines);
}

#[test]
fn what_was_cancelled_by_it_is_cancelled_again_though_the_event_began() {
    let app = TestApp::spawn();
    let scene = registered(&app);
    app.database.connect().batch_execute(PUT_ASIDE).unwrap();
    assert_eq!(erased(&app, ADDRESS)["cancelled"], 1);
    let lines = exported(&app, None);
    app.database.connect().batch_execute(PUT_BACK).unwrap();
    app.at("2027-05-06T17:00:00Z");
    assert_eq!(app.state(&scene.registration), "confirmed", "the control");
    reapplied(&app, &lines);
    assert_eq!(app.state(&scene.registration), "cancelled");
    assert_eq!(hits(&app, &["kanarigiven", "kanarimail"]), []);
}

#[test]
fn a_hold_of_the_backup_brings_back_nobody() {
    let app = TestApp::spawn();
    let scene = held(&app);
    app.database.connect().batch_execute(PUT_ASIDE).unwrap();
    erased(&app, ADDRESS);
    let lines = exported(&app, None);
    app.database.connect().batch_execute(PUT_BACK).unwrap();
    // It had been taken back when the person was erased.
    hold(&app, &scene.seminar);
    reapplied(&app, &lines);
    assert_eq!(app.seen(&scene.registration)["personal_data"], "erased");
    assert_eq!(hits(&app, &CANARIES), []);
}

#[test]
fn a_line_that_is_none_ends_it_and_says_which() {
    let app = TestApp::spawn();
    let lines = [String::new(), r#"{"organisation_id": 5}"#.to_owned()];
    let error = reapply_erasures(&app.site.db, app.clock.now(), lines.into_iter().map(Ok)).unwrap_err();
    assert!(format!("{error:?}").contains("/1"), "{error:?}");
}

#[test]
fn what_the_backup_does_not_have_any_more_is_no_fault() {
    let app = TestApp::spawn();
    held(&app);
    erased(&app, ADDRESS);
    let [line] = exported(&app, None).try_into().unwrap_or_else(|_| unreachable!());
    let mut elsewhere = serde_json::from_str::<Value>(&line).unwrap();
    elsewhere["id"] = json!("0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11");
    elsewhere["objects"]["registrations"] = json!(["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"]);
    let applied = reapplied(&app, &[elsewhere.to_string()]);
    assert_eq!(
        applied,
        Applied {
            lines: 1,
            new: 1,
            erased: 0
        }
    );
}

#[test]
fn what_an_organisation_erased_that_is_not_there_holds_up_nobody() {
    let app = TestApp::spawn();
    held(&app);
    app.database.connect().batch_execute(PUT_ASIDE).unwrap();
    erased(&app, ADDRESS);
    let [line] = exported(&app, None).try_into().unwrap_or_else(|_| unreachable!());
    let mut elsewhere = serde_json::from_str::<Value>(&line).unwrap();
    elsewhere["organisation_id"] = json!("0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11");
    app.database.connect().batch_execute(PUT_BACK).unwrap();
    let applied = reapplied(&app, &[elsewhere.to_string(), line]);
    assert_eq!((applied.lines, applied.new), (2, 1));
    assert_eq!(hits(&app, &CANARIES), []);
}
