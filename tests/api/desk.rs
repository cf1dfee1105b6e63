//! The registration desk: many at once, each by themselves.

use std::collections::BTreeSet;

use chrono::Duration;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::api::privacy::waits;
use crate::support::{Answer, TestApp, draft_body, person};

/// Sends all at the same moment, so that they meet in one batch; the answers in the order of the bodies.
fn at_once(app: &TestApp, requests: &[(String, Option<String>, Value)]) -> Vec<Answer> {
    let gate = std::sync::Barrier::new(requests.len());
    std::thread::scope(|scope| {
        let sent = requests.iter().map(|(seminar, key, body)| {
            let (client, gate) = (app.anonymous(), &gate);
            scope.spawn(move || {
                gate.wait();
                let path = format!("/seminars/{seminar}/registrations");
                match key {
                    Some(key) => client.post_with_key(&path, key, body),
                    None => client.post(&path, body),
                }
            })
        });
        let sent = sent.collect::<Vec<_>>();
        sent.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

/// While it is held nobody is registered, so that what arrives meanwhile becomes one batch.
struct Held(PgConnection);

impl Held {
    fn hold(app: &TestApp) -> Self {
        let mut conn = app.database.connect();
        conn.batch_execute("BEGIN; SELECT 1 FROM channels FOR UPDATE").unwrap();
        Self(conn)
    }

    fn let_go(mut self) {
        self.0.batch_execute("ROLLBACK").unwrap();
    }
}

/// One request waits for the row; the others arrive meanwhile and are the next batch.
fn in_one_batch(app: &TestApp, first: &str, requests: &[(String, Option<String>, Value)]) -> Vec<Answer> {
    let held = Held::hold(app);
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| app.register(first, "first"));
        std::thread::sleep(std::time::Duration::from_millis(300));
        let sent = scope.spawn(|| at_once(app, requests));
        std::thread::sleep(std::time::Duration::from_millis(700));
        held.let_go();
        waits.join().unwrap().expect(201);
        sent.join().unwrap()
    })
}

#[test]
fn nobodys_mistake_fails_a_neighbour() {
    let app = TestApp::spawn();
    let (open, full) = (app.seminar(30), app.seminar(1));
    let mut closed = draft_body(5);
    closed["registration_opens_at"] = "2027-03-01T08:00:00Z".into();
    let closed = app.published(&closed);
    app.register(&full, "somebody").expect(201);
    app.register(&open, "known").expect(201);
    let mut asking = draft_body(5);
    asking["questions"] = json!([{"id": "topic", "kind": "text", "label": {"de": "Thema"}, "required": true}]);
    let asking = app.published(&asking);
    let mut online = person("online");
    online["channel"] = "online".into();
    let missing = "01900000-0000-7000-8000-000000000000".to_owned();
    let one = |seminar: &String, body: Value| (seminar.clone(), None, body);
    let requests = [
        one(&open, person("anna")),
        one(&missing, person("berta")),
        one(&closed, person("carla")),
        one(&full, person("dora")),
        one(&open, online),
        one(&asking, person("emma")),
        one(&open, person("known")),
        one(&open, person("frieda")),
    ];
    let answers = in_one_batch(&app, &open, &requests);
    assert_eq!(answers[0].expect(201)["state"], "confirmed");
    answers[1].problem(404, "not-found");
    answers[2].problem(409, "registration-not-open");
    assert_eq!(answers[3].expect(201)["state"], "waitlisted");
    answers[4].problem(409, "channel-unavailable");
    assert_eq!(answers[5].invalid(), ["/answers/topic"]);
    answers[6].expect(201);
    assert_eq!(answers[7].expect(201)["state"], "confirmed");
    assert_eq!(app.confirmed(&open), 4, "first, known, anna, frieda");
}

#[test]
fn one_address_or_one_key_twice_in_a_batch_is_one_registration() {
    let app = TestApp::spawn();
    let id = app.seminar(30);
    let same = |name: &str, key: &str| (id.clone(), Some(key.to_owned()), person(name));
    let requests = [
        same("anna", "a"),
        same("anna", "a"),
        same("berta", "b"),
        same("berta", "c"),
        same("carla", "d"),
        same("dora", "d"),
    ];
    let answers = in_one_batch(&app, &id, &requests);
    assert_eq!(answers[0].expect(201), answers[1].expect(201), "one key, one answer");
    let replayed = answers[..2]
        .iter()
        .filter(|one| one.header("idempotency-replayed") == "true");
    assert_eq!(replayed.count(), 1);
    for answer in &answers[2..4] {
        assert_eq!(answer.expect(201)["state"], "confirmed");
    }
    let mut last = [answers[4].status, answers[5].status];
    last.sort_unstable();
    assert_eq!(last, [201, 422], "one key for two bodies");
    assert_eq!(app.confirmed(&id), 4, "first, anna, berta, and carla or dora");
}

#[test]
fn whoever_comes_first_is_served_first() {
    let app = TestApp::spawn();
    let id = app.seminar(3);
    let (held, mut watcher) = (Held::hold(&app), app.database.connect());
    let answers = std::thread::scope(|scope| {
        let sent = (0..10).map(|n| {
            let (app, id) = (&app, &id);
            let one = scope.spawn(move || app.register(id, &format!("n{n}")));
            // The first waits for the row, the others for the first.
            let begun = std::time::Instant::now();
            while app.site.desk.waiting() < n {
                assert!(begun.elapsed().as_secs() < 2, "{n} does not come");
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
            if n == 0 {
                waits(&mut watcher);
            }
            one
        });
        let sent = sent.collect::<Vec<_>>();
        held.let_go();
        sent.into_iter()
            .map(|one| one.join().unwrap().expect(201))
            .collect::<Vec<_>>()
    });
    let places = answers
        .iter()
        .map(|answer| answer["waitlist_position"].as_i64())
        .collect::<Vec<_>>();
    let expected = (0..10).map(|n| (n >= 3).then_some(n - 2)).collect::<Vec<_>>();
    assert_eq!(places, expected);
}

/// Two instances on one database, as an operator runs them.
#[test]
fn two_desks_on_one_database_never_give_a_seat_twice() {
    let app = TestApp::spawn();
    let id = app.seminar(20);
    let other = app.second();
    let statuses = std::thread::scope(|scope| {
        let sent = (0..60).map(|n| {
            let client = if n % 2 == 0 { app.anonymous() } else { other.anonymous() };
            let path = format!("/seminars/{id}/registrations");
            // Each address comes to both.
            scope.spawn(move || client.post(&path, &person(&format!("n{}", n / 2))).status)
        });
        let sent = sent.collect::<Vec<_>>();
        sent.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(statuses.iter().all(|status| *status == 201), "{statuses:?}");
    other.stop();
    let list = app
        .organiser()
        .get(&format!("/seminars/{id}/registrations?limit=100"))
        .expect(200);
    let all = list["data"].as_array().unwrap();
    let addresses = all
        .iter()
        .map(|one| one["email"].as_str().unwrap())
        .collect::<BTreeSet<_>>();
    assert_eq!((all.len(), addresses.len(), app.confirmed(&id)), (30, 30, 20));
}

#[test]
fn a_desk_whose_connection_broke_makes_a_new_one() {
    let app = TestApp::spawn();
    let id = app.seminar(50);
    let mut conn = app.database.connect();
    for n in 0..5 {
        conn.batch_execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .unwrap();
        app.register(&id, &format!("n{n}")).expect(201);
    }
    assert_eq!(app.confirmed(&id), 5);
}

/// The row in the table and what the registrations say agree, whatever happened.
#[track_caller]
fn the_books_agree(conn: &mut PgConnection, seminar: &str) {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        line: String,
    }
    let wrong = diesel::sql_query(
        "SELECT format('%s: taken %s of %s, waiting %s; registrations say %s and %s', c.channel, taken, capacity, waiting, held, waits) AS line
         FROM channels c CROSS JOIN LATERAL (SELECT
             coalesce(sum(seats) FILTER (WHERE state IN ('pending', 'confirmed', 'offered')), 0) AS held,
             count(*) FILTER (WHERE state = 'waitlisted') AS waits
             FROM registrations r WHERE r.seminar_id = c.seminar_id AND r.channel = c.channel) AS r
         WHERE c.seminar_id = $1::uuid AND (taken <> held OR waiting <> waits OR taken > capacity + overbooked)",
    );
    let wrong = wrong
        .bind::<diesel::sql_types::Text, _>(seminar)
        .load::<Row>(conn)
        .unwrap();
    let wrong = wrong.into_iter().map(|row| row.line).collect::<Vec<_>>();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// A small generator of our own: the sequences are the same in each run, and the service has no shrinking to offer.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What 60 operations of people, organisers and time leave behind.
fn sixty_operations(app: &TestApp, dice: &mut Dice) {
    let mut body = draft_body(5);
    body["confirmation"] = if dice.roll(2) == 0 { "none" } else { "email" }.into();
    // So far away that no deadline comes near it, however much time goes by.
    body["sessions"] = json!([{"starts_at": "2090-05-06T18:00"}]);
    let id = app.published(&body);
    let (seminar, register) = (format!("/seminars/{id}"), format!("/seminars/{id}/registrations"));
    let mut conn = app.database.connect();
    let mut channel = "onsite";
    let mut made = Vec::<(String, String)>::new();
    for n in 0..60 {
        let pick = |dice: &mut Dice| {
            made.get(usize::try_from(dice.roll(64)).unwrap() % made.len().max(1))
                .cloned()
        };
        match dice.roll(13) {
            0..=4 => {
                let name = format!("n{n}");
                let mut body = person(&name);
                body["channel"] = channel.into();
                body["further_persons"] = json!(dice.roll(4).saturating_sub(1));
                let answer = app.anonymous().post(&register, &body);
                if answer.status == 201 {
                    made.push((answer.id(), format!("{name}@example.org")));
                } else {
                    answer.problem(409, "seminar-full");
                }
            }
            step @ 5..=8 => {
                if let Some((registration, address)) = pick(dice) {
                    let action = ["confirm", "accept-offer", "cancel", "cancel"][usize::try_from(step).unwrap() - 5];
                    let path = format!("/registrations/{registration}/{action}");
                    let status = app.registrant(&registration, &address).post(&path, &json!({})).status;
                    assert!([200, 409].contains(&status), "{action}: {status}");
                }
            }
            9 => {
                if let Some((registration, address)) = pick(dice) {
                    let more = json!({"further_persons": dice.roll(4)});
                    let status = app
                        .registrant(&registration, &address)
                        .send(
                            "PATCH",
                            &format!("/registrations/{registration}"),
                            &[],
                            Some(more.to_string().as_bytes()),
                        )
                        .status;
                    assert!([200, 409].contains(&status), "change: {status}");
                }
            }
            10 => {
                let capacity = json!({"channels": [{"channel": channel, "capacity": 1 + dice.roll(12)}], "force": dice.roll(2) == 0});
                let status = app.organiser().patch(&seminar, &app.etag(&seminar), &capacity).status;
                assert!([200, 409].contains(&status), "capacity: {status}");
            }
            11 => {
                let (action, to) = if channel == "onsite" {
                    ("move-online", "online")
                } else {
                    ("move-onsite", "onsite")
                };
                let body = json!({"reason_code": "other", "capacity": 1 + dice.roll(8), "move_registrations": true});
                let answer = app
                    .organiser()
                    .act(&format!("{seminar}/{action}"), &app.etag(&seminar), &body);
                match answer.status {
                    200 => channel = to,
                    status => assert_eq!(status, 409, "{}", answer.text),
                }
            }
            _ => {
                app.later(Duration::hours(i64::try_from(dice.roll(30)).unwrap()));
            }
        }
        the_books_agree(&mut conn, &id);
    }
    app.tick();
    the_books_agree(&mut conn, &id);
    nobody_who_could_have_a_seat_waits(app, &seminar);
}

/// After a tick: the first who waits either does not fit, or is a group for which seats are saved up.
#[track_caller]
fn nobody_who_could_have_a_seat_waits(app: &TestApp, seminar: &str) {
    let seen = app.organiser().get(seminar).expect(200);
    let capacity = seen["channels"][0]["capacity"].as_i64().unwrap();
    let list = app
        .organiser()
        .get(&format!("{seminar}/registrations?limit=100"))
        .expect(200);
    let all = list["data"].as_array().unwrap();
    let persons = |one: &Value| one["persons"].as_i64().unwrap();
    let held = all
        .iter()
        .filter(|one| ["pending", "confirmed", "offered"].contains(&one["state"].as_str().unwrap()));
    let free = capacity - held.map(persons).sum::<i64>();
    let fits = |one: &&Value| one["state"] == "waitlisted" && persons(one) <= free;
    let group = |one: &&Value| one["state"] == "waitlisted" && persons(one) > free && persons(one) <= capacity;
    assert!(
        all.iter().find(fits).is_none() || all.iter().any(|one| group(&one)),
        "{free} free, and somebody waits who could have a seat: {all:#?}"
    );
}

/// 40 sequences of 60 operations against the real service, over HTTP; 200 of them where somebody has the time
/// (`TEST_EINLASS_SEQUENCES=200`).
#[test]
fn whatever_happens_the_books_agree() {
    let asked = std::env::var("TEST_EINLASS_SEQUENCES").ok();
    let sequences = asked.map_or(40, |text| text.parse::<u64>().expect("a number of sequences"));
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            scope.spawn(move || {
                let app = TestApp::spawn();
                for sequence in 0..sequences.div_ceil(4) {
                    let seed = thread * 1000 + sequence;
                    eprintln!("sequence {seed}");
                    sixty_operations(&app, &mut Dice(seed));
                }
            });
        }
    });
}
