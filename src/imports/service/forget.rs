//! A preview that nobody confirmed is not kept.

use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;
use serde_json::json;

use crate::base::problem::Result;
use crate::imports::store;
use crate::journal::{Act, Actor, Entry, record};

/// Long enough to ask around what was meant.
const KEPT: Duration = Duration::days(14);

/// In one transaction; the rest has the next turn.
const AT_ONCE: i64 = 20;

/// Deletes previews that were sent two weeks ago; how many.
pub fn forget_unconfirmed(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<usize> {
    let gone = store::delete_unconfirmed(conn, now - KEPT, AT_ONCE)?;
    let act = Act {
        now,
        actor: Actor::SYSTEM,
    };
    for (organisation, id) in &gone {
        let entry = Entry {
            organisation_id: Some(organisation.0),
            action: "programme_import.forgotten",
            object_id: id.0,
            data: json!({}),
        };
        record(conn, &act, entry)?;
    }
    Ok(gone.len())
}
