//! Two seminars become one event, and two again. Only the fact is written: registrations, counts and parties stay where they
//! are, so that it can be taken back without loss. Who may do so, and when, `partners` decides.

use diesel::PgConnection;
use serde_json::json;

use super::journal;
use crate::base::problem::Result;
use crate::journal::Act;
use crate::seminars::model::Seminar;
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

fn save(conn: &mut PgConnection, act: &Act, both: [&mut Seminar; 2]) -> Result<()> {
    for seminar in both {
        seminar.version += 1;
        seminar.updated_at = act.now;
        store::save(conn, seminar)?;
    }
    Ok(())
}
