//! How much of a programme a calendar tells.

use chrono::{DateTime, Days, NaiveDate, Utc};

/// Events of a calendar. What subscribes asks every hour, and a telephone keeps them all.
pub const MOST_EVENTS: usize = 2000;

/// Days that have gone by and are still told where nobody asks for a first one: a cancelled seminar is kept for a month after
/// it would have ended, and a calendar that was offline for a season finds what it missed.
const PAST: Days = Days::new(90);

/// The first day where none is asked for.
#[must_use]
pub fn default_from(now: DateTime<Utc>) -> NaiveDate {
    let today = now.with_timezone(&chrono_tz::Europe::Berlin).date_naive();
    today.checked_sub_days(PAST).unwrap_or(today)
}

/// How many seminars there is room for, and from which day on one can ask for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    pub seminars: usize,
    /// `None`: that was all, or nothing that can be asked for leads on.
    pub next_from: Option<NaiveDate>,
}

/// Seminars by their first day, each with its number of events; whole ones, so that none is told by half. `from`: the first
/// day asked for.
#[must_use]
pub fn kept(seminars: &[(NaiveDate, usize)], from: Option<NaiveDate>, most: usize) -> Kept {
    let mut events = 0;
    for (place, (day, more)) in seminars.iter().enumerate() {
        events += more;
        if events > most {
            // Whoever goes on sees the rest of that day twice and nothing never. A day with more than there is room for
            // has no day after it that would tell the rest.
            let next_from = Some(*day).filter(|day| from.is_none_or(|from| *day > from));
            return Kept {
                seminars: place,
                next_from,
            };
        }
    }
    Kept {
        seminars: seminars.len(),
        next_from: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2027, 5, n).unwrap()
    }

    #[test]
    fn the_window_opens_ninety_days_back_in_berlin() {
        let from = |now: &str| default_from(now.parse().unwrap()).to_string();
        assert_eq!(from("2027-05-06T10:00:00Z"), "2027-02-05");
        assert_eq!(from("2027-05-06T21:59:59Z"), "2027-02-05");
        assert_eq!(from("2027-05-06T22:00:00Z"), "2027-02-06");
    }

    #[test]
    fn what_there_is_no_room_for_is_asked_for_from_its_day_on() {
        let three = [(day(1), 1), (day(2), 2), (day(3), 1)];
        let kept = |most, from| kept(&three, from, most);
        let all = Kept {
            seminars: 3,
            next_from: None,
        };
        assert_eq!(kept(4, Some(day(1))), all);
        let two = Kept {
            seminars: 2,
            next_from: Some(day(3)),
        };
        assert_eq!(kept(3, Some(day(1))), two);
        // The second has two events and is not told by half.
        assert_eq!(
            kept(2, None),
            Kept {
                seminars: 1,
                next_from: Some(day(2))
            }
        );
        assert_eq!(
            kept(0, Some(day(1))),
            Kept {
                seminars: 0,
                next_from: None
            }
        );
    }
}
