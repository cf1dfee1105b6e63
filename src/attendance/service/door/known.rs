//! When the sessions of a seminar take people in: read once for many scans, and anew when the seminar has changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use diesel::PgConnection;

use crate::attendance::rules::Opening;
use crate::base::problem::Result;
use crate::seminars::{self, Seminar, SeminarId};

/// More seminars than this at once are read again, rather than kept.
const MOST: usize = 4096;

type Openings = Arc<Vec<Opening>>;

/// By seminar, as of its version: sessions and the rule of attendance change with it.
#[derive(Default)]
pub struct Known(Mutex<HashMap<SeminarId, (i64, Openings)>>);

impl Known {
    /// `seminar` as it stands now, locked.
    pub fn openings(&self, conn: &mut PgConnection, seminar: &Seminar) -> Result<Openings> {
        {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, openings)) = known
                .get(&seminar.id)
                .filter(|(version, _)| *version == seminar.version)
            {
                return Ok(openings.clone());
            }
        }
        let openings = Arc::new(openings(conn, seminar)?);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(seminar.id, (seminar.version, openings.clone()));
        Ok(openings)
    }
}

/// By start.
pub fn openings(conn: &mut PgConnection, seminar: &Seminar) -> Result<Vec<Opening>> {
    let of = (seminar.organisation_id, seminar.id);
    let minutes = seminars::attendance_rule(conn, of)?.opens_minutes;
    let sessions = seminars::sessions(conn, of)?;
    Ok(sessions.iter().map(|session| Opening::of(session, minutes)).collect())
}
