//! The programme, and what happens to it.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{TestApp, draft_body};

fn titles(list: &Value) -> Vec<String> {
    list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["title"].as_str().unwrap().to_owned())
        .collect()
}

fn titled(title: &str) -> Value {
    let mut body = draft_body(10);
    body["title"] = title.into();
    body
}

#[test]
fn a_draft_is_for_members_and_publishing_it_is_for_everybody() {
    let app = TestApp::spawn();
    let made = app.draft(&draft_body(50));
    let path = format!("/seminars/{}", made.id());
    assert_eq!(made.header("location"), format!("/api/v1{path}"));
    app.anonymous().get(&path).problem(404, "not-found");
    app.foreign_organiser().get(&path).problem(404, "not-found");
    assert_eq!(app.reporter().get(&path).expect(200)["status"], "draft");
    assert_eq!(
        titles(&app.anonymous().get("/seminars").expect(200)),
        Vec::<String>::new()
    );

    let published = app
        .organiser()
        .act(&format!("{path}/publish"), &made.etag(), &json!({}))
        .expect(200);
    assert_eq!(published["status"], "scheduled");
    assert_eq!(published["published_on"], "2027-01-04");
    let seen = app.anonymous().get(&path).expect(200);
    assert_eq!(seen["attendance_mode"], "onsite");
    assert_eq!(seen["sessions"][0]["starts_at"], "2027-05-06T18:00:00+02:00");
    assert_eq!(
        seen["channels"][0],
        json!({"channel": "onsite", "capacity": 50, "free_seats": 50, "waiting": 0})
    );
}

#[test]
fn publishing_needs_a_time_and_a_way_to_take_part() {
    let app = TestApp::spawn();
    let mut body = draft_body(1);
    body["sessions"] = json!([]);
    body["channels"] = json!([]);
    let made = app.draft(&body);
    let refused = app
        .organiser()
        .act(&format!("/seminars/{}/publish", made.id()), &made.etag(), &json!({}));
    let places = refused.problem(409, "not-ready")["errors"].clone();
    assert_eq!(places[0]["pointer"], "/sessions");
    assert_eq!(places[1]["pointer"], "/channels");
}

#[test]
fn search_finds_other_spellings_of_the_same_word() {
    let app = TestApp::spawn();
    app.published(&titled("Treffen der Gründer_innen"));
    app.published(&titled("Fördermöglichkeiten für KMU"));
    let found = |q: &str| titles(&app.anonymous().get(&format!("/seminars?q={q}")).expect(200));
    assert_eq!(found("Gr%C3%BCnderinnen"), ["Treffen der Gründer_innen"]);
    assert_eq!(found("gruenderinnen"), ["Treffen der Gründer_innen"]);
    assert_eq!(found("foerdermoeglichkeiten"), ["Fördermöglichkeiten für KMU"]);
    assert_eq!(found("kmu+f%C3%B6rder"), ["Fördermöglichkeiten für KMU"]);
    assert_eq!(found("kmu+treffen"), Vec::<String>::new());
    assert_eq!(
        found("%25"),
        ["Treffen der Gründer_innen", "Fördermöglichkeiten für KMU"]
    );
}

#[test]
fn every_filter_filters() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let collection = json!({"organisation": "staedteregion-aachen", "kind": "series", "name": "Hallo Nachbar"});
    let collection = organiser.post("/collections", &collection).id();
    let mut one = titled("One");
    one["kind"] = "workshop".into();
    one["language"] = "en".into();
    one["collections"] = json!([collection]);
    one["channels"] = json!([{"channel": "online"}, {"channel": "livestream"}]);
    one["parties"] = json!([{"role": "co_organiser", "organisation": "ihk-aachen"}]);
    one["sessions"] = json!([{"starts_at": "2027-03-01", "date_precision": "day"}, {"starts_at": "2027-04-01", "date_precision": "day"}]);
    app.published(&one);
    let two = app.published(&titled("Two"));
    let mut three = titled("Three");
    three["channels"] = json!([{"channel": "onsite", "capacity": 1}]);
    three["waiting_list"] = json!(false);
    let three = app.published(&three);
    app.register(&three, "anna").expect(201);
    let etag = app.etag(&format!("/seminars/{two}"));
    organiser
        .act(
            &format!("/seminars/{two}/cancel"),
            &etag,
            &json!({"reason_code": "pandemic"}),
        )
        .expect(200);

    let found = |query: &str| titles(&app.anonymous().get(&format!("/seminars?{query}")).expect(200)).join(" ");
    assert_eq!(found(""), "One Two Three");
    assert_eq!(found("sort=-starts_at"), "Three Two One");
    assert_eq!(found("kind=workshop"), "One");
    assert_eq!(found("language=en"), "One");
    assert_eq!(found(&format!("collection={collection}")), "One");
    assert_eq!(found("channel=livestream"), "One");
    assert_eq!(found("organisation=ihk-aachen"), "One");
    assert_eq!(found("organisation=staedteregion-aachen"), "One Two Three");
    assert_eq!(found("organisation=nobody"), "");
    assert_eq!(found("status=cancelled"), "Two");
    assert_eq!(found("from=2027-04-01&to=2027-04-01"), "One");
    assert_eq!(found("from=2027-04-02"), "Two Three");
    assert_eq!(found("to=2027-02-28"), "");
    assert_eq!(found("free_seats=true"), "One");
    assert_eq!(found("free_seats=false"), "Two Three");
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition() {
    let app = TestApp::spawn();
    for n in 0..7 {
        app.published(&titled(&format!("Nr. {n}")));
    }
    let (mut seen, mut next) = (Vec::new(), "/seminars?limit=3".to_owned());
    loop {
        let page = app.anonymous().get(&next);
        let body = page.expect(200);
        seen.extend(titles(&body));
        // Somebody publishes meanwhile: later in the order, so it comes at the end.
        if seen.len() == 3 {
            app.published(&titled("Nr. 7"));
        }
        match page.header("link").strip_prefix('<') {
            Some(link) => next = link.split('>').next().unwrap().to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, (0..8).map(|n| format!("Nr. {n}")).collect::<Vec<_>>());
    for bad in ["limit=0", "limit=101", "limit=x", "cursor=nonsense"] {
        let name = bad.split('=').next().unwrap();
        assert_eq!(
            app.anonymous().get(&format!("/seminars?{bad}")).invalid(),
            [name],
            "{bad}"
        );
    }
}

#[test]
fn a_change_of_plan_is_a_fact_with_reason_and_history() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let id = app.seminar(10);
    let path = format!("/seminars/{id}");
    let act = |action: &str, body: &Value| {
        let answer = organiser.act(&format!("{path}/{action}"), &app.etag(&path), body);
        (answer.status, answer)
    };
    app.register(&id, "anna").expect(201);

    let (_, postponed) = act(
        "postpone",
        &json!({"reason_code": "pandemic", "public_text": "Coronabedingt verschoben"}),
    );
    assert_eq!(postponed.expect(200)["status"], "postponed");
    app.register(&id, "berta").problem(409, "seminar-postponed");
    act("postpone", &json!({"reason_code": "other"}))
        .1
        .problem(409, "seminar-postponed");

    let new_date = json!({"reason_code": "speaker", "sessions": [{"starts_at": "2027-06-10T18:00"}]});
    let (_, rescheduled) = act("reschedule", &new_date);
    assert_eq!(
        rescheduled.expect(200)["sessions"][0]["starts_at"],
        "2027-06-10T18:00:00+02:00"
    );
    assert_eq!(rescheduled.expect(200)["status"], "scheduled");
    app.register(&id, "berta").expect(201);

    let online = json!({"reason_code": "pandemic", "online_platform": "Zoom", "join_url": "https://zoom.example/j/1", "capacity": 100, "move_registrations": true});
    let moved = act("move-online", &online).1.expect(200);
    assert_eq!(moved["attendance_mode"], "online");
    assert_eq!(
        moved["channels"],
        json!([{"channel": "online", "capacity": 100, "free_seats": 98, "waiting": 0}])
    );
    assert_eq!(moved["sessions"][0]["join_url"], "https://zoom.example/j/1");
    let public = app.anonymous().get(&path);
    assert!(!public.text.contains("zoom.example"), "the join link is nobody else's");

    let back = act(
        "move-onsite",
        &json!({"reason_code": "other", "move_registrations": true}),
    )
    .1
    .expect(200);
    assert_eq!(
        back["channels"],
        json!([{"channel": "onsite", "capacity": 10, "free_seats": 8, "waiting": 0}])
    );

    act("complete", &json!({})).1.problem(409, "not-ready");
    app.clock.advance(Duration::days(180));
    let organiser = app.organiser();
    let etag = organiser.get(&path).etag();
    assert_eq!(
        organiser
            .act(&format!("{path}/complete"), &etag, &json!({}))
            .expect(200)["status"],
        "held"
    );

    let history = app.anonymous().get(&format!("{path}/schedule-changes"));
    assert!(!history.text.contains("zoom.example"));
    let changes = history.expect(200)["data"].clone();
    let kinds = changes
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["kind"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(kinds, ["postponed", "rescheduled", "moved_online", "moved_onsite"]);
    assert_eq!(changes[0]["reason_code"], "pandemic");
    assert_eq!(changes[0]["public_text"], "Coronabedingt verschoben");
    assert_eq!(changes[0]["before"]["sessions"][0]["starts_on"], "2027-05-06");
    assert_eq!(changes[0]["after"]["sessions"], json!([]));
    assert_eq!(changes[1]["after"]["sessions"][0]["starts_on"], "2027-06-10");
    assert_eq!(changes[2]["before"]["attendance_mode"], "onsite");
    assert_eq!(changes[2]["after"]["attendance_mode"], "online");
}

#[test]
fn a_cancelled_seminar_stays_cancelled() {
    let app = TestApp::spawn();
    let id = app.seminar(10);
    let path = format!("/seminars/{id}");
    let organiser = app.organiser();
    let cancelled = organiser.act(
        &format!("{path}/cancel"),
        &app.etag(&path),
        &json!({"reason_code": "low_demand"}),
    );
    assert_eq!(cancelled.expect(200)["status"], "cancelled");
    for action in ["publish", "complete", "cancel", "postpone", "move-online"] {
        let body = if matches!(action, "publish" | "complete") {
            json!({})
        } else {
            json!({"reason_code": "other"})
        };
        organiser
            .act(&format!("{path}/{action}"), &cancelled.etag(), &body)
            .problem(409, "seminar-cancelled");
    }
    organiser
        .patch(&path, &cancelled.etag(), &json!({"title": "X"}))
        .problem(409, "seminar-cancelled");
    organiser
        .delete(&path, &cancelled.etag())
        .problem(409, "transition-not-allowed");
    app.register(&id, "anna").problem(409, "seminar-cancelled");
    assert_eq!(app.anonymous().get(&path).expect(200)["status"], "cancelled");
}

#[test]
fn a_stale_tag_changes_nothing_and_none_is_not_enough() {
    let app = TestApp::spawn();
    let made = app.draft(&draft_body(10));
    let path = format!("/seminars/{}", made.id());
    let organiser = app.organiser();
    let first = organiser.patch(&path, &made.etag(), &json!({"title": "First"}));
    first.expect(200);
    organiser
        .patch(&path, &made.etag(), &json!({"title": "Second"}))
        .problem(412, "precondition-failed");
    organiser
        .send("PATCH", &path, &[], Some(b"{}"))
        .problem(428, "precondition-required");
    assert_eq!(organiser.patch(&path, "nonsense", &json!({})).invalid(), ["If-Match"]);
    assert_eq!(organiser.get(&path).expect(200)["title"], "First");
    assert_eq!(
        organiser.get_with(&path, &[("If-None-Match", &first.etag())]).status,
        304
    );
    organiser.delete(&path, &first.etag()).expect(204);
    organiser.get(&path).problem(404, "not-found");
}

#[test]
fn a_seat_that_goes_meanwhile_changes_the_tag_but_makes_no_edit_stale() {
    let app = TestApp::spawn();
    let id = app.seminar(10);
    let path = format!("/seminars/{id}");
    let before = app.etag(&path);
    app.register(&id, "anna").expect(201);
    let after = app.etag(&path);
    assert_ne!(before, after);
    app.organiser()
        .patch(&path, &before, &json!({"title": "Edited"}))
        .expect(200);
}

#[test]
fn the_times_of_a_published_seminar_are_rescheduled_not_edited() {
    let app = TestApp::spawn();
    let id = app.seminar(10);
    let path = format!("/seminars/{id}");
    let organiser = app.organiser();
    let other_time = json!({"sessions": [{"starts_at": "2027-05-07T18:00:00+02:00"}]});
    organiser
        .patch(&path, &app.etag(&path), &other_time)
        .problem(409, "transition-not-allowed");
    let venue = json!({"organisation": "staedteregion-aachen", "name": "Digital Church", "locality": "Aachen"});
    let venue = organiser.post("/venues", &venue).id();
    let mut same_time = draft_body(10);
    same_time["sessions"][0]["venue"] = venue.into();
    let moved = organiser
        .patch(&path, &app.etag(&path), &json!({"sessions": same_time["sessions"]}))
        .expect(200);
    assert_eq!(moved["sessions"][0]["venue"]["name"], "Digital Church");
    let history = app.anonymous().get(&format!("{path}/schedule-changes")).expect(200);
    assert_eq!(history["data"][0]["kind"], "venue_changed");
    assert_eq!(
        titles(&app.anonymous().get("/seminars?q=digital+church").expect(200)).len(),
        1
    );
}

#[test]
fn what_belongs_to_others_cannot_be_used() {
    let app = TestApp::spawn();
    let foreign = app.foreign_organiser();
    let venue = foreign
        .post(
            "/venues",
            &json!({"organisation": "ihk-aachen", "name": "IHK", "locality": "Aachen"}),
        )
        .id();
    let collection = foreign
        .post(
            "/collections",
            &json!({"organisation": "ihk-aachen", "kind": "series", "name": "X"}),
        )
        .id();
    let refused = |member: &str, value: Value| {
        let mut body = draft_body(10);
        body[member] = value;
        app.organiser().post("/seminars", &body).invalid()
    };
    let session = json!([{"starts_at": "2027-05-06T18:00", "venue": venue}]);
    assert_eq!(refused("sessions", session), ["/sessions/0/venue"]);
    assert_eq!(refused("collections", json!([collection])), ["/collections/0"]);
    assert_eq!(
        refused("parties", json!([{"role": "lead", "organisation": "nobody"}])),
        ["/parties/0/organisation"]
    );
    assert_eq!(refused("organisation", "ihk-aachen".into()), ["/organisation"]);
    assert_eq!(refused("organisation", "nobody".into()), ["/organisation"]);
    let mut taken = draft_body(10);
    taken["external_refs"] = json!([{"system": "ihk-events", "external_id": "1"}]);
    app.organiser().post("/seminars", &taken).expect(201);
    app.organiser()
        .post("/seminars", &taken)
        .problem(409, "external-ref-taken");
}

#[test]
fn fewer_seats_than_are_taken_need_force_and_take_nobody_s_away() {
    let app = TestApp::spawn();
    let id = app.seminar(3);
    let path = format!("/seminars/{id}");
    for name in ["anna", "berta", "carla"] {
        app.register(&id, name).expect(201);
    }
    let organiser = app.organiser();
    let smaller = json!({"channels": [{"channel": "onsite", "capacity": 2}]});
    let refused = organiser
        .patch(&path, &app.etag(&path), &smaller)
        .problem(409, "capacity-below-taken");
    assert!(refused["detail"].as_str().unwrap().starts_with("3 seats are taken"));
    let mut forced = smaller.clone();
    forced["force"] = json!(true);
    let changed = organiser.patch(&path, &app.etag(&path), &forced).expect(200);
    assert_eq!(changed["channels"][0]["free_seats"], 0);
    let confirmed = organiser
        .get(&format!("{path}/registrations?state=confirmed"))
        .expect(200);
    assert_eq!(confirmed["data"].as_array().unwrap().len(), 3);
    // One goes, one remains too many: the next to come waits.
    let one = confirmed["data"][0]["id"].as_str().unwrap();
    let one = format!("/registrations/{one}");
    organiser
        .act(&format!("{one}/cancel"), &app.etag(&one), &json!({}))
        .expect(200);
    assert_eq!(app.register(&id, "dora").expect(201)["state"], "waitlisted");
    organiser
        .patch(&path, &app.etag(&path), &json!({"channels": []}))
        .problem(409, "channel-in-use");
}

#[test]
fn a_period_between_two_sessions_finds_nothing() {
    let app = TestApp::spawn();
    let mut body = titled("Two days");
    body["sessions"] = json!([{"starts_at": "2027-03-01T10:00"}, {"starts_at": "2027-03-30T10:00"}]);
    app.published(&body);
    let found = |query: &str| titles(&app.anonymous().get(&format!("/seminars?{query}")).expect(200)).len();
    assert_eq!(found("from=2027-03-10&to=2027-03-20"), 0);
    assert_eq!(found("from=2027-03-10&to=2027-03-30"), 1);
    assert_eq!(found("from=-100000-01-01&to=%2B200000-01-01"), 1);
    assert_eq!(found("from=%2B200000-01-01"), 0);
}

#[test]
fn parallel_sessions_may_be_sent_back_as_they_were_read() {
    let app = TestApp::spawn();
    let organiser = app.organiser();
    let venue = |name: &str| {
        organiser
            .post(
                "/venues",
                &json!({"organisation": "staedteregion-aachen", "name": name, "locality": "Aachen"}),
            )
            .id()
    };
    let (one, other) = (venue("Raum 1"), venue("Raum 2"));
    let sessions = json!([
        {"starts_at": "2027-05-06T18:00", "venue": one},
        {"starts_at": "2027-05-06T18:00", "venue": other},
    ]);
    let mut body = draft_body(5);
    body["sessions"] = sessions.clone();
    let made = app.draft(&body);
    let path = format!("/seminars/{}", made.id());
    let again = organiser
        .patch(&path, &made.etag(), &json!({"sessions": sessions}))
        .expect(200);
    let ids = |view: &Value| {
        let mut ids = view["sessions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["venue"]["name"].to_string(), one["id"].to_string()))
            .collect::<Vec<_>>();
        ids.sort();
        ids
    };
    assert_eq!(ids(&again), ids(&made.expect(201)));
    let same =
        json!([{"starts_at": "2027-05-06T18:00", "venue": one}, {"starts_at": "2027-05-06T18:00", "venue": one}]);
    assert_eq!(
        organiser
            .patch(&path, &app.etag(&path), &json!({"sessions": same}))
            .invalid(),
        ["/sessions/1"]
    );
}

#[test]
fn a_patch_takes_away_what_may_go_and_nothing_else() {
    let app = TestApp::spawn();
    let mut body = draft_body(5);
    body["description"] = "Mit Imbiss".into();
    let made = app.draft(&body);
    let path = format!("/seminars/{}", made.id());
    let organiser = app.organiser();
    for member in [
        "title",
        "kind",
        "sessions",
        "channels",
        "parties",
        "waiting_list",
        "audience",
    ] {
        assert_eq!(
            organiser.patch(&path, &made.etag(), &json!({member: null})).invalid(),
            [format!("/{member}")]
        );
    }
    let span = json!({"within": {"from": "2027-01-01", "to": "2027-02-01"}});
    assert_eq!(organiser.patch(&path, &made.etag(), &span).invalid(), ["/within"]);
    let wide = json!({"registration_opens_at": "9999-01-01T00:00:00Z"});
    assert_eq!(
        organiser.patch(&path, &made.etag(), &wide).invalid(),
        ["/registration_opens_at"]
    );
    let changed = organiser
        .patch(&path, &made.etag(), &json!({"description": null}))
        .expect(200);
    assert_eq!(
        (&changed["description"], &changed["title"]),
        (&Value::Null, &body["title"])
    );
}

#[test]
fn a_seat_is_free_only_while_one_can_register() {
    let app = TestApp::spawn();
    let publish = |title: &str, change: &dyn Fn(&mut Value)| {
        let mut body = titled(title);
        change(&mut body);
        app.published(&body);
    };
    publish("begun", &|body| {
        body["sessions"] = json!([{"starts_at": "2027-01-04T08:00:00Z"}])
    });
    publish("today", &|body| {
        body["sessions"] = json!([{"starts_at": "2027-01-04", "date_precision": "day"}])
    });
    publish("yesterday", &|body| {
        body["sessions"] = json!([{"starts_at": "2027-01-03", "date_precision": "day"}])
    });
    publish("not open", &|body| {
        body["registration_opens_at"] = "2027-02-01T00:00:00Z".into()
    });
    publish("closed", &|body| {
        body["registration_closes_at"] = "2027-01-04T08:00:00Z".into()
    });
    publish("open", &|_| ());
    publish("open late", &|body| {
        body["sessions"] = json!([{"starts_at": "2027-01-03T08:00:00Z"}]);
        body["registration_closes_at"] = "2027-01-05T08:00:00Z".into();
    });
    let found = |free: bool| {
        let mut found = titles(&app.anonymous().get(&format!("/seminars?free_seats={free}")).expect(200));
        found.sort();
        found
    };
    assert_eq!(found(true), ["open", "open late", "today"]);
    assert_eq!(found(false), ["begun", "closed", "not open", "yesterday"]);
}
