//! What is wrong with a request is named, and who may not is refused.

use diesel::connection::SimpleConnection;
use serde_json::json;

use super::scene::{ADDRESS, CANARIES, held};
use super::{OF, RETENTION, accessed, erase, hits, standing, waits};
use crate::api::sharings::count;
use crate::support::{TestApp, draft_body};

#[test]
fn a_request_names_one_person_of_an_organisation_of_ones_own() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    let [anna] = app.registered(&seminar, ["anna"]);
    let admin = app.admin();
    for path in ["/privacy/access-requests", "/privacy/erasures"] {
        for (body, place) in [
            (json!({}), "/organisation"),
            (json!({"organisation": OF}), "/email"),
            (
                json!({"organisation": OF, "email": "a@example.org", "registration": anna}),
                "/registration",
            ),
            (
                json!({"organisation": "ihk-aachen", "email": "a@example.org"}),
                "/organisation",
            ),
            (json!({"organisation": OF, "email": "a"}), "/email"),
            (json!({"organisation": OF, "registration": seminar}), "/registration"),
            (
                json!({"organisation": OF, "email": "a@example.org", "name": "Anna"}),
                "/name",
            ),
        ] {
            assert_eq!(admin.post(path, &body).invalid(), [place], "{path} {body}");
        }
        let body = json!({"organisation": OF, "registration": anna});
        app.organiser().post(path, &body).problem(403, "forbidden");
    }
    assert_eq!(count(&app, "erasures"), 0);
    assert_eq!(app.seen(&anna)["personal_data"], "kept");
}

#[test]
fn what_is_another_organisations_is_nothing_to_ask_about_or_to_hold() {
    let app = TestApp::spawn();
    let their_admin = app.person("foreign_admin");
    let mut body = draft_body(5);
    body["organisation"] = json!("ihk-aachen");
    let made = their_admin.post("/seminars", &body);
    let seminar = made.id();
    let path = format!("/seminars/{seminar}/publish");
    their_admin.act(&path, &made.etag(), &json!({})).expect(200);
    let registration = app.register(&seminar, "anna").id();
    let collection = json!({"organisation": "ihk-aachen", "kind": "programme", "name": "EFRE"});
    let collection = their_admin.post("/collections", &collection).id();
    let of = |organisation: &str| json!({"organisation": organisation, "registration": registration});
    let hold = |organisation: &str, what: &str, id: &str| {
        let mut body = json!({"organisation": organisation, "until": "2030-12-31", "reason": "EFRE"});
        body[what] = json!(id);
        body
    };
    let admin = app.admin();
    for path in ["/privacy/access-requests", "/privacy/erasures"] {
        assert_eq!(admin.post(path, &of(OF)).invalid(), ["/registration"], "{path}");
    }
    for (what, id) in [("seminar", &seminar), ("collection", &collection)] {
        let refused = admin.post("/privacy/holds", &hold(OF, what, id));
        assert_eq!(refused.invalid(), [format!("/{what}")]);
    }
    // The control: whose it is may do all of it.
    let known = accessed(&their_admin, &of("ihk-aachen"));
    assert_eq!(known["registrations"][0]["id"], json!(registration));
    for (what, id) in [("seminar", &seminar), ("collection", &collection)] {
        let body = hold("ihk-aachen", what, id);
        their_admin.post("/privacy/holds", &body).expect(201);
    }
    erase(&their_admin, &of("ihk-aachen")).expect(201);
}

#[test]
fn an_organisation_decides_how_long_it_keeps_what() {
    let app = TestApp::spawn();
    let admin = app.admin();
    let path = "/privacy/retention/participation?organisation=staedteregion-aachen";
    let found = admin.get(path);
    let shown = found.expect(200);
    assert_eq!((&shown["days"], &shown["default_days"]), (&json!(null), &json!(183)));
    let put = |tag: Option<&str>, body: serde_json::Value| {
        let headers = tag.map(|tag| ("If-Match", tag));
        admin.send("PUT", path, headers.as_slice(), Some(body.to_string().as_bytes()))
    };
    put(None, json!({"days": 365})).problem(428, "precondition-required");
    assert_eq!(put(Some(&found.etag()), json!({"days": 4000})).invalid(), ["/days"]);
    let set = put(Some(&found.etag()), json!({"days": 365}));
    assert_eq!(set.expect(200)["days"], 365);
    assert_eq!(standing(&app, "participation")["days"], 365);
    put(Some(&found.etag()), json!({"days": 1})).problem(412, "precondition-failed");
    put(Some(&set.etag()), json!({"days": null})).expect(200);
    assert_eq!(standing(&app, "participation")["days"], 183);

    let fixed = "/privacy/retention/sensitive_answers?organisation=staedteregion-aachen";
    let tag = admin.get(fixed).etag();
    admin
        .send("PUT", fixed, &[("If-Match", &tag)], Some(br#"{"days": 90}"#))
        .problem(409, "transition-not-allowed");
    admin
        .get("/privacy/retention/curiosity?organisation=staedteregion-aachen")
        .problem(404, "not-found");
    admin
        .get("/privacy/retention?organisation=ihk-aachen")
        .problem(404, "not-found");
    assert_eq!(admin.get("/privacy/retention").invalid(), ["organisation"]);
    let reasons = admin.get(RETENTION).expect(200);
    for one in reasons["purposes"].as_array().unwrap() {
        assert!(
            one["reason"].as_str().unwrap().len() > 20 && one["basis"].as_str().unwrap().starts_with("GDPR"),
            "{one}"
        );
    }
    assert_eq!(
        reasons["purposes"].as_array().unwrap().len(),
        einlass::privacy::Purpose::ALL.len()
    );
}

/// Free words about a person, written while somebody makes them forgotten.
#[test]
fn nothing_is_noted_behind_an_erasure() {
    let app = TestApp::spawn();
    let seminar = app.seminar(1);
    let [anna] = app.registered(&seminar, ["anna"]);
    let path = format!("/registrations/{anna}/review");
    let note = || {
        app.organiser()
            .send("PUT", &path, &[], Some(br#"{"note": "kanarinote"}"#))
    };
    note().expect(200);
    let (mut erasing, mut watcher) = (app.database.connect(), app.database.connect());
    // As an erasure does it: what is beside the registration goes after it was changed.
    let begin = format!(
        "BEGIN; UPDATE registrations SET personal_data = 'restricted' WHERE id = '{anna}';
         DELETE FROM reviews WHERE registration_id = '{anna}'"
    );
    erasing.batch_execute(&begin).unwrap();
    std::thread::scope(|scope| {
        let noted = scope.spawn(note);
        waits(&mut watcher);
        erasing.batch_execute("COMMIT").unwrap();
        noted.join().unwrap().problem(409, "transition-not-allowed");
    });
    assert_eq!(count(&app, "reviews"), 0);
}

#[test]
fn two_who_erase_one_person_at_once_erase_once() {
    let app = TestApp::spawn();
    let seminar = app.seminar(1);
    app.registered(&seminar, ["quintilla"]);
    let body = json!({"organisation": OF, "email": "quintilla@example.org"});
    let answers = std::thread::scope(|scope| {
        let both = [0, 1].map(|_| {
            let (admin, body) = (app.admin(), &body);
            scope.spawn(move || erase(&admin, body).expect(201))
        });
        both.map(|one| one.join().unwrap())
    });
    let cancelled = answers
        .iter()
        .map(|one| one["cancelled"].as_i64().unwrap())
        .sum::<i64>();
    let erased = answers
        .iter()
        .map(|one| one["registrations"].as_array().unwrap().len())
        .sum::<usize>();
    assert_eq!((cancelled, erased), (1, 1), "{answers:?}");
    assert_eq!(app.free_seats(&seminar), 1);
}

#[test]
fn whoever_confirms_a_report_meanwhile_brings_nobody_back() {
    let app = TestApp::spawn();
    let scene = held(&app);
    let list = format!("/seminars/{}/attendance-imports", scene.seminar);
    let all = app.organiser().get(&list).expect(200);
    let open = all["data"].as_array().unwrap().iter();
    let open = open.clone().find(|one| one["state"] == "previewed").unwrap();
    let path = format!("{list}/{}", open["id"].as_str().unwrap());
    let (organiser, admin, tag) = (app.organiser(), app.admin(), app.etag(&path));
    let body = json!({"organisation": OF, "email": ADDRESS});
    std::thread::scope(|scope| {
        let confirmed =
            scope.spawn(|| organiser.act(&format!("{path}/confirm"), &tag, &json!({"accept_proposed": true})));
        erase(&admin, &body).expect(201);
        // Before or after: both are done.
        confirmed.join().unwrap().expect(200);
    });
    assert_eq!(hits(&app, &CANARIES), []);
}

/// At the door of the seminar, or of one where nobody had seen them before.
#[test]
fn whoever_comes_in_at_this_moment_is_forgotten_too() {
    let app = TestApp::spawn();
    let [seminar, other] = [app.seminar(5), app.seminar(5)];
    app.registered(&seminar, ["quintilla"]);
    app.at("2027-05-06T16:00:00Z");
    comes_in_meanwhile(&app, &seminar, &seminar);
    app.registers_late(&seminar, "quintilla");
    comes_in_meanwhile(&app, &seminar, &other);
}

/// Somebody who is registered for the one comes in to the other while the erasure waits for the one.
fn comes_in_meanwhile(app: &TestApp, seminar: &str, other: &str) {
    let (mut door, mut watcher) = (app.database.connect(), app.database.connect());
    // As the door does.
    let lock = format!("BEGIN; SELECT FROM seminars WHERE id = '{seminar}' FOR NO KEY UPDATE");
    door.batch_execute(&lock).unwrap();
    let walks_in = format!(
        "INSERT INTO check_ins (organisation_id, id, seminar_id, session_id, scan_id, method, channel, given_name, family_name,
             email, email_key, at, received_at)
         SELECT organisation_id, gen_random_uuid(), seminar_id, id, gen_random_uuid(), 'walk_in', 'onsite', 'Quintilla',
             'Nebenan', 'quintilla@example.org', 'quintilla@example.org', starts_at, starts_at
         FROM sessions WHERE seminar_id = '{other}'; COMMIT"
    );
    let (admin, body) = (
        app.admin(),
        json!({"organisation": OF, "email": "quintilla@example.org"}),
    );
    std::thread::scope(|scope| {
        let erasing = scope.spawn(|| erase(&admin, &body).expect(201));
        waits(&mut watcher);
        door.batch_execute(&walks_in).unwrap();
        let erased = erasing.join().unwrap();
        assert_eq!(erased["check_ins"].as_array().unwrap().len(), 1, "{erased}");
    });
    assert_eq!(hits(app, &["quintilla", "nebenan"]), []);
}
