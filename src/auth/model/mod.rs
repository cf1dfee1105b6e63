//! Rows and words of the room.

mod api_client;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::ids::{id, words};
use crate::schema::{accounts, members, organisations, refresh_tokens};

pub use api_client::{ApiClient, ApiClientId, ApiClientSecret, Scope};

id! {
    /// An organisation: a tenant, or a party.
    OrganisationId,
    /// Somebody who logs in.
    AccountId,
}

words! {
    /// What a member may do. Admin includes organiser; organiser includes front desk and reporter.
    Role {
        Admin = "admin",
        Organiser = "organiser",
        FrontDesk = "front_desk",
        Reporter = "reporter",
    }
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = organisations, check_for_backend(diesel::pg::Pg))]
pub struct Organisation {
    pub id: OrganisationId,
    pub slug: String,
    pub name: String,
    pub also_known_as: Vec<Option<String>>,
    pub homepage: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Organisation {
    pub fn spellings(&self) -> Vec<String> {
        self.also_known_as.iter().flatten().cloned().collect()
    }
}

/// An organisation as others refer to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = organisations, check_for_backend(diesel::pg::Pg))]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "slug": "staedteregion-aachen", "name": "StädteRegion Aachen"}))]
pub struct OrganisationRef {
    pub id: OrganisationId,
    pub slug: String,
    pub name: String,
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts, check_for_backend(diesel::pg::Pg))]
pub struct Account {
    pub id: AccountId,
    pub email: String,
    pub email_key: String,
    pub name: String,
    pub language: String,
    pub password_hash: String,
    pub platform_admin: bool,
    pub disabled_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = members, check_for_backend(diesel::pg::Pg))]
pub struct Member {
    pub organisation_id: OrganisationId,
    pub account_id: AccountId,
    pub role: Role,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_tokens, check_for_backend(diesel::pg::Pg))]
pub struct RefreshToken {
    pub token_hash: Vec<u8>,
    pub family_id: uuid::Uuid,
    pub account_id: AccountId,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}
