//! What people say of themselves, and what opens something, is in no log, however much is logged, in no problem document and in no
//! row about work to be done.

mod story;

use std::io::Read;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::support::{Client, TestDatabase};

/// The program itself, logging all it can.
struct Talkative {
    process: Child,
    address: SocketAddr,
    log: Arc<Mutex<Vec<u8>>>,
    _data: tempfile::TempDir,
}

impl Talkative {
    fn start(database: &TestDatabase, mail_server: &str) -> Self {
        let data = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut process = Command::new(env!("CARGO_BIN_EXE_einlass"))
            .args(["serve", "--listen", &address.to_string(), "--data-dir"])
            .arg(data.path())
            .envs(database.environment())
            .env("EINLASS_SMTP_URL", mail_server)
            .env("EINLASS_MAIL_FROM", "Einlass <einlass@staedteregion.example>")
            .env("EINLASS_WEBHOOK_ALLOW", "127.0.0.0/8")
            .env("EINLASS_LOG", "trace")
            .env("EINLASS_LOG_FORMAT", "json")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (mut lines, kept) = (process.stderr.take().unwrap(), log.clone());
        std::thread::spawn(move || {
            let mut some = [0; 16 * 1024];
            while let Ok(length @ 1..) = lines.read(&mut some) {
                kept.lock().unwrap().extend_from_slice(&some[..length]);
            }
        });
        let service = Self {
            process,
            address,
            log,
            _data: data,
        };
        let begun = Instant::now();
        while service
            .client()
            .try_send("GET", "/health/ready", &[], None)
            .is_none_or(|answer| answer.status != 200)
        {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "the service did not get ready"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        service
    }

    fn client(&self) -> Client {
        Client::new(self.address, None)
    }

    /// All that it logged until it was ended.
    fn end(&mut self) -> String {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        std::thread::sleep(Duration::from_millis(100));
        String::from_utf8_lossy(&self.log.lock().unwrap()).into_owned()
    }
}

impl Drop for Talkative {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The forms in which a text may stand somewhere: as it is, in a URL, and within base64 wherever it begins.
fn forms(canary: &str) -> Vec<String> {
    let percent = canary
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect::<String>();
    let mut forms = vec![canary.to_owned(), percent, canary.replace(' ', "+")];
    for shift in 0..3 {
        let shifted = [vec![b'-'; shift], canary.as_bytes().to_vec()].concat();
        for encoded in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            // What stands before and after is mixed into the outermost letters.
            let begin = if shift == 0 { 0 } else { 4 };
            let end = encoded.len() - encoded.len() % 4;
            forms.extend(encoded.get(begin..end).map(str::to_owned));
        }
    }
    forms.retain(|form| form.len() >= 8);
    forms
}

fn found<'a>(text: &str, canaries: &'a [String]) -> Vec<&'a str> {
    let there = |canary: &&String| forms(canary).iter().any(|form| text.contains(form.as_str()));
    canaries.iter().filter(there).map(String::as_str).collect()
}

#[test]
fn a_canary_is_found_in_every_form() {
    let canary = "kanari-vorname@example.org".to_owned();
    let seen = |text: String| found(&text, std::slice::from_ref(&canary)).len() == 1;
    assert!(seen(format!("{{\"name\":\"{canary}\"}}")));
    assert!(seen("q=kanari%2Dvorname%40example%2Eorg".to_owned()));
    for before in ["", "a", "ab", "abc"] {
        assert!(seen(STANDARD.encode(format!("{before}:{canary}:secret"))), "{before}");
    }
    assert!(!seen("kanari-nachname@example.org".to_owned()));
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

/// What stands in the rows about work and the journal; of mails all but to whom they go and what they tell, which is what they are for.
fn rows(database: &TestDatabase) -> String {
    let rows = diesel::sql_query(
        "SELECT concat_ws(' ', id, kind, once, state, last_error) AS text FROM mails
         UNION ALL SELECT webhook_deliveries::text FROM webhook_deliveries
         UNION ALL SELECT journal::text FROM journal
         UNION ALL SELECT (to_jsonb(webhooks) - 'url')::text FROM webhooks
         UNION ALL SELECT (to_jsonb(idempotency_keys) - 'body')::text FROM idempotency_keys
         UNION ALL SELECT (to_jsonb(api_clients))::text FROM api_clients",
    );
    let rows = rows.load::<Row>(&mut database.connect()).unwrap();
    rows.into_iter().map(|row| row.text + "\n").collect()
}

#[test]
fn nothing_of_a_person_and_no_secret_is_in_logs_problems_and_rows_about_work() {
    let database = TestDatabase::create();
    let mails = crate::mail::refusing_the_first("550 5.1.1 <kanari-antwort@example.org> kanari-antwort");
    let mut service = Talkative::start(&database, &mails.url);
    let told = story::tell(&service.client(), &database, &mails);
    assert!(told.canaries.len() > 40, "{}", told.canaries.len());
    assert!(told.problems.len() > 25, "{}", told.problems.len());
    let rows = rows(&database);
    let log = service.end();
    // The control: what is meant to be logged is found, and all is logged that can be.
    assert_eq!(found(&log, &["kanari-anfrage-0815".to_owned()]).len(), 1);
    assert!(
        log.contains("\"level\":\"TRACE\"") && log.contains("\"level\":\"ERROR\""),
        "{}",
        log.len()
    );
    assert!(rows.contains("with 550"), "{rows}");
    assert_eq!(found(&log, &told.canaries), Vec::<&str>::new());
    assert_eq!(found(&rows, &told.canaries), Vec::<&str>::new());
    for problem in &told.problems {
        assert_eq!(found(problem, &told.canaries), Vec::<&str>::new(), "{problem}");
    }
}
