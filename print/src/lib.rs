//! Typesets lists, certificates, tickets and reports: a template and data become a tagged PDF (PDF/UA-1), by typst.
//!
//! What is printed depends on what is given and on nothing else: no clock, no chance, no file, no network. Data reach a
//! template as JSON in a file of their own and are never part of its source.

#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod legible;
mod world;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use typst::diag::SourceDiagnostic;
use typst::foundations::{Bytes, Smart};
use typst::{World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use world::{Desk, Shelf};

/// What can be printed. What each expects of its data is told at the head of its file in `templates/print/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    AttendanceList,
    Certificates,
    Report,
    Ticket,
}

impl Template {
    fn file(self) -> &'static str {
        match self {
            Self::AttendanceList => "attendance_list.typ",
            Self::Certificates => "certificates.typ",
            Self::Report => "report.typ",
            Self::Ticket => "ticket.typ",
        }
    }
}

/// The files that make up the templates, each of which an operator can replace.
const FILES: &[(&str, &str)] = &[
    (
        "attendance_list.typ",
        include_str!("../../templates/print/attendance_list.typ"),
    ),
    (
        "certificates.typ",
        include_str!("../../templates/print/certificates.typ"),
    ),
    ("house.typ", include_str!("../../templates/print/house.typ")),
    ("report.typ", include_str!("../../templates/print/report.typ")),
    ("ticket.typ", include_str!("../../templates/print/ticket.typ")),
];

/// A logo or a code, which the data name.
#[derive(Clone, Debug)]
pub struct Image {
    pub name: String,
    /// PNG or SVG.
    pub bytes: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{}: {reason}", path.display())]
    Overrides { path: PathBuf, reason: String },
    /// The template is wrong, or cannot do anything with these data.
    #[error("{file}:{line}: {message}")]
    Template { file: String, line: usize, message: String },
    #[error("image {name}: {reason}")]
    Image { name: String, reason: &'static str },
    #[error("{0} images are more than the {MOST_IMAGES} that can be printed")]
    TooManyImages(usize),
    /// Somebody has to say in which parts it shall be printed, for example by the first letter of the name.
    #[error("{given} cells or pages are more than the {most} that can be printed as one document")]
    TooLong { given: usize, most: usize },
}

const MOST_IMAGES: usize = 32;
/// 600 MB of memory: typst takes 18 KB for each cell of a table and 270 KB for each certificate, until it is printed.
const MOST_CELLS: usize = 30_000;
const MOST_PAGES: usize = 2_000;
/// From here on, 50 MB, one document is typeset after the other.
const LONG: usize = 2_500;

/// Made once and shared: it holds the fonts and the templates.
pub struct Printer {
    shelf: Shelf,
    standards: PdfStandards,
    long: Mutex<()>,
}

impl Printer {
    /// With the operator's own templates and fonts (`.otf`, `.ttf`, `.ttc`) in the folder `overrides`. A fault in them
    /// is told now, as is a file that replaces nothing.
    pub fn new(overrides: Option<&Path>) -> Result<Self, Error> {
        let standards = PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|error| Error::Overrides {
            path: PathBuf::new(),
            reason: error.message().to_string(),
        })?;
        let shelf = Shelf::new(FILES, overrides)?;
        if let Some((name, faults)) = shelf.faults().first() {
            return Err(fault(&Desk::new(&shelf, name, String::new(), Vec::new(), None), faults));
        }
        Ok(Self {
            shelf,
            standards,
            long: Mutex::new(()),
        })
    }

    /// Blocks, and uses all processors.
    pub fn print(
        &self,
        template: Template,
        data: &Value,
        images: &[Image],
        printed_at: DateTime<Utc>,
    ) -> Result<Vec<u8>, Error> {
        let (given, most) = length(data);
        if given > most {
            return Err(Error::TooLong { given, most });
        }
        let long = given * MOST_CELLS > LONG * most;
        let _turn = long.then(|| self.long.lock().unwrap_or_else(PoisonError::into_inner));
        let printed = self.typeset(template, data, images, printed_at);
        // What typst remembers of one document helps no other one, and would pile up.
        comemo::evict(0);
        printed
    }

    fn typeset(
        &self,
        template: Template,
        data: &Value,
        images: &[Image],
        printed_at: DateTime<Utc>,
    ) -> Result<Vec<u8>, Error> {
        if images.len() > MOST_IMAGES {
            return Err(Error::TooManyImages(images.len()));
        }
        let pictures = images
            .iter()
            .enumerate()
            .map(|(number, image)| Ok((world::image_path(number, image)?, self.picture(image))))
            .collect::<Result<Vec<_>, Error>>()?;
        let named = images
            .iter()
            .zip(&pictures)
            .map(|(image, (path, _))| (image.name.clone(), Value::from(path.as_str())))
            .collect::<serde_json::Map<_, _>>();
        let input = json!({ "data": legible::value(data, self.shelf.fonts()), "images": named });

        let now = world::datetime(printed_at);
        let desk = Desk::new(&self.shelf, template.file(), input.to_string(), pictures, now);
        let document = typst::compile::<PagedDocument>(&desk)
            .output
            .map_err(|faults| fault(&desk, &faults))?;
        let options = PdfOptions {
            creator: Smart::Custom(Some("Einlass".to_owned())),
            timestamp: now.map(Timestamp::new_utc),
            standards: self.standards.clone(),
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&document, &options).map_err(|faults| fault(&desk, &faults))
    }

    /// The words in an SVG are printed like any others, and are made legible like them.
    fn picture(&self, image: &Image) -> Bytes {
        match std::str::from_utf8(&image.bytes) {
            Ok(svg) => Bytes::from_string(legible::text(svg, self.shelf.fonts())),
            Err(_) => Bytes::new(image.bytes.clone()),
        }
    }
}

/// How much there is of what there may be much of, and how much there may be of it.
fn length(data: &Value) -> (usize, usize) {
    let list = |name: &str| data.get(name).and_then(Value::as_array).map_or(0, Vec::len);
    let blank = data.get("blank_rows").and_then(Value::as_u64).unwrap_or(0);
    let rows = list("rows").saturating_add(usize::try_from(blank).unwrap_or(usize::MAX));
    // A report has many tables and says itself what they come to.
    let told = data.get("cells").and_then(Value::as_u64).unwrap_or(0);
    let cells = rows
        .saturating_mul(list("columns"))
        .max(usize::try_from(told).unwrap_or(usize::MAX));
    match list("people").max(list("sessions")) {
        pages if pages.saturating_mul(MOST_CELLS) > cells.saturating_mul(MOST_PAGES) => (pages, MOST_PAGES),
        _ => (cells, MOST_CELLS),
    }
}

fn fault(desk: &Desk<'_>, faults: &[SourceDiagnostic]) -> Error {
    let Some(first) = faults.first() else {
        return Error::Template {
            file: String::new(),
            line: 0,
            message: "failed without a reason".to_owned(),
        };
    };
    // The place in a template is told even where the fault came to light in what it calls.
    let file = first.span.id().unwrap_or_else(|| desk.main());
    let line = desk
        .range(first.span)
        .and_then(|range| desk.source(file).ok()?.lines().byte_to_line(range.start));
    Error::Template {
        file: file.vpath().get_without_slash().to_owned(),
        line: line.map_or(0, |line| line + 1),
        message: first.message.to_string(),
    }
}
