//! Times as reports write them, before anybody knows which zone and which order of day and month they follow.

use chrono::{FixedOffset, NaiveDate, NaiveTime};

use super::model::DateOrder;

/// A written time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    pub date: Option<Day>,
    pub time: NaiveTime,
    /// Where the text itself names it.
    pub zone: Option<FixedOffset>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    Certain(NaiveDate),
    /// Two numbers and a year. `dotted` is how no month-first language writes.
    Either {
        day_first: Option<NaiveDate>,
        month_first: Option<NaiveDate>,
        dotted: bool,
    },
}

impl Day {
    pub const fn read(self, order: DateOrder) -> Option<NaiveDate> {
        match (self, order) {
            (Self::Certain(date), _) => Some(date),
            (Self::Either { day_first, .. }, DateOrder::DayFirst) => day_first,
            (Self::Either { month_first, .. }, DateOrder::MonthFirst) => month_first,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// Value and digits.
    Number(u32, usize),
    Word(String),
    Sign(char),
}

const LONGEST: usize = 80;

/// `None` where the text is no time.
pub fn written(text: &str) -> Option<Written> {
    if text.len() > LONGEST {
        return None;
    }
    let tokens = tokens(text)?;
    let (clock, from, to) = clock(&tokens)?;
    let (before, after) = (tokens.get(..from)?, tokens.get(to..)?);
    // The zone stands after the time, the date nearly always before it.
    let (zone, after) = zone(after)?;
    let date = match (has_numbers(before), has_numbers(after)) {
        (true, false) if only_fillers(after) => Some(day(before)?),
        (false, true) if only_fillers(before) => Some(day(after)?),
        (false, false) if only_fillers(before) && only_fillers(after) => None,
        _ => return None,
    };
    Some(Written {
        date,
        time: clock,
        zone,
    })
}

/// A date alone, as in the head of a report.
pub fn date(text: &str) -> Option<Day> {
    if text.len() > LONGEST {
        return None;
    }
    day(&tokens(text)?)
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let length = |kind: fn(char) -> bool| rest.find(|c: char| !kind(c)).unwrap_or(rest.len());
        let (token, taken) = if first.is_ascii_digit() {
            let end = length(|c| c.is_ascii_digit());
            let digits = rest.get(..end)?;
            // Fractions of a second have up to nine.
            (Token::Number(digits.parse().ok()?, end), end)
        } else if first.is_alphabetic() {
            let end = length(char::is_alphabetic);
            (Token::Word(rest.get(..end)?.to_lowercase()), end)
        } else {
            (Token::Sign(first), first.len_utf8())
        };
        if !matches!(token, Token::Sign(sign) if sign.is_whitespace()) {
            found.push(token);
        }
        rest = rest.get(taken..)?;
    }
    Some(found)
}

/// The time, and the tokens it takes.
fn clock(tokens: &[Token]) -> Option<(NaiveTime, usize, usize)> {
    let number = |at: usize| match tokens.get(at) {
        Some(Token::Number(value, _)) => Some(*value),
        _ => None,
    };
    let sign = |at: usize, sign: char| tokens.get(at) == Some(&Token::Sign(sign));
    let from = (0..tokens.len()).find(|at| number(*at).is_some() && sign(at + 1, ':') && number(at + 2).is_some())?;
    let (mut hour, minute) = (number(from)?, number(from + 2)?);
    let mut to = from + 3;
    let mut second = 0;
    if sign(to, ':') {
        second = number(to + 1)?;
        to += 2;
        if (sign(to, '.') || sign(to, ',')) && number(to + 1).is_some() {
            to += 2;
        }
    }
    if let Some((afternoon, taken)) = half(tokens.get(to..).unwrap_or_default()) {
        if hour == 12 && !afternoon {
            hour = 0;
        } else if hour < 12 && afternoon {
            hour += 12;
        }
        to += taken;
    }
    // A leap second is the last one of its minute.
    let time = NaiveTime::from_hms_opt(hour, minute, second.min(59))?;
    (second <= 60).then_some((time, from, to))
}

/// AM or PM in several spellings, and how many tokens that is.
fn half(tokens: &[Token]) -> Option<(bool, usize)> {
    let Some(Token::Word(word)) = tokens.first() else {
        return None;
    };
    let dotted = |letter: &str| {
        word == letter
            && tokens.get(1) == Some(&Token::Sign('.'))
            && tokens.get(2) == Some(&Token::Word("m".to_owned()))
    };
    let end = if tokens.get(3) == Some(&Token::Sign('.')) { 4 } else { 3 };
    match word.as_str() {
        "am" | "vorm" => Some((false, 1)),
        "pm" | "nachm" => Some((true, 1)),
        _ if dotted("a") => Some((false, end)),
        _ if dotted("p") => Some((true, end)),
        _ => None,
    }
}

/// A zone and what stands behind it. `None` where it is a zone that is not known: better no time than a wrong one.
fn zone(tokens: &[Token]) -> Option<(Option<FixedOffset>, &[Token])> {
    let mut rest = tokens;
    while let Some((Token::Sign('(' | ',' | '.' | ')'), tail)) = rest.split_first() {
        rest = tail;
    }
    let mut hours = None;
    if let Some((Token::Word(word), tail)) = rest.split_first() {
        hours = match word.as_str() {
            "z" | "utc" | "gmt" | "wet" => Some(0),
            "cet" | "mez" | "bst" | "west" => Some(1),
            "cest" | "mesz" => Some(2),
            _ => None,
        };
        if hours.is_some() {
            rest = tail;
        }
    }
    let negative = match rest.first() {
        Some(Token::Sign('+')) => Some(false),
        Some(Token::Sign('-' | '−')) => Some(true),
        _ => None,
    };
    // A sign after the time is an offset only where numbers of its shape follow: `+01:00`, `+0100`, `+1`.
    if let Some(negative) = negative {
        let (seconds, taken) = match (rest.get(1), rest.get(2), rest.get(3)) {
            (Some(Token::Number(h, _)), Some(Token::Sign(':')), Some(Token::Number(m, 2))) => (offset(*h, *m)?, 4),
            (Some(Token::Number(value, 4)), ..) => (offset(value / 100, value % 100)?, 2),
            (Some(Token::Number(h, _)), ..) => (offset(*h, 0)?, 2),
            _ => return None,
        };
        let seconds = if negative { -seconds } else { seconds };
        return Some((Some(FixedOffset::east_opt(seconds)?), rest.get(taken..)?));
    }
    let zone = match hours {
        Some(hours) => Some(FixedOffset::east_opt(hours * 3600)?),
        None => None,
    };
    Some((zone, rest))
}

fn offset(hours: u32, minutes: u32) -> Option<i32> {
    let fits = hours <= 14 && minutes < 60;
    i32::try_from(hours * 3600 + minutes * 60).ok().filter(|_| fits)
}

fn has_numbers(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| matches!(token, Token::Number(..)))
}

/// Words and signs that say nothing.
fn only_fillers(tokens: &[Token]) -> bool {
    tokens.iter().all(|token| match token {
        Token::Word(word) => is_filler(word),
        Token::Sign(sign) => matches!(sign, ',' | '.' | '(' | ')' | '-'),
        Token::Number(..) => false,
    })
}

fn is_filler(word: &str) -> bool {
    const WEEKDAYS: [&str; 14] = [
        "mon", "tue", "wed", "thu", "fri", "sat", "sun", "die", "mit", "don", "fre", "sam", "son", "mo",
    ];
    let fillers = [
        "um", "at", "uhr", "t", "di", "mi", "do", "fr", "sa", "so", "st", "nd", "rd", "th",
    ];
    let weekday =
        WEEKDAYS.iter().any(|day| word.starts_with(day)) && (word.len() <= 3 || word.ends_with(['y', 'g', 'h']));
    fillers.contains(&word) || weekday
}

fn month(word: &str) -> Option<u32> {
    const MONTHS: [&[&str]; 12] = [
        &["jan", "jän"],
        &["feb", "fév", "fev"],
        &["mar", "mär", "mrz", "mrt", "maa"],
        &["apr", "avr"],
        &["may", "mai", "mei"],
        &["jun", "juin"],
        &["jul", "juil"],
        &["aug", "aoû"],
        &["sep"],
        &["oct", "okt"],
        &["nov"],
        &["dec", "dez", "déc"],
    ];
    let at = MONTHS
        .iter()
        .position(|names| names.iter().any(|name| word.starts_with(name)))?;
    u32::try_from(at + 1).ok()
}

fn day(tokens: &[Token]) -> Option<Day> {
    let mut numbers = Vec::with_capacity(3);
    let mut named = None;
    let mut dotted = false;
    for token in tokens {
        match token {
            Token::Number(value, digits) => numbers.push((*value, *digits)),
            Token::Word(word) => match month(word) {
                Some(month) if named.is_none() => named = Some(month),
                _ if is_filler(word) => {}
                _ => return None,
            },
            Token::Sign('.') => dotted = true,
            Token::Sign('/' | '-' | ',') => {}
            Token::Sign(_) => return None,
        }
    }
    match (named, numbers.as_slice()) {
        (Some(month), [(year, 4), (day, _)] | [(day, _), (year, _)]) => {
            Some(Day::Certain(NaiveDate::from_ymd_opt(full(*year)?, month, *day)?))
        }
        (None, [(year, 4), (month, _), (day, _)]) => {
            Some(Day::Certain(NaiveDate::from_ymd_opt(full(*year)?, *month, *day)?))
        }
        (None, [(one, 1..=2), (two, 1..=2), (year, 2 | 4)]) => {
            let year = full(*year)?;
            let day_first = NaiveDate::from_ymd_opt(year, *two, *one);
            let month_first = NaiveDate::from_ymd_opt(year, *one, *two);
            (day_first.is_some() || month_first.is_some()).then_some(Day::Either {
                day_first,
                month_first,
                dotted,
            })
        }
        _ => None,
    }
}

/// Years of this century in two digits.
fn full(year: u32) -> Option<i32> {
    let year = if year < 100 { year + 2000 } else { year };
    i32::try_from(year).ok().filter(|year| (1990..=2200).contains(year))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(text: &str, order: DateOrder) -> Option<String> {
        let written = written(text)?;
        let zone = written.zone.map(|zone| format!(" {zone}")).unwrap_or_default();
        Some(format!("{}{zone}", written.date?.read(order)?.and_time(written.time)))
    }

    #[test]
    fn as_platforms_write_them() {
        use DateOrder::{DayFirst, MonthFirst};
        for (text, order, expected) in [
            ("11/19/2021 09:54:15 AM", MonthFirst, "2021-11-19 09:54:15"),
            ("3/4/26, 9:50:00 PM", MonthFirst, "2026-03-04 21:50:00"),
            ("3/4/26, 12:05:00 AM", MonthFirst, "2026-03-04 00:05:00"),
            ("04/03/2026, 09:50:00", DayFirst, "2026-03-04 09:50:00"),
            ("04.03.26, 09:50:00", DayFirst, "2026-03-04 09:50:00"),
            ("4.3.2026 9:50", DayFirst, "2026-03-04 09:50:00"),
            ("04-03-2026 9:50", DayFirst, "2026-03-04 09:50:00"),
            ("Mar 22, 2025 19:13:27", DayFirst, "2025-03-22 19:13:27"),
            ("Mar 4, 2026 9:50 AM", DayFirst, "2026-03-04 09:50:00"),
            ("4. März 2026 um 09:50:00", DayFirst, "2026-03-04 09:50:00"),
            ("Mittwoch, 4. März 2026, 9:50 Uhr", DayFirst, "2026-03-04 09:50:00"),
            ("2021-06-14 17:00:00", DayFirst, "2021-06-14 17:00:00"),
            ("2026-03-04T09:00:05.123Z", DayFirst, "2026-03-04 09:00:05 +00:00"),
            ("2026-03-04T09:00:05+01:00", DayFirst, "2026-03-04 09:00:05 +01:00"),
            ("Mar 4, 2026 9:50 AM CET", DayFirst, "2026-03-04 09:50:00 +01:00"),
            ("3/4/2026 9:50 a.m.", MonthFirst, "2026-03-04 09:50:00"),
            ("3/4/2026, 9:50:00 AM (GMT+2)", MonthFirst, "2026-03-04 09:50:00 +02:00"),
        ] {
            assert_eq!(read(text, order).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(written("09:50").unwrap().date, None);
        assert_eq!(
            written("9:50 PM").unwrap().time,
            NaiveTime::from_hms_opt(21, 50, 0).unwrap()
        );
        for text in [
            "",
            "--",
            "09",
            "25:00",
            "09:61",
            "32/13/2026 09:00",
            "3/4 09:00",
            "3/4/2026",
            "gestern 09:00",
        ] {
            assert_eq!(written(text), None, "{text}");
        }
        assert_eq!(
            written("3/4/2026 9:50 EST"),
            None,
            "a zone that is not known is not ours"
        );
    }
}
