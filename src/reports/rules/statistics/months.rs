//! Months without a gap, and years where there are too many of them.

use chrono::{Datelike, NaiveDate};

use crate::reports::model::{Statistic, StatisticCategory, StatisticCell, StatisticName, StatisticSeries};
use crate::reports::paper::words;

/// Key of what has no day.
pub const UNDATED: &str = "undated";
/// Key of what is planned for later than the months that are shown.
pub const LATER: &str = "later";
/// How many months after the period's end are shown one by one.
const AHEAD: i32 = 24;

/// The months of a statistic: those of the period, and after it those up to the last with something in it.
pub struct Months {
    first: i32,
    last: i32,
    later: bool,
    undated: bool,
}

impl Months {
    /// `used`: the months in which there is something; `None` is no day.
    pub fn over<'a>(from: NaiveDate, to: NaiveDate, used: impl Iterator<Item = Option<&'a str>>) -> Self {
        let (begin, end) = (number(from), number(to));
        let mut months = Self {
            first: begin,
            last: end,
            later: false,
            undated: false,
        };
        for month in used {
            match month.and_then(read) {
                Some(month) if month > end + AHEAD => months.later = true,
                Some(month) => {
                    months.first = months.first.min(month);
                    months.last = months.last.max(month);
                }
                None => months.undated = true,
            }
        }
        months
    }

    /// In order; what is later, and what has no day, last.
    pub fn categories(&self) -> Vec<StatisticCategory> {
        let months = (self.first..=self.last).map(|month| {
            let key = key(month);
            StatisticCategory::new(key.as_str(), words::month(&key))
        });
        let later = self.later.then(|| StatisticCategory::new(LATER, "später"));
        let undated = self
            .undated
            .then(|| StatisticCategory::new(UNDATED, "ohne bekannten Tag"));
        months.chain(later).chain(undated).collect()
    }

    /// The key of the category in which a month is found.
    pub fn key_of(&self, month: Option<&str>) -> String {
        match month.and_then(read) {
            Some(month) if month > self.last => LATER.to_owned(),
            Some(month) => key(month),
            None => UNDATED.to_owned(),
        }
    }
}

fn number(day: NaiveDate) -> i32 {
    day.year() * 12 + day.month0().cast_signed()
}

fn key(month: i32) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

fn read(month: &str) -> Option<i32> {
    format!("{month}-01").parse().ok().map(number)
}

/// The same by calendar years: what a picture shows where the months would be too many to be read. What stands beside the
/// months stays where it is.
#[must_use]
pub fn in_years(statistic: &Statistic) -> Statistic {
    if !matches!(statistic.name, StatisticName::Months | StatisticName::NoShows) {
        return statistic.clone();
    }
    let year = |category: &StatisticCategory| match read(&category.key) {
        Some(month) => {
            let year = month.div_euclid(12).to_string();
            StatisticCategory::new(year.as_str(), year.as_str())
        }
        None => category.clone(),
    };
    let years = statistic.categories.iter().map(year).collect::<Vec<_>>();
    let mut categories = years.clone();
    categories.dedup();
    let series = statistic.series.iter().map(|series| {
        let of = |category: &StatisticCategory| {
            let those = years.iter().zip(&series.values).filter(|(year, _)| *year == category);
            let cells = those.map(|(_, cell)| cell.clone());
            cells.reduce(StatisticCell::plus).unwrap_or_else(StatisticCell::nothing)
        };
        StatisticSeries {
            values: categories.iter().map(of).collect(),
            ..series.clone()
        }
    });
    Statistic {
        title: statistic.title.replace("nach Monaten", "nach Jahren"),
        series: series.collect(),
        categories,
        ..statistic.clone()
    }
}
