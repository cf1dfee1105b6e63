//! One row of a table, understood as far as a row alone can be.

use chrono::FixedOffset;

use super::dates::{Written, written};
use super::durations;
use super::headings::Column;
use super::layout::Table;
use super::model::{Format, PlatformRole, Precision, Warning};
use super::names;
use super::rows::Row;
use super::unreadable::Unreadable;
use crate::base::text::{Email, FromText};

#[derive(Clone, Debug)]
pub struct Entry {
    pub line: u64,
    pub name: String,
    pub email: Option<String>,
    pub role: PlatformRole,
    pub precision: Precision,
    pub summary: bool,
    pub join: Option<Written>,
    pub leave: Option<Written>,
    /// A coming or going of a list of such.
    pub event: Option<(Event, Written)>,
    /// Which device an event belongs to.
    pub device: Option<String>,
    pub seconds: Option<i64>,
    pub attended: Option<bool>,
    /// Zoom: whether somebody is of another account than the host.
    pub guest: Option<bool>,
    pub organisation: Option<String>,
    pub note: Option<String>,
}

impl Entry {
    pub fn has_time_without_date(&self) -> bool {
        self.join.iter().chain(&self.leave).any(|stamp| stamp.date.is_none())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Joined,
    Left,
}

/// What a row is.
pub enum Kind {
    Person(Box<Entry>),
    Anonymous,
    WaitingRoom,
    Bot(String),
    Nameless,
}

/// Understands a row of a table, or says which column cannot be read.
pub fn entry(row: &Row<'_>, table: &Table, warnings: &mut Vec<Warning>) -> Result<Kind, Unreadable> {
    let line = row.line;
    let cell = |column: Column| table.columns.place(column).map(|at| row.cell(at)).unwrap_or_default();
    let bad = |column: Column| Unreadable::BadRow {
        line,
        column: table.columns.name_of(column),
    };
    let some = |column: Column| Some(names::display(&cell(column))).filter(|text| !text.is_empty());

    let name = some(Column::Name).unwrap_or_else(|| {
        let parts = [cell(Column::Given), cell(Column::Family)];
        let parts: Vec<&str> = parts
            .iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        names::display(&parts.join(" "))
    });
    let email = address(&cell(Column::Email)).or_else(|| address(&cell(Column::Upn)));
    if table.format == Format::BigBlueButton && is_anonymous(&name) && cell(Column::Moderator).is_empty() {
        return Ok(Kind::Anonymous);
    }
    if name.is_empty() && email.is_none() {
        return Ok(Kind::Nameless);
    }
    if yes_or_no(&cell(Column::WaitingRoom)) == Some(true) {
        return Ok(Kind::WaitingRoom);
    }
    if names::is_bot(&name) {
        return Ok(Kind::Bot(name));
    }

    let time = |column: Column| match cell(column).as_str() {
        nothing if is_nothing(nothing) => Ok(None),
        text => {
            let mut stamp = written(text).ok_or_else(|| bad(column))?;
            if table.format == Format::TeamsLiveEvent {
                // The heading says so: UtcEventTimestamp.
                stamp.zone = stamp.zone.or(FixedOffset::east_opt(0));
            }
            Ok(Some(stamp))
        }
    };
    let (join, leave) = (time(Column::Join)?, time(Column::Leave)?);
    let event = match time(Column::Timestamp)? {
        Some(at) => Some((event(&cell(Column::Action)).ok_or_else(|| bad(Column::Action))?, at)),
        None if table.columns.has(Column::Timestamp) => return Err(bad(Column::Timestamp)),
        None => None,
    };
    let precision = table.precision();
    let duration = cell(Column::Duration);
    let seconds = durations::seconds(&duration);
    if seconds.is_none() && !is_nothing(&duration) {
        if matches!(precision, Precision::ReportedMinutes | Precision::Statement) {
            return Err(bad(Column::Duration));
        }
        warnings.push(Warning::DurationUnclear { line });
    }
    let attended = cell(Column::Attended);
    let mut said = yes_or_no(&attended);
    match table.format {
        Format::OwnList | Format::Mapped if said.is_none() && !attended.is_empty() => {
            return Err(bad(Column::Attended));
        }
        Format::OwnList if said.is_none() && seconds.is_none() => warnings.push(Warning::SaysNothing { line }),
        Format::OwnList | Format::Mapped => {}
        // A webinar's "Yes" says no more than the times do.
        _ => said = said.filter(|yes| !yes),
    }
    Ok(Kind::Person(Box::new(Entry {
        line,
        name,
        email,
        role: role(&cell(Column::Role), &cell(Column::Moderator)).unwrap_or(table.role),
        precision,
        summary: table.summary,
        join,
        leave,
        event,
        device: some(Column::Session),
        seconds,
        attended: said,
        guest: yes_or_no(&cell(Column::Guest)),
        organisation: some(Column::Organisation),
        note: some(Column::Note),
    })))
}

/// In the form in which addresses are compared. The account name of a guest in another tenant is no address.
fn address(cell: &str) -> Option<String> {
    let guest = cell.to_ascii_lowercase().contains("#ext#");
    Email::from_text(cell).ok().filter(|_| !guest).map(|email| email.key())
}

/// What platforms write for nothing.
fn is_nothing(cell: &str) -> bool {
    matches!(cell, "" | "-" | "--" | "–" | "—" | "n/a" | "N/A")
}

/// Whether a cell is the word for coming or going in a list of such.
pub fn event(cell: &str) -> Option<Event> {
    let word = cell.to_lowercase();
    if ["left", "verlassen", "hat verlassen"].contains(&word.as_str()) {
        Some(Event::Left)
    } else if word.starts_with("joined") || word.contains("beigetreten") {
        Some(Event::Joined)
    } else {
        None
    }
}

fn yes_or_no(cell: &str) -> Option<bool> {
    match cell.to_lowercase().as_str() {
        "yes" | "y" | "ja" | "j" | "x" | "1" | "true" | "wahr" | "✓" | "✔" | "anwesend" | "present" => Some(true),
        "no" | "n" | "nein" | "0" | "false" | "falsch" | "-" | "abwesend" | "absent" => Some(false),
        _ => None,
    }
}

fn is_anonymous(name: &str) -> bool {
    ["anonymous", "anonym", "anonyme", "anoniem", "anónimo"].contains(&name.to_lowercase().as_str())
}

fn role(role: &str, moderator: &str) -> Option<PlatformRole> {
    if yes_or_no(moderator) == Some(true) {
        return Some(PlatformRole::Moderator);
    }
    let word = role.to_lowercase();
    let starts = |beginnings: &[&str]| beginnings.iter().any(|beginning| word.starts_with(beginning));
    if word.is_empty() {
        None
    } else if starts(&[
        "organi",
        "co-organi",
        "mitorgani",
        "besprechungsorgani",
        "producer",
        "produzent",
    ]) {
        Some(PlatformRole::Organizer)
    } else if starts(&["host", "gastgeber"]) {
        Some(PlatformRole::Host)
    } else if starts(&["presenter", "referent", "präsentator", "vortragend"]) {
        Some(PlatformRole::Presenter)
    } else if starts(&["panel", "diskussion", "podium", "speaker"]) {
        Some(PlatformRole::Panelist)
    } else {
        Some(PlatformRole::Attendee)
    }
}
