//! Bars below each other: for what has long names and no order.

use std::cmp::Reverse;

use super::axis::Axis;
use super::bar::{Pointing, Sheet, VALUE, Value, together};
use super::drawing::{Anchor, Area, Drawing, GRID, INK, Type};
use super::lettering::{cut, width};
use super::picture::{EDGE, WIDTH, tick};
use super::values::{axis_name, marked};
use crate::reports::model::{Statistic, StatisticCategory};
use crate::reports::paper::words::number;

/// More rows than this are not read any more.
pub const MOST: usize = 15;
const LABEL: f64 = 13.0;
const DETAIL: f64 = 12.0;
const WIDEST_LABEL: f64 = 270.0;
const BAR: f64 = 18.0;

type Row<'a> = (&'a StatisticCategory, Vec<Value<'a>>);

/// Draws from `top` on, and says where it ends.
pub fn rows(sheet: &mut Sheet<'_>, top: f64) -> f64 {
    let statistic = sheet.statistic;
    let all = statistic.categories.iter().enumerate();
    let all = all.map(|(place, category)| (category, sheet.values(place, category)));
    let (shown, rest) = largest(statistic, all.collect());
    let axis = Axis::up_to(shown.iter().map(|(_, values)| together(values)).fold(0.0, f64::max));
    let wide = |category: &StatisticCategory| {
        let detail = category.detail.as_ref().map_or(0.0, |detail| width(detail, DETAIL));
        width(&category.label, LABEL).max(detail)
    };
    let label = shown.iter().map(|(category, _)| wide(category)).fold(60.0, f64::max);
    let label = label.min(WIDEST_LABEL);
    let left = EDGE + label + 10.0;
    let after = |values: &[Value<'_>]| {
        let alone = values.first().filter(|_| values.len() == 1);
        alone
            .map(|value| marked(value.cell, statistic.unit))
            .unwrap_or_default()
    };
    let room = shown
        .iter()
        .map(|(_, values)| width(&after(values), VALUE))
        .fold(14.0, f64::max);
    let long = WIDTH - EDGE - left - room - 6.0;
    let high = if shown.iter().any(|(category, _)| category.detail.is_some()) {
        LABEL + DETAIL + 15.0
    } else {
        BAR + 10.0
    };
    #[allow(clippy::cast_precision_loss)]
    let end = top + high * shown.len() as f64;
    for at in axis.ticks() {
        let x = left + axis.part(at) * long;
        sheet
            .drawing
            .line((x, top), (x, end), if at > 0.0 { GRID } else { INK });
        let how = Type::of(DETAIL).at(Anchor::Middle);
        sheet.drawing.text(x, end + DETAIL + 4.0, &tick(at), how);
    }
    let mut y = top;
    for (category, values) in &shown {
        row_label(sheet, category, y + high / 2.0, label);
        let mut x = left;
        for one in values {
            let wide = one.cell.value.map_or(0.0, |value| axis.part(value) * long);
            if wide > 0.0 {
                let area = Area {
                    x,
                    y: y + (high - BAR) / 2.0,
                    width: wide,
                    height: BAR,
                };
                sheet.bar(*one, area, Pointing::Right);
                x += wide;
            }
        }
        let text = after(values);
        if let Some(one) = values.first().filter(|_| !text.is_empty()) {
            let name = sheet.name(*one);
            let baseline = y + high / 2.0 + VALUE * 0.36;
            let how = Type::of(VALUE).haloed();
            let draw = |drawing: &mut Drawing| drawing.text(x + 5.0, baseline, &text, how);
            sheet.drawing.named(&name, draw);
        }
        y += high;
    }
    let mut below = end + DETAIL + 4.0;
    let how = Type::of(DETAIL).soft().at(Anchor::End);
    below += DETAIL + 4.0;
    sheet.drawing.text(WIDTH - EDGE, below, axis_name(statistic.unit), how);
    if let Some(text) = left_over(&rest) {
        let how = Type::of(LABEL);
        sheet.drawing.text(EDGE, below, &text, how);
    }
    below + 8.0
}

/// The rows that are shown, and the others. Where categories have an order of their own, all of them in it.
fn largest<'a>(statistic: &Statistic, mut all: Vec<Row<'a>>) -> (Vec<Row<'a>>, Vec<Row<'a>>) {
    if statistic.adds_up {
        return (all, Vec::new());
    }
    // Values are whole numbers; nothing known stands below zero.
    #[allow(clippy::cast_possible_truncation)]
    let size = |values: &[Value<'_>]| {
        let known = values.iter().any(|value| value.cell.value.is_some());
        if known { together(values) as i64 } else { -1 }
    };
    all.sort_by_key(|(category, values)| (category.key == "none", Reverse(size(values))));
    let rest = all.split_off(all.len().min(MOST));
    (all, rest)
}

/// "übrige (12): je höchstens 3". They overlap, so they have no sum.
fn left_over(rest: &[Row<'_>]) -> Option<String> {
    let most = rest.iter().map(|(_, values)| together(values)).fold(0.0, f64::max);
    (!rest.is_empty()).then(|| {
        let most = tick(most);
        format!("übrige ({}): je höchstens {most}", number(rest.len()))
    })
}

fn row_label(sheet: &mut Sheet<'_>, category: &StatisticCategory, middle: f64, room: f64) {
    let label = cut(&category.label, room, LABEL);
    let how = |size| Type::of(size).at(Anchor::End);
    let right = EDGE + room;
    let whole = match &category.detail {
        Some(detail) => format!("{} ({detail})", category.label),
        None => category.label.clone(),
    };
    sheet.drawing.named(&whole, |drawing| match &category.detail {
        Some(detail) => {
            drawing.text(right, middle - 2.0, &label, how(LABEL));
            let detail = cut(detail, room, DETAIL);
            drawing.text(right, middle + DETAIL, &detail, how(DETAIL).soft());
        }
        None => drawing.text(right, middle + LABEL * 0.36, &label, how(LABEL)),
    });
}
