//! The form for changes.

use serde_json::{Value, json};

use super::{answering, asking, browser, done, registered, shown};
use crate::support::{Answer, TestApp};

/// The fields as a browser would send them back: those with a value, ticked or typed.
fn fields(html: &str) -> Vec<(String, String)> {
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        rest.split_once('"').map(|(value, _)| value.to_owned())
    };
    let plain = |text: &str| {
        let pairs = [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#x27;", "'"),
            ("&#x2f;", "/"),
            ("&amp;", "&"),
        ];
        pairs
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let mut found = Vec::new();
    for part in html.split("<input").skip(1) {
        let tag = part.split_once('>').unwrap().0;
        let kind = attribute(tag, "type").unwrap_or_default();
        if !["radio", "checkbox"].contains(&kind.as_str()) || tag.contains(" checked") {
            found.push((
                attribute(tag, "name").unwrap(),
                plain(&attribute(tag, "value").unwrap()),
            ));
        }
    }
    for part in html.split("<textarea").skip(1) {
        let (tag, rest) = part.split_once('>').unwrap();
        let text = rest.split_once("</textarea>").unwrap().0;
        found.push((attribute(tag, "name").unwrap(), plain(text.strip_prefix('\n').unwrap())));
    }
    found
}

fn press(app: &TestApp, path: &str, fields: &[(String, String)]) -> Answer {
    let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    browser(app).press(path, &fields.collect::<Vec<_>>())
}

fn set(fields: &mut Vec<(String, String)>, name: &str, value: &str) {
    fields.retain(|(known, _)| known != name);
    fields.push((name.to_owned(), value.to_owned()));
}

#[test]
fn the_form_is_filled_in_and_its_changes_are_kept() {
    let app = TestApp::spawn();
    let id = registered(&app, &app.published(&asking()), &answering("anna"));
    let page = app.page(&id, "anna");
    let form = browser(&app).get(&format!("{page}/change"));
    let mut typed = fields(&shown(&form, 200));
    let has =
        |typed: &[(String, String)], name: &str, value: &str| typed.contains(&(name.to_owned(), value.to_owned()));
    assert!(has(&typed, "answer.topic", "Förderung & <b>Mehr</b>"), "{typed:?}");
    assert!(
        has(&typed, "answer.meal", "vegan") && has(&typed, "answer.founder", "no"),
        "{typed:?}"
    );
    assert!(
        has(&typed, "companion.0.family_name", "Çelik") && has(&typed, "language", "de"),
        "{typed:?}"
    );
    assert!(form.text.contains("Besonders geschützte Angabe") || form.text.contains("besonders geschützte Angabe"));

    // Sent back as it is, it changes nothing and writes to nobody.
    let before = app.traces();
    done(
        &app,
        &press(&app, &format!("{page}/change"), &typed),
        &page,
        "unchanged",
    );
    assert_eq!(app.traces(), before);

    for (name, value) in [
        ("given_name", "Änne <script>"),
        ("phone", " +49 241 1 "),
        ("language", "en"),
        ("companion.0.gone", "yes"),
        ("companion.1.given_name", "Cem"),
        ("companion.1.family_name", "Öz"),
        ("further_persons", "1"),
        ("answer.topic", "Zwei\r\nZeilen"),
        ("answer.meal", ""),
        ("answer.founder", "yes"),
        ("answer.staff", "2,5"),
        ("answer.since", "2026-02-03"),
    ] {
        set(&mut typed, name, value);
    }
    typed.push(("answer.days".to_owned(), "Montag".to_owned()));
    typed.push(("answer.days".to_owned(), "Dienstag".to_owned()));
    let text = done(&app, &press(&app, &format!("{page}/change"), &typed), &page, "changed");
    assert!(
        text.contains("<html lang=\"en\">") && text.contains("Änne &lt;script&gt; Müller"),
        "{text}"
    );
    let row = app.organiser().get(&format!("/registrations/{id}")).expect(200);
    assert_eq!(row["companions"], json!([{"given_name": "Cem", "family_name": "Öz"}]));
    assert_eq!((&row["persons"], &row["phone"]), (&json!(3), &json!("+49 241 1")));
    let answers = json!({"topic": "Zwei\nZeilen", "founder": true, "staff": 2.5, "since": "2026-02-03", "days": ["Montag", "Dienstag"]});
    assert_eq!((&row["answers"], &row["sensitive_answers"]), (&answers, &json!({})));
    assert_eq!(row["language"], "en");
}

#[test]
fn what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost() {
    let app = TestApp::spawn();
    let id = registered(&app, &app.published(&asking()), &answering("anna"));
    let page = app.page(&id, "anna");
    let form = format!("{page}/change");
    let mut typed = fields(&browser(&app).get(&form).text);
    let (before, sound) = (app.traces(), typed.clone());
    for (name, value) in [
        ("given_name", " "),
        ("family_name", "a\u{7}b"),
        ("phone", &"1".repeat(51)),
        ("companion.1.given_name", "Cem"),
        ("further_persons", "viele"),
        ("answer.topic", ""),
        ("answer.meal", "Steak"),
        ("answer.staff", "drei"),
        ("answer.since", "gestern"),
    ] {
        set(&mut typed, name, value);
    }
    typed.retain(|(name, _)| name != "answer.founder");
    let answer = press(&app, &form, &typed);
    let text = shown(&answer, 422);
    assert!(text.contains("<title>Fehler: "), "{text}");
    for (id, message) in [
        ("given_name", "Bitte ausfüllen."),
        ("family_name", "Enthält ein Zeichen"),
        ("phone", "Bitte höchstens 50 Zeichen."),
        ("companion-1-family_name", "Bitte ausfüllen."),
        ("further_persons", "Bitte eine Zahl eingeben."),
        ("answer-topic", "Bitte ausfüllen."),
        ("answer-meal", "Bitte eine der Möglichkeiten wählen."),
        ("answer-founder", "Bitte ausfüllen."),
        ("answer-staff", "Bitte eine Zahl eingeben."),
        ("answer-since", "Bitte ein gültiges Datum eingeben."),
    ] {
        assert!(text.contains(&format!("<a href=\"#{id}\">")), "{id} in {text}");
        assert!(text.contains(&format!(" id=\"{id}\"")), "{id} in {text}");
        assert!(text.contains(&format!("id=\"{id}-error\">{message}")), "{id} in {text}");
        assert!(
            text.contains(&format!("{id}-error\" ")) || text.contains(&format!("{id}-error\">")),
            "{id}"
        );
    }
    assert!(text.contains("10 Eingaben stimmen noch nicht"), "{text}");
    assert!(text.contains("value=\"Cem\"") && text.contains("value=\"viele\"") && text.contains("value=\"drei\""));
    assert_eq!(app.traces(), before);

    let mut typed = sound.clone();
    set(&mut typed, "further_persons", "7");
    assert!(shown(&press(&app, &form, &typed), 422).contains("höchstens 4 Personen"));
    // Three seats, two of them this registration's.
    registered(&app, &app.organiser_seminar(&id), &answering_alone("carla"));
    let mut typed = sound.clone();
    set(&mut typed, "further_persons", "1");
    let full = press(&app, &form, &typed);
    assert!(
        shown(&full, 409).contains("nicht mehr genug Plätze frei"),
        "{}",
        full.text
    );

    // Somebody else was faster; what was typed is still there, to be saved knowingly.
    let path = format!("/registrations/{id}");
    app.organiser()
        .patch(&path, &app.etag(&path), &json!({"phone": "0241"}))
        .expect(200);
    let mut typed = sound;
    set(&mut typed, "given_name", "Änne");
    let meanwhile = press(&app, &form, &typed);
    assert!(
        shown(&meanwhile, 412).contains("inzwischen geändert"),
        "{}",
        meanwhile.text
    );
    let again = fields(&meanwhile.text);
    assert!(
        again.contains(&("given_name".to_owned(), "Änne".to_owned())),
        "{again:?}"
    );
    done(&app, &press(&app, &form, &again), &page, "changed");
}

impl TestApp {
    fn organiser_seminar(&self, registration: &str) -> String {
        let row = self
            .organiser()
            .get(&format!("/registrations/{registration}"))
            .expect(200);
        row["seminar"].as_str().unwrap().to_owned()
    }
}

fn answering_alone(name: &str) -> Value {
    let mut body = answering(name);
    body["companions"] = json!([]);
    body
}

#[test]
fn bodies_that_are_no_form_are_refused_on_a_page() {
    let app = TestApp::spawn();
    let id = registered(&app, &app.published(&asking()), &answering("anna"));
    let form = format!("{}/change", app.page(&id, "anna"));
    shown(&browser(&app).send("POST", &form, &[], Some(b"{}")), 415);
    let urlencoded = [("Content-Type", "application/x-www-form-urlencoded")];
    let large = format!("given_name={}", "a".repeat(70_000));
    shown(
        &browser(&app).send("POST", &form, &urlencoded, Some(large.as_bytes())),
        413,
    );
    let before = app.traces();
    let nothing = browser(&app).send(
        "POST",
        &form,
        &urlencoded,
        Some(b"given_name=%FF%00&companion.0.given_name=%00"),
    );
    shown(&nothing, 422);
    assert_eq!(app.traces(), before);
}
