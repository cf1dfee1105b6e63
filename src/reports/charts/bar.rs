//! One bar, whichever way it points: its paint, its name, its value, and where its seminars lead.

use super::drawing::{Anchor, Area, Drawing, INK, Type};
use super::lettering::width;
use super::paint::look;
use super::values::{in_words, marked};
use crate::reports::model::{Statistic, StatisticCategory, StatisticCell, StatisticSeries};
use crate::reports::paper::words::number;
use crate::seminars::SeminarId;

/// Of values at bars.
pub const VALUE: f64 = 12.0;
/// A part of a bar that is thinner than this is hit by nobody.
const THINNEST: f64 = 2.0;

pub type Link<'a> = Option<&'a dyn Fn(SeminarId) -> String>;

/// What is drawn on.
pub struct Sheet<'a> {
    pub statistic: &'a Statistic,
    /// Those with something in them.
    pub series: Vec<&'a StatisticSeries>,
    pub link: Link<'a>,
    /// What the ids of this picture begin with, so that several may stand on one page.
    pub id: String,
    pub drawing: Drawing,
}

/// A value of one series in one category.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    pub category: &'a StatisticCategory,
    pub series: &'a StatisticSeries,
    pub cell: &'a StatisticCell,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pointing {
    Up,
    Right,
}

impl<'a> Sheet<'a> {
    /// The values of one category, in the order of the series.
    pub fn values(&self, place: usize, category: &'a StatisticCategory) -> Vec<Value<'a>> {
        let values = self.series.iter().filter_map(|series| {
            Some(Value {
                category,
                series,
                cell: series.values.get(place)?,
            })
        });
        values.collect()
    }

    pub fn is_stacked(&self) -> bool {
        self.series.len() > 1
    }

    /// A bar, or its part in a stack, with its value in it where there is room.
    pub fn bar(&mut self, value: Value<'_>, area: Area, pointing: Pointing) {
        let name = self.name(value);
        let look = look(&value.series.key);
        let paint = look.attributes(&self.id);
        let inside = self.is_stacked().then(|| marked(value.cell, self.statistic.unit));
        self.drawing.named(&name, |drawing| {
            drawing.rect(area, &paint);
            if let Some(text) = inside.filter(|text| fits(text, area)) {
                let (x, y) = (area.x + area.width / 2.0, area.y + area.height / 2.0 + VALUE * 0.36);
                let mut colour = "#FFFFFF";
                if !look.is_dark() {
                    let (wide, high) = (width(&text, VALUE) + 4.0, VALUE + 1.0);
                    let ground = Area {
                        x: x - wide / 2.0,
                        y: area.y + (area.height - high) / 2.0,
                        width: wide,
                        height: high,
                    };
                    drawing.rect(ground, "fill=\"#FFFFFF\"");
                    colour = INK;
                }
                let how = Type::of(VALUE).at(Anchor::Middle);
                drawing.text(x, y, &text, Type { colour, ..how });
            }
        });
        self.lead(value.cell, area, pointing);
    }

    /// The bar is shared out among its seminars, each of which leads to itself.
    fn lead(&mut self, cell: &StatisticCell, area: Area, pointing: Pointing) {
        let Some(link) = self.link else { return };
        let long = match pointing {
            Pointing::Up => area.height,
            Pointing::Right => area.width,
        };
        #[allow(clippy::cast_precision_loss)]
        let share = long / cell.seminars.len().max(1) as f64;
        let several = share >= THINNEST;
        let (share, led) = if several {
            (share, cell.seminars.len())
        } else {
            (long, 1)
        };
        let mut begun = 0.0;
        for (n, seminar) in cell.seminars.iter().take(led).enumerate() {
            let part = match pointing {
                Pointing::Up => Area {
                    y: area.y + area.height - begun - share,
                    height: share,
                    ..area
                },
                Pointing::Right => Area {
                    x: area.x + begun,
                    width: share,
                    ..area
                },
            };
            begun += share;
            let name = format!("Veranstaltung {} von {}", number(n + 1), number(cell.seminars.len()));
            self.drawing.leading(&link(*seminar), &name, part);
        }
    }

    /// "September 2020, durchgeführt: 4 Veranstaltungen"
    pub fn name(&self, value: Value<'_>) -> String {
        let Value { category, series, cell } = value;
        let series = if self.is_stacked() {
            format!(", {}", series.label)
        } else {
            String::new()
        };
        let detail = category.detail.as_ref().map(|detail| format!(" ({detail})"));
        let missing = match cell.unknown.len() {
            _ if cell.value.is_none() => String::new(),
            0 => String::new(),
            1 => "; zu einer weiteren Veranstaltung keine Angabe".to_owned(),
            n => format!("; zu {} weiteren Veranstaltungen keine Angabe", number(n)),
        };
        format!(
            "{}{}{series}: {}{missing}",
            category.label,
            detail.unwrap_or_default(),
            in_words(cell, self.statistic.unit)
        )
    }
}

fn fits(text: &str, area: Area) -> bool {
    !text.is_empty() && area.width >= width(text, VALUE) + 6.0 && area.height >= VALUE + 1.5
}

/// How long all values of a category are together.
pub fn together(values: &[Value<'_>]) -> f64 {
    values.iter().filter_map(|value| value.cell.value).sum()
}
