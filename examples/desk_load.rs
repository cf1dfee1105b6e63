//! Registers many people over HTTP and says how fast that went: the load of `checks/desk/run`.

#![allow(clippy::print_stdout, reason = "its result is what it prints")]

mod load;

use std::io::Write as _;

use clap::Parser;

use load::{Failure, Measure, Requests, measure};

/// Registers made-up people for seminars until the time or the number is over; prints one line of JSON.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    measure: Measure,
    /// A file of seminar ids, one a line; each request picks one by chance.
    #[arg(long)]
    seminars: std::path::PathBuf,
    /// No more than this many; 0: as many as the time allows.
    #[arg(long, default_value_t = 0)]
    requests: u64,
    /// Tells this run's addresses and keys from another's.
    #[arg(long)]
    run: String,
}

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
    let text = std::fs::read_to_string(&arguments.seminars)?;
    let seminars = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut people = People {
        seminars: seminars.map(str::to_owned).collect(),
        run: arguments.run,
        most: if arguments.requests == 0 {
            u64::MAX
        } else {
            arguments.requests
        },
        number: 0,
        random: 0x9e37_79b9_7f4a_7c15,
    };
    if people.seminars.is_empty() {
        return Err("there is no seminar in the file".into());
    }
    let mut result = measure(&arguments.measure, &mut people)?;
    if let Some(members) = result.as_object_mut() {
        members.insert("seminars".to_owned(), people.seminars.len().into());
    }
    println!("{result}");
    Ok(())
}

/// Who registers next, and for what.
struct People {
    seminars: Vec<String>,
    run: String,
    most: u64,
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
}

impl Requests for People {
    fn write(&mut self, port: u16, request: &mut Vec<u8>) -> std::io::Result<bool> {
        if self.number == self.most {
            return Ok(false);
        }
        self.number += 1;
        let (number, run, random) = (self.number, &self.run, &mut self.random);
        let seminar = Self::pick(random, &self.seminars).map_or("", String::as_str);
        let given = Self::pick(random, &GIVEN).copied().unwrap_or_default();
        let family = Self::pick(random, &FAMILY).copied().unwrap_or_default();
        let company = Self::pick(random, &COMPANY).copied().unwrap_or_default();
        let body = format!(
            r#"{{"channel":"onsite","given_name":"{given}","family_name":"{family}","email":"teilnehmende.{run}.{number}@example.org","company":"{company}","language":"de"}}"#
        );
        write!(
            request,
            "POST /api/v1/seminars/{seminar}/registrations HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: desk-load\r\n\
             Accept: application/json\r\nContent-Type: application/json\r\nIdempotency-Key: desk-{run}-{number:012}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        Ok(true)
    }
}
