//! Changing the catalogue: in each case lock → read → decide → write → record.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::model::{Collection, CollectionId, CollectionKind, Venue, VenueId};
use super::{rules, store};
use crate::auth::{OrganisationId, Reach};
use crate::base::problem::{Code, Error, Problem, Result};
use crate::base::text::{Country, Line, Paragraphs, fold};
use crate::journal::{Act, Entry, record};

/// What a collection is made of.
#[derive(Clone, Debug)]
pub struct NewCollection {
    pub kind: CollectionKind,
    pub name: Line<200>,
    pub description: Option<Paragraphs<5000>>,
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    pub funder: Option<Line<200>>,
    pub own_chapter: bool,
}

pub fn create_collection(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    of: OrganisationId,
    new: NewCollection,
) -> Result<Collection> {
    reach.check(of)?;
    add_collection(conn, act, of, new)
}

fn add_collection(
    conn: &mut PgConnection,
    act: &Act,
    organisation_id: OrganisationId,
    new: NewCollection,
) -> Result<Collection> {
    let row = Collection {
        organisation_id,
        id: CollectionId::fresh(),
        kind: new.kind,
        name_key: fold(new.name.as_str()),
        name: new.name.into_string(),
        description: new.description.map(Paragraphs::into_string),
        starts_on: new.starts_on,
        ends_on: new.ends_on,
        funder: new.funder.map(Line::into_string),
        own_chapter: new.own_chapter,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    Error::unless_empty(rules::collection_faults(&row.name, row.starts_on, row.ends_on))?;
    store::insert_collection(conn, &row)?;
    record_collection(conn, act, "collection.created", &row)?;
    Ok(row)
}

/// For imports: the organisation's collection of this name, as it is; made if there is none. Of two imports that
/// make the same one at once, one is refused with `name-taken`.
pub fn ensure_collection(
    conn: &mut PgConnection,
    act: &Act,
    organisation: OrganisationId,
    new: NewCollection,
) -> Result<CollectionId> {
    match store::collection_by_key(conn, organisation, &fold(new.name.as_str()))? {
        Some(known) => Ok(known),
        None => add_collection(conn, act, organisation, new).map(|row| row.id),
    }
}

pub struct CollectionChange {
    pub kind: Option<CollectionKind>,
    pub name: Option<Line<200>>,
    pub description: Option<Option<Paragraphs<5000>>>,
    pub starts_on: Option<Option<NaiveDate>>,
    pub ends_on: Option<Option<NaiveDate>>,
    pub funder: Option<Option<Line<200>>>,
    pub own_chapter: Option<bool>,
}

pub fn change_collection(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    id: CollectionId,
    check: impl FnOnce(i64) -> Result<()>,
    change: CollectionChange,
) -> Result<Collection> {
    let mut row = lock_collection(conn, reach, id, check)?;
    row.kind = change.kind.unwrap_or(row.kind);
    if let Some(name) = change.name {
        row.name_key = fold(name.as_str());
        row.name = name.into_string();
    }
    if let Some(description) = change.description {
        row.description = description.map(Paragraphs::into_string);
    }
    row.starts_on = change.starts_on.unwrap_or(row.starts_on);
    row.ends_on = change.ends_on.unwrap_or(row.ends_on);
    if let Some(funder) = change.funder {
        row.funder = funder.map(Line::into_string);
    }
    row.own_chapter = change.own_chapter.unwrap_or(row.own_chapter);
    row.version += 1;
    row.updated_at = act.now;
    Error::unless_empty(rules::collection_faults(&row.name, row.starts_on, row.ends_on))?;
    store::save_collection(conn, &row)?;
    record_collection(conn, act, "collection.changed", &row)?;
    Ok(row)
}

/// Deletes a collection that no seminar belongs to; the foreign key says whether one does.
pub fn delete_collection(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    id: CollectionId,
    check: impl FnOnce(i64) -> Result<()>,
) -> Result<()> {
    let row = lock_collection(conn, reach, id, check)?;
    store::delete_collection(conn, &row)?;
    record_collection(conn, act, "collection.deleted", &row)
}

fn lock_collection(
    conn: &mut PgConnection,
    reach: &Reach,
    id: CollectionId,
    check: impl FnOnce(i64) -> Result<()>,
) -> Result<Collection> {
    let row = store::lock_collection(conn, id)?.ok_or(Code::NotFound)?;
    reach.check(row.organisation_id)?;
    check(row.version)?;
    Ok(row)
}

fn record_collection(conn: &mut PgConnection, act: &Act, action: &'static str, row: &Collection) -> Result<()> {
    let data = json!({
        "kind": row.kind, "name": row.name, "starts_on": row.starts_on, "ends_on": row.ends_on, "own_chapter": row.own_chapter,
    });
    record(
        conn,
        act,
        Entry {
            organisation_id: Some(row.organisation_id.0),
            action,
            object_id: row.id.0,
            data,
        },
    )
}

/// What a venue is made of.
#[derive(Clone, Debug)]
pub struct NewVenue {
    /// Without one the venue is a locality.
    pub name: Option<Line<200>>,
    pub street: Option<Line<200>>,
    pub postal_code: Option<Line<20>>,
    pub locality: Line<100>,
    pub country: Country,
    pub also_known_as: Vec<Line<200>>,
}

pub fn create_venue(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    of: OrganisationId,
    new: NewVenue,
) -> Result<Venue> {
    reach.check(of)?;
    add_venue(conn, act, of, new)
}

fn add_venue(conn: &mut PgConnection, act: &Act, organisation_id: OrganisationId, new: NewVenue) -> Result<Venue> {
    let row = Venue {
        organisation_id,
        id: VenueId::fresh(),
        name_key: rules::venue_key(new.name.as_ref().map(Line::as_str), new.locality.as_str()),
        name: new.name.map(Line::into_string),
        street: new.street.map(Line::into_string),
        postal_code: new.postal_code.map(Line::into_string),
        locality: new.locality.into_string(),
        country: new.country.into_string(),
        also_known_as: spellings(new.also_known_as),
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    decide_venue(conn, &row)?;
    store::insert_venue(conn, &row)?;
    record_venue(conn, act, "venue.created", &row)?;
    Ok(row)
}

/// For imports: the organisation's venue that is known by this name, as it is; made if there is none. Of two
/// imports that make the same one at once, one is refused with `name-taken`.
pub fn ensure_venue(
    conn: &mut PgConnection,
    act: &Act,
    organisation: OrganisationId,
    new: NewVenue,
) -> Result<VenueId> {
    let key = rules::venue_key(new.name.as_ref().map(Line::as_str), new.locality.as_str());
    let candidates = store::venues_perhaps_named(conn, organisation, std::slice::from_ref(&key))?;
    let known = candidates
        .iter()
        .find(|row| row.name_key == key)
        .or_else(|| candidates.iter().find(|row| keys(row).contains(&key)));
    match known {
        Some(known) => Ok(known.id),
        None => add_venue(conn, act, organisation, new).map(|row| row.id),
    }
}

/// A venue with every text that means it, folded.
pub struct VenueNames {
    pub name: Option<String>,
    pub locality: String,
    pub keys: std::collections::BTreeSet<String>,
}

/// The organisation's venues by their names, for imports that have to tell known from new.
pub fn venue_names(conn: &mut PgConnection, of: OrganisationId) -> Result<Vec<VenueNames>> {
    let rows = store::all_venues(conn, of)?;
    let names = rows.into_iter().map(|row| VenueNames {
        keys: keys(&row),
        name: row.name,
        locality: row.locality,
    });
    Ok(names.collect())
}

pub struct VenueChange {
    pub name: Option<Option<Line<200>>>,
    pub street: Option<Option<Line<200>>>,
    pub postal_code: Option<Option<Line<20>>>,
    pub locality: Option<Line<100>>,
    pub country: Option<Country>,
    pub also_known_as: Option<Vec<Line<200>>>,
}

pub fn change_venue(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    id: VenueId,
    check: impl FnOnce(i64) -> Result<()>,
    change: VenueChange,
) -> Result<Venue> {
    let mut row = lock_venue(conn, reach, id, check)?;
    if let Some(name) = change.name {
        row.name = name.map(Line::into_string);
    }
    if let Some(street) = change.street {
        row.street = street.map(Line::into_string);
    }
    if let Some(postal_code) = change.postal_code {
        row.postal_code = postal_code.map(Line::into_string);
    }
    if let Some(locality) = change.locality {
        row.locality = locality.into_string();
    }
    if let Some(country) = change.country {
        row.country = country.into_string();
    }
    if let Some(names) = change.also_known_as {
        row.also_known_as = spellings(names);
    }
    row.name_key = rules::venue_key(row.name.as_deref(), &row.locality);
    row.version += 1;
    row.updated_at = act.now;
    decide_venue(conn, &row)?;
    store::save_venue(conn, &row)?;
    record_venue(conn, act, "venue.changed", &row)?;
    Ok(row)
}

/// Deletes a venue at which no session takes place; the foreign key says whether one does.
pub fn delete_venue(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    id: VenueId,
    check: impl FnOnce(i64) -> Result<()>,
) -> Result<()> {
    let row = lock_venue(conn, reach, id, check)?;
    store::delete_venue(conn, &row)?;
    record_venue(conn, act, "venue.deleted", &row)
}

fn lock_venue(
    conn: &mut PgConnection,
    reach: &Reach,
    id: VenueId,
    check: impl FnOnce(i64) -> Result<()>,
) -> Result<Venue> {
    let row = store::lock_venue(conn, id)?.ok_or(Code::NotFound)?;
    reach.check(row.organisation_id)?;
    check(row.version)?;
    Ok(row)
}

/// Refuses a venue that is not right in itself, or whose names mean another one already. Two venues never have
/// one name: a constraint holds that. A name that is another's spelling is only refused when the other was
/// committed before; two written at once may both stand, and imports then take the one that has it as its name.
fn decide_venue(conn: &mut PgConnection, row: &Venue) -> Result<()> {
    Error::unless_empty(rules::venue_faults(
        row.name.as_deref(),
        &row.locality,
        &row.spellings(),
    ))?;
    let wanted = keys(row);
    let asked = wanted.iter().cloned().collect::<Vec<_>>();
    let others = store::venues_perhaps_named(conn, row.organisation_id, &asked)?;
    match others
        .iter()
        .find(|other| other.id != row.id && !keys(other).is_disjoint(&wanted))
    {
        None => Ok(()),
        Some(other) => {
            let name = other
                .name
                .iter()
                .chain([&other.locality])
                .cloned()
                .collect::<Vec<_>>()
                .join(", ");
            let detail = format!("One of the names means a venue that is there already: {name}.");
            Err(Problem::new(Code::NameTaken).detail(detail).into())
        }
    }
}

fn keys(row: &Venue) -> std::collections::BTreeSet<String> {
    rules::venue_keys(row.name.as_deref(), &row.locality, &row.spellings())
}

fn spellings(names: Vec<Line<200>>) -> Vec<Option<String>> {
    names.into_iter().map(|name| Some(name.into_string())).collect()
}

fn record_venue(conn: &mut PgConnection, act: &Act, action: &'static str, row: &Venue) -> Result<()> {
    let data = json!({"name": row.name, "locality": row.locality, "country": row.country});
    record(
        conn,
        act,
        Entry {
            organisation_id: Some(row.organisation_id.0),
            action,
            object_id: row.id.0,
            data,
        },
    )
}
