//! Told to stop: nobody is refused who was sent here before it was known, and everything comes to an end.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::json;

use super::program::Program;
use crate::support::{Client, TestApp, TestDatabase};

/// What a proxy and the clients behind it saw while the service was stopped.
#[derive(Default)]
struct Seen {
    served: AtomicUsize,
    failed: AtomicUsize,
    /// Served after the service had said that it is not ready.
    served_draining: AtomicUsize,
    closed_by_announcement: AtomicUsize,
    not_ready: AtomicBool,
}

/// Clients ask on and on, on connections that are kept, until a proxy that looks every 50 ms sends them elsewhere.
fn stopped_under_load(drain: &str) -> Seen {
    let database = TestDatabase::create();
    let mut program = Program::start(&database, &[("EINLASS_DRAIN_SECONDS", drain)], &[]);
    let seen = Seen::default();
    let elsewhere = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let client = program.client();
                while !elsewhere.load(Ordering::Relaxed) {
                    let draining = seen.not_ready.load(Ordering::Relaxed);
                    let answer = client.try_send("GET", "/seminars", &[], None);
                    let Some(answer) = answer.filter(|answer| answer.status == 200) else {
                        seen.failed.fetch_add(1, Ordering::Relaxed);
                        std::thread::sleep(Duration::from_millis(5));
                        continue;
                    };
                    seen.served.fetch_add(1, Ordering::Relaxed);
                    seen.served_draining.fetch_add(usize::from(draining), Ordering::Relaxed);
                    let last = answer.headers.get("connection").is_some_and(|value| value == "close");
                    seen.closed_by_announcement
                        .fetch_add(usize::from(last), Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(Duration::from_millis(300));
        program.signal("-TERM");
        scope.spawn(|| {
            // A proxy asks a few times before it believes.
            let mut refused = 0;
            while refused < 6 {
                match program.try_get("/health/ready") {
                    Some(200) => {}
                    Some(503) => {
                        seen.not_ready.store(true, Ordering::Relaxed);
                        refused += 1;
                    }
                    _ => refused += 1,
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            elsewhere.store(true, Ordering::Relaxed);
        });
    });
    let (status, took) = program.end();
    assert_eq!(status.code(), Some(0), "{}", program.log());
    assert!(took < Duration::from_secs(20), "{took:?}");
    seen
}

#[test]
fn nobody_is_refused_while_a_proxy_still_sends_here() {
    let seen = stopped_under_load("2");
    let number = |of: &AtomicUsize| of.load(Ordering::Relaxed);
    assert!(
        seen.not_ready.load(Ordering::Relaxed),
        "readiness turned while it still answered"
    );
    assert!(number(&seen.served_draining) > 0, "and requests were served after that");
    assert!(
        number(&seen.closed_by_announcement) > 0,
        "connections were closed by announcement"
    );
    assert_eq!(number(&seen.failed), 0, "of {}", number(&seen.served));
    // The control: where nothing is waited for, the same clients are refused.
    let at_once = stopped_under_load("0");
    assert!(number(&at_once.failed) > 0, "the check sees nobody who is refused");
}

#[test]
fn who_waits_for_a_change_is_answered_and_everything_ends_in_time() {
    let database = TestDatabase::create();
    let mut program = Program::start(&database, &[("EINLASS_DRAIN_SECONDS", "1")], &[]);
    let page = program.client().get("/changes?limit=100").expect(200);
    let cursor = page["next_cursor"].as_str().unwrap().to_owned();
    let waiting = program.client();
    let asked = Instant::now();
    let waiting = std::thread::spawn(move || {
        (
            waiting.get(&format!("/changes?wait=30&cursor={cursor}")),
            cursor,
            asked.elapsed(),
        )
    });
    std::thread::sleep(Duration::from_millis(700));
    assert!(!waiting.is_finished(), "there is nothing to tell");
    program.signal("-TERM");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(program.try_get("/health/ready"), Some(503));
    assert_eq!(program.try_get("/health/live"), Some(200));
    assert!(program.told().contains("\neinlass_draining 1"));
    let (status, took) = program.end();
    assert_eq!(status.code(), Some(0), "{}", program.log());
    assert!(took < Duration::from_secs(15), "{took:?}");
    let (answer, cursor, waited) = waiting.join().unwrap();
    let page = answer.expect(200);
    assert!(waited < Duration::from_secs(20), "{waited:?}");
    assert_eq!(page["changes"], json!([]));
    assert_eq!(page["next_cursor"], json!(cursor), "whoever comes back misses nothing");
    assert_eq!(answer.header("connection"), "close");
}

#[test]
fn a_second_signal_ends_the_waiting_and_sigint_does_not_wait() {
    let database = TestDatabase::create();
    let mut program = Program::start(&database, &[("EINLASS_DRAIN_SECONDS", "20")], &[]);
    program.signal("-TERM");
    std::thread::sleep(Duration::from_millis(500));
    assert!(program.runs());
    assert_eq!(program.try_get("/health/ready"), Some(503));
    program.signal("-TERM");
    let (status, took) = program.end();
    assert_eq!(status.code(), Some(0), "{}", program.log());
    assert!(took < Duration::from_secs(10), "{took:?}");

    let mut program = Program::start(&database, &[("EINLASS_DRAIN_SECONDS", "20")], &[]);
    program.signal("-INT");
    let (status, took) = program.end();
    assert_eq!(status.code(), Some(0), "{}", program.log());
    assert!(took < Duration::from_secs(10), "{took:?}");
}

/// A mail server that says nothing keeps whoever ends in order, and not whoever is cut off.
#[test]
fn who_is_cut_off_waits_for_no_mail() {
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    app.register(&seminar, "anna").expect(201);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    silent.set_nonblocking(true).unwrap();
    let server = format!("smtp://{}?tls=none", silent.local_addr().unwrap());
    let ended = |signal: &str| {
        // One attempt is left.
        let due = "UPDATE mails SET due_at = now() - interval '1 minute', attempts = 9";
        app.database.connect().batch_execute(due).unwrap();
        let settings = [
            ("EINLASS_SMTP_URL", server.as_str()),
            ("EINLASS_MAIL_FROM", "einlass@office.example"),
        ];
        let mut program = Program::start(&app.database, &settings, &[]);
        let begun = Instant::now();
        let line = loop {
            if let Ok((line, _)) = silent.accept() {
                break line;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{}", program.log());
            std::thread::sleep(Duration::from_millis(20));
        };
        program.signal(signal);
        let (status, took) = program.end();
        drop(line);
        assert_eq!(status.code(), Some(0), "{}", program.log());
        took
    };
    let took = ended("-QUIT");
    assert!(took < Duration::from_secs(4), "{took:?}");
    // The control: in order the mail under way is finished first.
    let took = ended("-INT");
    assert!(took > Duration::from_secs(4), "{took:?}");
}

/// A mail server that answers everything, and always within the ten seconds that each answer has.
fn slow_mail_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}?tls=none", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (line, _) = listener.accept().unwrap();
        let mut said = BufReader::new(line.try_clone().unwrap()).lines();
        let answers = ["220 slow", "250-slow\r\n250 8BITMIME", "250 ok", "250 ok", "354 go on"];
        for answer in answers {
            std::thread::sleep(Duration::from_secs(6));
            if (&line).write_all(format!("{answer}\r\n").as_bytes()).is_err() || said.next().is_none() {
                return;
            }
        }
    });
    url
}

#[test]
fn a_slow_mail_server_keeps_nobody_who_ends_and_its_mail_goes_out_again() {
    use einlass::schema::mails::dsl;
    let app = TestApp::spawn();
    let seminar = app.seminar(5);
    app.registered(&seminar, ["anna", "berta"]);
    // One attempt is left.
    let due = "UPDATE mails SET due_at = now() - interval '1 minute', attempts = 9";
    app.database.connect().batch_execute(due).unwrap();
    let server = slow_mail_server();
    let settings = [
        ("EINLASS_SMTP_URL", server.as_str()),
        ("EINLASS_MAIL_FROM", "einlass@office.example"),
    ];
    let mut program = Program::start(&app.database, &settings, &[]);
    let attempts = || {
        let each = dsl::mails.select((dsl::state, dsl::attempts));
        each.load::<(String, i32)>(&mut app.database.connect()).unwrap()
    };
    let begun = Instant::now();
    while attempts().iter().all(|(_, attempts)| *attempts == 9) {
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", program.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    program.signal("-INT");
    let (status, took) = program.end();
    assert_eq!(status.code(), Some(0), "{}", program.log());
    assert!(took < Duration::from_secs(15), "{took:?}");
    // Nobody knows whether the one arrived, and the other was not begun: neither attempt counts.
    let queued = ("queued".to_owned(), 9);
    assert_eq!(attempts(), [queued.clone(), queued]);
}

#[test]
fn what_a_bulk_has_not_reached_when_the_service_ends_is_to_be_sent_again() {
    let app = TestApp::spawn();
    let second = app.second();
    let one = |id: &str| {
        json!({"external_id": id, "title": "Gründen", "kind": "info_event", "url": "https://ihk.example/4711",
            "sessions": [{"starts_at": "2027-05-06T18:00:00+02:00", "ends_at": "2027-05-06T20:00:00+02:00"}],
            "channels": [{"channel": "online", "capacity": 100}],
            "parties": [{"role": "lead", "organisation": "staedteregion-aachen"}]})
    };
    let body = json!({"seminars": [one("1"), one("2")]});
    let path = "/organisations/staedteregion-aachen/seminars?system=other";
    app.site.drain.close();
    let send = |client: &Client| client.send("PUT", path, &[], Some(body.to_string().as_bytes()));
    let answer = send(&app.organiser());
    let results = answer.expect(200)["results"].as_array().unwrap().clone();
    assert_eq!(answer.header("connection"), "close");
    for result in &results {
        assert_eq!(result["status"], 503, "{result}");
        assert_eq!(result["problem"]["code"], "unavailable", "{result}");
    }
    // The control: another instance does the same at once.
    let token = app
        .site
        .auth
        .keys
        .issue(app.account("organiser"), app.clock.now())
        .unwrap();
    let answer = send(&second.anonymous().with_token(&token));
    for result in answer.expect(200)["results"].as_array().unwrap() {
        assert_eq!(result["status"], 201, "{result}");
    }
    second.stop();
}
