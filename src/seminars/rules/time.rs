//! Times as people write them, and the instants they mean.
//!
//! A time comes with an offset (RFC 3339) or without one; without, it is a wall-clock time in the session's zone.
//! With an offset it must be the offset that zone has at that moment, or `Z`, which claims nothing about the wall
//! clock (RFC 9557, section 3.4 calls the rest inconsistent). So `2027-03-28T02:30` in Berlin is refused with and
//! without an offset: that hour does not exist.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

/// A time that was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    Instant(DateTime<Utc>),
    /// Only the calendar day was given.
    Day(NaiveDate),
}

/// An IANA zone by name.
pub fn zone(name: &str) -> Result<Tz, String> {
    name.parse()
        .map_err(|_| format!("`{name}` is not a time zone of the IANA database, such as `Europe/Berlin`"))
}

/// Understands `text` in `zone`.
pub fn resolve(text: &str, zone: Tz) -> Result<Resolved, String> {
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return plausible(day).map(Resolved::Day);
    }
    if let Ok(given) = DateTime::parse_from_rfc3339(text) {
        plausible(given.date_naive())?;
        let there = given.with_timezone(&zone);
        let utc = text.ends_with(['Z', 'z']);
        if utc || there.offset().fix() == given.offset().fix() {
            return Ok(Resolved::Instant(given.to_utc()));
        }
        // Either the wrong offset, or a wall-clock time that the zone skips.
        wall_clock(given.naive_local(), zone)?;
        return Err(format!(
            "has the offset {}, but {zone} has {} at that moment",
            given.offset(),
            there.offset().fix()
        ));
    }
    for format in ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"] {
        if let Ok(local) = NaiveDateTime::parse_from_str(text, format) {
            plausible(local.date())?;
            return wall_clock(local, zone).map(Resolved::Instant);
        }
    }
    Err(match impossible_day(text) {
        Some(day) => format!("`{day}` is not a day of the calendar"),
        None => "must be a time such as 2027-05-06T18:00:00+02:00 or 2027-05-06T18:00, or a day such as 2027-05-06"
            .to_owned(),
    })
}

fn wall_clock(local: NaiveDateTime, zone: Tz) -> Result<DateTime<Utc>, String> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(instant) => Ok(instant.to_utc()),
        LocalResult::None => Err(format!(
            "does not exist in {zone}: the clocks go forward over {}",
            local.format("%H:%M on %Y-%m-%d")
        )),
        LocalResult::Ambiguous(one, other) => Err(format!(
            "happens twice in {zone}: add the offset, {} or {}",
            one.offset().fix(),
            other.offset().fix()
        )),
    }
}

/// Far beyond what a seminar may have, but within what a calendar knows.
fn plausible(day: NaiveDate) -> Result<NaiveDate, String> {
    use chrono::Datelike;
    if (1000..=9000).contains(&day.year()) {
        Ok(day)
    } else {
        Err("must be between the years 1000 and 9000".to_owned())
    }
}

/// `2027-02-31…` has the form of a day and is none.
fn impossible_day(text: &str) -> Option<&str> {
    let day = text.get(..10)?;
    let form = day.bytes().enumerate().all(|(at, b)| {
        if matches!(at, 4 | 7) {
            b == b'-'
        } else {
            b.is_ascii_digit()
        }
    });
    (form && NaiveDate::parse_from_str(day, "%Y-%m-%d").is_err()).then_some(day)
}

/// The first instant of a day in a zone; where midnight does not exist, the first moment after it.
#[must_use]
pub fn begin_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    (0..4)
        .filter_map(|hour| {
            zone.from_local_datetime(&(midnight + chrono::Duration::hours(hour)))
                .earliest()
        })
        .map(|instant| instant.to_utc())
        .next()
        .unwrap_or_else(|| midnight.and_utc())
}

/// The instant with the offset it has in its zone: how times leave the house.
#[must_use]
pub fn local(instant: DateTime<Utc>, zone: &str) -> DateTime<chrono::FixedOffset> {
    let zone = zone.parse::<Tz>().unwrap_or(chrono_tz::Europe::Berlin);
    let there = instant.with_timezone(&zone);
    there.with_timezone(&there.offset().fix())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BERLIN: Tz = chrono_tz::Europe::Berlin;

    fn instant(text: &str) -> Result<String, String> {
        resolve(text, BERLIN).map(|resolved| match resolved {
            Resolved::Instant(instant) => instant.to_rfc3339(),
            Resolved::Day(day) => day.to_string(),
        })
    }

    #[test]
    fn times_that_are_understood() {
        for (text, meaning) in [
            ("2027-05-06T18:00:00+02:00", "2027-05-06T16:00:00+00:00"),
            ("2027-05-06T16:00:00Z", "2027-05-06T16:00:00+00:00"),
            ("2027-05-06T18:00", "2027-05-06T16:00:00+00:00"),
            ("2027-01-06T18:00:30", "2027-01-06T17:00:30+00:00"),
            ("2027-05-06", "2027-05-06"),
            ("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00+00:00"),
            ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00+00:00"),
        ] {
            assert_eq!(instant(text).as_deref(), Ok(meaning), "{text}");
        }
    }

    #[test]
    fn times_that_are_not() {
        for (text, reason) in [
            ("2027-03-28T02:30", "does not exist"),
            ("2027-03-28T02:30:00+01:00", "does not exist"),
            ("2027-03-28T02:30:00+02:00", "does not exist"),
            ("2026-10-25T02:30", "happens twice"),
            (
                "2027-05-06T18:00:00-05:00",
                "has the offset -05:00, but Europe/Berlin has +02:00",
            ),
            ("2027-02-31", "`2027-02-31` is not a day"),
            ("2027-02-31T10:00:00+01:00", "`2027-02-31` is not a day"),
            ("2027-13-01", "is not a day"),
            ("6.5.2027", "must be a time"),
            ("", "must be a time"),
            ("0027-05-06", "between the years"),
            ("9999-05-06T18:00", "between the years"),
        ] {
            let refused = instant(text).unwrap_err();
            assert!(refused.contains(reason), "{text}: {refused}");
        }
        assert!(zone("Europe/Aachen").is_err());
    }

    #[test]
    fn days_begin_where_the_clock_says() {
        assert_eq!(
            begin_of_day(NaiveDate::from_ymd_opt(2020, 2, 13).unwrap(), BERLIN).to_rfc3339(),
            "2020-02-12T23:00:00+00:00"
        );
        // In Beirut the clocks of 28 March 2027 go forward at midnight.
        let skipped = begin_of_day(NaiveDate::from_ymd_opt(2027, 3, 28).unwrap(), chrono_tz::Asia::Beirut);
        assert_eq!(skipped.to_rfc3339(), "2027-03-27T22:00:00+00:00");
        assert_eq!(local(skipped, "Asia/Beirut").to_rfc3339(), "2027-03-28T01:00:00+03:00");
    }
}
