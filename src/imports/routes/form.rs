//! The form a programme comes in.

use std::time::Duration;

use actix_multipart::Multipart;
use chrono::NaiveDate;
use tokio::sync::{Semaphore, SemaphorePermit};
use utoipa::ToSchema;

use crate::base::body::from_value;
use crate::base::form::{self, Fields};
use crate::base::problem::{Error, FieldError, Result};
use crate::base::text::{FromText, Line};
use crate::imports::service::NewProgramme;
use crate::imports::sheet::{ColumnMap, Field, MAX_BYTES, Order, Settings};
use crate::seminars::Kind;

/// Files that are read at once: reading takes several times their size.
static READ: Semaphore = Semaphore::const_new(2);
const TURN: Duration = Duration::from_secs(10);

/// A turn among those whose file is read; not for ever.
pub async fn turn() -> Result<SemaphorePermit<'static>> {
    let turn = tokio::time::timeout(TURN, READ.acquire()).await;
    let turn = turn.map_err(|_| Error::Unavailable("too many programmes are being read".to_owned()))?;
    turn.map_err(Error::internal)
}

/// The fields of the form.
#[derive(ToSchema)]
#[schema(as = ProgrammeImportForm)]
#[expect(dead_code, reason = "describes the form; the form is read as it arrives")]
pub struct Form {
    /// The programme as CSV, at most 2,000,000 bytes, 2,000 rows and 64 columns.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Whose programme it is: id or slug. Left out: of the only organisation in which the caller is organiser.
    #[schema(nullable = false, max_length = 60, example = "staedteregion-aachen")]
    organisation: Option<String>,
    /// JSON: which heading is what, where the words are not known.
    #[schema(value_type = ColumnMap, required = false)]
    column_map: Option<String>,
    /// The year the file is about, 1900 to 2200: short for `from` and `to`.
    #[schema(nullable = false, minimum = 1900, maximum = 2200, example = 2020)]
    year: Option<i32>,
    /// First and last day of the period it is about. They settle years of two digits and missing ones.
    #[schema(nullable = false)]
    from: Option<NaiveDate>,
    #[schema(nullable = false)]
    to: Option<NaiveDate>,
    /// How 03/04/2020 is read: `dmy` or `mdy`. Left out: where both are days, it is a doubt.
    #[schema(nullable = false)]
    date_order: Option<Order>,
    /// The kind of what names none. Left out: `seminar`.
    #[schema(nullable = false)]
    kind: Option<Kind>,
    /// `true`: what has no status and lies in the past was held.
    #[schema(nullable = false)]
    past_is_held: Option<bool>,
}

const KNOWN: [&str; 8] = [
    "organisation",
    "column_map",
    "year",
    "from",
    "to",
    "date_order",
    "kind",
    "past_is_held",
];

/// The form, and the organisation that it names.
pub async fn read(form: Multipart, german: bool) -> Result<(NewProgramme, Option<String>)> {
    let mut fields = form::read(form, MAX_BYTES, &KNOWN).await?;
    let mut errors = std::mem::take(&mut fields.errors);
    let year = fields.parsed::<i32>("year", &mut errors);
    let mut settings = Settings {
        from: fields.parsed("from", &mut errors),
        to: fields.parsed("to", &mut errors),
        date_order: fields.parsed("date_order", &mut errors),
        kind: fields.parsed("kind", &mut errors).unwrap_or(Kind::Seminar),
        past_is_held: fields.parsed("past_is_held", &mut errors).unwrap_or_default(),
        ..Settings::default()
    };
    if let Some(year) = year {
        if settings.from.is_some() || settings.to.is_some() {
            errors.push(FieldError::member("/year", "must not stand beside `from` and `to`"));
        } else if !(1900..=2200).contains(&year) {
            errors.push(FieldError::member("/year", "must be 1900 to 2200"));
        } else {
            settings.from = NaiveDate::from_ymd_opt(year, 1, 1);
            settings.to = NaiveDate::from_ymd_opt(year, 12, 31);
        }
    }
    errors.extend(settings_faults(&settings, ""));
    let map = column_map(&fields, &mut errors);
    let organisation = fields.text("organisation").map(|text| {
        let named = Line::<60>::from_text(text);
        errors.extend(
            named
                .as_ref()
                .err()
                .map(|why| FieldError::member("/organisation", why.clone())),
        );
        named.map_or_else(|_| String::new(), Line::into_string)
    });
    let (bytes, file_name) = fields.file.unwrap_or_default();
    if bytes.is_empty() {
        errors.push(FieldError::member("/file", "is required"));
    }
    Error::unless_empty(errors)?;
    let new = NewProgramme {
        bytes,
        file_name,
        map: map.unwrap_or_default(),
        settings,
        german,
    };
    Ok((new, organisation))
}

/// What is wrong with what was said of the whole file.
pub fn settings_faults(settings: &Settings, at: &str) -> Vec<FieldError> {
    use chrono::Datelike;
    let mut faults = Vec::new();
    for (day, member) in [(settings.from, "from"), (settings.to, "to")] {
        if day.is_some_and(|day| !(1900..=2200).contains(&day.year())) {
            faults.push(FieldError::member(
                format!("{at}/{member}"),
                "must be between 1900 and 2200",
            ));
        }
    }
    match (settings.from, settings.to) {
        (Some(from), Some(to)) if to < from => {
            faults.push(FieldError::member(format!("{at}/to"), "must not be before `from`"))
        }
        (Some(_), None) => faults.push(FieldError::member(format!("{at}/to"), "is required beside `from`")),
        (None, Some(_)) => faults.push(FieldError::member(format!("{at}/from"), "is required beside `to`")),
        _ => {}
    }
    for code in settings.accept.iter().filter(|code| !code.is_acceptable()) {
        faults.push(FieldError::member(
            format!("{at}/accept"),
            format!("`{code}` cannot be accepted; it needs a value"),
        ));
    }
    faults
}

fn column_map(fields: &Fields, errors: &mut Vec<FieldError>) -> Option<ColumnMap> {
    let text = fields.text("column_map")?;
    let value = serde_json::from_str::<serde_json::Value>(text);
    let map = value
        .map_err(|error| vec![FieldError::member("/column_map", format!("is not JSON: {error}"))])
        .and_then(|value| from_value::<ColumnMap>(value, "/column_map"));
    match map {
        Ok(map) => {
            let bad = |(field, heading): (&Field, &String)| {
                let why = Line::<300>::from_text(heading).err()?;
                Some(FieldError::member(format!("/column_map/{field}"), why))
            };
            errors.extend(map.0.iter().filter_map(bad));
            Some(map)
        }
        Err(found) => {
            errors.extend(found);
            None
        }
    }
}
