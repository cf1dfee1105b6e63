//! The report as the paper that a council reads: a text in German, with its figures, and behind each figure its seminars.
//!
//! `view` puts into words what was counted; the templates of `templates/report` arrange it, and say in Markdown what the
//! paper says. Each can be replaced by a file of the same name in `report/` of the folder of templates, and the four that an
//! office fills by itself (`introduction.md`, `legal.md`, `staff.md`, `finances.md`) by one for each organisation, in a
//! folder named after it. The Markdown is the first form of the paper; read as a document it becomes the others.

mod evidence;
mod groups;
mod sentences;
mod stated;
mod summary;
mod tables;
mod templates;
mod view;
pub mod words;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde_json::json;

use self::templates::Templates;
use self::view::{about, only_organisation, view};
use super::charts;
use super::model::{ActivityReport, Forms, Measure, OfficeTexts, Seal, SealedReport, Statistic, StatisticName};
use super::rules::statistics::of_report;
use crate::base::config::Config;
use crate::base::document::{self, Document, Picture};
use crate::base::press::{Copy, Form, bounded};
use crate::base::problem::Result;
use crate::seminars::SeminarId;

/// What a paper is made of.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    pub report: &'a ActivityReport,
    /// What it was sealed as.
    pub sealed: Option<(&'a SealedReport, &'a Seal)>,
    pub forms: Forms,
}

/// Writes papers. Made once and shared: it holds the templates.
pub struct Paper {
    templates: Templates,
    /// The page of a seminar, with `{seminar}` for its id.
    seminar_url: String,
}

impl Paper {
    pub fn open(config: &Config) -> Result<Self> {
        Self::with(config, &[])
    }

    /// With the texts that the demo has for its organisation.
    pub fn of_the_demo(config: &Config) -> Result<Self> {
        Self::with(config, templates::OF_THE_DEMO)
    }

    fn with(config: &Config, own: &[(&'static str, &str)]) -> Result<Self> {
        let folder = config.templates_dir.as_deref().map(|folder| folder.join("report"));
        Ok(Self {
            templates: Templates::open(folder.as_deref(), own)?,
            seminar_url: config.seminar_url(),
        })
    }

    /// The paper in Markdown.
    pub fn markdown(&self, subject: &Subject<'_>) -> Result<String> {
        self.written(subject, &pictures(subject, |_| String::new()), false)
    }

    pub fn html(&self, subject: &Subject<'_>) -> Result<String> {
        let (document, pictures) = self.document(subject, true)?;
        Ok(document::html(&document, &pictures, self.templates.style()))
    }

    pub fn docx(&self, subject: &Subject<'_>, at: DateTime<Utc>) -> Result<Vec<u8>> {
        bounded(subject.report.seminars.len())?;
        let (document, pictures) = self.document(subject, false)?;
        bounded(document.length() / CELLS_A_LINE)?;
        document::docx(&document, &pictures, self.templates.word_styles(), at)
    }

    /// What the office says of a report in its own words, as it is now.
    pub fn office_texts(&self, report: &ActivityReport) -> Result<OfficeTexts> {
        self.templates.office_texts(only_organisation(report), about(report))
    }

    /// The style sheet in its pages.
    #[must_use]
    pub fn style(&self) -> &str {
        self.templates.style()
    }

    /// What the printer is given.
    pub fn to_print(&self, subject: &Subject<'_>, at: DateTime<Utc>) -> Result<Copy> {
        bounded(subject.report.seminars.len())?;
        let (document, pictures) = self.document(subject, false)?;
        let cells = document.length();
        bounded(cells / CELLS_A_LINE)?;
        let organisers = subject.report.scope.organisations.iter().map(|of| of.name.as_str());
        let at_home = at.with_timezone(&chrono_tz::Europe::Berlin);
        let reference = subject
            .sealed
            .map(|(content, seal)| format!("{}, SHA-256 {}", content.id, seal.sha256));
        let told = pictures
            .iter()
            .map(|one| json!({"name": one.name, "image": format!("{}.svg", one.name), "caption": one.caption, "alternative": one.alternative}));
        let data = json!({
            "language": document.language,
            "title": document.title,
            "organisers": organisers.collect::<Vec<_>>(),
            "blocks": document.blocks,
            "notes": document.notes,
            "pictures": told.collect::<Vec<_>>(),
            "cells": cells,
            "reference": reference,
            "printed": at_home.format("%d.%m.%Y, %H:%M Uhr").to_string(),
        });
        let images = pictures.into_iter();
        Ok(Copy {
            form: Form::Report,
            data,
            images: images
                .map(|one| (format!("{}.svg", one.name), one.svg.into_bytes()))
                .collect(),
            at,
        })
    }

    /// The paper as a document, with the pictures it asks for.
    fn document(&self, subject: &Subject<'_>, linked: bool) -> Result<(Document, Vec<Picture>)> {
        let url = |id: SeminarId| self.url(id);
        let pictures = pictures(subject, |statistic| charts::svg(statistic, linked.then_some(&url)));
        let text = self.written(subject, &pictures, true)?;
        Ok((document::read(&text), pictures))
    }

    fn written(&self, subject: &Subject<'_>, pictures: &[Picture], places: bool) -> Result<String> {
        let url = |id: SeminarId| self.url(id);
        let sealed = subject.sealed.and_then(|(content, _)| content.texts.clone());
        let texts = match sealed {
            Some(sealed) => sealed,
            None => self.office_texts(subject.report)?,
        };
        self.templates.paper(view(subject, texts, &url, pictures, places))
    }

    fn url(&self, seminar: SeminarId) -> String {
        self.seminar_url.replace("{seminar}", &seminar.to_string())
    }
}

/// The charts of a paper, as far as there is something to draw.
fn pictures(subject: &Subject<'_>, svg: impl Fn(&Statistic) -> String) -> Vec<Picture> {
    if !summary::something_was(subject.report) {
        return Vec::new();
    }
    let drawn = CHARTS.iter().filter_map(|(name, measure)| {
        let statistic = of_report(subject.report, *name, *measure)?;
        let known = statistic.series.iter().flat_map(|series| &series.values);
        let known = known
            .filter(|cell| cell.value.is_some_and(|value| value != 0.0))
            .count();
        (known > 0).then(|| Picture {
            name: format!("{name}-{measure}"),
            caption: statistic.title.clone(),
            alternative: charts::alternative(&statistic),
            svg: svg(&statistic),
        })
    });
    drawn.collect()
}

const CHARTS: [(StatisticName, Measure); 7] = [
    (StatisticName::Months, Measure::Seminars),
    (StatisticName::Months, Measure::Participants),
    (StatisticName::Modes, Measure::Seminars),
    (StatisticName::Weekdays, Measure::Seminars),
    (StatisticName::Collections, Measure::Seminars),
    (StatisticName::Partners, Measure::Seminars),
    (StatisticName::Cancellations, Measure::Seminars),
];

/// A line of a report's tables has about so many cells: by it a report is measured against what a printer takes.
const CELLS_A_LINE: usize = 8;
