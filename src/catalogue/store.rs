//! All SQL of the room.

use diesel::prelude::*;

use super::model::{
    Collection, CollectionId, CollectionKind, CollectionRef, Logo, LogoEntry, Venue, VenueId, VenueRef,
};
use super::rules;
use crate::auth::{self, OrganisationId, OrganisationRef};
use crate::base::db::OnConstraint;
use crate::base::problem::{Code, Problem, Result};
use crate::schema::{collections, logos, venues};

/// How many rows a search looks at in one go.
const STRIDE: i64 = 500;

/// Each row with its organisation.
pub fn with_organisations<R>(
    conn: &mut PgConnection,
    rows: Vec<R>,
    of: impl Fn(&R) -> OrganisationId,
) -> Result<Vec<(R, OrganisationRef)>> {
    let mut ids = rows.iter().map(&of).collect::<Vec<_>>();
    ids.sort_unstable();
    ids.dedup();
    let organisations = auth::organisation_refs(conn, &ids)?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let organisation = organisations.iter().find(|one| one.id == of(&row))?.clone();
            Some((row, organisation))
        })
        .collect())
}

/// What a list is narrowed by. `words` are folded; each must occur.
#[derive(Clone, Debug, Default)]
pub struct Narrowed {
    pub organisation: Option<OrganisationId>,
    pub kind: Option<CollectionKind>,
    pub words: Vec<String>,
}

/// Up to `limit + 1` rows after `after` that `fits` likes. What is folded when it is compared cannot be compared
/// by the database, so a search reads on in strides; catalogues are short.
fn gather<R, K>(
    mut after: Option<K>,
    limit: i64,
    searching: bool,
    mut load: impl FnMut(Option<K>, i64) -> Result<Vec<R>>,
    key: impl Fn(&R) -> K,
    fits: impl Fn(&R) -> bool,
) -> Result<Vec<R>> {
    let wanted = limit + 1;
    let stride = if searching { STRIDE } else { wanted };
    let mut gathered = Vec::new();
    loop {
        let rows = load(after, stride)?;
        let last = i64::try_from(rows.len()).unwrap_or(stride) < stride;
        after = rows.last().map(&key);
        for row in rows {
            if i64::try_from(gathered.len()).unwrap_or(wanted) < wanted && fits(&row) {
                gathered.push(row);
            }
        }
        if last || i64::try_from(gathered.len()).unwrap_or(wanted) >= wanted {
            return Ok(gathered);
        }
    }
}

pub fn collections(
    conn: &mut PgConnection,
    narrowed: &Narrowed,
    after: Option<(String, CollectionId)>,
    limit: i64,
) -> Result<Vec<Collection>> {
    let load = |after: Option<(String, CollectionId)>, stride: i64| {
        let mut query = collections::table
            .select(Collection::as_select())
            .order((collections::name_key, collections::id))
            .limit(stride)
            .into_boxed();
        if let Some(organisation) = narrowed.organisation {
            query = query.filter(collections::organisation_id.eq(organisation));
        }
        if let Some(kind) = narrowed.kind {
            query = query.filter(collections::kind.eq(kind));
        }
        if let Some((name, id)) = after {
            let same_name = collections::name_key.eq(name.clone()).and(collections::id.gt(id));
            query = query.filter(collections::name_key.gt(name).or(same_name));
        }
        Ok(query.load(conn)?)
    };
    let fits = |row: &Collection| {
        let texts = [
            Some(row.name.as_str()),
            row.funder.as_deref(),
            row.description.as_deref(),
        ];
        rules::found(&narrowed.words, texts.into_iter().flatten())
    };
    let key = |row: &Collection| (row.name_key.clone(), row.id);
    gather(after, limit, !narrowed.words.is_empty(), load, key, fits)
}

pub fn collection(conn: &mut PgConnection, id: CollectionId) -> Result<Option<Collection>> {
    let query = collections::table.filter(collections::id.eq(id));
    Ok(query.select(Collection::as_select()).first(conn).optional()?)
}

pub fn lock_collection(conn: &mut PgConnection, id: CollectionId) -> Result<Option<Collection>> {
    let query = collections::table
        .filter(collections::id.eq(id))
        .select(Collection::as_select())
        .for_no_key_update();
    Ok(query.first(conn).optional()?)
}

pub fn collection_by_key(conn: &mut PgConnection, of: OrganisationId, key: &str) -> Result<Option<CollectionId>> {
    let query = collections::table
        .filter(collections::organisation_id.eq(of))
        .filter(collections::name_key.eq(key));
    Ok(query.select(collections::id).first(conn).optional()?)
}

/// The names of all that the organisation has, for imports that have to tell known from new.
pub fn collection_names(conn: &mut PgConnection, of: OrganisationId) -> Result<Vec<String>> {
    let query = collections::table.filter(collections::organisation_id.eq(of));
    Ok(query
        .order(collections::name_key)
        .select(collections::name)
        .load(conn)?)
}

/// In the order of their names; ids that name nothing are left out.
pub fn collection_refs(conn: &mut PgConnection, ids: &[CollectionId]) -> Result<Vec<CollectionRef>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(collections::table
        .filter(collections::id.eq_any(ids))
        .order((collections::name_key, collections::id))
        .select(CollectionRef::as_select())
        .load(conn)?)
}

/// Those of `ids` that are this organisation's.
pub fn collections_of(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    ids: &[CollectionId],
) -> Result<Vec<CollectionId>> {
    Ok(collections::table
        .filter(collections::organisation_id.eq(organisation))
        .filter(collections::id.eq_any(ids))
        .select(collections::id)
        .load(conn)?)
}

fn collection_name_taken() -> Problem {
    Problem::new(Code::NameTaken).detail("The organisation has a collection of this name already.")
}

pub fn insert_collection(conn: &mut PgConnection, row: &Collection) -> Result<()> {
    diesel::insert_into(collections::table)
        .values(row)
        .execute(conn)
        .on_constraint("collections_name_unique", collection_name_taken)?;
    Ok(())
}

pub fn save_collection(conn: &mut PgConnection, row: &Collection) -> Result<()> {
    diesel::update(collections::table.find((row.organisation_id, row.id)))
        .set(row)
        .execute(conn)
        .on_constraint("collections_name_unique", collection_name_taken)?;
    Ok(())
}

pub fn delete_collection(conn: &mut PgConnection, row: &Collection) -> Result<()> {
    diesel::delete(collections::table.find((row.organisation_id, row.id)))
        .execute(conn)
        .on_constraint("seminar_collections_of_collection", || {
            Problem::new(Code::InUse).detail("At least one seminar belongs to this collection.")
        })?;
    Ok(())
}

pub fn venues(
    conn: &mut PgConnection,
    narrowed: &Narrowed,
    after: Option<(String, VenueId)>,
    limit: i64,
) -> Result<Vec<Venue>> {
    let load = |after: Option<(String, VenueId)>, stride: i64| {
        let mut query = venues::table
            .select(Venue::as_select())
            .order((venues::name_key, venues::id))
            .limit(stride)
            .into_boxed();
        if let Some(organisation) = narrowed.organisation {
            query = query.filter(venues::organisation_id.eq(organisation));
        }
        if let Some((name, id)) = after {
            let same_name = venues::name_key.eq(name.clone()).and(venues::id.gt(id));
            query = query.filter(venues::name_key.gt(name).or(same_name));
        }
        Ok(query.load(conn)?)
    };
    let fits = |row: &Venue| {
        let spellings = row.also_known_as.iter().flatten().map(String::as_str);
        let texts = row.name.as_deref().into_iter().chain([row.locality.as_str()]);
        rules::found(&narrowed.words, texts.chain(spellings))
    };
    let key = |row: &Venue| (row.name_key.clone(), row.id);
    gather(after, limit, !narrowed.words.is_empty(), load, key, fits)
}

pub fn venue(conn: &mut PgConnection, id: VenueId) -> Result<Option<Venue>> {
    let query = venues::table.filter(venues::id.eq(id));
    Ok(query.select(Venue::as_select()).first(conn).optional()?)
}

pub fn lock_venue(conn: &mut PgConnection, id: VenueId) -> Result<Option<Venue>> {
    let query = venues::table
        .filter(venues::id.eq(id))
        .select(Venue::as_select())
        .for_no_key_update();
    Ok(query.first(conn).optional()?)
}

/// The organisation's venues that bear this key or have other spellings: all that may be meant by a name.
pub fn venues_perhaps_named(conn: &mut PgConnection, of: OrganisationId, keys: &[String]) -> Result<Vec<Venue>> {
    let spelled = venues::also_known_as.ne(Vec::<Option<String>>::new());
    Ok(venues::table
        .filter(venues::organisation_id.eq(of))
        .filter(venues::name_key.eq_any(keys).or(spelled))
        .order((venues::name_key, venues::id))
        .select(Venue::as_select())
        .load(conn)?)
}

/// All that the organisation has, with every spelling, for imports that have to tell known from new.
pub fn all_venues(conn: &mut PgConnection, of: OrganisationId) -> Result<Vec<Venue>> {
    let query = venues::table.filter(venues::organisation_id.eq(of));
    Ok(query
        .order((venues::name_key, venues::id))
        .select(Venue::as_select())
        .load(conn)?)
}

/// In the order of their names; ids that name nothing are left out.
pub fn venue_refs(conn: &mut PgConnection, ids: &[VenueId]) -> Result<Vec<VenueRef>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(venues::table
        .filter(venues::id.eq_any(ids))
        .order((venues::name_key, venues::id))
        .select(VenueRef::as_select())
        .load(conn)?)
}

/// Those of `ids` that are this organisation's.
pub fn venues_of(conn: &mut PgConnection, organisation: OrganisationId, ids: &[VenueId]) -> Result<Vec<VenueId>> {
    Ok(venues::table
        .filter(venues::organisation_id.eq(organisation))
        .filter(venues::id.eq_any(ids))
        .select(venues::id)
        .load(conn)?)
}

fn venue_name_taken() -> Problem {
    Problem::new(Code::NameTaken).detail("The organisation has a venue of this name there already.")
}

pub fn insert_venue(conn: &mut PgConnection, row: &Venue) -> Result<()> {
    diesel::insert_into(venues::table)
        .values(row)
        .execute(conn)
        .on_constraint("venues_name_unique", venue_name_taken)?;
    Ok(())
}

pub fn save_venue(conn: &mut PgConnection, row: &Venue) -> Result<()> {
    diesel::update(venues::table.find((row.organisation_id, row.id)))
        .set(row)
        .execute(conn)
        .on_constraint("venues_name_unique", venue_name_taken)?;
    Ok(())
}

pub fn delete_venue(conn: &mut PgConnection, row: &Venue) -> Result<()> {
    diesel::delete(venues::table.find((row.organisation_id, row.id)))
        .execute(conn)
        .on_constraint("sessions_at_venue", || {
            Problem::new(Code::InUse).detail("At least one session takes place here.")
        })?;
    Ok(())
}

diesel::define_sql_function! { fn octet_length(bytes: diesel::sql_types::Binary) -> diesel::sql_types::Integer; }

pub fn logos(conn: &mut PgConnection, of: OrganisationId, after: Option<String>, limit: i64) -> Result<Vec<LogoEntry>> {
    let mut query = logos::table
        .filter(logos::organisation_id.eq(of))
        .order(logos::name)
        .limit(limit + 1)
        .select((
            logos::name,
            logos::description,
            octet_length(logos::image),
            logos::updated_at,
        ))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(logos::name.gt(after));
    }
    Ok(query.load(conn)?)
}

/// The first by name, with their pictures.
pub fn first_logos(conn: &mut PgConnection, of: OrganisationId, limit: i64) -> Result<Vec<Logo>> {
    let query = logos::table
        .filter(logos::organisation_id.eq(of))
        .order(logos::name)
        .limit(limit);
    Ok(query.select(Logo::as_select()).load(conn)?)
}

pub fn logo(conn: &mut PgConnection, of: OrganisationId, name: &str) -> Result<Option<Logo>> {
    let query = logos::table.find((of, name)).select(Logo::as_select());
    Ok(query.first(conn).optional()?)
}

pub fn lock_logo(conn: &mut PgConnection, of: OrganisationId, name: &str) -> Result<Option<Logo>> {
    let query = logos::table
        .find((of, name))
        .select(Logo::as_select())
        .for_no_key_update();
    Ok(query.first(conn).optional()?)
}

/// Of two that put the first at once, one has not seen the other's.
pub fn insert_logo(conn: &mut PgConnection, row: &Logo) -> Result<()> {
    diesel::insert_into(logos::table)
        .values(row)
        .execute(conn)
        .on_constraint("logos_one_per_name", || Problem::new(Code::PreconditionRequired))?;
    Ok(())
}

pub fn save_logo(conn: &mut PgConnection, row: &Logo) -> Result<()> {
    diesel::update(logos::table.find((row.organisation_id, &row.name)))
        .set(row)
        .execute(conn)?;
    Ok(())
}

pub fn delete_logo(conn: &mut PgConnection, row: &Logo) -> Result<()> {
    diesel::delete(logos::table.find((row.organisation_id, &row.name))).execute(conn)?;
    Ok(())
}
