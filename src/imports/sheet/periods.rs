//! Spans as offices write them: „März 2020“, „KW 12“, „1. Halbjahr 2020“, „Frühjahr 2020“.

use chrono::{Days, Months, NaiveDate, Weekday};

use super::dates::Year;
use super::model::Span;

const MONTHS: [&str; 12] = [
    "januar jan jänner",
    "februar feb",
    "märz mrz mär maerz",
    "april apr",
    "mai",
    "juni jun",
    "juli jul",
    "august aug",
    "september sep sept",
    "oktober okt",
    "november nov",
    "dezember dez",
];

/// The number of a month by its name.
pub fn month(word: &str) -> Option<u32> {
    let at = MONTHS
        .iter()
        .position(|names| names.split(' ').any(|name| name == word))?;
    u32::try_from(at + 1).ok()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Week(u32),
    /// The first month and how many.
    Months(u32, u32),
}

/// A span of a year that may be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    part: Part,
    pub year: Year,
    /// Said so that nobody knows where it begins and ends.
    pub vague: bool,
}

impl Period {
    pub fn in_year(&self, year: i32) -> Option<Span> {
        match self.part {
            Part::Week(week) => {
                let from = NaiveDate::from_isoywd_opt(year, week, Weekday::Mon)?;
                Some(Span {
                    from,
                    to: from.checked_add_days(Days::new(6))?,
                })
            }
            Part::Months(first, count) => {
                let from = NaiveDate::from_ymd_opt(year, first, 1)?;
                let to = from.checked_add_months(Months::new(count))?.pred_opt()?;
                Some(Span { from, to })
            }
        }
    }
}

/// Reads the lower-case text as a span.
pub fn read(text: &str) -> Option<Period> {
    let parted = text.replace(['/', '.', ','], " ");
    let mut words = parted.split_whitespace().collect::<Vec<_>>();
    // „KW12“
    if let Some(week) = words
        .first()
        .and_then(|word| word.strip_prefix("kw"))
        .filter(|week| !week.is_empty())
    {
        words.splice(0..1, ["kw", week]);
    }
    let year = year(&mut words);
    let (part, vague) = match words.as_slice() {
        [] if year != Year::Missing => (Part::Months(1, 12), false),
        ["kw" | "kalenderwoche", week] | [week, "kw" | "kalenderwoche"] => (
            Part::Week(week.parse().ok().filter(|week| (1..=53).contains(week))?),
            false,
        ),
        ["1", "halbjahr"] | ["h1"] | ["erstes", "halbjahr"] => (Part::Months(1, 6), false),
        ["2", "halbjahr"] | ["h2"] | ["zweites", "halbjahr"] => (Part::Months(7, 6), false),
        [quarter, "quartal"] => (Part::Months(quarter_begin(quarter)?, 3), false),
        [quarter] if quarter.starts_with('q') => (Part::Months(quarter_begin(quarter.get(1..)?)?, 3), false),
        ["frühjahr" | "frühling"] => (Part::Months(3, 3), true),
        ["sommer"] => (Part::Months(6, 3), true),
        ["herbst"] => (Part::Months(9, 3), true),
        ["anfang" | "mitte" | "ende", name] => (Part::Months(month(name)?, 1), true),
        [name] | ["im", name] => (Part::Months(month(name)?, 1), false),
        _ => return None,
    };
    Some(Period { part, year, vague })
}

/// Takes the year from the end.
fn year(words: &mut Vec<&str>) -> Year {
    let Some(last) = words.last() else { return Year::Missing };
    let number = last.trim_start_matches(['\'', '’']).parse::<i32>();
    match (number, last.len()) {
        (Ok(number), 4) if (1900..=2200).contains(&number) => {
            words.pop();
            Year::Full(number)
        }
        // „KW 12“ and „1. Quartal“ end in a number that is no year.
        (Ok(number), _)
            if words.len() > 1
                && last.trim_start_matches(['\'', '’']).len() == 2
                && !matches!(words.as_slice(), ["kw" | "kalenderwoche", _]) =>
        {
            words.pop();
            Year::Short(number)
        }
        _ => Year::Missing,
    }
}

fn quarter_begin(quarter: &str) -> Option<u32> {
    let quarter = quarter
        .parse::<u32>()
        .ok()
        .filter(|quarter| (1..=4).contains(quarter))?;
    Some(quarter * 3 - 2)
}
