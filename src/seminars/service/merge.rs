//! Two seminars become one event, and two again. Only the fact is written: registrations, counts and parties stay where they
//! are, so that it can be taken back without loss. Who may do so, and when, `partners` decides.

use diesel::PgConnection;
use serde_json::json;

use super::journal;
use crate::base::db::again;
use crate::base::problem::Result;
use crate::journal::Act;
use crate::seminars::model::{Seminar, SeminarId};
use crate::seminars::store;

/// `into` stands for `seminar` from here on. The caller has locked both ([`store::lock_pair`]).
pub fn merge(conn: &mut PgConnection, act: &Act, seminar: &mut Seminar, into: &mut Seminar) -> Result<()> {
    seminar.merged_into_organisation_id = Some(into.organisation_id);
    seminar.merged_into = Some(into.id);
    save(conn, act, [&mut *seminar, &mut *into])?;
    journal(conn, act, seminar, "seminar.merged", json!({"into": into.id}))?;
    journal(conn, act, into, "seminar.merged", json!({"from": seminar.id}))
}

/// Each stands for itself again. The caller has locked both.
pub fn unmerge(conn: &mut PgConnection, act: &Act, seminar: &mut Seminar, into: &mut Seminar) -> Result<()> {
    seminar.merged_into_organisation_id = None;
    seminar.merged_into = None;
    save(conn, act, [&mut *seminar, &mut *into])?;
    journal(conn, act, seminar, "seminar.unmerged", json!({"into": into.id}))?;
    journal(conn, act, into, "seminar.unmerged", json!({"from": seminar.id}))
}

fn save<const N: usize>(conn: &mut PgConnection, act: &Act, all: [&mut Seminar; N]) -> Result<()> {
    for seminar in all {
        seminar.version += 1;
        seminar.updated_at = act.now;
        store::save(conn, seminar)?;
    }
    Ok(())
}

/// Locks the seminar that stands for this one, where there is one, together with it and both by id. What is shown of this one
/// there (its parties, and that it is one of them) may be about to change.
pub fn lock_shown_in(conn: &mut PgConnection, id: SeminarId) -> Result<Option<Seminar>> {
    let into = |seminar: &Seminar| seminar.merged_into;
    let Some(other) = store::find(conn, id)?.as_ref().and_then(into) else {
        return Ok(None);
    };
    let both = store::lock_all(conn, &[id, other])?;
    // It was read before it was locked.
    if both.iter().find(|one| one.id == id).and_then(into) != Some(other) {
        return Err(again());
    }
    Ok(both.into_iter().find(|one| one.id == other))
}

/// Of the seminar that stands for others: that its public parties are others now, because theirs are.
pub fn shown_otherwise(conn: &mut PgConnection, act: &Act, mut seminar: Seminar) -> Result<()> {
    save(conn, act, [&mut seminar])?;
    let facts = json!({"title": seminar.title, "changed_fields": ["parties", "merged"]});
    journal(conn, act, &seminar, "seminar.changed", facts)
}
