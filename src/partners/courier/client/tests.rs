//! Names that lead where they should not, and receivers that do what they like.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::ResolvedSocketAddrs;
use ureq::unversioned::transport::NextTimeout;

use super::*;

/// Leads every name, and every literal, to the addresses it is told, one list for each time it is asked.
#[derive(Debug)]
struct Lying {
    answers: Vec<Vec<SocketAddr>>,
    asked: AtomicUsize,
}

impl Resolver for Lying {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut found = self.empty();
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        for address in self.answers.get(turn).into_iter().flatten() {
            found.push(*address);
        }
        Ok(found)
    }
}

fn lying(answers: &[&[SocketAddr]]) -> Lying {
    Lying {
        answers: answers.iter().map(|addresses| addresses.to_vec()).collect(),
        asked: AtomicUsize::new(0),
    }
}

/// Counts who comes, and answers 200 to all of them.
struct Canary {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Canary {
    fn on(address: &str) -> Self {
        Self::answering(address, |mut stream| {
            let mut request = [0; 4096];
            drop(stream.read(&mut request));
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        })
    }

    fn answering(address: &str, answer: impl Fn(TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = connections.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
                answer(stream.unwrap());
            }
        });
        Self { address, connections }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn open(networks: &[&str]) -> Client {
    let networks = networks.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>();
    Client::new(&networks, Duration::from_secs(2))
}

fn send(client: &Client, url: &str) -> Answer {
    let post = Post {
        url,
        id: "x",
        timestamp: 1,
        signature: "v1,x",
        body: "{}",
    };
    client.send(&post, "2027-01-04T08:00:00Z".parse().unwrap())
}

#[test]
fn a_name_that_leads_to_us_is_not_followed() {
    let canary = Canary::on("127.0.0.1:0");
    let port = canary.address.port();
    // Public, and never connected to: one answer that leads here spoils the other.
    let public = SocketAddr::from(([93, 184, 216, 34], port));
    for answers in [
        vec![canary.address],
        vec![public, canary.address],
        vec![canary.address, public],
    ] {
        let client = open(&[]).with_resolver(lying(&[answers.as_slice()]));
        let answer = send(&client, &format!("https://portal.example:{port}/"));
        assert_eq!(answer, Answer::none(Outcome::Forbidden), "{answers:?}");
    }
    assert_eq!(canary.connections(), 0);
}

/// First an address that is allowed, at which nobody is; then, as a rebinding name would, our own.
#[test]
fn a_name_is_looked_up_once_for_a_connection_and_judged_each_time() {
    let canary = Canary::on("127.0.0.1:0");
    let port = canary.address.port();
    let nobody = SocketAddr::from(([127, 9, 9, 9], port));
    let client = open(&["127.9.9.9"]).with_resolver(lying(&[&[nobody], &[canary.address]]));
    let url = format!("https://rebinding.example:{port}/");
    assert_eq!(send(&client, &url), Answer::none(Outcome::Unreachable));
    assert_eq!(send(&client, &url), Answer::none(Outcome::Forbidden));
    assert_eq!(canary.connections(), 0);
}

/// Also where the receiver would keep the connection: by the next delivery its name may lead elsewhere.
#[test]
fn each_delivery_is_a_connection_of_its_own() {
    let canary = Canary::answering("127.0.0.1:0", |mut stream| {
        std::thread::spawn(move || {
            let mut request = [0; 4096];
            while stream.read(&mut request).is_ok_and(|length| length > 0) {
                drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
            }
        });
    });
    let client = open(&["127.0.0.0/8"]);
    let url = format!("http://{}/", canary.address);
    for n in 1..=3 {
        assert_eq!(send(&client, &url).status, Some(200));
        assert_eq!(canary.connections(), n);
    }
}

#[test]
fn literals_are_judged_like_names_in_every_spelling_that_the_system_knows() {
    let canaries = [Canary::on("127.0.0.1:0"), Canary::on("[::1]:0")];
    let client = open(&["192.0.2.0/24"]);
    for canary in &canaries {
        let port = canary.address.port();
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "0",
            "0.0.0.0",
            "localhost",
            "localhost.",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:ffff:7f00:1]",
        ] {
            for scheme in ["https", "http"] {
                let answer = send(&client, &format!("{scheme}://{host}:{port}/"));
                assert!(
                    matches!(answer.outcome, Outcome::Forbidden | Outcome::Unreachable) && answer.status.is_none(),
                    "{scheme}://{host}: {answer:?}"
                );
            }
        }
    }
    assert_eq!(canaries.map(|canary| canary.connections()), [0, 0]);
    // The same receiver is found where the operator says so: the canaries were alive.
    let canary = Canary::on("127.0.0.1:0");
    let answer = send(&open(&["127.0.0.1"]), &format!("http://{}/", canary.address));
    assert_eq!((answer.outcome, canary.connections()), (Outcome::Taken, 1));
}

#[test]
fn nobody_is_followed() {
    let canary = Canary::on("127.0.0.1:0");
    let location = format!("http://{}/", canary.address);
    let redirecting = Canary::answering("127.0.0.2:0", move |mut stream| {
        let mut request = [0; 4096];
        drop(stream.read(&mut request));
        let head = format!("HTTP/1.1 307 Over There\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        drop(stream.write_all(head.as_bytes()));
    });
    let answer = send(&open(&["127.0.0.0/8"]), &format!("http://{}/", redirecting.address));
    assert_eq!((answer.outcome, answer.status), (Outcome::Redirected, Some(307)));
    assert_eq!((redirecting.connections(), canary.connections()), (1, 0));
}

/// Whoever sends a head without an end, a head that drips, or nothing, is left in time.
#[test]
fn an_answer_is_waited_for_so_long_and_no_longer() {
    let endless = Canary::answering("127.0.0.1:0", |mut stream| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\nX: "));
        while stream.write_all(&[b'x'; 8192]).is_ok() {}
    });
    let dripping = Canary::answering("127.0.0.1:0", |mut stream| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\nX: "));
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    let silent = Canary::answering("127.0.0.1:0", |stream| {
        std::thread::sleep(Duration::from_secs(60));
        drop(stream);
    });
    let client = open(&["127.0.0.1"]);
    for (canary, expected) in [
        (endless, Outcome::Unreachable),
        (dripping, Outcome::TimedOut),
        (silent, Outcome::TimedOut),
    ] {
        let begun = Instant::now();
        let answer = send(&client, &format!("http://{}/", canary.address));
        assert_eq!(answer.outcome, expected);
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    }
}

/// A body that never ends is nobody's business: the status has said it all.
#[test]
fn of_an_answer_the_head_is_enough() {
    let endless = Canary::answering("127.0.0.1:0", |mut stream| {
        let mut request = [0; 4096];
        drop(stream.read(&mut request));
        drop(stream.write_all(b"HTTP/1.1 202 Accepted\r\n\r\n"));
        while stream.write_all(&[b'x'; 8192]).is_ok() {}
    });
    let begun = Instant::now();
    let answer = send(&open(&["127.0.0.1"]), &format!("http://{}/", endless.address));
    assert_eq!((answer.outcome, answer.status), (Outcome::Taken, Some(202)));
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[test]
fn a_wait_is_asked_for_in_seconds_or_by_a_date() {
    let now = "2027-01-04T08:00:00Z".parse().unwrap();
    assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
    assert_eq!(
        retry_after("Mon, 04 Jan 2027 08:01:00 GMT", now),
        Some(Duration::from_secs(60))
    );
    assert_eq!(retry_after("Mon, 04 Jan 2027 07:00:00 GMT", now), Some(Duration::ZERO));
    assert_eq!(retry_after("soon", now), None);
    assert_eq!(retry_after("-1", now), None);
}
