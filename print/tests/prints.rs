//! Prints everything with what people are called and with what they must not be able to do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::disallowed_methods, reason = "a test may ask how it was started")]

use std::path::PathBuf;
use std::sync::LazyLock;
use std::{env, fs, process, thread};

use chrono::{DateTime, Utc};
use einlass_print::{Error, Image, Printer, Template};
use serde_json::{Value, json};

static PRINTER: LazyLock<Printer> = LazyLock::new(|| Printer::new(None).unwrap());

const LOGO: &str =
    r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20" fill="#036"/></svg>"##;

/// What somebody may be called, or say that they are.
const NAMES: &[&str] = &[
    "#panic()",
    "#pagebreak() #pagebreak() #pagebreak()",
    "\"); #read(\"/etc/passwd\")",
    "*x* _y_ `z` <a> @a $ \\ // /* ~ --- [x] {y} {{z}} %}",
    "= H",
    "- a\n+ b\n/ c: d",
    "Şükrü Łukasz Ørsted ẞ",
    "S\u{327}u\u{308}kru\u{308} C\u{30c} q\u{308}\u{327}\u{331}",
    "محمد الأحمد",
    "שלום כהן",
    "\u{202e}verkehrt\u{202c} \u{200b}\u{200d}\u{feff}",
    "👩🏽‍💻 Müller 🎉",
    "王小明",
    "नरेन्द्र",
    "\u{0}\u{1}\u{7f}\u{fffd}\u{10ffff}",
    "Ελένη Παπαδοπούλου",
    "Иван Петров",
    "",
    " ",
];

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_507_200 + second, 0).unwrap()
}

fn logo() -> Image {
    Image {
        name: "logo".to_owned(),
        bytes: LOGO.into(),
    }
}

fn print(template: Template, data: &Value) -> Result<Vec<u8>, Error> {
    PRINTER.print(template, data, &[logo()], at(0))
}

fn list(rows: &[Vec<String>]) -> Value {
    json!({
        "language": "de", "title": "Grüße aus Łódź", "organisers": ["Amt", "Kammer"], "when": ["24. November 2026, 14:00 Uhr"],
        "venue": "Rathaus", "speakers": ["Dr. Öztürk"], "funding": ["EFRE"], "printed": "24.11.2026",
        "logos": [{ "image": "logo", "alt": "Wappen" }],
        "columns": [
            { "id": "number", "label": "Nr." }, { "id": "name", "label": "Name", "width_hint": 60 },
            { "id": "company", "label": "Organisation" }, { "id": "signature", "label": "Unterschrift" },
        ],
        "rows": rows,
        "attestation": { "text": ["Bestätigt."], "signatures": ["Referentin", "zweite Person"],
            "reports": [{ "label": "Zoom", "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }] },
    })
}

fn named(name: &str) -> Vec<String> {
    vec!["1".to_owned(), name.to_owned(), name.to_owned(), String::new()]
}

fn people(count: usize) -> Vec<Vec<String>> {
    (0..count).map(|number| named(&format!("Name {number}"))).collect()
}

fn certificates(name: &str) -> Value {
    json!({ "language": "de", "title": name, "people": [{ "name": name, "company": name }, { "name": "B", "minutes": 61 }],
        "when": [name], "minutes": 90, "venue": name, "online": true, "organisers": [name], "contents": [name], "text": [name],
        "issued": name, "signatories": [{ "name": name, "role": name, "image": "logo" }],
        "logos": [{ "image": "logo", "alt": name }] })
}

fn ticket(name: &str) -> Value {
    json!({ "language": "de", "title": name, "name": name, "company": name, "code": "ABCDE-FGHJK", "qr": "logo",
        "sessions": [{ "day": name, "time": name, "venue": name, "online": true }], "venue": [name], "organisers": [name],
        "todo": [name], "contact": [name], "logos": [{ "image": "logo", "alt": name }] })
}

fn holds(pdf: &[u8], text: &str) -> bool {
    pdf.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Of the XMP metadata, which stand in the file as they are.
fn pages(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf);
    let (_, rest) = text.split_once("<xmpTPg:NPages>").unwrap();
    rest[..rest.find('<').unwrap()].parse().unwrap()
}

#[test]
fn a_list_is_tagged_and_says_what_it_is() {
    let pdf = print(Template::AttendanceList, &list(&people(3))).unwrap();
    assert!(pdf.starts_with(b"%PDF-1.7"));
    assert!(holds(&pdf, "/StructTreeRoot"));
    assert!(holds(&pdf, "<pdfuaid:part>1<"));
    assert!(holds(&pdf, "Anwesenheitsliste: Grüße aus Łódź"));
    assert!(holds(&pdf, "<rdf:li>de-DE</rdf:li>"));
    assert_eq!(pages(&pdf), 1);

    let mut english = list(&people(3));
    english["language"] = json!("en");
    let pdf = print(Template::AttendanceList, &english).unwrap();
    assert!(holds(&pdf, "Attendance list: Grüße aus Łódź"));
    assert!(holds(&pdf, "<rdf:li>en-GB</rdf:li>"));
}

#[test]
fn a_list_may_be_empty_short_or_long() {
    for (rows, on) in [(0, 1), (1, 1), (60, 3), (300, 12)] {
        let pdf = print(Template::AttendanceList, &list(&people(rows))).unwrap();
        assert!(pages(&pdf).abs_diff(on) <= 1, "{rows} rows on {} pages", pages(&pdf));
    }
    let mut blank = list(&[]);
    blank["blank_rows"] = json!(60);
    assert!(pages(&print(Template::AttendanceList, &blank).unwrap()) >= 3);
    let bare = json!({ "title": "A", "columns": [{ "id": "name", "label": "Name" }] });
    assert_eq!(pages(&print(Template::AttendanceList, &bare).unwrap()), 1);
}

#[test]
fn names_are_text_and_nothing_else() {
    let rows = NAMES.iter().map(|name| named(name)).collect::<Vec<_>>();
    let pdf = print(Template::AttendanceList, &list(&rows)).unwrap();
    assert!(pages(&pdf) <= 2, "{} pages", pages(&pdf));
    for name in NAMES.iter().filter(|name| !name.trim().is_empty()) {
        let mut alone = list(&[named(name)]);
        for member in ["title", "venue", "reference", "printed", "note"] {
            alone[member] = json!(name);
        }
        alone["columns"][1]["label"] = json!(name);
        alone["logos"][0]["alt"] = json!(name);
        alone["attestation"]["text"] = json!([name]);
        let prints = [
            (Template::AttendanceList, alone, 1),
            (Template::Certificates, certificates(name), 2),
            (Template::Ticket, ticket(name), 1),
        ];
        for (template, data, on) in prints {
            let pdf = print(template, &data).unwrap_or_else(|error| panic!("{template:?} of {name:?}: {error}"));
            assert_eq!(pages(&pdf), on, "{template:?} of {name:?}");
        }
    }
    let pdf = print(Template::Ticket, &ticket("#panic() *x*")).unwrap();
    assert!(holds(&pdf, "Eintrittskarte: #panic() *x*"));
}

#[test]
fn names_without_a_place_to_break_stay_where_they_are() {
    for name in [
        "D".repeat(100),
        "ABC".repeat(300),
        "Donaudampfschifffahrt".repeat(5),
        "a-".repeat(100),
    ] {
        assert!(pages(&print(Template::AttendanceList, &list(&[named(&name)])).unwrap()) <= 2);
        let mut data = certificates("Titel");
        data["people"] = json!([{ "name": name }]);
        for orientation in ["portrait", "landscape"] {
            data["orientation"] = json!(orientation);
            assert_eq!(pages(&print(Template::Certificates, &data).unwrap()), 1);
        }
        let mut data = ticket("Titel");
        data["name"] = json!(name);
        assert_eq!(pages(&print(Template::Ticket, &data).unwrap()), 1);
    }
}

#[test]
fn a_certificate_takes_one_page() {
    let data =
        json!({ "title": "A", "language": "en", "people": [{ "name": "Jo" }, { "name": "Li" }, { "name": "Al" }] });
    assert_eq!(pages(&print(Template::Certificates, &data).unwrap()), 3);
    assert!(print(Template::Certificates, &json!({ "title": "A", "people": [] })).is_err());
}

#[test]
fn the_same_is_the_same_to_the_byte_also_at_once() {
    let data = list(&people(70));
    let first = print(Template::AttendanceList, &data).unwrap();
    let others = thread::scope(|scope| {
        let threads = (0..4).map(|_| scope.spawn(|| print(Template::AttendanceList, &data).unwrap()));
        let threads = threads.collect::<Vec<_>>();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect::<Vec<_>>()
    });
    assert!(others.iter().all(|other| *other == first));
    let later = PRINTER
        .print(Template::AttendanceList, &data, &[logo()], at(1))
        .unwrap();
    assert_ne!(later, first);
    assert_eq!(later.len(), first.len());
}

fn memory() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// In a process of its own, because the other tests take memory at the same time.
#[test]
fn a_print_leaves_nothing_in_memory() {
    const ALONE: &str = "EINLASS_PRINT_ALONE";
    if env::var_os(ALONE).is_none() {
        let status = process::Command::new(env::current_exe().unwrap())
            .args(["--exact", "a_print_leaves_nothing_in_memory", "--nocapture"])
            .env(ALONE, "1")
            .status()
            .unwrap();
        assert!(status.success());
        return;
    }
    let round = |number: usize| {
        let mut rows = people(40);
        rows[0][1] = format!("Runde {number}");
        print(Template::AttendanceList, &list(&rows)).unwrap();
        print(Template::Ticket, &ticket(&format!("Runde {number}"))).unwrap();
    };
    (0..10).for_each(round);
    let before = memory();
    (10..60).for_each(round);
    let after = memory();
    println!("{before} KB before, {after} KB after");
    assert!(after < before + 8_000, "{before} KB before, {after} KB after");
}

#[test]
fn what_would_take_too_much_memory_is_refused() {
    let fault = print(Template::AttendanceList, &list(&people(7_501))).unwrap_err();
    assert!(matches!(
        fault,
        Error::TooLong {
            given: 30_004,
            most: 30_000
        }
    ));
    let mut blank = list(&[]);
    blank["blank_rows"] = json!(u64::MAX);
    assert!(matches!(
        print(Template::AttendanceList, &blank),
        Err(Error::TooLong { .. })
    ));
    let many = vec![json!({ "name": "A" }); 2_001];
    let data = json!({ "title": "A", "people": many });
    assert!(matches!(
        print(Template::Certificates, &data),
        Err(Error::TooLong { .. })
    ));
    let images = vec![logo(); 33];
    let fault = PRINTER.print(Template::AttendanceList, &list(&[]), &images, at(0));
    assert!(matches!(fault, Err(Error::TooManyImages(33))));
}

#[test]
fn data_that_do_not_fit_are_told() {
    let fault = print(Template::AttendanceList, &json!({ "columns": [] })).unwrap_err();
    assert!(
        matches!(&fault, Error::Template { file, line: 1.., .. } if file == "attendance_list.typ"),
        "{fault}"
    );
    let mut short = list(&people(1));
    short["rows"] = json!([["1", "A"]]);
    let fault = print(Template::AttendanceList, &short).unwrap_err();
    assert!(fault.to_string().contains("a row has not as many cells"), "{fault}");
    let fault = PRINTER
        .print(Template::AttendanceList, &list(&[]), &[], at(0))
        .unwrap_err();
    assert!(fault.to_string().contains("image logo"), "{fault}");
}

#[test]
fn images_are_png_or_svg_of_reasonable_size() {
    let with = |bytes: &[u8]| {
        let image = Image {
            name: "logo".to_owned(),
            bytes: bytes.to_vec(),
        };
        PRINTER.print(Template::AttendanceList, &list(&[]), &[image], at(0))
    };
    assert!(matches!(with(b"GIF89a"), Err(Error::Image { .. })));
    assert!(matches!(with(b""), Err(Error::Image { .. })));
    assert!(matches!(with(&vec![b' '; 5_000_001]), Err(Error::Image { .. })));
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bomb.extend([0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 8, 6, 0, 0, 0]);
    assert!(matches!(with(&bomb), Err(Error::Image { .. })));
    assert!(with(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01").is_err());
    assert!(with(b"<svg").is_err());
    let nested = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{}", "<g>".repeat(100_000));
    assert!(with(nested.as_bytes()).is_err());
    let entities = r#"<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&e;&e;&e;&e;&e;&e;</text></svg>"#;
    let _ = with(entities.as_bytes());
}

#[test]
fn an_svg_reads_no_files() {
    let folder = folder("svg");
    // A picture that would be drawn if it could be read.
    let secret = folder.join("secret.svg");
    fs::write(&secret, LOGO).unwrap();
    for href in [
        secret.display().to_string(),
        format!("file://{}", secret.display()),
        format!("../../../../../../../../..{}", secret.display()),
        "http://127.0.0.1:9/a.png".to_owned(),
        "../data.json".to_owned(),
    ] {
        let svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="20"><image width="40" height="20" xlink:href="{href}"/></svg>"#
        );
        let image = Image {
            name: "logo".to_owned(),
            bytes: svg.into_bytes(),
        };
        let fault = PRINTER
            .print(Template::AttendanceList, &list(&[]), &[image], at(0))
            .unwrap_err();
        assert!(matches!(fault, Error::Template { .. }), "{href}: {fault}");
    }
    fs::remove_dir_all(folder).unwrap();
}

fn folder(name: &str) -> PathBuf {
    let folder = env::temp_dir().join(format!("einlass-print-{}-{name}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn an_operator_replaces_what_they_like() {
    let folder = folder("own");
    fs::write(
        folder.join("ticket.typ"),
        "#import \"house.typ\": *\n#show: sheet.with(title: \"Eigene Karte für \" + data.name)\n= Karte\n#data.name",
    )
    .unwrap();
    let own = Printer::new(Some(&folder)).unwrap();
    let pdf = own
        .print(Template::Ticket, &json!({ "name": "Jo" }), &[], at(0))
        .unwrap();
    assert!(holds(&pdf, "Eigene Karte für Jo"));
    assert!(
        own.print(Template::AttendanceList, &list(&[]), &[logo()], at(0))
            .is_ok()
    );

    let fault = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        let fault = Printer::new(Some(&folder)).err().map(|error| error.to_string());
        fs::remove_file(folder.join(name)).unwrap();
        fault.unwrap_or_default()
    };
    assert!(fault("tickets.typ", "").contains("replaces no template"));
    assert!(fault("own.ttf", "no font").contains("is no font"));
    let told = fault("house.typ", "\n#let a = (\n");
    assert!(told.starts_with("house.typ:2:"), "{told}");
    fs::remove_dir_all(folder).unwrap();
    assert!(Printer::new(Some(&PathBuf::from("/nowhere"))).is_err());
}

#[test]
fn a_template_reads_no_files_and_no_network() {
    let folder = folder("reads");
    for attempt in [
        "#read(\"/etc/hostname\")",
        "#read(\"../../../../etc/hostname\")",
        "#include \"/etc/hostname\"",
        "#import \"@preview/cetz:0.4.0\"",
        "#read(\"ticket.typ\")",
        "#plugin(\"/data.json\")",
    ] {
        fs::write(
            folder.join("ticket.typ"),
            format!("#set document(title: \"A\")\n{attempt}"),
        )
        .unwrap();
        let printer = Printer::new(Some(&folder)).unwrap();
        let fault = printer.print(Template::Ticket, &json!({}), &[], at(0)).unwrap_err();
        assert!(matches!(&fault, Error::Template { line: 2, .. }), "{attempt}: {fault}");
    }
    fs::remove_dir_all(folder).unwrap();
}

fn report(words: &str) -> Value {
    let text = json!([{ "type": "text", "text": words }]);
    let cell = json!([{ "type": "anchor", "id": "v1", "text": [{ "type": "text", "text": "1" }] }, { "type": "note", "number": 1 }]);
    json!({
        "language": "de", "title": words, "organisers": ["Amt"], "printed": "24.11.2026", "reference": words, "cells": 4,
        "blocks": [
            { "type": "heading", "level": 1, "id": null, "text": text },
            { "type": "heading", "level": 2, "id": "zahlen", "text": text },
            { "type": "paragraph", "text": [
                { "type": "strong", "text": text }, { "type": "emphasis", "text": text }, { "type": "line_break" },
                { "type": "link", "to": "https://example.org/", "text": text }, { "type": "reference", "to": "v1", "text": text },
            ] },
            { "type": "list", "ordered": true, "items": [[{ "type": "paragraph", "text": text }]] },
            { "type": "new_page" },
            { "type": "table", "columns": [{ "right": false, "longest": 40, "longest_word": 9 }, { "right": true, "longest": 3, "longest_word": 3 }],
              "head": [text, text], "rows": [[text, cell]] },
            { "type": "picture", "name": "months" },
        ],
        "notes": [text],
        "pictures": [{ "name": "months", "image": "logo", "caption": words, "alternative": "Ein Balken" }],
    })
}

/// A report says what it is given, whatever that is, and is tagged, titled and in its language.
#[test]
fn a_report_prints_whatever_its_words() {
    for name in NAMES.iter().filter(|name| !name.trim().is_empty()) {
        let printed = print(Template::Report, &report(name));
        let bytes = printed.unwrap_or_else(|error| panic!("{name:?}: {error}"));
        let has = |part: &str| bytes.windows(part.len()).any(|window| window == part.as_bytes());
        assert!(
            has("/MarkInfo") && has("/StructTreeRoot") && has("/Lang(de-DE)"),
            "{name:?}"
        );
    }
    assert_eq!(
        print(Template::Report, &report("Bericht")).unwrap(),
        print(Template::Report, &report("Bericht")).unwrap()
    );
    let mut long = report("Bericht");
    long["cells"] = json!(30_001);
    assert!(matches!(
        print(Template::Report, &long),
        Err(Error::TooLong { given: 30_001, .. })
    ));
}

/// Hundreds of links in one cell go on on the next page instead of off the paper.
#[test]
fn a_cell_longer_than_a_page_is_printed_whole() {
    let mut long = report("Bericht");
    let numbers = (0..2_500)
        .map(|_| json!({ "type": "reference", "to": "v1", "text": [{ "type": "text", "text": "1000–1001, " }] }));
    let table = &mut long["blocks"][5];
    table["columns"][0]["longest"] = json!(27_500);
    let cell = table["rows"][0][0].as_array_mut().unwrap();
    cell.extend(numbers);
    let pages = |data: &Value| {
        let pdf = print(Template::Report, data).unwrap();
        let text = String::from_utf8_lossy(&pdf).into_owned();
        let count = text.split("/Type/Pages/Count ").nth(1).unwrap();
        count
            .split(|c: char| !c.is_ascii_digit())
            .next()
            .unwrap()
            .parse::<usize>()
            .unwrap()
    };
    assert!(pages(&long) >= pages(&report("Bericht")) + 3, "{}", pages(&long));
}
