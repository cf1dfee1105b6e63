//! What a file comes to before anything is in the programme.

use super::*;
use crate::api::reports::load;

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

/// What was accepted of one text is not accepted of another.
#[test]
fn a_new_text_is_a_new_doubt() {
    let app = TestApp::spawn();
    let text = "Titel;Datum;Ort;Status\nGründen;13.03.2020;Haus A, Aachen;durchgeführt\n";
    let first = sent(&app, text, &[]).expect(201);
    assert_eq!(codes(&first, 2), ["new_venue"]);
    let path = path(&first);
    let accepted = settle(&app, &path, &json!({"rows": [{"row": 2, "accept": ["new_venue"]}]})).expect(200);
    assert_eq!(accepted["rows"][0]["state"], "ready");
    let renamed = json!({"rows": [{"row": 2, "set": {"place": "  Huas B, Aachen  "}}]});
    let renamed = settle(&app, &path, &renamed).expect(200);
    assert_eq!(
        (&renamed["rows"][0]["state"], codes(&renamed, 2)),
        (&json!("open"), vec!["new_venue".to_owned()])
    );
}

/// Of a spelling that two organisations bear it is not known whom it means; their own names stay theirs.
#[test]
fn a_spelling_of_two_organisations_means_neither() {
    let app = TestApp::spawn();
    let known = |spellings: &str| {
        let file = json!({"format": "einlass.programme/1", "source": {"title": "Partner", "within": {"from": "2020-01-01", "to": "2020-12-31"}},
            "organisations": [
                {"slug": "kammer-nord", "name": "Kammer Nord", "also_known_as": [spellings]},
                {"slug": "kammer-sued", "name": "Kammer Süd", "also_known_as": [spellings, "Kammer Nord"]}],
            "seminars": []});
        load(&app, "staedteregion-aachen", &file.to_string());
    };
    known("Kammer");
    let of = |partner: &str| {
        let text = format!("Titel;Datum;Partner;Status\nGründen mit {partner};13.03.2020;{partner};durchgeführt\n");
        let import = sent(&app, &text, &[]).expect(201);
        (codes(&import, 2), import["rows"][0]["understood"]["partners"].clone())
    };
    assert_eq!(of("Kammer").0, ["new_partner"]);
    let (doubts, parties) = of("Kammer Nord");
    assert!(doubts.is_empty(), "{doubts:?}");
    assert!(parties.to_string().contains("Kammer Nord"), "{parties}");
}

/// Two who send one file at once with other fields: nobody is answered with a reading that they did not ask for.
#[test]
fn one_file_sent_by_two_at_once_is_never_answered_with_the_others_reading() {
    let app = TestApp::spawn();
    for n in 0..6 {
        let text = format!("Titel;Datum;Status\nGründen {n};13.03.;durchgeführt\n");
        let years = ["2019", "2020"];
        let answers = std::thread::scope(|scope| {
            let threads = years.map(|year| {
                let (app, text) = (&app, &text);
                scope.spawn(move || sent(app, text, &[("year", year)]))
            });
            threads.map(|thread| thread.join().unwrap())
        });
        for (year, answer) in years.iter().zip(answers) {
            if answer.status == 412 {
                continue;
            }
            let day = &answer.expect(answer.status)["settings"]["to"];
            assert!([200, 201].contains(&answer.status), "{}", answer.text);
            assert_eq!(*day, format!("{year}-12-31"));
        }
    }
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
