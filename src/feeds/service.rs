//! Reads the programme as anybody may see it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::pg::PgConnection;

use super::model::{Asked, Change, Entry, Found, Offer, Partner, Slot, Time};
use super::store;
use crate::auth::{OrganisationId, find_organisation};
use crate::base::dates::last_day;
use crate::base::problem::{Code, Result};
use crate::catalogue::collection_refs;
use crate::seminars::{
    self, CapacityUnit, DatePrecision, Filter, Seats, SeminarId, Session, Sort, Status, TeamRole, Whole,
    attendance_mode, visible_to,
};

/// Where a page ends and the next one begins.
pub type Key = (DateTime<Utc>, SeminarId);

/// The seminars asked for, up to `limit` and one more where there are more.
pub fn programme(conn: &mut PgConnection, asked: &Asked, sort: Sort, after: Option<Key>, limit: i64) -> Result<Found> {
    store::at_one_moment(conn)?;
    let changed_at = store::changed_at(conn)?;
    let nothing = Found {
        entries: Vec::new(),
        name: None,
        changed_at,
    };
    let organisation = match &asked.organisation {
        None => None,
        // Nobody's seminars: an empty feed, as for a filter that nothing fits.
        Some(named) => match find_organisation(conn, named)? {
            Some(organisation) => Some(organisation),
            None => return Ok(nothing),
        },
    };
    let collection = match asked.collection {
        None => None,
        Some(id) => collection_refs(conn, &[id])?.pop(),
    };
    let filter = Filter {
        q: asked.q.clone(),
        from: asked.from,
        to: asked.to,
        kind: asked.kind,
        channel: asked.channel,
        organisation: organisation.as_ref().map(|one| one.id),
        collection: asked.collection,
        language: asked.language.clone(),
        // Whose drafts and internal seminars are shown: nobody's.
        ..Filter::default()
    };
    let seminars = seminars::list(conn, &filter, sort, after, limit)?;
    let wholes = seminars::wholes(conn, seminars)?;
    Ok(Found {
        entries: entries(conn, wholes)?,
        name: collection.map(|one| one.name).or(organisation.map(|one| one.name)),
        ..nothing
    })
}

/// The programme of a collection, which has to be there.
pub fn of_collection(conn: &mut PgConnection, asked: &Asked, limit: i64) -> Result<Found> {
    let found = programme(conn, asked, Sort::Soonest, None, limit)?;
    found.name.is_some().then_some(found).ok_or(Code::NotFound.into())
}

/// One seminar.
pub fn single(conn: &mut PgConnection, id: SeminarId) -> Result<(Entry, Option<DateTime<Utc>>)> {
    store::at_one_moment(conn)?;
    let changed_at = store::changed_at(conn)?;
    let seminar = seminars::find(conn, id)?.filter(|seminar| visible_to(seminar, None));
    let whole = seminars::whole(conn, seminar.ok_or(Code::NotFound)?)?;
    let entry = entries(conn, vec![whole])?.pop().ok_or(Code::NotFound)?;
    Ok((entry, changed_at))
}

fn entries(conn: &mut PgConnection, wholes: Vec<Whole>) -> Result<Vec<Entry>> {
    let ids = wholes.iter().map(|whole| whole.seminar.id).collect::<Vec<_>>();
    let tenants = wholes.iter().map(|whole| whole.seminar.organisation_id);
    let parties = wholes
        .iter()
        .flat_map(|whole| &whole.parties)
        .filter_map(|(party, _)| party.party_organisation_id);
    let mut of = tenants.collect::<Vec<_>>();
    of.sort_unstable();
    of.dedup();
    let mut changes = HashMap::<SeminarId, Vec<Change>>::new();
    for change in store::changes(conn, &of, &ids)? {
        changes.entry(change.seminar_id).or_default().push(change);
    }
    of.extend(parties);
    let homepages = store::homepages(conn, &of)?;
    let entry = |whole: Whole| {
        let changes = changes.remove(&whole.seminar.id).unwrap_or_default();
        entry(whole, changes, &homepages)
    };
    Ok(wholes.into_iter().map(entry).collect())
}

/// What of a seminar is anybody's. The join links, the questions and the addresses of the team stay behind here.
fn entry(whole: Whole, changes: Vec<Change>, homepages: &HashMap<OrganisationId, String>) -> Entry {
    let offered = whole.channels.iter().filter(|seats| seats.offered).collect::<Vec<_>>();
    let in_persons = whole.admission.capacity_unit == CapacityUnit::Persons;
    let open = whole.seminar.status == Status::Scheduled;
    let mode = attendance_mode(&offered.iter().map(|seats| seats.channel).collect::<Vec<_>>());
    let seats = offered.iter().map(|seats| offer(seats, in_persons, open)).collect();
    let sessions = whole.sessions.into_iter().map(|(session, venue)| Slot {
        id: session.id,
        time: time(&session),
        title: session.title,
        venue,
        platform: session.online_platform,
    });
    let parties = whole.parties.into_iter().map(|(party, organisation)| Partner {
        role: party.role,
        organisation: organisation.as_ref().map(|one| one.id),
        homepage: organisation.as_ref().and_then(|one| homepages.get(&one.id)).cloned(),
        name: party.name.or(organisation.map(|one| one.name)).unwrap_or_default(),
    });
    let team = whole.attendance_rule.team.0.into_iter();
    let speakers = team.filter(|member| member.role == TeamRole::Speaker);
    let seminar = whole.seminar;
    Entry {
        id: seminar.id,
        title: seminar.title,
        kind: seminar.kind,
        language: seminar.language,
        description: seminar.description,
        status: seminar.status,
        mode,
        begins_at: seminar.begins_at,
        sequence: seminar.calendar_sequence,
        published_on: seminar.published_on,
        updated_at: seminar.updated_at,
        organisation: whole.organisation,
        sessions: sessions.collect(),
        seats,
        parties: parties.collect(),
        speakers: speakers.map(|speaker| speaker.name.into_string()).collect(),
        collections: whole.collections,
        changes,
    }
}

/// Seats of companies are no seats of attendees; and what does not take registrations has none left.
fn offer(seats: &Seats, in_persons: bool, open: bool) -> Offer {
    let capacity = seats.capacity.filter(|_| in_persons);
    // Behind a waiting list no seat is free to a newcomer.
    let free = capacity.filter(|_| open).map(|capacity| match seats.waiting {
        0 => (capacity - seats.taken).max(0),
        _ => 0,
    });
    Offer {
        channel: seats.channel,
        capacity,
        free,
    }
}

fn time(session: &Session) -> Time {
    let zone = session.time_zone.parse::<Tz>().unwrap_or(chrono_tz::Europe::Berlin);
    let begin = session.starts_at.with_timezone(&zone);
    let end = session.ends_at.map(|end| end.with_timezone(&zone));
    match session.date_precision {
        DatePrecision::Day => Time::Days {
            first: begin.date_naive(),
            last: last_day(begin, end),
        },
        // An end before the begin would make the whole object unreadable.
        DatePrecision::Minute => Time::Clock {
            begin,
            end: end.filter(|end| *end > begin),
        },
    }
}
