//! Chains, seals, and entries as they are sealed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::auth::OrganisationId;
use crate::schema::{journal, journal_seals};

/// Whose entries: an organisation's, or those without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chain(pub Option<OrganisationId>);

impl Chain {
    /// How it stands in the table; no organisation has the id of zeros.
    #[must_use]
    pub fn key(self) -> Uuid {
        self.0.map_or(Uuid::nil(), |of| of.0)
    }

    #[must_use]
    pub fn of_key(key: Uuid) -> Self {
        Self((!key.is_nil()).then_some(OrganisationId(key)))
    }
}

impl std::fmt::Display for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(of) => write!(f, "organisation {of}"),
            None => f.write_str("entries without organisation"),
        }
    }
}

/// Where in the journal: at this entry. Ordered as the journal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub transaction: i64,
    pub entry: Uuid,
}

impl Position {
    /// Before every entry, also those of a restored database.
    pub const BEGINNING: Self = Self {
        transaction: i64::MIN,
        entry: Uuid::nil(),
    };
}

/// An entry of the journal with everything that is sealed of it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = journal, check_for_backend(diesel::pg::Pg))]
pub struct Entry {
    pub id: Uuid,
    pub organisation_id: Option<Uuid>,
    pub at: DateTime<Utc>,
    pub transaction: i64,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub action: String,
    pub object_kind: String,
    pub object_id: Uuid,
    pub data: Value,
}

impl Entry {
    #[must_use]
    pub fn position(&self) -> Position {
        Position {
            transaction: self.transaction,
            entry: self.id,
        }
    }
}

/// One batch of a chain.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = journal_seals, check_for_backend(diesel::pg::Pg))]
pub struct Seal {
    pub chain: Uuid,
    pub number: i64,
    pub entries: i32,
    pub total: i64,
    pub members: Vec<u8>,
    pub previous: Vec<u8>,
    pub digest: Vec<u8>,
    pub last_transaction: i64,
    pub last_entry: Uuid,
    pub sealed_at: DateTime<Utc>,
}

impl Seal {
    #[must_use]
    pub fn position(&self) -> Position {
        Position {
            transaction: self.last_transaction,
            entry: self.last_entry,
        }
    }
}

/// The last seal of a chain, to be kept where whoever can write the database cannot write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// `null`: the entries without organisation.
    pub organisation: Option<OrganisationId>,
    pub number: i64,
    /// How many entries are sealed.
    pub entries: i64,
    /// SHA-256, in hexadecimal digits.
    pub digest: String,
    pub sealed_at: DateTime<Utc>,
}

impl Head {
    #[must_use]
    pub fn chain(&self) -> Chain {
        Chain(self.organisation)
    }
}

/// What `einlass journal heads` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heads {
    pub at: DateTime<Utc>,
    pub heads: Vec<Head>,
}

/// What of the log is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub chain: Chain,
    pub object: Option<Uuid>,
    pub actor: Option<Uuid>,
    pub action: Option<String>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub to: Option<DateTime<Utc>>,
    /// After this entry of the page before.
    pub after: Option<(DateTime<Utc>, Uuid)>,
    pub limit: i64,
}
