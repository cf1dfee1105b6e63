//! What somebody shows at the door.

use serde_json::json;

use crate::support::{Client, TestApp, draft_with, person};

fn bytes(client: &Client, path: &str) -> (u16, String, Vec<u8>) {
    let (status, headers, bytes) = client.download(path);
    (
        status,
        headers.get("content-type").unwrap().to_str().unwrap().to_owned(),
        bytes,
    )
}

#[test]
fn a_ticket_is_for_who_is_confirmed_and_in_the_form_that_is_asked_for() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let [anna] = app.registered(&seminar, ["anna"]);
    let ticket = format!("/registrations/{anna}/ticket");
    let person = app.registrant(&anna, "anna@example.org");
    let (status, kind, png) = bytes(&person, &format!("{ticket}?format=png"));
    assert_eq!((status, kind.as_str()), (200, "image/png"));
    assert!(png.starts_with(b"\x89PNG\r\n"));
    let by_header = app
        .front_desk()
        .get_with(&ticket, &[("Accept", "text/calendar;q=0.9, text/html")]);
    assert_eq!(
        (by_header.status, by_header.header("content-type")),
        (200, "text/calendar; charset=utf-8")
    );
    assert_eq!(by_header.header("cache-control"), "no-store");
    let calendar = person.get(&format!("{ticket}?format=ics"));
    let text = calendar.text.replace("\r\n ", "");
    for line in [
        "METHOD:PUBLISH",
        "DTSTART;TZID=Europe/Berlin:20270506T180000",
        "STATUS:CONFIRMED",
    ] {
        assert!(text.contains(&format!("{line}\r\n")), "{line}\n{text}");
    }
    assert!(
        !text.contains("ATTENDEE") && text.contains("https://einlass.example/registrations/"),
        "{text}"
    );
    // The links of the mail are the person's alone.
    assert!(!by_header.text.contains("/registrations/"), "{}", by_header.text);
    person
        .get_with(&ticket, &[("Accept", "text/html")])
        .problem(406, "not-acceptable");
    assert_eq!(person.get(&format!("{ticket}?format=gif")).invalid(), ["format"]);
    app.act(&format!("/registrations/{anna}"), "cancel", &json!({}))
        .expect(200);
    person.get(&format!("{ticket}?format=png")).problem(409, "not-ready");
}

#[test]
fn the_code_outlasts_a_new_address_and_is_no_other_capability() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let [anna] = app.registered(&seminar, ["anna"]);
    let path = format!("/registrations/{anna}");
    let ticket = |address: &str| bytes(&app.registrant(&anna, address), &format!("{path}/ticket?format=png"));
    let before = ticket("anna@example.org");
    app.organiser()
        .patch(&path, &app.etag(&path), &json!({"email": "neu@example.org"}))
        .expect(200);
    assert_eq!(ticket("neu@example.org"), before);
    assert_eq!(app.registrant(&anna, "anna@example.org").get(&path).status, 404);
    let code = app.code(&anna);
    let with_code = Client::registrant(app.address, &code);
    assert_eq!(with_code.get(&path).status, 401);
}

#[test]
fn nobody_pays_for_tickets_while_registering() {
    use diesel::prelude::*;
    use einlass::schema::tickets;
    let app = TestApp::spawn();
    let seminar = app.published(&draft_with(5, json!({"waiting_list": true})));
    let [anna, berta] = app.registered(&seminar, ["anna", "berta"]);
    let count = || {
        tickets::table
            .count()
            .get_result::<i64>(&mut app.database.connect())
            .unwrap()
    };
    assert_eq!(count(), 0);
    bytes(
        &app.registrant(&anna, "anna@example.org"),
        &format!("/registrations/{anna}/ticket?format=png"),
    );
    assert_eq!(count(), 1);
    // A code that is not known yet is looked up once more, and its neighbours are written with it.
    app.at(super::check_ins::DOOR_OPEN);
    let desk = app.front_desk();
    super::check_ins::scan(&desk, &seminar, 1, json!({"code": app.code(&berta)})).expect(201);
    assert_eq!(count(), 2);
    // So is one from the seminar next door.
    let next_door = app.published(&draft_with(
        5,
        json!({"sessions": [{"starts_at": "2027-05-06T19:00:00+02:00"}]}),
    ));
    let body = person("carla");
    let carla = app
        .organiser()
        .post(&format!("/seminars/{next_door}/registrations"), &body)
        .id();
    let refused = super::check_ins::scan(&desk, &seminar, 2, json!({"code": app.code(&carla)}));
    assert!(
        refused.problem(409, "ticket-of-other-seminar")["detail"]
            .as_str()
            .unwrap()
            .contains(&next_door)
    );
}

#[test]
fn a_ticket_is_printed_where_the_service_can_print() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let [anna] = app.registered(&seminar, ["anna"]);
    let person = app.registrant(&anna, "anna@example.org");
    let path = format!("/registrations/{anna}/ticket");
    if cfg!(feature = "pdf") {
        let (status, kind, pdf) = bytes(&person, &path);
        assert_eq!((status, kind.as_str()), (200, "application/pdf"));
        assert!(pdf.starts_with(b"%PDF-"));
    } else {
        person.get(&path).problem(406, "not-acceptable");
    }
}

#[test]
fn the_page_behind_the_link_shows_the_code_and_hands_out_the_files() {
    use einlass::base::capability::Purpose;
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let [anna] = app.registered(&seminar, ["anna"]);
    let browser = app.anonymous().browser();
    let token = app.token(Purpose::Manage, &anna, "anna@example.org");
    let page = browser.get(&format!("/registrations/{token}"));
    let code = app.code(&anna);
    assert!(
        page.text.contains(&format!("<p class=\"code\">{code}</p>")),
        "{}",
        page.text
    );
    assert!(
        page.text.contains("<svg") && page.text.contains("/ticket.ics"),
        "{}",
        page.text
    );
    assert_eq!(page.text.contains("/ticket.pdf"), cfg!(feature = "pdf"));
    let calendar = browser.get(&format!("/registrations/{token}/ticket.ics"));
    assert_eq!(
        (calendar.status, calendar.header("content-type")),
        (200, "text/calendar; charset=utf-8")
    );
    assert!(calendar.text.starts_with("BEGIN:VCALENDAR"));
    assert_eq!(browser.get(&format!("/registrations/{token}/ticket.exe")).status, 404);
    app.act(&format!("/registrations/{anna}"), "cancel", &json!({}))
        .expect(200);
    assert!(!browser.get(&format!("/registrations/{token}")).text.contains(&code));
}
