//! A mail server that does as it is told.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the server does with the next mail; when it runs out of orders, it accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Accept,
    /// Takes the whole mail and hangs up without a word.
    HangUp,
    /// This answer to RCPT.
    AnswerRcpt(&'static str),
    /// This answer to RCPT, after a second.
    Hesitate(&'static str),
}

pub struct Server {
    pub url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    orders: Vec<Order>,
    greeting: Option<&'static str>,
    got: Vec<String>,
    connections: usize,
}

impl Server {
    pub fn start(orders: &[Order]) -> Self {
        Self::greeting(None, orders)
    }

    /// A server that lets nobody in.
    pub fn closed(greeting: &'static str) -> Self {
        Self::greeting(Some(greeting), &[])
    }

    fn greeting(greeting: Option<&'static str>, orders: &[Order]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State {
            orders: orders.iter().rev().copied().collect(),
            greeting,
            ..State::default()
        }));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (state, stream) = (shared.clone(), stream.unwrap());
                state.lock().unwrap().connections += 1;
                std::thread::spawn(move || converse(&state, stream));
            }
        });
        Self { url, state }
    }

    /// Every mail whose end it saw, also those it did not acknowledge.
    pub fn got(&self) -> Vec<String> {
        self.state.lock().unwrap().got.clone()
    }

    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }
}

fn converse(state: &Mutex<State>, stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let say = |line: &str| (&stream).write_all(format!("{line}\r\n").as_bytes()).ok();
    let greeting = state.lock().unwrap().greeting;
    say(greeting.unwrap_or("220 test ESMTP"))?;
    let mut order = Order::Accept;
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.split([' ', '\r']).next()?.to_uppercase().as_str() {
            "EHLO" => say("250-test\r\n250 8BITMIME")?,
            "MAIL" => {
                order = state.lock().unwrap().orders.pop().unwrap_or(Order::Accept);
                say("250 ok")?;
            }
            "RCPT" => match order {
                Order::AnswerRcpt(answer) => say(answer)?,
                Order::Hesitate(answer) => {
                    std::thread::sleep(std::time::Duration::from_secs(1));
                    say(answer)?;
                }
                _ => say("250 ok")?,
            },
            "DATA" => {
                say("354 go on")?;
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    reader.read_line(&mut mail).ok()?;
                }
                state.lock().unwrap().got.push(mail);
                if order == Order::HangUp {
                    return None;
                }
                say("250 taken")?;
            }
            "QUIT" => {
                say("221 bye")?;
                return None;
            }
            _ => say("250 ok")?,
        }
    }
}
