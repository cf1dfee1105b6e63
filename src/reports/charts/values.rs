//! Values as they are written: short beside a bar, in words where a pointer rests.

use crate::attendance::{Qualifier, Tally, Unit};
use crate::reports::model::{Statistic, StatisticCell, StatisticUnit};
use crate::reports::paper::words::number;

/// "131", "≥131", "12,5". `None`: there is none.
pub fn short(cell: &StatisticCell, unit: StatisticUnit) -> Option<String> {
    let value = match unit {
        StatisticUnit::Percent => tenths(cell.value?),
        _ => Tally::exact(cell.tally()?.value).in_german(),
    };
    Some(format!("{}{value}", sign(cell.qualifier)))
}

/// The short value with the mark of what is missing in it; "?" for what is not known at all; nothing where there is nothing
/// to be known.
pub fn marked(cell: &StatisticCell, unit: StatisticUnit) -> String {
    let missing = if cell.unknown.is_empty() { "" } else { "*" };
    match short(cell, unit) {
        Some(value) => format!("{value}{missing}"),
        None if cell.is_unknown() => "?".to_owned(),
        None => String::new(),
    }
}

pub const fn sign(qualifier: Qualifier) -> &'static str {
    match qualifier {
        Qualifier::Exact | Qualifier::Unknown => "",
        Qualifier::AtLeast | Qualifier::MoreThan => "≥",
        Qualifier::AtMost | Qualifier::LessThan => "≤",
        Qualifier::About => "≈",
    }
}

/// "mindestens 131 Teilnehmende", "12,5 % (3 von 24)", "nicht bekannt".
pub fn in_words(cell: &StatisticCell, unit: StatisticUnit) -> String {
    let Some(tally) = cell.tally() else {
        return if cell.is_unknown() {
            "nicht bekannt"
        } else {
            "keine Angabe"
        }
        .to_owned();
    };
    let told = tally.in_german();
    let one = tally.value == 1;
    match unit {
        StatisticUnit::Seminars => format!("{told} {}", if one { "Veranstaltung" } else { "Veranstaltungen" }),
        StatisticUnit::Registrations => format!("{told} {}", if one { "Anmeldung" } else { "Anmeldungen" }),
        StatisticUnit::Participants if one => format!("{told} teilnehmende Person"),
        StatisticUnit::Participants => tally.in_german_with(Unit::Participants),
        StatisticUnit::Viewers if one => format!("{told} zuschauende Person"),
        StatisticUnit::Viewers => tally.in_german_with(Unit::Viewers),
        StatisticUnit::Percent => {
            let of = cell.numerator.zip(cell.denominator);
            let of = of.map(|(some, all)| format!(" ({} von {})", whole(some), whole(all)));
            format!(
                "{}\u{A0}%{}",
                cell.value.map(tenths).unwrap_or_default(),
                of.unwrap_or_default()
            )
        }
    }
}

/// What the axis counts.
pub const fn axis_name(unit: StatisticUnit) -> &'static str {
    match unit {
        StatisticUnit::Seminars => "Veranstaltungen",
        StatisticUnit::Participants => "Teilnehmende",
        StatisticUnit::Viewers => "Zuschauende",
        StatisticUnit::Registrations => "Anmeldungen",
        StatisticUnit::Percent => "Prozent",
    }
}

/// How a value at a bar is to be read, as far as the marks occur.
pub fn marks(statistic: &Statistic) -> Vec<String> {
    let cells = || statistic.series.iter().flat_map(|series| &series.values);
    let has = |such: fn(&StatisticCell) -> bool| cells().any(such);
    let told = [
        (
            has(|cell| sign(cell.qualifier) == "≥"),
            "≥ heißt mindestens: Einzelne Angaben nennen selbst nur eine Untergrenze.",
        ),
        (
            has(|cell| sign(cell.qualifier) == "≤"),
            "≤ heißt höchstens: Einzelne Angaben nennen selbst nur eine Obergrenze.",
        ),
        (
            has(|cell| sign(cell.qualifier) == "≈"),
            "≈ heißt ungefähr: Einzelne Angaben sind nicht genau.",
        ),
        (
            has(StatisticCell::is_unknown),
            "? heißt: Hier ist etwas, wozu es keine Angabe gibt; es zählt nicht als null.",
        ),
        (
            has(|cell| cell.value.is_some() && !cell.unknown.is_empty()),
            "* heißt: Hier ist noch etwas, wozu es keine Angabe gibt; es ist nicht enthalten.",
        ),
    ];
    told.into_iter()
        .filter(|(occurs, _)| *occurs)
        .map(|(_, words)| words.to_owned())
        .collect()
}

/// 12.5 → 12,5
pub fn tenths(value: f64) -> String {
    super::drawing::number(value).replace('.', ",")
}

fn whole(count: i64) -> String {
    number(usize::try_from(count).unwrap_or_default())
}
