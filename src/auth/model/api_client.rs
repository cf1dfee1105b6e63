//! Machines of an organisation.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::OrganisationId;
use crate::base::ids::{id, words};
use crate::schema::{api_client_secrets, api_clients};

id! {
    /// A machine of an organisation.
    ApiClientId,
}

words! {
    /// What an API client may do, within its organisation (RFC 6749, section 3.3).
    Scope {
        SeminarsRead = "seminars:read",
        SeminarsWrite = "seminars:write",
        RegistrationsRead = "registrations:read",
        RegistrationsWrite = "registrations:write",
        AttendanceWrite = "attendance:write",
        ReportsRead = "reports:read",
    }
}

impl Scope {
    /// What it is for, in the API document.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::SeminarsRead => "The programme with drafts and internal seminars, and every change of it",
            Self::SeminarsWrite => "Write seminars, collections and venues",
            Self::RegistrationsRead => "Who is registered",
            Self::RegistrationsWrite => "Register somebody, change, cancel, decide",
            Self::AttendanceWrite => "The door, headcounts, reports of platforms",
            Self::ReportsRead => "Figures without anything about a person",
        }
    }
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_clients, check_for_backend(diesel::pg::Pg))]
pub struct ApiClient {
    pub organisation_id: OrganisationId,
    pub id: ApiClientId,
    pub name: String,
    pub scopes: Vec<Option<String>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl ApiClient {
    #[must_use]
    pub fn scopes(&self) -> Vec<Scope> {
        let words = self.scopes.iter().flatten();
        words.filter_map(|word| word.parse().ok()).collect()
    }
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_client_secrets, check_for_backend(diesel::pg::Pg))]
pub struct ApiClientSecret {
    pub organisation_id: OrganisationId,
    pub client_id: ApiClientId,
    pub id: Uuid,
    pub secret_hash: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
}
