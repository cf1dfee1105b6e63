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

/// Reads each parameter on its own first, so that the mistake can be given its name: `T` must be a flat struct
/// of optional members.
pub fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Error> {
    if let Ok(value) = web::Query::<T>::from_query(query) {
        return refuse_control_characters(query).map(|()| value.into_inner());
    }
    let errors = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .filter_map(|pair| {
            let error = web::Query::<T>::from_query(pair).err()?;
            let name = pair.split('=').next().unwrap_or_default();
            let words = error.to_string();
            let words = words
                .strip_prefix("Query deserialize error: ")
                .unwrap_or(&words)
                .to_owned();
            Some(FieldError::parameter(
                name,
                if words.starts_with("unknown field") {
                    "is not known here".to_owned()
                } else {
                    words
                },
            ))
        })
        .collect::<Vec<_>>();
    Err(Error::invalid(if errors.is_empty() {
        vec![FieldError::parameter(
            query.chars().take(60).collect::<String>(),
            "is given twice or cannot be read",
        )]
    } else {
        errors
    }))
}

fn refuse_control_characters(query: &str) -> Result<(), Error> {
    let escaped = query.as_bytes().windows(3).any(|w| match w {
        [b'%', b'0' | b'1', _] => true,
        [b'%', b'7', b'f' | b'F'] => true,
        _ => false,
    });
    if escaped {
        return Err(Error::invalid(vec![FieldError::parameter(
            "",
            "must not contain control characters",
        )]));
    }
    Ok(())
}
