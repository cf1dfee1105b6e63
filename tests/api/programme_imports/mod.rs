//! Programmes from spreadsheets: upload → preview → settle → confirm.

mod bad_input;
mod confirmed;
mod preview;

use diesel::prelude::*;
use einlass::schema::{headcounts, programme_import_rows, programme_imports, seminars};
use serde_json::{Value, json};

use super::attendance_imports::form;
use crate::support::{Answer, Client, TestApp};

/// Two hundred rows of mess, with what is found in them and what settles it.
const FIXTURE: &[u8] = include_bytes!("../../imports/programme.csv");
const EXPECTED: &str = include_str!("../../imports/programme.expected.json");

/// One seminar without a doubt, another for each `n`.
pub fn small(n: usize) -> String {
    format!("Titel;Datum;Uhrzeit;Status;TN\nGründen {n};13.02.2020;18-20 Uhr;durchgeführt;ca. 40 TN\n")
}

pub fn upload(who: &Client, file: &[u8], fields: &[(&str, &str)]) -> Answer {
    let kind = [("Content-Type", "multipart/form-data; boundary=einlass")];
    who.send("POST", "/programme-imports", &kind, Some(&form(file, fields)))
}

fn sent(app: &TestApp, text: &str, fields: &[(&str, &str)]) -> Answer {
    upload(&app.organiser(), text.as_bytes(), fields)
}

fn path(import: &Value) -> String {
    format!("/programme-imports/{}", import["id"].as_str().unwrap())
}

fn settle(app: &TestApp, path: &str, body: &Value) -> Answer {
    app.organiser().patch(path, &app.etag(path), body)
}

fn confirm(app: &TestApp, path: &str) -> Answer {
    app.organiser()
        .act(&format!("{path}/confirm"), &app.etag(path), &json!({}))
}

/// Imports, their rows, seminars and headcounts.
fn stored(app: &TestApp) -> [i64; 4] {
    let mut conn = app.database.connect();
    [
        programme_imports::table.count().get_result(&mut conn).unwrap(),
        programme_import_rows::table.count().get_result(&mut conn).unwrap(),
        seminars::table.count().get_result(&mut conn).unwrap(),
        headcounts::table.count().get_result(&mut conn).unwrap(),
    ]
}

/// The codes of the doubts of one row.
fn codes(import: &Value, row: i64) -> Vec<String> {
    let rows = import["rows"].as_array().unwrap();
    let found = rows.iter().find(|one| one["row"] == row).unwrap();
    let doubts = found["doubts"].as_array().unwrap().iter();
    doubts.map(|doubt| doubt["code"].as_str().unwrap().to_owned()).collect()
}

/// What the fixture takes for known here.
fn catalogue(app: &TestApp) {
    let organiser = app.organiser();
    let of = "staedteregion-aachen";
    organiser
        .post(
            "/collections",
            &json!({"organisation": of, "kind": "series", "name": "Hallo Nachbar"}),
        )
        .expect(201);
    for name in [json!("Digital Church"), Value::Null] {
        let mut venue = json!({"organisation": of, "locality": "Aachen"});
        if !name.is_null() {
            venue["name"] = name;
        }
        organiser.post("/venues", &venue).expect(201);
    }
    let slugs = app.anonymous().get("/organisations?limit=100").expect(200);
    let known = slugs["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["slug"].as_str().unwrap().to_owned());
    let known = known.collect::<Vec<_>>();
    for (slug, name) in [("agit", "AGIT"), ("ihk-aachen", "IHK Aachen")] {
        if !known.iter().any(|one| one == slug) {
            app.platform_admin()
                .post("/organisations", &json!({"slug": slug, "name": name}))
                .expect(201);
        }
    }
}
