//! What a list of attendees says of each: headings, words, and values that are still values.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::attendance::model::{Attendee, Column, Evidence, ListFormat, ListLanguage, Presence};
use crate::registrations::State;
use crate::seminars::{Channel, DatePrecision, Session};

/// One cell, before anybody writes it down.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    Whole(i64),
    /// Minutes, shown as hours.
    Hours(i64),
    Truth(bool),
    Day(NaiveDate),
    Time(NaiveTime),
    Moment(DateTime<Tz>),
}

/// What the event itself puts into every line.
#[derive(Clone, Debug)]
pub struct Frame {
    zone: Tz,
    days: Vec<NaiveDate>,
    from: Option<NaiveTime>,
    to: Option<NaiveTime>,
    /// All sessions together; known where each has an end.
    minutes: Option<i64>,
}

impl Frame {
    #[must_use]
    pub fn of(sessions: &[Session]) -> Self {
        let zone = sessions.first().and_then(|first| first.time_zone.parse().ok());
        let zone = zone.unwrap_or(chrono_tz::Europe::Berlin);
        let timed = |session: &&Session| session.date_precision == DatePrecision::Minute;
        let clock = |at: DateTime<Utc>| at.with_timezone(&zone).time();
        let length = |session: &Session| {
            let ends = session.ends_at.filter(|_| timed(&session))?;
            Some((ends - session.starts_at).num_minutes())
        };
        let lengths = sessions.iter().map(length).collect::<Option<Vec<_>>>();
        let mut days = sessions.iter().map(|session| session.starts_on).collect::<Vec<_>>();
        days.sort_unstable();
        days.dedup();
        Self {
            zone,
            days,
            from: sessions.first().filter(timed).map(|first| clock(first.starts_at)),
            to: sessions.last().filter(timed).and_then(|last| last.ends_at).map(clock),
            minutes: lengths.filter(|all| !all.is_empty()).map(|all| all.iter().sum()),
        }
    }

    #[must_use]
    pub const fn zone(&self) -> Tz {
        self.zone
    }

    #[must_use]
    pub const fn minutes(&self) -> Option<i64> {
        self.minutes
    }

    fn date(&self, language: Option<ListLanguage>) -> Cell {
        match self.days.as_slice() {
            [] => Cell::Empty,
            [day] => Cell::Day(*day),
            [first, .., last] => {
                let format = if language == Some(ListLanguage::German) {
                    "%d.%m.%Y"
                } else {
                    "%Y-%m-%d"
                };
                Cell::Text(format!("{} – {}", first.format(format), last.format(format)))
            }
        }
    }
}

/// The columns that are asked for, or what is wrong with the asking.
pub fn columns(asked: &str) -> Result<Vec<Column>, String> {
    let mut columns = Vec::new();
    for word in asked.split(',') {
        let column = word.trim().parse::<Column>()?;
        if columns.contains(&column) {
            return Err(format!("names `{column}` twice"));
        }
        columns.push(column);
    }
    Ok(columns)
}

/// What stands in a list where nothing is asked for. Nobody's address stands on paper that lies at the door.
#[must_use]
pub const fn usual(format: ListFormat, attestation: bool) -> &'static [Column] {
    use Column as C;
    match (format, attestation) {
        (ListFormat::Pdf, false) => &[C::Number, C::Name, C::Company, C::Signature],
        (ListFormat::Pdf, true) => &[C::Number, C::FamilyName, C::GivenName, C::Company, C::Signature],
        _ => &[
            C::Number,
            C::FamilyName,
            C::GivenName,
            C::Company,
            C::Email,
            C::Phone,
            C::Channel,
            C::State,
            C::Persons,
            C::Companions,
            C::CheckedInAt,
            C::CheckedOutAt,
            C::Minutes,
            C::Attended,
            C::Evidence,
            C::WalkIn,
            C::Registration,
        ],
    }
}

/// `None`: as a program calls it.
#[must_use]
pub const fn heading(column: Column, language: Option<ListLanguage>) -> &'static str {
    use Column as C;
    let Some(language) = language else {
        return column.as_str();
    };
    let (german, english) = match column {
        C::Number => ("Nr.", "No."),
        C::FamilyName => ("Nachname", "Family name"),
        C::GivenName => ("Vorname", "Given name"),
        C::Name => ("Name", "Name"),
        C::Company => ("Organisation", "Organisation"),
        C::Email => ("E-Mail", "E-mail"),
        C::Phone => ("Telefon", "Telephone"),
        C::Channel => ("Teilnahmeweg", "Channel"),
        C::State => ("Anmeldestatus", "Registration"),
        C::Persons => ("Personen", "Persons"),
        C::Companions => ("Begleitung", "Companions"),
        C::CheckedInAt => ("Eingelassen um", "Checked in at"),
        C::CheckedOutAt => ("Gegangen um", "Checked out at"),
        C::Minutes => ("Minuten", "Minutes"),
        C::Attended => ("Teilgenommen", "Attended"),
        C::Evidence => ("Nachweis", "Evidence"),
        C::WalkIn => ("Ohne Anmeldung", "Walk-in"),
        C::Registration => ("Anmeldenummer", "Registration id"),
        C::Date => ("Datum", "Date"),
        C::From => ("Von", "From"),
        C::To => ("Bis", "To"),
        C::Hours => ("Stunden", "Hours"),
        C::Signature => ("Unterschrift", "Signature"),
    };
    match language {
        ListLanguage::German => german,
        ListLanguage::English => english,
    }
}

/// What one column says of an attendee. `number` counts from 1.
#[must_use]
pub fn cell(column: Column, attendee: &Attendee, number: i64, frame: &Frame, language: Option<ListLanguage>) -> Cell {
    use Column as C;
    let text = |text: Option<&str>| text.map_or(Cell::Empty, |text| Cell::Text(text.to_owned()));
    let registration = attendee.registration();
    let moment = |at: Option<DateTime<Utc>>| at.map_or(Cell::Empty, |at| Cell::Moment(at.with_timezone(&frame.zone)));
    let door = || attendee.records.iter().filter_map(|record| record.onsite.as_ref());
    match column {
        C::Number => Cell::Whole(number),
        C::FamilyName => text(Some(attendee.family_name())),
        C::GivenName => text(attendee.given_name()),
        C::Name => Cell::Text(attendee.name()),
        C::Company => text(attendee.company()),
        C::Email => text(attendee.email()),
        C::Phone => text(registration.and_then(|one| one.phone.as_deref())),
        C::Channel => channel(attendee).map_or(Cell::Empty, |one| Cell::Text(channel_word(one, language).to_owned())),
        C::State => text(registration.map(|one| state_word(one.state, language))),
        C::Persons => Cell::Whole(attendee.persons()),
        C::Companions => {
            let all = registration.iter().flat_map(|one| &one.companions.0);
            let names = all.map(|one| format!("{} {}", one.given_name, one.family_name));
            let names = names.collect::<Vec<_>>().join(", ");
            text(Some(names.as_str()).filter(|names| !names.is_empty()))
        }
        C::CheckedInAt => moment(door().filter_map(|presence| presence.from).min()),
        C::CheckedOutAt => moment(door().filter_map(|presence| presence.to).max()),
        C::Minutes => attendee.minutes().map_or(Cell::Empty, Cell::Whole),
        C::Attended => Cell::Truth(attendee.attended()),
        C::Evidence => {
            let words = evidence(attendee).into_iter().map(|one| evidence_word(one, language));
            let words = words.collect::<Vec<_>>().join(", ");
            text(Some(words.as_str()).filter(|words| !words.is_empty()))
        }
        C::WalkIn => Cell::Truth(registration.is_none()),
        C::Registration => registration.map_or(Cell::Empty, |one| Cell::Text(one.id.to_string())),
        C::Date => frame.date(language),
        C::From => frame.from.map_or(Cell::Empty, Cell::Time),
        C::To => frame.to.map_or(Cell::Empty, Cell::Time),
        C::Hours => frame.minutes.map_or(Cell::Empty, Cell::Hours),
        C::Signature => Cell::Empty,
    }
}

/// Registered through this one; who was not registered came through it.
#[must_use]
pub fn channel(attendee: &Attendee) -> Option<Channel> {
    match attendee.registration() {
        Some(registration) => Some(registration.channel),
        None => attendee
            .records
            .iter()
            .find_map(|record| match (&record.onsite, &record.online) {
                (Some(_), _) => Some(Channel::Onsite),
                (None, Some(_)) => Some(Channel::Online),
                (None, None) => None,
            }),
    }
}

/// What speaks for it, each once, in the order of the words.
#[must_use]
pub fn evidence(attendee: &Attendee) -> Vec<Evidence> {
    let presences = attendee
        .records
        .iter()
        .flat_map(|record| record.onsite.iter().chain(&record.online));
    let mut all = presences
        .flat_map(|presence: &Presence| presence.evidence.clone())
        .collect::<Vec<_>>();
    all.sort_unstable();
    all.dedup();
    all
}

const fn channel_word(channel: Channel, language: Option<ListLanguage>) -> &'static str {
    match (channel, language) {
        (_, None) => channel.as_str(),
        (Channel::Onsite, Some(ListLanguage::German)) => "vor Ort",
        (Channel::Onsite, Some(ListLanguage::English)) => "on site",
        (Channel::Online, _) => "online",
        (Channel::Livestream, _) => "Livestream",
    }
}

const fn state_word(state: State, language: Option<ListLanguage>) -> &'static str {
    match language {
        Some(ListLanguage::German) => match state {
            State::Pending => "unbestätigt",
            State::Confirmed => "bestätigt",
            State::Waitlisted => "Warteliste",
            State::Offered => "Platz angeboten",
            State::Applied => "beworben",
            State::Rejected => "abgelehnt",
            State::Cancelled => "abgesagt",
            State::Expired => "verfallen",
        },
        Some(ListLanguage::English) | None => state.as_str(),
    }
}

const fn evidence_word(evidence: Evidence, language: Option<ListLanguage>) -> &'static str {
    match (evidence, language) {
        (_, None) => evidence.as_str(),
        (Evidence::CheckIn, Some(ListLanguage::German)) => "Einlass",
        (Evidence::CheckIn, Some(ListLanguage::English)) => "check-in",
        (Evidence::Signature, Some(ListLanguage::German)) => "Unterschrift",
        (Evidence::Signature, Some(ListLanguage::English)) => "signature",
        (Evidence::Manual, Some(ListLanguage::German)) => "Nachtrag",
        (Evidence::Manual, Some(ListLanguage::English)) => "entered by hand",
        (Evidence::Import, Some(ListLanguage::German)) => "Plattformbericht",
        (Evidence::Import, Some(ListLanguage::English)) => "platform report",
        (Evidence::JoinLink, Some(ListLanguage::German)) => "Zugangslink",
        (Evidence::JoinLink, Some(ListLanguage::English)) => "join link",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_the_order_asked_for_and_once() {
        assert_eq!(columns("name, number"), Ok(vec![Column::Name, Column::Number]));
        assert_eq!(columns("name,name"), Err("names `name` twice".to_owned()));
        assert!(
            columns("name,shoe_size")
                .unwrap_err()
                .contains("`shoe_size` is not one of")
        );
        assert!(columns("").is_err());
    }

    #[test]
    fn paper_at_the_door_shows_no_address() {
        for attestation in [false, true] {
            let on_paper = usual(ListFormat::Pdf, attestation);
            assert!(on_paper.contains(&Column::Signature));
            for personal in [Column::Email, Column::Phone] {
                assert!(!on_paper.contains(&personal));
            }
        }
    }

    #[test]
    fn every_heading_is_its_own() {
        for language in [None, Some(ListLanguage::German), Some(ListLanguage::English)] {
            let mut all = Column::ALL
                .iter()
                .map(|one| heading(*one, language))
                .collect::<Vec<_>>();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), Column::ALL.len());
        }
    }

    #[test]
    fn each_column_is_documented() {
        let document = include_str!("../../../openapi/openapi.json");
        let described = document
            .lines()
            .find(|line| line.contains("Names of columns in the order wanted"));
        let described = described.unwrap_or_default();
        for column in Column::ALL {
            assert!(described.contains(&format!("`{column}`")), "{column}");
        }
    }
}
