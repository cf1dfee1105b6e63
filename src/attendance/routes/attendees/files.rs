//! The list as a file. Whatever its length, a page of it is in memory, and the next is read when the caller takes it: a slow
//! reader holds no connection to the database.

use std::io::Read;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream::{Stream, try_unfold};

use super::XLSX;
use crate::attendance::model::{Column, ListFormat, ListLanguage};
use crate::attendance::print::{Listing, PrintRequest, attendance_list};
use crate::attendance::service::attendees::{PAGE, Roll};
use crate::attendance::sheets::{Sheet, Table, Workbook};
use crate::attendance::store;
use crate::base::csv::Dialect;
use crate::base::db::Db;
use crate::base::download;
use crate::base::off_thread::{Turns, off_thread};
use crate::base::press::Press;
use crate::base::problem::{Error, Result};
use crate::catalogue::printed_logos;

/// Workbooks made at once, and how long one waits for one's turn.
static WORKBOOKS: Turns = Turns::new(2, std::time::Duration::from_secs(10));

/// What is read of a finished file at once.
const CHUNK: usize = 64 * 1024;

/// `Teilnehmende`, as files are called.
const fn called(language: ListLanguage) -> &'static str {
    match language {
        ListLanguage::German => "teilnehmende",
        ListLanguage::English => "attendees",
    }
}

fn name(roll: &Roll, language: ListLanguage, format: ListFormat) -> String {
    download::file_name(called(language), &roll.whole.seminar.title, format.as_str())
}

/// A response that is written as it is read. When reading fails midway, the stream ends with the error: the connection is
/// closed without the last chunk, and no reader takes what it has for the whole.
fn streamed(media_type: &str, name: &str, stream: impl Stream<Item = Result<Bytes>> + 'static) -> HttpResponse {
    let mut response = HttpResponse::Ok().content_type(media_type).streaming(stream);
    download::headers(&mut response, name);
    response
}

struct Reading {
    db: Db,
    roll: Arc<Roll>,
    table: Table,
    next: usize,
}

impl Reading {
    /// The next lines as bytes; `None` when there are none left.
    async fn piece(&mut self) -> Result<Option<Vec<u8>>> {
        let from = self.next;
        let end = (from + PAGE).min(self.roll.entries.len());
        if from > 0 && from >= end {
            return Ok(None);
        }
        let roll = self.roll.clone();
        let page = self
            .db
            .read(move |conn| roll.attendees(conn, roll.entries.get(from..end).unwrap_or_default()));
        let page = page.await?;
        // Of an empty list the headings are read once.
        self.next = end.max(1);
        self.table.piece(&page).map(Some)
    }
}

pub async fn csv(
    db: Db,
    roll: Arc<Roll>,
    columns: Vec<Column>,
    dialect: Dialect,
    language: ListLanguage,
) -> Result<HttpResponse> {
    let name = name(&roll, language, ListFormat::Csv);
    let table = Table::new(dialect, columns, language, roll.frame());
    let mut reading = Reading {
        db,
        roll,
        table,
        next: 0,
    };
    // The first page before the answer begins: what fails at once is told as a problem.
    let first = reading.piece().await?.unwrap_or_default();
    let rest = try_unfold((Some(first), reading), |(first, mut reading)| async move {
        let piece = match first {
            Some(first) => Some(first),
            None => reading.piece().await.inspect_err(|error| {
                tracing::warn!(%error, "a list of attendees breaks off");
            })?,
        };
        Ok::<_, Error>(piece.map(|piece| (Bytes::from(piece), (None, reading))))
    });
    Ok(streamed("text/csv; charset=utf-8", &name, rest))
}

pub async fn xlsx(db: Db, roll: Arc<Roll>, columns: Vec<Column>, language: ListLanguage) -> Result<HttpResponse> {
    let name = name(&roll, language, ListFormat::Xlsx);
    let file = WORKBOOKS
        .take(move || {
            let mut workbook = Workbook::begin(Sheet {
                title: roll.whole.seminar.title.clone(),
                columns,
                language,
                frame: roll.frame(),
            })?;
            for entries in roll.entries.chunks(PAGE) {
                workbook.rows(&db.run(true, |conn| roll.attendees(conn, entries))?)?;
            }
            workbook.finish()
        })
        .await?;
    let rest = try_unfold(file, |mut file| async move {
        let read = off_thread(move || {
            let mut chunk = Vec::with_capacity(CHUNK);
            let most = u64::try_from(CHUNK).unwrap_or(u64::MAX);
            let read = file.by_ref().take(most).read_to_end(&mut chunk);
            read.map(|_| (chunk, file)).map_err(Error::internal)
        });
        let (chunk, file) = read.await??;
        Ok::<_, Error>((!chunk.is_empty()).then(|| (Bytes::from(chunk), file)))
    });
    Ok(streamed(XLSX, &name, rest))
}

pub async fn pdf(
    db: &Db,
    press: &Press,
    roll: Arc<Roll>,
    printed: PrintRequest,
    now: DateTime<Utc>,
) -> Result<HttpResponse> {
    let name = name(&roll, printed.language, ListFormat::Pdf);
    let (of, logos) = (roll.clone(), printed.logos.clone());
    let imported = printed.attestation;
    let listing = db.read(move |conn| {
        let seminar = &of.whole.seminar;
        let imports = if imported {
            store::confirmed_imports(conn, (seminar.organisation_id, seminar.id))?
        } else {
            Vec::new()
        };
        Ok(Listing {
            attendees: of.everybody(conn)?,
            logos: printed_logos(conn, seminar.organisation_id, logos.as_deref())?,
            imports,
        })
    });
    let listing = listing.await?;
    let copy = off_thread(move || attendance_list(&roll, listing, &printed, now)).await?;
    Ok(document(press.print(copy).await?, &name))
}

/// A finished PDF.
pub fn document(bytes: Vec<u8>, name: &str) -> HttpResponse {
    let mut response = HttpResponse::Ok().content_type("application/pdf").body(bytes);
    download::headers(&mut response, name);
    response
}
