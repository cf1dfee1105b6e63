//! A form with one file: read as it arrives, within bounds; what is too much is refused before it is held.

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use futures_util::StreamExt;

use super::body::PATIENCE;
use super::problem::{Code, Error, FieldError, Problem, Result};

/// All fields but the file together, with what stands between them.
const BESIDE: usize = 64 * 1024;
const FIELD: usize = 8 * 1024;

/// A form as it came.
#[derive(Default)]
pub struct Fields {
    /// The bytes of the field `file`, and what the file is called.
    pub file: Option<(Vec<u8>, Option<String>)>,
    pub texts: Vec<(String, String)>,
    pub errors: Vec<FieldError>,
}

/// What can be told from the headers alone.
pub fn check_headers(request: &HttpRequest, most: usize) -> Result<()> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let kind = header(CONTENT_TYPE).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        let detail = "Send the file as multipart/form-data.";
        return Err(Problem::new(Code::UnsupportedMediaType).detail(detail).into());
    }
    let length = header(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    let all = u64::try_from(most + BESIDE).map_err(Error::internal)?;
    if length.is_some_and(|length| length > all) {
        return Err(too_large(most));
    }
    Ok(())
}

fn too_large(most: usize) -> Error {
    let detail = format!("The limit is {most} bytes for the file.");
    Problem::new(Code::BodyTooLarge).detail(detail).into()
}

/// The form, within the time that every body has. Fields that are not `known` are refused by name.
pub async fn read(form: Multipart, most: usize, known: &[&str]) -> Result<Fields> {
    let reading = tokio::time::timeout(PATIENCE, collect(form, most, known)).await;
    reading.map_err(|_| Error::from(Code::BodyTimeout))?
}

async fn collect(mut form: Multipart, most: usize, known: &[&str]) -> Result<Fields> {
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
            let bytes = bounded(&mut field, most).await?.ok_or_else(|| too_large(most))?;
            fields.file = Some((bytes, file_name.filter(|name| !name.is_empty())));
        } else if known.contains(&name.as_str()) {
            let Some(bytes) = bounded(&mut field, FIELD).await? else {
                return Err(Error::member(pointer(&name), format!("is longer than {FIELD} bytes")));
            };
            match String::from_utf8(bytes) {
                Ok(text) => fields.texts.push((name, text)),
                Err(_) => fields.errors.push(FieldError::member(pointer(&name), "is not UTF-8")),
            }
        } else {
            let words = format!("is not known here; expected file or one of {}", known.join(", "));
            return Err(Error::member(pointer(&name), words));
        }
    }
    Ok(fields)
}

/// Where a field stands, as problems name it.
#[must_use]
pub fn pointer(name: &str) -> String {
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
    /// A field that says something.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        let found = self.texts.iter().find(|(known, _)| known == name);
        found.map(|(_, text)| text.trim()).filter(|text| !text.is_empty())
    }

    /// A field as a value; what it cannot be is an error.
    pub fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
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
}
