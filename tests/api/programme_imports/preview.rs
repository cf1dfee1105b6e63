//! What a file comes to before anything is in the programme.

use super::*;

#[test]
fn a_preview_says_what_was_understood_and_writes_no_seminar() {
    let app = TestApp::spawn();
    let answer = sent(&app, &small(1), &[]);
    let import = answer.expect(201);
    assert_eq!(answer.header("location"), format!("/api/v1{}", path(&import)));
    assert_eq!(
        (
            &import["encoding"],
            &import["delimiter"],
            &import["heading_row"],
            &import["file_name"]
        ),
        (&json!("utf-8"), &json!(";"), &json!(1), &json!("report.csv"))
    );
    assert_eq!(
        import["totals"],
        json!({"rows": 1, "open": 0, "ready": 1, "skipped": 0, "known": 0})
    );
    assert_eq!(
        import["columns"][1],
        json!({"number": 2, "heading": "Datum", "field": "date", "kept": true})
    );
    assert_eq!(import["forgotten_at"], "2027-01-18T08:00:00Z");
    let row = &import["rows"][0];
    assert_eq!(
        (&row["row"], &row["line"], &row["state"]),
        (&json!(2), &json!(2), &json!("ready"))
    );
    let understood = &row["understood"];
    assert_eq!(understood["days"], json!(["2020-02-13"]));
    assert_eq!(
        (&understood["starts"], &understood["ends"]),
        (&json!("18:00:00"), &json!("20:00:00"))
    );
    let counted = json!({"value": 40, "qualifier": "about", "unit": "participants", "stated_as": "ca. 40 TN"});
    assert_eq!(
        (&understood["status"], &understood["headcount"]),
        (&json!("held"), &counted)
    );
    assert_eq!(stored(&app), [1, 1, 0, 0]);
    let organiser = app.organiser();
    let again = organiser.get(&path(&import));
    assert_eq!((again.expect(200), again.etag()), (import.clone(), answer.etag()));
    let listed = organiser.get("/programme-imports").expect(200);
    assert_eq!(
        (&listed["data"][0]["id"], &listed["data"][0]["rows"]),
        (&import["id"], &Value::Null)
    );
    let template = organiser.get("/programme-imports/template.csv");
    assert!(template.text.starts_with("\u{feff}Titel;Datum;"), "{}", template.text);
    assert!(template.header("content-disposition").contains("programm-vorlage.csv"));
    let filled = sent(&app, &template.text, &[]).expect(201);
    assert_eq!(
        filled["columns"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["field"].is_null())
            .count(),
        0
    );
    assert_eq!(codes(&filled, 2), ["new_venue", "new_collection", "new_partner"]);
}

#[test]
fn every_doubt_names_its_cell_in_the_callers_language() {
    let app = TestApp::spawn();
    let text = "Titel;Datum;Status\nGründen;31.06.2020;durchgeführt\nFragen;13.03.20;abgesagt (Corona)\n";
    let import = sent(&app, text, &[]).expect(201);
    let doubt = &import["rows"][0]["doubts"][0];
    assert_eq!(
        (
            &doubt["code"],
            &doubt["column"],
            &doubt["text"],
            &doubt["detail"],
            &doubt["waits"]
        ),
        (
            &json!("impossible_date"),
            &json!("Datum"),
            &json!("31.06.2020"),
            &json!("Diesen Tag gibt es nicht."),
            &json!(true)
        )
    );
    let english = app
        .organiser()
        .get_with(&path(&import), &[("Accept-Language", "en")])
        .expect(200);
    assert_eq!(english["rows"][0]["doubts"][0]["detail"], "There is no such day.");
    assert_eq!(import["rows"][1]["doubts"][0]["choices"], json!(["2020-03-13"]));
    let open = app
        .organiser()
        .get(&format!("{}/rows?state=open&limit=1", path(&import)));
    assert_eq!(
        (
            open.expect(200)["data"][0]["row"].clone(),
            open.header("link").is_empty()
        ),
        (json!(2), false)
    );
}

#[test]
fn the_same_file_is_the_same_import_until_it_is_to_be_read_otherwise() {
    let app = TestApp::spawn();
    let text = "Titel;Datum;Status\nGründen;13.03.20;durchgeführt\n";
    let first = sent(&app, text, &[]).expect(201);
    assert_eq!(sent(&app, text, &[]).expect(200), first);
    let path = path(&first);
    settle(&app, &path, &json!({"rows": [{"row": 2, "skip": true}]})).expect(200);
    assert_eq!(
        sent(&app, text, &[]).expect(200)["rows"][0]["state"],
        "skipped",
        "what was decided holds"
    );
    let anew = sent(&app, text, &[("year", "2020")]).expect(200);
    assert_eq!(
        (&anew["id"], &anew["rows"][0]["state"]),
        (&first["id"], &json!("ready"))
    );
    assert_eq!(anew["settings"]["to"], "2020-12-31");
    assert_eq!(stored(&app), [1, 1, 0, 0]);
}

#[test]
fn what_nobody_confirms_goes_after_two_weeks() {
    let app = TestApp::spawn();
    let first = sent(&app, &small(1), &[]).expect(201);
    confirm(&app, &path(&first)).expect(200);
    sent(&app, &small(2), &[]).expect(201);
    let sweep = |days| {
        let now = app.clock.now() + chrono::Duration::days(days);
        app.site
            .db
            .run(false, |conn| einlass::imports::forget_unconfirmed(conn, now))
            .unwrap()
    };
    assert_eq!((sweep(14), sweep(15), sweep(15)), (0, 1, 0));
    assert_eq!(stored(&app)[..2], [1, 1]);
    let second = sent(&app, &small(3), &[]).expect(201);
    let path = path(&second);
    assert_eq!(app.organiser().delete(&path, &app.etag(&path)).status, 204);
    app.organiser().get(&path).problem(404, "not-found");
}
