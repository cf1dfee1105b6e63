//! Many at once: for one seat, with one key, with one address. Whatever happens, the seats are counted right.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::{TestApp, TestDatabase, draft_body, person};

#[test]
fn twenty_at_once_with_one_key_register_once() {
    let app = TestApp::spawn();
    let id = app.seminar(50);
    let path = format!("/seminars/{id}/registrations");
    let ids = std::thread::scope(|scope| {
        let tries = (0..20).map(|_| {
            let (client, path) = (app.anonymous(), path.clone());
            scope.spawn(move || client.post_with_key(&path, "one", &person("anna")).id())
        });
        let tries = tries.collect::<Vec<_>>();
        tries
            .into_iter()
            .map(|one| one.join().unwrap())
            .collect::<BTreeSet<_>>()
    });
    assert_eq!(ids.len(), 1);
    assert_eq!(app.confirmed(&id), 1);
}

#[test]
fn one_address_at_once_through_two_channels_registers_once() {
    let app = TestApp::spawn();
    let mut body = draft_body(50);
    body["channels"] = json!([{"channel": "onsite", "capacity": 50}, {"channel": "online", "capacity": 50}]);
    for _ in 0..10 {
        let id = app.published(&body);
        std::thread::scope(|scope| {
            for channel in ["onsite", "online"] {
                let (client, path) = (app.anonymous(), format!("/seminars/{id}/registrations"));
                let mut body = person("anna");
                body["channel"] = channel.into();
                scope.spawn(move || client.post(&path, &body).expect(201));
            }
        });
        assert_eq!(app.confirmed(&id), 1);
    }
}

/// Otherwise many who hang up and come again would take the connections that are left to readers.
#[test]
fn who_hangs_up_does_not_make_room_for_another_writer() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;
    let database = TestDatabase::create();
    // Of five connections writers have one.
    let db = database.db(5);
    let ended = Arc::new(AtomicBool::new(false));
    let (ends, seen) = (ended.clone(), ended.clone());
    let found = actix_web::rt::System::new().block_on(async move {
        let slow = db.write(move |_| {
            std::thread::sleep(Duration::from_millis(2000));
            ends.store(true, Ordering::SeqCst);
            Ok(())
        });
        let given_up = tokio::time::timeout(Duration::from_millis(300), slow).await;
        assert!(given_up.is_err(), "it was to be given up while it goes on");
        // The control: a reader has a connection meanwhile.
        let of_reader = seen.clone();
        let read = db.read(move |_| Ok(of_reader.load(Ordering::SeqCst))).await;
        let written = db.write(move |_| Ok(seen.load(Ordering::SeqCst))).await;
        (read.unwrap(), written.unwrap())
    });
    assert_eq!(found, (false, true));
}

#[test]
fn a_rush_on_one_seminar_leaves_the_programme_readable() {
    use diesel::connection::SimpleConnection;
    let app = TestApp::spawn();
    let id = app.seminar(500);
    // Somebody holds the row: everybody who registers waits for it.
    let mut holder = app.database.connect();
    holder
        .batch_execute("BEGIN; SELECT 1 FROM channels FOR UPDATE")
        .unwrap();
    std::thread::scope(|scope| {
        for n in 0..40 {
            let (app, id) = (&app, &id);
            scope.spawn(move || app.register(id, &format!("n{n}")));
        }
        std::thread::sleep(std::time::Duration::from_millis(500));
        // Each asks something else, so that none is answered from memory.
        for limit in 1..=20 {
            let begun = std::time::Instant::now();
            app.anonymous().get(&format!("/seminars?limit={limit}")).expect(200);
            assert!(begun.elapsed().as_millis() < 1000, "a read waited for the writers");
        }
        holder.batch_execute("ROLLBACK").unwrap();
    });
}

/// The race that matters: many at once for few seats. Exactly as many confirmed as there are seats, the rest
/// waiting in the order in which they were committed, and nobody gets an error.
fn rush(app: &TestApp, clients: usize, seats: i32) -> (usize, Vec<u16>) {
    let id = app.seminar(seats);
    let path = format!("/seminars/{id}/registrations");
    let gate = std::sync::Barrier::new(clients);
    let statuses = std::thread::scope(|scope| {
        let tries = (0..clients).map(|n| {
            let (client, path, gate) = (app.anonymous(), path.clone(), &gate);
            scope.spawn(move || {
                gate.wait();
                client.post(&path, &person(&format!("n{n}"))).status
            })
        });
        let tries = tries.collect::<Vec<_>>();
        tries.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    let mut queue = app.queue(&id);
    let tickets = queue.iter().map(|(ticket, _)| *ticket).collect::<Vec<_>>();
    assert_eq!(
        tickets,
        (1..=i64::try_from(tickets.len()).unwrap()).collect::<Vec<_>>(),
        "one ticket each, none left out"
    );
    queue.sort_by_key(|(_, committed)| *committed);
    assert_eq!(
        queue.iter().map(|(ticket, _)| *ticket).collect::<Vec<_>>(),
        tickets,
        "in commit order"
    );
    (app.confirmed(&id), statuses)
}

#[test]
fn two_hundred_at_once_for_fifty_seats() {
    let app = TestApp::spawn();
    let rounds = std::env::var("RUSH_ROUNDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(20);
    for round in 0..rounds {
        let (confirmed, statuses) = rush(&app, 200, 50);
        assert!(
            statuses.iter().all(|status| *status == 201),
            "round {round}: {statuses:?}"
        );
        assert_eq!(confirmed, 50, "round {round}");
        eprintln!(
            "round {round}: 200 at once for 50 seats: {confirmed} confirmed, {} waiting",
            200 - confirmed
        );
    }
}
