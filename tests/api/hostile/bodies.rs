//! What stands in bodies.

use serde_json::{Value, json};

use super::{TAKEN, refused, with_body};
use crate::api::attendance_imports::{LIST, form};
use crate::api::authorisation::{answer, calls::call, whoever_may};
use crate::api::document::{Contract, kind};
use crate::support::{Client, TestApp};

#[test]
fn no_text_of_a_body_breaks_anything() {
    let (app, contract) = (TestApp::spawn(), Contract::of_this_program());
    let (mut faults, mut tried) = (Vec::new(), 0);
    for (n, operation) in contract.operations().into_iter().enumerate() {
        let Some(schema) = contract.body(&operation) else {
            continue;
        };
        let afresh = |turn: usize| call(&app, operation.id, "organiser", 1000 * (n + 1) + turn).unwrap();
        let sender = whoever_may(&app, operation.id);
        let (mut turn, mut sent) = (0, afresh(0));
        for place in contract
            .places(schema)
            .iter()
            .filter(|place| kind(&place.schema) == "string")
        {
            let body = sent.body.clone().unwrap();
            for (_, text) in refused() {
                tried += 1;
                let call = with_body(&sent, place.planted(&body, json!(text)));
                faults.extend(contract.faults(operation.id, &answer(&sender, operation.id, &call, n)));
            }
            tried += 1;
            let taken = answer(
                &sender,
                operation.id,
                &with_body(&sent, place.planted(&body, json!(TAKEN))),
                n,
            );
            faults.extend(contract.faults(operation.id, &taken));
            if taken.status < 300 && sent.etag.is_some() {
                // It is another object now, with another tag.
                turn += 1;
                sent = afresh(turn);
            }
        }
    }
    assert!(tried > 1000, "only {tried} texts were tried");
    assert!(faults.is_empty(), "{} of {tried}\n{}", faults.len(), faults.join("\n"));
}

/// A value as JSON cannot be written by a library that writes JSON.
fn written(body: &Value, raw: &[u8]) -> Vec<u8> {
    let text = body.to_string();
    let (before, after) = text.split_once("\"@here@\"").expect("the place is reached");
    [before.as_bytes(), raw, after.as_bytes()].concat()
}

#[test]
fn no_number_and_no_bytes_of_a_body_break_anything() {
    let (app, contract) = (TestApp::spawn(), Contract::of_this_program());
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let raw: [&[u8]; 12] = [
        b"\"\\ud800\"",
        b"\"\\udc00\\ud800\"",
        b"\"\xff\xfe\"",
        b"\"\xed\xa0\x80\"",
        b"1e400",
        b"-1e400",
        b"9223372036854775808",
        b"-0",
        b"1.0000000000000001",
        b"{\"a\": 1, \"a\": 2}",
        b"[[[[[[[[[[[[null]]]]]]]]]]]]",
        deep.as_bytes(),
    ];
    let (mut faults, mut tried) = (Vec::new(), 0);
    for (n, operation) in contract.operations().into_iter().enumerate() {
        let Some(schema) = contract.body(&operation) else {
            continue;
        };
        let call = call(&app, operation.id, "organiser", n + 1000).unwrap();
        let sender = whoever_may(&app, operation.id);
        let mut send = |body: &[u8]| {
            tried += 1;
            let etag = call.etag.as_deref().map(|etag| ("If-Match", etag));
            let answer = sender.send(call.method, &call.path, etag.as_slice(), Some(body));
            faults.extend(contract.faults(operation.id, &answer));
        };
        let body = call.body.clone().unwrap();
        let twice = body.to_string().replacen('{', "{\"x\": 1, \"x\": 2, ", 1);
        for whole in [&b""[..], b"null", b"[]", b"\x00", b"\xef\xbb\xbf{}", twice.as_bytes()] {
            send(whole);
        }
        // One place of each kind stands for all of its kind: what follows is told apart before anybody looks at a member.
        let places = contract.places(schema);
        for wanted in ["string", "integer", "array", "object"] {
            for place in places
                .iter()
                .filter(|place| kind(&place.schema) == wanted && !place.pointer.is_empty())
                .take(1)
            {
                let planted = place.planted(&body, json!("@here@"));
                for raw in raw {
                    send(&written(&planted, raw));
                }
            }
        }
        send(written(&json!({"a": "@here@"}), &[b'1'; 1024 * 1024]).as_slice());
    }
    assert!(tried > 500, "only {tried} bodies were tried");
    assert!(faults.is_empty(), "{} of {tried}\n{}", faults.len(), faults.join("\n"));
}

/// Forms are read by other ways.
#[test]
fn no_field_of_a_form_breaks_anything() {
    let (app, contract) = (TestApp::spawn(), Contract::of_this_program());
    let (mut faults, mut tried) = (Vec::new(), 0);
    let kind = [("Content-Type", "multipart/form-data; boundary=einlass")];
    let hostile = refused()
        .map(|(_, text)| text)
        .into_iter()
        .chain([TAKEN.to_owned()])
        .collect::<Vec<_>>();
    for (n, id) in ["create_attendance_import", "create_programme_import"]
        .into_iter()
        .enumerate()
    {
        let operation = contract.operation(id);
        let path = call(&app, id, "organiser", n).unwrap().path;
        let form_schema = operation
            .told
            .pointer("/requestBody/content/multipart~1form-data/schema");
        let fields = contract.resolved(form_schema.unwrap())["properties"]
            .as_object()
            .unwrap();
        for name in fields.keys().filter(|name| *name != "file") {
            let maps = [
                "{\"title\": \"a\\u0000\"}",
                "{\"name\": 1e400}",
                "[",
                "{\"title\": \"\\ud800\"}",
            ]
            .map(str::to_owned);
            for text in hostile.iter().chain(&maps) {
                tried += 1;
                let body = form(LIST, &[(name.as_str(), text)]);
                faults.extend(contract.faults(id, &app.organiser().send("POST", &path, &kind, Some(&body))));
            }
        }
        for text in &hostile {
            let mut body = form(LIST, &[]);
            let at = body.windows(11).position(|part| part == b"report.csv\"").unwrap();
            drop(body.splice(at..at, text.bytes()));
            faults.extend(contract.faults(id, &app.organiser().send("POST", &path, &kind, Some(&body))));
            faults.extend(
                contract.faults(
                    id,
                    &app.organiser()
                        .send("POST", &path, &kind, Some(&form(text.as_bytes(), &[]))),
                ),
            );
        }
    }
    faults.extend(tokens(&app.anonymous(), &contract, &hostile));
    assert!(tried > 100, "only {tried} fields were tried");
    assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
}

/// The form of RFC 6749.
fn tokens(client: &Client, contract: &Contract, hostile: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for field in ["grant_type", "client_id", "client_secret", "scope"] {
        for text in hostile {
            let mut fields = vec![
                ("grant_type", "client_credentials"),
                ("client_id", "01900000-0000-7000-8000-000000000000"),
                ("client_secret", "x"),
                ("scope", "seminars:read"),
            ];
            fields.retain(|(name, _)| *name != field);
            fields.push((field, text));
            faults.extend(contract.faults("fetch_token", &client.press("/oauth/token", &fields)));
        }
    }
    faults
}
