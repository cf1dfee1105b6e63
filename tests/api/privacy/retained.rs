//! What is kept no longer than it has to be goes by itself, and leaves every number.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::json;

use super::scene::{ADDRESS, CANARIES, figures, held};
use super::{RETENTION, erased, hits, hold, retain, standing};
use crate::api::sharings::{count, journal};
use crate::support::{TestApp, draft_with};

#[test]
fn half_a_year_after_the_event_nobody_is_known_and_every_number_stays() {
    let app = TestApp::spawn();
    let scene = held(&app);
    app.site.postman.deliver_due(&app.site.db, &app.clock, 100).unwrap();
    let words = [
        CANARIES.as_slice(),
        &["berta", "Ottokarus", "gast@example.org", "Jemand"],
    ]
    .concat();
    app.at("2027-11-05T21:59:00Z");
    let counted = figures(&app, &scene);
    // What has a time of its own has gone: what was given back, answers, mails; who came is still known.
    retain(&app);
    app.tick();
    assert_eq!(figures(&app, &scene), counted);
    assert_eq!(app.seen(&scene.registration)["personal_data"], "kept");
    assert_eq!(app.seen(&scene.cancelled)["personal_data"], "erased");
    assert_eq!(hits(&app, &["kanariwhy"]), []);
    assert!(
        hits(&app, &["kanarigiven"])
            .iter()
            .all(|hit| !hit.place.starts_with("mails."))
    );
    assert!(
        !hits(&app, &["kanaricolleague"]).is_empty(),
        "the control: there is something to forget"
    );

    app.at("2027-11-05T22:01:00Z");
    let counted = figures(&app, &scene);
    assert!(standing(&app, "participation")["due"].as_i64().unwrap() > 0);
    assert_eq!(standing(&app, "participation")["overdue"], 0);
    // Whoever is told to end leaves what is due to the next.
    let ended = einlass::privacy::retain(&app.site.db, app.clock.now(), || true).unwrap();
    assert_eq!(ended, 0);
    assert!(standing(&app, "participation")["due"].as_i64().unwrap() > 0);
    retain(&app);
    sweep(&app);
    assert_eq!(hits(&app, &words), []);
    assert_eq!(figures(&app, &scene), counted);
    let all = app.admin().get(RETENTION).expect(200);
    assert_eq!(
        (&all["overdue"], &standing(&app, "participation")["kept"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(retain(&app), 0, "nothing is done twice");
    assert!(!journal(&app, "retention.applied").is_empty());

    // The proof of the consent is there without a person, for three years.
    assert_eq!(
        (count(&app, "consents"), &standing(&app, "consents")["kept"]),
        (1, &json!(1))
    );
    app.at("2030-02-01T08:00:00Z");
    // Where one kind is not found in time the others are forgotten all the same, and it is told.
    let mut locked = app.database.connect();
    locked
        .batch_execute("BEGIN; LOCK TABLE mails IN ACCESS EXCLUSIVE MODE")
        .unwrap();
    let told = einlass::privacy::retain(&app.site.db, app.clock.now(), || false);
    assert!(
        matches!(told, Err(einlass::base::problem::Error::Unavailable(_))),
        "{told:?}"
    );
    assert_eq!(count(&app, "consents"), 0);
    drop(locked);
    retain(&app);
}

/// Who was erased before is the same somebody still when the time of the others is over.
#[test]
fn who_was_erased_before_is_not_forgotten_once_more() {
    let app = TestApp::spawn();
    let scene = held(&app);
    erased(&app, ADDRESS);
    app.at("2027-11-05T22:01:00Z");
    let counted = figures(&app, &scene);
    let query = || {
        use einlass::schema::import_participants::dsl;
        let erased = dsl::import_participants.filter(dsl::email_key.like("erased:%"));
        let keys = erased.order((dsl::import_id, dsl::position)).select((
            dsl::import_id,
            dsl::position,
            dsl::person_key,
            dsl::email_key,
        ));
        keys.load::<(uuid::Uuid, i32, String, Option<String>)>(&mut app.database.connect())
            .unwrap()
    };
    let before = query();
    assert!(!before.is_empty());
    retain(&app);
    assert_eq!(app.seen(&scene.berta)["personal_data"], "erased", "the control");
    let after = query();
    for row in &before {
        assert!(after.contains(row), "{row:?} is not there any more: {after:?}");
    }
    assert_eq!(figures(&app, &scene), counted);
}

/// What other rooms forget by themselves: reports on which nobody decided, and kept answers.
fn sweep(app: &TestApp) {
    einlass::app::sweep(&app.site.db, &app.site.auth, app.clock.now(), || false).unwrap();
    // Its clock is the database's.
    diesel::sql_query("DELETE FROM idempotency_keys")
        .execute(&mut app.database.connect())
        .unwrap();
}

#[test]
fn what_is_not_done_a_day_later_is_overdue() {
    let app = TestApp::spawn();
    held(&app);
    app.at("2027-11-06T21:59:00Z");
    assert_eq!(standing(&app, "participation")["overdue"], 0);
    app.at("2027-11-06T22:01:00Z");
    assert!(standing(&app, "participation")["overdue"].as_i64().unwrap() > 0);
    assert!(einlass::privacy::overdue(&app.site.db, app.clock.now()).unwrap().0 > 0);
    retain(&app);
    assert_eq!(standing(&app, "participation")["overdue"], 0);
}

#[test]
fn who_never_confirmed_is_known_for_two_days_more() {
    let app = TestApp::spawn();
    let seminar = app.published(&draft_with(5, json!({"confirmation": "email"})));
    let [quintilla] = app.registered(&seminar, ["quintilla"]);
    app.later(chrono::Duration::hours(25));
    assert_eq!(app.state(&quintilla), "expired");
    app.clock.advance(chrono::Duration::hours(47));
    retain(&app);
    assert_eq!(app.seen(&quintilla)["personal_data"], "kept");
    app.clock.advance(chrono::Duration::hours(2));
    retain(&app);
    assert_eq!(app.seen(&quintilla)["personal_data"], "erased");
    assert_eq!(app.state(&quintilla), "expired");
}

#[test]
fn an_organisation_that_keeps_less_keeps_less_at_once() {
    let app = TestApp::spawn();
    let scene = held(&app);
    app.at("2027-05-20T08:00:00Z");
    retain(&app);
    assert_eq!(app.seen(&scene.registration)["personal_data"], "kept");
    let path = "/privacy/retention/participation?organisation=staedteregion-aachen";
    let tag = app.admin().get(path).etag();
    let set = app
        .admin()
        .send("PUT", path, &[("If-Match", &tag)], Some(br#"{"days": 7}"#));
    set.expect(200);
    retain(&app);
    assert_eq!(app.seen(&scene.registration)["personal_data"], "erased");
}

#[test]
fn what_is_postponed_has_no_end_yet_and_is_over_after_a_year() {
    let app = TestApp::spawn();
    // So far away that it would still be ahead when its records are too old.
    let sessions = json!([{"starts_at": "2029-05-06T18:00:00+02:00", "ends_at": "2029-05-06T20:00:00+02:00"}]);
    let seminar = app.published(&draft_with(5, json!({"sessions": sessions})));
    let [anna] = app.registered(&seminar, ["anna"]);
    let path = format!("/seminars/{seminar}");
    let body = json!({"reason_code": "speaker", "public_text": "Krank"});
    app.act(&path, "postpone", &body).expect(200);
    app.clock.advance(chrono::Duration::days(364));
    let undated = standing(&app, "participation");
    assert_eq!(
        (&undated["undated"], &undated["next"], &undated["due"]),
        (&json!(1), &json!(null), &json!(0))
    );
    app.clock.advance(chrono::Duration::days(2));
    assert_eq!(standing(&app, "participation")["undated"], 0);
    app.clock.advance(chrono::Duration::days(181));
    retain(&app);
    assert_eq!(app.seen(&anna)["personal_data"], "kept");
    app.clock.advance(chrono::Duration::days(2));
    retain(&app);
    assert_eq!(app.seen(&anna)["personal_data"], "erased");
    assert_eq!(app.state(&anna), "confirmed", "a run gives up nobody's seat");
}

/// What was agreed to is shown as long as somebody can be asked; and what is still to be sent does not go by its age.
#[test]
fn consents_of_who_is_known_and_mails_that_wait_do_not_go_by_their_age() {
    let app = TestApp::spawn();
    let scene = held(&app);
    hold(&app, &scene.seminar);
    let mail = |state: &str| {
        let sql = format!(
            "INSERT INTO mails (organisation_id, id, kind, language, recipient, recipient_name, data, state, due_at, created_at)
             SELECT id, gen_random_uuid(), 'confirmed', 'de', '{state}@example.org', 'A', '{{}}', '{state}', '2026-01-01', '2026-01-01'
             FROM organisations WHERE slug = 'staedteregion-aachen'"
        );
        app.database.connect().batch_execute(&sql).unwrap();
    };
    mail("queued");
    mail("dead");
    app.at("2030-06-01T08:00:00Z");
    retain(&app);
    assert_eq!(app.seen(&scene.registration)["personal_data"], "kept");
    assert_eq!(
        (count(&app, "consents"), &standing(&app, "consents")["kept"]),
        (1, &json!(0))
    );
    assert_eq!(standing(&app, "mails")["due"], 0);
    assert!(!hits(&app, &["queued@example.org"]).is_empty());
    // The control: what was given up is as old, and has gone.
    assert_eq!(hits(&app, &["dead@example.org"]), []);
}

#[test]
fn many_are_forgotten_in_small_steps() {
    let app = TestApp::spawn();
    let seminar = app.seminar(500);
    app.registered_by_sql(&seminar, 450);
    app.at("2028-01-01T08:00:00Z");
    assert_eq!(retain(&app), 450);
    assert_eq!(
        hits(&app, &["@example.org", "Jörg"])
            .iter()
            .filter(|hit| hit.place.starts_with("registrations."))
            .count(),
        0
    );
    assert_eq!(app.confirmed(&seminar), 450);
    let steps = journal(&app, "retention.applied");
    assert!(steps.len() >= 3, "{steps:?}");
}

#[test]
fn what_cannot_be_done_holds_up_nothing_else() {
    let app = TestApp::spawn();
    let (broken, sound) = (app.seminar(500), app.seminar(5));
    // More than are looked at together, and in front of the other.
    app.registered_by_sql(&broken, 250);
    let [anna] = app.registered(&sound, ["anna"]);
    let sql = format!(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not these'; END $$;
         CREATE TRIGGER refuse BEFORE UPDATE ON registrations FOR EACH ROW WHEN (OLD.seminar_id = '{broken}')
             EXECUTE FUNCTION refuse()"
    );
    app.database.connect().batch_execute(&sql).unwrap();
    app.at("2028-01-01T08:00:00Z");
    assert!(retain(&app) > 0);
    assert_eq!(app.seen(&anna)["personal_data"], "erased");
    assert_eq!(standing(&app, "participation")["due"], 250);
    let sql = "DROP TRIGGER refuse ON registrations";
    app.database.connect().batch_execute(sql).unwrap();
    assert_eq!(retain(&app), 250, "they have their turn again");
}

#[test]
fn what_one_organisation_has_to_forget_holds_up_no_other() {
    let app = TestApp::spawn();
    // More than one has done in a run, of whoever has their turn first.
    let sql = "INSERT INTO mails (organisation_id, id, kind, language, recipient, recipient_name, data, state, due_at, created_at)
        SELECT one.id, gen_random_uuid(), 'confirmed', 'de', 'a@example.org', 'A', '{}', 'dead', '2026-01-01', '2026-01-01'
        FROM (SELECT id, row_number() OVER (ORDER BY id) AS turn FROM organisations
              WHERE slug IN ('staedteregion-aachen', 'ihk-aachen')) AS one,
             generate_series(1, CASE one.turn WHEN 1 THEN 5050 ELSE 1 END)";
    app.database.connect().batch_execute(sql).unwrap();
    assert_eq!(
        einlass::privacy::overdue(&app.site.db, app.clock.now()).unwrap().0,
        5051
    );
    assert_eq!(retain(&app), 5001);
    assert_eq!(count(&app, "mails"), 50);
    assert_eq!(retain(&app), 50, "the rest has its turn again");
}
