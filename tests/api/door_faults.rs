//! What goes wrong at the door: strangers' tickets, one scan sent from two places, a plan that changed a moment ago, a
//! connection that breaks in the middle.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};
use einlass::schema::check_ins;
use serde_json::{Value, json};

use super::check_ins::{DOOR_OPEN, at_the_door, opened, scan, scan_id};
use crate::support::{Answer, Client, TestApp, draft_body, draft_with};

fn rows(app: &TestApp) -> i64 {
    let count = check_ins::table.count();
    count.get_result(&mut app.database.connect()).unwrap()
}

#[test]
fn another_organisations_ticket_is_as_unknown_as_one_that_nobody_has() {
    let (app, seminar, _) = opened(5);
    let mut body = draft_body(5);
    body["organisation"] = json!("ihk-aachen");
    let theirs = app.foreign_organiser();
    let made = theirs.post("/seminars", &body);
    let path = format!("/seminars/{}/publish", made.id());
    theirs.act(&path, &made.etag(), &json!({})).expect(200);
    let [foreign] = app.registered(&made.id(), ["anna"]);
    let desk = at_the_door(&app);
    let own_door = app.person("foreign_organiser");
    // It is a ticket: at its own door it lets in, and its code is on record since.
    scan(&own_door, &made.id(), 1, json!({"code": app.code(&foreign)})).expect(201);
    let told = |members: Value| {
        let answer = scan(&desk, &seminar, 2, members);
        let problem = answer.problem(404, "ticket-unknown");
        let request = problem["request_id"].as_str().unwrap().to_owned();
        answer.text.replace(&request, "")
    };
    let nobody = told(json!({"registration": scan_id(9)}));
    for members in [
        json!({"registration": foreign}),
        json!({"code": app.code(&foreign)}),
        json!({"code": "AAAAA-AAAAA"}),
    ] {
        assert_eq!(told(members.clone()), nobody, "{members}");
    }
    let queue = |registration: &str| {
        let one = json!({"scan_id": scan_id(3), "registration": registration, "at": DOOR_OPEN});
        let path = format!("/seminars/{seminar}/check-ins/batch");
        let body = json!({"device": "x", "scans": [one]});
        desk.post(&path, &body).expect(200)["results"][0].take()
    };
    assert_eq!(queue(&foreign), queue(&scan_id(9)));
    assert_eq!(rows(&app), 1);
}

/// Does all of it at once; the statuses in order of size.
fn at_once(knocks: &[(&Client, &str, &str)], n: u128) -> Vec<u16> {
    let gate = std::sync::Barrier::new(knocks.len());
    let mut statuses = std::thread::scope(|scope| {
        let each = knocks.iter().map(|(client, seminar, registration)| {
            let gate = &gate;
            scope.spawn(move || {
                gate.wait();
                scan(client, seminar, n, json!({"registration": registration})).status
            })
        });
        let each = each.collect::<Vec<_>>();
        each.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    statuses.sort_unstable();
    statuses
}

#[test]
fn one_scan_at_once_is_one_scan() {
    let app = TestApp::spawn();
    let names = (0..20).map(|n| format!("n{n}")).collect::<Vec<_>>();
    let seminars = [app.seminar(30), app.seminar(30)];
    let people = seminars.each_ref().map(|seminar| {
        let ids = names.iter().map(|name| app.register(seminar, name).id());
        ids.collect::<Vec<_>>()
    });
    let desk = at_the_door(&app);
    let second = app.second();
    let keys = &app.site.auth.keys;
    let token = keys.issue(app.account("front_desk"), app.clock.now()).unwrap();
    let other = second.anonymous().with_token(&token);
    let [first, second_room] = &people;
    for (n, (anna, berta)) in first.iter().zip(second_room).enumerate() {
        let number = u128::try_from(n).unwrap();
        let [here, there] = [
            (seminars[0].as_str(), anna.as_str()),
            (seminars[1].as_str(), berta.as_str()),
        ];
        if n % 2 == 0 {
            // At two doors, half the time of two instances: whoever is first has it.
            let client = if n % 4 == 0 { &desk } else { &other };
            let knocks = [(&desk, here.0, here.1), (client, there.0, there.1)];
            assert_eq!(at_once(&knocks, number), [201, 422], "{n}");
        } else {
            let knocks = [&desk, &other, &desk, &other].map(|client| (client, here.0, here.1));
            assert_eq!(at_once(&knocks, number), [200, 200, 200, 201], "{n}");
        }
    }
    assert_eq!(rows(&app), 20);
    second.stop();
}

#[test]
fn what_was_changed_a_moment_ago_holds_for_the_next_scan() {
    let (app, seminar, _) = opened(5);
    let [anna, berta, carla] = app.registered(&seminar, ["anna", "berta", "carla"]);
    let path = format!("/seminars/{seminar}");
    let desk = at_the_door(&app);
    scan(&desk, &seminar, 1, json!({"registration": anna})).expect(201);
    let patch = |minutes: i32| {
        let rule = json!({"attendance_rule": {"opens_minutes": minutes}});
        app.organiser().patch(&path, &app.etag(&path), &rule).expect(200);
    };
    patch(30);
    let early = scan(&desk, &seminar, 2, json!({"registration": berta})).problem(409, "door-not-open");
    assert_eq!(early["detail"], "It opens at 2027-05-06T17:30:00+02:00.");
    patch(60);
    scan(&desk, &seminar, 3, json!({"registration": berta})).expect(201);
    let sessions = json!([{"starts_at": "2027-05-13T18:00:00+02:00", "ends_at": "2027-05-13T20:00:00+02:00"}]);
    app.act(
        &path,
        "reschedule",
        &json!({"reason_code": "other", "sessions": sessions}),
    )
    .expect(200);
    let early = scan(&desk, &seminar, 4, json!({"registration": carla})).problem(409, "door-not-open");
    assert_eq!(early["detail"], "It opens at 2027-05-13T17:00:00+02:00.");
}

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// The backend that waits for a lock of ours, as soon as there is one.
fn waiting_backend(conn: &mut PgConnection) -> i32 {
    let begun = Instant::now();
    loop {
        let found = diesel::sql_query(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        );
        if let Some(found) = found.load::<Backend>(conn).unwrap().first() {
            return found.pid;
        }
        assert!(begun.elapsed() < Duration::from_secs(2), "nobody waits");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Scans while `statement` keeps what the batch needs, and breaks its connection there.
fn broken_off(app: &TestApp, statement: &str, knock: impl Fn() -> Answer + Sync) -> Answer {
    let mut holder = app.database.connect();
    let mut watcher = app.database.connect();
    holder.batch_execute("BEGIN").unwrap();
    holder.batch_execute(statement).unwrap();
    std::thread::scope(|scope| {
        let answer = scope.spawn(&knock);
        let pid = waiting_backend(&mut watcher);
        let killed = format!("SELECT pg_terminate_backend({pid}, 1000)");
        watcher.batch_execute(&killed).unwrap();
        holder.batch_execute("ROLLBACK").unwrap();
        answer.join().unwrap()
    })
}

#[test]
fn a_scan_whose_connection_broke_is_sent_again_and_counts_once() {
    let (app, seminar, _) = opened(30);
    let names = ["anna", "berta", "carla", "dora"];
    let people = app.registered(&seminar, names);
    let desk = at_the_door(&app);
    // At the end of a transaction that has recorded somebody, what is deferred looks for this row.
    app.database
        .connect()
        .batch_execute(
            "CREATE TABLE late (id integer PRIMARY KEY); INSERT INTO late VALUES (1);
             CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS
                 'BEGIN PERFORM 1 FROM late FOR UPDATE; RETURN NULL; END';
             CREATE CONSTRAINT TRIGGER late AFTER INSERT ON check_ins DEFERRABLE INITIALLY DEFERRED
                 FOR EACH ROW EXECUTE FUNCTION late()",
        )
        .unwrap();
    for (n, (place, statement)) in [
        ("before anything is read", "SELECT 1 FROM seminars FOR UPDATE"),
        ("before the check-in is written", "LOCK TABLE check_ins IN SHARE MODE"),
        (
            "between the check-in and the journal",
            "LOCK TABLE journal IN SHARE MODE",
        ),
        ("while it is committed", "SELECT 1 FROM late FOR UPDATE"),
    ]
    .into_iter()
    .enumerate()
    {
        let number = u128::try_from(n).unwrap();
        let knock = || scan(&desk, &seminar, number, json!({"registration": people[n]}));
        let lost = broken_off(&app, statement, knock);
        assert_eq!(lost.status, 503, "{place}: {}", lost.text);
        let again = knock();
        assert!([200, 201].contains(&again.status), "{place}: {}", again.text);
        assert_eq!(rows(&app), i64::try_from(n + 1).unwrap(), "{place}");
        // It is one scan, and one person.
        knock().expect(200);
    }
    let count = desk.get(&format!("/seminars/{seminar}/check-ins/count")).expect(200);
    assert_eq!(count["sessions"][0]["came"], 4);
}

#[derive(QueryableByName)]
struct Written {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// However many queues wait, no transaction holds its locks for all of them.
#[test]
fn long_queues_are_not_one_long_transaction() {
    let app = TestApp::spawn();
    let seminar = app.published(&draft_with(1, json!({"channels": [{"channel": "onsite"}]})));
    let desk = at_the_door(&app);
    let queue = |device: usize, many: usize| {
        let scans = (0..many).map(|n| {
            let id = scan_id(u128::try_from(device * 1000 + n).unwrap());
            json!({"scan_id": id, "walk_in": {"family_name": "Yıldız"}, "at": DOOR_OPEN})
        });
        let body = json!({"device": "x", "scans": scans.collect::<Vec<_>>()});
        let path = format!("/seminars/{seminar}/check-ins/batch");
        let answer = desk.post(&path, &body).expect(200);
        let results = answer["results"].as_array().unwrap();
        assert_eq!(results.len(), many);
        assert!(results.iter().all(|one| one["outcome"] == "recorded"));
    };
    let queue = &queue;
    let mut holder = app.database.connect();
    holder
        .batch_execute("BEGIN; SELECT 1 FROM seminars FOR UPDATE")
        .unwrap();
    std::thread::scope(|scope| {
        // The writer is busy with the first while the others gather.
        scope.spawn(|| queue(0, 1));
        waiting_backend(&mut app.database.connect());
        for device in 1..=3 {
            scope.spawn(move || queue(device, 1000));
        }
        std::thread::sleep(Duration::from_millis(1500));
        holder.batch_execute("ROLLBACK").unwrap();
    });
    let written = diesel::sql_query("SELECT count(*) AS rows FROM check_ins GROUP BY xmin::text ORDER BY 1");
    let written = written.load::<Written>(&mut app.database.connect()).unwrap();
    let written = written.iter().map(|one| one.rows).collect::<Vec<_>>();
    assert_eq!(written, [1, 1000, 2000]);
}
