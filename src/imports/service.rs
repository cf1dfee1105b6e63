//! Writing a programme: everything through the front doors of the rooms below, in one transaction.

mod decide;
mod forget;
mod preview;
mod spreadsheet;

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Block, CollectionPart, Entry, PartyPart, Programme, Start, Summary, VenuePart, When};
use crate::attendance::{NewHeadcount, record_headcount};
use crate::auth::{OrganisationId, Reach, ensure_organisation};
use crate::base::problem::{Code, Error, FieldError, Result};
use crate::base::text::{FromText, Line, Slug};
use crate::catalogue::{CollectionId, NewCollection, NewVenue, VenueId, ensure_collection, ensure_venue};
use crate::journal::Act;
use crate::seminars::{
    self, DatePrecision, NewChannel, NewExternalRef, NewParty, NewSeminar, NewSession, Outcome, PartyName, Plan,
    ReasonCode, Status, begin_of_day,
};

pub use decide::{Patch, RowPatch, confirm, delete, settle};
pub use forget::forget_unconfirmed;
pub use preview::{INLINE, NewProgramme, Shown, keep, of_kept, preview, reached, shown};
pub use spreadsheet::{Spreadsheet, import_spreadsheet};

/// Writes `programme` for `organisation`, whole or not at all: what is refused is named entry by entry.
pub fn import(
    conn: &mut PgConnection,
    act: &Act,
    organisation: OrganisationId,
    programme: &Programme,
) -> Result<Summary> {
    conn.transaction(|conn| {
        let mut import = Import {
            act,
            organisation,
            reach: Reach::operator(organisation),
            programme,
            refused: Vec::new(),
            collections: HashMap::new(),
            venues: HashMap::new(),
        };
        let summary = import.write(conn)?;
        if import.refused.is_empty() {
            Ok(summary)
        } else {
            Err(Error::invalid(import.refused))
        }
    })
}

/// Does what [`import`] does and takes it back: the database is asked about everything and keeps nothing.
pub fn rehearse(
    conn: &mut PgConnection,
    act: &Act,
    organisation: OrganisationId,
    programme: &Programme,
) -> Result<Summary> {
    crate::base::db::rehearse(conn, |conn| import(conn, act, organisation, programme))
}

struct Import<'a> {
    act: &'a Act,
    organisation: OrganisationId,
    reach: Reach,
    programme: &'a Programme,
    refused: Vec<FieldError>,
    collections: HashMap<&'a str, CollectionId>,
    venues: HashMap<&'a str, VenueId>,
}

impl<'a> Import<'a> {
    fn write(&mut self, conn: &mut PgConnection) -> Result<Summary> {
        let (act, of, programme) = (self.act, self.organisation, self.programme);
        let mut summary = Summary::default();
        for (n, new) in programme.organisations.iter().enumerate() {
            let ensure = |conn: &mut PgConnection| ensure_organisation(conn, act, new.clone());
            let made = self.attempt(conn, &format!("/organisations/{n}"), ensure)?;
            summary.organisations += usize::from(made.is_some());
        }
        for (n, part) in programme.collections.iter().enumerate() {
            let ensure = |conn: &mut PgConnection| ensure_collection(conn, act, of, new_collection(part));
            if let Some(id) = self.attempt(conn, &format!("/collections/{n}"), ensure)? {
                self.collections.insert(part.key.as_str(), id);
                summary.collections += 1;
            }
        }
        for (n, part) in programme.venues.iter().enumerate() {
            let ensure = |conn: &mut PgConnection| ensure_venue(conn, act, of, new_venue(part));
            if let Some(id) = self.attempt(conn, &format!("/venues/{n}"), ensure)? {
                self.venues.insert(part.key.as_str(), id);
                summary.venues += 1;
            }
        }
        for (n, entry) in programme.seminars.iter().enumerate() {
            let at = format!("/seminars/{n}");
            let new = self.new_seminar(entry)?;
            let (reach, source) = (self.reach.clone(), Line::from_text(programme.source.as_str()).ok());
            let moved = entry.postponed_to.iter().map(|block| self.new_session(block));
            let moved = moved.collect::<Vec<_>>();
            let write = |conn: &mut PgConnection| write_seminar(conn, act, &reach, source.as_ref(), new, &moved, entry);
            if self.attempt(conn, &at, write)?.is_some() {
                summary.seminars += 1;
                summary.headcounts += entry.headcounts.len();
            }
        }
        Ok(summary)
    }

    /// Does one entry's work in a savepoint: one that is refused leaves nothing behind, is noted with its place,
    /// and the next one gets its turn. `None`: refused.
    fn attempt<T>(
        &mut self,
        conn: &mut PgConnection,
        at: &str,
        work: impl FnOnce(&mut PgConnection) -> Result<T>,
    ) -> Result<Option<T>> {
        match conn.transaction(work) {
            Ok(done) => Ok(Some(done)),
            Err(Error::Refused(problem)) if problem.errors.is_empty() => {
                let (place, why) = match problem.code {
                    Code::ExternalRefTaken => {
                        let why = format!("was imported before from `{}`", self.programme.system);
                        (format!("{at}/external_id"), why)
                    }
                    code => (
                        at.to_owned(),
                        problem.detail.unwrap_or_else(|| code.title(false).to_owned()),
                    ),
                };
                self.refused.push(FieldError::member(place, why));
                Ok(None)
            }
            Err(Error::Refused(problem)) => {
                let below = |error: FieldError| FieldError::member(format!("{at}{}", error.place()), error.detail);
                self.refused.extend(problem.errors.into_iter().map(below));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Collections and venues that were refused are left out: the import fails anyway, and the seminar may have
    /// problems of its own.
    fn new_seminar(&self, entry: &Entry) -> Result<NewSeminar> {
        let (within, sessions) = match &entry.when {
            When::Within { from, to } => (Some((*from, *to)), Vec::new()),
            When::Sessions(blocks) => (None, blocks.iter().map(|block| self.new_session(block)).collect()),
        };
        let collection = |key: &Slug| self.collections.get(key.as_str()).copied();
        Ok(NewSeminar {
            organisation_id: self.organisation,
            title: entry.title.clone(),
            kind: entry.kind,
            language: entry.language.clone(),
            description: entry.description.clone(),
            audience: entry.audience,
            within,
            sessions,
            channels: entry
                .channels
                .iter()
                .map(|part| NewChannel {
                    channel: part.channel,
                    capacity: part.capacity,
                })
                .collect(),
            parties: entry.parties.iter().filter_map(new_party).collect(),
            collections: entry.collections.iter().filter_map(collection).collect(),
            external_refs: vec![NewExternalRef {
                system: Line::from_text(self.programme.system.as_str()).map_err(Error::internal)?,
                external_id: entry.external_id.clone(),
                url: None,
            }],
            waiting_list: entry.waiting_list,
            waiting_list_limit: None,
            registration_opens_at: None,
            registration_closes_at: None,
            source_quote: entry.source_quote.clone(),
            admission: entry.admission.clone(),
            attendance_rule: entry.attendance_rule,
            team: entry.team.clone(),
        })
    }

    fn new_session(&self, block: &Block) -> NewSession {
        let (starts_at, date_precision) = match block.start {
            Start::Day(day) => (begin_of_day(day, block.time_zone), DatePrecision::Day),
            Start::At(at) => (at, DatePrecision::Minute),
        };
        let venue = block.venue.as_ref();
        NewSession {
            title: block.title.clone(),
            starts_at,
            ends_at: block.ends_at,
            date_precision,
            zone: block.time_zone,
            venue: venue.and_then(|key| self.venues.get(key.as_str()).copied()),
            online_platform: block.online_platform.clone(),
            join_url: block.join_url.clone(),
        }
    }
}

/// A draft, taken to the state the source gives it, with the counts it states.
fn write_seminar(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    source: Option<&Line<300>>,
    new: NewSeminar,
    moved: &[NewSession],
    entry: &Entry,
) -> Result<()> {
    let seminar = seminars::create(conn, act, reach, new)?;
    let reason = entry.reason_code.unwrap_or(ReasonCode::Unknown);
    let outcome = |status| Outcome {
        status,
        published_on: entry.published_on,
        reason_code: reason,
        public_text: entry.public_text.clone(),
    };
    if moved.is_empty() {
        seminars::settle(conn, act, reach, seminar.id, outcome(entry.status))?;
    } else {
        // Both facts are of the history: that it was postponed, and to when.
        seminars::settle(conn, act, reach, seminar.id, outcome(Status::Postponed))?;
        let plan = Plan {
            reach,
            id: seminar.id,
            check: &|_| Ok(()),
            reason,
            public_text: None,
        };
        seminars::reschedule(conn, act, &plan, moved)?;
        if entry.status != Status::Scheduled {
            seminars::settle(conn, act, reach, seminar.id, outcome(entry.status))?;
        }
    }
    for (n, headcount) in entry.headcounts.iter().enumerate() {
        let new = NewHeadcount {
            source: source.cloned(),
            ..headcount.clone()
        };
        record_headcount(conn, act, reach, seminar.id, new)
            .map_err(|error| below(error, &format!("/headcounts/{n}")))?;
    }
    Ok(())
}

/// The refusal, with its places under `at`.
fn below(error: Error, at: &str) -> Error {
    match error {
        Error::Refused(mut problem) => {
            for fault in &mut problem.errors {
                fault.pointer = Some(format!("{at}{}", fault.place()));
            }
            Error::Refused(problem)
        }
        other => other,
    }
}

fn new_collection(part: &CollectionPart) -> NewCollection {
    NewCollection {
        kind: part.kind,
        name: part.name.clone(),
        description: part.description.clone(),
        starts_on: part.starts_on.map(|day| day.0),
        ends_on: part.ends_on.map(|day| day.0),
        funder: part.funder.clone(),
        own_chapter: part.own_chapter,
    }
}

fn new_venue(part: &VenuePart) -> NewVenue {
    NewVenue {
        name: part.name.clone(),
        street: part.street.clone(),
        postal_code: part.postal_code.clone(),
        locality: part.locality.clone(),
        country: part.country.clone(),
        also_known_as: part.also_known_as.clone(),
    }
}

fn new_party(part: &PartyPart) -> Option<NewParty> {
    let party = match (&part.organisation, &part.name) {
        (Some(slug), _) => PartyName::Organisation(slug.as_str().to_owned()),
        (None, Some(name)) => PartyName::Named(name.clone()),
        (None, None) => return None,
    };
    Some(NewParty { role: part.role, party })
}
