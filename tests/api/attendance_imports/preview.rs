//! What is found in a report, and who that is.

use super::*;

pub const TEAMS: &[u8] = include_bytes!("teams.csv");
pub const ZOOM: &[u8] = include_bytes!("zoom.csv");

#[test]
fn the_preview_says_what_the_report_comes_to() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let made = sent(&app, &seminar, TEAMS, &[]);
    let import = made.expect(201);
    assert_eq!(
        import["summary"],
        json!({"unique_participants": 10, "matched": 5, "proposed": 1, "ambiguous": 1, "unmatched": 3, "staff_excluded": 1,
            "speakers_excluded": 0, "ignored": 0, "stayed_away": 0, "attended": 9})
    );
    for (member, value) in [
        ("state", "previewed"),
        ("format", "teams.attendance.v2022"),
        ("encoding", "utf-16-le-bom"),
        ("delimiter", "tab"),
        ("precision", "intervals"),
        ("file_name", "report.csv"),
        ("channel", "online"),
    ] {
        assert_eq!(import[member], value, "{member}");
    }
    assert_eq!(import["sha256"].as_str().unwrap().len(), 64);
    let mia = named(&import, "Mia");
    assert_eq!(
        [&mia["present_seconds"], &mia["present_seconds_in_session"]],
        [5247, 5245]
    );
    assert_eq!(mia["match"]["status"], "matched");
    assert_eq!(
        mia["match"]["registration_id"],
        registration_of(&app, &seminar, "mia.musterbeispiel@example.org")
    );
    assert_eq!(
        named(&import, "Alex")["match"]["flags"],
        json!(["attended_after_cancellation"])
    );
    assert_eq!(
        named(&import, "Toni")["match"]["candidates"].as_array().unwrap().len(),
        2
    );
    // The preview again, its list and its pages.
    let there = app.organiser().get(made.header("location"));
    assert_eq!(there.expect(200), import);
    assert_eq!(there.etag(), made.etag());
    let path = format!("/seminars/{seminar}/attendance-imports");
    let listed = app.organiser().get(&path).expect(200)["data"][0].clone();
    assert_eq!([&listed["id"], &listed["summary"]], [&import["id"], &import["summary"]]);
    assert!(listed.get("participants").is_none());
    let open = format!("{path}/{}/participants?status=proposed", import["id"].as_str().unwrap());
    let open = app.organiser().get(&open).expect(200);
    assert_eq!(open["data"].as_array().unwrap().len(), 1);
    assert_eq!(&open["data"][0], named(&import, "Zoë"));
}

#[test]
fn the_same_file_is_the_same_import_also_when_sent_twice_at_once() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let answers = std::thread::scope(|scope| {
        let threads = [0; 4].map(|_| scope.spawn(|| sent(&app, &seminar, TEAMS, &[])));
        threads.map(|thread| thread.join().unwrap())
    });
    let mut statuses = answers.each_ref().map(|answer| answer.status);
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 201]);
    let id = |answer: &Answer| answer.expect(answer.status)["id"].clone();
    assert!(answers.iter().all(|answer| id(answer) == id(&answers[0])));
    assert_eq!(stored(&app), 1);
    // Another report of the same session is another import.
    sent(&app, &seminar, ZOOM, &[]).expect(201);
    assert_eq!(stored(&app), 2);
}

#[test]
fn of_several_sessions_the_one_of_the_day_is_found_or_asked_for() {
    let app = TestApp::spawn();
    let seminar = scene(&app, &[MORNING, ("2026-03-11T09:00:00Z", "2026-03-11T10:30:00Z")]);
    let sessions = app.organiser().get(&format!("/seminars/{seminar}")).expect(200)["sessions"].clone();
    assert_eq!(
        sent(&app, &seminar, TEAMS, &[]).expect(201)["session"],
        sessions[0]["id"]
    );
    // A list without times fits every session.
    assert_eq!(sent(&app, &seminar, LIST, &[]).invalid(), ["/session"]);
    let second = sessions[1]["id"].as_str().unwrap();
    assert_eq!(
        sent(&app, &seminar, LIST, &[("session", second)]).expect(201)["session"],
        second
    );
    let named = sent(&app, &seminar, ZOOM, &[("session", second)]);
    named.problem(422, "report-of-other-day");
    let foreign = fresh().to_string();
    assert_eq!(
        sent(&app, &seminar, ZOOM, &[("session", &foreign)]).invalid(),
        ["/session"]
    );
}

#[test]
fn formulas_in_names_stay_what_they_are() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let list = "Vorname;Nachname;E-Mail;Organisation;Anwesend;Minuten;Bemerkung\n=1+1;@SUM(A1);f@example.org;;ja;80;\n";
    let import = sent(&app, &seminar, list.as_bytes(), &[("channel", "onsite")]).expect(201);
    assert_eq!(import["participants"][0]["display_names"], json!(["=1+1 @SUM(A1)"]));
    assert_eq!(import["channel"], "onsite");
}

#[test]
fn a_companion_is_proposed_by_name() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let companions = "UPDATE registrations SET persons = 2, companions = '[{\"given_name\": \"Ungemeldet\", \"family_name\": \"Gast\"}]'
        WHERE email = 'mia.musterbeispiel@example.org'";
    app.database.connect().batch_execute(companions).unwrap();
    let import = sent(&app, &seminar, LIST, &[]).expect(201);
    let guest = &named(&import, "Gast")["match"];
    assert_eq!(guest["status"], "proposed");
    assert_eq!(
        guest["registration_id"],
        registration_of(&app, &seminar, "mia.musterbeispiel@example.org")
    );
}

#[test]
fn a_preview_that_nobody_confirms_is_forgotten_after_two_weeks() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let old = sent(&app, &seminar, TEAMS, &[]).id();
    let kept = sent(&app, &seminar, ZOOM, &[]).id();
    let path = |id: &str| format!("/seminars/{seminar}/attendance-imports/{id}");
    app.act(&path(&kept), "confirm", &json!({"accept_proposed": true}))
        .problem(409, "matches-unresolved");
    let toni = named(&app.organiser().get(&path(&kept)).expect(200), "Toni")["position"].clone();
    decide(&app, &path(&kept), json!([{"position": toni, "taken_for": "walk_in"}])).expect(200);
    app.act(&path(&kept), "confirm", &json!({"accept_proposed": true}))
        .expect(200);
    let forget = || {
        let (db, now) = (&app.site.db, app.clock.now());
        db.run(false, |conn| einlass::attendance::forget_uncounted(conn, now))
            .unwrap()
    };
    app.clock.advance(chrono::Duration::days(14));
    assert_eq!(forget(), 0);
    app.clock.advance(chrono::Duration::seconds(1));
    assert_eq!(forget(), 1);
    app.organiser().get(&path(&old)).problem(404, "not-found");
    app.organiser().get(&path(&kept)).expect(200);
}

#[test]
fn a_foreign_import_is_answered_like_a_missing_one() {
    let app = TestApp::spawn();
    let seminar = imported_seminar(&app);
    let import = sent(&app, &seminar, TEAMS, &[]);
    let path = import.header("location").to_owned();
    let stranger = app.foreign_organiser();
    upload(&stranger, &seminar, TEAMS, &[]).problem(404, "not-found");
    stranger.get(&path).problem(404, "not-found");
    stranger.get(&format!("{path}/participants")).problem(404, "not-found");
    for (action, body) in [("confirm", json!({})), ("revert", json!({}))] {
        stranger
            .act(&format!("{path}/{action}"), &import.etag(), &body)
            .problem(404, "not-found");
    }
    // Nor is it found under another seminar.
    let other = imported_seminar(&app);
    let id = import.id();
    app.organiser()
        .get(&format!("/seminars/{other}/attendance-imports/{id}"))
        .problem(404, "not-found");
}
