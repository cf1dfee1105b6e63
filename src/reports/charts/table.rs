//! A statistic as a table: one row a category, for each series its value and how to read it.

use super::values::tenths;
use crate::base::csv::{Dialect, Piece};
use crate::base::problem::Result;
use crate::reports::model::{Statistic, StatisticCell, StatisticUnit};

/// As CSV. Where nothing is known the cell is empty and the qualifier says `unknown`; the last columns of a series are how
/// many seminars are in the value, and how many belong to it and are not.
pub fn csv(statistic: &Statistic, dialect: Dialect) -> Result<Vec<u8>> {
    let mut table = Piece::first(dialect);
    let german = dialect == Dialect::Excel;
    let detailed = statistic.categories.iter().any(|category| category.detail.is_some());
    let rate = statistic.unit == StatisticUnit::Percent;
    let mut head = vec![if german { "Schlüssel" } else { "key" }.to_owned()];
    head.push(if german { "Bezeichnung" } else { "label" }.to_owned());
    if detailed {
        head.push(if german { "Näheres" } else { "detail" }.to_owned());
    }
    let columns = |rate: bool| match (german, rate) {
        (true, false) => &["", "Lesart", "Veranstaltungen", "ohne Angabe"][..],
        (true, true) => &["", "Lesart", "Zähler", "Nenner", "Veranstaltungen", "ohne Angabe"],
        (false, false) => &["", "qualifier", "seminars", "unknown"],
        (false, true) => &["", "qualifier", "numerator", "denominator", "seminars", "unknown"],
    };
    for series in &statistic.series {
        let name = if german {
            series.label.as_str()
        } else {
            series.key.as_str()
        };
        let named = columns(rate).iter().map(|column| match (*column, german) {
            ("", _) => name.to_owned(),
            (column, true) => format!("{name}: {column}"),
            (column, false) => format!("{name}_{column}"),
        });
        head.extend(named);
    }
    table.line(&head)?;
    for (place, category) in statistic.categories.iter().enumerate() {
        let mut line = vec![category.key.clone(), category.label.clone()];
        if detailed {
            line.push(category.detail.clone().unwrap_or_default());
        }
        for series in &statistic.series {
            let nothing = StatisticCell::nothing();
            line.extend(cells(series.values.get(place).unwrap_or(&nothing), rate, german));
        }
        table.line(&line)?;
    }
    table.bytes()
}

fn cells(cell: &StatisticCell, rate: bool, german: bool) -> Vec<String> {
    let count = |count: Option<i64>| count.map(|count| count.to_string()).unwrap_or_default();
    let value = match cell.value {
        Some(value) if german => tenths(value),
        Some(value) => tenths(value).replace(',', "."),
        None => String::new(),
    };
    let mut all = vec![value, cell.qualifier.as_str().to_owned()];
    if rate {
        all.extend([count(cell.numerator), count(cell.denominator)]);
    }
    all.extend([cell.seminars.len().to_string(), cell.unknown.len().to_string()]);
    all
}
