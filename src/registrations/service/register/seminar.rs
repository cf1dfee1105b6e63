//! What the desk knows of a seminar: read once for many requests, and anew when it has changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use serde_json::Value;

use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::registrations::rules::{WaitingList, Way, Window};
use crate::registrations::service::letters::facts;
use crate::registrations::service::{begins, last_day, waiting_list, window};
use crate::seminars::{self, Admission, AdmissionKind, Seminar, SeminarId, SharedWith};

/// Names of venues and organisations are not part of a seminar's version; they may be this old in a mail. All that are known
/// grow old at the same moment: then a few batches read them anew, and not each batch the one or two whose time has come.
const FRESH: Duration = Duration::from_secs(10);
/// More seminars than this at once are read again, rather than kept.
const MOST: usize = 4096;

pub struct Prepared {
    pub seminar: Seminar,
    pub admission: Admission,
    pub window: Window,
    pub waiting_list: WaitingList,
    pub way: Way,
    pub begins: Option<DateTime<Utc>>,
    /// The last day it takes place, as far as is known.
    pub last_day: Option<NaiveDate>,
    pub facts: Value,
    /// Those in force: beginning and ending one changes the seminar's version.
    pub sharings: Vec<SharedWith>,
    read_in: u64,
}

/// Seminars by id, as of their version.
pub struct Known {
    since: Instant,
    seminars: Mutex<HashMap<SeminarId, Arc<Prepared>>>,
}

impl Known {
    pub fn nothing() -> Self {
        Self {
            since: Instant::now(),
            seminars: Mutex::default(),
        }
    }

    /// Which of the stretches of time it is after which names are read anew.
    fn stretch(&self) -> u64 {
        self.since
            .elapsed()
            .as_secs()
            .checked_div(FRESH.as_secs())
            .unwrap_or_default()
    }

    /// Whose seminars `ids` are; those that do not exist are left out. A seminar never changes hands.
    pub fn tenants(&self, conn: &mut PgConnection, ids: &[SeminarId]) -> Result<HashMap<SeminarId, OrganisationId>> {
        let mut tenants = {
            let known = self.seminars.lock().unwrap_or_else(PoisonError::into_inner);
            let known = ids
                .iter()
                .filter_map(|id| Some((*id, known.get(id)?.seminar.organisation_id)));
            known.collect::<HashMap<_, _>>()
        };
        let unknown = ids
            .iter()
            .copied()
            .filter(|id| !tenants.contains_key(id))
            .collect::<Vec<_>>();
        if !unknown.is_empty() {
            let found = seminars::find_all(conn, &unknown)?;
            tenants.extend(found.iter().map(|seminar| (seminar.id, seminar.organisation_id)));
        }
        Ok(tenants)
    }

    /// Those of `ids` that exist, as they are at this moment: with their channels locked, until we commit.
    pub fn present(&self, conn: &mut PgConnection, ids: &[SeminarId]) -> Result<HashMap<SeminarId, Arc<Prepared>>> {
        let (stretch, versions) = (self.stretch(), seminars::versions(conn, ids)?);
        let (mut present, mut changed) = (HashMap::new(), Vec::new());
        {
            let known = self.seminars.lock().unwrap_or_else(PoisonError::into_inner);
            for (id, version) in versions {
                match known.get(&id) {
                    Some(one) if one.seminar.version == version && one.read_in == stretch => {
                        present.insert(id, one.clone());
                    }
                    _ => changed.push(id),
                }
            }
        }
        if changed.is_empty() {
            return Ok(present);
        }
        let changed = seminars::find_all(conn, &changed)?;
        for whole in seminars::wholes(conn, changed)? {
            let prepared = Arc::new(prepare(&whole, stretch));
            present.insert(whole.seminar.id, prepared);
        }
        let mut known = self.seminars.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + present.len() > MOST {
            known.clear();
        }
        known.extend(present.iter().map(|(id, prepared)| (*id, prepared.clone())));
        Ok(present)
    }
}

fn prepare(whole: &seminars::Whole, stretch: u64) -> Prepared {
    Prepared {
        window: window(whole),
        waiting_list: waiting_list(&whole.seminar),
        way: match whole.admission.admission {
            AdmissionKind::FirstCome => Way::FirstCome,
            AdmissionKind::Selection => Way::Application,
        },
        begins: begins(whole),
        last_day: last_day(whole),
        facts: facts(whole, &[]),
        sharings: whole.sharings.clone(),
        seminar: whole.seminar.clone(),
        admission: whole.admission.clone(),
        read_in: stretch,
    }
}
