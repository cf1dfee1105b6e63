//! The programme as a calendar to subscribe to (RFC 5545, 5546, 7986): an event for each session. Nobody attends in it, and
//! no join link is in it: those are in the mails to the registered, under the same UID.

use chrono::DateTime;
use chrono_tz::Tz;

use super::addresses::Addresses;
use super::model::{Entry, Slot, Time};
use super::words;
use crate::base::ical::{Calendar, mailto, parameter, uid};
use crate::seminars::{AttendanceMode, Status};

/// How often it is worth asking again.
const REFRESH: &str = "PT1H";

/// What stands above the events.
pub struct Head<'a> {
    pub name: &'a str,
    /// Where the calendar came from, and where the next one is.
    pub source: &'a str,
}

#[must_use]
pub fn calendar(head: &Head<'_>, entries: &[Entry], addresses: &Addresses) -> String {
    let mut calendar = Calendar::new("PUBLISH");
    calendar.text("NAME", head.name);
    // The same for those that know no RFC 7986.
    calendar.text("X-WR-CALNAME", head.name);
    calendar.raw(&format!("REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"));
    calendar.raw(&format!("X-PUBLISHED-TTL:{REFRESH}"));
    calendar.raw(&format!("SOURCE;VALUE=URI:{}", head.source));
    let slots = entries.iter().flat_map(|entry| &entry.sessions);
    calendar.zones(slots.filter_map(|slot| by_the_clock(&slot.time)));
    for entry in entries {
        for slot in &entry.sessions {
            event(&mut calendar, entry, slot, addresses);
        }
    }
    calendar.finish()
}

fn by_the_clock(time: &Time) -> Option<(DateTime<Tz>, DateTime<Tz>)> {
    match time {
        Time::Clock { begin, end } => Some((*begin, end.unwrap_or(*begin))),
        Time::Days { .. } => None,
    }
}

fn event(calendar: &mut Calendar, entry: &Entry, slot: &Slot, addresses: &Addresses) {
    let english = words::english(&entry.language);
    let page = addresses.page(entry.id);
    calendar.raw("BEGIN:VEVENT");
    calendar.text("UID", &uid(slot.id.0, &addresses.host));
    // When it came to be what it is. The time of asking would make other bytes of the same calendar each time.
    calendar.utc("DTSTAMP", entry.updated_at);
    calendar.utc("LAST-MODIFIED", entry.updated_at);
    calendar.raw(&format!("SEQUENCE:{}", entry.sequence.max(0)));
    match slot.time {
        Time::Clock { begin, end } => {
            calendar.local("DTSTART", begin);
            // Without DTEND it ends as it begins (RFC 5545, 3.6.1): no duration is made up.
            if let Some(end) = end {
                calendar.local("DTEND", end);
            }
        }
        Time::Days { first, last } => calendar.days(first, last),
    }
    calendar.text("SUMMARY", &summary(entry, slot, english));
    calendar.text("DESCRIPTION", &description(entry, &page));
    if let Some(place) = place(entry, slot) {
        calendar.text("LOCATION", &place);
    }
    calendar.raw(&format!("URL:{page}"));
    let collections = entry.collections.iter().map(|one| one.name.as_str());
    calendar.texts(
        "CATEGORIES",
        [words::kind(entry.kind, english)].into_iter().chain(collections),
    );
    calendar.raw(&format!("STATUS:{}", status(entry.status)));
    if let Some(notice) = words::notice(entry) {
        calendar.text("COMMENT", &notice);
    }
    let organiser = parameter(&entry.organisation.name);
    calendar.raw(&format!("ORGANIZER;CN={organiser}:{}", mailto(&addresses.sender)));
    calendar.raw("CLASS:PUBLIC");
    // Who reads a programme is not busy for it; who is registered has an entry of their own.
    calendar.raw("TRANSP:TRANSPARENT");
    calendar.raw("END:VEVENT");
}

/// There is no word for postponed: it is tentative, and says so in its title.
const fn status(status: Status) -> &'static str {
    match status {
        Status::Cancelled => "CANCELLED",
        Status::Postponed | Status::Draft => "TENTATIVE",
        Status::Scheduled | Status::Held => "CONFIRMED",
    }
}

fn summary(entry: &Entry, slot: &Slot, english: bool) -> String {
    let title = match &slot.title {
        Some(title) if *title != entry.title => format!("{}: {title}", entry.title),
        _ => entry.title.clone(),
    };
    match words::mark(entry.status, english) {
        Some(mark) => format!("{mark} {title}"),
        None => title,
    }
}

/// Many programs show neither URL nor COMMENT, so both are said here too.
fn description(entry: &Entry, page: &str) -> String {
    let parts = [words::notice(entry), entry.description.clone(), Some(page.to_owned())];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

/// Where one goes. Of what is attended from afar alone the platform, and never a link.
fn place(entry: &Entry, slot: &Slot) -> Option<String> {
    let platform = || slot.platform.clone().unwrap_or_else(|| "online".to_owned());
    match (&slot.venue, entry.mode) {
        (Some(venue), Some(AttendanceMode::Hybrid)) => Some(format!("{} / {}", venue.line(), platform())),
        (Some(venue), Some(AttendanceMode::Onsite) | None) => Some(venue.line()),
        (_, Some(AttendanceMode::Online | AttendanceMode::Hybrid)) => Some(platform()),
        (None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::feeds::samples::{change, clock, entry, id, venue};
    use crate::seminars::{ChangeKind, SessionId};

    fn written(entries: &[Entry]) -> String {
        let head = Head {
            name: "Programm, Frühling",
            source: "https://einlass.example/api/v1/seminars.ics?q=a",
        };
        let text = calendar(&head, entries, &Addresses::sample());
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        text.replace("\r\n ", "").replace("\r\n", "\n")
    }

    #[test]
    fn a_calendar_says_what_it_is_and_how_often_to_ask() {
        let text = written(&[]);
        let head = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Einlass//Einlass//DE\nCALSCALE:GREGORIAN\nMETHOD:PUBLISH\n\
            NAME:Programm\\, Frühling\nX-WR-CALNAME:Programm\\, Frühling\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\n\
            X-PUBLISHED-TTL:PT1H\nSOURCE;VALUE=URI:https://einlass.example/api/v1/seminars.ics?q=a\nEND:VCALENDAR\n";
        assert_eq!(text, head);
    }

    #[test]
    fn a_session_is_an_event_with_everything_that_is_known() {
        let text = written(&[entry()]);
        let event = text.split("BEGIN:VEVENT\n").nth(1).unwrap();
        assert_eq!(
            event,
            "UID:00000000-0000-0000-0000-00000000000a@einlass.example\nDTSTAMP:20270105T093000Z\n\
             LAST-MODIFIED:20270105T093000Z\nSEQUENCE:2\nDTSTART;TZID=Europe/Berlin:20270506T180000\n\
             DTEND;TZID=Europe/Berlin:20270506T200000\nSUMMARY:Gründen\\, aber sicher\\; ein Abend\n\
             DESCRIPTION:Für alle\\, die gründen.\\n\\nMit Imbiss.\\n\\nhttps://portal.example/v/00000000-0000-0000-0000-000000000001?a=b\n\
             LOCATION:DIGITAL Church\\, Jülicher Straße 72a\\, 52070 Aachen\n\
             URL:https://portal.example/v/00000000-0000-0000-0000-000000000001?a=b\nCATEGORIES:Workshop,Hallo Nachbar\n\
             STATUS:CONFIRMED\nORGANIZER;CN=\"StädteRegion Aachen\":mailto:anmeldung@staedteregion.example\n\
             CLASS:PUBLIC\nTRANSP:TRANSPARENT\nEND:VEVENT\nEND:VCALENDAR\n"
        );
        assert_eq!(text.matches("BEGIN:VTIMEZONE").count(), 1, "{text}");
    }

    #[test]
    fn what_is_off_stays_and_says_so_in_words_too() {
        let off = |status, kind, language: &str| {
            written(&[Entry {
                status,
                language: language.to_owned(),
                changes: vec![change(kind, Some("Sturm."), json!({}))],
                ..entry()
            }])
        };
        let cancelled = off(Status::Cancelled, ChangeKind::Cancelled, "de");
        assert!(cancelled.contains("\nSTATUS:CANCELLED\n"), "{cancelled}");
        assert!(cancelled.contains("\nSUMMARY:[abgesagt] Gründen"), "{cancelled}");
        assert!(
            cancelled.contains("\nCOMMENT:Die Veranstaltung ist abgesagt. Sturm.\n"),
            "{cancelled}"
        );
        assert!(
            cancelled.contains("\nDTSTART;TZID=Europe/Berlin:20270506T180000\n"),
            "{cancelled}"
        );
        let postponed = off(Status::Postponed, ChangeKind::Postponed, "de");
        assert!(postponed.contains("\nSTATUS:TENTATIVE\n"), "{postponed}");
        assert!(postponed.contains("\nSUMMARY:[verschoben] Gründen"), "{postponed}");
        assert!(
            postponed.contains("\nCOMMENT:Die Veranstaltung ist verschoben\\; "),
            "{postponed}"
        );
        let english = off(Status::Postponed, ChangeKind::Postponed, "en-GB");
        assert!(english.contains("\nSUMMARY:[postponed] "), "{english}");
    }

    #[test]
    fn days_are_dates_and_need_no_zone() {
        let days = |first: &str, last: &str| {
            let mut entry = entry();
            entry.sessions[0].time = Time::Days {
                first: first.parse().unwrap(),
                last: last.parse().unwrap(),
            };
            written(&[entry])
        };
        let one = days("2027-05-06", "2027-05-06");
        assert!(one.contains("\nDTSTART;VALUE=DATE:20270506\nSUMMARY"), "{one}");
        assert!(!one.contains("VTIMEZONE"), "{one}");
        let three = days("2027-05-06", "2027-05-08");
        assert!(
            three.contains("\nDTSTART;VALUE=DATE:20270506\nDTEND;VALUE=DATE:20270509\n"),
            "{three}"
        );
    }

    #[test]
    fn each_session_is_an_event_of_its_own() {
        let mut entry = entry();
        let second = Slot {
            id: SessionId(id(11)),
            title: Some("Der Plan".to_owned()),
            time: clock("2027-05-13T16:00:00Z", None),
            ..entry.sessions[0].clone()
        };
        entry.sessions.push(second);
        let text = written(&[entry]);
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 2);
        assert_eq!(text.matches("BEGIN:VTIMEZONE").count(), 1);
        let second = text.split("BEGIN:VEVENT").nth(2).unwrap();
        assert!(
            second.contains("ein Abend: Der Plan\n") && !second.contains("DTEND"),
            "{second}"
        );
    }

    #[test]
    fn where_one_goes() {
        use AttendanceMode::{Hybrid, Online, Onsite};
        let line = "DIGITAL Church, Jülicher Straße 72a, 52070 Aachen";
        for (mode, has_venue, platform, expected) in [
            (Some(Onsite), true, Some("Zoom"), Some(line.to_owned())),
            (Some(Onsite), false, None, None),
            (None, true, None, Some(line.to_owned())),
            (Some(Online), true, Some("Zoom"), Some("Zoom".to_owned())),
            (Some(Online), false, None, Some("online".to_owned())),
            (Some(Hybrid), true, Some("Zoom"), Some(format!("{line} / Zoom"))),
            (Some(Hybrid), false, None, Some("online".to_owned())),
        ] {
            let mut entry = Entry { mode, ..entry() };
            entry.sessions[0].venue = has_venue.then(venue);
            entry.sessions[0].platform = platform.map(str::to_owned);
            assert_eq!(place(&entry, &entry.sessions[0]), expected, "{mode:?} {has_venue}");
        }
    }
}
