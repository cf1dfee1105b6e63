//! What the environment of the program says, and what is not for it to say.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::json;

use super::program::Program;
use crate::support::{PASSWORD, TestDatabase};

fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// A proxy would connect for us to whatever a webhook names, and nobody would have judged the address.
#[test]
fn no_proxy_delivers_for_us() {
    let database = TestDatabase::create();
    let ((proxy, by), (receiver, url)) = (listener(), listener());
    let names = ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"];
    let mut environment = names.map(|name| (name, by.as_str())).to_vec();
    environment.push(("EINLASS_WEBHOOK_ALLOW", "127.0.0.0/8"));
    let program = Program::start(&database, &environment, &[]);
    let login = json!({"email": "admin@staedteregion.example", "password": PASSWORD});
    let tokens = program.client().post("/auth/login", &login).expect(200);
    let admin = program.client().with_token(tokens["access_token"].as_str().unwrap());
    let webhooks = "/organisations/staedteregion-aachen/webhooks";
    let webhook = admin.post(webhooks, &json!({"url": url})).id();
    admin
        .post(&format!("{webhooks}/{webhook}/test"), &json!({}))
        .expect(201);
    let begun = Instant::now();
    while receiver.accept().is_err() {
        assert!(begun.elapsed() < Duration::from_secs(20), "nothing arrived");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(proxy.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

/// Colours are for people: in a file they would stand between what is looked for.
#[test]
fn a_log_that_goes_to_a_file_has_no_colours() {
    let database = TestDatabase::create();
    let environment = [("EINLASS_LOG_FORMAT", "text"), ("EINLASS_LOG", "info")];
    let program = Program::start(&database, &environment, &[]);
    assert_eq!(program.try_get("/api/v1/seminars"), Some(200));
    let log = program.log();
    assert!(log.contains("route=") && log.contains("caller="), "{log}");
    assert!(!log.contains('\u{1b}'), "{log}");
}
