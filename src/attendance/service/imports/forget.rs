//! What does not count is not kept, be it that nobody confirmed it or that somebody took it back: names and addresses stand
//! in it.

use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;
use serde_json::json;

use crate::attendance::store;
use crate::base::problem::Result;
use crate::journal::{Act, Actor, Entry, record};

/// Long enough to ask around who was who.
const KEPT: Duration = Duration::days(14);

/// In one transaction; the rest has the next turn.
const AT_ONCE: i64 = 20;

/// Join and leave times go where the seminar has come to keep minutes only; of how many imports.
pub fn forget_times(conn: &mut PgConnection) -> Result<usize> {
    let timed = store::with_times_not_kept(conn, AT_ONCE)?;
    for import in &timed {
        store::drop_segments(conn, *import)?;
    }
    Ok(timed.len())
}

/// Deletes what has not counted for two weeks; how many.
pub fn forget_uncounted(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<usize> {
    let gone = store::delete_uncounted(conn, now - KEPT, AT_ONCE)?;
    let act = Act {
        now,
        actor: Actor::SYSTEM,
    };
    for (organisation, id, seminar) in &gone {
        let entry = Entry {
            organisation_id: Some(organisation.0),
            action: "import.forgotten",
            object_id: id.0,
            data: json!({"seminar_id": seminar}),
        };
        record(conn, &act, entry)?;
    }
    Ok(gone.len())
}
