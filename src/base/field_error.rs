//! The places of a request that are wrong, by which a problem names them.

use serde::Serialize;
use utoipa::ToSchema;

/// One thing that is wrong with a request, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"pointer": "/sessions/0/ends_at", "detail": "must be after `starts_at`"}))]
pub struct FieldError {
    /// The member of the body, as a JSON Pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pointer: Option<String>,
    /// The query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parameter: Option<String>,
    /// The header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub header: Option<String>,
    pub detail: String,
}

/// No answer repeats a request of any length: what is longer was not meant to be read.
const POINTER: usize = 2000;
const NAME: usize = 100;
const DETAIL: usize = 2000;

/// No more than so many characters of it.
pub(super) fn cut(mut text: String, most: usize) -> String {
    if let Some((at, _)) = text.char_indices().nth(most) {
        text.truncate(at);
    }
    text
}

impl FieldError {
    pub fn member(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: Some(cut(pointer.into(), POINTER)),
            parameter: None,
            header: None,
            detail: cut(detail.into(), DETAIL),
        }
    }

    pub fn parameter(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: None,
            parameter: Some(cut(name.into(), NAME)),
            header: None,
            detail: cut(detail.into(), DETAIL),
        }
    }

    pub fn header(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: None,
            parameter: None,
            header: Some(cut(name.into(), NAME)),
            detail: cut(detail.into(), DETAIL),
        }
    }

    /// The place in words, for lists that a person reads.
    #[must_use]
    pub fn place(&self) -> &str {
        self.pointer
            .as_deref()
            .or(self.parameter.as_deref())
            .or(self.header.as_deref())
            .unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_has_an_end() {
        let long = "ä".repeat(5000);
        let told = FieldError::member(long.clone(), long.clone());
        assert_eq!(told.place().chars().count(), POINTER);
        assert_eq!(told.detail.chars().count(), DETAIL);
        assert_eq!(FieldError::parameter(long.clone(), "").place().chars().count(), NAME);
        assert_eq!(FieldError::header("If-Match", long).place(), "If-Match");
    }
}
