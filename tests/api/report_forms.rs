//! The report as a paper, in every form: what it says, where its figures lead, and that a sealed one stays as it was.

mod counterparts;

use std::collections::BTreeSet;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use einlass::auth::organisation_by_slug;
use einlass::base::config::{Config, Flags};
use einlass::reports::{self, ActivityQuery, Forms, Paper, Subject};
use serde_json::json;

use self::counterparts::COUNTERPARTS;
use super::report_snapshots::{change_the_data, sealed};
use super::reports::{PERIOD, load, with_the_paper};
use super::stated_totals::load_the_totals_of_the_paper;
use crate::support::TestApp;

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn of_the_region(format: &str) -> String {
    format!("{PERIOD}&organisation=staedteregion-aachen&split_on=2020-03-16&format={format}")
}

#[test]
fn every_statement_of_the_paper_has_its_counterpart() {
    let (app, reporter) = with_the_paper();
    load_the_totals_of_the_paper(&app);
    let text = reporter.get(&of_the_region("markdown")).text;
    for (statement, counterparts) in COUNTERPARTS {
        for counterpart in *counterparts {
            assert!(text.contains(counterpart), "{statement}: {counterpart}\n\n{text}");
        }
    }
    let sections = text.lines().filter(|line| line.starts_with("## "));
    assert_eq!(
        sections.collect::<Vec<_>>(),
        [
            "## Sachlage",
            "## Rechtslage",
            "## Personelle Auswirkungen",
            "## Finanzielle/bilanzielle Auswirkungen",
            "## Anlage: Zahlen und Nachweis"
        ]
    );
}

#[test]
fn each_form_is_what_it_says_and_can_be_asked_for_either_way() {
    let (_app, reporter) = with_the_paper();
    for (format, media_type, accept, begins) in [
        (
            "markdown",
            "text/markdown; charset=utf-8",
            "text/markdown",
            "# Veranstaltungsbericht",
        ),
        ("html", "text/html; charset=utf-8", "text/html", "<!doctype html>"),
        ("pdf", "application/pdf", "application/pdf", "%PDF-1.7"),
        ("docx", DOCX, DOCX, "PK"),
        ("xlsx", XLSX, XLSX, "PK"),
        ("csv", "text/csv; charset=utf-8", "text/csv", "\u{FEFF}Nr."),
    ] {
        let answer = reporter.get(&format!("{PERIOD}&format={format}"));
        assert_eq!(answer.status, 200, "{format}: {}", answer.text);
        assert_eq!(answer.header("content-type"), media_type);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.bytes.starts_with(begins.as_bytes()), "{format}");
        let named = answer.header("content-disposition");
        match format {
            "markdown" | "html" => assert_eq!(named, ""),
            _ => assert_eq!(
                named,
                format!("attachment; filename=\"veranstaltungsbericht-2020-01-01-2021-05-31.{format}\"")
            ),
        }
        let negotiated = reporter.get_with(PERIOD, &[("Accept", accept)]);
        assert_eq!(negotiated.header("content-type"), media_type);
    }
    let page = reporter.get(&format!("{PERIOD}&format=html"));
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    reporter
        .get_with(PERIOD, &[("Accept", "image/png")])
        .problem(406, "not-acceptable");
    assert_eq!(
        reporter
            .get(&format!("{PERIOD}&format=odt&forms=x&dialect=y"))
            .invalid(),
        ["format", "forms", "dialect"]
    );
}

/// What stands between `begin` and `end`, everywhere.
fn between<'a>(text: &'a str, begin: &str, end: char) -> Vec<&'a str> {
    text.split(begin)
        .skip(1)
        .map(|rest| rest.split(end).next().unwrap())
        .collect()
}

#[test]
fn every_figure_leads_to_its_seminars_and_every_seminar_to_its_page() {
    let (_app, reporter) = with_the_paper();
    let report = reporter.get(PERIOD).expect(200);
    let page = reporter.get(&of_the_region("html")).text;
    let places = between(&page, "id=\"", '"').into_iter().collect::<BTreeSet<_>>();
    let leads = between(&page, "href=\"#", '"');
    assert!(leads.len() > 100, "{}", leads.len());
    for lead in leads {
        assert!(places.contains(lead), "#{lead} leads nowhere");
    }
    for seminar in report["seminars"].as_array().unwrap() {
        let link = format!("/api/v1/seminars/{}\"", seminar["id"].as_str().unwrap());
        assert!(page.matches(&link).count() >= 2, "{link} in the text and in the tables");
    }
    let held = page.split("<td>durchgeführt</td>").nth(1).unwrap();
    let held = held.split("</tr>").next().unwrap();
    assert!(held.contains("href=\"#v1\">1</a>–<a href=\"#v21\">21</a>"), "{held}");
}

#[test]
fn forms_by_choice() {
    let (_app, reporter) = with_the_paper();
    let text = |forms: &str| {
        reporter
            .get(&format!("{}&forms={forms}", of_the_region("markdown")))
            .text
    };
    let (neutral, underscore) = (text("neutral"), text("underscore"));
    assert!(neutral.contains("mit 180 Teilnehmenden statt") && neutral.contains("| Teilnehmende |"));
    assert!(underscore.contains("mit 180 Teilnehmer\\_innen statt"), "{underscore}");
    assert!(underscore.contains("mit 450 Zuschauer\\_innen statt"), "{underscore}");
    assert!(!underscore.contains("Teilnehmende |"), "{underscore}");
}

#[test]
fn a_sealed_report_prints_the_same_bytes_whatever_became_of_the_data() {
    let (app, reporter) = with_the_paper();
    load_the_totals_of_the_paper(&app);
    let path = sealed(&app, "all");
    let forms = ["json", "markdown", "html", "pdf", "docx", "xlsx", "csv"];
    let printed = || forms.map(|form| reporter.get(&format!("{path}?format={form}")).bytes);
    let before = printed();
    change_the_data(&app);
    let after = printed();
    for ((form, before), after) in forms.iter().zip(before).zip(after) {
        assert!(before == after, "{form} has changed");
    }
    let texts = &reporter.get(&path).expect(200)["texts"];
    assert_eq!(texts["legal"], "*Wird vom Fachamt ergänzt.*", "sealed with it");
    let page = reporter.get(&format!("{path}?format=html"));
    let digest = reporter.get(&path).expect(200)["seal"]["sha256"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(page.text.contains(&digest), "the paper says by what it is known");
    let again = reporter.get_with(&format!("{path}?format=html"), &[("If-None-Match", &page.etag())]);
    assert_eq!(again.status, 304);
}

/// The first venue and the first platform of all sessions, and that there is more.
#[test]
fn a_seminar_of_several_places_says_so() {
    let app = TestApp::spawn();
    let file = json!({"format": "einlass.programme/1", "source": {"title": "Kurs"},
        "venues": [{"key": "haus", "name": "Haus", "locality": "Aachen"}, {"key": "halle", "name": "Halle", "locality": "Köln"}],
        "seminars": [{"external_id": "1", "title": "Kurs", "kind": "course", "status": "held",
            "channels": [{"channel": "onsite"}, {"channel": "online"}],
            "sessions": [
                {"starts_at": "2020-06-01T10:00:00+02:00", "online_platform": "Zoom"},
                {"starts_at": "2020-06-02T10:00:00+02:00", "venue": "haus"},
                {"starts_at": "2020-06-03T10:00:00+02:00", "venue": "halle"}]}]});
    load(&app, "staedteregion-aachen", &file.to_string());
    let report = app.reporter().get(PERIOD).expect(200);
    assert_eq!(
        report["seminars"][0]["place"],
        json!({"venue": "Haus", "locality": "Aachen", "country": "DE", "platform": "Zoom", "elsewhere": true})
    );
}

fn workbook(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

#[test]
fn the_workbook_has_numbers_as_numbers_and_nothing_that_calculates() {
    let (app, reporter) = with_the_paper();
    let organiser = app.organiser();
    let report = organiser.get(PERIOD).expect(200);
    let first = report["seminars"][0]["id"].as_str().unwrap().to_owned();
    let seminar = organiser.get(&format!("/seminars/{first}"));
    let renamed = json!({"title": "=1+1"});
    organiser
        .patch(&format!("/seminars/{first}"), &seminar.etag(), &renamed)
        .expect(200);
    let mut book = workbook(reporter.get(&of_the_region("xlsx")).bytes);
    assert_eq!(
        book.sheet_names(),
        [
            "Zahlen",
            "Veranstaltungen",
            "Monate",
            "Form",
            "Formate und Projekte",
            "Organisationen",
            "Andere Zählregeln",
            "Regel"
        ]
    );
    let figures = book.worksheet_range("Zahlen").unwrap();
    let row = |name: &str| {
        let found = figures.rows().find(|row| row[0] == Data::String(name.to_owned()));
        found.unwrap()[1..].to_vec()
    };
    let (number, text) = (Data::Float, |text: &str| Data::String(text.to_owned()));
    assert_eq!(row("durchgeführt"), [number(23.0), text("genau"), number(23.0)]);
    assert_eq!(row("Teilnehmende"), [number(1080.0), text("mindestens"), number(17.0)]);
    let seminars = book.worksheet_range("Veranstaltungen").unwrap();
    assert_eq!(seminars.height(), 29, "28 and their heading");
    assert!(seminars.rows().any(|row| row[4] == text("=1+1")));
    for sheet in book.sheet_names() {
        let formulas = book.worksheet_formula(&sheet).unwrap();
        assert!(formulas.cells().all(|(.., formula)| formula.is_empty()), "{sheet}");
    }
}

#[test]
fn csv_for_people_and_for_programs() {
    let (_app, reporter) = with_the_paper();
    let people = reporter.get(&of_the_region("csv")).text;
    let lines = people.lines().collect::<Vec<_>>();
    assert_eq!(lines.len(), 29);
    assert!(
        lines[0].starts_with("\u{FEFF}Nr.;Tag;Zeitraum von;Zeitraum bis;Veranstaltung;Art;Stand"),
        "{}",
        lines[0]
    );
    assert!(people.contains("13.02.2020;;;AC² - Zwischenprämierung;Preisverleihung;durchgeführt;durchgeführt;;;vor Ort;DIGITAL Church;Aachen;DE;;180;genau;"), "{people}");
    let programs = reporter.get(&format!("{}&dialect=rfc4180", of_the_region("csv"))).text;
    assert!(
        programs.starts_with("number,date,within_from,within_to,title,kind,status,counted_as"),
        "{programs}"
    );
    assert!(
        programs.contains(
            "2020-02-13,,,AC² - Zwischenprämierung,award,held,held,,,onsite,DIGITAL Church,Aachen,DE,,180,exact,"
        ),
        "{programs}"
    );
}

#[test]
fn an_office_prints_its_own_words() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("report/staedteregion-aachen");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("legal.md"), "Freiwillige Aufgabe; § 1 *Satzung*.\n").unwrap();
    let environment = [
        ("EINLASS_TEMPLATES_DIR", folder.path().to_str().unwrap()),
        ("EINLASS_SEMINAR_URL", "https://seminarportal.example/{seminar}"),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::read(environment.into(), &Flags::default()).unwrap();
    let (app, _) = with_the_paper();
    let query = ActivityQuery::for_command(
        "2020-01-01".parse().unwrap(),
        "2021-05-31".parse().unwrap(),
        "all",
        None,
    )
    .unwrap();
    let report = app.site.db.run(true, |conn| {
        let of = organisation_by_slug(conn, "staedteregion-aachen").unwrap().unwrap();
        reports::activity(conn, &query, &[of.id])
    });
    let report = report.unwrap();
    let paper = Paper::open(&config).unwrap();
    let text = paper.markdown(&Subject::of(&report, Forms::Neutral)).unwrap();
    assert!(
        text.contains("## Rechtslage\n\nFreiwillige Aufgabe; § 1 *Satzung*.\n"),
        "{text}"
    );
    assert!(
        text.contains("## Personelle Auswirkungen\n\n*Wird vom Fachamt ergänzt.*\n"),
        "{text}"
    );
    assert!(text.contains("](https://seminarportal.example/"), "{text}");
}
