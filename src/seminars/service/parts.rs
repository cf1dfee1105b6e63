//! The parts of a seminar as values, and how they become rows.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use std::collections::BTreeSet;

use super::admission::NewAdmission;
use crate::auth::{OrganisationId, find_organisation};
use crate::base::problem::{Error, FieldError, Result};
use crate::base::text::{Language, Line, Paragraphs, WebAddress};
use crate::catalogue::{CollectionId, VenueId, collections_of, venues_of};
use crate::seminars::model::{
    Audience, Channel, DatePrecision, ExternalRef, Kind, NewAttendanceRule, Party, PartyRole, Seats, Seminar,
    SeminarId, Session, SessionId, TeamMember,
};
use crate::seminars::rules::{begin_of_day, capacity_fault, duplicate_session, session_fault};
use crate::seminars::store;

/// Everything a new seminar says, understood but not yet looked up.
#[derive(Clone, Debug)]
pub struct NewSeminar {
    pub organisation_id: OrganisationId,
    pub title: Line<300>,
    pub kind: Kind,
    pub language: Language,
    pub description: Option<Paragraphs<20_000>>,
    pub audience: Audience,
    /// The span the source speaks of, where it gives no date.
    pub within: Option<(NaiveDate, NaiveDate)>,
    pub sessions: Vec<NewSession>,
    pub channels: Vec<NewChannel>,
    pub parties: Vec<NewParty>,
    pub collections: Vec<CollectionId>,
    pub external_refs: Vec<NewExternalRef>,
    pub waiting_list: bool,
    pub waiting_list_limit: Option<i32>,
    pub registration_opens_at: Option<DateTime<Utc>>,
    pub registration_closes_at: Option<DateTime<Utc>>,
    pub source_quote: Option<Paragraphs<5000>>,
    pub admission: NewAdmission,
    pub attendance_rule: NewAttendanceRule,
    pub team: Vec<TeamMember>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct NewSession {
    pub title: Option<Line<300>>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: Option<DateTime<Utc>>,
    pub date_precision: DatePrecision,
    pub zone: chrono_tz::Tz,
    pub venue: Option<VenueId>,
    pub online_platform: Option<Line<100>>,
    pub join_url: Option<WebAddress>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChannel {
    pub channel: Channel,
    pub capacity: Option<i32>,
}

#[derive(Clone, Debug)]
pub struct NewParty {
    pub role: PartyRole,
    pub party: PartyName,
}

#[derive(Clone, Debug)]
pub enum PartyName {
    /// Id or slug.
    Organisation(String),
    Named(Line<200>),
}

#[derive(Clone, Debug)]
pub struct NewExternalRef {
    pub system: Line<60>,
    pub external_id: Line<200>,
    pub url: Option<WebAddress>,
}

pub(super) type Of = (OrganisationId, SeminarId);

pub(super) fn session_rows(conn: &mut PgConnection, of: Of, sessions: &[NewSession]) -> Result<Vec<Session>> {
    let venues = sessions.iter().filter_map(|session| session.venue).collect::<Vec<_>>();
    let known = venues_of(conn, of.0, &venues)?;
    let unknown = sessions
        .iter()
        .enumerate()
        .filter(|(_, session)| session.venue.is_some_and(|id| !known.contains(&id)));
    let mut errors = unknown
        .map(|(n, _)| FieldError::member(format!("/sessions/{n}/venue"), "is not a venue of the organisation"))
        .collect::<Vec<_>>();
    errors.extend(sessions.iter().enumerate().filter_map(|(n, session)| {
        let (member, reason) = session_fault(session.starts_at, session.ends_at)?;
        Some(FieldError::member(format!("/sessions/{n}/{member}"), reason))
    }));
    Error::unless_empty(errors)?;
    let rows = sessions.iter().map(|session| Session {
        organisation_id: of.0,
        seminar_id: of.1,
        id: SessionId::fresh(),
        title: session.title.clone().map(Line::into_string),
        starts_at: session.starts_at,
        ends_at: session.ends_at,
        date_precision: session.date_precision,
        time_zone: session.zone.name().to_owned(),
        starts_on: session.starts_at.with_timezone(&session.zone).date_naive(),
        venue_id: session.venue,
        online_platform: session.online_platform.clone().map(Line::into_string),
        join_url: session.join_url.clone().map(WebAddress::into_string),
    });
    let rows = rows.collect::<Vec<_>>();
    match duplicate_session(&rows) {
        Some(n) => Err(Error::member(
            format!("/sessions/{n}"),
            "is the same as another session",
        )),
        None => Ok(rows),
    }
}

pub(super) fn party_rows(conn: &mut PgConnection, of: Of, parties: &[NewParty]) -> Result<Vec<Party>> {
    let mut rows = Vec::<Party>::new();
    let mut errors = Vec::new();
    for (n, party) in parties.iter().enumerate() {
        let (party_organisation_id, name) = match &party.party {
            PartyName::Named(name) => (None, Some(name.as_str().to_owned())),
            PartyName::Organisation(named) => match find_organisation(conn, named)? {
                Some(organisation) => (Some(organisation.id), None),
                None => {
                    errors.push(FieldError::member(format!("/parties/{n}/organisation"), "is not known"));
                    continue;
                }
            },
        };
        let same = |row: &Party| {
            row.role == party.role && row.party_organisation_id == party_organisation_id && row.name == name
        };
        if rows.iter().any(same) {
            errors.push(FieldError::member(
                format!("/parties/{n}"),
                "is given twice in this role",
            ));
        }
        let position = i32::try_from(n).map_err(Error::internal)?;
        rows.push(Party {
            organisation_id: of.0,
            seminar_id: of.1,
            position,
            role: party.role,
            party_organisation_id,
            name,
        });
    }
    Error::unless_empty(errors)?;
    Ok(rows)
}

pub(super) fn checked_collections(conn: &mut PgConnection, of: Of, ids: &[CollectionId]) -> Result<Vec<CollectionId>> {
    let known = collections_of(conn, of.0, ids)?;
    let unknown = ids.iter().enumerate().filter(|(_, id)| !known.contains(id));
    Error::unless_empty(
        unknown
            .map(|(n, _)| FieldError::member(format!("/collections/{n}"), "is not a collection of the organisation"))
            .collect(),
    )?;
    Ok(ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect())
}

pub(super) fn ref_rows(of: Of, refs: &[NewExternalRef]) -> Result<Vec<ExternalRef>> {
    let mut seen = BTreeSet::new();
    let twice = refs
        .iter()
        .enumerate()
        .filter(|(_, one)| !seen.insert((one.system.as_str(), one.external_id.as_str())));
    Error::unless_empty(
        twice
            .map(|(n, _)| FieldError::member(format!("/external_refs/{n}"), "is given twice"))
            .collect(),
    )?;
    Ok(refs
        .iter()
        .map(|one| ExternalRef {
            organisation_id: of.0,
            seminar_id: of.1,
            system: one.system.as_str().to_owned(),
            external_id: one.external_id.as_str().to_owned(),
            url: one.url.clone().map(WebAddress::into_string),
        })
        .collect())
}

/// Refuses capacities that cannot be.
pub(super) fn check_channels(channels: &[NewChannel]) -> Result<()> {
    let faults = channels.iter().enumerate().filter_map(|(n, one)| {
        let reason = capacity_fault(one.channel, one.capacity)?;
        Some(FieldError::member(format!("/channels/{n}/capacity"), reason))
    });
    Error::unless_empty(faults.collect())
}

pub(super) fn new_seats(of: Of, channel: &NewChannel) -> Seats {
    Seats {
        organisation_id: of.0,
        seminar_id: of.1,
        channel: channel.channel,
        offered: true,
        capacity: channel.capacity,
        taken: 0,
        overbooked: 0,
        waiting: 0,
        waiting_ticket: 0,
    }
}

/// The seminar with what follows from its parts: where lists order it, and what one may search it by.
pub(super) fn refreshed(conn: &mut PgConnection, seminar: Seminar) -> Result<Seminar> {
    Ok(refreshed_whole(conn, seminar)?.seminar)
}

/// [`refreshed`], with everything that hangs on it.
pub(super) fn refreshed_whole(conn: &mut PgConnection, seminar: Seminar) -> Result<store::Whole> {
    let mut whole = store::whole(conn, seminar)?;
    let first = whole.sessions.iter().map(|(session, _)| session.starts_at).min();
    let span = whole
        .seminar
        .within_from
        .map(|from| begin_of_day(from, chrono_tz::Europe::Berlin));
    whole.seminar.begins_at = first.or(span).unwrap_or(whole.seminar.created_at);
    whole.seminar.search_text = whole.search_text();
    Ok(whole)
}
