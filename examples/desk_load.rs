//! Registers many people over HTTP and says how fast that went: the load of `checks/desk/run`.
//!
//! One thread, one poll, one keep-alive connection a registrant's browser would have: the load shares the machine
//! with what it measures, so it does as little as it can. Each connection has one request under way at a time.

#![allow(clippy::print_stdout, reason = "its result is what it prints")]

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use clap::Parser;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

type Failure = Box<dyn std::error::Error>;

/// Registers made-up people for seminars until the time or the number is over; prints one line of JSON.
#[derive(Parser)]
struct Arguments {
    /// The port of the service, on 127.0.0.1.
    #[arg(long)]
    port: u16,
    /// A file of seminar ids, one a line; each request picks one by chance.
    #[arg(long)]
    seminars: std::path::PathBuf,
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// No request begins after it.
    #[arg(long, default_value_t = 20.0)]
    seconds: f64,
    /// No more than this many; 0: as many as the time allows.
    #[arg(long, default_value_t = 0)]
    requests: u64,
    /// Tells this run's addresses and keys from another's.
    #[arg(long)]
    run: String,
}

/// After the time is over, how long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(15);
const GIVEN: [&str; 8] = [
    "Anna", "Jürgen", "Leyla", "Marek", "Sabine", "Théo", "Ulrike", "Wolfgang",
];
const FAMILY: [&str; 8] = [
    "Müller",
    "Yıldız",
    "Kowalski",
    "Schmitz",
    "Offermann",
    "Jansen",
    "Lürken",
    "Breuer",
];
const COMPANY: [&str; 4] = [
    "Printenfabrik Aachen GmbH & Co. KG",
    "Nadelwerk Eifel GmbH",
    "Tuchmacherei Monschau e. K.",
    "Ingenieurbüro Vennbahn",
];

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    if !(1..=1024).contains(&arguments.connections) || !(0.0..=120.0).contains(&arguments.seconds) {
        return Err("at most 1024 connections and 120 seconds".into());
    }
    let text = std::fs::read_to_string(&arguments.seminars)?;
    let seminars = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let people = People {
        seminars: seminars.map(str::to_owned).collect(),
        run: arguments.run,
        number: 0,
        random: 0x9e37_79b9_7f4a_7c15,
    };
    if people.seminars.is_empty() {
        return Err("there is no seminar in the file".into());
    }
    let most = if arguments.requests == 0 {
        u64::MAX
    } else {
        arguments.requests
    };
    let mut load = Load {
        begun: Instant::now(),
        until: Duration::from_secs_f64(arguments.seconds),
        most,
        people,
        latencies: Vec::with_capacity(1 << 18),
        statuses: BTreeMap::new(),
        first_refused: None,
    };
    let seconds = load.run(arguments.port, arguments.connections)?;
    load.report(arguments.connections, seconds);
    Ok(())
}

/// Who registers next, and for what.
struct People {
    seminars: Vec<String>,
    run: String,
    number: u64,
    random: u64,
}

impl People {
    /// xorshift64*: by chance enough to spread people over seminars.
    fn pick<'a, T>(random: &mut u64, all: &'a [T]) -> Option<&'a T> {
        *random ^= *random >> 12;
        *random ^= *random << 25;
        *random ^= *random >> 27;
        let drawn = random.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        all.get(usize::try_from(drawn).unwrap_or_default() % all.len().max(1))
    }

    /// Writes the next request into `request`.
    fn write(&mut self, port: u16, request: &mut Vec<u8>) -> std::io::Result<()> {
        self.number += 1;
        let (number, run, random) = (self.number, &self.run, &mut self.random);
        let seminar = Self::pick(random, &self.seminars).map_or("", String::as_str);
        let given = Self::pick(random, &GIVEN).copied().unwrap_or_default();
        let family = Self::pick(random, &FAMILY).copied().unwrap_or_default();
        let company = Self::pick(random, &COMPANY).copied().unwrap_or_default();
        let body = format!(
            r#"{{"channel":"onsite","given_name":"{given}","family_name":"{family}","email":"teilnehmende.{run}.{number}@example.org","company":"{company}","language":"de"}}"#
        );
        request.clear();
        write!(
            request,
            "POST /api/v1/seminars/{seminar}/registrations HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: desk-load\r\n\
             Accept: application/json\r\nContent-Type: application/json\r\nIdempotency-Key: desk-{run}-{number:012}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }
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

struct Load {
    begun: Instant,
    until: Duration,
    most: u64,
    people: People,
    /// Of each answer, in microseconds.
    latencies: Vec<u32>,
    /// 0: no answer.
    statuses: BTreeMap<u16, u64>,
    first_refused: Option<String>,
}

impl Load {
    /// Until every connection has its last answer; in seconds, without the time it takes to connect.
    fn run(&mut self, port: u16, connections: usize) -> Result<f64, Failure> {
        let mut poll = Poll::new()?;
        let mut open = Vec::with_capacity(connections);
        for number in 0..connections {
            let mut connection = Connection::open(SocketAddr::from(([127, 0, 0, 1], port)))?;
            let both = Interest::READABLE | Interest::WRITABLE;
            poll.registry().register(&mut connection.stream, Token(number), both)?;
            open.push(connection);
        }
        self.begun = Instant::now();
        let mut under_way = 0_usize;
        for connection in &mut open {
            under_way += usize::from(self.next(port, connection)?);
        }
        let mut events = Events::with_capacity(connections);
        while under_way > 0 && self.begun.elapsed() < self.until + PATIENCE {
            poll.poll(&mut events, Some(Duration::from_millis(100)))?;
            for event in &events {
                let Some(connection) = open.get_mut(event.token().0).filter(|one| one.waits) else {
                    continue;
                };
                if !self.serve(port, connection) {
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
    fn serve(&mut self, port: u16, connection: &mut Connection) -> bool {
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
                self.next(port, connection).unwrap_or_else(|_| self.lost(connection))
            }
            Err(_) => self.lost(connection),
        }
    }

    /// Sends the next request; false when none is left.
    fn next(&mut self, port: u16, connection: &mut Connection) -> std::io::Result<bool> {
        connection.waits = self.people.number < self.most && self.begun.elapsed() < self.until;
        if connection.waits {
            self.people.write(port, &mut connection.request)?;
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

    fn report(&mut self, connections: usize, seconds: f64) {
        self.latencies.sort_unstable();
        let answers = self.latencies.len();
        let quantile = |hundredth: usize| {
            let at = (answers * hundredth / 100).min(answers.saturating_sub(1));
            f64::from(self.latencies.get(at).copied().unwrap_or_default()) / 1000.0
        };
        let (p50, p99) = (quantile(50), quantile(99));
        let per_second = f64::from(u32::try_from(answers).unwrap_or(u32::MAX)) / seconds;
        if let Some(refused) = &self.first_refused {
            eprintln!("the first answer that was not 201:\n{refused}");
        }
        println!(
            "{}",
            serde_json::json!({
                "connections": connections,
                "seminars": self.people.seminars.len(),
                "requests": self.people.number,
                "seconds": (seconds * 1000.0).round() / 1000.0,
                "per_second": per_second.round(),
                "p50_ms": p50,
                "p99_ms": p99,
                "statuses": self.statuses.iter().map(|(status, count)| (status.to_string(), *count)).collect::<BTreeMap<_, _>>(),
            })
        );
    }
}
