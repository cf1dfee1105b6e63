//! Who counts as having been there, and who is of the team: said with the seminar, changed with it, and kept from those
//! whom it does not concern.

use serde_json::{Value, json};

use crate::support::{TestApp, draft_with};

fn usual() -> Value {
    json!({"min_seconds": 600, "min_sessions": null, "opens_minutes": 120, "bridge_gap_seconds": 60,
        "clip_to_session": true, "keep_times": false, "count_joins": false})
}

/// Everything there is to say, otherwise than by default.
fn unusual() -> Value {
    json!({"min_seconds": 900, "min_sessions": 1, "opens_minutes": 30, "bridge_gap_seconds": 0,
        "clip_to_session": false, "keep_times": true, "count_joins": true})
}

fn team() -> Value {
    json!([{"name": "Petra Vogt", "email": "vogt@example.org", "role": "speaker"},
        {"name": "Wolfgang Geheim", "email": "geheim@example.org", "role": "staff"},
        {"name": "Yusuf Demir", "role": "speaker"}])
}

fn sessions(count: usize) -> Value {
    let session = |n: usize| {
        json!({"starts_at": format!("2027-05-0{}T18:00:00+02:00", n + 1),
        "ends_at": format!("2027-05-0{}T20:00:00+02:00", n + 1)})
    };
    (0..count).map(session).collect()
}

impl TestApp {
    #[track_caller]
    fn patched(&self, path: &str, patch: &Value) -> Value {
        let mut changed = self.organiser().patch(path, &self.etag(path), patch).expect(200);
        changed.as_object_mut().unwrap().remove("concerned");
        changed
    }

    #[track_caller]
    fn not_patched(&self, path: &str, patch: &Value) -> Vec<String> {
        self.organiser().patch(path, &self.etag(path), patch).invalid()
    }
}

#[test]
fn whoever_says_nothing_gets_what_is_usual() {
    let app = TestApp::spawn();
    for said in [
        json!({}),
        json!({"attendance_rule": null}),
        json!({"attendance_rule": {}}),
    ] {
        let seen = app.draft(&draft_with(10, said)).expect(201);
        assert_eq!((&seen["attendance_rule"], &seen["team"]), (&usual(), &json!([])));
    }
    let seen = app
        .draft(&draft_with(10, json!({"attendance_rule": {"min_seconds": 0}})))
        .expect(201);
    let mut expected = usual();
    expected["min_seconds"] = 0.into();
    assert_eq!(seen["attendance_rule"], expected);
}

#[test]
fn everything_said_is_shown_to_organisers() {
    let app = TestApp::spawn();
    let made = app.draft(&draft_with(10, json!({"attendance_rule": unusual(), "team": team()})));
    let path = format!("/seminars/{}", made.id());
    let listed = app.organiser().get("/seminars").expect(200)["data"][0].clone();
    for seen in [made.expect(201), app.organiser().get(&path).expect(200), listed] {
        assert_eq!((&seen["attendance_rule"], &seen["team"]), (&unusual(), &team()));
    }
}

#[test]
fn the_public_sees_the_names_of_speakers_and_nothing_else() {
    let app = TestApp::spawn();
    let said = json!({"attendance_rule": unusual(), "team": team()});
    let id = app.published(&draft_with(10, said));
    let path = format!("/seminars/{id}");
    let speakers = json!([{"name": "Petra Vogt", "role": "speaker"}, {"name": "Yusuf Demir", "role": "speaker"}]);
    let history = format!("{path}/schedule-changes");
    for (client, member) in [
        (app.anonymous(), false),
        (app.foreign_organiser(), false),
        (app.platform_admin(), false),
        (app.reporter(), true),
        (app.front_desk(), true),
    ] {
        let seen = client.get(&path).expect(200);
        assert_eq!(seen["team"], speakers);
        assert_eq!(seen.get("attendance_rule"), member.then(unusual).as_ref());
        assert_eq!(client.get("/seminars").expect(200)["data"][0], seen);
        for path in [&path, "/seminars", &history, "/seminars?q=onboarding"] {
            let text = client.get(path).text;
            assert!(
                !text.contains("Geheim") && !text.contains("@example.org"),
                "{path}: {text}"
            );
        }
    }
    // The page for people and the mails are for the public too.
    app.register(&id, "anna").expect(201);
    app.tick();
    let mails = app.mails();
    assert!(!mails.is_empty());
    for mail in mails {
        let mail = mail.data.to_string();
        assert!(!mail.contains("Geheim") && !mail.contains("vogt@"), "{mail}");
    }
}

#[test]
fn one_finds_a_seminar_by_its_speakers_and_not_by_its_staff() {
    let app = TestApp::spawn();
    let id = app.published(&draft_with(10, json!({"team": team()})));
    let found = |words: &str| {
        let page = app.anonymous().get(&format!("/seminars?q={words}")).expect(200);
        page["data"].as_array().unwrap().len()
    };
    assert_eq!(
        (found("vogt"), found("demir"), found("geheim"), found("example.org")),
        (1, 1, 0, 0)
    );
    let path = format!("/seminars/{id}");
    app.patched(&path, &json!({"team": [{"name": "Anna Neu", "role": "speaker"}]}));
    assert_eq!((found("vogt"), found("neu")), (0, 1));
}

#[test]
fn each_member_changes_by_itself() {
    let app = TestApp::spawn();
    let path = format!("/seminars/{}", app.draft(&draft_with(10, json!({"team": team()}))).id());
    let mut expected = app.organiser().get(&path).expect(200);
    for (name, value) in unusual().as_object().unwrap() {
        expected["attendance_rule"][name] = value.clone();
        let seen = app.patched(&path, &json!({"attendance_rule": {name: value}}));
        assert_eq!(seen, expected, "{name}");
    }
    // Nothing of it goes by a change of something else, or of nothing.
    for patch in [json!({"title": "Another"}), json!({"attendance_rule": {}})] {
        expected["title"] = "Another".into();
        assert_eq!(app.patched(&path, &patch), expected);
    }
    expected["attendance_rule"]["min_sessions"] = Value::Null;
    let all = json!({"attendance_rule": {"min_sessions": null}});
    assert_eq!(app.patched(&path, &all), expected);

    expected["attendance_rule"] = usual();
    assert_eq!(app.patched(&path, &json!({"attendance_rule": null})), expected);
    expected["team"] = json!([team()[1]]);
    assert_eq!(app.patched(&path, &json!({"team": [team()[1]]})), expected);
    expected["team"] = json!([]);
    assert_eq!(app.patched(&path, &json!({"team": []})), expected);
}

#[test]
fn what_cannot_be_is_named_where_it_stands() {
    let app = TestApp::spawn();
    let path = format!("/seminars/{}", app.draft(&draft_with(10, json!({}))).id());
    let rule = |member: &str, value: Value| json!({"attendance_rule": {member: value}});
    let many = |count: usize| {
        let members = (0..count).map(|n| json!({"name": format!("n{n}"), "role": "staff"}));
        members.collect::<Value>()
    };
    let mut cases = vec![
        (json!({"team": [{"name": "Anna"}]}), vec!["/team/0/role"]),
        (
            json!({"team": [{"name": "Anna", "role": "guest"}]}),
            vec!["/team/0/role"],
        ),
        (
            json!({"team": [{"name": "", "role": "staff", "phone": "1"}]}),
            vec!["/team/0/name", "/team/0/phone"],
        ),
        (
            json!({"team": [{"name": "Anna", "email": "nobody", "role": "staff"}]}),
            vec!["/team/0/email"],
        ),
        (
            json!({"team": [team()[0], {"name": "P. Vogt", "email": "VOGT@example.org", "role": "staff"}]}),
            vec!["/team/1/email"],
        ),
        (json!({"team": [team()[2], team()[2]]}), vec!["/team/1"]),
        (json!({"team": many(51)}), vec!["/team"]),
        (json!({"team": null}), vec!["/team"]),
        (
            json!({"attendance_rule": {"min_seconds": -1, "opens_minutes": 1441}, "offer_hours": 0}),
            vec![
                "/attendance_rule/min_seconds",
                "/attendance_rule/opens_minutes",
                "/offer_hours",
            ],
        ),
    ];
    let values = [
        ("min_seconds", json!(-1), "/attendance_rule/min_seconds"),
        ("min_seconds", json!(86_401), "/attendance_rule/min_seconds"),
        ("min_seconds", json!(null), "/attendance_rule/min_seconds"),
        ("min_sessions", json!(0), "/attendance_rule/min_sessions"),
        ("min_sessions", json!(2), "/attendance_rule/min_sessions"),
        ("min_sessions", json!(101), "/attendance_rule/min_sessions"),
        ("opens_minutes", json!(1441), "/attendance_rule/opens_minutes"),
        ("bridge_gap_seconds", json!(3601), "/attendance_rule/bridge_gap_seconds"),
        ("clip_to_session", json!("yes"), "/attendance_rule/clip_to_session"),
        ("keep_times", json!(null), "/attendance_rule/keep_times"),
        ("count_joins", json!(1), "/attendance_rule/count_joins"),
        ("min_minutes", json!(10), "/attendance_rule/min_minutes"),
    ];
    cases.extend(values.map(|(member, value, place)| (rule(member, value), vec![place])));
    for (members, places) in cases {
        let mut posted = app
            .organiser()
            .post("/seminars", &draft_with(10, members.clone()))
            .invalid();
        let mut patched = app.not_patched(&path, &members);
        posted.sort();
        patched.sort();
        assert_eq!(posted, places, "POST {members}");
        assert_eq!(patched, places, "PATCH {members}");
    }
    app.patched(
        &path,
        &json!({"team": many(50), "attendance_rule": {"min_seconds": 86_400, "min_sessions": 1,
        "opens_minutes": 1440, "bridge_gap_seconds": 3600}}),
    );
}

#[test]
fn a_certificate_never_needs_more_sessions_than_there_are() {
    let app = TestApp::spawn();
    let place = ["/attendance_rule/min_sessions"];
    // While no session is known, nothing is too many; then they are counted.
    let undated = draft_with(10, json!({"sessions": [], "attendance_rule": {"min_sessions": 3}}));
    let path = format!("/seminars/{}", app.draft(&undated).id());
    assert_eq!(app.not_patched(&path, &json!({"sessions": sessions(2)})), place);
    app.patched(&path, &json!({"sessions": sessions(3)}));
    assert_eq!(
        app.not_patched(&path, &json!({"attendance_rule": {"min_sessions": 4}})),
        place
    );
    assert_eq!(app.not_patched(&path, &json!({"sessions": sessions(2)})), place);
    app.patched(
        &path,
        &json!({"sessions": sessions(2), "attendance_rule": {"min_sessions": 2}}),
    );

    let act = |action: &str, body: &Value| app.organiser().act(&format!("{path}/{action}"), &app.etag(&path), body);
    act("publish", &json!({})).expect(200);
    let date = |count: usize| json!({"reason_code": "speaker", "sessions": sessions(count)});
    let refused = act("reschedule", &date(1)).problem(409, "not-ready");
    assert_eq!(refused["errors"][0]["pointer"], place[0]);
    act("postpone", &json!({"reason_code": "speaker"})).expect(200);
    // While it is postponed, the old dates bind nobody.
    app.patched(&path, &json!({"attendance_rule": {"min_sessions": 3}}));
    act("reschedule", &date(2)).problem(409, "not-ready");
    act("reschedule", &date(3)).expect(200);
}

#[test]
fn the_rule_is_still_decided_on_when_the_seminar_was_held() {
    let app = TestApp::spawn();
    let id = app.published(&draft_with(10, json!({})));
    let path = format!("/seminars/{id}");
    app.register(&id, "anna").expect(201);
    let mails = app.mails().len();
    let change = json!({"attendance_rule": {"min_seconds": 1200}, "team": team()});
    app.patched(&path, &change);
    app.clock.advance(chrono::Duration::days(150));
    let complete = app
        .organiser()
        .act(&format!("{path}/complete"), &app.etag(&path), &json!({}));
    complete.expect(200);
    let before = app.organiser().get(&path);
    let change = json!({"attendance_rule": {"min_seconds": 300}, "team": []});
    let seen = app.patched(&path, &change);
    assert_eq!(
        (&seen["attendance_rule"]["min_seconds"], &seen["team"]),
        (&json!(300), &json!([]))
    );
    // Another tag, so that nobody overwrites what they have not seen; and no mail, because nobody comes otherwise.
    assert_ne!(before.etag(), app.etag(&path));
    app.organiser()
        .patch(&path, &before.etag(), &change)
        .problem(412, "precondition-failed");
    assert_eq!(app.mails().len(), mails);
}

#[test]
fn only_organisers_of_the_organisation_change_it() {
    let app = TestApp::spawn();
    let id = app.published(&draft_with(10, json!({"team": team()})));
    let path = format!("/seminars/{id}");
    let (etag, change) = (
        app.etag(&path),
        json!({"attendance_rule": {"min_seconds": 0}, "team": []}),
    );
    app.foreign_organiser()
        .patch(&path, &etag, &change)
        .problem(404, "not-found");
    app.reporter().patch(&path, &etag, &change).problem(403, "forbidden");
    app.front_desk().patch(&path, &etag, &change).problem(403, "forbidden");
    assert_eq!(
        (app.etag(&path), &app.organiser().get(&path).expect(200)["team"]),
        (etag, &team())
    );
}
