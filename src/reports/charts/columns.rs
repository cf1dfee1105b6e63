//! Columns beside each other: for what has an order, such as months.

use super::axis::Axis;
use super::bar::{Pointing, Sheet, VALUE, Value, together};
use super::drawing::{Anchor, Area, GRID, INK, Type};
use super::lettering::{lines, width};
use super::picture::{EDGE, WIDTH, tick};
use super::values::{axis_name, marked};
use crate::reports::model::StatisticCategory;

const HIGH: f64 = 220.0;
const LABEL: f64 = 12.0;
/// What stands beside the months has words and needs room for them.
const BESIDE: f64 = 72.0;
const WIDEST: f64 = 60.0;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez",
];

/// A point in time by which a category is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Time<'a> {
    Month(&'a str, &'static str),
    Year(&'a str),
    /// None.
    Words,
}

fn time(category: &StatisticCategory) -> Time<'_> {
    let digits = |text: &str, len| text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
    match category.key.split_once('-') {
        Some((year, month)) if digits(year, 4) && digits(month, 2) => {
            let place = month.parse::<usize>().ok().and_then(|month| month.checked_sub(1));
            match place.and_then(|place| MONTHS.get(place)) {
                Some(name) => Time::Month(year, name),
                None => Time::Words,
            }
        }
        None if digits(&category.key, 4) => Time::Year(&category.key),
        _ => Time::Words,
    }
}

/// Draws from `top` on, and says where it ends.
pub fn columns(sheet: &mut Sheet<'_>, top: f64) -> f64 {
    let statistic = sheet.statistic;
    let unit = statistic.unit;
    let all = statistic.categories.iter().enumerate();
    let all = all
        .map(|(place, category)| (category, sheet.values(place, category)))
        .collect::<Vec<_>>();
    let axis = Axis::up_to(all.iter().map(|(_, values)| together(values)).fold(0.0, f64::max));
    let left = EDGE + axis.ticks().map(|at| width(&tick(at), LABEL)).fold(0.0, f64::max) + 8.0;
    let slots = slots(&statistic.categories, WIDTH - EDGE - left);
    let value = |values: &[Value<'_>]| {
        let alone = values.first().filter(|_| values.len() == 1);
        alone.map(|value| marked(value.cell, unit)).unwrap_or_default()
    };
    let is_upright = |text: &str, slot: f64| width(text, VALUE) > slot - 2.0;
    let above = all.iter().zip(&slots).map(|((_, values), slot)| {
        let text = value(values);
        let upright = is_upright(&text, *slot);
        if upright {
            width(&text, VALUE) + 8.0
        } else {
            VALUE + 6.0
        }
    });
    let above = above.fold(0.0, f64::max);
    sheet
        .drawing
        .text(EDGE, top + LABEL, axis_name(unit), Type::of(LABEL).soft());
    let end = top + LABEL + 6.0 + above + HIGH;
    for at in axis.ticks() {
        let y = end - axis.part(at) * HIGH;
        sheet
            .drawing
            .line((left, y), (WIDTH - EDGE, y), if at > 0.0 { GRID } else { INK });
        let how = Type::of(LABEL).at(Anchor::End);
        sheet.drawing.text(left - 6.0, y + LABEL * 0.36, &tick(at), how);
    }
    let mut x = left;
    for ((_, values), slot) in all.iter().zip(&slots) {
        let wide = (slot * 0.72).min(WIDEST);
        let mut y = end;
        for one in values {
            let high = one.cell.value.map_or(0.0, |value| axis.part(value) * HIGH);
            if high > 0.0 {
                y -= high;
                let area = Area {
                    x: x + (slot - wide) / 2.0,
                    y,
                    width: wide,
                    height: high,
                };
                sheet.bar(*one, area, Pointing::Up);
            }
        }
        let text = value(values);
        if let Some(one) = values.first().filter(|_| !text.is_empty()) {
            let name = sheet.name(*one);
            let (middle, how) = (x + slot / 2.0, Type::of(VALUE).haloed());
            sheet.drawing.named(&name, |drawing| {
                if is_upright(&text, *slot) {
                    drawing.text(middle + VALUE * 0.36, y - 4.0, &text, how.upright());
                } else {
                    drawing.text(middle, y - 4.0, &text, how.at(Anchor::Middle));
                }
            });
        }
        x += slot;
    }
    labels(sheet, &slots, left, end + LABEL + 4.0)
}

/// How wide each column may be, with what is between it and the next.
fn slots(categories: &[StatisticCategory], room: f64) -> Vec<f64> {
    let in_time = |category: &StatisticCategory| time(category) != Time::Words;
    let over_time = categories.iter().any(in_time);
    let beside = categories.iter().filter(|one| over_time && !in_time(one)).count();
    #[allow(clippy::cast_precision_loss)]
    let (beside, all) = (beside as f64, categories.len() as f64);
    let one = (room - beside * BESIDE) / (all - beside).max(1.0);
    let width = |category: &StatisticCategory| if over_time && !in_time(category) { BESIDE } else { one };
    categories.iter().map(width).collect()
}

/// What stands below the columns; where there is no room for every month or year, for every third or so.
fn labels(sheet: &mut Sheet<'_>, slots: &[f64], left: f64, y: f64) -> f64 {
    let middle = Type::of(LABEL).at(Anchor::Middle);
    let categories = &sheet.statistic.categories;
    let narrow = slots.iter().copied().fold(f64::MAX, f64::min);
    let every_month = narrow >= 25.0;
    let years = [1, 2, 5, 10];
    let every = years
        .into_iter()
        .find(|every| narrow * f64::from(*every) >= 34.0)
        .unwrap_or(20);
    let (mut x, mut below, mut told) = (left, y, None);
    for (category, slot) in categories.iter().zip(slots) {
        let centre = x + slot / 2.0;
        match time(category) {
            Time::Month(year, month) => {
                if every_month || ["Jan", "Apr", "Jul", "Okt"].contains(&month) {
                    sheet.drawing.text(centre, y, month, middle);
                }
                if told != Some(year) {
                    let how = Type::of(LABEL).soft();
                    sheet.drawing.text(x + 2.0, y + LABEL + 4.0, year, how);
                    sheet.drawing.line((x, y - LABEL - 4.0), (x, y + LABEL + 4.0), GRID);
                    told = Some(year);
                }
                below = below.max(y + LABEL + 4.0);
            }
            Time::Year(year) => {
                if year.parse::<i32>().is_ok_and(|year| year % every == 0) {
                    sheet.drawing.text(centre, y, year, middle);
                }
            }
            Time::Words => {
                let mut line = y;
                for words in lines(&category.label, slot - 4.0, LABEL, 3) {
                    sheet.drawing.text(centre, line, &words, middle);
                    below = below.max(line);
                    line += LABEL + 2.0;
                }
            }
        }
        x += slot;
    }
    below + 8.0
}
