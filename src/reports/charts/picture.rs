//! The whole picture: title, period and rule, legend, bars, and what must be known to read them.

use super::alternative;
use super::bar::{Link, Sheet};
use super::columns::columns;
use super::drawing::{Area, Drawing, FONTS, Type, number};
use super::lettering::{cut, escaped, lines, width};
use super::paint::look;
use super::rows::rows;
use super::values::{marks, tenths};
use crate::attendance::Tally;
use crate::reports::model::{ReportScope, Statistic, StatisticName, StatisticSeries};
use crate::reports::paper::words::date;
use crate::reports::rules::statistics::in_years;
use crate::seminars::SeminarId;

pub const WIDTH: f64 = 720.0;
pub const EDGE: f64 = 16.0;
/// More months than this are drawn as years.
pub const MOST_MONTHS: usize = 36;
const TITLE: f64 = 18.0;
const HEAD: f64 = 13.0;
const NOTE: f64 = 12.0;
const SWATCH: f64 = 13.0;

/// `statistic` as an SVG document that stands alone and may stand in a page. `link` says where a seminar is found; each
/// bar is shared out among its seminars.
#[must_use]
pub fn svg(statistic: &Statistic, link: Option<&dyn Fn(SeminarId) -> String>) -> String {
    let drawn = drawn(statistic);
    draw(&drawn, link)
}

/// What the picture shows of a statistic: years, where the months would be too many.
pub fn drawn(statistic: &Statistic) -> Statistic {
    if statistic.categories.len() > MOST_MONTHS {
        in_years(statistic)
    } else {
        statistic.clone()
    }
}

fn draw(statistic: &Statistic, link: Link<'_>) -> String {
    let mut sheet = Sheet {
        statistic,
        series: with_something(statistic),
        link,
        id: id(statistic),
        drawing: Drawing::default(),
    };
    let mut y = head(&mut sheet);
    if !is_something(statistic) {
        y += HEAD + 14.0;
        sheet.drawing.text(EDGE, y, nothing(statistic), Type::of(HEAD));
        y += 10.0;
    } else if is_in_columns(statistic.name) {
        y = columns(&mut sheet, y + 8.0);
    } else {
        y = rows(&mut sheet, y + 8.0);
    }
    let height = notes(&mut sheet, y) + EDGE;
    let looks = sheet
        .series
        .iter()
        .map(|series| look(&series.key).definition(&sheet.id));
    let patterns = looks.collect::<String>();
    let definitions = if patterns.is_empty() {
        patterns
    } else {
        format!("<defs>\n{patterns}</defs>\n")
    };
    let (id, wide, high) = (&sheet.id, number(WIDTH), number(height.ceil()));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {wide} {high}\" \
         role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" lang=\"de\" font-family=\"{FONTS}\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n{definitions}\
         <rect width=\"{wide}\" height=\"{high}\" fill=\"#FFFFFF\"/>\n{}</svg>\n",
        escaped(&statistic.title),
        escaped(&alternative::of_drawn(statistic)),
        sheet.drawing.body(),
    )
}

/// Months, weekdays and days have an order that is read from left to right.
fn is_in_columns(name: StatisticName) -> bool {
    matches!(
        name,
        StatisticName::Months | StatisticName::Weekdays | StatisticName::LeadTimes | StatisticName::NoShows
    )
}

/// The series that something is in; the first where nothing is in any.
fn with_something(statistic: &Statistic) -> Vec<&StatisticSeries> {
    let something = |series: &&StatisticSeries| series.values.iter().any(|cell| cell.value.is_some_and(|v| v > 0.0));
    let some = statistic.series.iter().filter(something).collect::<Vec<_>>();
    if some.is_empty() {
        statistic.series.iter().take(1).collect()
    } else {
        some
    }
}

/// Whether there is anything to draw: a value, or a mark for what is not known.
fn is_something(statistic: &Statistic) -> bool {
    let mut cells = statistic.series.iter().flat_map(|series| &series.values);
    // A rate of zero is a finding; a count of nothing at all is an empty picture.
    cells.any(|cell| cell.is_unknown() || !cell.seminars.is_empty())
}

fn nothing(statistic: &Statistic) -> &'static str {
    let known = statistic.series.iter().flat_map(|series| &series.values);
    if known.clone().any(|cell| cell.value.is_some()) {
        "Im Zeitraum ist hierzu nichts gezählt."
    } else {
        "Hierzu ist für den Zeitraum nichts bekannt."
    }
}

fn head(sheet: &mut Sheet<'_>) -> f64 {
    let statistic = sheet.statistic;
    let room = WIDTH - 2.0 * EDGE;
    let mut y = EDGE;
    for line in lines(&statistic.title, room * 0.92, TITLE, 2) {
        y += TITLE + 2.0;
        sheet.drawing.text(EDGE, y, &line, Type::of(TITLE).bold());
    }
    y += 4.0;
    for line in [scope(&statistic.scope), period(statistic)] {
        y += HEAD + 4.0;
        let line = cut(&line, room, HEAD);
        sheet.drawing.text(EDGE, y, &line, Type::of(HEAD).soft());
    }
    if sheet.is_stacked() {
        y = legend(sheet, y + 10.0);
    }
    y + 8.0
}

fn legend(sheet: &mut Sheet<'_>, top: f64) -> f64 {
    let (mut x, mut y) = (EDGE, top);
    for series in sheet.series.clone() {
        let wide = SWATCH + 6.0 + width(&series.label, HEAD) + 18.0;
        if x > EDGE && x + wide > WIDTH - EDGE {
            (x, y) = (EDGE, y + HEAD + 8.0);
        }
        let swatch = Area {
            x,
            y,
            width: SWATCH,
            height: SWATCH,
        };
        let paint = look(&series.key).attributes(&sheet.id);
        sheet.drawing.rect(swatch, &paint);
        let baseline = y + HEAD - 2.0;
        let how = Type::of(HEAD);
        sheet.drawing.text(x + SWATCH + 6.0, baseline, &series.label, how);
        x += wide;
    }
    y + HEAD
}

fn notes(sheet: &mut Sheet<'_>, top: f64) -> f64 {
    let statistic = sheet.statistic;
    let marks = marks(statistic);
    let mut y = top + 2.0;
    for note in marks.iter().chain(&statistic.notes) {
        for line in lines(note, WIDTH - 2.0 * EDGE, NOTE, 4) {
            y += NOTE + 4.0;
            sheet.drawing.text(EDGE, y, &line, Type::of(NOTE).soft());
        }
    }
    y
}

/// StädteRegion Aachen · nur AC²
fn scope(scope: &ReportScope) -> String {
    let names = scope.organisations.iter().map(|one| one.name.as_str());
    let names = match scope.organisations.len() {
        0 => "keine Organisation".to_owned(),
        1..=3 => names.collect::<Vec<_>>().join(", "),
        n => format!("{n} Organisationen"),
    };
    match &scope.collection {
        Some(collection) => format!("{names} · nur {}", collection.name),
        None => names,
    }
}

/// 01.01.2020 bis 31.05.2021 · Zählregel all@1
pub fn period(statistic: &Statistic) -> String {
    format!(
        "{} bis {} · Zählregel {}",
        date(statistic.period.from),
        date(statistic.period.to),
        statistic.rule
    )
}

/// At an axis.
pub fn tick(at: f64) -> String {
    #[allow(clippy::cast_possible_truncation)]
    match at {
        at if at.fract() == 0.0 => Tally::exact(at as i64).in_german(),
        at => tenths(at),
    }
}

/// Letters, digits and hyphens, and begins with a letter.
fn id(statistic: &Statistic) -> String {
    let measure = statistic.measure.map_or("", |measure| measure.as_str());
    let period = &statistic.period;
    let text = format!(
        "{}-{measure}-{}-{}-{}",
        statistic.name, period.from, period.to, statistic.rule
    );
    text.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect()
}
