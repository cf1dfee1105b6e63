//! A page of the change feed: first how everything stands, then every change since.
//!
//! Whoever begins takes the place in the feed first and then reads the seminars by id. What changes meanwhile lies
//! behind that place and is told again, so the two join without a gap, however long the reading takes.

use std::collections::HashMap;
use std::hash::Hash;

use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::auth::{OrganisationId, OrganisationRef, organisation_refs};
use crate::base::problem::{Code, Problem, Result};
use crate::catalogue::{CollectionId, CollectionRef, VenueId, VenueRef, collection_refs, venue_refs};
use crate::partners::model::{ChangeType, FeedId, Happening, Position, Reader, Told};
use crate::partners::rules::feed::{KEPT_DAYS, told};
use crate::partners::store;
use crate::seminars::{SeminarId, Whole, find_all, page_by_id, wholes};

/// How long a cursor that found nothing new is handed out unchanged; then it is renewed, so that a quiet half year does
/// not make it too old.
const RENEWED_AFTER: Duration = Duration::days(1);

/// Where a reader is, and when it was handed this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// In which feed.
    #[serde(default)]
    pub feed: FeedId,
    /// Where the changes go on.
    pub changes: Position,
    /// Still reading how everything stands: after this seminar.
    pub standing: Option<SeminarId>,
    pub at: DateTime<Utc>,
}

pub enum Object {
    Seminar(Box<Whole>),
    Venue(VenueRef),
    Collection(CollectionRef),
    Organisation(OrganisationRef),
}

pub struct Entry {
    pub id: Uuid,
    pub of: Option<OrganisationId>,
    pub object_id: Uuid,
    pub at: DateTime<Utc>,
    pub told: Told,
    /// As it is read now; none of what is gone.
    pub object: Option<Object>,
}

pub struct Page {
    pub entries: Vec<Entry>,
    pub next: Place,
    pub more: bool,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub reader: Reader,
    /// Of this organisation only.
    pub organisation: Option<OrganisationId>,
    /// `None`: from the beginning.
    pub place: Option<Place>,
    pub limit: i64,
    pub now: DateTime<Utc>,
}

pub fn page(conn: &mut PgConnection, asked: &Asked) -> Result<Page> {
    let feed = store::identity(conn)?;
    match asked.place {
        None => {
            let changes = store::end(conn)?;
            standing(conn, asked, feed, changes, None)
        }
        Some(place) => {
            still_kept(conn, &place, feed, asked.now)?;
            match place.standing {
                Some(after) => standing(conn, asked, feed, place.changes, Some(after)),
                None => changes(conn, asked, place),
            }
        }
    }
}

/// Refuses a place from which not everything can be told any more; and one that is not of this database, for example
/// because it was restored to an earlier day.
fn still_kept(conn: &mut PgConnection, place: &Place, feed: FeedId, now: DateTime<Utc>) -> Result<()> {
    let too_old = place.at < now - Duration::days(KEPT_DAYS);
    // Numbers of the former feed may lie within this one by now: they say nothing.
    let from_elsewhere = place.feed != feed || place.changes > store::end(conn)?;
    if !too_old && !from_elsewhere {
        return Ok(());
    }
    let detail = if too_old {
        format!(
            "Changes are kept for {KEPT_DAYS} days. Begin again with GET /changes without a cursor: it tells how everything stands, and then goes on."
        )
    } else {
        "The place is not one of this feed as it is now; it may have been restored from a backup. Begin again with GET /changes without a cursor: it tells how everything stands, and then goes on.".to_owned()
    };
    Err(Problem::new(Code::CursorExpired).detail(detail).into())
}

fn standing(
    conn: &mut PgConnection,
    asked: &Asked,
    feed: FeedId,
    changes: Position,
    after: Option<SeminarId>,
) -> Result<Page> {
    let rows = page_by_id(conn, &asked.reader.member_of, asked.organisation, after, asked.limit)?;
    let full = i64::try_from(rows.len()).is_ok_and(|found| found == asked.limit);
    let last = rows.last().map(|seminar| seminar.id).filter(|_| full);
    let entries = wholes(conn, rows)?.into_iter().map(|whole| Entry {
        id: whole.seminar.id.0,
        of: Some(whole.seminar.organisation_id),
        object_id: whole.seminar.id.0,
        at: whole.seminar.updated_at,
        told: Told {
            kind: ChangeType::SeminarStands,
            changed_fields: Vec::new(),
            gone: None,
        },
        object: Some(Object::Seminar(Box::new(whole))),
    });
    Ok(Page {
        entries: entries.collect(),
        next: Place {
            feed,
            changes,
            standing: last,
            at: asked.now,
        },
        // After the last of them come the changes.
        more: true,
    })
}

fn changes(conn: &mut PgConnection, asked: &Asked, place: Place) -> Result<Page> {
    // Looked at first: where all up to there was read, the reader stands there, however little of it was for this one.
    let end = store::end(conn)?;
    let happenings = store::after(conn, place.changes, asked.organisation, asked.limit)?;
    let more = i64::try_from(happenings.len()).is_ok_and(|found| found == asked.limit);
    let reached = happenings.last().map(Happening::position);
    let reached = if more { reached } else { reached.max(Some(end)) };
    let reached = reached.filter(|reached| *reached > place.changes);
    let renewed = asked.now - place.at >= RENEWED_AFTER;
    let next = match reached {
        Some(changes) => Place {
            changes,
            standing: None,
            at: asked.now,
            ..place
        },
        None if renewed => Place { at: asked.now, ..place },
        None => place,
    };
    Ok(Page {
        entries: entries(conn, &asked.reader, happenings)?,
        next,
        more,
    })
}

/// What the reader is told of these, in their order.
fn entries(conn: &mut PgConnection, reader: &Reader, happenings: Vec<Happening>) -> Result<Vec<Entry>> {
    let mut told = tell(conn, reader, happenings)?;
    let ids = |kind: fn(ChangeType) -> bool| {
        let wanted = told.iter().filter(|(_, told)| told.gone.is_none() && kind(told.kind));
        let mut ids = wanted.map(|(happening, _)| happening.object_id).collect::<Vec<_>>();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let seminars = ids(ChangeType::of_seminar)
        .into_iter()
        .map(SeminarId)
        .collect::<Vec<_>>();
    let venues = ids(|kind| kind == ChangeType::VenueChanged).into_iter().map(VenueId);
    let venues = venues.collect::<Vec<_>>();
    let collections = ids(|kind| kind == ChangeType::CollectionChanged);
    let collections = collections.into_iter().map(CollectionId).collect::<Vec<_>>();
    let organisations = ids(|kind| kind == ChangeType::OrganisationChanged);
    let organisations = organisations.into_iter().map(OrganisationId).collect::<Vec<_>>();
    let rows = find_all(conn, &seminars)?;
    let seminars = by_id(wholes(conn, rows)?, |whole| whole.seminar.id.0);
    let venues = by_id(venue_refs(conn, &venues)?, |venue| venue.id.0);
    let collections = by_id(collection_refs(conn, &collections)?, |collection| collection.id.0);
    let organisations = by_id(organisation_refs(conn, &organisations)?, |one| one.id.0);
    let object = |kind: ChangeType, id: Uuid| match kind {
        ChangeType::VenueChanged => venues.get(&id).cloned().map(Object::Venue),
        ChangeType::CollectionChanged => collections.get(&id).cloned().map(Object::Collection),
        ChangeType::OrganisationChanged => organisations.get(&id).cloned().map(Object::Organisation),
        _ => seminars.get(&id).cloned().map(|whole| Object::Seminar(Box::new(whole))),
    };
    let entries = told.drain(..).filter_map(|(happening, told)| {
        let object = match told.gone {
            Some(_) => None,
            // Gone between two looks: its tombstone comes later.
            None => Some(object(told.kind, happening.object_id)?),
        };
        Some(Entry {
            id: happening.id,
            of: happening.of,
            object_id: happening.object_id,
            at: happening.at,
            told,
            object,
        })
    });
    Ok(entries.collect())
}

/// What these happenings are to `reader`: those that are something, in their order.
pub fn tell(conn: &mut PgConnection, reader: &Reader, happenings: Vec<Happening>) -> Result<Vec<(Happening, Told)>> {
    let seminars = happenings.iter().filter(|one| one.action.starts_with("seminar."));
    let seminars = seminars.map(|one| SeminarId(one.object_id)).collect::<Vec<_>>();
    let standings = store::standings(conn, &seminars)?;
    let told = happenings.into_iter().filter_map(|happening| {
        let told = told(&happening, standings.get(&SeminarId(happening.object_id)), reader)?;
        Some((happening, told))
    });
    Ok(told.collect())
}

fn by_id<T, K: Hash + Eq>(all: Vec<T>, id: impl Fn(&T) -> K) -> HashMap<K, T> {
    all.into_iter().map(|one| (id(&one), one)).collect()
}
