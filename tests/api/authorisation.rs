//! `docs/authorisation.md`, tried cell by cell.

pub mod calls;

use std::collections::{BTreeMap, BTreeSet};

use calls::call;

use super::attendance_imports::{LIST, form};
use super::programme_imports;
use crate::support::{TestApp, picture};

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

#[test]
fn every_cell_is_true() {
    let app = TestApp::spawn();
    let (mut faults, mut n) = (Vec::new(), 0);
    for (operation, row) in table() {
        for (actor, expected) in row {
            n += 1;
            let call = call(&app, &operation, &actor, n).unwrap_or_else(|| panic!("how is {operation} called?"));
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
            let answer = client.send(call.method, &call.path, &headers, body.as_deref());
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
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
