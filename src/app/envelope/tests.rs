//! What the API cannot show from outside: handlers that panic, and what is logged.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, Once, PoisonError, mpsc};
use std::time::{Duration, Instant};

use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use serde_json::Value;
use tracing_subscriber::EnvFilter;

use super::*;
use crate::base::config::LogFormat;
use crate::base::log;
use crate::base::off_thread::off_thread;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Handlers that do what none of ours does, with an envelope around them or without.
fn serve(enveloped: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, started) = mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let routes = |config: &mut web::ServiceConfig| {
                config
                    .route("/panics/{whom}", web::get().to(panics))
                    .route("/panics-off-thread", web::get().to(panics_off_thread))
                    .route("/logs/{whom}", web::get().to(logs))
                    .route("/fine", web::get().to(HttpResponse::Ok));
            };
            let server = if enveloped {
                HttpServer::new(move || {
                    App::new()
                        .wrap(from_fn(known_route))
                        .wrap(from_fn(envelope))
                        .configure(routes)
                })
                .workers(1)
                .disable_signals()
                .listen(listener)
                .unwrap()
                .run()
            } else {
                HttpServer::new(move || App::new().configure(routes))
                    .workers(1)
                    .disable_signals()
                    .listen(listener)
                    .unwrap()
                    .run()
            };
            sender.send(()).unwrap();
            server.await.unwrap();
        });
    });
    started.recv().unwrap();
    address
}

async fn panics() -> HttpResponse {
    panic!("at the first step")
}

async fn panics_off_thread() -> Result<HttpResponse> {
    off_thread::<()>(|| panic!("elsewhere")).await?;
    Ok(HttpResponse::Ok().finish())
}

async fn logs() -> Result<HttpResponse> {
    tracing::warn!("here");
    off_thread(|| tracing::warn!("elsewhere")).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// One GET, and everything that comes back.
fn get(address: SocketAddr, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn a_panic_is_a_500_and_the_connection_is_not_just_gone() {
    let address = serve(true);
    for path in ["/panics/anna", "/panics-off-thread"] {
        let answer = get(address, path, "X-Request-Id: panic-in-a-test\r\n");
        assert!(answer.starts_with("HTTP/1.1 500 "), "{path}: {answer}");
        assert!(
            answer.contains("content-type: application/problem+json"),
            "{path}: {answer}"
        );
        assert!(answer.contains("x-request-id: panic-in-a-test"), "{path}: {answer}");
        assert!(answer.contains("x-content-type-options: nosniff"), "{path}: {answer}");
        assert!(answer.contains("\"code\":\"internal-error\""), "{path}: {answer}");
        assert!(
            !answer.contains("step") && !answer.contains("elsewhere"),
            "{path}: {answer}"
        );
        assert!(
            get(address, "/fine", "").starts_with("HTTP/1.1 200 "),
            "the next one is served"
        );
    }
    let mut registry = prometheus_client::registry::Registry::default();
    metrics::register(&mut registry);
    let mut told = String::new();
    prometheus_client::encoding::text::encode(&mut told, &registry).unwrap();
    for counted in [
        "einlass_panics_total{at=\"handler\"} ",
        "einlass_panics_total{at=\"off_thread\"} ",
    ] {
        let value = told.lines().find_map(|line| line.strip_prefix(counted)).unwrap();
        assert!(value.parse::<u64>().unwrap() >= 1, "{counted}{value}");
    }
    let route = r#"einlass_http_requests_total{method="GET",route="/panics/{whom}",status="5xx"} "#;
    assert!(told.lines().any(|line| line.starts_with(route)), "{told}");
    // The control: what actix does by itself.
    let bare = serve(false);
    assert_eq!(get(bare, "/panics/anna", ""), "");
}

/// A connection copies what it is given at once.
#[test]
fn a_large_answer_leaves_in_pieces() {
    let request = actix_web::test::TestRequest::default().to_srv_request();
    let left = |body: String| Asked::of(&request).finish(HttpResponse::Ok().body(body)).into_body();
    let large = left("x".repeat(1_000_000));
    assert_eq!(large.size(), actix_web::body::BodySize::Sized(1_000_000));
    assert!(large.try_into_bytes().is_err(), "it would be there at once");
    assert_eq!(left("small".to_owned()).try_into_bytes().unwrap(), "small");
}

/// What all tests of this process log.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Captured {
    fn with(&self, words: &str) -> Vec<Value> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let text = String::from_utf8(bytes).unwrap();
        let lines = text.lines().filter(|line| line.contains(words));
        lines.map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn captured() -> Captured {
    static LOG: Mutex<Option<Captured>> = Mutex::new(None);
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let log = Captured::default();
        let writer = log.clone();
        let subscriber = log::subscriber(EnvFilter::new("info"), LogFormat::Json, move || writer.clone());
        tracing::subscriber::set_global_default(subscriber).unwrap();
        *LOG.lock().unwrap() = Some(log);
    });
    LOG.lock().unwrap().clone().unwrap()
}

#[test]
fn every_line_of_a_request_carries_it_and_nobody_is_in_it() {
    let log = captured();
    let address = serve(true);
    let headers = format!("X-Request-Id: logged-in-a-test\r\ntraceparent: 00-{TRACE}-00f067aa0ba902b7-01\r\n");
    let answer = get(address, "/logs/canary-name?canary-query=1", &headers);
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    let begun = Instant::now();
    while log.with("logged-in-a-test").len() < 3 && begun.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let lines = log.with("logged-in-a-test");
    let messages = lines
        .iter()
        .map(|line| line["message"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(messages, ["here", "elsewhere", "request"], "also from the other thread");
    for line in &lines {
        let span = &line["span"];
        assert_eq!(span["request_id"], "logged-in-a-test", "{line}");
        assert_eq!(span["trace_id"], TRACE, "{line}");
        assert_eq!(span["span_id"].as_str().unwrap().len(), 16, "{line}");
        assert_eq!(span["method"], "GET", "{line}");
        assert_eq!(span["route"], "/logs/{whom}", "{line}");
        assert_eq!(span["caller"], "anonymous", "{line}");
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");
    }
    assert_eq!(lines[2]["status"], 204);
    assert!(lines[2]["ms"].is_number(), "{}", lines[2]);
    assert!(log.with("canary").is_empty());

    // Which of two it should be nobody knows.
    let one = format!("traceparent: 00-{TRACE}-00f067aa0ba902b7-01\r\n");
    let two = [one.as_str(), one.as_str()].concat();
    for (id, headers) in [
        ("logged-without-one", ""),
        ("logged-with-two", two.as_str()),
        ("logged-with-a-bad-one", "traceparent: 00-XYZ-00f067aa0ba902b7-01\r\n"),
    ] {
        let headers = format!("X-Request-Id: {id}\r\nAuthorization: Registration canary\r\n{headers}");
        get(address, "/fine", &headers);
        let begun = Instant::now();
        while log.with(id).is_empty() && begun.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let line = log.with(id).remove(0);
        assert_eq!(line["span"]["trace_id"].as_str().unwrap().len(), 32, "{line}");
        assert_ne!(line["span"]["trace_id"], TRACE, "{line}");
        assert_eq!(line["span"]["caller"], "registrant", "{line}");
    }
    assert!(log.with("canary").is_empty());
}
