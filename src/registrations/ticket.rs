//! The ticket in each of its forms: to print, for the screen, for the calendar.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::service::{Standing, letter_of};
use crate::base::capability::Capabilities;
use crate::base::config::Config;
use crate::base::dates;
use crate::base::ids::words;
use crate::base::press::{Copy, Form, Press};
use crate::base::problem::Result;
use crate::base::qr::{qr_png, qr_svg};
use crate::base::ticket_code::TicketCode;
use crate::mail;
use crate::seminars::{Channel, DatePrecision, Session};

words! {
    /// What the ticket is asked for as.
    TicketFormat {
        Pdf = "pdf",
        Png = "png",
        Ics = "ics",
    }
}

impl TicketFormat {
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Ics => "text/calendar; charset=utf-8",
        }
    }
}

/// How many pixels a module of the QR code is wide: the whole of it some 450, as wide as a telephone shows.
const PIXELS: u32 = 12;

/// What it takes to make one.
pub struct Workshop<'a> {
    pub config: &'a Config,
    pub press: &'a Press,
    /// Where the personal links may stand in it: only for the person, who has them anyway.
    pub personal: Option<&'a Capabilities>,
    pub now: DateTime<Utc>,
}

impl Workshop<'_> {
    pub async fn ticket(&self, format: TicketFormat, standing: &Standing, code: &TicketCode) -> Result<Vec<u8>> {
        match format {
            TicketFormat::Png => Ok(qr_png(&code.scanned(), PIXELS)?),
            TicketFormat::Ics => {
                let letter = letter_of(standing);
                mail::personal_calendar(self.config, self.personal, &letter, self.now).map(String::into_bytes)
            }
            TicketFormat::Pdf => {
                self.press.available()?;
                self.press.print(sheet(standing, code, self.now)?).await
            }
        }
    }
}

/// The sheet as `templates/print/ticket.typ` wants it.
fn sheet(standing: &Standing, code: &TicketCode, now: DateTime<Utc>) -> Result<Copy> {
    let (registration, whole) = (&standing.registration, &standing.whole);
    let english = registration.language == "en" || registration.language.starts_with("en-");
    let sessions = whole.sessions.iter().map(|(session, venue)| {
        let place = venue.as_ref().map(|venue| {
            let name = venue.name.iter().map(String::as_str);
            name.chain([venue.locality.as_str()]).collect::<Vec<_>>().join(", ")
        });
        json!({
            "day": dates::day(session.starts_on, english),
            "time": time(session, english),
            "venue": place,
            "online": registration.channel == Channel::Online,
        })
    });
    let persons = match (registration.persons, english) {
        (1, _) => None,
        (persons, true) => Some(format!("This ticket is for {persons} persons.")),
        (persons, false) => Some(format!("Diese Karte gilt für {persons} Personen.")),
    };
    let data = json!({
        "language": if english { "en" } else { "de" },
        "title": whole.seminar.title,
        "name": registration.name(),
        "company": registration.company,
        "code": code.to_string(),
        "qr": "qr",
        "sessions": sessions.collect::<Value>(),
        "organisers": [whole.organisation.name],
        "todo": persons.into_iter().collect::<Vec<_>>(),
        "contact": whole.admission.contact_email.iter().collect::<Vec<_>>(),
        "printed": dates::day(now.with_timezone(&chrono_tz::Europe::Berlin).date_naive(), english),
    });
    Ok(Copy {
        form: Form::Ticket,
        data,
        images: vec![("qr".to_owned(), qr_svg(&code.scanned())?.into_bytes())],
        at: now,
    })
}

/// Where only the day is known, nothing.
fn time(session: &Session, english: bool) -> String {
    if session.date_precision == DatePrecision::Day {
        return String::new();
    }
    let zone = session.time_zone.parse().unwrap_or(chrono_tz::Europe::Berlin);
    let at = |at: DateTime<Utc>| dates::time(at.with_timezone(&zone), english);
    match session.ends_at {
        Some(end) => format!("{} – {}", at(session.starts_at), at(end)),
        None => at(session.starts_at),
    }
}
