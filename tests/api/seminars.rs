//! The programme, and what happens to it.

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use crate::support::{TestApp, draft_body};

pub fn titles(list: &Value) -> Vec<String> {
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
    // Where only a span of days is known, as of what was taken over from elsewhere, each of its days finds it.
    let span = app.published(&titled("Some time in a year"));
    let undate = format!(
        "DELETE FROM sessions WHERE seminar_id = '{span}';
         UPDATE seminars SET within_from = '2027-02-01', within_to = '2028-01-31', begins_at = '2027-01-31T23:00:00Z' WHERE id = '{span}'"
    );
    app.database.connect().batch_execute(&undate).unwrap();
    // Nobody told the service, so what it remembers has to grow old.
    app.clock.advance(chrono::Duration::seconds(1));
    assert_eq!(found("from=2027-03-10&to=2027-03-20"), 1);
    assert_eq!(found("from=2027-12-01"), 1);
    assert_eq!(found("to=2027-02-01"), 1);
    assert_eq!(found("to=2027-01-31"), 0);
    assert_eq!(found("from=2028-02-01"), 0);
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
