//! From a preview to seminars: all of them, once, or none.

use diesel::connection::SimpleConnection;
use einlass::schema::{external_refs, schedule_changes};

use super::*;

/// The decisions that settle every doubt of the fixture.
fn settled() -> Value {
    let expected = serde_json::from_str::<Value>(EXPECTED).unwrap();
    let rows = expected["rows"].as_array().unwrap().iter().map(|one| {
        let mut decision = one["settle"].clone();
        decision["row"] = one["row"].clone();
        decision
    });
    json!({"rows": rows.collect::<Vec<_>>()})
}

#[test]
fn two_hundred_rows_are_refused_while_one_is_open_and_then_all_imported_once() {
    let app = TestApp::spawn();
    catalogue(&app);
    let answer = upload(&app.organiser(), FIXTURE, &[]);
    let import = answer.expect(201);
    let path = path(&import);
    let expected = serde_json::from_str::<Value>(EXPECTED).unwrap();
    for one in expected["rows"].as_array().unwrap() {
        let mut wanted = one["doubts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|doubt| doubt[0].as_str().unwrap().to_owned())
            .collect::<Vec<_>>();
        let mut found = codes(&import, one["row"].as_i64().unwrap());
        wanted.sort();
        found.sort();
        assert_eq!(found, wanted, "{one}");
    }
    assert_eq!(
        (&import["totals"]["rows"], &import["encoding"]),
        (&json!(200), &json!("windows-1252"))
    );
    let open = import["totals"]["open"].as_i64().unwrap();
    let refused = confirm(&app, &path).problem(409, "doubts-open");
    assert_eq!(
        i64::try_from(refused["errors"].as_array().unwrap().len()).unwrap(),
        open
    );
    assert!(
        refused["errors"][0]["pointer"].as_str().unwrap().starts_with("/rows/"),
        "{refused}"
    );
    assert_eq!(stored(&app)[2..], [0, 0]);

    let now = settle(&app, &path, &settled()).expect(200);
    assert_eq!(
        now["totals"],
        json!({"rows": 200, "open": 0, "ready": 198, "skipped": 2, "known": 0})
    );
    let confirmed = confirm(&app, &path);
    let told = confirmed.expect(200);
    assert_eq!(
        (&told["seminars"], &told["import"]["state"]),
        (&json!(198), &json!("confirmed"))
    );
    assert_eq!(confirmed.etag(), app.etag(&path));
    let written = stored(&app);
    assert_eq!(written[2], 198);
    assert_eq!(told["headcounts"], written[3]);
    let mut conn = app.database.connect();
    let refs = external_refs::table.filter(external_refs::system.eq("programme-import"));
    assert_eq!(refs.count().get_result::<i64>(&mut conn), Ok(198));
    let changes = schedule_changes::table.select(schedule_changes::kind);
    let changes = changes.load::<einlass::seminars::ChangeKind>(&mut conn).unwrap();
    let of = |kind| changes.iter().filter(|one| **one == kind).count();
    assert_eq!(
        of(einlass::seminars::ChangeKind::Rescheduled),
        of(einlass::seminars::ChangeKind::Postponed)
    );
    assert_eq!(of(einlass::seminars::ChangeKind::Postponed), 3);

    // Once more: by the same request, by the same file, and by a file that is the same but for a letter.
    confirm(&app, &path).problem(409, "transition-not-allowed");
    assert_eq!(upload(&app.organiser(), FIXTURE, &[]).expect(200)["id"], import["id"]);
    upload(&app.organiser(), FIXTURE, &[("year", "2020")]).problem(409, "transition-not-allowed");
    let changed = [FIXTURE, b";;;;;\r\n"].concat();
    let second = upload(&app.organiser(), &changed, &[]).expect(201);
    let second = super::path(&second);
    let known = settle(&app, &second, &settled()).expect(200);
    assert_eq!(
        known["totals"],
        json!({"rows": 200, "open": 0, "ready": 0, "skipped": 2, "known": 198})
    );
    assert_eq!(confirm(&app, &second).expect(200)["seminars"], 0);
    assert_eq!(stored(&app)[2..], written[2..]);
    app.organiser()
        .delete(&path, &app.etag(&path))
        .problem(409, "transition-not-allowed");
}

#[test]
fn a_row_that_fails_in_the_middle_takes_all_back() {
    let app = TestApp::spawn();
    let rows = (1..=200)
        .map(|n| format!("Seminar {n};13.02.2020;durchgeführt;{n}\n"))
        .collect::<String>();
    let import = sent(&app, &format!("Titel;Datum;Status;TN\n{rows}"), &[]).expect(201);
    let path = path(&import);
    // Something that only the database finds, behind a hundred seminars that were written before.
    let mut conn = app.database.connect();
    conn.batch_execute("ALTER TABLE seminars ADD CONSTRAINT not_this_one CHECK (title <> 'Seminar 101')")
        .unwrap();
    assert!(confirm(&app, &path).status >= 400);
    assert_eq!(stored(&app)[2..], [0, 0]);
    assert_eq!(app.organiser().get(&path).expect(200)["state"], "previewed");
    // Nothing is left of the attempt that would stand in the way of the next.
    conn.batch_execute("ALTER TABLE seminars DROP CONSTRAINT not_this_one")
        .unwrap();
    assert_eq!(confirm(&app, &path).expect(200)["seminars"], 200);
    assert_eq!(stored(&app)[2..], [200, 200]);
}

#[test]
fn what_was_postponed_has_both_days() {
    let app = TestApp::spawn();
    let text = "Titel;Datum;Uhrzeit;Status\nGründen;13.02.2027;18-20 Uhr;verschoben auf 23.04.2027 (Corona)\nFragen;14.02.2027;;verschoben\n";
    let path = path(&sent(&app, text, &[]).expect(201));
    confirm(&app, &path).expect(200);
    let seminars = app.organiser().get("/seminars?limit=100").expect(200);
    let named = |title: &str| {
        let all = seminars["data"].as_array().unwrap().iter();
        all.clone()
            .find(|one| one["title"] == title)
            .unwrap_or_else(|| panic!("{title} in {seminars}"))
            .clone()
    };
    assert_eq!(named("Gründen")["status"], "scheduled");
    assert!(
        named("Gründen")["sessions"].to_string().contains("2027-04-23T18:00:00"),
        "{}",
        named("Gründen")
    );
    assert_eq!(named("Fragen")["status"], "postponed");
}

#[test]
fn a_setting_settles_many_rows_at_once() {
    let app = TestApp::spawn();
    let text = "Titel;Datum;Reihe;Status\nA;13.03.20;Nachtschicht;\nB;14.03.;Nachtschicht;\n";
    let import = sent(&app, text, &[]).expect(201);
    assert_eq!(import["totals"]["open"], 2);
    let path = path(&import);
    let settings = json!({"from": "2020-01-01", "to": "2020-12-31", "date_order": null, "kind": "talk", "past_is_held": true,
        "accept": ["new_collection"]});
    let now = settle(&app, &path, &json!({"settings": settings})).expect(200);
    assert_eq!(now["totals"]["ready"], 2);
    assert_eq!(now["rows"][1]["understood"]["days"], json!(["2020-03-14"]));
    confirm(&app, &path).expect(200);
    let collections = app.organiser().get("/collections").expect(200);
    assert_eq!(collections["data"][0]["name"], "Nachtschicht");
}

#[test]
fn what_is_refused_is_named_by_its_row_and_nothing_is_made() {
    let app = TestApp::spawn();
    let text = "Stand: heute\nTitel;Datum;Status\nA;13.03.2020;durchgeführt\nB;14.03.2020 und 14.03.2020;durchgeführt\nC;15.03.2020;durchgeführt\n";
    let path = path(&sent(&app, text, &[]).expect(201));
    assert_eq!(confirm(&app, &path).invalid(), ["/rows/4/sessions/1"]);
    assert_eq!(stored(&app)[2..], [0, 0]);
    settle(
        &app,
        &path,
        &json!({"rows": [{"row": 4, "set": {"date": "14.03.2020"}}]}),
    )
    .expect(200);
    assert_eq!(confirm(&app, &path).expect(200)["seminars"], 3);
}
