//! The pages behind the links of the mails, as a browser without JavaScript meets them.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use einlass::base::capability::Purpose;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, draft_body, person};

impl TestApp {
    /// The page of whoever registered under `name@example.org`.
    fn page(&self, registration: &str, name: &str) -> String {
        format!("/registrations/{}", self.token_of(Purpose::Manage, registration, name))
    }

    fn token_of(&self, purpose: Purpose, registration: &str, name: &str) -> String {
        let address = format!("{name}@example.org");
        self.site
            .capabilities
            .token(purpose, registration.parse().unwrap(), &address)
    }

    fn until(&self, moment: &str) {
        self.clock
            .advance(moment.parse::<DateTime<Utc>>().unwrap() - self.clock.now());
    }

    /// Everything a step would leave traces in.
    fn traces(&self) -> String {
        #[derive(QueryableByName)]
        struct Traces {
            #[diesel(sql_type = diesel::sql_types::Text)]
            traces: String,
        }
        let query = diesel::sql_query(
            "SELECT concat_ws(' ', (SELECT string_agg(r::text, ' ' ORDER BY r.id) FROM registrations r),
                (SELECT string_agg(c::text, ' ' ORDER BY c.id) FROM consents c), (SELECT count(*) FROM joins),
                (SELECT count(*) FROM mails), (SELECT count(*) FROM journal)) AS traces",
        );
        query.get_result::<Traces>(&mut self.database.connect()).unwrap().traces
    }

    fn joins(&self) -> i64 {
        einlass::schema::joins::table
            .count()
            .get_result(&mut self.database.connect())
            .unwrap()
    }
}

/// A seminar that asks for everything there is to ask.
fn asking() -> Value {
    let mut body = draft_body(3);
    body["confirmation"] = json!("email");
    body["max_persons"] = json!(4);
    body["questions"] = json!([
        {"id": "topic", "kind": "text", "label": {"de": "Ihr Thema", "en": "Your topic"}, "required": true},
        {"id": "meal", "kind": "choice", "label": {"de": "Essen", "en": "Meal"}, "options": ["vegan", "vegetarisch"], "sensitive": true},
        {"id": "days", "kind": "multiple", "label": {"de": "Tage"}, "options": ["Montag", "Dienstag"]},
        {"id": "founder", "kind": "yes_no", "label": {"de": "Gegründet?"}, "required": true},
        {"id": "staff", "kind": "number", "label": {"de": "Beschäftigte"}},
        {"id": "since", "kind": "date", "label": {"de": "Seit wann?"}}]);
    body["consent_texts"] = json!([{"purpose": "photos", "version": "1", "text": {"de": "Fotos dürfen mich zeigen.", "en": "Photos may show me."}}]);
    body
}

fn answering(name: &str) -> Value {
    let mut body = person(name);
    body["answers"] = json!({"topic": "Förderung & <b>Mehr</b>", "founder": false, "meal": "vegan"});
    body["consents"] = json!([{"purpose": "photos", "text_version": "1"}]);
    body["companions"] = json!([{"given_name": "Berta", "family_name": "Çelik"}]);
    body
}

fn registered(app: &TestApp, seminar: &str, body: &Value) -> String {
    app.anonymous()
        .post(&format!("/seminars/{seminar}/registrations"), body)
        .id()
}

fn browser(app: &TestApp) -> Client {
    app.anonymous().browser()
}

#[track_caller]
fn shown(answer: &Answer, status: u16) -> &str {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-robots-tag"), "noindex");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.ends_with("frame-ancestors 'none'; base-uri 'none'"), "{policy}");
    // Nothing is fetched, and nothing leads away but by a button.
    for foreign in [
        "http://",
        "https://",
        "<script",
        "<img",
        "<link",
        " src=",
        "undefined",
        "None",
    ] {
        assert!(!answer.text.contains(foreign), "{foreign} in {}", answer.text);
    }
    &answer.text
}

/// Where a step leads to: follows it and gives the page.
#[track_caller]
fn done(app: &TestApp, answer: &Answer, page: &str, word: &str) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(answer.header("location"), format!("{page}?done={word}"));
    let page = browser(app).get(answer.header("location"));
    shown(&page, 200);
    assert!(page.text.contains("role=\"status\""), "{}", page.text);
    page.text
}

#[test]
fn looking_changes_nothing() {
    let app = TestApp::spawn();
    let id = registered(&app, &app.published(&asking()), &answering("anna"));
    let page = app.page(&id, "anna");
    let room = format!("/join/{}", app.token_of(Purpose::Join, &id, "anna"));
    let before = app.traces();
    for path in [
        page.clone(),
        format!("{page}/cancel"),
        format!("{page}/change"),
        room.clone(),
    ] {
        shown(&browser(&app).get(&path), 200);
        let head = browser(&app).send("HEAD", &path, &[], None);
        assert_eq!((head.status, head.text.as_str()), (200, ""));
    }
    for path in ["confirm", "accept-offer", "keep", "withdraw/photos"] {
        let refused = browser(&app).get(&format!("{page}/{path}"));
        shown(&refused, 405);
        assert_eq!(refused.header("allow"), "POST");
    }
    for method in ["PUT", "DELETE", "PATCH"] {
        assert_eq!(
            browser(&app).send(method, &page, &[], None).header("allow"),
            "GET, HEAD"
        );
        assert_eq!(
            browser(&app).send(method, &room, &[], None).header("allow"),
            "GET, HEAD, POST"
        );
    }
    assert_eq!(app.traces(), before);
}

#[test]
fn an_address_is_confirmed_once_however_often_the_button_is_pressed() {
    let app = TestApp::spawn();
    let id = registered(&app, &app.published(&asking()), &answering("anna"));
    let page = app.page(&id, "anna");
    let seen = browser(&app).get(&page);
    let text = shown(&seen, 200);
    for words in [
        "<html lang=\"de\">",
        "Noch nicht bestätigt",
        "bis Dienstag, 5. Januar 2027, 09:00 Uhr",
        "Donnerstag, 6. Mai 2027, 18:00 bis 20:00 Uhr",
        "Berta Çelik",
        "Förderung &amp; &lt;b&gt;Mehr&lt;&#x2f;b&gt;",
        "Fotos dürfen mich zeigen.",
        "Anmeldung bestätigen</button>",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let text = done(
        &app,
        &browser(&app).press(&format!("{page}/confirm"), &[]),
        &page,
        "confirmed",
    );
    assert!(
        text.contains("Ihre Anmeldung ist bestätigt") && !text.contains("/confirm"),
        "{text}"
    );
    let before = app.traces();
    done(
        &app,
        &browser(&app).press(&format!("{page}/confirm"), &[]),
        &page,
        "confirmed",
    );
    assert_eq!(app.traces(), before);
}

#[test]
fn what_the_address_says_was_done_is_only_repeated_if_it_is_so() {
    let app = TestApp::spawn();
    let id = registered(&app, &app.published(&asking()), &answering("anna"));
    let page = app.page(&id, "anna");
    for word in [
        "confirmed",
        "accepted",
        "kept",
        "cancelled",
        "withdrawn",
        "<b>",
        "%3Cb%3E",
    ] {
        let answer = browser(&app).get(&format!("{page}?done={word}"));
        assert!(!shown(&answer, 200).contains("role=\"status\""), "{word}");
    }
}

#[test]
fn a_late_confirmation_is_told_so() {
    let app = TestApp::spawn();
    let id = registered(&app, &app.published(&asking()), &answering("anna"));
    let page = app.page(&id, "anna");
    app.clock.advance(Duration::hours(25));
    assert!(!shown(&browser(&app).get(&page), 200).contains("/confirm"));
    let late = browser(&app).press(&format!("{page}/confirm"), &[]);
    assert!(shown(&late, 409).contains("zu spät"), "{}", late.text);
    assert!(late.text.contains("role=\"alert\""));
    // A program that says so gets the problem.
    let json = [("Accept", "application/json")];
    browser(&app)
        .send("POST", &format!("{page}/confirm"), &json, None)
        .problem(409, "deadline-passed");
}

#[test]
fn cancelling_asks_first() {
    let app = TestApp::spawn();
    let id = registered(&app, &app.published(&asking()), &answering("anna"));
    let page = app.page(&id, "anna");
    assert!(shown(&browser(&app).get(&page), 200).contains(&format!("href=\"{page}/cancel\"")));
    assert!(
        !browser(&app)
            .get(&page)
            .text
            .contains(&format!("action=\"{page}/cancel\""))
    );
    let asked = browser(&app).get(&format!("{page}/cancel"));
    assert!(
        shown(&asked, 200).contains("Alle 2 Personen werden abgemeldet"),
        "{}",
        asked.text
    );
    assert!(
        asked
            .text
            .contains(&format!("<form method=\"post\" action=\"{page}/cancel\""))
    );
    let text = done(
        &app,
        &browser(&app).press(&format!("{page}/cancel"), &[]),
        &page,
        "cancelled",
    );
    assert!(
        text.contains("Sie haben sich am Montag, 4. Januar 2027, 09:00 Uhr abgemeldet"),
        "{text}"
    );
    let before = app.traces();
    done(
        &app,
        &browser(&app).press(&format!("{page}/cancel"), &[]),
        &page,
        "cancelled",
    );
    assert_eq!(app.traces(), before);
    for path in ["cancel", "change"] {
        assert!(shown(&browser(&app).get(&format!("{page}/{path}")), 409).contains("role=\"alert\""));
    }
    shown(&browser(&app).press(&format!("{page}/confirm"), &[]), 409);
}

#[test]
fn a_seat_that_became_free_is_accepted() {
    let app = TestApp::spawn();
    let mut body = draft_body(1);
    body["confirmation"] = json!("email");
    let seminar = app.published(&body);
    let anna = registered(&app, &seminar, &person("anna"));
    let berta = registered(&app, &seminar, &person("berta"));
    let page = app.page(&berta, "berta");
    assert!(shown(&browser(&app).get(&page), 200).contains("auf Platz 1 der Warteliste"));
    browser(&app).press(&format!("{}/cancel", app.page(&anna, "anna")), &[]);
    let offered = browser(&app).get(&page);
    assert!(
        shown(&offered, 200).contains("Platz annehmen</button>"),
        "{}",
        offered.text
    );
    let text = done(
        &app,
        &browser(&app).press(&format!("{page}/accept-offer"), &[]),
        &page,
        "accepted",
    );
    assert!(text.contains("Der Platz gehört Ihnen"), "{text}");
}

#[test]
fn a_new_date_is_kept() {
    let app = TestApp::spawn();
    let seminar = app.seminar(2);
    let id = registered(&app, &seminar, &person("anna"));
    let page = app.page(&id, "anna");
    app.clock.advance(Duration::hours(1));
    let path = format!("/seminars/{seminar}");
    let change = json!({"reason_code": "speaker", "sessions": [{"starts_at": "2027-06-10T18:00:00+02:00", "ends_at": "2027-06-10T20:00:00+02:00"}]});
    app.organiser()
        .act(&format!("{path}/reschedule"), &app.etag(&path), &change)
        .expect(200);
    let asked = browser(&app).get(&page);
    assert!(
        shown(&asked, 200).contains("Der Termin hat sich geändert"),
        "{}",
        asked.text
    );
    let text = done(&app, &browser(&app).press(&format!("{page}/keep"), &[]), &page, "kept");
    assert!(
        text.contains("Donnerstag, 10. Juni 2027") && !text.contains("/keep\""),
        "{text}"
    );
}

#[test]
fn a_consent_is_taken_back() {
    let app = TestApp::spawn();
    let id = registered(&app, &app.published(&asking()), &answering("anna"));
    let page = app.page(&id, "anna");
    let text = done(
        &app,
        &browser(&app).press(&format!("{page}/withdraw/photos"), &[]),
        &page,
        "withdrawn",
    );
    assert!(
        text.contains("Widerrufen am Montag, 4. Januar 2027") && !text.contains("/withdraw/"),
        "{text}"
    );
    done(
        &app,
        &browser(&app).press(&format!("{page}/withdraw/photos"), &[]),
        &page,
        "withdrawn",
    );
    shown(&browser(&app).press(&format!("{page}/withdraw/newsletter"), &[]), 404);
    shown(&browser(&app).press(&format!("{page}/withdraw/%3Cb%3E"), &[]), 404);
}

#[test]
fn every_link_that_is_not_valid_leads_to_the_same_page() {
    let app = TestApp::spawn();
    let seminar = app.published(&asking());
    let id = registered(&app, &seminar, &answering("anna"));
    let missing = "01900000-0000-7000-8000-000000000000";
    let tokens = [
        app.token_of(Purpose::Join, &id, "anna"),
        app.token_of(Purpose::Manage, &id, "berta"),
        app.token_of(Purpose::Manage, missing, "anna"),
        app.token_of(Purpose::Manage, &id, "anna").replace(['A', 'a'], "b"),
        "A".repeat(64),
        "unsinn".to_owned(),
        "%00".to_owned(),
        "%3Cscript%3E".to_owned(),
    ];
    let page = browser(&app).get("/registrations/unsinn");
    assert!(shown(&page, 404).contains("Dieser Link gilt nicht"), "{}", page.text);
    for token in tokens {
        for path in ["", "/change", "/cancel"] {
            let answer = browser(&app).get(&format!("/registrations/{token}{path}"));
            assert_eq!((answer.status, &answer.text), (404, &page.text), "{token}{path}");
        }
        for path in ["confirm", "accept-offer", "keep", "cancel", "change", "withdraw/photos"] {
            let answer = browser(&app).press(&format!("/registrations/{token}/{path}"), &[]);
            assert_eq!((answer.status, &answer.text), (404, &page.text), "{token}/{path}");
        }
    }
    for token in [
        app.token_of(Purpose::Manage, &id, "anna"),
        app.token_of(Purpose::Join, &id, "berta"),
        "unsinn".to_owned(),
    ] {
        assert_eq!(browser(&app).get(&format!("/join/{token}")).text, page.text);
        assert_eq!(browser(&app).press(&format!("/join/{token}"), &[]).text, page.text);
    }
    let english = browser(&app).get_with("/registrations/unsinn", &[("Accept-Language", "en")]);
    assert!(shown(&english, 404).contains("<html lang=\"en\">") && english.text.contains("This link is not valid"));
    browser(&app)
        .get_with("/registrations/unsinn", &[("Accept", "application/json")])
        .problem(404, "not-found");
}

#[test]
fn the_registration_says_which_language_and_the_reader_may_choose_the_other() {
    let app = TestApp::spawn();
    let seminar = app.published(&asking());
    let mut body = answering("anna");
    body["language"] = json!("en-GB");
    let page = app.page(&registered(&app, &seminar, &body), "anna");
    let english = browser(&app).get(&page);
    for words in [
        "<html lang=\"en\">",
        "Thursday, 6 May 2027, 18:00 to 20:00",
        "Your topic",
        "Photos may show me.",
        "Confirm registration</button>",
        &format!("href=\"{page}?lang=de\""),
    ] {
        assert!(shown(&english, 200).contains(words), "{words} in {}", english.text);
    }
    let german = browser(&app).get(&format!("{page}?lang=de"));
    for words in [
        "<html lang=\"de\">",
        &format!("action=\"{page}/confirm?lang=de\""),
        &format!("href=\"{page}/change?lang=de\""),
        &format!("href=\"{page}?lang=en\""),
    ] {
        assert!(shown(&german, 200).contains(words), "{words} in {}", german.text);
    }
    let kept = browser(&app).press(&format!("{page}/confirm?lang=de"), &[]);
    assert_eq!(kept.header("location"), format!("{page}?done=confirmed&lang=de"));
    assert!(shown(&browser(&app).get(&format!("{page}?lang=fr")), 200).contains("<html lang=\"en\">"));
}

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
    let mut typed = fields(shown(&form, 200));
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

fn online() -> Value {
    let mut body = draft_body(3);
    body["channels"] = json!([{"channel": "online", "capacity": 3}]);
    body["sessions"][0]["online_platform"] = json!("Zoom");
    body["sessions"][0]["join_url"] = json!("https://zoom.example/j/1?pwd=geheim");
    body
}

#[test]
fn the_room_opens_an_hour_before_and_only_the_button_is_recorded() {
    let app = TestApp::spawn();
    let seminar = app.published(&online());
    let mut body = person("anna");
    body["channel"] = json!("online");
    let id = registered(&app, &seminar, &body);
    let room = format!("/join/{}", app.token_of(Purpose::Join, &id, "anna"));
    assert!(shown(&browser(&app).get(&app.page(&id, "anna")), 200).contains(&format!("href=\"{room}\"")));

    let early = browser(&app).get(&room);
    assert!(
        shown(&early, 200).contains("Der Raum öffnet am Donnerstag, 6. Mai 2027, 17:00 Uhr"),
        "{}",
        early.text
    );
    let pressed = browser(&app).press(&room, &[]);
    assert!(!shown(&pressed, 409).contains("<form") && pressed.header("location").is_empty());
    assert_eq!(app.joins(), 0);

    app.until("2027-05-06T15:00:00Z");
    let open = browser(&app).get(&room);
    assert!(shown(&open, 200).contains("Jetzt teilnehmen</button>"), "{}", open.text);
    assert!(
        open.header("content-security-policy")
            .contains("form-action 'self' https: http:;")
    );
    assert!(!open.text.contains("geheim"));
    assert_eq!(app.joins(), 0);
    let joined = browser(&app).press(&room, &[]);
    assert_eq!(
        (joined.status, joined.header("location")),
        (303, "https://zoom.example/j/1?pwd=geheim")
    );
    assert_eq!(
        (joined.header("referrer-policy"), joined.header("cache-control")),
        ("no-referrer", "no-store")
    );
    assert_eq!(app.joins(), 1);

    app.until("2027-05-06T18:00:01Z");
    assert!(shown(&browser(&app).get(&room), 200).contains("Die Veranstaltung ist vorbei"));
    shown(&browser(&app).press(&room, &[]), 409);
    assert_eq!(app.joins(), 1);
}

#[test]
fn the_room_is_closed_to_those_who_have_cancelled_or_come_in_person() {
    let app = TestApp::spawn();
    let mut both = online();
    both["channels"] = json!([{"channel": "onsite", "capacity": 3}, {"channel": "online", "capacity": 3}]);
    let seminar = app.published(&both);
    let mut body = person("anna");
    body["channel"] = json!("online");
    let anna = registered(&app, &seminar, &body);
    let berta = registered(&app, &seminar, &person("berta"));
    browser(&app).press(&format!("{}/cancel", app.page(&anna, "anna")), &[]);
    app.until("2027-05-06T15:30:00Z");
    for (id, name, why) in [
        (&anna, "anna", "nur bestätigten Anmeldungen"),
        (&berta, "berta", "vor Ort angemeldet"),
    ] {
        let room = format!("/join/{}", app.token_of(Purpose::Join, id, name));
        assert!(shown(&browser(&app).get(&room), 200).contains(why));
        assert!(shown(&browser(&app).press(&room, &[]), 409).contains(why));
    }
    assert_eq!(app.joins(), 0);
}

#[test]
fn a_seminar_that_is_cancelled_or_postponed_says_so() {
    let app = TestApp::spawn();
    let seminar = app.seminar(2);
    let id = registered(&app, &seminar, &person("anna"));
    let (page, path) = (app.page(&id, "anna"), format!("/seminars/{seminar}"));
    let reason = json!({"reason_code": "weather"});
    app.organiser()
        .act(&format!("{path}/postpone"), &app.etag(&path), &reason)
        .expect(200);
    let postponed = browser(&app).get(&page);
    assert!(
        shown(&postponed, 200).contains("Ihre Anmeldung bleibt bestehen"),
        "{}",
        postponed.text
    );
    app.organiser()
        .act(&format!("{path}/cancel"), &app.etag(&path), &reason)
        .expect(200);
    let cancelled = browser(&app).get(&page);
    assert!(
        shown(&cancelled, 200).contains("Die Veranstaltung ist abgesagt"),
        "{}",
        cancelled.text
    );
    assert!(!cancelled.text.contains("<form"));
    assert!(shown(&browser(&app).press(&format!("{page}/confirm"), &[]), 409).contains("abgesagt"));
}
