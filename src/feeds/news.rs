//! What is new and changed in the programme as a JSON Feed (version 1.1), for readers of news and for web pages.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::addresses::Addresses;
use super::model::{Entry, Slot, Time};
use super::rules::start;
use super::words;
use crate::base::dates::{self, Block, Precision};
use crate::seminars::{AttendanceMode, Channel, Kind, SeminarId, Status, begin_of_day};

const OFFICE: Tz = chrono_tz::Europe::Berlin;
const VERSION: &str = "https://jsonfeed.org/version/1.1";

/// A page of news, by JSON Feed 1.1.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"version": "https://jsonfeed.org/version/1.1", "title": "Veranstaltungen",
    "feed_url": "https://einlass.example/api/v1/seminars.feed.json",
    "next_url": "https://einlass.example/api/v1/seminars.feed.json?cursor=WyIyMDI3LTAxLTA0VDA4OjAwOjAwWiIsIjAxOTJmM2MxIl0",
    "items": [{"id": "https://einlass.example/api/v1/seminars/0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11",
    "url": "https://einlass.example/api/v1/seminars/0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "title": "[verschoben] Onboarding",
    "content_text": "Die Veranstaltung ist verschoben; der neue Termin steht noch nicht fest.\n\nDonnerstag, 6. Mai 2027, 18:00 bis 20:00 Uhr",
    "date_published": "2027-01-04T00:00:00+01:00", "date_modified": "2027-01-05T09:30:00Z", "language": "de",
    "tags": ["Seminar", "Hallo Nachbar"], "authors": [{"name": "StädteRegion Aachen"}],
    "_einlass": {"seminar": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "status": "postponed", "kind": "seminar",
    "attendance_mode": "onsite", "starts_at": ["2027-05-06T18:00:00+02:00"]}}],
    "_einlass": {"about": "https://einlass.example/docs/"}}))]
pub struct JsonFeed {
    #[schema(max_length = 40)]
    pub version: &'static str,
    #[schema(max_length = 300)]
    pub title: String,
    #[schema(max_length = 10000, format = "uri")]
    pub feed_url: String,
    /// The next page; not there on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 10000, format = "uri")]
    pub next_url: Option<String>,
    #[schema(max_items = 100)]
    pub items: Vec<JsonFeedItem>,
    #[serde(rename = "_einlass")]
    pub einlass: JsonFeedAbout,
}

/// Where the members below `_einlass` are described.
#[derive(Debug, Serialize, ToSchema)]
pub struct JsonFeedAbout {
    #[schema(max_length = 2000, format = "uri")]
    pub about: String,
}

/// A seminar. It keeps its id whatever is changed of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct JsonFeedItem {
    #[schema(max_length = 2000, format = "uri")]
    pub id: String,
    #[schema(max_length = 2000, format = "uri")]
    pub url: String,
    #[schema(max_length = 400)]
    pub title: String,
    /// What became of it, when and where it is, and its description.
    #[schema(max_length = 100000)]
    pub content_text: String,
    /// The day it was announced, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub date_published: Option<DateTime<FixedOffset>>,
    pub date_modified: DateTime<Utc>,
    #[schema(max_length = 35)]
    pub language: String,
    /// What sort of offer it is, and the collections it belongs to.
    #[schema(max_items = 21)]
    pub tags: Vec<String>,
    #[schema(max_items = 1)]
    pub authors: Vec<JsonFeedAuthor>,
    #[serde(rename = "_einlass")]
    pub einlass: JsonFeedSeminar,
}

/// Whose seminar it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct JsonFeedAuthor {
    #[schema(max_length = 300)]
    pub name: String,
}

/// What a seminar is, for programs.
#[derive(Debug, Serialize, ToSchema)]
pub struct JsonFeedSeminar {
    pub seminar: SeminarId,
    pub status: Status,
    pub kind: Kind,
    pub attendance_mode: Option<AttendanceMode>,
    /// Of each session, with its offset, or as a day where only that is known.
    #[schema(max_items = 100)]
    pub starts_at: Vec<String>,
}

#[must_use]
pub fn feed(
    title: &str,
    feed_url: String,
    next_url: Option<String>,
    entries: &[Entry],
    addresses: &Addresses,
) -> JsonFeed {
    JsonFeed {
        version: VERSION,
        title: title.to_owned(),
        feed_url,
        next_url,
        items: entries.iter().map(|entry| item(entry, addresses)).collect(),
        einlass: JsonFeedAbout {
            about: addresses.below("/docs/"),
        },
    }
}

fn item(entry: &Entry, addresses: &Addresses) -> JsonFeedItem {
    let english = words::english(&entry.language);
    let title = match words::mark(entry.status, english) {
        Some(mark) => format!("{mark} {}", entry.title),
        None => entry.title.clone(),
    };
    let collections = entry.collections.iter().map(|one| one.name.clone());
    JsonFeedItem {
        id: addresses.seminar(entry.id),
        url: addresses.page(entry.id),
        title,
        content_text: content(entry, english),
        date_published: entry.published_on.map(midnight),
        date_modified: entry.updated_at,
        language: entry.language.clone(),
        tags: [words::kind(entry.kind, english).to_owned()]
            .into_iter()
            .chain(collections)
            .collect(),
        authors: vec![JsonFeedAuthor {
            name: entry.organisation.name.clone(),
        }],
        einlass: JsonFeedSeminar {
            seminar: entry.id,
            status: entry.status,
            kind: entry.kind,
            attendance_mode: entry.mode,
            starts_at: entry.sessions.iter().map(|slot| start(&slot.time)).collect(),
        },
    }
}

/// Only the day is kept, and a feed has moments.
fn midnight(day: NaiveDate) -> DateTime<FixedOffset> {
    begin_of_day(day, OFFICE).with_timezone(&OFFICE).fixed_offset()
}

fn content(entry: &Entry, english: bool) -> String {
    let notice = words::notice(entry);
    let lines = entry.sessions.iter().map(|slot| line(slot, entry, english));
    let times = Some(lines.collect::<Vec<_>>().join("\n")).filter(|times| !times.is_empty());
    let parts = [notice, times, entry.description.clone()];
    let content = parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n");
    // An item has to have one.
    if content.is_empty() {
        entry.title.clone()
    } else {
        content
    }
}

/// „Donnerstag, 6. Mai 2027, 18:00 bis 20:00 Uhr, DIGITAL Church, … / online“.
fn line(slot: &Slot, entry: &Entry, english: bool) -> String {
    let when = dates::when(&block(&slot.time), english).unwrap_or_default();
    let venue = slot
        .venue
        .as_ref()
        .filter(|_| entry.mode != Some(AttendanceMode::Online));
    let afar = entry.seats.iter().map(|offer| offer.channel);
    let afar = afar.filter(|channel| *channel != Channel::Onsite);
    let places = venue
        .map(|venue| venue.line())
        .into_iter()
        .chain(afar.map(|one| words::channel(one, english).to_owned()));
    let places = places.collect::<Vec<_>>().join(" / ");
    let parts = [
        Some(when),
        slot.title.clone(),
        Some(places).filter(|places| !places.is_empty()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn block(time: &Time) -> Block {
    match time {
        Time::Clock { begin, end } => Block {
            starts_at: begin.fixed_offset(),
            ends_at: end.map(|end| end.fixed_offset()),
            date_precision: Precision::Minute,
            time_zone: begin.timezone().name().to_owned(),
        },
        Time::Days { first, last } => Block {
            starts_at: midnight(*first),
            ends_at: last.succ_opt().map(midnight),
            date_precision: Precision::Day,
            time_zone: OFFICE.name().to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::feeds::samples::{change, entry};
    use crate::seminars::ChangeKind;

    fn told(entry: &Entry) -> serde_json::Value {
        serde_json::to_value(item(entry, &Addresses::sample())).unwrap()
    }

    #[test]
    fn an_item_is_a_seminar_with_when_and_where() {
        let seminar = "00000000-0000-0000-0000-000000000001";
        let expected = json!({
            "id": format!("https://einlass.example/api/v1/seminars/{seminar}"),
            "url": format!("https://portal.example/v/{seminar}?a=b"),
            "title": "Gründen, aber sicher; ein Abend",
            "content_text": "Donnerstag, 6. Mai 2027, 18:00 bis 20:00 Uhr, DIGITAL Church, Jülicher Straße 72a, 52070 Aachen\n\n\
                Für alle, die gründen.\n\nMit Imbiss.",
            "date_published": "2027-01-04T00:00:00+01:00",
            "date_modified": "2027-01-05T09:30:00.123456Z",
            "language": "de",
            "tags": ["Workshop", "Hallo Nachbar"],
            "authors": [{"name": "StädteRegion Aachen"}],
            "_einlass": {"seminar": seminar, "status": "scheduled", "kind": "workshop", "attendance_mode": "onsite",
                "starts_at": ["2027-05-06T18:00:00+02:00"]},
        });
        assert_eq!(told(&entry()), expected);
    }

    #[test]
    fn what_is_off_says_so_before_everything_else() {
        let cancelled = Entry {
            status: Status::Cancelled,
            changes: vec![change(ChangeKind::Cancelled, Some("Sturm."), json!({}))],
            ..entry()
        };
        let told = told(&cancelled);
        assert_eq!(told["title"], "[abgesagt] Gründen, aber sicher; ein Abend");
        let content = told["content_text"].as_str().unwrap();
        assert!(
            content.starts_with("Die Veranstaltung ist abgesagt. Sturm.\n\nDonnerstag"),
            "{content}"
        );
        assert_eq!(told["_einlass"]["status"], "cancelled");
    }

    #[test]
    fn days_read_as_days_and_nothing_known_is_the_title() {
        let mut days = entry();
        days.sessions[0].time = Time::Days {
            first: "2027-05-06".parse().unwrap(),
            last: "2027-05-08".parse().unwrap(),
        };
        let content = told(&days)["content_text"].as_str().unwrap().to_owned();
        let expected = "Donnerstag, 6. Mai 2027 bis Samstag, 8. Mai 2027, DIGITAL Church";
        assert!(content.starts_with(expected), "{content}");
        assert_eq!(told(&days)["_einlass"]["starts_at"], json!(["2027-05-06"]));
        let bare = Entry {
            sessions: Vec::new(),
            description: None,
            published_on: None,
            ..entry()
        };
        assert_eq!(told(&bare)["content_text"], bare.title);
        assert_eq!(told(&bare).get("date_published"), None);
    }
}
