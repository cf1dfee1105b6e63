//! The few words that feeds add to those of the programme, in the language of the seminar.

use super::model::Entry;
use super::rules::public_text;
use crate::seminars::{Channel, Kind, Status};

/// Whether it is told in English; everything else is told in German, which the office writes.
#[must_use]
pub fn english(language: &str) -> bool {
    language == "en" || language.starts_with("en-")
}

/// What sort of offer it is.
#[must_use]
pub const fn kind(kind: Kind, english: bool) -> &'static str {
    let (german, in_english) = match kind {
        Kind::Seminar => ("Seminar", "Seminar"),
        Kind::Workshop => ("Workshop", "Workshop"),
        Kind::Talk => ("Vortrag", "Talk"),
        Kind::Course => ("Kurs", "Course"),
        Kind::InfoEvent => ("Informationsveranstaltung", "Information event"),
        Kind::Kickoff => ("Auftaktveranstaltung", "Kick-off"),
        Kind::Award => ("Preisverleihung", "Award ceremony"),
        Kind::CompanyVisit => ("Unternehmensbesuch", "Company visit"),
        Kind::ConsultationHour => ("Sprechstunde", "Consultation hour"),
        Kind::Fair => ("Messe", "Fair"),
        Kind::Networking => ("Netzwerkveranstaltung", "Networking event"),
    };
    if english { in_english } else { german }
}

/// Where it is attended from afar.
#[must_use]
pub const fn channel(channel: Channel, english: bool) -> &'static str {
    match (channel, english) {
        (Channel::Onsite, false) => "vor Ort",
        (Channel::Onsite, true) => "on site",
        (Channel::Online, _) => "online",
        (Channel::Livestream, _) => "Livestream",
    }
}

/// Before the title of what does not take place as announced: many programs show a title and no status.
#[must_use]
pub const fn mark(status: Status, english: bool) -> Option<&'static str> {
    match (status, english) {
        (Status::Postponed, false) => Some("[verschoben]"),
        (Status::Postponed, true) => Some("[postponed]"),
        (Status::Cancelled, false) => Some("[abgesagt]"),
        (Status::Cancelled, true) => Some("[cancelled]"),
        _ => None,
    }
}

/// The same as a sentence, with the words of the office.
#[must_use]
pub fn notice(entry: &Entry) -> Option<String> {
    let notice = sentence(entry.status, english(&entry.language))?;
    Some(match public_text(entry) {
        Some(words) => format!("{notice} {words}"),
        None => notice.to_owned(),
    })
}

const fn sentence(status: Status, english: bool) -> Option<&'static str> {
    match (status, english) {
        (Status::Postponed, false) => Some("Die Veranstaltung ist verschoben; der neue Termin steht noch nicht fest."),
        (Status::Postponed, true) => Some("The event is postponed; there is no new date yet."),
        (Status::Cancelled, false) => Some("Die Veranstaltung ist abgesagt."),
        (Status::Cancelled, true) => Some("The event is cancelled."),
        _ => None,
    }
}

/// What a feed is called that is not narrowed.
pub const PROGRAMME: &str = "Veranstaltungen";
