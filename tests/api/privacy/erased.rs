//! No word is left, and every number is.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use einlass::auth::OrganisationId;
use einlass::mail::Delivered;
use einlass::schema::{registrations, tickets};
use einlass::seminars::SeminarId;
use serde_json::{Value, json};

use super::scene::{ADDRESS, CANARIES, figures, held, open_figures, registered};
use super::{OF, accessed, erase, erased, hits};
use crate::api::check_ins::{at_the_door, scan};
use crate::api::sharings::{journal, read};
use crate::support::{TestApp, person};

#[test]
fn no_word_is_left_and_every_number_is() {
    let app = TestApp::spawn();
    let scene = held(&app);
    // The control: each word is found before it is gone, most of them in several places.
    let before = hits(&app, &CANARIES);
    let found = before.iter().map(|hit| hit.canary.as_str()).collect::<BTreeSet<_>>();
    assert_eq!(found, CANARIES.into_iter().collect(), "the scan finds what is there");
    let places = before
        .iter()
        .map(|hit| hit.place.split('.').next().unwrap())
        .collect::<BTreeSet<_>>();
    for table in [
        "registrations",
        "sensitive_answers",
        "reviews",
        "mails",
        "check_ins",
        "import_participants",
        "idempotency_keys",
    ] {
        assert!(places.contains(table), "{table}: {places:?}");
    }
    assert!(!places.contains("journal"), "{before:?}");
    let counted = figures(&app, &scene);

    let answer = erased(&app, "KANARIMAIL@example.org");
    assert_eq!(answer["cancelled"], 0, "nothing is ahead: {answer}");
    let mut gone = answer["registrations"].as_array().unwrap().clone();
    gone.sort_by_key(Value::to_string);
    let mut expected = vec![json!(scene.registration), json!(scene.cancelled)];
    expected.sort_by_key(Value::to_string);
    assert_eq!(gone, expected);
    // Two walk-ins under the address, and the voided scan.
    assert_eq!(answer["check_ins"].as_array().unwrap().len(), 3, "{answer}");
    // The person and who came along, in three reports.
    assert_eq!(answer["report_rows"].as_array().unwrap().len(), 6, "{answer}");

    assert_eq!(hits(&app, &CANARIES), []);
    assert_eq!(figures(&app, &scene), counted);
    let seen = app.seen(&scene.registration);
    assert_eq!(
        (
            &seen["personal_data"],
            &seen["state"],
            &seen["persons"],
            &seen["email"],
            &seen["family_name"]
        ),
        (&json!("erased"), &json!("confirmed"), &json!(2), &json!(""), &json!(""))
    );
    assert_eq!(
        app.seen(&scene.berta)["personal_data"],
        "kept",
        "nobody else is concerned"
    );
    assert!(!hits(&app, &["berta@example.org"]).is_empty());

    // Of nobody there is no certificate.
    app.organiser()
        .get(&format!("/registrations/{}/certificate", scene.registration))
        .problem(409, "certificate-not-earned");

    // Whoever asks again finds nothing, and writes nobody down again.
    let again = erased(&app, ADDRESS);
    assert_eq!(
        (&again["registrations"], &again["check_ins"], &again["report_rows"]),
        (&json!([]), &json!([]), &json!([]))
    );
    let path = format!("/registrations/{}", scene.registration);
    app.organiser()
        .patch(&path, &app.etag(&path), &json!({"given_name": "Wieder"}))
        .problem(409, "transition-not-allowed");
}

#[test]
fn what_is_published_of_the_year_is_the_same() {
    let app = TestApp::spawn();
    held(&app);
    app.at("2028-01-10T08:00:00Z");
    let before = open_figures(&app);
    assert!(before.starts_with('{'), "{before}");
    erased(&app, ADDRESS);
    assert_eq!(open_figures(&app), before);
}

#[test]
fn what_is_ahead_is_cancelled_first_and_its_seat_goes_on() {
    let app = TestApp::spawn();
    let mut body = crate::support::draft_body(1);
    body["waiting_list"] = json!(true);
    let seminar = app.published(&body);
    let [quintilla, berta] = app.registered(&seminar, ["quintilla", "berta"]);
    assert_eq!(
        app.states(&[quintilla.clone(), berta.clone()]),
        ["confirmed", "waitlisted"]
    );
    let answer = erased(&app, "quintilla@example.org");
    assert_eq!(
        (&answer["cancelled"], &answer["registrations"]),
        (&json!(1), &json!([quintilla]))
    );
    assert_eq!(app.states(&[quintilla.clone(), berta]), ["cancelled", "offered"]);
    assert!(
        app.mails_to("quintilla@example.org").is_empty(),
        "nothing is sent to the person"
    );
    assert_eq!(app.mails_to("berta@example.org"), ["waitlisted", "offered"]);
    assert_eq!(hits(&app, &["quintilla"]), []);
    let entries = journal(&app, "registration.erased");
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["seminar_id"], json!(seminar));
    // Whoever was forgotten may come again.
    app.register(&seminar, "quintilla").expect(201);
}

#[test]
fn a_rehearsal_tells_and_changes_nothing() {
    let app = TestApp::spawn();
    let scene = registered(&app);
    let before = hits(&app, &CANARIES);
    let body = json!({"organisation": OF, "email": ADDRESS, "dry_run": true});
    let told = erase(&app.admin(), &body).expect(200);
    assert_eq!(
        (&told["dry_run"], &told["id"], &told["cancelled"]),
        (&json!(true), &Value::Null, &json!(1))
    );
    assert_eq!(told["registrations"].as_array().unwrap().len(), 2);
    assert_eq!(hits(&app, &CANARIES), before);
    assert_eq!(app.state(&scene.registration), "confirmed");
    assert!(journal(&app, "erasure.made").is_empty());
}

#[test]
fn what_is_left_is_no_ticket_no_certificate_and_no_address() {
    let app = TestApp::spawn();
    let scene = held(&app);
    let id = scene.registration.parse::<uuid::Uuid>().unwrap();
    let own = registrations::table.filter(registrations::id.eq(id));
    let of = own.select((registrations::organisation_id, registrations::seminar_id));
    let of = of
        .first::<(OrganisationId, SeminarId)>(&mut app.database.connect())
        .unwrap();
    let tickets = || {
        let issue = |conn: &mut PgConnection| einlass::registrations::issue(conn, &app.site.capabilities, of);
        app.site.db.run(false, issue).unwrap();
        let own = tickets::table.filter(tickets::registration_id.eq(id)).count();
        own.get_result::<i64>(&mut app.database.connect()).unwrap()
    };
    let certificate = format!("/registrations/{}/certificate", scene.registration);
    let list = format!("/seminars/{}/attendees?format=json&limit=100", scene.seminar);
    // The control.
    assert_eq!(tickets(), 1);
    assert_eq!(app.organiser().get(&certificate).status, 200);
    assert!(app.organiser().get(&list).text.contains(ADDRESS));
    erased(&app, ADDRESS);
    assert_eq!(tickets(), 0);
    app.organiser().get(&certificate).problem(409, "certificate-not-earned");
    let told = app.organiser().get(&list).text;
    assert!(!told.contains(ADDRESS) && !told.contains("erased:"), "{told}");
    let (path, note) = (
        format!("/registrations/{id}/review"),
        br#"{"score": 7, "note": "Wieder"}"#,
    );
    let noted = app.organiser().send("PUT", &path, &[], Some(note));
    noted.problem(409, "transition-not-allowed");
}

#[test]
fn a_device_that_sends_a_walk_in_again_names_nobody_again() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let desk = at_the_door(&app);
    let walk_in = |family_name: &str| {
        let name = json!({"given_name": "Leyla", "family_name": family_name, "email": "leyla@example.org"});
        scan(&desk, &seminar, 1, json!({"walk_in": name}))
    };
    let first = walk_in("Quintilla").expect(201);
    walk_in("Berta").problem(422, "scan-id-reused");
    assert_eq!(erased(&app, "leyla@example.org")["check_ins"], json!([first["id"]]));
    assert_eq!(walk_in("Quintilla").expect(200)["id"], first["id"]);
    assert_eq!(hits(&app, &["quintilla"]), []);
}

#[test]
fn the_kept_answer_to_an_upload_names_nobody_any_more() {
    let app = TestApp::spawn();
    held(&app);
    let guest = "gast@example.org";
    let body = json!({"organisation": OF, "email": guest, "dry_run": true});
    let told = erase(&app.admin(), &body).expect(200);
    let import = told["report_rows"][0]["import"].as_str().unwrap();
    let sql = format!(
        "INSERT INTO idempotency_keys (key, request, created_at, location, body)
             SELECT sha256('u'), sha256('r'), now(), '/api/v1/attendance-imports/{import}',
                 '{{\"id\": \"{import}\", \"participants\": [{{\"email\": \"{guest}\"}}]}}'"
    );
    app.database.connect().batch_execute(&sql).unwrap();
    let kept = |app: &TestApp| {
        let hits = hits(app, &[guest]).into_iter();
        hits.filter(|hit| hit.place == "idempotency_keys.body").count()
    };
    assert_eq!(kept(&app), 1, "the control");
    erased(&app, guest);
    assert_eq!(kept(&app), 0);
    assert_eq!(hits(&app, &[guest]), []);
}

#[test]
fn a_kept_answer_that_is_about_many_names_nobody_any_more_if_one_of_them_is_erased() {
    let app = TestApp::spawn();
    let scene = registered(&app);
    let keep = |key: &str, id: &str| {
        format!(
            "INSERT INTO idempotency_keys (key, request, created_at, location, body)
                 SELECT sha256('{key}'), sha256('r'), now(), '/api/v1/batches/0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11',
                     '{{\"data\": [{{\"of\": [{{\"id\": \"{id}\"}}], \"name\": \"word of {key}\"}}]}}';"
        )
    };
    let both = keep("anybody", &scene.registration) + &keep("somebody", &scene.berta);
    app.database.connect().batch_execute(&both).unwrap();
    erased(&app, ADDRESS);
    assert_eq!(hits(&app, &["word of anybody"]), []);
    assert_eq!(
        hits(&app, &["word of somebody"]).len(),
        1,
        "nobody else's answer is touched"
    );
}

#[test]
fn what_is_said_about_somebody_after_they_were_erased_is_not_kept() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let all = app.registered(&seminar, ["anna", "berta"]);
    app.at("2027-05-06T16:05:00Z");
    let desk = app.front_desk();
    let comes = |n: u128, one: &str| scan(&desk, &seminar, n, json!({"registration": one})).id();
    let scans = [comes(1, &all[0]), comes(2, &all[1])];
    let walked_in = json!({"given_name": "Leyla", "family_name": "Nebenan", "email": "anna@example.org"});
    let walked_in = scan(&desk, &seminar, 3, json!({"walk_in": walked_in})).id();
    erased(&app, "anna@example.org");
    let void = |id: &str, reason: &str| {
        let path = format!("/seminars/{seminar}/check-ins/{id}");
        let tag = desk.get(&path).etag();
        desk.act(&format!("{path}/void"), &tag, &json!({"reason": reason}))
            .expect(200)["voided"]["reason"]
            .clone()
    };
    assert_eq!(void(&scans[0], "Quintilla war es"), "");
    assert_eq!(void(&walked_in, "Quintilla war es"), "");
    assert_eq!(void(&scans[1], "Ottokarus war es"), "Ottokarus war es", "the control");
    for (one, reason) in all.iter().zip(["Quintilla sagte ab", "Ottokarus sagte ab"]) {
        let path = format!("/registrations/{one}");
        app.act(&path, "cancel", &json!({"reason": reason})).expect(200);
    }
    assert_eq!(app.state(&all[0]), "cancelled");
    assert_eq!(hits(&app, &["quintilla"]), []);
    assert!(hits(&app, &["ottokarus"]).len() >= 2, "the control");
    assert!(app.mails_to("").is_empty(), "nobody is written to");
}

#[test]
fn a_request_that_is_sent_again_is_answered_again() {
    let app = TestApp::spawn();
    let scene = registered(&app);
    let body = json!({"organisation": OF, "registration": scene.registration});
    let first = app.admin().post_with_key("/privacy/erasures", "einmal", &body);
    let second = app.admin().post_with_key("/privacy/erasures", "einmal", &body);
    assert_eq!(first.expect(201), second.expect(201));
    assert_eq!(second.header("idempotency-replayed"), "true");
    let other = json!({"organisation": OF, "registration": scene.cancelled});
    app.admin()
        .post_with_key("/privacy/erasures", "einmal", &other)
        .problem(422, "idempotency-key-reused");
    assert_eq!(
        app.seen(&scene.cancelled)["personal_data"],
        "kept",
        "one was named, one goes"
    );
    let path = first.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    assert_eq!(app.admin().get(&path).expect(200), first.expect(201));
}

#[test]
fn the_other_organisation_hears_that_it_has_to_forget_and_keeps_what_is_its_own() {
    let app = TestApp::spawn();
    let scene = registered(&app);
    let mut theirs = crate::support::draft_body(5);
    theirs["organisation"] = json!("ihk-aachen");
    let made = app.foreign_organiser().post("/seminars", &theirs);
    let id = made.id();
    let path = format!("/seminars/{id}/publish");
    app.foreign_organiser().act(&path, &made.etag(), &json!({})).expect(200);
    let mut body = person("kanarimail");
    body["given_name"] = json!("Fremd");
    let foreign = app
        .anonymous()
        .post(&format!("/seminars/{id}/registrations"), &body)
        .id();
    app.clock.advance(chrono::Duration::hours(1));
    let since = app.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    assert_eq!(read(&app, &format!("?since={since}")), Vec::<Value>::new());

    erased(&app, ADDRESS);
    let heard = read(&app, &format!("?since={since}"));
    assert_eq!(heard.len(), 1);
    assert_eq!(
        (&heard[0]["id"], &heard[0]["state"], &heard[0]["email"]),
        (&json!(scene.registration), &json!("cancelled"), &Value::Null)
    );
    let kept = app
        .foreign_organiser()
        .get(&format!("/registrations/{foreign}"))
        .expect(200);
    assert_eq!(
        (&kept["email"], &kept["given_name"]),
        (&json!("kanarimail@example.org"), &json!("Fremd"))
    );
    let places = hits(&app, &["Fremd"])
        .into_iter()
        .map(|hit| hit.place)
        .collect::<Vec<_>>();
    assert!(places.contains(&"registrations.given_name".to_owned()), "{places:?}");
}

#[test]
fn who_was_shared_and_came_is_forgotten_by_the_other_organisation_too() {
    let app = TestApp::spawn();
    let scene = held(&app);
    // Still confirmed: only that the person is erased tells the reader to forget.
    erased(&app, ADDRESS);
    assert_eq!(app.state(&scene.registration), "confirmed");
    let heard = read(&app, "");
    assert_eq!(
        (&heard[0]["id"], &heard[0]["state"]),
        (&json!(scene.registration), &json!("cancelled"))
    );
}

#[test]
fn whoever_has_the_mail_is_forgotten_without_anybody() {
    let app = TestApp::spawn();
    let scene = held(&app);
    let own = app.registrant(&scene.registration, ADDRESS);
    erase(&own, &json!({"email": "berta@example.org"})).problem(422, "validation-failed");
    let answer = erase(&own, &json!({"reason": "consent_withdrawn"})).expect(201);
    assert_eq!(answer["registrations"], json!([scene.registration]));
    assert_eq!(
        app.seen(&scene.cancelled)["personal_data"],
        "kept",
        "another registration has a token of its own"
    );
    // The link ended with the address.
    erase(&own, &json!({})).problem(404, "not-found");
    own.get(&format!("/registrations/{}", scene.registration))
        .problem(404, "not-found");
    // The colleague with the address is somebody else.
    assert!(!hits(&app, &["kanaricolleague"]).is_empty());
    assert_eq!(hits(&app, &["kanariwalkin"]), []);
    let known = accessed(&app.registrant(&scene.cancelled, ADDRESS), &json!({}));
    assert_eq!(known["registrations"].as_array().unwrap().len(), 1);
}

#[test]
fn a_mail_that_is_under_way_comes_back_to_nothing() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    app.registered(&seminar, ["quintilla"]);
    // Somebody has it in hand.
    let leased = diesel::sql_query("UPDATE mails SET attempts = attempts + 1, due_at = due_at + interval '1 minute'");
    diesel::RunQueryDsl::execute(leased, &mut app.database.connect()).unwrap();
    erased(&app, "quintilla@example.org");
    app.clock.advance(chrono::Duration::minutes(2));
    let delivered = app.site.postman.deliver_due(&app.site.db, &app.clock, 10).unwrap();
    assert_eq!(delivered, Delivered::default(), "nothing is left to send");
    assert_eq!(hits(&app, &["quintilla"]), []);
}
