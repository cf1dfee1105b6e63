//! Who was there, and who was to be: page by page, and as files.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use diesel::prelude::*;
use einlass::schema::journal;
use serde_json::{Value, json};

use crate::support::{TestApp, draft_body};

fn path(seminar: &str, query: &str) -> String {
    format!("/seminars/{seminar}/attendees?{query}")
}

fn exported(app: &TestApp) -> Vec<Value> {
    journal::table
        .filter(journal::action.eq("attendees.exported"))
        .order(journal::id)
        .select(journal::data)
        .load(&mut app.database.connect())
        .unwrap()
}

/// Three who registered with what a spreadsheet could misread; one of them came, and somebody else.
fn seminar(app: &TestApp) -> String {
    let seminar = app.seminar(50);
    let register = |body: Value| {
        app.organiser()
            .post(&format!("/seminars/{seminar}/registrations"), &body)
            .id()
    };
    let anna = register(
        json!({"channel": "onsite", "given_name": "Änne", "family_name": "Größer; von", "email": "a@example.org",
        "company": "=HYPERLINK(\"https://evil.example\")", "phone": "+49 241 5198-0"}),
    );
    register(
        json!({"channel": "onsite", "given_name": "@Ben", "family_name": "-Müller", "email": "b@example.org",
        "company": "＝1+1", "companions": [{"given_name": "Cem", "family_name": "Çelik"}]}),
    );
    let session = app.sessions(&seminar)[0];
    app.came(&seminar, session, &anna, 1);
    app.walked_in(&seminar, session, "Dörte", "Walk", Some("d@example.org"));
    seminar
}

#[test]
fn the_table_for_a_german_excel_to_the_byte() {
    let app = TestApp::spawn();
    let seminar = seminar(&app);
    let columns = "number,family_name,given_name,company,phone,companions,checked_in_at,attended,evidence,walk_in,date,from,hours";
    let answer = app
        .organiser()
        .get(&path(&seminar, &format!("format=csv&columns={columns}")));
    assert_eq!(answer.status, 200, "{}", answer.text);
    let expected = "\u{FEFF}Nr.;Nachname;Vorname;Organisation;Telefon;Begleitung;Eingelassen um;Teilgenommen;Nachweis;Ohne Anmeldung;Datum;Von;Stunden\r\n\
        1;\"Größer; von\";Änne;\"'=HYPERLINK(\"\"https://evil.example\"\")\";'+49 241 5198-0;;06.05.2027 18:00;ja;Einlass;nein;06.05.2027;18:00;2,00\r\n\
        2;'-Müller;'@Ben;'＝1+1;;Cem Çelik;;nein;;nein;06.05.2027;18:00;2,00\r\n\
        3;Walk;Dörte;;;;06.05.2027 18:00;ja;Einlass;ja;06.05.2027;18:00;2,00\r\n";
    assert_eq!(answer.bytes, expected.as_bytes(), "{}", answer.text);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"teilnehmende-onboarding-fuer-gruender-innen.csv\""
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let entry = &exported(&app)[0];
    assert_eq!([&entry["format"], &entry["count"]], [&json!("csv"), &json!(3)]);
    assert!(!entry.to_string().contains("Müller"));
}

#[test]
fn the_table_for_programs_to_the_byte() {
    let app = TestApp::spawn();
    let seminar = seminar(&app);
    let query = "format=csv&dialect=rfc4180&columns=number,family_name,phone,checked_in_at,attended,date,hours";
    let answer = app.organiser().get(&path(&seminar, query));
    let expected = "number,family_name,phone,checked_in_at,attended,date,hours\r\n\
        1,Größer; von,+49 241 5198-0,2027-05-06T18:00:00+02:00,true,2027-05-06,2.00\r\n\
        2,-Müller,,,false,2027-05-06,2.00\r\n\
        3,Walk,,2027-05-06T18:00:00+02:00,true,2027-05-06,2.00\r\n";
    assert_eq!(answer.text, expected);
    let with_language = format!("{query}&language=de");
    assert_eq!(
        app.organiser().get(&path(&seminar, &with_language)).invalid(),
        ["language"]
    );
}

#[test]
fn a_workbook_holds_texts_numbers_and_days() {
    let app = TestApp::spawn();
    let seminar = seminar(&app);
    let columns = "number,family_name,company,phone,checked_in_at,date,hours";
    let answer = app
        .organiser()
        .get(&path(&seminar, &format!("format=xlsx&columns={columns}")));
    assert_eq!(answer.status, 200, "{}", answer.text);
    let mut book = Xlsx::new(Cursor::new(answer.bytes)).unwrap();
    assert_eq!(book.sheet_names(), ["Teilnehmende"]);
    let formulas = book.worksheet_formula("Teilnehmende").unwrap();
    assert!(formulas.used_cells().next().is_none());
    let sheet = book.worksheet_range("Teilnehmende").unwrap();
    assert_eq!(sheet.height(), 4);
    let cell = |row, column| sheet.get_value((row, column)).unwrap().clone();
    assert_eq!(cell(0, 1), Data::String("Nachname".to_owned()));
    assert_eq!(cell(1, 0), Data::Float(1.0));
    assert_eq!(cell(1, 1), Data::String("Größer; von".to_owned()));
    assert_eq!(
        cell(1, 2),
        Data::String("=HYPERLINK(\"https://evil.example\")".to_owned())
    );
    assert_eq!(cell(1, 3), Data::String("+49 241 5198-0".to_owned()));
    let Data::DateTime(at) = cell(1, 4) else {
        panic!("{:?}", cell(1, 4))
    };
    assert_eq!(at.to_ymd_hms_milli(), (2027, 5, 6, 18, 0, 0, 0));
    let Data::DateTime(day) = cell(1, 5) else {
        panic!("{:?}", cell(1, 5))
    };
    assert_eq!(day.to_ymd_hms_milli(), (2027, 5, 6, 0, 0, 0, 0));
    assert_eq!(cell(1, 6), Data::Float(2.0));
    assert_eq!(exported(&app)[0]["format"], "xlsx");
}

#[test]
fn page_by_page_in_one_order() {
    let app = TestApp::spawn();
    let seminar = seminar(&app);
    let whole = app.organiser().get(&path(&seminar, "")).expect(200);
    let all = whole["data"].as_array().unwrap().clone();
    assert_eq!(all.len(), 3);
    assert_eq!(whole["next_cursor"], Value::Null);
    assert_eq!(all[0]["name"], "Änne Größer; von");
    assert_eq!(all[0]["sessions"][0]["onsite"], true);
    assert_eq!(all[0]["sessions"][0]["evidence"], json!(["check_in"]));
    assert_eq!([&all[1]["attended"], &all[1]["persons"]], [&json!(false), &json!(2)]);
    let walk_in = &all[2];
    assert_eq!(
        [&walk_in["walk_in"], &walk_in["registration"]],
        [&json!(true), &Value::Null]
    );
    assert_eq!(walk_in["channel"], "onsite");
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app
            .organiser()
            .get(&path(&seminar, &format!("limit=1{cursor}")))
            .expect(200);
        paged.extend(page["data"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(paged, all);
    // What is read on the screen is no file.
    assert_eq!(exported(&app), Vec::<Value>::new());
}

#[test]
fn whom_it_names() {
    let app = TestApp::spawn();
    let seminar = seminar(&app);
    let cancelled = app.register(&seminar, "carla").id();
    let cancelled_path = format!("/registrations/{cancelled}");
    app.act(&cancelled_path, "cancel", &json!({})).expect(200);
    app.came(&seminar, app.sessions(&seminar)[0], &cancelled, 1);
    let names = |query: &str| {
        let list = app.organiser().get(&path(&seminar, query)).expect(200);
        let names = list["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["given_name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names("who=registered"), ["Änne", "@Ben"]);
    assert_eq!(names("who=attended"), ["Änne", "carla", "Dörte"]);
    assert_eq!(names("who=registered&attended=false"), ["@Ben"]);
    assert_eq!(names("who=all"), ["Änne", "@Ben", "carla", "Dörte"]);
    let list = app.organiser().get(&path(&seminar, "")).expect(200);
    assert_eq!(list["data"][2]["flags"], json!(["attended_after_cancellation"]));
    let session = app.sessions(&seminar)[0];
    assert_eq!(names(&format!("session={session}")).len(), 4);
    let other = path(&seminar, "session=0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12");
    assert_eq!(app.organiser().get(&other).invalid(), ["session"]);
}

#[test]
fn what_says_nothing_is_refused() {
    let app = TestApp::spawn();
    let seminar = app.seminar(1);
    for (query, places) in [
        ("format=csv&columns=shoe_size", vec!["columns"]),
        ("format=csv&columns=name,name", vec!["columns"]),
        ("columns=name", vec!["columns"]),
        ("format=xlsx&dialect=rfc4180", vec!["dialect"]),
        ("format=csv&limit=3&attestation=true", vec!["attestation", "limit"]),
        ("format=pdf&blank_rows=201", vec!["blank_rows"]),
        ("format=pdf&logos=unknown", vec!["logos"]),
        ("cursor=x", vec!["cursor"]),
        ("format=docx", vec!["format"]),
    ] {
        let refused = app.organiser().get(&path(&seminar, query));
        assert_eq!(refused.invalid(), places, "{query}");
    }
    let accept = |kind: &str| {
        app.organiser()
            .send("GET", &path(&seminar, ""), &[("Accept", kind)], None)
    };
    accept("image/png").problem(406, "not-acceptable");
    assert_eq!(accept("text/csv").header("content-type"), "text/csv; charset=utf-8");
}

#[test]
fn others_get_no_list_of_a_draft_in_any_format() {
    let app = TestApp::spawn();
    let draft = app.draft(&draft_body(5)).id();
    for query in ["", "format=csv", "format=xlsx", "format=pdf"] {
        app.foreign_organiser()
            .get(&path(&draft, query))
            .problem(404, "not-found");
        app.front_desk().get(&path(&draft, query)).problem(403, "forbidden");
    }
    assert_eq!(exported(&app), Vec::<Value>::new());
}

#[test]
fn ten_thousand_lines_are_all_there() {
    let app = TestApp::spawn();
    let seminar = app.seminar(10_000);
    app.registered_by_sql(&seminar, 10_001);
    let csv = app.organiser().get(&path(&seminar, "format=csv"));
    assert_eq!(csv.header("transfer-encoding"), "chunked");
    let lines = csv.text.lines().collect::<Vec<_>>();
    assert_eq!(lines.len(), 10_002);
    for (number, line) in lines.iter().enumerate().skip(1) {
        assert!(line.starts_with(&format!("{number};Müller {number};Jörg;")), "{line}");
    }
    let xlsx = app
        .organiser()
        .get(&path(&seminar, "format=xlsx&columns=number,family_name"));
    let mut book = Xlsx::new(Cursor::new(xlsx.bytes)).unwrap();
    let sheet = book.worksheet_range("Teilnehmende").unwrap();
    assert_eq!(sheet.height(), 10_002);
    let last = sheet.get_value((10_001, 1)).unwrap();
    assert_eq!(*last, Data::String("Müller 10001".to_owned()));
    let refused = app.organiser().get(&path(&seminar, "format=pdf"));
    refused.problem(409, "too-long-to-print");
    assert_eq!(exported(&app).len(), 2);
}

#[test]
fn a_list_to_sign_is_a_pdf() {
    let app = TestApp::spawn();
    let seminar = seminar(&app);
    app.put_logo("/organisations/staedteregion-aachen/logos/eu", "EU")
        .expect(201);
    for query in [
        "",
        "&attestation=true&orientation=landscape&blank_rows=5&language=en",
        "&logos=none",
    ] {
        let answer = app.organiser().get(&path(&seminar, &format!("format=pdf{query}")));
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("content-type"), "application/pdf");
        assert!(answer.bytes.starts_with(b"%PDF-"), "{query}");
    }
}
