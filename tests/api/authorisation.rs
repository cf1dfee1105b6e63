//! `docs/authorisation.md`, tried cell by cell.

pub mod calls;
mod compared;
mod matrix;
mod partners;
mod rows;
mod stage;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use calls::{Call, call};

use super::attendance_imports::{LIST, form};
use super::document::Contract;
use super::programme_imports;
use crate::support::{Answer, Client, TestApp, picture};

type Table = BTreeMap<String, BTreeMap<String, String>>;

fn table() -> Table {
    let text = include_str!("../../docs/authorisation.md");
    let mut rows = text.lines().filter(|line| line.starts_with('|')).map(|line| {
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect::<Vec<_>>()
    });
    let head = rows.next().unwrap();
    let rows = rows.skip(1).map(|row| {
        let cells = head.iter().skip(1).cloned().zip(row.iter().skip(1).cloned());
        (row[0].clone(), cells.collect())
    });
    rows.collect()
}

fn documented() -> BTreeSet<String> {
    let document = serde_json::to_value(einlass::app::document()).unwrap();
    let items = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values().cloned().collect::<Vec<_>>());
    items
        .map(|operation| operation["operationId"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_operation_has_its_row() {
    assert_eq!(table().keys().cloned().collect::<BTreeSet<_>>(), documented());
}

/// The column that is no actor.
const SCOPE: &str = "scope";

/// Somebody who may do it: the smallest role that the table lets.
pub fn whoever_may(app: &TestApp, operation: &str) -> Client {
    let row = &table()[operation];
    let roles = ["organiser", "admin", "platform_admin", "reporter"];
    app.person(roles.iter().find(|role| row[**role] == "yes").unwrap())
}

/// What `client` is answered.
pub fn answer(client: &Client, operation: &str, call: &Call, n: usize) -> Answer {
    let mut headers = Vec::new();
    if let Some(etag) = &call.etag {
        headers.push(("If-Match", etag.as_str()));
    }
    let mut body = call.body.as_ref().map(|body| body.to_string().into_bytes());
    if operation == "create_attendance_import" {
        headers.push(("Content-Type", "multipart/form-data; boundary=einlass"));
        body = Some(form(LIST, &[]));
    }
    if operation == "create_programme_import" {
        headers.push(("Content-Type", "multipart/form-data; boundary=einlass"));
        body = Some(form(
            programme_imports::small(n).as_bytes(),
            &[("organisation", "staedteregion-aachen")],
        ));
    }
    if operation == "put_logo" {
        headers.push(("Content-Type", "image/png"));
        body = Some(picture());
    }
    if operation == "fetch_token" {
        headers.push(("Content-Type", "application/x-www-form-urlencoded"));
        body = call
            .body
            .as_ref()
            .map(|form| form.as_str().unwrap().as_bytes().to_vec());
    }
    client.send(call.method, &call.path, &headers, body.as_deref())
}

/// The scopes that the API document names.
#[test]
fn the_scopes_are_those_of_the_document() {
    let document = serde_json::to_value(einlass::app::document()).unwrap();
    let items = document["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap().values());
    let named = operations.map(|operation| {
        let schemes = operation["security"].as_array().into_iter().flatten();
        let scope = schemes
            .filter_map(|scheme| scheme["client"][0].as_str())
            .next()
            .unwrap_or("—");
        (operation["operationId"].as_str().unwrap().to_owned(), scope.to_owned())
    });
    let table = table()
        .into_iter()
        .map(|(operation, row)| (operation, row[SCOPE].clone()));
    assert_eq!(table.collect::<BTreeMap<_, _>>(), named.collect::<BTreeMap<_, _>>());
}

#[test]
fn a_machine_reaches_what_its_scope_reaches_and_nothing_else() {
    const SCOPES: [&str; 6] = [
        "seminars:read",
        "seminars:write",
        "registrations:read",
        "registrations:write",
        "attendance:write",
        "reports:read",
    ];
    let app = TestApp::spawn();
    let (mut faults, mut n) = (Vec::new(), 10_000);
    let without = |scope: &str| SCOPES.into_iter().filter(|one| *one != scope).collect::<Vec<_>>();
    let clients = SCOPES.map(|scope| (scope, app.client(&[scope]), app.client(&without(scope))));
    let all = app.client(&SCOPES);
    for (operation, row) in table() {
        n += 1;
        let call = call(&app, &operation, "organiser", n).unwrap_or_else(|| panic!("how is {operation} called?"));
        let mut attempt = |client: &Client, expected: &str, who: &str| {
            let answer = answer(client, &operation, &call, n);
            let found = if (200..300).contains(&answer.status) {
                "yes"
            } else {
                &answer.status.to_string()
            };
            if found != expected {
                faults.push(format!(
                    "{operation} by {who}: {found}, not {expected}: {}",
                    answer.text
                ));
            }
        };
        match clients.iter().find(|(scope, _, _)| *scope == row[SCOPE]) {
            Some((scope, alone, others)) => {
                // First who is refused: it changes nothing, so that the next finds the same.
                attempt(others, "403", &format!("all but {scope}"));
                attempt(alone, "yes", scope);
            }
            None if row["anonymous"] == "yes" => attempt(&all, "yes", "all scopes"),
            None => attempt(&all, "403", "all scopes"),
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_cell_is_true() {
    let (app, contract) = (TestApp::spawn(), Contract::of_this_program());
    let (mut faults, mut n) = (Vec::new(), 0);
    for (operation, row) in table() {
        let mut cells = row.into_iter().filter(|(actor, _)| actor != SCOPE).collect::<Vec<_>>();
        // First who is refused. Neither they nor readers change anything, so that the next finds what they found.
        cells.sort_by_key(|(_, expected)| expected == "yes");
        let mut untouched = None;
        for (actor, expected) in cells {
            n += 1;
            let made = || call(&app, &operation, &actor, n).unwrap_or_else(|| panic!("how is {operation} called?"));
            let call = untouched.take().unwrap_or_else(made);
            let client = match actor.as_str() {
                "anonymous" => app.anonymous(),
                // Of the registration that the call is about, where it is about one.
                "registrant" => {
                    let id = call
                        .path
                        .strip_prefix("/registrations/")
                        .and_then(|rest| rest.split('/').next());
                    app.registrant(id.unwrap_or("01900000-0000-7000-8000-000000000000"), "anna@example.org")
                }
                _ => app.person(&actor),
            };
            let answer = answer(&client, &operation, &call, n);
            faults.extend(contract.faults(&operation, &answer));
            let found = if (200..300).contains(&answer.status) {
                "yes".to_owned()
            } else {
                answer.status.to_string()
            };
            if found != expected {
                faults.push(format!(
                    "{operation} by {actor}: {found}, not {expected}: {}",
                    answer.text
                ));
            }
            // What is one's own is another's to each.
            if (found != "yes" || call.method == "GET") && operation != "change_me" {
                untouched = Some(call);
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
