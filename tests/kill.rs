//! kill -9 of the service and of its database while people register: what was acknowledged is there, and once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Client, PASSWORD, draft_body, person};

const PEOPLE: usize = 1000;
const CLIENTS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(120);

/// The program itself with a private PostgreSQL, killed and started again at will.
struct Service {
    data: PathBuf,
    port: u16,
    process: Mutex<Child>,
}

impl Service {
    fn start() -> Self {
        let data = std::env::temp_dir().join(format!("einlass-kill-{}", std::process::id()));
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        Self {
            process: Mutex::new(Self::spawn(&data, port)),
            data,
            port,
        }
    }

    fn spawn(data: &Path, port: u16) -> Child {
        Command::new(env!("CARGO_BIN_EXE_einlass"))
            .args([
                "serve",
                "--demo",
                "--listen",
                &format!("127.0.0.1:{port}"),
                "--data-dir",
            ])
            .arg(data)
            .env("EINLASS_DEMO_PASSWORD", PASSWORD)
            .env("EINLASS_LOG", "warn")
            .env_remove("DATABASE_URL")
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn client(&self) -> Client {
        Client::new(([127, 0, 0, 1], self.port).into(), None)
    }

    fn wait_until_ready(&self) {
        let begun = Instant::now();
        while self
            .client()
            .try_send("GET", "/health/ready", &[], None)
            .is_none_or(|answer| answer.status != 200)
        {
            assert!(begun.elapsed() < PATIENCE, "the service did not get ready");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn kill_service(&self) {
        let mut process = self.process.lock().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
        *process = Self::spawn(&self.data, self.port);
    }

    /// The postmaster and, a moment later than a power cut would, nothing else: its children notice by themselves.
    fn kill_database(&self) {
        let begun = Instant::now();
        // It may be on its way up from the kill before.
        loop {
            let file = std::fs::read_to_string(self.postmaster_pid()).unwrap_or_default();
            let killed = file
                .lines()
                .next()
                .is_some_and(|pid| Command::new("kill").args(["-9", pid]).status().unwrap().success());
            if killed {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "there is no database to kill");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn postmaster_pid(&self) -> PathBuf {
        self.data.join("postgresql/postmaster.pid")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let mut process = self.process.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let _ = process.kill();
        let _ = process.wait();
        // The kernel tells the database; it needs a moment to be gone.
        for _ in 0..50 {
            if !self.postmaster_pid().exists() && std::fs::remove_dir_all(&self.data).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Logs in and publishes a seminar with seats for half of the people.
fn open_a_seminar(service: &Service) -> (Client, String) {
    let login = json!({"email": "organiser@staedteregion.example", "password": PASSWORD});
    let tokens = service.client().post("/auth/login", &login).expect(200);
    let organiser = service.client().with_token(tokens["access_token"].as_str().unwrap());
    let mut body = draft_body(i32::try_from(PEOPLE / 2).unwrap());
    let later = chrono::Utc::now().date_naive() + chrono::Days::new(30);
    body["sessions"] = json!([{"starts_at": later.to_string(), "date_precision": "day"}]);
    let made = organiser.post("/seminars", &body);
    let id = made.id();
    organiser
        .act(&format!("/seminars/{id}/publish"), &made.etag(), &json!({}))
        .expect(200);
    (organiser, id)
}

/// Registers person `n`, with the same key until it is acknowledged; the id that was acknowledged.
fn register(client: &Client, path: &str, n: usize) -> String {
    let begun = Instant::now();
    let body = person(&format!("n{n}")).to_string();
    let key = format!("person-{n}");
    loop {
        let answer = client.try_send("POST", path, &[("Idempotency-Key", &key)], Some(body.as_bytes()));
        if let Some(answer) = answer.filter(|answer| answer.status == 201) {
            return answer.id();
        }
        assert!(begun.elapsed() < PATIENCE, "person {n} was never acknowledged");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn everybody(organiser: &Client, seminar: &str) -> Vec<Value> {
    let (mut all, mut next) = (Vec::new(), format!("/seminars/{seminar}/registrations?limit=100"));
    loop {
        let page = organiser.get(&next);
        all.extend(page.expect(200)["data"].as_array().unwrap().clone());
        match page.header("link").strip_prefix('<') {
            Some(link) => next = link.split('>').next().unwrap().to_owned(),
            None => return all,
        }
    }
}

#[test]
fn what_was_acknowledged_survives_kill_9_of_service_and_database() {
    let service = Service::start();
    service.wait_until_ready();
    let (organiser, seminar) = open_a_seminar(&service);
    let path = format!("/seminars/{seminar}/registrations");
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let acknowledged = Mutex::new(BTreeMap::new());
    let kills = std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let client = service.client();
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= PEOPLE {
                        return;
                    }
                    let id = register(&client, &path, n);
                    acknowledged.lock().unwrap().insert(format!("n{n}@example.org"), id);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // Six times: the service, the database, both.
        let mut kills = 0;
        while kills < 6 && done.load(Ordering::Relaxed) < PEOPLE {
            let enough = (kills + 1) * PEOPLE / 8;
            if done.load(Ordering::Relaxed) < enough {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            }
            match kills % 3 {
                0 => service.kill_service(),
                1 => service.kill_database(),
                _ => {
                    service.kill_database();
                    service.kill_service();
                }
            }
            kills += 1;
        }
        kills
    });
    assert_eq!(kills, 6, "everybody was registered before all kills were done");
    service.wait_until_ready();
    let all = everybody(&organiser, &seminar);
    let acknowledged = acknowledged.into_inner().unwrap();
    assert_eq!(acknowledged.len(), PEOPLE);
    let stored = all.iter().map(|one| {
        (
            one["email"].as_str().unwrap().to_owned(),
            one["id"].as_str().unwrap().to_owned(),
        )
    });
    assert_eq!(
        stored.collect::<BTreeMap<_, _>>(),
        acknowledged,
        "acknowledged and stored differ"
    );
    let people = all
        .iter()
        .map(|one| one["email"].as_str().unwrap())
        .collect::<BTreeSet<_>>();
    assert_eq!(people.len(), all.len(), "somebody is there twice");
    let confirmed = all.iter().filter(|one| one["state"] == "confirmed").count();
    assert_eq!(confirmed, PEOPLE / 2, "seats");
    eprintln!(
        "{PEOPLE} registrations, {kills} kills: {} stored, {confirmed} confirmed, none lost, none twice",
        all.len()
    );
}
