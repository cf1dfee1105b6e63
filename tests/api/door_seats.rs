//! Walk-ins take what is left: counted in the seminar's own unit, and never the seat of somebody who registered in the
//! same moment.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use serde_json::json;

use super::check_ins::{at_the_door, opened, scan};
use crate::support::{Client, TestApp, draft_with, person};

#[test]
fn where_companies_are_counted_a_walk_in_is_one_however_many_come() {
    let app = TestApp::spawn();
    let seminar = app.published(&draft_with(3, json!({"capacity_unit": "companies"})));
    let mut body = person("anna");
    body["company"] = json!("Printenfabrik");
    let path = format!("/seminars/{seminar}/registrations");
    app.anonymous().post(&path, &body).expect(201);
    let desk = at_the_door(&app);
    let three = json!({"walk_in": {"family_name": "Yıldız", "company": "Nadelwerk"}, "persons": 3});
    scan(&desk, &seminar, 1, three.clone()).expect(201);
    scan(&desk, &seminar, 2, three.clone()).expect(201);
    scan(&desk, &seminar, 3, three).problem(409, "seminar-full");
}

/// The last seat is about to be somebody's: whoever asks for it waits until that is so.
#[test]
fn a_walk_in_waits_for_whoever_registers_in_the_same_moment() {
    let (app, seminar, _) = opened(2);
    let [anna] = app.registered(&seminar, ["anna"]);
    let unlimited = app.published(&draft_with(1, json!({"channels": [{"channel": "onsite"}]})));
    let desk = at_the_door(&app);
    let mut registering = app.database.connect();
    registering
        .batch_execute("BEGIN; UPDATE channels SET taken = taken + 1 WHERE channel = 'onsite'")
        .unwrap();
    let walk_in = json!({"walk_in": {"family_name": "Yıldız"}});
    std::thread::scope(|scope| {
        let asks = scope.spawn(|| scan(&desk, &seminar, 1, walk_in.clone()));
        std::thread::sleep(std::time::Duration::from_millis(300));
        registering.batch_execute("COMMIT").unwrap();
        asks.join().unwrap().problem(409, "seminar-full");
    });
    // Nobody else waits for it: who has a ticket, who comes in anyway, and where there is room for all.
    registering
        .batch_execute("BEGIN; SELECT 1 FROM channels FOR UPDATE")
        .unwrap();
    scan(&desk, &seminar, 2, json!({"registration": anna})).expect(201);
    let forced = json!({"walk_in": {"family_name": "Yıldız"}, "force": true});
    assert_eq!(scan(&desk, &seminar, 3, forced).expect(201)["forced"], true);
    scan(&desk, &unlimited, 4, walk_in).expect(201);
    registering.batch_execute("ROLLBACK").unwrap();
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = Bool)]
    walk_in: bool,
    #[diesel(sql_type = BigInt)]
    held: i64,
}

/// Whenever a walk-in was let in: how many seats were held then, theirs among them.
fn held_then(app: &TestApp, seminar: &str) -> Vec<i64> {
    let rows = diesel::sql_query(
        "WITH seats AS (
             SELECT true AS walk_in, xmin, persons AS seats FROM check_ins WHERE seminar_id = $1::uuid
             UNION ALL SELECT false, xmin, seats FROM registrations WHERE seminar_id = $1::uuid AND state = 'confirmed')
         SELECT walk_in, sum(seats) OVER (ORDER BY pg_xact_commit_timestamp(xmin)) AS held FROM seats",
    );
    let rows = rows
        .bind::<diesel::sql_types::Text, _>(seminar)
        .load::<Taken>(&mut app.database.connect())
        .unwrap();
    rows.into_iter().filter(|one| one.walk_in).map(|one| one.held).collect()
}

#[test]
fn of_many_at_once_no_walk_in_takes_a_seat_that_is_taken() {
    const MANY: usize = 24;
    let app = TestApp::spawn();
    for round in 0..10 {
        let seminar = app.seminar(12);
        let desk = at_the_door(&app);
        let gate = std::sync::Barrier::new(2 * MANY);
        let walk_in = |client: &Client, n: usize| {
            gate.wait();
            let number = u128::try_from(1000 * round + n).unwrap();
            scan(client, &seminar, number, json!({"walk_in": {"family_name": "Yıldız"}})).status
        };
        let register = |client: &Client, n: usize| {
            gate.wait();
            let path = format!("/seminars/{seminar}/registrations");
            client.post(&path, &person(&format!("n{n}"))).status
        };
        let (walk_in, register) = (&walk_in, &register);
        let (let_in, registered) = std::thread::scope(|scope| {
            let walk_ins = (0..MANY).map(|n| {
                let client = desk.clone();
                scope.spawn(move || walk_in(&client, n))
            });
            let walk_ins = walk_ins.collect::<Vec<_>>();
            let people = (0..MANY).map(|n| {
                let client = app.anonymous();
                scope.spawn(move || register(&client, n))
            });
            let people = people.collect::<Vec<_>>();
            let statuses = |all: Vec<std::thread::ScopedJoinHandle<'_, u16>>| {
                all.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
            };
            (statuses(walk_ins), statuses(people))
        });
        assert!(let_in.iter().all(|status| [201, 409].contains(status)), "{let_in:?}");
        assert_eq!(registered, [201; MANY]);
        assert_eq!(app.confirmed(&seminar), 12);
        let held = held_then(&app, &seminar);
        assert_eq!(held.len(), let_in.iter().filter(|status| **status == 201).count());
        assert!(held.iter().all(|held| *held <= 12), "round {round}: {held:?}");
    }
}
