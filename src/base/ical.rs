//! iCalendar (RFC 5545) as text: content lines, folded and escaped, and the time zones that events refer to.
//!
//! A crate for it would write DTSTAMP and a random UID into every component, time zones included, and ask a clock of
//! its own. What is needed of the format is this file.

use std::fmt::Write;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::{OffsetComponents, OffsetName, Tz};
use uuid::Uuid;

/// Octets of a line, without its end (RFC 5545, 3.1).
const LINE: usize = 75;
/// As far before an event its zone is described: a year has the last change of the clocks in it, where there is one.
const YEAR: Duration = Duration::days(370);

/// An iCalendar object that grows line by line.
pub struct Calendar(String);

impl Calendar {
    #[must_use]
    pub fn new(method: &str) -> Self {
        let mut calendar = Self(String::new());
        calendar.raw("BEGIN:VCALENDAR");
        calendar.raw("VERSION:2.0");
        calendar.raw("PRODID:-//Einlass//Einlass//DE");
        calendar.raw("CALSCALE:GREGORIAN");
        calendar.raw(&format!("METHOD:{method}"));
        calendar
    }

    /// A line as it is, but for its folding.
    pub fn raw(&mut self, line: &str) {
        let mut room = LINE;
        for c in line.chars() {
            // Octets, not characters, and never within a character.
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LINE - 1;
            }
            room -= c.len_utf8();
            self.0.push(c);
        }
        self.0.push_str("\r\n");
    }

    /// A property whose value is a text. Its name may have parameters.
    pub fn text(&mut self, name: &str, value: &str) {
        self.raw(&format!("{name}:{}", escape(value)));
    }

    /// A property whose value is a list of texts, parted by commas.
    pub fn texts<'a>(&mut self, name: &str, values: impl IntoIterator<Item = &'a str>) {
        let values = values.into_iter().map(escape).collect::<Vec<_>>();
        self.raw(&format!("{name}:{}", values.join(",")));
    }

    /// A point in time on the clocks of `zone`, which [`Calendar::zone`] describes.
    pub fn local(&mut self, name: &str, at: DateTime<Tz>) {
        let (zone, at) = (at.timezone().name(), stamp(at.naive_local()));
        self.raw(&format!("{name};TZID={zone}:{at}"));
    }

    pub fn utc(&mut self, name: &str, at: DateTime<Utc>) {
        self.raw(&format!("{name}:{}Z", stamp(at.naive_utc())));
    }

    pub fn date(&mut self, name: &str, date: NaiveDate) {
        self.raw(&format!("{name};VALUE=DATE:{}", date.format("%Y%m%d")));
    }

    /// The days of an event without times. DTEND is the day after the last, and one day needs none (RFC 5545, 3.6.1).
    pub fn days(&mut self, first: NaiveDate, last: NaiveDate) {
        self.date("DTSTART", first);
        if last > first {
            self.date("DTEND", last + Duration::days(1));
        }
    }

    /// [`Calendar::zone`] once for each zone that events from begin to end refer to.
    pub fn zones(&mut self, events: impl IntoIterator<Item = (DateTime<Tz>, DateTime<Tz>)>) {
        let mut zones = Vec::<(Tz, DateTime<Utc>, DateTime<Utc>)>::new();
        for (begin, end) in events {
            let (zone, begin, end) = (begin.timezone(), begin.to_utc(), end.to_utc());
            match zones.iter_mut().find(|known| known.0 == zone) {
                Some(known) => (known.1, known.2) = (known.1.min(begin), known.2.max(end)),
                None => zones.push((zone, begin, end)),
            }
        }
        for (zone, begin, end) in zones {
            self.zone(zone, begin, end);
        }
    }

    /// How the clocks go in `zone` around an event: every change that really is, none extrapolated by a rule.
    pub fn zone(&mut self, zone: Tz, begin: DateTime<Utc>, end: DateTime<Utc>) {
        self.raw("BEGIN:VTIMEZONE");
        self.raw(&format!("TZID:{}", zone.name()));
        for observance in observances(zone, begin.naive_utc(), end.naive_utc()) {
            self.raw(&format!("BEGIN:{}", observance.kind));
            self.raw(&format!("DTSTART:{}", stamp(observance.begins)));
            self.raw(&format!("TZOFFSETFROM:{}", offset(observance.from)));
            self.raw(&format!("TZOFFSETTO:{}", offset(observance.to)));
            self.text("TZNAME", &observance.name);
            self.raw(&format!("END:{}", observance.kind));
        }
        self.raw("END:VTIMEZONE");
    }

    #[must_use]
    pub fn finish(mut self) -> String {
        self.raw("END:VCALENDAR");
        self.0
    }
}

/// What makes all that is sent and published of one event speak of the same (RFC 7986, section 5.3): its id, at the host
/// of the public address.
#[must_use]
pub fn uid(id: Uuid, host: &str) -> String {
    format!("{id}@{host}")
}

/// The value of a parameter such as CN, quoted. There is no way to write a quotation mark or a line end in it.
#[must_use]
pub fn parameter(value: &str) -> String {
    let fit = value.chars().map(|c| match c {
        '"' => '\'',
        c if c.is_control() => ' ',
        c => c,
    });
    format!("\"{}\"", fit.collect::<String>())
}

/// The calendar address of a mail address.
#[must_use]
pub fn mailto(address: &str) -> String {
    let mut uri = "mailto:".to_owned();
    for byte in address.bytes() {
        if byte.is_ascii_alphanumeric() || b"@.-_+!$&'*=~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\\' | ',' | ';' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

fn stamp(at: NaiveDateTime) -> String {
    at.format("%Y%m%dT%H%M%S").to_string()
}

/// `+0100`; with seconds where there are some.
fn offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let whole = seconds.abs();
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60);
    if rest == 0 {
        format!("{sign}{hours:02}{minutes:02}")
    } else {
        format!("{sign}{hours:02}{minutes:02}{rest:02}")
    }
}

/// How the clocks go from one change to the next.
struct Observance {
    kind: &'static str,
    /// On the clocks as they went before.
    begins: NaiveDateTime,
    from: i32,
    to: i32,
    name: String,
}

fn observances(zone: Tz, begin: NaiveDateTime, end: NaiveDateTime) -> Vec<Observance> {
    let day = Duration::days(1);
    let (mut at, end) = (begin - YEAR, end + day);
    let mut found = Vec::new();
    while at < end {
        let next = at + day;
        if seconds(zone, at) != seconds(zone, next) {
            found.push(observance(zone, change(zone, at, next)));
        }
        at = next;
    }
    if found.is_empty() {
        // The clocks have not been changed for a year: what holds now held then.
        found.push(observance(zone, begin - YEAR));
    }
    found
}

/// The first second on the new clocks, between two moments on the old and the new ones.
fn change(zone: Tz, mut before: NaiveDateTime, mut after: NaiveDateTime) -> NaiveDateTime {
    while after - before > Duration::seconds(1) {
        let middle = before + Duration::seconds((after - before).num_seconds() / 2);
        if seconds(zone, middle) == seconds(zone, before) {
            before = middle;
        } else {
            after = middle;
        }
    }
    after
}

fn observance(zone: Tz, at: NaiveDateTime) -> Observance {
    let from = seconds(zone, at - Duration::seconds(1));
    let offset = zone.offset_from_utc_datetime(&at);
    let daylight = !offset.dst_offset().is_zero();
    Observance {
        kind: if daylight { "DAYLIGHT" } else { "STANDARD" },
        begins: at + Duration::seconds(i64::from(from)),
        from,
        to: seconds(zone, at),
        name: offset.abbreviation().unwrap_or_default().to_owned(),
    }
}

fn seconds(zone: Tz, at: NaiveDateTime) -> i32 {
    zone.offset_from_utc_datetime(&at).fix().local_minus_utc()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn described(zone: Tz, at: &str) -> String {
        let at = at.parse().unwrap();
        let mut calendar = Calendar(String::new());
        calendar.zone(zone, at, at);
        calendar.0.replace("\r\n", "\n")
    }

    #[test]
    fn lines_are_folded_by_octets_and_never_within_a_character() {
        let value = "ä, ".repeat(200);
        let mut calendar = Calendar::new("PUBLISH");
        calendar.text("SUMMARY", &value);
        let text = calendar.finish();
        assert!(text.lines().all(|line| line.len() <= LINE), "{text}");
        assert!(text.lines().any(|line| line.len() == LINE), "{text}");
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
        assert!(text.replace("\r\n ", "").contains(&"ä\\, ".repeat(200)));
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escape("a,b;c\\d\r\ne\u{7}"), "a\\,b\\;c\\\\d\\ne");
        assert_eq!(parameter("Anna \"Änni\" Müller, MdL"), "\"Anna 'Änni' Müller, MdL\"");
        assert_eq!(mailto("anna+x@müller.example"), "mailto:anna+x@m%C3%BCller.example");
    }

    #[test]
    fn a_list_is_parted_by_commas_that_are_not_escaped() {
        let mut calendar = Calendar::new("PUBLISH");
        calendar.texts("CATEGORIES", ["Workshop", "Gründen, Wachsen"]);
        assert!(
            calendar
                .finish()
                .contains("\r\nCATEGORIES:Workshop,Gründen\\, Wachsen\r\n")
        );
    }

    #[test]
    fn events_in_one_zone_share_its_description() {
        let at = |zone: Tz, text: &str| text.parse::<DateTime<Utc>>().unwrap().with_timezone(&zone);
        let berlin = |text| at(chrono_tz::Europe::Berlin, text);
        let tokyo = at(chrono_tz::Asia::Tokyo, "2027-01-01T00:00:00Z");
        let mut calendar = Calendar::new("PUBLISH");
        let (winter, autumn) = (berlin("2027-01-10T10:00:00Z"), berlin("2027-11-10T10:00:00Z"));
        calendar.zones([(autumn, autumn), (tokyo, tokyo), (winter, winter)]);
        let text = calendar.finish();
        assert_eq!(text.matches("BEGIN:VTIMEZONE").count(), 2, "{text}");
        assert_eq!(text.matches("TZID:Europe/Berlin").count(), 1, "{text}");
        // The whole of 2027 is described, as both of its events need it.
        for change in ["20261025T030000", "20270328T020000", "20271031T030000"] {
            assert!(text.contains(&format!("DTSTART:{change}")), "{change}\n{text}");
        }
    }

    proptest! {
        /// Whatever a text says: lines keep to their length, and who unfolds and reads them has the text again.
        #[test]
        fn any_text_can_be_read_again(value in "\\PC{0,300}(\n\\PC{0,100})?") {
            let mut calendar = Calendar::new("PUBLISH");
            calendar.text("DESCRIPTION", &value);
            let written = calendar.finish();
            prop_assert!(written.split("\r\n").all(|line| line.len() <= LINE));
            prop_assert!(!written.replace("\r\n", "").contains(['\r', '\n']));
            let unfolded = written.replace("\r\n ", "");
            let line = unfolded.lines().find_map(|line| line.strip_prefix("DESCRIPTION:")).unwrap();
            let (mut read, mut escaped) = (String::new(), false);
            for c in line.chars() {
                match (escaped, c) {
                    (false, '\\') => escaped = true,
                    (true, 'n') => { read.push('\n'); escaped = false; }
                    (_, c) => { read.push(c); escaped = false; }
                }
            }
            prop_assert_eq!(read, value);
        }
    }

    #[test]
    fn berlin_as_the_clocks_really_go() {
        let zone = described(chrono_tz::Europe::Berlin, "2027-05-06T16:00:00Z");
        assert!(zone.starts_with("BEGIN:VTIMEZONE\nTZID:Europe/Berlin\n"), "{zone}");
        let summer = "BEGIN:DAYLIGHT\nDTSTART:20270328T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nTZNAME:CEST\nEND:DAYLIGHT\n";
        let winter =
            "BEGIN:STANDARD\nDTSTART:20261025T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nTZNAME:CET\nEND:STANDARD\n";
        assert!(zone.contains(summer) && zone.contains(winter), "{zone}");
    }

    #[test]
    fn new_york_before_and_after_the_change() {
        let zone = described(chrono_tz::America::New_York, "2027-03-10T16:00:00Z");
        assert!(!zone.contains("DTSTART:20270314"), "{zone}");
        let winter = "DTSTART:20261101T020000\nTZOFFSETFROM:-0400\nTZOFFSETTO:-0500\nTZNAME:EST\n";
        assert!(zone.contains(winter), "{zone}");
        let zone = described(chrono_tz::America::New_York, "2027-03-15T16:00:00Z");
        assert!(
            zone.contains("DTSTART:20270314T020000\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0400\nTZNAME:EDT\n"),
            "{zone}"
        );
    }

    #[test]
    fn a_zone_whose_clocks_are_never_changed_has_one_observance() {
        let zone = described(chrono_tz::Asia::Tokyo, "2027-03-10T16:00:00Z");
        assert_eq!(zone.matches("BEGIN:STANDARD").count(), 1, "{zone}");
        assert!(
            zone.contains("TZOFFSETFROM:+0900\nTZOFFSETTO:+0900\nTZNAME:JST\n"),
            "{zone}"
        );
    }
}
