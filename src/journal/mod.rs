//! The journal: one append-only entry per effect, written in the effect's own transaction.
//!
//! Audit log, change feed and webhooks are its three readers. It holds ids and facts of the programme; it
//! never holds names, addresses or anything else about a person, so that it need not be touched when personal
//! data is erased.

mod restored;

pub use restored::{SetBack, set_back};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::base::db::prepared;
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

    #[must_use]
    pub fn api_client(id: Uuid) -> Self {
        Self {
            kind: ActorKind::ApiClient,
            id: Some(id),
        }
    }

    /// The person who registered, known by the registration.
    #[must_use]
    pub fn registrant(registration: Uuid) -> Self {
        Self {
            kind: ActorKind::Registrant,
            id: Some(registration),
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

/// Appends many at once, each with its own actor: one statement, however many.
pub fn record_all(conn: &mut PgConnection, entries: Vec<(Act, Entry)>) -> Result<()> {
    use diesel::sql_types::{Array, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
    let mut columns = Columns::default();
    for (act, entry) in entries {
        columns.id.push(fresh());
        columns.organisation_id.push(entry.organisation_id);
        columns.at.push(act.now);
        columns.actor_kind.push(act.actor.kind.as_str());
        columns.actor_id.push(act.actor.id);
        columns.action.push(entry.action);
        columns
            .object_kind
            .push(entry.action.split('.').next().unwrap_or_default());
        columns.object_id.push(entry.object_id);
        columns.data.push(entry.data);
    }
    prepared(
        "INSERT INTO journal (id, organisation_id, at, actor_kind, actor_id, action, object_kind, object_id, data)
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind::<Array<SqlUuid>, _>(columns.id)
    .bind::<Array<Nullable<SqlUuid>>, _>(columns.organisation_id)
    .bind::<Array<Timestamptz>, _>(columns.at)
    .bind::<Array<Text>, _>(columns.actor_kind)
    .bind::<Array<Nullable<SqlUuid>>, _>(columns.actor_id)
    .bind::<Array<Text>, _>(columns.action)
    .bind::<Array<Text>, _>(columns.object_kind)
    .bind::<Array<SqlUuid>, _>(columns.object_id)
    .bind::<Array<Jsonb>, _>(columns.data)
    .execute(conn)?;
    Ok(())
}

#[derive(Default)]
struct Columns {
    id: Vec<Uuid>,
    organisation_id: Vec<Option<Uuid>>,
    at: Vec<DateTime<Utc>>,
    actor_kind: Vec<&'static str>,
    actor_id: Vec<Option<Uuid>>,
    action: Vec<&'static str>,
    object_kind: Vec<&'static str>,
    object_id: Vec<Uuid>,
    data: Vec<Value>,
}
