//! Query strings as values. A parameter that is not known, not readable or given twice is refused by name.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;

use super::problem::{Error, FieldError};

/// The query string as a `T`.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

/// Reads the whole first; where that fails, each parameter on its own, so that the mistake can be given its name:
/// `T` must be a flat struct of optional members.
pub fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Error> {
    let pairs = || query.split('&').filter(|pair| !pair.is_empty());
    let controlled = pairs().filter(|pair| hides_control_character(pair));
    let controlled = controlled.map(|pair| FieldError::parameter(name(pair), "must not contain control characters"));
    let mut errors = controlled.collect::<Vec<_>>();
    match web::Query::<T>::from_query(query) {
        Ok(value) if errors.is_empty() => return Ok(value.into_inner()),
        Ok(_) => return Err(Error::invalid(errors)),
        Err(_) => {}
    }
    errors.extend(
        pairs()
            .filter(|pair| !hides_control_character(pair))
            .filter_map(|pair| {
                let error = web::Query::<T>::from_query(pair).err()?.to_string();
                let words = error.strip_prefix("Query deserialize error: ").unwrap_or(&error);
                let words = if words.starts_with("unknown field") {
                    "is not known here"
                } else {
                    words
                };
                Some(FieldError::parameter(name(pair), words))
            }),
    );
    if errors.is_empty() {
        errors.extend(pairs().enumerate().filter_map(|(n, pair)| {
            let twice = pairs().take(n).any(|other| name(other) == name(pair));
            twice.then(|| FieldError::parameter(name(pair), "is given twice"))
        }));
    }
    Err(Error::invalid(errors))
}

fn name(pair: &str) -> String {
    pair.split('=').next().unwrap_or_default().chars().take(60).collect()
}

/// `%00` to `%1f`, and `%7f`.
fn hides_control_character(pair: &str) -> bool {
    pair.as_bytes()
        .windows(3)
        .any(|w| matches!(w, [b'%', b'0' | b'1', _] | [b'%', b'7', b'f' | b'F']))
}
