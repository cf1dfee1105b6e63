//! Reports in the forms that people and programs take home, whether made now or sealed long ago.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderMap, HeaderValue};
use actix_web::web::Data;
use chrono::{DateTime, Utc};

use crate::base::csv::Dialect;
use crate::base::download::{self, file_name};
use crate::base::off_thread::Turns;
use crate::base::press::Press;
use crate::base::problem::{Code, Problem, Result};
use crate::base::{accept, digest};
use crate::reports::model::{ActivityReport, Forms, ReportFormat, Seal, SealedReport};
use crate::reports::paper::{Paper, Subject};
use crate::reports::sheets;

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What the caller asked for by `format`, else what it likes best; JSON where it makes no difference.
pub fn wanted(format: Option<ReportFormat>, headers: &HeaderMap) -> Result<ReportFormat> {
    const OFFERED: [(ReportFormat, (&str, &str)); 7] = [
        (ReportFormat::Json, ("application", "json")),
        (ReportFormat::Markdown, ("text", "markdown")),
        (ReportFormat::Html, ("text", "html")),
        (ReportFormat::Pdf, ("application", "pdf")),
        (
            ReportFormat::Docx,
            (
                "application",
                "vnd.openxmlformats-officedocument.wordprocessingml.document",
            ),
        ),
        (
            ReportFormat::Xlsx,
            ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ),
        (ReportFormat::Csv, ("text", "csv")),
    ];
    if let Some(format) = format {
        return Ok(format);
    }
    let best = accept::best(headers, &OFFERED.map(|(_, media_type)| media_type));
    let best = best.and_then(|place| OFFERED.get(place)).map(|(format, _)| *format);
    best.ok_or_else(|| {
        Problem::new(Code::NotAcceptable)
            .detail("Accept JSON, Markdown, HTML, PDF, DOCX, XLSX or CSV, or give `format`.")
            .into()
    })
}

/// A report that is to be written.
pub struct Told {
    pub report: ActivityReport,
    pub sealed: Option<Box<(SealedReport, Seal)>>,
    pub forms: Forms,
    pub dialect: Dialect,
    /// The moment it is of.
    pub at: DateTime<Utc>,
}

impl Told {
    fn subject(&self) -> Subject<'_> {
        Subject {
            report: &self.report,
            sealed: self.sealed.as_deref().map(|(content, seal)| (content, seal)),
            forms: self.forms,
        }
    }
}

/// Each is several times in memory while it is written.
static TURNS: Turns = Turns::new(4, Duration::from_secs(20));

/// Writes it in any form but JSON.
pub async fn written(told: Told, format: ReportFormat, paper: Data<Paper>, press: &Press) -> Result<Written> {
    if format == ReportFormat::Pdf {
        press.available()?;
        let copy = TURNS.take(move || paper.to_print(&told.subject(), told.at)).await?;
        let body = press.print(copy).await?;
        return Ok(Written { format, body });
    }
    let body = TURNS.take(move || {
        let subject = told.subject();
        Ok(match format {
            ReportFormat::Markdown => paper.markdown(&subject)?.into_bytes(),
            ReportFormat::Html => paper.html(&subject)?.into_bytes(),
            ReportFormat::Docx => paper.docx(&subject, told.at)?,
            ReportFormat::Xlsx => sheets::workbook(&told.report, told.at)?,
            ReportFormat::Csv => sheets::csv(&told.report, told.dialect)?,
            ReportFormat::Json | ReportFormat::Pdf => Vec::new(),
        })
    });
    Ok(Written {
        format,
        body: body.await?,
    })
}

pub struct Written {
    pub format: ReportFormat,
    pub body: Vec<u8>,
}

impl Written {
    /// As an answer. What opens in another program is a file with a name; what a browser shows runs nothing.
    pub fn response(self, paper: &Paper, named: &str) -> HttpResponse {
        let (media_type, ending) = match self.format {
            ReportFormat::Json => ("application/json", None),
            ReportFormat::Markdown => ("text/markdown; charset=utf-8", None),
            ReportFormat::Html => ("text/html; charset=utf-8", None),
            ReportFormat::Pdf => ("application/pdf", Some("pdf")),
            ReportFormat::Docx => (DOCX, Some("docx")),
            ReportFormat::Xlsx => (XLSX, Some("xlsx")),
            ReportFormat::Csv => ("text/csv; charset=utf-8", Some("csv")),
        };
        let is_page = self.format == ReportFormat::Html;
        let mut response = HttpResponse::Ok().content_type(media_type).body(self.body);
        if let Some(ending) = ending {
            download::headers(&mut response, &file_name("Veranstaltungsbericht", named, ending));
        }
        if is_page {
            let policy = format!(
                "default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                digest::source(paper.style())
            );
            if let Ok(policy) = HeaderValue::from_str(&policy) {
                response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
            }
        }
        response
    }
}
