//! A receiver that does as it is told, and remembers everything it saw.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

/// What the receiver does with the next delivery; when it runs out of orders, it takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Answer(u16),
    /// A status and one more header.
    With(u16, &'static str),
    /// Reads everything and hangs up without a word.
    HangUp,
    /// Reads everything, and answers 200 after so many milliseconds.
    After(u64),
}

/// A delivery as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub headers: HashMap<String, String>,
    pub text: String,
    pub body: Value,
}

impl Seen {
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub fn kind(&self) -> &str {
        self.body["type"].as_str().unwrap()
    }

    pub fn seminar(&self) -> &str {
        self.body["data"]["object"].as_str().unwrap()
    }
}

pub struct Receiver {
    pub url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    orders: VecDeque<Order>,
    always: Option<Order>,
    seen: Vec<Seen>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook?key=7", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (state, stream) = (shared.clone(), stream.unwrap());
                std::thread::spawn(move || take(&state, stream));
            }
        });
        Self { url, state }
    }

    /// What it does with the next deliveries.
    pub fn next(&self, orders: &[Order]) {
        self.state.lock().unwrap().orders.extend(orders);
    }

    /// What it does with all deliveries from now on; `None`: it takes them.
    pub fn always(&self, order: Option<Order>) {
        self.state.lock().unwrap().always = order;
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.state.lock().unwrap().seen.clone()
    }

    pub fn kinds(&self) -> Vec<String> {
        self.seen().iter().map(|seen| seen.kind().to_owned()).collect()
    }

    pub fn ids(&self) -> Vec<String> {
        self.seen().iter().map(|seen| seen.id().to_owned()).collect()
    }
}

fn take(state: &Mutex<State>, stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    assert!(line.starts_with("POST /hook?key=7 HTTP/1.1"), "{line}");
    let mut headers = HashMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => drop(headers.insert(name.to_lowercase(), value.to_owned())),
            None => break,
        }
    }
    let mut bytes = vec![0; headers["content-length"].parse().unwrap()];
    reader.read_exact(&mut bytes).ok()?;
    let text = String::from_utf8(bytes).unwrap();
    let order = {
        let mut state = state.lock().unwrap();
        let order = state.orders.pop_front().or(state.always).unwrap_or(Order::Answer(200));
        state.seen.push(Seen {
            headers,
            body: serde_json::from_str(&text).unwrap(),
            text,
        });
        order
    };
    let say = |status: u16, header: &str| {
        let head = format!("HTTP/1.1 {status} As Told\r\n{header}Content-Length: 3\r\n\r\nok\n");
        (&stream).write_all(head.as_bytes()).ok()
    };
    match order {
        Order::Answer(status) => say(status, ""),
        Order::With(status, header) => say(status, &format!("{header}\r\n")),
        Order::HangUp => None,
        Order::After(milliseconds) => {
            std::thread::sleep(Duration::from_millis(milliseconds));
            say(200, "")
        }
    }
}
