//! Nobody writes what is not theirs to write: made of the document, every write is tried with every member that only the
//! answer has, and with some that others are known by, at each object of its body.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::json;

use super::authorisation::{answer, calls::call, whoever_may};
use super::document::{Contract, kind, wrong};
use crate::support::TestApp;

/// What services are known to be fooled with.
const TRIED: &[&str] = &[
    "id",
    "organisation_id",
    "state",
    "version",
    "created_at",
    "updated_at",
    "created_by",
    "platform_admin",
    "is_admin",
    "password_hash",
    "token_epoch",
    "secret",
    "__proto__",
    "unknown_member",
];

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = diesel::sql_types::Text)]
    sum: String,
}

/// Everything that is stored, as one number.
fn checksum(app: &TestApp) -> String {
    let mut conn = app.database.connect();
    conn.batch_execute(
        "CREATE OR REPLACE FUNCTION pg_temp.everything() RETURNS text LANGUAGE plpgsql AS $$
         DECLARE one text; part text; whole text := '';
         BEGIN
             FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1 LOOP
                 EXECUTE format('SELECT coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '''') FROM %I t', one) INTO part;
                 whole := whole || one || part;
             END LOOP;
             RETURN md5(whole);
         END $$",
    )
    .unwrap();
    let sum = diesel::sql_query("SELECT pg_temp.everything() AS sum").get_result::<Sum>(&mut conn);
    sum.unwrap().sum
}

#[test]
fn no_write_takes_a_member_that_is_not_its_own() {
    let (app, contract) = (TestApp::spawn(), Contract::of_this_program());
    let (mut faults, mut tried) = (Vec::new(), 0);
    for (n, operation) in contract.operations().into_iter().enumerate() {
        let Some(schema) = contract.body(&operation) else {
            continue;
        };
        let mut call = call(&app, operation.id, "organiser", n + 1000).unwrap();
        let body = call.body.take().unwrap();
        let sender = whoever_may(&app, operation.id);
        let before = checksum(&app);
        let objects = contract
            .places(schema)
            .into_iter()
            .filter(|place| kind(&place.schema) == "object");
        // What has no members of its own takes what its reader asks for: the answers to questions.
        for place in objects.filter(|place| place.schema["properties"].is_object()) {
            let known = |name: &str| place.schema["properties"].get(name).is_some();
            let mut names = contract.only_answered(&operation, &place);
            names.extend(TRIED.iter().filter(|name| !known(name)).map(|name| (*name).to_owned()));
            let mut sent = place.reached(&body);
            for name in &names {
                sent.pointer_mut(&place.pointer).unwrap()[name] = json!("x");
            }
            call.body = Some(sent);
            let answer = answer(&sender, operation.id, &call, n);
            let named = wrong(&answer);
            for name in &names {
                tried += 1;
                let pointer = format!("{}/{name}", place.pointer);
                if !named.iter().any(|(place, _)| *place == pointer) {
                    faults.push(format!(
                        "{}: {pointer} is not refused: {} {:.200}",
                        operation.id, answer.status, answer.text
                    ));
                }
            }
        }
        if checksum(&app) != before {
            faults.push(format!("{}: something was written", operation.id));
        }
    }
    assert!(tried > 1000, "only {tried} members were tried");
    assert!(faults.is_empty(), "{} of {tried}\n{}", faults.len(), faults.join("\n"));
}

/// The checksum sees one letter in one row; without that nothing above says anything.
#[test]
fn the_checksum_sees_every_write() {
    let app = TestApp::spawn();
    let before = checksum(&app);
    assert_eq!(checksum(&app), before);
    let mut conn = app.database.connect();
    conn.batch_execute("UPDATE organisations SET name = name || '.' WHERE slug = 'ihk-aachen'")
        .unwrap();
    assert_ne!(checksum(&app), before);
}
