//! Rows and words of the room.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::OrganisationId;
use crate::base::ids::{id, words};
use crate::schema::{collections, logos, venues};

id! {
    /// What seminars belong to.
    CollectionId,
    /// A place.
    VenueId,
}

words! {
    /// What seminars belong to: series (Format), programme (Projekt), umbrella (Rahmen).
    CollectionKind {
        Series = "series",
        Programme = "programme",
        Umbrella = "umbrella",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = collections, primary_key(organisation_id, id), treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct Collection {
    pub organisation_id: OrganisationId,
    pub id: CollectionId,
    pub kind: CollectionKind,
    pub name: String,
    pub name_key: String,
    pub description: Option<String>,
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    pub funder: Option<String>,
    pub own_chapter: bool,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A collection as others refer to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = collections, check_for_backend(diesel::pg::Pg))]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b31", "kind": "series", "name": "Hallo Nachbar"}))]
pub struct CollectionRef {
    pub id: CollectionId,
    pub kind: CollectionKind,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = venues, primary_key(organisation_id, id), treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct Venue {
    pub organisation_id: OrganisationId,
    pub id: VenueId,
    pub name: Option<String>,
    pub street: Option<String>,
    pub postal_code: Option<String>,
    pub locality: String,
    pub country: String,
    pub also_known_as: Vec<Option<String>>,
    pub name_key: String,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Venue {
    pub fn spellings(&self) -> Vec<String> {
        self.also_known_as.iter().flatten().cloned().collect()
    }
}

/// A venue as others refer to it. Without a name it is a locality.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = venues, check_for_backend(diesel::pg::Pg))]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b41", "name": "Digital Church", "street": "Jülicher Straße 72a",
    "postal_code": "52070", "locality": "Aachen", "country": "DE"}))]
pub struct VenueRef {
    pub id: VenueId,
    pub name: Option<String>,
    pub street: Option<String>,
    pub postal_code: Option<String>,
    pub locality: String,
    pub country: String,
}

impl VenueRef {
    /// One line: name, street, postal code and town, and the country where it is another.
    #[must_use]
    pub fn line(&self) -> String {
        let town = match &self.postal_code {
            Some(code) => format!("{code} {}", self.locality),
            None => self.locality.clone(),
        };
        let abroad = (self.country != "DE").then(|| self.country.clone());
        let parts = [self.name.clone(), self.street.clone(), Some(town), abroad];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = logos, primary_key(organisation_id, name), check_for_backend(diesel::pg::Pg))]
pub struct Logo {
    pub organisation_id: OrganisationId,
    pub name: String,
    /// What is read aloud instead of the picture.
    pub description: String,
    /// PNG.
    pub image: Vec<u8>,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
}

/// A logo without its picture.
#[derive(Clone, Debug, Queryable)]
pub struct LogoEntry {
    pub name: String,
    pub description: String,
    pub bytes: i32,
    pub updated_at: DateTime<Utc>,
}
