//! Days one by one: 13.03.2020, 13./14.03., 03/04/2020, „13. und 20. März 2020“.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::cursor::Cursor;
use super::dates::{Asked, Said, Year, joined, refused, weekday, within_period};
use super::doubts::{Doubt, DoubtCode};
use super::model::Order;
use super::periods;

/// One day as it is written.
#[derive(Clone, Copy, Debug)]
struct Item {
    day: u32,
    month: Option<u32>,
    year: Year,
    /// Between this and the one before stands „bis“ or a dash.
    range: bool,
    /// Parted by strokes: 03/04/2020.
    strokes: bool,
    /// Its year stands beside it, and is not that of another day.
    own_year: bool,
    /// „So., 14.03.“
    weekday: Option<Weekday>,
}

/// More days than a course has.
pub(super) const MOST_DAYS: usize = 40;

/// Days one by one: 13.03.2020, 13./14.03., 03/04/2020, „13. und 20. März 2020“.
pub(super) fn read(
    cursor: &mut Cursor<'_>,
    weekday: Option<Weekday>,
    asked: &Asked<'_>,
    doubt: &dyn Fn(DoubtCode) -> Doubt,
) -> Option<Said> {
    let mut items = vec![cursor.attempt(item)?];
    while items.len() < MOST_DAYS {
        let next = cursor.attempt(|cursor| {
            let (range, weekday) = separator(cursor)?;
            let mut next = item(cursor)?;
            next.range = range;
            next.weekday = weekday;
            Some(next)
        });
        match next {
            Some(next) => items.push(next),
            None => break,
        }
    }
    inherit(&mut items);
    if items.iter().any(|one| one.month.is_none()) {
        return None;
    }
    let rest = cursor.0.trim().trim_start_matches([',', ';', '|']).trim();
    let time = rest.trim_start_matches('(').trim_end_matches(')');
    let time = (!time.is_empty()).then(|| time.to_owned());
    Some(resolved(&items, time, weekday, asked, doubt))
}

/// Whether what parts two days means all between them.
fn separator(cursor: &mut Cursor<'_>) -> Option<(bool, Option<Weekday>)> {
    cursor.skip_spaces();
    for (sign, range) in [
        ("-", true),
        ("bis ", true),
        ("/", false),
        ("+", false),
        (",", false),
        ("&", false),
        ("und ", false),
        ("u. ", false),
        ("sowie ", false),
    ] {
        if cursor.eat(sign) {
            cursor.skip_spaces();
            // „Fr., 13.03. und Sa., 14.03.“
            return Some((range, weekday(cursor)));
        }
    }
    None
}

fn item(cursor: &mut Cursor<'_>) -> Option<Item> {
    let (day, digits) = cursor.number().filter(|(_, digits)| *digits <= 2)?;
    let mut one = Item {
        day,
        month: None,
        year: Year::Missing,
        range: false,
        strokes: false,
        own_year: false,
        weekday: None,
    };
    let slashed = cursor.attempt(|cursor| {
        let month = cursor
            .eat("/")
            .then(|| cursor.number())
            .flatten()
            .filter(|(_, digits)| *digits <= 2)?;
        let year = cursor.eat("/").then(|| cursor.number()).flatten()?;
        Some((month.0, full_or_short(year)?))
    });
    if let Some((month, year)) = slashed {
        return Some(Item {
            month: Some(month),
            year,
            strokes: true,
            ..one
        });
    }
    if !cursor.eat(".") || digits == 0 {
        return None;
    }
    let month = cursor.attempt(|cursor| {
        cursor.skip_spaces();
        match cursor.word() {
            Some(word) => {
                cursor.eat(".");
                periods::month(word)
            }
            None => {
                let month = cursor.number().filter(|(_, digits)| *digits <= 2)?;
                // „13. 18 Uhr“ has no month; one is followed by a point, a year or nothing that is a word.
                let next = cursor.0.trim_start();
                (cursor.eat(".") || !next.starts_with(|c: char| c.is_alphabetic() || c == ':')).then_some(month.0)
            }
        }
    });
    one.month = month;
    if month.is_some() {
        let year = cursor.attempt(|cursor| {
            cursor.skip_spaces();
            let apostrophe = cursor.eat("'") || cursor.eat("’");
            let year = cursor.number().and_then(full_or_short)?;
            // „13.03. 18 Uhr“ and „13.03. 18:00“ name a time, „13.03. 14.03.“ another day.
            let next = cursor.0;
            let other = next.starts_with([':', '.'])
                && next
                    .get(1..)
                    .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            let time = next.trim_start().starts_with("uhr")
                || next.trim_start().starts_with("h ")
                || (matches!(year, Year::Short(_)) && next.trim_start().starts_with('-'));
            (apostrophe || !(other || time)).then_some(year)
        });
        one.year = year.unwrap_or(Year::Missing);
        cursor.eat(".");
    }
    Some(one)
}

fn full_or_short((number, digits): (u32, usize)) -> Option<Year> {
    let number = i32::try_from(number).ok()?;
    match digits {
        4 => (1900..=2200).contains(&number).then_some(Year::Full(number)),
        2 => Some(Year::Short(number)),
        _ => None,
    }
}

/// „13./14.03.2020“: what is left out stands at the next one.
fn inherit(items: &mut [Item]) {
    for one in items.iter_mut() {
        one.own_year = one.year != Year::Missing;
    }
    let mut next: Option<Item> = None;
    for one in items.iter_mut().rev() {
        if let Some(next) = next {
            one.month = one.month.or(next.month);
            if one.year == Year::Missing {
                one.year = next.year;
            }
        }
        next = Some(*one);
    }
}

/// From what is written to days, or to the one doubt that stands in the way.
fn resolved(
    items: &[Item],
    time: Option<String>,
    weekday: Option<Weekday>,
    asked: &Asked<'_>,
    doubt: &dyn Fn(DoubtCode) -> Doubt,
) -> Said {
    let years = candidate_years(items, weekday, asked);
    let in_order = |order, year| days(items, order, year);
    let strokes = items.iter().any(|one| one.strokes);
    let order = asked.settings.date_order.unwrap_or(Order::DayFirst);
    let order = if strokes { order } else { Order::DayFirst };
    let possible = |order| {
        years
            .iter()
            .filter_map(|year| in_order(order, *year))
            .collect::<Vec<_>>()
    };
    let readings = possible(order);
    if strokes && asked.settings.date_order.is_none() {
        let other = possible(Order::MonthFirst);
        match (readings.is_empty(), other.is_empty()) {
            (false, false) if readings != other => {
                return refused(
                    doubt(DoubtCode::AmbiguousOrder).choices(readings.iter().chain(&other).map(|days| joined(days))),
                );
            }
            (true, false) => {
                return refused(doubt(DoubtCode::MonthFirst).choices(other.iter().map(|days| joined(days))));
            }
            _ => {}
        }
    }
    let written = match items.last().map_or(Year::Missing, |last| last.year) {
        // One short year among full ones is as unsure as alone.
        Year::Full(_) if items.iter().any(|one| matches!(one.year, Year::Short(_))) => Year::Short(0),
        written => written,
    };
    if readings.is_empty() {
        // Where no year is known it may be one in which there is such a day.
        let impossible = !years.is_empty() || days(items, order, 2020).is_none();
        return refused(doubt(if impossible {
            DoubtCode::ImpossibleDate
        } else {
            DoubtCode::NoYear
        }));
    }
    let choices = readings.iter().map(|days| shown(items, days));
    let unsure = match (written, asked.settings.period()) {
        (Year::Full(_), _) => None,
        (Year::Short(_), None) => Some(DoubtCode::TwoDigitYear),
        (Year::Missing, None) => Some(DoubtCode::NoYear),
        (Year::Missing, Some(_)) if readings.len() != 1 => Some(DoubtCode::NoYear),
        _ => None,
    };
    if let Some(code) = unsure {
        return refused(doubt(code).choices(choices));
    }
    let Some(days) = readings.first() else {
        return refused(doubt(DoubtCode::DateNotUnderstood));
    };
    if let Some(other) = across_the_year(items, days) {
        return refused(doubt(DoubtCode::NoYear).choices([joined(&other), joined(days)]));
    }
    let contradicted = |(one, day): (&Item, &NaiveDate)| one.weekday.is_some_and(|weekday| day.weekday() != weekday);
    if items.iter().zip(days).any(contradicted) {
        return refused(doubt(DoubtCode::WeekdayContradicts).choices([joined(days)]));
    }
    if let Some((weekday, first)) = weekday
        .zip(days.first())
        .filter(|(weekday, first)| first.weekday() != *weekday)
    {
        let near = (1..=3_u64)
            .flat_map(|n| {
                [
                    first.checked_sub_days(Days::new(n)),
                    first.checked_add_days(Days::new(n)),
                ]
            })
            .flatten();
        let near = near
            .filter(|day| day.weekday() == weekday && days.len() == 1)
            .map(|day| day.to_string());
        return refused(doubt(DoubtCode::WeekdayContradicts).choices([joined(days)].into_iter().chain(near)));
    }
    if items.iter().any(|one| one.range) {
        let between = days.first().zip(days.last()).map(|(from, to)| format!("{from}..{to}"));
        return refused(doubt(DoubtCode::DayRange).choices([shown(items, days)].into_iter().chain(between)));
    }
    let said = Said {
        days: days.clone(),
        time,
        ..Said::default()
    };
    let mut said = within_period(said, asked, doubt);
    if said.days.len() > 1 {
        said.doubts.push(doubt(DoubtCode::SeveralDays));
    }
    said
}

/// „28.12. und 04.01.2021“: where a day without a year of its own would lie before the one that stands before it, the turn of a year
/// lies between them. The reading that says so; `None` where the days follow each other as they are.
fn across_the_year(items: &[Item], days: &[NaiveDate]) -> Option<Vec<NaiveDate>> {
    let ascending = days.windows(2).all(|pair| pair.first() < pair.last());
    if ascending || items.iter().all(|one| one.own_year) {
        return None;
    }
    let mut other = days.to_vec();
    let last_is_sure = items.last().is_some_and(|one| one.own_year);
    let mut beside: Option<NaiveDate> = None;
    let mut step = |day: &mut NaiveDate, years: i32| {
        let wrong = beside.is_some_and(|beside| if years < 0 { *day >= beside } else { *day <= beside });
        if wrong {
            *day = day.with_year(day.year() + years)?;
        }
        beside = Some(*day);
        Some(())
    };
    if last_is_sure {
        other.iter_mut().rev().try_for_each(|day| step(day, -1))?;
    } else {
        other.iter_mut().try_for_each(|day| step(day, 1))?;
    }
    Some(other)
}

/// All days of a range, the days themselves of a list.
fn shown(items: &[Item], days: &[NaiveDate]) -> String {
    match days {
        [from, to] if items.iter().any(|one| one.range) && from < to => {
            let all = from
                .iter_days()
                .take_while(|day| day <= to)
                .take(MOST_DAYS + 1)
                .collect::<Vec<_>>();
            if all.len() > MOST_DAYS {
                format!("{from}..{to}")
            } else {
                joined(&all)
            }
        }
        _ => joined(days),
    }
}

/// The years that what is written may mean.
fn candidate_years(items: &[Item], weekday: Option<Weekday>, asked: &Asked<'_>) -> Vec<i32> {
    match items.last().map_or(Year::Missing, |last| last.year) {
        Year::Full(year) => vec![year],
        Year::Short(year) => vec![2000 + year],
        Year::Missing => {
            let fits = |year: &i32| {
                days(items, Order::DayFirst, *year).is_some_and(|days| {
                    let first = days.first().copied();
                    let in_period = asked
                        .settings
                        .period()
                        .is_none_or(|(from, to)| first.is_some_and(|day| (from..=to).contains(&day)));
                    let later = asked.after.is_none_or(|after| first.is_some_and(|day| day > after));
                    let on_weekday = weekday.is_none_or(|weekday| first.is_some_and(|day| day.weekday() == weekday));
                    in_period && later && (on_weekday || asked.settings.period().is_some())
                })
            };
            let hinted = asked.settings.years();
            let near = match (asked.after, asked.section) {
                _ if !hinted.is_empty() => hinted,
                (Some(after), _) => vec![after.year(), after.year() + 1],
                (None, Some(section)) => vec![section],
                (None, None) => Vec::new(),
            };
            near.into_iter().filter(fits).take(20).collect()
        }
    }
}

/// The days in this year, where none is written; `None`: one of them does not exist.
fn days(items: &[Item], order: Order, year: i32) -> Option<Vec<NaiveDate>> {
    let day = |one: &Item| {
        let month = one.month?;
        let (day, month) = match order {
            Order::MonthFirst if one.strokes => (month, one.day),
            _ => (one.day, month),
        };
        let year = match one.year {
            Year::Full(year) => year,
            Year::Short(short) => 2000 + short,
            Year::Missing => year,
        };
        NaiveDate::from_ymd_opt(year, month, day)
    };
    items.iter().map(day).collect()
}
