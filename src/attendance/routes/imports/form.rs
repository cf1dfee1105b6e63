//! The form a report comes in: read as it arrives, within bounds; what is too much is refused before it is held.

use std::time::Duration;

use actix_multipart::Multipart;
use actix_web::HttpRequest;
use tokio::sync::{Semaphore, SemaphorePermit};
use utoipa::ToSchema;

use crate::attendance::reader::{ColumnMap, MAX_BYTES};
use crate::attendance::service::{How, NewImport};
use crate::base::body::from_value;
use crate::base::form::{self, Fields};
use crate::base::language::german;
use crate::base::problem::{Error, FieldError, Result};
use crate::base::text::{FromText, Line};
use crate::seminars::Channel;

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
    #[schema(nullable = false, max_length = 60)]
    format: Option<String>,
    /// Which session it is of. Left out: the only one, or the one whose day the times of the file are of.
    #[schema(value_type = uuid::Uuid, required = false)]
    session: Option<crate::seminars::SessionId>,
    /// The zone of times that name none. Left out: that of the session.
    #[schema(nullable = false, max_length = 60, example = "Europe/Berlin")]
    time_zone: Option<String>,
    /// JSON: which column is what, for a report that is not known.
    #[schema(value_type = ColumnMap, required = false)]
    column_map: Option<String>,
    /// How 03/04 is read: `dmy` or `mdy`. Left out: as it fits the session.
    #[schema(nullable = false, max_length = 10, example = "dmy")]
    date_order: Option<String>,
    /// `online`, or `onsite` for one's own list from the door. Left out: `online`.
    #[schema(nullable = false)]
    channel: Option<Channel>,
}

/// What can be told from the headers alone.
pub fn check_headers(request: &HttpRequest) -> Result<()> {
    form::check_headers(request, MAX_BYTES)
}

/// The form, within the time that every body has.
pub async fn read_form(request: &HttpRequest, form: Multipart) -> Result<NewImport> {
    let fields = form::read(form, MAX_BYTES, &KNOWN).await?;
    understand(fields, german(request))
}

const KNOWN: [&str; 6] = ["format", "session", "time_zone", "column_map", "date_order", "channel"];

fn understand(mut fields: Fields, german: bool) -> Result<NewImport> {
    let mut errors = std::mem::take(&mut fields.errors);
    let how = How {
        format: fields.parsed("format", &mut errors),
        session: fields.parsed("session", &mut errors),
        time_zone: fields.parsed("time_zone", &mut errors),
        date_order: fields.parsed("date_order", &mut errors),
        column_map: column_map(&fields, &mut errors),
        german,
    };
    let channel = fields
        .parsed::<Channel>("channel", &mut errors)
        .unwrap_or(Channel::Online);
    if channel == Channel::Livestream {
        errors.push(FieldError::member(
            "/channel",
            "must be online or onsite: a livestream has viewers",
        ));
    }
    let (bytes, file_name) = fields.file.unwrap_or_default();
    if bytes.is_empty() {
        errors.push(FieldError::member("/file", "is required"));
    }
    Error::unless_empty(errors)?;
    Ok(NewImport::new(bytes, file_name, channel, how))
}

fn column_map(fields: &Fields, errors: &mut Vec<FieldError>) -> Option<ColumnMap> {
    let text = fields.text("column_map")?;
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
