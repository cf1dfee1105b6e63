//! When a session is over: of many there is no end, of some only a day.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use super::time::begin_of_day;
use crate::seminars::model::{DatePrecision, Session};

/// A session of which only the start is known is thought to be over after this.
const LONGEST: Duration = Duration::hours(12);

/// As it was announced. The end of a day is kept as the midnight after it, and where only the first day is known it is the
/// last; `None`: a start and no end.
#[must_use]
pub fn announced_end(
    starts_on: NaiveDate,
    ends_at: Option<DateTime<Utc>>,
    precision: DatePrecision,
    time_zone: &str,
) -> Option<DateTime<Utc>> {
    match precision {
        DatePrecision::Minute => ends_at,
        DatePrecision::Day => Some(ends_at.unwrap_or_else(|| midnight_after(starts_on, time_zone))),
    }
}

/// Where it takes place.
#[must_use]
pub fn midnight_after(day: NaiveDate, time_zone: &str) -> DateTime<Utc> {
    let zone = time_zone.parse::<Tz>().unwrap_or(chrono_tz::Europe::Berlin);
    begin_of_day(day.succ_opt().unwrap_or(day), zone)
}

impl Session {
    /// [`announced_end`]
    #[must_use]
    pub fn announced_end(&self) -> Option<DateTime<Utc>> {
        announced_end(self.starts_on, self.ends_at, self.date_precision, &self.time_zone)
    }

    /// After this nobody thinks that it still goes on.
    #[must_use]
    pub fn over_at(&self) -> DateTime<Utc> {
        over_at(self.starts_at, self.announced_end())
    }
}

/// When a session that starts at one time and is announced to end at another is over for certain.
#[must_use]
pub fn over_at(starts_at: DateTime<Utc>, announced_end: Option<DateTime<Utc>>) -> DateTime<Utc> {
    announced_end.unwrap_or(starts_at + LONGEST)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn each_precision_with_and_without_an_end() {
        let day = NaiveDate::from_ymd_opt(2027, 5, 6).unwrap();
        // Summer time: midnight in Aachen is ten in the evening of the day before.
        let utc = |day, hour| Utc.with_ymd_and_hms(2027, 5, day, hour, 0, 0).unwrap();
        let zone = "Europe/Berlin";
        let (minute, whole) = (DatePrecision::Minute, DatePrecision::Day);
        assert_eq!(announced_end(day, None, minute, zone), None);
        assert_eq!(announced_end(day, Some(utc(6, 18)), minute, zone), Some(utc(6, 18)));
        assert_eq!(announced_end(day, None, whole, zone), Some(utc(6, 22)));
        // From the 6th to the 8th: over when the 8th is, not a day later.
        assert_eq!(announced_end(day, Some(utc(8, 22)), whole, zone), Some(utc(8, 22)));
    }
}
