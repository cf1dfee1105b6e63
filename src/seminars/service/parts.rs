//! The parts of a seminar as values, and how they become rows.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use std::collections::BTreeSet;

use crate::auth::{OrganisationId, find_organisation};
use crate::base::problem::{Error, FieldError, Result};
use crate::base::text::{Language, Line, Paragraphs, WebAddress, fold};
use crate::catalogue::{CollectionId, VenueId, collection_refs, collections_of, venue_refs, venues_of};
use crate::seminars::model::{
    Audience, Channel, DatePrecision, ExternalRef, Kind, Party, PartyRole, Seats, Seminar, SeminarId, Session,
    SessionId,
};
use crate::seminars::rules::{begin_of_day, duplicate_session};

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
    let errors =
        unknown.map(|(n, _)| FieldError::member(format!("/sessions/{n}/venue"), "is not a venue of the organisation"));
    refuse(errors.collect())?;
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
    refuse(errors)?;
    Ok(rows)
}

pub(super) fn checked_collections(conn: &mut PgConnection, of: Of, ids: &[CollectionId]) -> Result<Vec<CollectionId>> {
    let known = collections_of(conn, of.0, ids)?;
    let unknown = ids.iter().enumerate().filter(|(_, id)| !known.contains(id));
    refuse(
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
    refuse(
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

/// Start of the first session, else of the span, else now.
pub(super) fn begins_at(
    sessions: &[Session],
    within: Option<(NaiveDate, NaiveDate)>,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let first = sessions.iter().map(|session| session.starts_at).min();
    let span = within.map(|(from, _)| begin_of_day(from, chrono_tz::Europe::Berlin));
    first.or(span).unwrap_or(now)
}

/// Everything one may search a seminar by, folded.
pub(super) fn search_text(
    conn: &mut PgConnection,
    seminar: &Seminar,
    sessions: &[Session],
    parties: &[Party],
    collections: &[CollectionId],
) -> Result<String> {
    let mut words = vec![seminar.title.clone()];
    words.extend(seminar.description.clone());
    words.extend(
        collection_refs(conn, collections)?
            .into_iter()
            .map(|collection| collection.name),
    );
    let organisations = parties
        .iter()
        .filter_map(|party| party.party_organisation_id)
        .collect::<Vec<_>>();
    words.extend(
        crate::auth::organisation_refs(conn, &organisations)?
            .into_iter()
            .map(|organisation| organisation.name),
    );
    words.extend(parties.iter().filter_map(|party| party.name.clone()));
    let venues = sessions
        .iter()
        .filter_map(|session| session.venue_id)
        .collect::<Vec<_>>();
    for venue in venue_refs(conn, &venues)? {
        words.extend(venue.name);
        words.push(venue.locality);
    }
    Ok(fold(&words.join(" \n ")))
}

pub(super) fn refuse(errors: Vec<FieldError>) -> Result<()> {
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid(errors))
    }
}
