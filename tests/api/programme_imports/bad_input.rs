//! Files and decisions that are refused, each by name; and other organisations.

use super::*;

#[test]
fn files_that_are_not_read() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    for (file, code, words) in [
        (&b"PK\x03\x04 a workbook"[..], "report-not-csv", "xlsx/zip"),
        (b"%PDF-1.7", "report-not-csv", "pdf"),
        (b"Was;Wo\nA;B\n", "heading-not-found", "Was, Wo"),
        (b"Titel;Datum;Termin\nA;B;C\n", "heading-not-found", "date"),
        (b"Titel;Datum\n", "validation-failed", "Zeile 1"),
        (b"Titel;Datum\n\"A;13.03.2020\n", "validation-failed", "Zeile 2"),
    ] {
        let problem = upload(&organiser, file, &[]).problem(422, code);
        assert_eq!(problem["errors"][0]["pointer"], "/file");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
    }
    upload(&organiser, &vec![b'x'; 2_100_000], &[]).problem(413, "body-too-large");
    let long = "Titel;Datum\n".to_owned() + &"A;13.03.2020\n".repeat(2001);
    assert!(
        sent(&app, &long, &[]).problem(422, "validation-failed")["detail"]
            .as_str()
            .unwrap()
            .contains("2002")
    );
    organiser
        .post("/programme-imports", &json!({}))
        .problem(415, "unsupported-media-type");
    for (fields, places) in [
        (&[("organisation", "ihk-aachen")][..], &["/organisation"][..]),
        (&[("organisation", "nobody")], &["/organisation"]),
        (&[("year", "20")], &["/year"]),
        (&[("from", "2020-01-01")], &["/to"]),
        (&[("from", "01.01.2020"), ("kind", "party")], &["/from", "/kind"]),
        (&[("column_map", "{\"title\": 1}")], &["/column_map"]),
        (&[("column_map", "{\"title\": \"Wie\"}")], &["/column_map"]),
        (&[("colour", "x")], &["/colour"]),
    ] {
        assert_eq!(sent(&app, &small(1), fields).invalid(), places, "{fields:?}");
    }
    let unknown = sent(&app, &small(1), &[("column_map", "{\"colour\": \"x\"}")]).invalid();
    assert!(unknown[0].starts_with("/column_map"), "{unknown:?}");
    assert_eq!(stored(&app), [0; 4]);
}

#[test]
fn decisions_that_cannot_be() {
    let app = TestApp::spawn();
    let path = path(&sent(&app, &small(1), &[]).expect(201));
    let settle = |body: Value| settle(&app, &path, &body).invalid();
    assert_eq!(settle(json!({})), ["/rows"]);
    assert_eq!(settle(json!({"rows": [{"row": 7, "skip": true}]})), ["/rows/0/row"]);
    let wrong = json!({"rows": [{"row": 2, "set": {"remarks": "x", "title": "Mail an a@b.de"}, "accept": ["no_year"]}, {"row": 2}]});
    assert_eq!(
        settle(wrong),
        [
            "/rows/0/set/title",
            "/rows/0/set/remarks",
            "/rows/0/accept",
            "/rows/1/row"
        ]
    );
    let settings = json!({"from": null, "to": "2020-01-01", "date_order": null, "kind": "seminar", "past_is_held": false, "accept": []});
    assert_eq!(settle(json!({"settings": settings})), ["/settings/from"]);
    let organiser = app.organiser();
    organiser
        .send("PATCH", &path, &[], Some(b"{\"rows\": [{\"row\": 2, \"skip\": true}]}"))
        .problem(428, "precondition-required");
    organiser
        .patch(&path, "\"7-x\"", &json!({"rows": [{"row": 2, "skip": true}]}))
        .problem(412, "precondition-failed");
}

#[test]
fn nobody_sees_another_organisations_programme() {
    let app = TestApp::spawn();
    let path = path(&sent(&app, &small(1), &[]).expect(201));
    let stranger = app.foreign_organiser();
    let etag = app.etag(&path);
    let skip = json!({"rows": [{"row": 2, "skip": true}]});
    for answer in [
        stranger.get(&path),
        stranger.get(&format!("{path}/rows")),
        stranger.patch(&path, &etag, &skip),
        stranger.act(&format!("{path}/confirm"), &etag, &json!({})),
        stranger.delete(&path, &etag),
    ] {
        answer.problem(404, "not-found");
    }
    assert_eq!(stranger.get("/programme-imports").expect(200)["data"], json!([]));
    assert_eq!(app.etag(&path), etag);
    // The same file is another import elsewhere.
    upload(&stranger, small(1).as_bytes(), &[]).expect(201);
}
