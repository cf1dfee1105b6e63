//! The pages behind the links of the mails, as a browser without JavaScript meets them.

mod form;
mod room;
mod scanned;

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
fn shown(answer: &Answer, status: u16) -> String {
    let body = answer
        .text
        .split_once("<main")
        .map_or(answer.text.as_str(), |(_, body)| body);
    assert_eq!(answer.status, status, "{body}");
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
        assert!(!answer.text.contains(foreign), "{foreign} in {body}");
    }
    // Slashes are escaped too, which is the same address to a browser.
    answer.text.replace("&#x2f;", "/")
}

/// Where a step leads to: follows it and gives the page.
#[track_caller]
fn done(app: &TestApp, answer: &Answer, page: &str, word: &str) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(answer.header("location"), format!("{page}?done={word}"));
    let page = browser(app).get(answer.header("location"));
    let text = shown(&page, 200);
    assert!(text.contains("role=\"status\""), "{text}");
    text
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
        "Förderung &amp; &lt;b&gt;Mehr&lt;/b&gt;",
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
    for word in ["confirmed", "accepted", "kept", "cancelled", "withdrawn", "%3Cb%3E"] {
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
    let text = shown(&browser(&app).get(&page), 200);
    assert!(text.contains(&format!("href=\"{page}/cancel\"")), "{text}");
    assert!(!text.contains(&format!("action=\"{page}/cancel\"")), "{text}");
    let asked = browser(&app).get(&format!("{page}/cancel"));
    assert!(
        shown(&asked, 200).contains("Alle 2 Personen werden abgemeldet"),
        "{}",
        asked.text
    );
    assert!(shown(&asked, 200).contains(&format!("<form method=\"post\" action=\"{page}/cancel\"")));
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
