//! The form a report comes in: read as it arrives, within bounds; what is too much is refused before it is held.

use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use futures_util::StreamExt;
use tokio::sync::{Semaphore, SemaphorePermit};
use utoipa::ToSchema;

use crate::attendance::reader::{ColumnMap, MAX_BYTES};
use crate::attendance::service::{How, NewImport};
use crate::base::body::{PATIENCE, from_value};
use crate::base::language::german;
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::base::text::{FromText, Line};
use crate::seminars::Channel;

/// All fields but the file together, with what stands between them.
const BESIDE: usize = 64 * 1024;
const FIELD: usize = 8 * 1024;

/// Files that are held in memory at once, and those of them that are read: reading takes several times their size.
static HELD: Semaphore = Semaphore::const_new(8);
static READ: Semaphore = Semaphore::const_new(2);
const TURN: Duration = Duration::from_secs(10);

/// Waits for a turn, not for ever.
async fn turn(of: &'static Semaphore) -> Result<SemaphorePermit<'static>> {
    let turn = tokio::time::timeout(TURN, of.acquire()).await;
    let turn = turn.map_err(|_| Error::Unavailable("too many reports are being read".to_owned()))?;
    turn.map_err(Error::internal)
}

/// A turn among those who send.
pub async fn turn_to_send() -> Result<SemaphorePermit<'static>> {
    turn(&HELD).await
}

/// A turn among those whose file is read.
pub async fn turn_to_read() -> Result<SemaphorePermit<'static>> {
    turn(&READ).await
}

/// The fields of the form.
#[derive(ToSchema)]
#[schema(as = AttendanceImportForm)]
#[expect(dead_code, reason = "describes the form; the form is read as it arrives")]
pub struct Form {
    /// The report, at most 5,000,000 bytes, 20,000 rows and 64 columns. What it is follows from its content, not from
    /// its name.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// What it is said to be, such as `teams.attendance.v2022`; another finding is refused.
    #[schema(nullable = false)]
    format: Option<String>,
    /// Which session it is of. Left out: the only one, or the one whose day the times of the file are of.
    #[schema(value_type = uuid::Uuid, nullable = false)]
    session: Option<crate::seminars::SessionId>,
    /// The zone of times that name none. Left out: that of the session.
    #[schema(nullable = false, example = "Europe/Berlin")]
    time_zone: Option<String>,
    /// JSON: which column is what, for a report that is not known.
    #[schema(value_type = ColumnMap, nullable = false)]
    column_map: Option<String>,
    /// How 03/04 is read: `dmy` or `mdy`. Left out: as it fits the session.
    #[schema(nullable = false, example = "dmy")]
    date_order: Option<String>,
    /// `online`, or `onsite` for one's own list from the door. Left out: `online`.
    #[schema(nullable = false)]
    channel: Option<Channel>,
}

/// What can be told from the headers alone.
pub fn check_headers(request: &HttpRequest) -> Result<()> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let kind = header(CONTENT_TYPE).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        let detail = "Send the file as multipart/form-data.";
        return Err(Problem::new(Code::UnsupportedMediaType).detail(detail).into());
    }
    let length = header(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    let most = u64::try_from(MAX_BYTES + BESIDE).map_err(Error::internal)?;
    if length.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    Ok(())
}

fn too_large() -> Error {
    let detail = format!("The limit is {MAX_BYTES} bytes for the file.");
    Problem::new(Code::BodyTooLarge).detail(detail).into()
}

/// The form, within the time that every body has.
pub async fn read_form(request: &HttpRequest, form: Multipart) -> Result<NewImport> {
    let reading = tokio::time::timeout(PATIENCE, collect(form)).await;
    reading
        .map_err(|_| Error::from(Code::BodyTimeout))??
        .understand(german(request))
}

/// As it came.
#[derive(Default)]
struct Fields {
    file: Option<(Vec<u8>, Option<String>)>,
    texts: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

const KNOWN: [&str; 6] = ["format", "session", "time_zone", "column_map", "date_order", "channel"];

async fn collect(mut form: Multipart) -> Result<Fields> {
    let mut fields = Fields::default();
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|error| broken(&error))?;
        let name = field.name().unwrap_or_default().to_owned();
        let twice = fields.texts.iter().any(|(known, _)| *known == name) || (name == "file" && fields.file.is_some());
        if twice {
            return Err(Error::member(pointer(&name), "is given twice"));
        }
        if name == "file" {
            let disposition = field.content_disposition();
            let file_name = disposition.and_then(|one| one.get_filename()).map(plain_name);
            let bytes = bounded(&mut field, MAX_BYTES).await?.ok_or_else(too_large)?;
            fields.file = Some((bytes, file_name.filter(|name| !name.is_empty())));
        } else if KNOWN.contains(&name.as_str()) {
            let Some(bytes) = bounded(&mut field, FIELD).await? else {
                return Err(Error::member(pointer(&name), format!("is longer than {FIELD} bytes")));
            };
            match String::from_utf8(bytes) {
                Ok(text) => fields.texts.push((name, text)),
                Err(_) => fields.errors.push(FieldError::member(pointer(&name), "is not UTF-8")),
            }
        } else {
            let words = format!("is not known here; expected file or one of {}", KNOWN.join(", "));
            return Err(Error::member(pointer(&name), words));
        }
    }
    Ok(fields)
}

fn pointer(name: &str) -> String {
    let short = name.chars().take(60).collect::<String>();
    format!("/{}", short.replace('~', "~0").replace('/', "~1"))
}

/// No more of it than `most`; `None` as soon as it is more.
async fn bounded(field: &mut Field, most: usize) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(|error| broken(&error))?;
        if bytes.len() + chunk.len() > most {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(bytes))
}

fn broken(error: &MultipartError) -> Error {
    Problem::new(Code::BadRequest).detail(error.to_string()).into()
}

/// Without the folders some browsers send along, and what does not belong on one line.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(200).collect()
}

impl Fields {
    fn understand(mut self, german: bool) -> Result<NewImport> {
        let mut errors = std::mem::take(&mut self.errors);
        let how = How {
            format: self.parsed("format", &mut errors),
            session: self.parsed("session", &mut errors),
            time_zone: self.parsed("time_zone", &mut errors),
            date_order: self.parsed("date_order", &mut errors),
            column_map: self.column_map(&mut errors),
            german,
        };
        let channel = self
            .parsed::<Channel>("channel", &mut errors)
            .unwrap_or(Channel::Online);
        if channel == Channel::Livestream {
            errors.push(FieldError::member(
                "/channel",
                "must be online or onsite: a livestream has viewers",
            ));
        }
        let (bytes, file_name) = self.file.unwrap_or_default();
        if bytes.is_empty() {
            errors.push(FieldError::member("/file", "is required"));
        }
        Error::unless_empty(errors)?;
        Ok(NewImport::new(bytes, file_name, channel, how))
    }

    fn text(&self, name: &str) -> Option<&str> {
        let found = self.texts.iter().find(|(known, _)| known == name);
        found.map(|(_, text)| text.trim()).filter(|text| !text.is_empty())
    }

    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        name: &str,
        errors: &mut Vec<FieldError>,
    ) -> Option<T> {
        match self.text(name)?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                errors.push(FieldError::member(pointer(name), error.to_string()));
                None
            }
        }
    }

    fn column_map(&self, errors: &mut Vec<FieldError>) -> Option<ColumnMap> {
        let text = self.text("column_map")?;
        let value = serde_json::from_str::<serde_json::Value>(text);
        let map = value
            .map_err(|error| vec![FieldError::member("/column_map", format!("is not JSON: {error}"))])
            .and_then(|value| from_value::<ColumnMap>(value, "/column_map"));
        match map {
            Ok(map) => {
                let named = [
                    &map.name,
                    &map.given_name,
                    &map.family_name,
                    &map.email,
                    &map.join_time,
                    &map.leave_time,
                ];
                let more = [&map.duration, &map.attended, &map.role];
                let bad = named.iter().chain(&more).filter_map(|one| one.as_deref());
                let bad = bad.filter(|heading| Line::<300>::from_text(heading).is_err()).count();
                if bad > 0 {
                    errors.push(FieldError::member(
                        "/column_map",
                        "must name columns in one line of at most 300 characters",
                    ));
                }
                Some(map)
            }
            Err(found) => {
                errors.extend(found);
                None
            }
        }
    }
}
