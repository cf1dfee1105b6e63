//! The tables of a year: what they are of, and their lines as CSV, with the members of the JSON as headings.

use crate::base::csv::{Dialect, Piece};
use crate::base::problem::Result;
use crate::reports::model::{CountingRule, OpenDataFigure, OpenDataHead, OpenDataSeminar, Publisher};
use crate::reports::rules::LEAST;

/// Parts what there may be several of in one cell.
const PART: &str = " | ";

/// What a table is of.
#[must_use]
pub fn head(publisher: &Publisher, year: i32, rule: &CountingRule) -> OpenDataHead {
    OpenDataHead {
        format: "einlass.open-data/1".to_owned(),
        organisation: publisher.organisation.slug.clone(),
        publisher: publisher.name().to_owned(),
        year,
        rule: rule.full_name(),
        rule_text: rule.text.clone(),
        licence: publisher.settings.licence.uri(),
        attribution: publisher.attribution().map(str::to_owned),
        suppressed_below: LEAST,
    }
}

pub fn seminars_csv(seminars: &[OpenDataSeminar], dialect: Dialect) -> Result<Vec<u8>> {
    let mut piece = Piece::first(dialect);
    piece.line([
        "id",
        "title",
        "kind",
        "date",
        "status",
        "counted_as",
        "postponed_from",
        "attendance_mode",
        "channels",
        "collections",
        "organisations",
        "participants",
        "participants_qualifier",
        "participants_suppressed",
        "viewers",
        "viewers_qualifier",
        "viewers_suppressed",
    ])?;
    for seminar in seminars {
        let organisations = seminar.organisations.iter();
        piece.line([
            seminar.id.to_string(),
            seminar.title.clone(),
            word(seminar.kind),
            word(seminar.date),
            seminar.status.to_string(),
            several(seminar.counted_as.iter()),
            word(seminar.postponed_from),
            word(seminar.attendance_mode),
            several(seminar.channels.iter()),
            several(seminar.collections.iter().map(|collection| &collection.name)),
            several(organisations.map(|one| format!("{}: {}", one.role, one.name))),
            word(seminar.participants),
            word(seminar.participants_qualifier),
            seminar.participants_suppressed.to_string(),
            word(seminar.viewers),
            word(seminar.viewers_qualifier),
            seminar.viewers_suppressed.to_string(),
        ])?;
    }
    piece.bytes()
}

pub fn figures_csv(figures: &[OpenDataFigure], dialect: Dialect) -> Result<Vec<u8>> {
    let mut piece = Piece::first(dialect);
    piece.line([
        "by",
        "key",
        "name",
        "seminars",
        "held",
        "cancelled",
        "postponed",
        "planned",
        "participants",
        "participants_qualifier",
        "participants_counted",
        "participants_suppressed",
        "viewers",
        "viewers_qualifier",
        "viewers_counted",
        "viewers_suppressed",
        "without_count",
    ])?;
    for figure in figures {
        piece.line([
            figure.by.to_string(),
            word(figure.key.as_ref()),
            word(figure.name.as_ref()),
            figure.seminars.to_string(),
            figure.held.to_string(),
            figure.cancelled.to_string(),
            figure.postponed.to_string(),
            figure.planned.to_string(),
            word(figure.participants),
            word(figure.participants_qualifier),
            figure.participants_counted.to_string(),
            figure.participants_suppressed.to_string(),
            word(figure.viewers),
            word(figure.viewers_qualifier),
            figure.viewers_counted.to_string(),
            figure.viewers_suppressed.to_string(),
            figure.without_count.to_string(),
        ])?;
    }
    piece.bytes()
}

fn word(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn several(all: impl Iterator<Item = impl ToString>) -> String {
    all.map(|one| one.to_string()).collect::<Vec<_>>().join(PART)
}
