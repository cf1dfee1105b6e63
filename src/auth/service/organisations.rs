//! Organisations: made, changed, found by what a body calls them.

use diesel::PgConnection;
use serde_json::json;

use crate::auth::model::{Organisation, OrganisationId, OrganisationRef};
use crate::auth::store;
use crate::auth::who::Reach;
use crate::base::problem::{Code, Error, Result};
use crate::base::text::{Line, Slug, WebAddress};
use crate::journal::{Act, Entry, record};

/// The organisation of a URL, by id or slug, if the caller reaches it with the role that is needed.
pub fn reached(conn: &mut PgConnection, reach: &Reach, named: &str) -> Result<OrganisationRef> {
    let found = store::find_organisation(conn, named)?.ok_or(Code::NotFound)?;
    reach.check(found.id)?;
    Ok(found)
}

/// What an organisation is made of.
#[derive(Clone, Debug)]
pub struct NewOrganisation {
    pub slug: Slug,
    pub name: Line<200>,
    pub also_known_as: Vec<Line<200>>,
    pub homepage: Option<WebAddress>,
}

/// More spellings than anybody has are a mistake.
fn few(names: &[Line<200>]) -> Result<()> {
    match names.len() {
        0..=20 => Ok(()),
        n => Err(Error::member(
            "/also_known_as",
            format!("must have at most 20 entries, has {n}"),
        )),
    }
}

pub fn create_organisation(conn: &mut PgConnection, act: &Act, new: NewOrganisation) -> Result<Organisation> {
    few(&new.also_known_as)?;
    let organisation = Organisation {
        id: OrganisationId::fresh(),
        slug: new.slug.into_string(),
        name: new.name.into_string(),
        also_known_as: new
            .also_known_as
            .into_iter()
            .map(|name| Some(name.into_string()))
            .collect(),
        homepage: new.homepage.map(WebAddress::into_string),
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    store::insert_organisation(conn, &organisation)?;
    let data = json!({"slug": organisation.slug, "name": organisation.name});
    let entry = Entry {
        organisation_id: Some(organisation.id.0),
        action: "organisation.created",
        object_id: organisation.id.0,
        data,
    };
    record(conn, act, entry)?;
    Ok(organisation)
}

/// The organisation that a body names in its member `organisation`, by id or slug. One that is not there and one of
/// others are refused alike, by that member's name.
pub fn own_organisation(conn: &mut PgConnection, reach: &Reach, named: &str) -> Result<OrganisationRef> {
    let unknown = || Error::member("/organisation", "is not an organisation of yours");
    let organisation = store::find_organisation(conn, named)?.ok_or_else(unknown)?;
    match reach.check(organisation.id) {
        Err(Error::Refused(problem)) if problem.code == Code::NotFound => Err(unknown()),
        outcome => outcome.map(|()| organisation),
    }
}

/// For imports: the organisation of this slug, made if there is none.
pub fn ensure_organisation(conn: &mut PgConnection, act: &Act, new: NewOrganisation) -> Result<OrganisationId> {
    match store::organisation_by_slug(conn, new.slug.as_str())? {
        Some(known) => Ok(known.id),
        None => create_organisation(conn, act, new).map(|organisation| organisation.id),
    }
}

pub struct OrganisationChange {
    pub name: Option<Line<200>>,
    pub also_known_as: Option<Vec<Line<200>>>,
    pub homepage: Option<Option<WebAddress>>,
}

pub fn change_organisation(
    conn: &mut PgConnection,
    act: &Act,
    id: OrganisationId,
    check: impl FnOnce(i64) -> Result<()>,
    change: OrganisationChange,
) -> Result<Organisation> {
    let mut organisation = store::lock_organisation(conn, id)?.ok_or(Code::NotFound)?;
    check(organisation.version)?;
    if let Some(name) = change.name {
        organisation.name = name.into_string();
    }
    if let Some(names) = change.also_known_as {
        few(&names)?;
        organisation.also_known_as = names.into_iter().map(|name| Some(name.into_string())).collect();
    }
    if let Some(homepage) = change.homepage {
        organisation.homepage = homepage.map(WebAddress::into_string);
    }
    organisation.version += 1;
    organisation.updated_at = act.now;
    store::save_organisation(conn, &organisation)?;
    let data = json!({"name": organisation.name});
    record(
        conn,
        act,
        Entry {
            organisation_id: Some(id.0),
            action: "organisation.changed",
            object_id: id.0,
            data,
        },
    )?;
    Ok(organisation)
}
