//! The reconciled picture of what was counted of people: door, reports and join links side by side, each person once.

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use super::attendance_imports::{MORNING, scene, upload};
use crate::support::TestApp;

const HEADINGS: &str = "Vorname;Nachname;E-Mail;Organisation;Anwesend;Minuten;Bemerkung\n";

/// A hybrid seminar in March that is over: eight have a seat online, one cancelled, one waits.
fn hybrid() -> (TestApp, String) {
    let app = TestApp::spawn();
    let seminar = scene(&app, &[MORNING]);
    sql(
        &app,
        &format!(
            "INSERT INTO channels (organisation_id, seminar_id, channel) SELECT organisation_id, id, 'onsite' FROM seminars WHERE id = '{seminar}';
             INSERT INTO parties (organisation_id, seminar_id, role, party_organisation_id, position)
                 SELECT organisation_id, id, 'lead', organisation_id, 0 FROM seminars WHERE id = '{seminar}'"
        ),
    );
    (app, seminar)
}

fn sql(app: &TestApp, statement: &str) {
    app.database.connect().batch_execute(statement).unwrap();
}

/// Counts the list from now on; the path of its import.
fn confirmed(app: &TestApp, seminar: &str, rows: &str) -> String {
    let sent = upload(&app.organiser(), seminar, format!("{HEADINGS}{rows}").as_bytes(), &[]);
    sent.expect(201);
    let path = sent.header("location").to_owned();
    app.act(&path, "confirm", &json!({"accept_proposed": true})).expect(200);
    path
}

fn picture(app: &TestApp, seminar: &str) -> Value {
    app.organiser()
        .get(&format!("/seminars/{seminar}/attendance"))
        .expect(200)
}

/// What counts, in one row: on site, online, together, in both, walk-ins, unidentified.
fn figures(picture: &Value) -> [&Value; 6] {
    [
        &picture["channels"]["onsite"]["reported"]["value"],
        &picture["channels"]["online"]["reported"]["value"],
        &picture["participants"]["value"],
        &picture["in_both_channels"],
        &picture["walk_ins"],
        &picture["unidentified"],
    ]
}

fn statement<'a>(picture: &'a Value, kind: &str) -> &'a Value {
    let all = picture["statements"].as_array().unwrap();
    all.iter().find(|one| one["kind"] == kind).unwrap_or(&Value::Null)
}

const REPORT: &str = "Mia;Musterbeispiel;mia.musterbeispiel@example.org;;ja;80;\n\
    Björn;Teststrom;bjoern.teststrom@example.org;;ja;80;\n\
    Robin;Warteliste;robin.warteliste@example.org;;ja;80;\n\
    Alex;Fiktiv;alex.fiktiv@example.org;;ja;80;\n\
    Ungemeldet;Gast;gast@example.org;;ja;75;\n\
    Vera;Fremd;;;ja;60;\n";

#[test]
fn one_person_in_both_channels_counts_once() {
    let (app, seminar) = hybrid();
    let nothing = picture(&app, &seminar);
    assert_eq!(figures(&nothing), [&Value::Null; 6], "unknown is not none");
    assert_eq!(nothing["no_shows"], Value::Null);

    let session = app.sessions(&seminar)[0];
    let registration = |email: &str| super::attendance_imports::registration_of(&app, &seminar, email);
    app.came(&seminar, session, &registration("mia.musterbeispiel@example.org"), 1);
    app.came(&seminar, session, &registration("toni.testperson.a@example.org"), 1);
    app.walked_in(&seminar, session, "Ungemeldet", "Gast", Some("gast@example.org"));
    app.walked_in(&seminar, session, "Kollege", "Gast", Some("gast@example.org"));
    let door = picture(&app, &seminar);
    assert_eq!(
        figures(&door),
        [&json!(4), &Value::Null, &json!(4), &Value::Null, &json!(2), &json!(0)]
    );
    assert_eq!(door["participants"]["basis"], "check_ins");
    assert_eq!(
        door["no_shows"],
        Value::Null,
        "eight were to come online, where nobody looked"
    );

    let path = confirmed(&app, &seminar, REPORT);
    let both = picture(&app, &seminar);
    // Mia and the guest came through both; whoever shares the guest's address is somebody else.
    assert_eq!(
        figures(&both).map(|figure| figure.as_i64().unwrap()),
        [4, 6, 8, 2, 3, 1]
    );
    assert_eq!(both["participants"]["basis"], "attendance_records");
    assert_eq!(
        [
            &both["attended_after_cancellation"],
            &both["attended_from_waiting_list"],
            &both["no_shows"]
        ],
        [1, 1, 5],
        "of eight with a seat Mia, Björn and Toni came"
    );
    let of_session = &both["sessions"][0];
    assert_eq!(
        [&of_session["onsite"], &of_session["online"], &of_session["people"]],
        [4, 6, 8]
    );
    assert_eq!(
        [
            &statement(&both, "check_ins")["value"],
            &statement(&both, "import")["value"]
        ],
        [4, 6]
    );

    app.act(&path, "revert", &json!({})).expect(200);
    assert_eq!(picture(&app, &seminar), door, "as if it had never counted");
}

#[test]
fn two_files_of_one_session_are_one() {
    let (app, seminar) = hybrid();
    confirmed(&app, &seminar, REPORT);
    // At the end of the day: who was there before, by address and by full name, and two telephones of one kind.
    let more = "Vera;Fremd;;;ja;90;\nUngemeldet;Gast;gast@example.org;;ja;90;\nŞule;Örnek;sule.ornek@example.org;;ja;30;\n;iPhone;;;ja;90;\n";
    confirmed(&app, &seminar, more);
    confirmed(&app, &seminar, ";iPhone;;;ja;50;\n");
    let picture = picture(&app, &seminar);
    assert_eq!(picture["participants"]["value"], 9);
    assert_eq!(picture["walk_ins"], 4);
    assert_eq!(picture["unidentified"], 3, "Vera and two telephones, which may be one");
    assert_eq!(picture["channels"]["online"]["imported"], 9);
}

#[test]
fn a_group_at_two_screens_is_two() {
    let (app, seminar) = hybrid();
    sql(
        &app,
        "UPDATE registrations SET persons = 2, companions = '[{\"given_name\": \"Berta\", \"family_name\": \"Beispiel\"}]'
         WHERE email = 'mia.musterbeispiel@example.org'",
    );
    confirmed(
        &app,
        &seminar,
        "Mia;Musterbeispiel;mia.musterbeispiel@example.org;;ja;80;\nBerta;Beispiel;;;ja;80;\n",
    );
    let picture = picture(&app, &seminar);
    assert_eq!([&picture["participants"]["value"], &picture["walk_ins"]], [2, 0]);
    assert_eq!(statement(&picture, "import")["value"], 2);
}

#[test]
fn a_stricter_rule_is_read_into_every_figure() {
    let (app, seminar) = hybrid();
    confirmed(
        &app,
        &seminar,
        "Mia;Musterbeispiel;mia.musterbeispiel@example.org;;;80;\nKim;Platzhalter;kim.platzhalter@example.org;;;20;\n",
    );
    let figures = || {
        let picture = picture(&app, &seminar);
        let figures = [
            &picture["participants"]["value"],
            &statement(&picture, "import")["value"],
        ];
        figures.map(Clone::clone)
    };
    assert_eq!(figures(), [2, 2]);
    sql(
        &app,
        &format!("UPDATE attendance_rules SET min_seconds = 1800 WHERE seminar_id = '{seminar}'"),
    );
    assert_eq!(figures(), [1, 1]);
}

#[test]
fn the_join_link_counts_where_the_seminar_says_so() {
    let (app, seminar) = hybrid();
    sql(
        &app,
        &format!(
            "INSERT INTO joins (organisation_id, id, registration_id, session_id, at)
             SELECT r.organisation_id, gen_random_uuid(), r.id, s.id, s.starts_at FROM registrations r JOIN sessions s USING (seminar_id)
             WHERE r.seminar_id = '{seminar}' AND r.email LIKE 'sule%'"
        ),
    );
    assert_eq!(picture(&app, &seminar)["participants"], Value::Null);
    sql(
        &app,
        &format!("UPDATE attendance_rules SET count_joins = true WHERE seminar_id = '{seminar}'"),
    );
    let counted = picture(&app, &seminar);
    assert_eq!(
        [
            &counted["participants"]["value"],
            &statement(&counted, "joins")["value"]
        ],
        [1, 1]
    );
    assert_eq!(counted["participants"]["basis"], "joins");
}

#[test]
fn the_report_says_how_many_were_counted() {
    let (app, seminar) = hybrid();
    confirmed(&app, &seminar, REPORT);
    let report = app
        .reporter()
        .get("/reports/activity?from=2026-01-01&to=2026-12-31")
        .expect(200);
    let found = report["seminars"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == *seminar);
    let participants = &found.unwrap()["participants"];
    assert_eq!(
        [&participants["value"], &participants["basis"]],
        [&json!(6), &json!("import")],
        "{report}"
    );
}

#[test]
fn who_is_said_to_have_stayed_away_was_not_seen() {
    let (app, seminar) = hybrid();
    let path = confirmed(
        &app,
        &seminar,
        "Mia;Musterbeispiel;mia.musterbeispiel@example.org;;ja;80;\nKim;Platzhalter;kim.platzhalter@example.org;;nein;;\nUnbekannt;Fern;fern@example.org;;nein;;\n",
    );
    let import = app.organiser().get(&path).expect(200);
    assert_eq!(
        [&import["summary"]["stayed_away"], &import["summary"]["attended"]],
        [2, 1]
    );
    let counted = picture(&app, &seminar);
    assert_eq!([&counted["participants"]["value"], &counted["walk_ins"]], [1, 0]);
    let list = app
        .organiser()
        .get(&format!("/seminars/{seminar}/attendees?limit=100"))
        .expect(200);
    assert!(!list.to_string().contains("Fern"), "nobody walked in");
    let kim = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["family_name"] == "Platzhalter");
    assert!(!kim.unwrap().to_string().contains("import"), "{list}");
}
