//! A request body as a value: read within bounds, understood whole, or refused with every place that is wrong.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::digest::sha256;
use super::problem::{Code, Error, FieldError, Problem};

/// Large enough for every body of the contract; imports have their own way in.
pub const LIMIT: usize = 256 * 1024;
/// actix puts an end to slow headers, not to slow bodies.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// More than anybody reads.
const MAX_ERRORS: usize = 100;

/// A JSON body. `digest` tells two bodies apart for the Idempotency-Key.
#[derive(Debug)]
pub struct Body<T> {
    pub value: T,
    pub digest: [u8; 32],
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = media_type(request);
        let bytes = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            media_type?;
            let bytes = tokio::time::timeout(PATIENCE, bytes)
                .await
                .map_err(|_| Error::from(Code::BodyTimeout))?
                .map_err(|error| payload_error(&error))?;
            Ok(Self {
                value: parse(&bytes)?,
                digest: sha256(&bytes),
            })
        })
    }
}

/// A JSON body of another size than most, as a `T`.
pub async fn read<T: DeserializeOwned>(request: &HttpRequest, payload: web::Payload, limit: usize) -> Result<T, Error> {
    media_type(request)?;
    let too_large = || Problem::new(Code::BodyTooLarge).detail(format!("The limit is {} KiB.", limit / 1024));
    let bytes = tokio::time::timeout(PATIENCE, payload.to_bytes_limited(limit)).await;
    let bytes = bytes
        .map_err(|_| Error::from(Code::BodyTimeout))?
        .map_err(|_| too_large())?;
    parse(&bytes.map_err(|error| payload_error(&error))?)
}

fn payload_error(error: &actix_web::Error) -> Error {
    match error.as_response_error().status_code().as_u16() {
        413 => Problem::new(Code::BodyTooLarge)
            .detail(format!("The limit is {} KiB.", LIMIT / 1024))
            .into(),
        _ => Problem::new(Code::BadRequest).detail(error.to_string()).into(),
    }
}

/// `application/json`, or `application/merge-patch+json` for PATCH, in UTF-8.
fn media_type(request: &HttpRequest) -> Result<(), Error> {
    let given = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let (kind, parameters) = given.split_once(';').unwrap_or((given, ""));
    let kind = kind.trim();
    let json = kind.eq_ignore_ascii_case("application/json")
        || (request.method() == actix_web::http::Method::PATCH
            && kind.eq_ignore_ascii_case("application/merge-patch+json"));
    let charset = parameters.trim().to_ascii_lowercase();
    if json && (charset.is_empty() || charset.replace('"', "") == "charset=utf-8") {
        return Ok(());
    }
    Err(Problem::new(Code::UnsupportedMediaType)
        .detail(if given.is_empty() {
            "Content-Type is missing.".to_owned()
        } else {
            format!("Not understood: {given}")
        })
        .into())
}

/// Reads JSON into `T`. What is wrong is named by JSON Pointer, as much of it as can be told at once.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let value = <Value as serde::Deserialize>::deserialize(tracked).and_then(|value| {
        deserializer.end()?;
        Ok(value)
    });
    let value = value.map_err(|error| {
        let place = FieldError::member(pointer(&track.path()), error.to_string());
        Error::from(Problem::new(Code::MalformedJson).errors(vec![place]))
    })?;
    from_value(value, "").map_err(Error::invalid)
}

/// Makes a `T` of `value`, or names every member that is in the way. serde stops at the first mistake; so what it
/// names is taken out and the rest is read again, until nothing new comes.
pub fn from_value<T: DeserializeOwned>(mut value: Value, base: &str) -> Result<T, Vec<FieldError>> {
    let mut errors = Vec::<FieldError>::new();
    let mut named = BTreeSet::new();
    let mut removed = Vec::new();
    loop {
        let error = match serde_path_to_error::deserialize::<_, T>(&value) {
            Ok(whole) if errors.is_empty() => return Ok(whole),
            Ok(_) => return Err(errors),
            Err(error) => error,
        };
        let parent = pointer(error.path());
        let words = error.inner().to_string();
        let missing = between_ticks(&words, "missing field `");
        let unknown = between_ticks(&words, "unknown field `").filter(|f| !parent.ends_with(&format!("/{f}")));
        let at = match missing.or(unknown) {
            Some(field) => format!("{parent}/{field}"),
            None => parent.clone(),
        };
        // A member that was taken out is now missing: that is the same mistake told twice.
        if named.insert(original(&at, &removed)) {
            errors.push(FieldError::member(
                format!("{base}{}", original(&at, &removed)),
                plain(&words),
            ));
        }
        let in_the_way = if missing.is_some() { &parent } else { &at };
        if errors.len() >= MAX_ERRORS || !take_out(&mut value, in_the_way, &mut removed) {
            return Err(errors);
        }
    }
}

fn between_ticks<'a>(words: &'a str, start: &str) -> Option<&'a str> {
    words.strip_prefix(start)?.split('`').next()
}

fn plain(words: &str) -> String {
    if words.starts_with("missing field") {
        return "is required".to_owned();
    }
    if words.starts_with("unknown field") {
        return match words.split_once(", ") {
            Some((_, expected)) => format!("is not known here; {expected}"),
            None => "is not known here".to_owned(),
        };
    }
    words.to_owned()
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// Removes what is at `pointer`, member or element; the whole body cannot be taken.
fn take_out(value: &mut Value, pointer: &str, removed: &mut Vec<(String, usize)>) -> bool {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return false;
    };
    match value.pointer_mut(parent) {
        Some(Value::Object(members)) => members.remove(&name.replace("~1", "/").replace("~0", "~")).is_some(),
        Some(Value::Array(elements)) => match name.parse::<usize>() {
            Ok(index) if index < elements.len() => {
                let place = original(pointer, removed);
                elements.remove(index);
                let (list, index) = place.rsplit_once('/').unwrap_or_default();
                removed.push((list.to_owned(), index.parse().unwrap_or_default()));
                true
            }
            _ => false,
        },
        _ => false,
    }
}

/// Where `pointer` stood before elements were taken out in front of it.
fn original(pointer: &str, removed: &[(String, usize)]) -> String {
    pointer.split('/').skip(1).fold(String::new(), |list, segment| {
        let mut gone = removed
            .iter()
            .filter(|(of, _)| *of == list)
            .map(|(_, index)| *index)
            .collect::<Vec<_>>();
        gone.sort_unstable();
        match segment.parse::<usize>() {
            Ok(index) if !gone.is_empty() => {
                let index = gone
                    .iter()
                    .fold(index, |index, taken| if *taken <= index { index + 1 } else { index });
                format!("{list}/{index}")
            }
            _ => format!("{list}/{segment}"),
        }
    })
}

/// For PATCH (RFC 7396): `None` = not mentioned, `Some(None)` = null, `Some(Some(v))` = the new value.
/// Use with `#[serde(default, deserialize_with = "body::mentioned")]`.
pub fn mentioned<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    serde::Deserialize::deserialize(deserializer).map(Some)
}

/// For members that hold unless one says otherwise: `#[serde(default = "yes")]`.
#[must_use]
pub const fn yes() -> bool {
    true
}

/// For members of a PATCH that cannot be taken away: not mentioned, or a value; `null` is refused. Without it
/// serde reads `null` as not mentioned.
pub fn kept<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::text::Line;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Inner {
        n: u8,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Outer {
        name: Line<5>,
        list: Vec<Inner>,
    }

    fn pointers(json: &str) -> Vec<String> {
        match parse::<Outer>(json.as_bytes()).unwrap_err() {
            Error::Refused(problem) => problem.errors.iter().map(|e| e.pointer.clone().unwrap()).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_wrong_member_is_named() {
        assert_eq!(
            pointers(r#"{"name": "toolong", "list": [{"n": 300, "x": 1}], "y": 2}"#),
            ["/list/0/n", "/list/0/x", "/name", "/y"]
        );
        assert_eq!(
            pointers(r#"{"name": "ok", "list": [{"n": 1}, {"n": 999}, {"n": 2}, {}, {"n": "x"}, {"n": 3, "z": 1}]}"#),
            ["/list/1/n", "/list/3/n", "/list/4/n", "/list/5/z"]
        );
        assert_eq!(pointers(r#"{"name": "ok"}"#), ["/list"]);
        assert_eq!(pointers(r#"{"name": 5, "list": []}"#), ["/name"]);
    }

    #[test]
    fn what_is_not_json_names_the_member_too() {
        assert_eq!(pointers(r#"{"name": "\ud800", "list": []}"#), ["/name"]);
        assert_eq!(pointers(r#"{"name": "a", "list": [{"n": }]}"#), ["/list/0/n"]);
    }
}
