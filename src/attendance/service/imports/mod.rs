//! Reports of platforms: read → match → preview; resolve, confirm, revert; forget what nobody confirmed.

mod decide;
mod forget;
mod read;
mod together;
mod upload;

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use super::super::model::{AttendanceImport, ImportParticipant};
use super::super::store::{self, Totals};
use crate::base::problem::{Error, Result};
use crate::journal::Entry;

pub use decide::{Decision, Taken, confirm_import, delete_import, resolve_import, revert_import};
pub use forget::{forget_times, forget_uncounted};
pub use upload::{How, Known, NewImport, preview, upload};

/// An import as it is shown: what it comes to, and its first participants.
pub struct Shown {
    pub import: AttendanceImport,
    pub totals: Totals,
    /// One more than [`INLINE`], where there are more.
    pub participants: Vec<ImportParticipant>,
}

/// Participants in the preview itself; what is beyond comes in pages.
pub const INLINE: i64 = 500;

pub fn shown(conn: &mut PgConnection, import: AttendanceImport) -> Result<Shown> {
    let of = (import.organisation_id, import.id);
    let totals = store::totals(conn, import.organisation_id, &[import.id])?;
    Ok(Shown {
        totals: totals.get(&import.id).copied().unwrap_or_default(),
        participants: store::participants(conn, of, None, None, INLINE)?,
        import,
    })
}

fn entry(import: &AttendanceImport, action: &'static str, mut data: serde_json::Value) -> Entry {
    if let Some(members) = data.as_object_mut() {
        members.insert("seminar_id".to_owned(), import.seminar_id.0.to_string().into());
        members.insert("session_id".to_owned(), import.session_id.0.to_string().into());
    }
    Entry {
        organisation_id: Some(import.organisation_id.0),
        action,
        object_id: import.id.0,
        data,
    }
}

fn flags(participant: &ImportParticipant) -> Result<Vec<String>> {
    serde_json::from_value(participant.flags.clone()).map_err(Error::internal)
}

fn names(participant: &ImportParticipant) -> Result<Vec<String>> {
    serde_json::from_value(participant.display_names.clone()).map_err(Error::internal)
}

fn segments(participant: &ImportParticipant) -> Result<Vec<(DateTime<Utc>, DateTime<Utc>)>> {
    match &participant.segments {
        Some(segments) => serde_json::from_value(segments.clone()).map_err(Error::internal),
        None => Ok(Vec::new()),
    }
}
