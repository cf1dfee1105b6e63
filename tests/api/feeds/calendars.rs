//! iCalendar: what a calendar program is told, and what stays when plans change.

use chrono::Duration;
use diesel::connection::SimpleConnection;
use serde_json::json;

use super::{act, all, calendar, full, lines};
use crate::support::{TestApp, draft_body};

#[test]
fn a_programme_is_a_calendar_with_an_event_for_each_session() {
    let app = TestApp::spawn();
    let mut body = full(&app);
    body["sessions"] =
        json!([body["sessions"][0], {"starts_at": "2027-05-13", "ends_at": "2027-05-14", "date_precision": "day"}]);
    let id = app.published(&body);
    let calendar = calendar(&app.anonymous(), "/seminars.ics?q=onboarding");
    for line in [
        "METHOD:PUBLISH",
        "NAME:Veranstaltungen",
        "X-WR-CALNAME:Veranstaltungen",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "SOURCE;VALUE=URI:https://einlass.example/api/v1/seminars.ics?q=onboarding",
        "TZID:Europe/Berlin",
        "DTSTART;TZID=Europe/Berlin:20270506T180000",
        "DTEND;TZID=Europe/Berlin:20270506T200000",
        "DTSTART;VALUE=DATE:20270513",
        "DTEND;VALUE=DATE:20270515",
        "SUMMARY:Onboarding für Gründer_innen",
        "LOCATION:DIGITAL Church\\, Jülicher Straße 72a\\, 52070 Aachen / Zoom",
        "CATEGORIES:Seminar,Hallo Nachbar",
        "STATUS:CONFIRMED",
        "SEQUENCE:0",
        "CLASS:PUBLIC",
    ] {
        assert!(
            calendar.iter().any(|found| found == line),
            "{line}\n{}",
            calendar.join("\n")
        );
    }
    let page = format!("https://einlass.example/api/v1/seminars/{id}");
    assert_eq!(all(&calendar, "URL:"), [page.as_str(); 2]);
    let sessions = app.anonymous().get(&format!("/seminars/{id}")).expect(200)["sessions"].clone();
    let uids = [0, 1].map(|n| format!("{}@einlass.example", sessions[n]["id"].as_str().unwrap()));
    assert_eq!(all(&calendar, "UID:"), uids);
    let organiser = all(&calendar, "ORGANIZER;CN=\"StädteRegion Aachen\":mailto:");
    assert_eq!(organiser.len(), 2);
}

#[test]
fn a_calendar_speaks_of_the_same_event_as_the_calendar_of_who_is_registered() {
    let app = TestApp::spawn();
    let id = app.published(&full(&app));
    let registration = app.register(&id, "anna").id();
    let ticket = app.registrant(&registration, "anna@example.org").get_with(
        &format!("/registrations/{registration}/ticket"),
        &[("Accept", "text/calendar")],
    );
    assert_eq!(ticket.status, 200, "{}", ticket.text);
    let (ticket, public) = (
        lines(&ticket.text),
        calendar(&app.anonymous(), &format!("/seminars/{id}.ics")),
    );
    for same in ["UID:", "SEQUENCE:", "DTSTART;", "DTEND;", "ORGANIZER;", "SUMMARY:"] {
        assert_eq!(all(&ticket, same), all(&public, same), "{same}");
        assert_eq!(all(&public, same).len(), 1, "{same}");
    }
}

#[test]
fn what_is_off_stays_until_long_after_it_would_have_been() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    let before = calendar(&app.anonymous(), "/seminars.ics");
    act(
        &app,
        &id,
        "postpone",
        &json!({"reason_code": "weather", "public_text": "Sturm."}),
    );
    let postponed = calendar(&app.anonymous(), "/seminars.ics");
    assert_eq!(all(&postponed, "UID:"), all(&before, "UID:"));
    assert_eq!(all(&postponed, "DTSTART;"), all(&before, "DTSTART;"));
    assert_eq!(all(&postponed, "STATUS:"), ["TENTATIVE"]);
    assert_eq!(all(&postponed, "SEQUENCE:"), ["1"]);
    assert_eq!(
        all(&postponed, "SUMMARY:"),
        ["[verschoben] Onboarding für Gründer_innen"]
    );
    let comment = "Die Veranstaltung ist verschoben\\; der neue Termin steht noch nicht fest. Sturm.";
    assert_eq!(all(&postponed, "COMMENT:"), [comment]);

    act(&app, &id, "cancel", &json!({"reason_code": "low_demand"}));
    let cancelled = calendar(&app.anonymous(), "/seminars.ics");
    assert_eq!(all(&cancelled, "UID:"), all(&before, "UID:"));
    assert_eq!(all(&cancelled, "STATUS:"), ["CANCELLED"]);
    assert_eq!(all(&cancelled, "SEQUENCE:"), ["2"]);

    // The end was on the 6th of May, at 18:00 UTC.
    let until = |days: i64| {
        let ended = "2027-05-06T18:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        app.clock.advance(ended + Duration::days(days) - app.clock.now());
        all(&calendar(&app.anonymous(), "/seminars.ics"), "STATUS:").len()
    };
    assert_eq!(until(30), 1);
    assert_eq!(until(90), 1);
    assert_eq!(until(91), 0);
    let asked = calendar(&app.anonymous(), "/seminars.ics?from=2027-05-01");
    assert_eq!(all(&asked, "STATUS:"), ["CANCELLED"]);
    let alone = calendar(&app.anonymous(), &format!("/seminars/{id}.ics"));
    assert_eq!(
        all(&alone, "STATUS:"),
        ["CANCELLED"],
        "one seminar is told however long ago"
    );
}

#[test]
fn a_new_date_is_the_same_event() {
    let app = TestApp::spawn();
    let id = app.seminar(5);
    let before = calendar(&app.anonymous(), "/seminars.ics");
    app.clock.advance(Duration::hours(1));
    let sessions = json!([{"starts_at": "2027-11-10T18:00"}]);
    act(
        &app,
        &id,
        "reschedule",
        &json!({"reason_code": "speaker", "sessions": sessions}),
    );
    let after = calendar(&app.anonymous(), "/seminars.ics");
    assert_eq!(all(&after, "UID:"), all(&before, "UID:"));
    assert_eq!(all(&after, "DTSTART;TZID=Europe/Berlin:"), ["20271110T180000"]);
    assert_eq!(
        (all(&before, "SEQUENCE:"), all(&after, "SEQUENCE:")),
        (vec!["0"], vec!["1"])
    );
    let stamps = |lines: &[String]| {
        (
            all(lines, "DTSTAMP:")[0].to_owned(),
            all(lines, "LAST-MODIFIED:")[0].to_owned(),
        )
    };
    assert_eq!(
        stamps(&before),
        ("20270104T080000Z".to_owned(), "20270104T080000Z".to_owned())
    );
    assert_eq!(
        stamps(&after),
        ("20270104T090000Z".to_owned(), "20270104T090000Z".to_owned())
    );
}

#[test]
fn a_collection_has_a_calendar_by_its_name() {
    let app = TestApp::spawn();
    let body = full(&app);
    app.published(&body);
    app.seminar(5);
    let path = format!("/collections/{}.ics", body["collections"][0].as_str().unwrap());
    let found = calendar(&app.anonymous(), &path);
    assert_eq!(all(&found, "X-WR-CALNAME:"), ["Hallo Nachbar"]);
    assert_eq!(all(&found, "UID:").len(), 1);
    assert_eq!(
        all(&calendar(&app.anonymous(), &format!("{path}?to=2027-01-31")), "UID:").len(),
        0
    );
    let named = calendar(&app.anonymous(), "/seminars.ics?organisation=staedteregion-aachen");
    assert_eq!(all(&named, "NAME:"), ["StädteRegion Aachen"]);
}

#[test]
fn a_calendar_is_bounded_and_leads_on() {
    let app = TestApp::spawn();
    let mut body = draft_body(5);
    let day = |n: i64| chrono::NaiveDate::from_ymd_opt(2027, 5, 1).unwrap() + Duration::days(n);
    body["sessions"] = (0..2)
        .map(|n| json!({"starts_at": format!("{}T18:00", day(n))}))
        .collect();
    let id = app.published(&body);
    // A thousand of it, each a day after the other: quicker than to publish them.
    app.database
        .connect()
        .batch_execute(&format!(
            "CREATE TEMP TABLE copy ON COMMIT DROP AS SELECT n, uuid_in(overlay(md5(n::text) PLACING '7' FROM 13)::cstring) AS new
                 FROM generate_series(1, 1000) n;
             {}",
            copies(&id)
        ))
        .unwrap();
    let first = app.anonymous().get("/seminars.ics");
    assert_eq!(first.text.matches("BEGIN:VEVENT").count(), 2000);
    // The first has the 1st and 2nd of May; the thousandth copy is left out, and begins a thousand days later.
    let link = format!("</api/v1/seminars.ics?from={}>; rel=\"next\"", day(1000));
    assert_eq!(first.header("link"), link);
    let rest = app.anonymous().get(&format!("/seminars.ics?from={}", day(1000)));
    assert_eq!(rest.header("link"), "");
    // That copy, and the one before it, which ends on the day.
    assert_eq!(rest.text.matches("BEGIN:VEVENT").count(), 4);
}

/// SQL that repeats a seminar with all its rows for each of `copy`, `n` days later.
fn copies(seminar: &str) -> String {
    let of = |table: &str, replaced: &str| {
        format!(
            "INSERT INTO {table} SELECT (jsonb_populate_record(t, {replaced})).* FROM {table} t, copy WHERE t.{} = '{seminar}';\n",
            if table == "seminars" { "id" } else { "seminar_id" }
        )
    };
    let own = "jsonb_build_object('seminar_id', new)";
    [
        of("seminars", "jsonb_build_object('id', new, 'begins_at', t.begins_at + n * interval '1 day')"),
        of("channels", own),
        of("admissions", own),
        of("attendance_rules", own),
        of(
            "sessions",
            "jsonb_build_object('seminar_id', new, 'id', gen_random_uuid(), 'starts_at', t.starts_at + n * interval '1 day',
                'starts_on', t.starts_on + n)",
        ),
    ]
    .concat()
}
