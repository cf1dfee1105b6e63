//! What the loads of `checks/desk/run` and `checks/door/run` share: connections, latencies and one line of JSON.
//!
//! One thread, one poll, one keep-alive connection a browser or a device would have: a load shares the machine with what
//! it measures, so it does as little as it can. Each connection has one request under way at a time.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use serde_json::{Value, json};

pub type Failure = Box<dyn std::error::Error>;

/// After the time is over, how long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(15);

/// What every load is told.
#[derive(clap::Args)]
pub struct Measure {
    /// The port of the service, on 127.0.0.1.
    #[arg(long)]
    port: u16,
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// No request begins after it.
    #[arg(long, default_value_t = 20.0)]
    seconds: f64,
}

/// Who asks next, and for what.
pub trait Requests {
    /// Writes the next request into `request`, which is empty; false when none is left.
    fn write(&mut self, port: u16, request: &mut Vec<u8>) -> std::io::Result<bool>;
}

/// Sends `requests` until the time is over or none is left. The result, to which a load adds its own; what went wrong
/// first is told on stderr.
pub fn measure(measure: &Measure, requests: &mut impl Requests) -> Result<Value, Failure> {
    if !(1..=1024).contains(&measure.connections) || !(0.0..=120.0).contains(&measure.seconds) {
        return Err("at most 1024 connections and 120 seconds".into());
    }
    let mut load = Load {
        begun: Instant::now(),
        until: Duration::from_secs_f64(measure.seconds),
        port: measure.port,
        requests,
        sent: 0,
        latencies: Vec::with_capacity(1 << 18),
        statuses: BTreeMap::new(),
        first_refused: None,
    };
    let seconds = load.run(measure.connections)?;
    Ok(load.result(measure.connections, seconds))
}

struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    sent: usize,
    answer: Vec<u8>,
    since: Instant,
    /// Whether an answer is owed.
    waits: bool,
}

impl Connection {
    fn open(address: SocketAddr) -> std::io::Result<Self> {
        // Connected the blocking way: connecting is not what is measured.
        let stream = std::net::TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream: TcpStream::from_std(stream),
            request: Vec::with_capacity(1024),
            sent: 0,
            answer: Vec::with_capacity(2048),
            since: Instant::now(),
            waits: false,
        })
    }

    fn send(&mut self) -> std::io::Result<()> {
        while let Some(rest) = self.request.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match self.stream.write(rest) {
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads what is there; the answer's status once it is whole.
    fn receive(&mut self) -> std::io::Result<Option<u16>> {
        let mut buffer = [0_u8; 4096];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    self.answer.extend_from_slice(buffer.get(..count).unwrap_or_default());
                    if count == buffer.len() {
                        continue;
                    }
                    if let Some(status) = whole(&self.answer) {
                        return Ok(Some(status));
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(whole(&self.answer)),
                Err(error) => return Err(error),
            }
        }
    }
}

/// The status of an answer, if all of it has arrived. The service states a length with every answer.
fn whole(answer: &[u8]) -> Option<u16> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(answer.get(..end)?).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    (answer.len() >= end + length?).then_some(status)
}

struct Load<'a, R> {
    begun: Instant,
    until: Duration,
    port: u16,
    requests: &'a mut R,
    /// How many requests were begun.
    sent: u64,
    /// Of each answer, in microseconds.
    latencies: Vec<u32>,
    /// 0: no answer.
    statuses: BTreeMap<u16, u64>,
    first_refused: Option<String>,
}

impl<R: Requests> Load<'_, R> {
    /// Until every connection has its last answer; in seconds, without the time it takes to connect.
    fn run(&mut self, connections: usize) -> Result<f64, Failure> {
        let mut poll = Poll::new()?;
        let mut open = Vec::with_capacity(connections);
        for number in 0..connections {
            let mut connection = Connection::open(SocketAddr::from(([127, 0, 0, 1], self.port)))?;
            let both = Interest::READABLE | Interest::WRITABLE;
            poll.registry().register(&mut connection.stream, Token(number), both)?;
            open.push(connection);
        }
        self.begun = Instant::now();
        let mut under_way = 0_usize;
        for connection in &mut open {
            under_way += usize::from(self.next(connection)?);
        }
        let mut events = Events::with_capacity(connections);
        while under_way > 0 && self.begun.elapsed() < self.until + PATIENCE {
            poll.poll(&mut events, Some(Duration::from_millis(100)))?;
            for event in &events {
                let Some(connection) = open.get_mut(event.token().0).filter(|one| one.waits) else {
                    continue;
                };
                if !self.serve(connection) {
                    under_way -= 1;
                }
            }
        }
        let seconds = self.begun.elapsed().as_secs_f64();
        for _ in 0..under_way {
            self.count(0);
        }
        Ok(seconds)
    }

    /// Goes on with one connection; false when it has nothing left to do.
    fn serve(&mut self, connection: &mut Connection) -> bool {
        let went = connection.send().and_then(|()| connection.receive());
        match went {
            Ok(None) => true,
            Ok(Some(status)) => {
                let micros = connection.since.elapsed().as_micros();
                self.latencies.push(u32::try_from(micros).unwrap_or(u32::MAX));
                self.count(status);
                if status != 201 && self.first_refused.is_none() {
                    self.first_refused = Some(String::from_utf8_lossy(&connection.answer).into_owned());
                }
                self.next(connection).unwrap_or_else(|_| self.lost(connection))
            }
            Err(_) => self.lost(connection),
        }
    }

    /// Sends the next request; false when none is left.
    fn next(&mut self, connection: &mut Connection) -> std::io::Result<bool> {
        connection.request.clear();
        connection.waits =
            self.begun.elapsed() < self.until && self.requests.write(self.port, &mut connection.request)?;
        if connection.waits {
            self.sent += 1;
            connection.sent = 0;
            connection.answer.clear();
            connection.since = Instant::now();
            connection.send()?;
        }
        Ok(connection.waits)
    }

    fn lost(&mut self, connection: &mut Connection) -> bool {
        connection.waits = false;
        self.count(0);
        false
    }

    fn count(&mut self, status: u16) {
        *self.statuses.entry(status).or_default() += 1;
    }

    fn result(&mut self, connections: usize, seconds: f64) -> Value {
        self.latencies.sort_unstable();
        let answers = self.latencies.len();
        let quantile = |hundredth: usize| {
            let at = (answers * hundredth / 100).min(answers.saturating_sub(1));
            f64::from(self.latencies.get(at).copied().unwrap_or_default()) / 1000.0
        };
        let per_second = f64::from(u32::try_from(answers).unwrap_or(u32::MAX)) / seconds;
        if let Some(refused) = &self.first_refused {
            eprintln!("the first answer that was not 201:\n{refused}");
        }
        let statuses = self.statuses.iter().map(|(status, count)| (status.to_string(), *count));
        json!({
            "connections": connections,
            "requests": self.sent,
            "seconds": (seconds * 1000.0).round() / 1000.0,
            "per_second": per_second.round(),
            "p50_ms": quantile(50),
            "p99_ms": quantile(99),
            "statuses": statuses.collect::<BTreeMap<_, _>>(),
        })
    }
}
