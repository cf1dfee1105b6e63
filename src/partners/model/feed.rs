//! The change feed as its readers in this room see it.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::auth::OrganisationId;

/// After this entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub transaction: i64,
    pub entry: Uuid,
}

/// Something that happened, as the journal has it.
#[derive(Clone, Debug)]
pub struct Happening {
    pub id: Uuid,
    pub transaction: i64,
    pub at: DateTime<Utc>,
    pub organisation_id: OrganisationId,
    pub action: String,
    pub object_id: Uuid,
    pub data: Value,
}

impl Happening {
    /// After it.
    #[must_use]
    pub fn position(&self) -> Position {
        Position {
            transaction: self.transaction,
            entry: self.id,
        }
    }
}
