//! Days and spans as offices write them. A day is known only where nothing else could be meant.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::cursor::Cursor;
use super::doubts::{Doubt, DoubtCode};
use super::model::{Field, Settings, Span};
use super::{day_list, periods};

/// What a cell says of days; where a doubt stands beside it, nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub days: Vec<NaiveDate>,
    pub within: Option<Span>,
    /// A time of day in the same cell.
    pub time: Option<String>,
    pub doubts: Vec<Doubt>,
}

/// What else is known of the cell.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub settings: &'a Settings,
    pub field: Field,
    /// The year under whose heading the row stands.
    pub section: Option<i32>,
    /// Somebody wrote it just now, to settle a doubt.
    pub decided: bool,
    /// A day that it must come after, whose year is likely its own.
    pub after: Option<NaiveDate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Year {
    Full(i32),
    Short(i32),
    Missing,
}

/// Reads the cell.
#[must_use]
pub fn read(text: &str, asked: &Asked<'_>) -> Said {
    let doubt = |code| Doubt::new(code, asked.field, text);
    let lower = plain(text);
    if lower.contains("##") {
        return refused(doubt(DoubtCode::HashMarks));
    }
    if is_formula(&lower) {
        return refused(doubt(DoubtCode::Formula));
    }
    if let Some(rest) = lower.strip_suffix('?').map(str::trim).filter(|rest| !rest.is_empty()) {
        let said = read(rest, asked);
        return refused(doubt(DoubtCode::Uncertain).choices(said.canonical()));
    }
    let open = [
        "offen",
        "tba",
        "tbd",
        "folgt",
        "n.n.",
        "nn",
        "noch offen",
        "wird bekannt gegeben",
        "?",
        "-",
        "n. n.",
    ];
    if open.contains(&lower.as_str()) {
        return refused(doubt(DoubtCode::DateOpen));
    }
    if let Some(said) = machine(&lower) {
        return match said {
            Some(said) => within_period(said, asked, &doubt),
            None => refused(doubt(DoubtCode::ImpossibleDate)),
        };
    }
    if let Some(days) = serial(&lower) {
        return refused(doubt(DoubtCode::ExcelSerial).choices(days));
    }
    let mut cursor = Cursor(&lower);
    let weekday = weekday(&mut cursor);
    if let Some(said) = day_list::read(&mut cursor, weekday, asked, &doubt) {
        return said;
    }
    if let Some(period) = periods::read(&lower) {
        return spanned(&period, asked, &doubt);
    }
    refused(doubt(DoubtCode::DateNotUnderstood))
}

impl Said {
    /// As it can be `set`.
    #[must_use]
    pub fn canonical(&self) -> Option<String> {
        match self.within {
            Some(Span { from, to }) => Some(format!("{from}..{to}")),
            None if self.days.is_empty() => None,
            None => Some(joined(&self.days)),
        }
    }
}

pub(super) fn joined(days: &[NaiveDate]) -> String {
    days.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

pub(super) fn refused(doubt: Doubt) -> Said {
    Said {
        doubts: vec![doubt],
        ..Said::default()
    }
}

/// Lower case, one kind of dash.
fn plain(text: &str) -> String {
    let dashed = text.replace(['–', '—', '−', '‐'], "-");
    dashed.to_lowercase().trim().to_owned()
}

/// A formula, or what a spreadsheet says of one that failed.
pub fn is_formula(text: &str) -> bool {
    let upper = text.to_uppercase();
    let errors = [
        "#WERT!", "#BEZUG!", "#NAME?", "#DIV/0!", "#NV", "#ZAHL!", "#NULL!", "#VALUE!", "#REF!", "#N/A", "#NUM!",
    ];
    upper.starts_with('=') || errors.iter().any(|error| upper.starts_with(error))
}

/// 2020-02-13, several of them, and 2020-03-01..2020-05-31: what cannot be misunderstood. `Some(None)`: there is no such day.
fn machine(text: &str) -> Option<Option<Said>> {
    let shaped = |day: &str| {
        day.len() == 10
            && day.split('-').all(|part| part.bytes().all(|b| b.is_ascii_digit()))
            && day.matches('-').count() == 2
    };
    let day = |text: &str| {
        text.parse::<NaiveDate>()
            .ok()
            .filter(|day| (1900..=2200).contains(&day.year()))
    };
    if let Some((from, to)) = text.split_once("..") {
        if !shaped(from.trim()) || !shaped(to.trim()) {
            return None;
        }
        let span = day(from.trim()).zip(day(to.trim())).filter(|(from, to)| from <= to);
        return Some(span.map(|(from, to)| Said {
            within: Some(Span { from, to }),
            ..Said::default()
        }));
    }
    let (dates, time) = match text.split_once([' ', 't']) {
        Some((date, time)) if shaped(date) && !time.trim().is_empty() && !text.contains(',') => {
            (date, Some(time.trim().to_owned()))
        }
        _ => (text, None),
    };
    let parts = dates.split(',').map(str::trim).collect::<Vec<_>>();
    if parts.len() > day_list::MOST_DAYS || !parts.iter().all(|part| shaped(part)) {
        return None;
    }
    let days = parts.into_iter().map(day).collect::<Option<Vec<_>>>();
    Some(days.map(|days| Said {
        days,
        time,
        ..Said::default()
    }))
}

/// The number of a day in a spreadsheet, counted from 1900; on a Macintosh from 1904.
fn serial(text: &str) -> Option<Vec<NaiveDate>> {
    let number = text.parse::<u64>().ok().filter(|_| text.len() == 5);
    let number = number.filter(|number| (25_000..=60_000).contains(number))?;
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let day = |offset| epoch.checked_add_days(Days::new(number + offset));
    Some([day(0), day(1462)].into_iter().flatten().collect())
}

/// Eats „Fr., “.
pub(super) fn weekday(cursor: &mut Cursor<'_>) -> Option<Weekday> {
    let found = cursor.attempt(|cursor| {
        let word = cursor.word()?;
        let days = [
            ("mo", "montag", Weekday::Mon),
            ("di", "dienstag", Weekday::Tue),
            ("mi", "mittwoch", Weekday::Wed),
            ("do", "donnerstag", Weekday::Thu),
            ("fr", "freitag", Weekday::Fri),
            ("sa", "samstag", Weekday::Sat),
            ("so", "sonntag", Weekday::Sun),
        ];
        let same = |(short, long, _): &&(&str, &str, Weekday)| {
            word == *short || word == *long || (word == "sonnabend" && *short == "sa")
        };
        days.iter().find(same).map(|(.., day)| *day)
    })?;
    while cursor.eat(".") || cursor.eat(",") || cursor.eat(" ") {}
    cursor.eat("den ");
    Some(found)
}

/// A period, as far as it is said for sure.
fn spanned(period: &periods::Period, asked: &Asked<'_>, doubt: &dyn Fn(DoubtCode) -> Doubt) -> Said {
    let years = match period.year {
        Year::Full(year) => vec![year],
        Year::Short(year) => vec![2000 + year],
        Year::Missing if asked.settings.period().is_some() => asked.settings.years(),
        Year::Missing => asked.section.into_iter().collect(),
    };
    let in_period = |span: &Span| {
        let missing = period.year == Year::Missing;
        asked
            .settings
            .period()
            .is_none_or(|(from, to)| !missing || (span.from <= to && span.to >= from))
    };
    let spans = years
        .iter()
        .filter_map(|year| period.in_year(*year))
        .filter(in_period)
        .collect::<Vec<_>>();
    let choices = || {
        spans
            .iter()
            .map(|span| format!("{}..{}", span.from, span.to))
            .collect::<Vec<_>>()
    };
    let hinted = asked.settings.period().is_some();
    let code = match period.year {
        Year::Short(_) if !hinted => Some(DoubtCode::TwoDigitYear),
        Year::Missing if !hinted || spans.len() != 1 => Some(DoubtCode::NoYear),
        Year::Full(_) if spans.is_empty() => Some(DoubtCode::ImpossibleDate),
        _ if period.vague => Some(DoubtCode::VaguePeriod),
        _ => None,
    };
    match (code, spans.first()) {
        (Some(code), _) => refused(doubt(code).choices(choices())),
        (None, Some(span)) => within_period(
            Said {
                within: Some(*span),
                ..Said::default()
            },
            asked,
            doubt,
        ),
        (None, None) => refused(doubt(DoubtCode::DateNotUnderstood)),
    }
}

/// What lies outside the period that the file is said to be about is a doubt, unless somebody wrote it to settle one.
pub(super) fn within_period(said: Said, asked: &Asked<'_>, doubt: &dyn Fn(DoubtCode) -> Doubt) -> Said {
    let Some((from, to)) = asked
        .settings
        .period()
        .filter(|_| !asked.decided && asked.field == Field::Date)
    else {
        return said;
    };
    let inside = match said.within {
        Some(span) => span.from <= to && span.to >= from,
        None => said.days.iter().all(|day| (from..=to).contains(day)),
    };
    if inside {
        said
    } else {
        refused(doubt(DoubtCode::OutsidePeriod).choices(said.canonical()))
    }
}
