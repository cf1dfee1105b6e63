//! The way back from a backup: whoever follows the programme is told to begin again, and nobody is told something wrong.

use std::process::{Command, Output};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use einlass::schema::{journal, registrations};
use serde_json::{Value, json};
use uuid::Uuid;

use super::changes::read;
use super::webhooks::{Told, told};
use crate::support::{TestApp, TestDatabase};

fn output(database: &TestDatabase, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_einlass"));
    command.args(arguments).envs(database.environment());
    command.output().unwrap()
}

/// A command of the program on this database: whether it went well, and what it said.
fn einlass(database: &TestDatabase, arguments: &[&str]) -> (bool, String) {
    let output = output(database, arguments);
    let told = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (output.status.success(), told.concat())
}

#[track_caller]
fn restored(database: &TestDatabase) -> String {
    let (good, told) = einlass(database, &["restored"]);
    assert!(good, "{told}");
    told
}

/// As if its cluster had given so many numbers more: another cluster begins from the beginning.
const OLDER: i64 = 1_000_000_000;

fn of_an_older_cluster(database: &TestDatabase) {
    let sql = format!(
        "UPDATE journal SET transaction = transaction + {OLDER};
         UPDATE journal_seals SET last_transaction = last_transaction + {OLDER};
         UPDATE webhooks SET position_transaction = position_transaction + {OLDER}"
    );
    database.connect().batch_execute(&sql).unwrap();
}

/// A cursor with this done to the place in it.
fn altered(cursor: &str, change: impl FnOnce(&mut Value)) -> String {
    let bytes = einlass::base::digest::from_base64url(cursor).unwrap();
    let mut place = serde_json::from_slice::<Value>(&bytes).unwrap();
    change(&mut place);
    einlass::base::digest::base64url(place.to_string().as_bytes())
}

fn moved(cursor: &str) -> String {
    altered(cursor, |place| {
        place["changes"]["transaction"] = (place["changes"]["transaction"].as_i64().unwrap() + OLDER).into();
    })
}

/// All entries in the order of the journal, with their numbers.
fn entries(database: &TestDatabase) -> Vec<(i64, Uuid)> {
    let query = journal::table
        .order((journal::transaction, journal::id))
        .select((journal::transaction, journal::id));
    query.load(&mut database.connect()).unwrap()
}

fn ids(entries: &[(i64, Uuid)]) -> Vec<Uuid> {
    entries.iter().map(|(_, id)| *id).collect()
}

fn titles(told: &[Value]) -> Vec<&str> {
    let titles = told.iter().map(|one| one["seminar"]["title"].as_str().unwrap());
    titles.collect()
}

#[test]
fn in_another_cluster_the_feed_the_webhooks_and_the_chain_go_on() {
    let (Told { app, receiver, webhook }, [a, b]) = told(["A", "B"]);
    app.rename(&a, "A, vorher");
    assert_eq!(app.deliver(), 1);
    // The webhook has not read it when the backup is made.
    app.rename(&b, "B, vorher");
    app.seal();
    let (_, old) = read(&app, &app.anonymous(), "", None);
    let before = entries(&app.database);
    of_an_older_cluster(&app.database);
    let old = moved(&old);
    let backup = app.database.dumped();
    let tampered = app.database.dumped();

    // Without the command the service does not even begin.
    let (good, said) = einlass(&backup, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(!good && said.contains("run `einlass restored`"), "{said}");
    // Not while somebody is connected, who may be a service.
    let somebody = backup.connect();
    let (good, said) = einlass(&backup, &["restored"]);
    assert!(!good && said.contains("--although-connected"), "{said}");
    drop(somebody);
    let said = restored(&backup);
    assert!(
        said.contains(" 0 faults") && said.contains("webhooks  1 go on"),
        "{said}"
    );

    let after = entries(&backup);
    let ((_, own), kept) = after.split_last().unwrap();
    assert_eq!(ids(kept), ids(&before), "the order is what it was");
    assert!(kept.iter().all(|(number, _)| *number <= 0));
    assert!(!ids(&before).contains(own), "that it was restored stands behind them");

    let app = TestApp::open_to(backup, &["127.0.0.0/8"]);
    let anybody = app.anonymous();
    app.settled();
    let problem = anybody
        .get(&format!("/changes?cursor={old}"))
        .problem(410, "cursor-expired");
    assert!(
        problem["detail"].as_str().unwrap().contains("without a cursor"),
        "{problem}"
    );
    let (stands, place) = read(&app, &anybody, "", None);
    assert_eq!(titles(&stands), ["A, vorher", "B, vorher"]);
    app.rename(&a, "A, nachher");
    app.rename(&b, "B, nachher");
    let (told, place) = read(&app, &anybody, "limit=1", Some(&place));
    assert_eq!(titles(&told), ["A, nachher", "B, nachher"]);
    assert!(read(&app, &anybody, "", Some(&place)).0.is_empty());

    // What it had not read is told, what it had is not, and then what happened since.
    app.deliver();
    let seen = receiver.seen();
    assert_eq!(seen.iter().filter(|seen| seen.seminar() == a).count(), 2);
    assert_eq!(seen.iter().filter(|seen| seen.seminar() == b).count(), 2);
    assert_eq!(
        (seen[1].seminar(), seen[1].kind()),
        (b.as_str(), "seminar.changed"),
        "{seen:?}"
    );
    assert_eq!(app.deliveries(&webhook).len(), 4);

    // The chain goes on from the restored seals, and once more a restore is none the worse.
    assert!(app.seal() >= 3);
    let again = app.database.dumped();
    restored(&again);
    let said = restored(&again);
    assert!(said.contains(" 0 faults"), "{said}");
    let twice = ids(&entries(&again));
    let once = ids(&entries(&app.database));
    assert_eq!(twice[..once.len()], once);
    assert_eq!(twice.len(), once.len() + 2);

    // Whoever changed the dump is found out.
    let change = "UPDATE journal SET data = data || '{\"nothing\": 1}' WHERE action = 'seminar.created'";
    tampered.connect().batch_execute(change).unwrap();
    let (good, said) = einlass(&tampered, &["restored"]);
    assert!(
        !good && said.contains("FAULT organisation ") && said.contains("was edited"),
        "{said}"
    );
    let (good, said) = einlass(
        &tampered,
        &["journal", "verify", "--organisation", "staedteregion-aachen"],
    );
    assert!(
        !good && said.contains("1 chains") && said.contains("1 faults"),
        "{said}"
    );
}

/// In the same cluster numbers go on, and soon pass those that were seen before the restore.
#[test]
fn at_an_earlier_moment_a_cursor_that_saw_what_is_gone_is_refused_and_without_the_command_it_lies() {
    let app = TestApp::spawn();
    let (a, b) = (app.seminar(5), app.seminar(5));
    let anybody = app.anonymous();
    let (_, before) = read(&app, &anybody, "", None);
    let (control, backup) = (app.database.dumped(), app.database.dumped());
    app.rename(&a, "Das ist verloren");
    let (told, after) = read(&app, &anybody, "", Some(&before));
    assert_eq!(titles(&told), ["Das ist verloren"]);

    let unaware = TestApp::on(control);
    unaware.rename(&b, "Danach");
    let (told, _) = read(&unaware, &unaware.anonymous(), "", Some(&after));
    assert_eq!(
        titles(&told),
        ["Danach"],
        "the control: the reader goes on believing what is gone, and nobody says a word"
    );

    restored(&backup);
    let app = TestApp::on(backup);
    app.rename(&b, "Danach");
    app.settled();
    let anybody = app.anonymous();
    let without_identity = altered(&after, |place| drop(place.as_object_mut().unwrap().remove("feed")));
    for cursor in [&before, &after, &without_identity] {
        anybody
            .get(&format!("/changes?cursor={cursor}"))
            .problem(410, "cursor-expired");
    }
    let (stands, place) = read(&app, &anybody, "", None);
    assert!(titles(&stands).contains(&"Danach") && !titles(&stands).contains(&"Das ist verloren"));
    app.rename(&a, "Weiter");
    assert_eq!(titles(&read(&app, &anybody, "", Some(&place)).0), ["Weiter"]);
}

#[test]
fn heads_are_printed_and_an_older_backup_is_told_from_them() {
    let app = TestApp::spawn();
    app.seminar(5);
    let older = app.database.dumped();
    app.settled();
    let printed = output(&app.database, &["journal", "heads"]).stdout;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heads.json");
    std::fs::write(&file, &printed).unwrap();
    let verify = ["journal", "verify", "--head", file.to_str().unwrap()];
    let (good, said) = einlass(&app.database, &verify);
    assert!(
        good && said.contains(" 0 faults") && said.contains(" 0 entries not sealed"),
        "{said}"
    );
    let (good, said) = einlass(&older, &verify);
    assert!(!good && said.contains("truncated: the head names this seal"), "{said}");
    std::fs::write(&file, "{}").unwrap();
    let (good, said) = einlass(&app.database, &verify);
    assert!(!good && said.contains("heads.json"), "{said}");
}

#[test]
fn whoever_was_erased_after_the_backup_was_made_is_erased_again_by_the_same_command() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let [_] = app.registered(&seminar, ["quintilla"]);
    let (control, backup) = (app.database.dumped(), app.database.dumped());
    let body = json!({"organisation": "staedteregion-aachen", "email": "quintilla@example.org"});
    app.admin().post("/privacy/erasures", &body).expect(201);
    let printed = output(&app.database, &["privacy", "export-erasures"]).stdout;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("erasures.jsonl");
    let arguments = ["restored", "--erasures", file.to_str().unwrap()];
    let known = |database: &TestDatabase| {
        let known = registrations::table.filter(registrations::email.ne(""));
        known.count().get_result::<i64>(&mut database.connect()).unwrap()
    };
    let before = entries(&backup);
    let (good, said) = einlass(&backup, &arguments);
    assert!(!good && said.contains("erasures.jsonl"), "{said}");
    assert_eq!(
        entries(&backup),
        before,
        "a file that is not there is told before anything is done"
    );
    std::fs::write(&file, &printed).unwrap();
    let (good, said) = einlass(&backup, &arguments);
    assert!(
        good && said.contains("1 of them new to the ledger; 1 records erased"),
        "{said}"
    );
    assert_eq!(known(&backup), 0);
    let (good, said) = einlass(&backup, &arguments);
    assert!(
        good && said.contains("0 of them new to the ledger; 0 records erased"),
        "{said}"
    );
    // The control: without the file the person is there again, and that is said.
    let said = restored(&control);
    assert!(said.contains("none named"), "{said}");
    assert_eq!(known(&control), 1);
}

/// Whoever seals has read the numbers of before, and whoever writes would get one of them.
#[test]
fn while_somebody_seals_or_writes_nothing_is_set_back() {
    let app = TestApp::spawn();
    app.seminar(5);
    app.seal();
    of_an_older_cluster(&app.database);
    let backup = app.database.dumped();
    let before = entries(&backup);
    let mut somebody = backup.connect();
    for (does, words) in [
        // "Siegel" as bytes: the turn to seal.
        (
            "SELECT pg_advisory_xact_lock(x'53696567656c'::bigint)",
            "somebody is sealing",
        ),
        (
            "INSERT INTO journal (id, at, actor_kind, action, object_kind, object_id, data)
             VALUES (gen_random_uuid(), now(), 'system', 'seminar.changed', 'seminar', gen_random_uuid(), '{}')",
            "lock timeout",
        ),
    ] {
        somebody.batch_execute(&format!("BEGIN; {does}")).unwrap();
        let (good, said) = einlass(&backup, &["restored", "--although-connected"]);
        assert!(!good && said.contains(words), "{words}: {said}");
        somebody.batch_execute("ROLLBACK").unwrap();
        assert_eq!(entries(&backup), before, "{words}");
    }
    // The control.
    let (good, said) = einlass(&backup, &["restored", "--although-connected"]);
    assert!(good, "{said}");
}

/// In production the service's role may only add to the journal.
#[test]
fn with_two_roles_the_owner_sets_it_back() {
    let app = TestApp::spawn();
    app.seminar(5);
    app.seal();
    of_an_older_cluster(&app.database);
    let backup = app.database.dumped();
    let roles = backup.roles();
    let restored = |owner: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_einlass"));
        command.arg("restored").env("DATABASE_URL", &roles.app_url);
        command.envs(owner.map(|url| ("EINLASS_MIGRATE_DATABASE_URL", url)));
        let output = command.output().unwrap();
        let told = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        (output.status.success(), told.concat())
    };
    // The control: the other role alone is refused, and nothing was moved.
    let before = entries(&backup);
    let (good, said) = restored(None);
    assert!(!good, "{said}");
    assert_eq!(entries(&backup), before);
    let (good, said) = restored(Some(&roles.owner_url));
    assert!(good && said.contains(" 0 faults"), "{said}");
    assert!(entries(&backup).iter().rev().skip(1).all(|(number, _)| *number <= 0));
}
