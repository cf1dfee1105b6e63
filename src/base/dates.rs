//! Days and times in words, as they are read where a session takes place.

use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// A block of time as templates are told it.
#[derive(Clone, Debug, Deserialize)]
pub struct Block {
    pub starts_at: DateTime<FixedOffset>,
    pub ends_at: Option<DateTime<FixedOffset>>,
    pub date_precision: Precision,
    pub time_zone: String,
}

/// Whether the time of the day is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    Minute,
    Day,
}

const OFFICE: Tz = chrono_tz::Europe::Berlin;

const WEEKDAYS: [(&str, &str); 7] = [
    ("Montag", "Monday"),
    ("Dienstag", "Tuesday"),
    ("Mittwoch", "Wednesday"),
    ("Donnerstag", "Thursday"),
    ("Freitag", "Friday"),
    ("Samstag", "Saturday"),
    ("Sonntag", "Sunday"),
];
const MONTHS: [(&str, &str); 12] = [
    ("Januar", "January"),
    ("Februar", "February"),
    ("März", "March"),
    ("April", "April"),
    ("Mai", "May"),
    ("Juni", "June"),
    ("Juli", "July"),
    ("August", "August"),
    ("September", "September"),
    ("Oktober", "October"),
    ("November", "November"),
    ("Dezember", "December"),
];

/// „Donnerstag, 6. Mai 2027“ or "Thursday, 6 May 2027".
#[must_use]
pub fn day(date: NaiveDate, english: bool) -> String {
    let word = |words: &[(&'static str, &'static str)], index: u32| {
        let index = usize::try_from(index).unwrap_or_default();
        words
            .get(index)
            .map_or("", |(german, in_english)| if english { in_english } else { german })
    };
    let weekday = word(&WEEKDAYS, date.weekday().num_days_from_monday());
    let month = word(&MONTHS, date.month0());
    let point = if english { "" } else { "." };
    format!("{weekday}, {}{point} {month} {}", date.day(), date.year())
}

/// „18:00 Uhr“ or "18:00".
#[must_use]
pub fn time(at: DateTime<Tz>, english: bool) -> String {
    format!("{}{}", at.format("%H:%M"), if english { "" } else { " Uhr" })
}

/// Day and time; „Donnerstag, 6. Mai 2027, 18:00 Uhr“.
#[must_use]
pub fn moment(at: DateTime<Tz>, english: bool) -> String {
    format!("{}, {}", day(at.date_naive(), english), time(at, english))
}

/// The instant on the clocks of a zone; without one, on those of the office.
pub fn local(at: DateTime<FixedOffset>, zone: Option<&str>) -> Result<DateTime<Tz>, String> {
    let zone = match zone {
        Some(name) => name
            .parse::<Tz>()
            .map_err(|_| format!("`{name}` is not a known time zone"))?,
        None => OFFICE,
    };
    Ok(at.with_timezone(&zone))
}

/// The last day of a block of which only days are known. Its end is the midnight after it, which is the day after by the
/// calendar and not one to come.
#[must_use]
pub fn last_day(begin: DateTime<Tz>, end: Option<DateTime<Tz>>) -> NaiveDate {
    let first = begin.date_naive();
    end.map_or(first, |end| (end - Duration::seconds(1)).date_naive().max(first))
}

/// From when to when a session lasts, in one line.
pub fn when(session: &Block, english: bool) -> Result<String, String> {
    let begin = local(session.starts_at, Some(&session.time_zone))?;
    let end = session.ends_at.map(|at| at.with_timezone(&begin.timezone()));
    let to = if english { "to" } else { "bis" };
    let span = match (session.date_precision, end) {
        (Precision::Day, end) if last_day(begin, end) > begin.date_naive() => format!(
            "{} {to} {}",
            day(begin.date_naive(), english),
            day(last_day(begin, end), english)
        ),
        (Precision::Day, _) => day(begin.date_naive(), english),
        (Precision::Minute, None) => moment(begin, english),
        (Precision::Minute, Some(end)) if end.date_naive() == begin.date_naive() => format!(
            "{}, {} {to} {}",
            day(begin.date_naive(), english),
            begin.format("%H:%M"),
            time(end, english)
        ),
        (Precision::Minute, Some(end)) => format!("{} {to} {}", moment(begin, english), moment(end, english)),
    };
    // A clock that is not the reader's has to be named.
    let elsewhere = session.date_precision == Precision::Minute && begin.timezone() != OFFICE;
    Ok(match (elsewhere, english) {
        (false, _) => span,
        (true, false) => format!("{span} (Ortszeit {})", session.time_zone),
        (true, true) => format!("{span} (local time {})", session.time_zone),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(begin: &str, end: Option<&str>, precision: Precision, zone: &str) -> Block {
        Block {
            starts_at: begin.parse().unwrap(),
            ends_at: end.map(|end| end.parse().unwrap()),
            date_precision: precision,
            time_zone: zone.to_owned(),
        }
    }

    #[test]
    fn sessions_read_as_an_office_would_write_them() {
        let berlin = "Europe/Berlin";
        let begin = "2027-05-06T16:00:00Z";
        for (end, precision, german, english) in [
            (
                Some("2027-05-06T18:00:00Z"),
                Precision::Minute,
                "Donnerstag, 6. Mai 2027, 18:00 bis 20:00 Uhr",
                "Thursday, 6 May 2027, 18:00 to 20:00",
            ),
            (
                None,
                Precision::Minute,
                "Donnerstag, 6. Mai 2027, 18:00 Uhr",
                "Thursday, 6 May 2027, 18:00",
            ),
            (
                Some("2027-05-07T08:00:00Z"),
                Precision::Minute,
                "Donnerstag, 6. Mai 2027, 18:00 Uhr bis Freitag, 7. Mai 2027, 10:00 Uhr",
                "Thursday, 6 May 2027, 18:00 to Friday, 7 May 2027, 10:00",
            ),
            (None, Precision::Day, "Donnerstag, 6. Mai 2027", "Thursday, 6 May 2027"),
            // Midnight in Berlin after the last day.
            (
                Some("2027-05-06T22:00:00Z"),
                Precision::Day,
                "Donnerstag, 6. Mai 2027",
                "Thursday, 6 May 2027",
            ),
            (
                Some("2027-05-08T22:00:00Z"),
                Precision::Day,
                "Donnerstag, 6. Mai 2027 bis Samstag, 8. Mai 2027",
                "Thursday, 6 May 2027 to Saturday, 8 May 2027",
            ),
        ] {
            let session = session(begin, end, precision, berlin);
            assert_eq!(when(&session, false).unwrap(), german);
            assert_eq!(when(&session, true).unwrap(), english);
        }
    }

    #[test]
    fn a_session_elsewhere_is_told_in_its_own_time_and_says_so() {
        let there = session("2027-05-06T16:00:00Z", None, Precision::Minute, "America/New_York");
        assert_eq!(
            when(&there, false).unwrap(),
            "Donnerstag, 6. Mai 2027, 12:00 Uhr (Ortszeit America/New_York)"
        );
        let nowhere = session("2027-05-06T16:00:00Z", None, Precision::Minute, "Europe/Aachen");
        assert!(when(&nowhere, false).is_err());
    }
}
