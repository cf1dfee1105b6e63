//! A list of attendees: who stands on it is decided at once, what is said of them is read page by page.
//!
//! In one transaction the list is decided: ids and states of all registrations, and everything that was seen, which is
//! what attendance is derived from. From then on the list is fixed; its lines are read by their ids, a page in a
//! transaction of its own. One long transaction would hold a connection for as long as the slowest reader takes, and the
//! pool is for everybody. The price: what is said of somebody is as of the moment when their page was read, and whoever
//! was erased meanwhile is left out.

use std::collections::HashMap;

use diesel::PgConnection;
use serde_json::json;

use super::records;
use crate::attendance::model::{Attendee, Entry, ListFormat, Person, WalkInName, Whose};
use crate::attendance::rules::attendees::{Narrowed, Seen, entries};
use crate::attendance::rules::columns::Frame;
use crate::auth::Reach;
use crate::base::problem::{Error, FieldError, Result};
use crate::journal::{Act, Entry as JournalEntry, record};
use crate::registrations::{self, RegistrationId};
use crate::seminars::{self, AttendanceRule, Seminar, SeminarId, Session, SessionId, Whole};

/// Somebody whose name nobody noted: "nomen nescio".
pub const NAMELESS: &str = "N. N.";
/// Lines read in one transaction.
pub const PAGE: usize = 500;

/// Who stands on the list, and what was seen of them.
#[derive(Debug)]
pub struct Roll {
    pub whole: Whole,
    pub rule: AttendanceRule,
    /// What the list is about: one session, or all.
    pub sessions: Vec<Session>,
    pub entries: Vec<Entry>,
    /// On paper, where everybody who comes along has a line.
    pub lines: usize,
    seen: Seen,
}

/// What a list is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub seminar: SeminarId,
    pub session: Option<SessionId>,
    pub narrowed: Narrowed,
}

/// The list, for whoever's role reaches the seminar.
pub fn roll(conn: &mut PgConnection, reach: &Reach, asked: Asked) -> Result<Roll> {
    let seminar = seminars::reached(conn, reach, asked.seminar)?;
    Roll::call(conn, seminar, asked.session, asked.narrowed)
}

/// [`roll`], and the journal says that it left the house: as what, and with how many, never with whom.
pub fn export(conn: &mut PgConnection, act: &Act, reach: &Reach, asked: Asked, format: ListFormat) -> Result<Roll> {
    let roll = roll(conn, reach, asked)?;
    let entry = JournalEntry {
        organisation_id: Some(roll.whole.seminar.organisation_id.0),
        action: "attendees.exported",
        object_id: roll.whole.seminar.id.0,
        data: json!({
            "format": format, "count": roll.entries.len(), "session_id": asked.session,
            "who": asked.narrowed.listed, "attended": asked.narrowed.attended,
        }),
    };
    record(conn, act, entry)?;
    Ok(roll)
}

impl Roll {
    pub fn call(
        conn: &mut PgConnection,
        seminar: Seminar,
        session: Option<SessionId>,
        narrowed: Narrowed,
    ) -> Result<Self> {
        let of = (seminar.organisation_id, seminar.id);
        let rule = seminars::attendance_rule(conn, of)?;
        let mut seen = Seen::new();
        for record in records(conn, &seminar, &rule)? {
            if session.is_none_or(|asked| asked == record.session_id) {
                seen.entry(record.person.clone()).or_default().push(record);
            }
        }
        let whole = seminars::whole(conn, seminar)?;
        let all = whole.sessions.iter().map(|(session, _)| session);
        let sessions = all
            .filter(|one| session.is_none_or(|asked| asked == one.id))
            .cloned()
            .collect::<Vec<_>>();
        if session.is_some() && sessions.is_empty() {
            let fault = FieldError::parameter("session", "is not a session of this seminar");
            return Err(Error::invalid(vec![fault]));
        }
        let claims = registrations::claims(conn, of)?;
        let entries = entries(&claims, &seen, narrowed);
        let persons = claims.iter().map(|claim| (claim.id, claim.persons));
        let persons = persons.collect::<HashMap<RegistrationId, i32>>();
        let lines = entries.iter().map(|entry| match entry {
            Entry::Registration(id) => persons
                .get(id)
                .copied()
                .and_then(|all| usize::try_from(all).ok())
                .unwrap_or(1),
            Entry::WalkIn(_) => 1,
        });
        let lines = lines.sum();
        Ok(Self {
            whole,
            rule,
            sessions,
            entries,
            lines,
            seen,
        })
    }

    #[must_use]
    pub fn frame(&self) -> Frame {
        Frame::of(&self.sessions)
    }

    /// The lines of these entries, in their order; who was erased meanwhile is left out.
    pub fn attendees(&self, conn: &mut PgConnection, entries: &[Entry]) -> Result<Vec<Attendee>> {
        let ids = entries.iter().filter_map(|entry| match entry {
            Entry::Registration(id) => Some(*id),
            Entry::WalkIn(_) => None,
        });
        let ids = ids.collect::<Vec<RegistrationId>>();
        let organisation = self.whole.seminar.organisation_id;
        let mut rows = if ids.is_empty() {
            HashMap::new()
        } else {
            let rows = registrations::among(conn, organisation, &ids)?;
            rows.into_iter().map(|row| (row.id, row)).collect()
        };
        Ok(entries
            .iter()
            .filter_map(|entry| {
                let (whose, person) = match entry {
                    Entry::Registration(id) => {
                        let row = rows.remove(id)?;
                        (Whose::Registered(Box::new(row)), Person::Registration(*id))
                    }
                    Entry::WalkIn(person) => (Whose::WalkIn(self.called(person)), person.clone()),
                };
                let records = self.seen.get(&person).cloned().unwrap_or_default();
                Some(Attendee { whose, records })
            })
            .collect())
    }

    /// Everybody, page by page in one transaction: for lists of which the length is bounded.
    pub fn everybody(&self, conn: &mut PgConnection) -> Result<Vec<Attendee>> {
        let mut all = Vec::with_capacity(self.entries.len());
        for entries in self.entries.chunks(PAGE) {
            all.extend(self.attendees(conn, entries)?);
        }
        Ok(all)
    }

    /// What somebody who did not register is called.
    fn called(&self, person: &Person) -> WalkInName {
        let records = self.seen.get(person).map(Vec::as_slice).unwrap_or_default();
        let mut names = records.iter().filter_map(|record| record.name.as_ref());
        let named = names.find(|name| !name.family_name.is_empty()).cloned();
        named.unwrap_or_else(|| WalkInName {
            given_name: None,
            family_name: NAMELESS.to_owned(),
            company: None,
            email: match person {
                // What is left of an erased address is none.
                Person::Address(key) => Some(key.clone()).filter(|key| key.contains('@')),
                Person::Registration(_) | Person::Named(_) => None,
            },
        })
    }
}
