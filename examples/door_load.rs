//! Scans many tickets over HTTP and says how fast that went: the load of `checks/door/run`.

#![allow(clippy::print_stdout, reason = "its result is what it prints")]

mod load;

use std::io::Write as _;

use clap::Parser;
use einlass::base::capability::Capabilities;
use einlass::base::ids::fresh;
use einlass::base::ticket_code::TicketCode;

use load::{Failure, Measure, Requests, measure};

/// Scans one ticket after the other until the time or the tickets are over; prints one line of JSON.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    measure: Measure,
    /// A file of tickets, one a line: seminar id, registration id. Each is scanned once.
    #[arg(long)]
    tickets: std::path::PathBuf,
    /// The folder of the service's keys: codes are derived, so that is where they come from.
    #[arg(long)]
    keys: std::path::PathBuf,
    /// The access token of somebody at the front desk.
    #[arg(long)]
    token: String,
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let capabilities = Capabilities::open(&arguments.keys)?;
    let mut tickets = Vec::new();
    for line in std::fs::read_to_string(&arguments.tickets)?.lines() {
        let (seminar, registration) = line.split_once(' ').ok_or("a line is not two ids")?;
        let code = TicketCode::of(&capabilities, registration.trim().parse()?);
        tickets.push((seminar.to_owned(), code.scanned()));
    }
    let mut queue = Queue {
        tickets,
        token: arguments.token,
        number: 0,
    };
    println!("{}", measure(&arguments.measure, &mut queue)?);
    Ok(())
}

/// Who is scanned next.
struct Queue {
    tickets: Vec<(String, String)>,
    token: String,
    number: usize,
}

impl Requests for Queue {
    fn write(&mut self, port: u16, request: &mut Vec<u8>) -> std::io::Result<bool> {
        let Some((seminar, code)) = self.tickets.get(self.number) else {
            return Ok(false);
        };
        self.number += 1;
        let body = format!(r#"{{"scan_id":"{}","code":"{code}","device":"Tür Nord"}}"#, fresh());
        write!(
            request,
            "POST /api/v1/seminars/{seminar}/check-ins HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: door-load\r\n\
             Accept: application/json\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        )?;
        Ok(true)
    }
}
