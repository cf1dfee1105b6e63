//! What the service tells of itself: metrics, logs, readiness.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::Value;

use super::program::{Program, command, directory};
use crate::replica::falls_behind;
use crate::support::{Client, PASSWORD, TestApp, TestDatabase};

/// The names and types that the program tells, as they stand before the value.
fn names(told: &str) -> BTreeSet<(String, String)> {
    let types = told.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let named = types.map(|line| {
        let (name, kind) = line.split_once(' ').unwrap();
        let ending = if kind == "counter" { "_total" } else { "" };
        (format!("{name}{ending}"), kind.to_owned())
    });
    named.collect()
}

/// The rows of the table in the handbook: `| name | type | labels | meaning |`.
fn written() -> BTreeSet<(String, String)> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let rows = rows.filter(|row| row.starts_with("einlass_") || row.starts_with("process_"));
    rows.map(|row| {
        let mut cells = row.split(" | ");
        let name = cells.next().unwrap().trim_end_matches('`').to_owned();
        (name, cells.next().unwrap().to_owned())
    })
    .collect()
}

fn value(told: &str, series: &str) -> f64 {
    let line = told.lines().find_map(|line| line.strip_prefix(&format!("{series} ")));
    line.unwrap_or_else(|| panic!("{series} is missing in {told}"))
        .parse()
        .unwrap()
}

/// A method that no client of ours would send.
fn invented(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = "CANARY /api/v1/seminars HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    write!(stream, "{head}X-Request-Id: canary-request-id\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn every_metric_is_explained_and_nobody_is_in_them() {
    let database = TestDatabase::create();
    let program = Program::start(&database, &[], &[]);
    let client = program.client();
    // Whatever a caller can put into a request.
    client.get("/seminars/canary-slug?q=canary-query");
    client.get("/canary-path/canary@example.org");
    let answer = invented(program.address);
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    client.get("/organisations/staedteregion-aachen");
    let login = serde_json::json!({"email": "organiser@staedteregion.example", "password": PASSWORD});
    let tokens = client.post("/auth/login", &login).expect(200);
    let organiser = client.with_token(tokens["access_token"].as_str().unwrap());
    organiser.get("/me").expect(200);
    let mut conn = database.connect();
    conn.batch_execute(
        "INSERT INTO mails (organisation_id, id, kind, language, recipient, recipient_name, data, state, due_at, created_at)
         SELECT id, gen_random_uuid(), 'confirmed', 'de', 'canary@example.org', 'Canary', '{}', state, due, now() - interval '1 hour'
         FROM organisations,
              (VALUES ('dead', now()), ('queued', now() + interval '1 hour')) AS one (state, due)
         WHERE slug = 'ihk-aachen'",
    )
    .unwrap();
    let begun = Instant::now();
    let told = loop {
        let told = program.told();
        // What the database knows is told ten seconds late at most.
        if told.contains("einlass_mails{state=\"dead\"} 1") || begun.elapsed() > Duration::from_secs(30) {
            break told;
        }
        std::thread::sleep(Duration::from_millis(500));
    };
    assert_eq!(value(&told, "einlass_mails{state=\"dead\"}"), 1.0);
    assert!(value(&told, "einlass_mails{state=\"queued\"}") >= 1.0);
    assert_eq!(value(&told, "einlass_database_up"), 1.0);
    assert_eq!(value(&told, "einlass_draining"), 0.0);
    let counted = r#"einlass_http_requests_total{method="GET",route="/api/v1/seminars/{seminar}",status="4xx"}"#;
    assert_eq!(value(&told, counted), 1.0);
    let counted = r#"einlass_http_requests_total{method="GET",route="unmatched",status="4xx"}"#;
    assert_eq!(value(&told, counted), 1.0);
    assert!(
        value(
            &told,
            "einlass_background_rounds_total{job=\"timekeeper\",outcome=\"done\"}"
        ) >= 1.0
    );
    // It begins after ten seconds; that it has not failed is told before.
    let sealer = "einlass_background_rounds_total{job=\"sealer\",outcome=\"failed\"}";
    assert_eq!(value(&told, sealer), 0.0);
    assert!(value(&told, "einlass_database_pool_wait_seconds_count") >= 1.0);

    assert_eq!(names(&told), written(), "docs/operations.md and the program");
    for name in names(&told) {
        assert!(name.0.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name:?}");
    }
    // Nobody, and nothing that somebody sent, is in a label; nor is any id or organisation.
    let lower = told.to_lowercase();
    for found in ["canary", "@", "staedteregion", "ihk", "organiser"] {
        assert!(!lower.contains(found), "{found}: {told}");
    }
    let id = |word: &str| word.len() == 36 && word.parse::<uuid::Uuid>().is_ok();
    assert!(
        !lower.split(|c: char| !c.is_ascii_hexdigit() && c != '-').any(id),
        "{told}"
    );
    // On the other port there is none of it.
    assert_eq!(program.client().browser().get("/metrics").status, 404);
    let elsewhere = Client::new(program.metrics, None).browser();
    assert_eq!(elsewhere.get("/seminars").status, 404);

    let log = program.log();
    let line = log.lines().find(|line| line.contains("\"canary-request-id\"")).unwrap();
    let line = serde_json::from_str::<Value>(line).unwrap();
    assert_eq!(line["status"], 405, "{line}");
    let identified = log
        .lines()
        .any(|line| line.contains("\"caller\":\"account\"") && line.contains("/api/v1/me"));
    assert!(identified, "{log}");
    for found in [
        "canary-query",
        "canary-path",
        "canary-slug",
        "canary@",
        "organiser@",
        PASSWORD,
    ] {
        assert!(!log.contains(found), "{found} stands in the log");
    }
}

#[test]
fn metrics_are_told_while_the_database_is_away() {
    let database = TestDatabase::create();
    let program = Program::start(&database, &[], &[]);
    assert_eq!(value(&program.told(), "einlass_database_up"), 1.0);
    // Nobody gets in any more, and whoever is in is put out.
    let other = TestDatabase::create();
    let name = &database.name;
    let mut conn = other.connect();
    for statement in [
        format!("ALTER DATABASE \"{name}\" ALLOW_CONNECTIONS false"),
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
    ] {
        conn.batch_execute(&statement).unwrap();
    }
    let begun = Instant::now();
    loop {
        let asked = Instant::now();
        let told = program.told();
        assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
        if value(&told, "einlass_database_up") == 0.0 {
            assert!(!told.contains("einlass_mails"), "{told}");
            assert!(told.contains("einlass_http_requests_total"), "{told}");
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{told}");
        std::thread::sleep(Duration::from_millis(500));
    }
    let asked = Instant::now();
    assert_eq!(program.try_get("/health/ready"), Some(503));
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    assert_eq!(program.try_get("/health/live"), Some(200));
}

#[test]
fn how_the_standby_is_and_what_is_read_there_is_told() {
    let (database, standby) = (TestDatabase::create(), TestDatabase::create());
    falls_behind(&standby, 5);
    let program = Program::start(&database, &[("EINLASS_REPLICA_URL", &standby.url)], &[]);
    let readings = |told: &str, outcome: &str| {
        let series = format!("einlass_standby_readings_total{{outcome=\"{outcome}\"}}");
        value(told, &series)
    };
    let looked_at = |current: f64| {
        let begun = Instant::now();
        loop {
            let told = program.told();
            if value(&told, "einlass_standby_current") == current {
                return told;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{told}");
            std::thread::sleep(Duration::from_millis(200));
        }
    };
    // Nobody has read anything there.
    let told = looked_at(1.0);
    let lag = value(&told, "einlass_standby_lag_seconds");
    assert!((5.0..10.0).contains(&lag), "{lag}");
    assert_eq!(readings(&told, "read"), 0.0);
    program.client().get("/seminars.feed.json").expect(200);
    assert_eq!(readings(&program.told(), "read"), 1.0);
    falls_behind(&standby, 3600);
    let told = looked_at(0.0);
    assert!(value(&told, "einlass_standby_lag_seconds") >= 3600.0, "{told}");
    assert_eq!(readings(&told, "fallen_back"), 0.0);
    program.client().get("/seminars.feed.json?limit=1").expect(200);
    let told = program.told();
    assert_eq!(
        (readings(&told, "fallen_back"), readings(&told, "stood_in")),
        (1.0, 0.0)
    );
}

/// A database that takes connections and then says nothing, which is what a lost network looks like.
#[test]
fn readiness_answers_in_time_when_the_database_says_nothing() {
    let app = TestApp::spawn();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for stream in silent.incoming() {
            kept.push(stream);
        }
    });
    let instance = app.on_database(&format!("postgresql://nobody@{address}/nothing"));
    let client = instance.anonymous();
    let asked = Instant::now();
    let answers = std::thread::scope(|scope| {
        let all = (0..8).map(|_| scope.spawn(|| client.get("/health/ready").status));
        let all = all.collect::<Vec<_>>();
        all.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(answers, [503; 8]);
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    client.get("/health/live").expect(200);
    instance.stop();
    // The control: with its database the service is ready.
    app.anonymous().get("/health/ready").expect(200);
}

/// Its requests would otherwise be sent to the others, until they have too much to do as well.
#[test]
fn an_instance_whose_readers_have_all_connections_is_ready() {
    let app = TestApp::spawn();
    let (_, _, most) = app.site.db.connections();
    std::thread::scope(|scope| {
        let (sender, taken) = std::sync::mpsc::channel();
        for _ in 0..most {
            let (db, sender) = (&app.site.db, sender.clone());
            scope.spawn(move || {
                let hold = |conn: &mut PgConnection| {
                    sender.send(()).unwrap();
                    Ok(diesel::sql_query("SELECT pg_sleep(4)").execute(conn)?)
                };
                db.run(true, hold).unwrap();
            });
        }
        for _ in 0..most {
            taken.recv().unwrap();
        }
        let client = app.anonymous();
        for _ in 0..3 {
            let asked = Instant::now();
            client.get("/health/ready").expect(200);
            assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
        }
        // The control: who needs one of them waits for it in vain.
        client.get("/collections").problem(503, "unavailable");
        client.get("/health/ready").expect(200);
    });
}

#[test]
fn a_schema_that_is_newer_keeps_who_runs_and_stops_who_starts() {
    let database = TestDatabase::create();
    let app = TestApp::on(database);
    app.anonymous().get("/health/ready").expect(200);
    let mut conn = app.database.connect();
    conn.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000001')")
        .unwrap();
    // While instances are replaced one by one, the others go on.
    app.anonymous().get("/health/ready").expect(200);

    let directory = directory(&app.database);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut refused = command(&app.database, free, &directory);
    let output = refused
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{told}");
    assert!(
        told.contains("20991231000001") && told.contains("--newer-schema"),
        "{told}"
    );
    let migrate = std::process::Command::new(env!("CARGO_BIN_EXE_einlass"))
        .arg("migrate")
        .envs(app.database.environment())
        .output()
        .unwrap();
    assert!(!migrate.status.success(), "{migrate:?}");
    // Knowingly.
    let program = Program::start(&app.database, &[("EINLASS_DRAIN_SECONDS", "0")], &["--newer-schema"]);
    assert_eq!(program.try_get("/health/ready"), Some(200));
}

/// `einlass health` is what the image's health check runs: it is done before that gives up on it.
#[test]
fn the_health_command_does_not_outlast_who_runs_it() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = silent.accept().unwrap();
        let mut request = [0; 1024];
        let _ = stream.read(&mut request);
        std::thread::sleep(Duration::from_secs(20));
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
    });
    let image = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Dockerfile")).unwrap();
    let patience = image.split("--timeout=").nth(1).unwrap().split('s').next().unwrap();
    let patience = Duration::from_secs(patience.parse().unwrap());
    let asked = Instant::now();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_einlass"))
        .args(["health", "--url", &format!("http://{address}/health/ready")])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(asked.elapsed() < patience, "{:?}", asked.elapsed());
}
