//! At the door: who is let in, who is not, and what of it may be decided otherwise.

use einlass::base::ticket_code::TicketCode;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, draft_body, draft_with, person};

/// An hour before the seminar of [`draft_body`]: the door is open.
pub const DOOR_OPEN: &str = "2027-05-06T15:00:00Z";

pub fn scan_id(n: u128) -> String {
    uuid::Uuid::from_u128((0x0192_f3c1_8d7e_7000 << 64) | (0x8000 << 48) | n).to_string()
}

impl TestApp {
    /// The code on somebody's ticket.
    pub fn code(&self, registration: &str) -> String {
        TicketCode::of(&self.site.capabilities, registration.parse().unwrap()).to_string()
    }
}

pub fn scan(client: &Client, seminar: &str, n: u128, members: Value) -> Answer {
    let mut body = json!({"scan_id": scan_id(n), "device": "Tür Nord"});
    body.as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    client.post(&format!("/seminars/{seminar}/check-ins"), &body)
}

pub fn opened(seats: i32) -> (TestApp, String, Client) {
    let app = TestApp::spawn();
    let seminar = app.seminar(seats);
    let desk = app.front_desk();
    (app, seminar, desk)
}

pub fn at_the_door(app: &TestApp) -> Client {
    app.at(DOOR_OPEN);
    app.front_desk()
}

#[test]
fn a_code_lets_in_once_and_the_second_scan_says_when_and_where() {
    let (app, seminar, _) = opened(5);
    let [anna] = app.registered(&seminar, ["anna"]);
    let desk = at_the_door(&app);
    let code = app.code(&anna);
    let made = scan(&desk, &seminar, 1, json!({"code": format!("EINLASS:{code}")}));
    let first = made.expect(201);
    assert_eq!(first["registration"]["name"], "anna Müller");
    assert_eq!(
        (&first["method"], &first["persons"], &first["persons_inside"]),
        (&json!("scan"), &json!(1), &json!(1))
    );
    assert_eq!(
        (&first["conflicts"], &first["device"]),
        (&json!([]), &json!("Tür Nord"))
    );
    assert!(!made.text.contains("example.org"), "{}", made.text);
    assert_eq!(
        made.header("location"),
        format!("/api/v1/seminars/{seminar}/check-ins/{}", first["id"].as_str().unwrap())
    );

    // The same scan again is the same answer; another scan is too late.
    let again = scan(&desk, &seminar, 1, json!({"code": format!("EINLASS:{code}")}));
    assert_eq!(again.expect(200), first);
    let typed = code
        .to_lowercase()
        .replace('-', " ")
        .replace('0', "o")
        .replace('1', "l");
    let second = scan(&desk, &seminar, 2, json!({"code": typed, "device": "Tür Süd"}));
    let problem = second.problem(409, "already-checked-in");
    assert_eq!(problem["forcible"], true);
    let told = &problem["first"];
    assert_eq!(
        (&told["id"], &told["at"], &told["device"], &told["session"]),
        (&first["id"], &first["at"], &json!("Tür Nord"), &first["session"])
    );
    assert_eq!(told["by"], app.account("front_desk").to_string());

    // The front desk may decide so; the person is counted once.
    let forced = scan(&desk, &seminar, 3, json!({"code": code, "force": true})).expect(201);
    assert_eq!((&forced["forced"], &forced["method"]), (&json!(true), &json!("code")));
    assert_eq!(forced["conflicts"][0]["kind"], "already_checked_in");
    assert_eq!(forced["conflicts"][0]["first"]["id"], first["id"]);
    let count = desk.get(&format!("/seminars/{seminar}/check-ins/count")).expect(200)["sessions"][0].clone();
    assert_eq!(
        (
            &count["expected"],
            &count["came"],
            &count["inside"],
            &count["conflicts"]
        ),
        (&json!(1), &json!(1), &json!(1), &json!(1))
    );
}

#[test]
fn a_scan_id_is_one_scan() {
    let (app, seminar, _) = opened(5);
    let [anna, berta] = app.registered(&seminar, ["anna", "berta"]);
    let desk = at_the_door(&app);
    let made = scan(&desk, &seminar, 1, json!({"registration": anna})).expect(201);
    let same =
        json!({"registration": anna, "session": made["session"], "channel": "onsite", "persons": 1, "at": made["at"]});
    assert_eq!(scan(&desk, &seminar, 1, same).expect(200), made);
    for other in [
        json!({"registration": berta}),
        json!({"registration": anna, "session": scan_id(9)}),
        json!({"registration": anna, "channel": "online"}),
        json!({"registration": anna, "method": "signature"}),
        json!({"registration": anna, "direction": "out"}),
        json!({"registration": anna, "persons": 2}),
        json!({"registration": anna, "at": "2027-05-06T14:00:00Z"}),
        json!({"walk_in": {"family_name": "Yıldız"}}),
    ] {
        let problem = scan(&desk, &seminar, 1, other.clone()).problem(422, "scan-id-reused");
        assert_eq!(problem["forcible"], false, "{other}");
    }
}

#[test]
fn every_refusal_has_its_name_and_says_whether_it_can_be_overridden() {
    let (app, seminar, desk) = opened(2);
    let other = app.seminar(5);
    let waiting = draft_with(1, json!({"waiting_list": true}));
    let waiting = app.published(&waiting);
    let pending = app.published(&draft_with(5, json!({"confirmation": "email"})));
    let [anna, berta] = app.registered(&seminar, ["anna", "berta"]);
    let [elsewhere] = app.registered(&other, ["carla"]);
    let [_, waits] = app.registered(&waiting, ["anna", "berta"]);
    let [unconfirmed] = app.registered(&pending, ["anna"]);
    app.act(&format!("/registrations/{berta}"), "cancel", &json!({}))
        .expect(200);

    let early = scan(&desk, &seminar, 1, json!({"registration": anna})).problem(409, "door-not-open");
    assert_eq!(
        (&early["forcible"], &early["detail"]),
        (&json!(true), &json!("It opens at 2027-05-06T16:00:00+02:00."))
    );

    let desk = at_the_door(&app);
    let refused = |n, seminar: &str, body: Value, status, code: &str, forcible: bool| {
        let problem = scan(&desk, seminar, n, body.clone()).problem(status, code);
        assert_eq!(problem["forcible"], forcible, "{code}");
        if !forcible {
            let mut forced = body;
            forced["force"] = json!(true);
            scan(&desk, seminar, n, forced).problem(status, code);
        }
    };
    refused(
        2,
        &seminar,
        json!({"code": "AAAAA-AAAAA"}),
        404,
        "ticket-unknown",
        false,
    );
    refused(3, &seminar, json!({"code": "Müller"}), 404, "ticket-unknown", false);
    refused(
        4,
        &seminar,
        json!({"registration": scan_id(9)}),
        404,
        "ticket-unknown",
        false,
    );
    refused(
        5,
        &seminar,
        json!({"registration": elsewhere}),
        409,
        "ticket-of-other-seminar",
        false,
    );
    refused(
        6,
        &seminar,
        json!({"code": app.code(&elsewhere)}),
        409,
        "ticket-of-other-seminar",
        false,
    );
    refused(
        7,
        &seminar,
        json!({"registration": berta}),
        409,
        "registration-cancelled",
        true,
    );
    refused(
        8,
        &waiting,
        json!({"registration": waits}),
        409,
        "registration-waitlisted",
        true,
    );
    refused(
        9,
        &pending,
        json!({"registration": unconfirmed}),
        409,
        "registration-not-confirmed",
        true,
    );
    refused(
        10,
        &seminar,
        json!({"registration": anna, "persons": 2}),
        409,
        "more-than-registered",
        true,
    );
    refused(
        11,
        &seminar,
        json!({"registration": anna, "direction": "out"}),
        409,
        "not-checked-in",
        true,
    );
    let draft = app.draft(&draft_body(2)).id();
    refused(
        12,
        &draft,
        json!({"walk_in": {"family_name": "Yıldız"}}),
        409,
        "not-ready",
        false,
    );

    // What the front desk decides is recorded with what spoke against it.
    let forced = scan(&desk, &seminar, 7, json!({"registration": berta, "force": true})).expect(201);
    assert_eq!(
        (&forced["forced"], &forced["conflicts"][0]["kind"]),
        (&json!(true), &json!("cancelled"))
    );
    for (seminar, registration, n, kind) in [
        (&waiting, &waits, 8, "waitlisted"),
        (&pending, &unconfirmed, 9, "not_confirmed"),
    ] {
        let forced = scan(&desk, seminar, n, json!({"registration": registration, "force": true})).expect(201);
        assert_eq!(forced["conflicts"][0]["kind"], kind);
    }
    // Force where nothing speaks against it is none.
    let plain = scan(&desk, &seminar, 20, json!({"registration": anna, "force": true})).expect(201);
    assert_eq!(plain["forced"], false);

    app.act(
        &format!("/seminars/{other}"),
        "cancel",
        &json!({"reason_code": "other"}),
    )
    .expect(200);
    refused(
        13,
        &other,
        json!({"registration": elsewhere}),
        409,
        "seminar-cancelled",
        true,
    );
    app.act(
        &format!("/seminars/{waiting}"),
        "postpone",
        &json!({"reason_code": "other"}),
    )
    .expect(200);
    refused(
        14,
        &waiting,
        json!({"walk_in": {"family_name": "Y"}}),
        409,
        "seminar-postponed",
        true,
    );
}

#[test]
fn the_session_is_the_one_whose_time_it_is() {
    let (app, _, _) = opened(1);
    let sessions = json!([
        {"starts_at": "2027-05-06T18:00:00+02:00", "ends_at": "2027-05-06T20:00:00+02:00"},
        {"starts_at": "2027-05-13", "date_precision": "day", "title": "Ganztägig"},
    ]);
    let seminar = app.published(&draft_with(5, json!({"sessions": sessions})));
    let [anna] = app.registered(&seminar, ["anna"]);
    let found = app.organiser().get(&format!("/seminars/{seminar}")).expect(200);
    let (one, two) = (found["sessions"][0]["id"].clone(), found["sessions"][1]["id"].clone());
    let desk = at_the_door(&app);
    let wrong = scan(&desk, &seminar, 1, json!({"registration": anna, "session": two})).problem(409, "wrong-session");
    assert!(
        wrong["detail"].as_str().unwrap().contains(one.as_str().unwrap()),
        "{wrong}"
    );
    let in_one = scan(&desk, &seminar, 2, json!({"registration": anna})).expect(201);
    assert_eq!(in_one["session"], one);
    // A day without a time is open from midnight to midnight in Berlin.
    app.at("2027-05-12T21:59:00Z");
    let desk = app.front_desk();
    let late = scan(&desk, &seminar, 3, json!({"registration": anna})).problem(409, "already-checked-in");
    assert_eq!(late["first"]["session"], one);
    app.at("2027-05-12T22:00:00Z");
    let desk = app.front_desk();
    assert_eq!(
        scan(&desk, &seminar, 4, json!({"registration": anna})).expect(201)["session"],
        two
    );
    assert_eq!(
        scan(&desk, &seminar, 5, json!({"registration": anna, "session": scan_id(1)})).invalid(),
        ["/session"]
    );
    // A list on paper is typed in afterwards.
    let [late] = [app
        .organiser()
        .post(&format!("/seminars/{seminar}/registrations"), &person("late"))
        .id()];
    app.at("2027-05-20T08:00:00Z");
    let desk = app.front_desk();
    let typed = json!({"registration": late, "session": one, "at": "2027-05-06T16:10:00Z", "method": "signature"});
    let typed = scan(&desk, &seminar, 6, typed).expect(201);
    assert_eq!(
        (&typed["session"], &typed["method"], &typed["conflicts"]),
        (&one, &json!("signature"), &json!([]))
    );
}

#[test]
fn a_group_comes_one_by_one_and_goes() {
    let (app, _, _) = opened(1);
    let seminar = app.published(&draft_with(9, json!({"max_persons": 5})));
    let mut body = person("anna");
    body["further_persons"] = json!(2);
    let group = app
        .anonymous()
        .post(&format!("/seminars/{seminar}/registrations"), &body)
        .id();
    let desk = at_the_door(&app);
    let step = |n, members: Value| {
        let mut body = json!({"registration": group});
        body.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        scan(&desk, &seminar, n, body)
    };
    assert_eq!(step(1, json!({"persons": 1})).expect(201)["persons_inside"], 1);
    step(2, json!({"persons": 3})).problem(409, "more-than-registered");
    let rest = step(3, json!({})).expect(201);
    assert_eq!(
        (&rest["persons"], &rest["persons_inside"], &rest["conflicts"]),
        (&json!(2), &json!(3), &json!([]))
    );
    step(4, json!({})).problem(409, "already-checked-in");
    assert_eq!(
        step(5, json!({"direction": "out", "persons": 1})).expect(201)["persons_inside"],
        2
    );
    assert_eq!(step(6, json!({})).expect(201)["persons_inside"], 3);
    step(7, json!({"direction": "out"})).expect(201);
    let count = desk.get(&format!("/seminars/{seminar}/check-ins/count")).expect(200)["sessions"][0].clone();
    assert_eq!(
        (&count["expected"], &count["came"], &count["inside"], &count["left"]),
        (&json!(3), &json!(3), &json!(0), &json!(3))
    );
}

#[test]
fn walk_ins_take_what_is_left() {
    let (app, seminar, _) = opened(3);
    app.registered(&seminar, ["anna"]);
    let desk = at_the_door(&app);
    let walk_in = |n, persons: i32, force: bool| {
        let name = json!({"family_name": "Yıldız", "company": "Nadelwerk", "email": "leyla@example.org"});
        scan(
            &desk,
            &seminar,
            n,
            json!({"walk_in": name, "persons": persons, "force": force}),
        )
    };
    walk_in(1, 3, false).problem(409, "seminar-full");
    let made = walk_in(2, 1, false).expect(201);
    assert_eq!(
        (&made["method"], &made["registration"]),
        (&json!("walk_in"), &Value::Null)
    );
    assert_eq!(
        (&made["walk_in"]["family_name"], &made["walk_in"]["email"]),
        (&json!("Yıldız"), &Value::Null)
    );
    assert_eq!(walk_in(2, 1, false).expect(200), made);
    walk_in(3, 1, false).expect(201);
    assert_eq!(walk_in(4, 1, false).problem(409, "seminar-full")["forcible"], true);
    assert_eq!(walk_in(4, 1, true).expect(201)["forced"], true);
    let count = desk.get(&format!("/seminars/{seminar}/check-ins/count")).expect(200)["sessions"][0].clone();
    assert_eq!(
        (&count["walk_ins"], &count["came"], &count["inside"]),
        (&json!(3), &json!(0), &json!(3))
    );
    let seen = app
        .organiser()
        .get(&format!(
            "/seminars/{seminar}/check-ins/{}",
            made["id"].as_str().unwrap()
        ))
        .expect(200);
    assert_eq!(seen["walk_in"]["email"], "leyla@example.org");
    scan(
        &desk,
        &seminar,
        5,
        json!({"walk_in": {"family_name": "Y"}, "channel": "online"}),
    )
    .problem(409, "channel-unavailable");
}
