//! Seminars that another system keeps here under its own ids.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, person};

const PATH: &str = "/organisations/ihk-aachen/seminars/4711?system=ihk-events";

/// The IHK, its calendar, and its organiser, who sits here.
pub struct Ihk {
    pub app: TestApp,
    pub calendar: Client,
    pub organiser: Client,
}

pub fn ihk() -> Ihk {
    let app = TestApp::spawn();
    let machine = app.machine_of(
        &app.person("foreign_admin"),
        "ihk-aachen",
        &["seminars:read", "seminars:write"],
    );
    Ihk {
        calendar: app.with_token_of(&machine),
        organiser: app.foreign_organiser(),
        app,
    }
}

pub fn event() -> Value {
    json!({"title": "Fördermittel für die Digitalisierung", "kind": "info_event", "url": "https://ihk.example/4711",
        "sessions": [{"starts_at": "2027-05-06T18:00:00+02:00", "ends_at": "2027-05-06T20:00:00+02:00"}],
        "channels": [{"channel": "online", "capacity": 100}], "parties": [{"role": "lead", "organisation": "ihk-aachen"}]})
}

pub fn with(members: &Value) -> Value {
    let mut body = event();
    body.as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    body
}

impl Ihk {
    pub fn push(&self, body: &Value) -> Answer {
        self.push_as(&[], body)
    }

    pub fn push_as(&self, headers: &[(&str, &str)], body: &Value) -> Answer {
        self.calendar
            .send("PUT", PATH, headers, Some(body.to_string().as_bytes()))
    }

    /// The seminar's path here.
    #[track_caller]
    pub fn there(&self) -> String {
        format!(
            "/seminars/{}",
            self.calendar.get(PATH).expect(200)["id"].as_str().unwrap()
        )
    }

    #[track_caller]
    pub fn edit(&self, change: &Value) {
        let path = self.there();
        self.organiser
            .patch(&path, &self.organiser.get(&path).etag(), change)
            .expect(200);
    }

    fn register(&self, name: &str) {
        let mut who = person(name);
        who["channel"] = json!("online");
        self.app
            .anonymous()
            .post(&format!("{}/registrations", self.there()), &who)
            .expect(201);
    }
}

/// The members a refusal names.
#[track_caller]
pub fn decided_here(answer: &Answer) -> Vec<String> {
    let problem = answer.problem(409, "decided-here");
    let named = problem["errors"].as_array().unwrap().iter();
    named
        .map(|error| error["pointer"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_is_new_is_announced_and_what_is_sent_again_changes_nothing() {
    let ihk = ihk();
    let made = ihk.push(&event());
    let view = made.expect(201);
    assert_eq!(view["status"], "scheduled");
    assert_eq!(view["organisation"]["slug"], "ihk-aachen");
    let reference = json!([{"system": "ihk-events", "external_id": "4711", "url": "https://ihk.example/4711"}]);
    assert_eq!(view["external_refs"], reference);
    assert_eq!(made.header("location"), format!("/api/v1{}", ihk.there()));
    let again = ihk.push(&event());
    assert_eq!(again.expect(200), view);
    assert_eq!(again.etag(), made.etag(), "not even the version");
    let other_system = ihk.calendar.get("/organisations/ihk-aachen/seminars/4711?system=agit");
    other_system.problem(404, "not-found");
}

#[test]
fn a_change_there_is_a_change_here_and_whoever_is_registered_hears_of_new_times() {
    let ihk = ihk();
    ihk.push(&event()).expect(201);
    ihk.register("anna");
    let mails = || ihk.app.mails().len();
    let before = mails();
    let view = ihk
        .push(&with(
            &json!({"title": "Fördermittel", "channels": [{"channel": "online", "capacity": 50}]}),
        ))
        .expect(200);
    assert_eq!(view["title"], "Fördermittel");
    assert_eq!(view["channels"][0]["capacity"], 50);
    assert_eq!(mails(), before);
    let moved = with(
        &json!({"title": "Fördermittel", "channels": [{"channel": "online", "capacity": 50}], "reason_code": "speaker",
        "sessions": [{"starts_at": "2027-05-13T18:00:00+02:00", "ends_at": "2027-05-13T20:00:00+02:00"}]}),
    );
    let view = ihk.push(&moved).expect(200);
    assert_eq!(view["sessions"][0]["starts_at"], "2027-05-13T18:00:00+02:00");
    assert_eq!(mails(), before + 1);
    let history = ihk
        .app
        .anonymous()
        .get(&format!("{}/schedule-changes", ihk.there()))
        .expect(200);
    assert_eq!(history["data"][0]["kind"], "rescheduled");
    assert_eq!(history["data"][0]["reason_code"], "speaker");
}

#[test]
fn what_was_decided_here_is_never_overwritten() {
    let ihk = ihk();
    ihk.push(&event()).expect(201);
    ihk.edit(&json!({"title": "Unser Titel", "channels": [{"channel": "online", "capacity": 80}]}));
    let kept = ihk.push(&event()).expect(200);
    assert_eq!(
        kept["title"], "Unser Titel",
        "what is sent again unchanged is not insisted on"
    );

    let body =
        with(&json!({"title": "Ihr Titel", "description": "Neu", "channels": [{"channel": "online", "capacity": 10}]}));
    assert_eq!(decided_here(&ihk.push(&body)), ["/title", "/channels"]);
    let now = ihk.calendar.get(PATH).expect(200);
    assert_eq!(
        (&now["title"], &now["description"]),
        (&json!("Unser Titel"), &Value::Null),
        "all or nothing"
    );

    let agreed = with(
        &json!({"title": "Unser Titel", "description": "Neu", "channels": [{"channel": "online", "capacity": 80}]}),
    );
    let view = ihk.push(&agreed).expect(200);
    assert_eq!(view["description"], "Neu");
    let later =
        with(&json!({"title": "Anders", "description": "Neu", "channels": [{"channel": "online", "capacity": 80}]}));
    assert_eq!(
        ihk.push(&later).expect(200)["title"],
        "Anders",
        "they agreed, so it is theirs again"
    );
}

#[test]
fn a_plan_changed_here_is_not_changed_back() {
    let ihk = ihk();
    ihk.push(&event()).expect(201);
    let path = ihk.there();
    let new_date = json!({"reason_code": "weather", "sessions": [{"starts_at": "2027-06-10T18:00:00+02:00", "ends_at": "2027-06-10T20:00:00+02:00"}]});
    ihk.organiser
        .act(
            &format!("{path}/reschedule"),
            &ihk.organiser.get(&path).etag(),
            &new_date,
        )
        .expect(200);
    assert_eq!(
        ihk.push(&event()).expect(200)["sessions"][0]["starts_at"],
        "2027-06-10T18:00:00+02:00"
    );
    let theirs = with(
        &json!({"sessions": [{"starts_at": "2027-07-01T18:00:00+02:00", "ends_at": "2027-07-01T20:00:00+02:00"}]}),
    );
    assert_eq!(decided_here(&ihk.push(&theirs)), ["/sessions"]);
    let reason = json!({"reason_code": "weather"});
    ihk.organiser
        .act(&format!("{path}/postpone"), &ihk.organiser.get(&path).etag(), &reason)
        .expect(200);
    assert_eq!(decided_here(&ihk.push(&theirs)), ["/status", "/sessions"]);
    assert_eq!(ihk.calendar.get(PATH).expect(200)["status"], "postponed");
}

#[test]
fn a_cancellation_comes_first_whatever_else_was_decided() {
    let ihk = ihk();
    ihk.push(&event()).expect(201);
    ihk.register("anna");
    ihk.edit(&json!({"title": "Unser Titel"}));
    let before = ihk.app.mails().len();
    let body = with(
        &json!({"title": "Ihr Titel", "status": "cancelled", "reason_code": "low_demand", "public_text": "Zu wenige"}),
    );
    let view = ihk.push(&body).expect(200);
    assert_eq!(
        (&view["status"], &view["title"]),
        (&json!("cancelled"), &json!("Unser Titel"))
    );
    assert_eq!(ihk.app.mails().len(), before + 1, "whoever is registered is told");
    assert_eq!(
        ihk.push(&body).expect(200)["status"],
        "cancelled",
        "sending it again is harmless"
    );
    let back = with(&json!({"title": "Ihr Titel", "status": "scheduled"}));
    ihk.push(&back).problem(409, "transition-not-allowed");
}

#[test]
fn what_is_off_before_it_came_here_is_written_down_as_that() {
    let ihk = ihk();
    let view = ihk
        .push(&with(&json!({"status": "cancelled", "reason_code": "pandemic"})))
        .expect(201);
    assert_eq!(view["status"], "cancelled");
    let history = ihk
        .app
        .anonymous()
        .get(&format!("{}/schedule-changes", ihk.there()))
        .expect(200);
    assert_eq!(
        (&history["data"][0]["kind"], &history["data"][0]["reason_code"]),
        (&json!("cancelled"), &json!("pandemic"))
    );
}

#[test]
fn a_postponed_seminar_is_scheduled_again_by_its_new_times() {
    let ihk = ihk();
    ihk.push(&event()).expect(201);
    assert_eq!(
        ihk.push(&with(&json!({"status": "postponed", "reason_code": "speaker"})))
            .expect(200)["status"],
        "postponed"
    );
    ihk.push(&with(&json!({"status": "scheduled"})))
        .problem(409, "seminar-postponed");
    let dated = with(
        &json!({"status": "scheduled", "sessions": [{"starts_at": "2027-09-01T18:00:00+02:00", "ends_at": "2027-09-01T20:00:00+02:00"}]}),
    );
    assert_eq!(ihk.push(&dated).expect(200)["status"], "scheduled");
}

#[test]
fn a_draft_stays_one_until_it_is_said_to_be_announced() {
    let ihk = ihk();
    assert_eq!(
        ihk.push(&with(&json!({"status": "draft"}))).expect(201)["status"],
        "draft"
    );
    ihk.app.anonymous().get(PATH).problem(404, "not-found");
    assert_eq!(
        ihk.push(&with(&json!({"status": "scheduled"}))).expect(200)["status"],
        "scheduled"
    );
    ihk.app.anonymous().get(PATH).expect(200);
}

#[test]
fn what_somebody_wrote_down_here_first_is_decided_here() {
    let ihk = ihk();
    let mut body = event();
    body.as_object_mut().unwrap().remove("url");
    body["organisation"] = json!("ihk-aachen");
    body["external_refs"] = json!([{"system": "ihk-events", "external_id": "4711"}]);
    ihk.organiser.post("/seminars", &body).expect(201);
    assert_eq!(
        decided_here(&ihk.push(&with(&json!({"title": "Ihr Titel"})))),
        ["/title"]
    );
    ihk.push(&with(&json!({"status": "draft"}))).expect(200);
}

#[test]
fn who_wants_to_be_sure_says_what_was_seen() {
    let ihk = ihk();
    let made = ihk.push(&event());
    ihk.edit(&json!({"description": "Von hier"}));
    let body = with(&json!({"title": "Neu"}));
    ihk.push_as(&[("If-Match", &made.etag())], &body)
        .problem(412, "precondition-failed");
    let etag = ihk.calendar.get(PATH).etag();
    ihk.push_as(&[("If-Match", &etag)], &body).expect(200);
    assert_eq!(ihk.push_as(&[("If-Match", "x")], &body).invalid(), ["If-Match"]);
}

#[test]
fn bad_input_is_named_and_nothing_is_written() {
    let ihk = ihk();
    let refused = ihk.push(&json!({"title": "", "kind": "party", "sessions": [{"starts_at": "morgen"}], "seats": 5}));
    let mut named = refused.invalid();
    named.sort();
    assert_eq!(named, ["/kind", "/seats", "/title"]);
    let refused = ihk.push(&with(&json!({"status": "held", "sessions": [{"starts_at": "morgen"}]})));
    assert_eq!(refused.invalid(), ["/status", "/sessions/0/starts_at"]);
    assert_eq!(
        ihk.push(&with(&json!({"external_id": "4711"}))).invalid(),
        ["/external_id"]
    );
    let unnamed = "/organisations/ihk-aachen/seminars/4711";
    let put = |path: &str| {
        ihk.calendar
            .send("PUT", path, &[], Some(event().to_string().as_bytes()))
    };
    assert_eq!(put(unnamed).invalid(), ["system"]);
    put("/organisations/staedteregion-aachen/seminars/4711?system=x").problem(404, "not-found");
    ihk.calendar.get(PATH).problem(404, "not-found");
}

#[test]
fn the_same_id_sent_by_many_at_once_is_one_seminar() {
    let ihk = ihk();
    let statuses = std::thread::scope(|scope| {
        let one = || scope.spawn(|| ihk.push(&event()).status);
        let all = (0..8).map(|_| one()).collect::<Vec<_>>();
        all.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 201).count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        7,
        "{statuses:?}"
    );
}

#[test]
fn many_come_in_one_call_and_each_has_its_result() {
    let ihk = ihk();
    let named = |id: &str, members: Value| {
        let mut one = with(&members);
        one["external_id"] = json!(id);
        one
    };
    let put = |seminars: Value| {
        let body = json!({"seminars": seminars}).to_string();
        ihk.calendar.send(
            "PUT",
            "/organisations/ihk-aachen/seminars?system=ihk-events",
            &[],
            Some(body.as_bytes()),
        )
    };
    let sent = json!([
        named("1", json!({})),
        named("2", json!({"title": ""})),
        named("3", json!({})),
        named("1", json!({}))
    ]);
    let results = put(sent).expect(200)["results"].clone();
    let statuses = results
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["status"].as_u64().unwrap());
    assert_eq!(
        statuses.collect::<Vec<_>>(),
        [422, 422, 201, 422],
        "of two with one id neither"
    );
    assert_eq!(results[1]["problem"]["errors"][0]["pointer"], "/title");
    for twice in [0, 3] {
        assert_eq!(results[twice]["problem"]["errors"][0]["pointer"], "/external_id");
    }
    assert!(results[2]["seminar"].is_string() && results[2].get("problem").is_none());
    put(json!([named("1", json!({}))])).expect(200);

    ihk.app.clock.advance(Duration::seconds(1));
    let results = put(json!([
        named("1", json!({"title": "Neu"})),
        named("3", json!({"status": "cancelled"}))
    ]))
    .expect(200)["results"]
        .clone();
    assert_eq!(
        (&results[0]["status"], &results[1]["status"]),
        (&json!(200), &json!(200))
    );
    ihk.app.settled();
    let told = ihk.calendar.get("/changes?organisation=ihk-aachen").expect(200);
    let cursor = told["next_cursor"].as_str().unwrap();
    assert!(
        told["changes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["seminar"]["title"] == "Neu")
    );
    let both = json!([
        named("1", json!({"title": "Neuer"})),
        named("4", json!({"status": "cancelled"}))
    ]);
    put(both).expect(200);
    ihk.app.settled();
    let told = ihk.calendar.get(&format!("/changes?cursor={cursor}")).expect(200);
    let first = &told["changes"][0];
    assert_eq!(
        first["seminar"]["status"], "cancelled",
        "cancellations are done first: {told}"
    );
    assert_eq!(put(json!([])).invalid(), ["/seminars"]);
    assert_eq!(
        put(Value::Array(vec![named("1", json!({})); 501])).invalid(),
        ["/seminars"]
    );
}
