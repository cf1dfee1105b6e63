//! The journal: one append-only entry per effect, written in the effect's own transaction.
//!
//! Audit log, change feed and webhooks will be its three readers. It holds ids and facts of the programme; it
//! never holds names, addresses or anything else about a person, so that it need not be touched when personal
//! data is erased.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::base::ids::{fresh, words};
use crate::base::problem::Result;
use crate::schema::journal;

words! {
    /// Who caused an effect.
    ActorKind {
        Anonymous = "anonymous",
        Registrant = "registrant",
        Account = "account",
        ApiClient = "api_client",
        System = "system",
    }
}

/// Who caused an effect: a kind, and an id where the kind has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    pub kind: ActorKind,
    pub id: Option<Uuid>,
}

impl Actor {
    pub const ANONYMOUS: Self = Self {
        kind: ActorKind::Anonymous,
        id: None,
    };
    /// The operator at the command line, and the service itself.
    pub const SYSTEM: Self = Self {
        kind: ActorKind::System,
        id: None,
    };

    #[must_use]
    pub fn account(id: Uuid) -> Self {
        Self {
            kind: ActorKind::Account,
            id: Some(id),
        }
    }

    /// The account behind the effect, for columns that point at it.
    #[must_use]
    pub fn account_id(&self) -> Option<Uuid> {
        (self.kind == ActorKind::Account).then_some(self.id).flatten()
    }
}

/// When and by whom: what every writing service function is handed besides its connection.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    pub now: DateTime<Utc>,
    pub actor: Actor,
}

impl Act {
    /// The calendar day on which it happens, where the office is.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&chrono_tz::Europe::Berlin).date_naive()
    }
}

/// One effect. `action` reads `object.verb`: `seminar.published`.
#[derive(Debug)]
pub struct Entry {
    pub organisation_id: Option<Uuid>,
    pub action: &'static str,
    pub object_id: Uuid,
    pub data: Value,
}

/// Appends `entry`.
pub fn record(conn: &mut PgConnection, act: &Act, entry: Entry) -> Result<()> {
    let object_kind = entry.action.split('.').next().unwrap_or_default();
    diesel::insert_into(journal::table)
        .values((
            journal::id.eq(fresh()),
            journal::organisation_id.eq(entry.organisation_id),
            journal::at.eq(act.now),
            journal::actor_kind.eq(act.actor.kind),
            journal::actor_id.eq(act.actor.id),
            journal::action.eq(entry.action),
            journal::object_kind.eq(object_kind),
            journal::object_id.eq(entry.object_id),
            journal::data.eq(entry.data),
        ))
        .execute(conn)?;
    Ok(())
}
