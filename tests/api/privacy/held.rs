//! A funder may ask: whoever took part is restricted until then, and told so.

use diesel::connection::SimpleConnection;
use serde_json::json;

use super::scene::{ADDRESS, held as scene, registered};
use super::{OF, erased, hits, hold, retain, standing, waits};
use crate::api::attendance_imports::upload;
use crate::support::{TestApp, draft_with};

#[test]
fn what_a_funder_may_ask_for_is_restricted_and_not_erased() {
    let app = TestApp::spawn();
    let scene = scene(&app);
    hold(&app, &scene.seminar);
    let answer = erased(&app, ADDRESS);
    assert_eq!(answer["restricted"], json!([scene.registration]));
    assert_eq!(
        answer["registrations"],
        json!([scene.cancelled]),
        "there is no reason to keep the other"
    );
    assert_eq!(
        answer["held"],
        json!([{"seminar": scene.seminar, "until": "2032-12-31"}])
    );
    let seen = app.seen(&scene.registration);
    assert_eq!(
        (
            &seen["personal_data"],
            &seen["family_name"],
            &seen["phone"],
            &seen["answers"]
        ),
        (&json!("restricted"), &json!("Kanarifamily"), &json!(null), &json!({}))
    );
    // Only what the funder asks for is left.
    for gone in [
        "kanariphone",
        "kanarianswer",
        "kanarineed",
        "kanarinote",
        "kanariwhy",
        "kanarikept",
    ] {
        assert_eq!(hits(&app, &[gone]), [], "{gone}");
    }
    let places = hits(&app, &["kanarimail"])
        .into_iter()
        .map(|hit| hit.place)
        .collect::<Vec<_>>();
    assert!(
        places.contains(&"registrations.email".to_owned()) && !places.contains(&"mails.recipient".to_owned()),
        "{places:?}"
    );
    // Nobody finds it at the door, and nobody else reads it.
    let found = app
        .organiser()
        .get(&format!("/seminars/{}/registrations?q=kanarifamily", scene.seminar))
        .expect(200);
    assert_eq!(found["data"], json!([]));
    assert_eq!(crate::api::sharings::read(&app, "")[0]["state"], "cancelled");
    let path = format!("/registrations/{}", scene.registration);
    app.organiser()
        .patch(&path, &app.etag(&path), &json!({"given_name": "Wieder"}))
        .problem(409, "transition-not-allowed");
}

#[test]
fn when_the_hold_ends_it_goes_at_once_and_no_sooner() {
    let app = TestApp::spawn();
    let scene = scene(&app);
    let path = hold(&app, &scene.seminar);
    erased(&app, ADDRESS);
    app.at("2030-01-01T08:00:00Z");
    retain(&app);
    assert_eq!(app.seen(&scene.registration)["personal_data"], "restricted");
    assert!(standing(&app, "participation")["held"].as_i64().unwrap() > 0);
    assert_eq!(standing(&app, "participation")["overdue"], 0, "held is not overdue");
    let tag = app.admin().get(&path).etag();
    app.admin().delete(&path, &tag).expect(204);
    app.admin().get(&path).problem(404, "not-found");
    assert!(standing(&app, "participation")["due"].as_i64().unwrap() > 0);
    assert!(retain(&app) > 0);
    assert_eq!(app.seen(&scene.registration)["personal_data"], "erased");
    assert_eq!(hits(&app, &["kanarimail", "kanarigiven"]), []);
}

#[test]
fn a_hold_ends_by_itself_with_its_last_day() {
    let app = TestApp::spawn();
    let scene = scene(&app);
    hold(&app, &scene.seminar);
    app.at("2032-12-31T22:30:00Z");
    retain(&app);
    assert_eq!(
        app.seen(&scene.registration)["personal_data"],
        "kept",
        "it is still the last day in Berlin"
    );
    app.at("2032-12-31T23:30:00Z");
    retain(&app);
    assert_eq!(app.seen(&scene.registration)["personal_data"], "erased");
}

/// What is asked after its last day, and what was taken back, restricts nobody any more.
#[test]
fn a_hold_that_is_over_restricts_nobody() {
    let app = TestApp::spawn();
    let scene = scene(&app);
    hold(&app, &scene.seminar);
    app.at("2032-12-31T08:00:00Z");
    assert!(standing(&app, "participation")["held"].as_i64().unwrap() > 0);
    app.at("2033-01-01T08:00:00Z");
    assert_eq!(standing(&app, "participation")["held"], 0);
    let answer = erased(&app, ADDRESS);
    assert_eq!((&answer["restricted"], &answer["held"]), (&json!([]), &json!([])));
    assert_eq!(app.seen(&scene.registration)["personal_data"], "erased");
    assert_eq!(hits(&app, &["kanarigiven", "kanarimail"]), []);
}

/// What was to be erased already does not wait for the time of the others.
#[test]
fn who_was_restricted_goes_as_soon_as_the_hold_is_taken_back() {
    let app = TestApp::spawn();
    let scene = scene(&app);
    let path = hold(&app, &scene.seminar);
    erased(&app, ADDRESS);
    let tag = app.admin().get(&path).etag();
    app.admin().delete(&path, &tag).expect(204);
    retain(&app);
    assert_eq!(app.seen(&scene.registration)["personal_data"], "erased");
    assert_eq!(app.seen(&scene.berta)["personal_data"], "kept", "the control");
}

/// Who came without a registration is one of those a funder asks for too.
#[test]
fn who_walked_in_stays_as_long_as_the_seminar_is_held() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    app.at("2027-05-06T16:00:00Z");
    let session = app.sessions(&seminar)[0];
    app.walked_in(&seminar, session, "Quintilla", "Nebenan", Some("quintilla@example.org"));
    let path = hold(&app, &seminar);
    let answer = erased(&app, "quintilla@example.org");
    assert_eq!(
        (&answer["check_ins"], &answer["held"][0]["seminar"]),
        (&json!([]), &json!(seminar))
    );
    assert!(!hits(&app, &["nebenan"]).is_empty());
    let admin = app.admin();
    admin.delete(&path, "\"7\"").problem(412, "precondition-failed");
    let tag = admin.get(&path).etag();
    admin.delete(&path, &tag).expect(204);
    admin.delete(&path, &tag).problem(404, "not-found");
    assert_eq!(
        erased(&app, "quintilla@example.org")["check_ins"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(hits(&app, &["nebenan"]), []);
}

#[test]
fn a_collection_holds_all_of_its_seminars_and_only_them() {
    let app = TestApp::spawn();
    let collection = json!({"organisation": OF, "kind": "programme", "name": "EFRE"});
    let collection = app.organiser().post("/collections", &collection).id();
    let mut body = crate::support::draft_body(5);
    body["collections"] = json!([collection]);
    let (funded, free) = (app.published(&body), app.seminar(5));
    let [anna] = app.registered(&funded, ["anna"]);
    let [berta] = app.registered(&free, ["berta"]);
    let body = json!({"organisation": OF, "collection": collection, "until": "2030-12-31", "reason": "EFRE"});
    let hold = format!("/privacy/holds/{}", app.admin().post("/privacy/holds", &body).id());
    let all = app
        .admin()
        .get("/privacy/holds?organisation=staedteregion-aachen")
        .expect(200);
    assert_eq!(all["data"][0]["collection"], json!(collection));
    app.at("2028-06-01T08:00:00Z");
    retain(&app);
    assert_eq!(
        (&app.seen(&anna)["personal_data"], &app.seen(&berta)["personal_data"]),
        (&json!("kept"), &json!("erased"))
    );
    let tag = app.admin().get(&hold).etag();
    app.admin().delete(&hold, &tag).expect(204);
    retain(&app);
    assert_eq!(app.seen(&anna)["personal_data"], "erased");
}

#[test]
fn who_did_not_take_part_is_erased_whatever_is_held() {
    let app = TestApp::spawn();
    let scene = registered(&app);
    hold(&app, &scene.seminar);
    // The seminar is ahead: the seat goes on, and a funder asks for those who came.
    let answer = erased(&app, ADDRESS);
    assert_eq!((&answer["restricted"], &answer["cancelled"]), (&json!([]), &json!(1)));
    assert_eq!(hits(&app, &["kanarigiven", "kanarimail"]), []);
}

#[test]
fn what_is_wrong_with_a_hold_is_named() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let with = |members: serde_json::Value| {
        let mut body = json!({"organisation": OF, "until": "2030-12-31", "reason": "EFRE"});
        body.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        app.admin().post("/privacy/holds", &body).invalid()
    };
    assert_eq!(with(json!({})), ["/seminar"]);
    assert_eq!(with(json!({"seminar": seminar, "collection": seminar})), ["/seminar"]);
    assert_eq!(with(json!({"collection": seminar})), ["/collection"]);
    assert_eq!(
        with(json!({"seminar": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11"})),
        ["/seminar"]
    );
    assert_eq!(with(json!({"seminar": seminar, "until": "2027-01-03"})), ["/until"]);
}

/// Three who gave their seat back: the first came with the ticket, the second walked in under her address, the third did not come.
fn came_anyway(app: &TestApp) -> (String, [String; 3]) {
    let seminar = app.seminar(5);
    let all = app.registered(&seminar, ["anna", "berta", "clara"]);
    for one in &all {
        app.act(&format!("/registrations/{one}"), "cancel", &json!({}))
            .expect(200);
    }
    app.at("2027-05-06T16:00:00Z");
    let session = app.sessions(&seminar)[0];
    app.came(&seminar, session, &all[0], 1);
    app.walked_in(&seminar, session, "berta", "Müller", Some("berta@example.org"));
    (seminar, all)
}

/// A scan that was voided, a row about the team, and one that nobody has decided on do not say that somebody came.
#[test]
fn who_was_not_there_is_kept_no_longer_than_who_did_not_come() {
    let app = TestApp::spawn();
    let channels = json!([{"channel": "onsite", "capacity": 5}, {"channel": "online", "capacity": 5}]);
    let seminar = app.published(&draft_with(5, json!({"channels": channels})));
    let all = app.registered(&seminar, ["anna", "berta", "clara"]);
    for one in &all {
        app.act(&format!("/registrations/{one}"), "cancel", &json!({}))
            .expect(200);
    }
    app.at("2027-05-06T16:00:00Z");
    let session = app.sessions(&seminar)[0];
    app.came(&seminar, session, &all[0], 1);
    let reported = |name: &str| {
        let list = format!("Vorname;Nachname;E-Mail;Anwesend;Minuten\n{name};Müller;{name}@example.org;ja;80;\n");
        upload(&app.organiser(), &seminar, list.as_bytes(), &[]).id()
    };
    let path = format!("/seminars/{seminar}/attendance-imports/{}", reported("berta"));
    app.act(&path, "confirm", &json!({"accept_proposed": true})).expect(200);
    reported("clara");
    let row = "UPDATE import_participants SET registration_id = NULL, match_status =";
    let decide = |said: &str| {
        let sql = format!("{row} '{said}' WHERE email_key = 'berta@example.org'");
        app.database.connect().batch_execute(&sql).unwrap();
    };
    app.at("2027-07-01T08:00:00Z");
    // The control: who was there is known for half a year.
    decide("unmatched");
    retain(&app);
    assert_eq!(left_of(&app, &all), [json!("kept"), json!("kept"), json!("erased")]);
    decide("staff");
    let void = format!(
        "UPDATE check_ins SET voided_at = at, void_reason = 'Irrtum' WHERE registration_id = '{}'",
        all[0]
    );
    app.database.connect().batch_execute(&void).unwrap();
    retain(&app);
    assert_eq!(left_of(&app, &all), [json!("erased"), json!("erased"), json!("erased")]);
}

fn left_of(app: &TestApp, all: &[String; 3]) -> [serde_json::Value; 3] {
    all.each_ref().map(|one| app.seen(one)["personal_data"].clone())
}

#[test]
fn who_gave_the_seat_back_and_came_took_part() {
    let app = TestApp::spawn();
    let (seminar, all) = came_anyway(&app);
    let hold = hold(&app, &seminar);
    for name in ["anna", "berta", "clara"] {
        erased(&app, &format!("{name}@example.org"));
    }
    let restricted = [json!("restricted"), json!("restricted"), json!("erased")];
    assert_eq!(left_of(&app, &all), restricted);
    let walked_in = || {
        hits(&app, &["berta"])
            .iter()
            .any(|hit| hit.place == "check_ins.given_name")
    };
    assert!(walked_in());
    app.at("2030-01-01T08:00:00Z");
    retain(&app);
    assert_eq!(left_of(&app, &all), restricted);
    assert!(walked_in());
    let tag = app.admin().get(&hold).etag();
    app.admin().delete(&hold, &tag).expect(204);
    retain(&app);
    assert_eq!(left_of(&app, &all), [json!("erased"), json!("erased"), json!("erased")]);
    assert!(!walked_in());
}

#[test]
fn who_gave_the_seat_back_and_came_is_kept_as_long_as_who_came() {
    let app = TestApp::spawn();
    let (_, all) = came_anyway(&app);
    app.at("2027-07-01T08:00:00Z");
    retain(&app);
    assert_eq!(left_of(&app, &all), [json!("kept"), json!("kept"), json!("erased")]);
}

#[test]
fn who_came_is_kept_no_longer_than_who_did_not_where_that_is_decided() {
    let app = TestApp::spawn();
    let (_, all) = came_anyway(&app);
    let path = "/privacy/retention/participation?organisation=staedteregion-aachen";
    let tag = app.admin().get(path).etag();
    let set = app
        .admin()
        .send("PUT", path, &[("If-Match", &tag)], Some(br#"{"days": 7}"#));
    set.expect(200);
    app.at("2027-05-20T08:00:00Z");
    retain(&app);
    assert_eq!(left_of(&app, &all), [json!("erased"), json!("erased"), json!("kept")]);
    assert_eq!(
        standing(&app, "participation")["kept"],
        0,
        "the walk-in goes with the registration she is known by"
    );
}

/// Whatever `decided` says becomes known while the run waits for the seminar.
fn retained_meanwhile(app: &TestApp, seminar: &str, decided: &str) {
    let (mut holder, mut watcher) = (app.database.connect(), app.database.connect());
    let lock = format!(
        "BEGIN; SELECT FROM seminars WHERE id = '{seminar}' FOR NO KEY UPDATE;
         SELECT FROM channels WHERE seminar_id = '{seminar}' FOR NO KEY UPDATE"
    );
    holder.batch_execute(&lock).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| retain(app));
        waits(&mut watcher);
        holder.batch_execute(&format!("{decided}; COMMIT")).unwrap();
    });
}

#[test]
fn who_is_held_at_the_last_moment_is_held() {
    let app = TestApp::spawn();
    let (held, free) = (app.seminar(5), app.seminar(5));
    let [anna] = app.registered(&held, ["anna"]);
    let [berta] = app.registered(&free, ["berta"]);
    app.at("2028-06-01T08:00:00Z");
    let hold = |seminar: &str| {
        format!(
            "INSERT INTO retention_holds (organisation_id, id, seminar_id, until, reason, created_at)
             SELECT organisation_id, gen_random_uuid(), id, '2032-12-31', 'EFRE', now() FROM seminars WHERE id = '{seminar}'"
        )
    };
    retained_meanwhile(&app, &held, &hold(&held));
    assert_eq!(app.seen(&anna)["personal_data"], "kept");
    assert_eq!(app.seen(&berta)["personal_data"], "erased", "the control: it was time");
}

#[test]
fn what_is_put_off_at_the_last_moment_is_kept() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let [anna] = app.registered(&seminar, ["anna"]);
    app.at("2028-06-01T08:00:00Z");
    let later = format!(
        "UPDATE sessions SET starts_at = '2028-05-06T16:00Z', ends_at = '2028-05-06T18:00Z', starts_on = '2028-05-06'
         WHERE seminar_id = '{seminar}'"
    );
    retained_meanwhile(&app, &seminar, &later);
    assert_eq!(app.seen(&anna)["personal_data"], "kept");
}
