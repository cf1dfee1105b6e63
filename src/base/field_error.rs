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

impl FieldError {
    pub fn member(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            parameter: None,
            header: None,
            detail: detail.into(),
        }
    }

    pub fn parameter(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: None,
            parameter: Some(name.into()),
            header: None,
            detail: detail.into(),
        }
    }

    pub fn header(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: None,
            parameter: None,
            header: Some(name.into()),
            detail: detail.into(),
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
