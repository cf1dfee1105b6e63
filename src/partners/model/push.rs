//! What another system said of a seminar.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use crate::auth::OrganisationId;
use crate::schema::pushes;
use crate::seminars::SeminarId;

#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = pushes, primary_key(organisation_id, system, external_id), check_for_backend(diesel::pg::Pg))]
pub struct Push {
    pub organisation_id: OrganisationId,
    pub system: String,
    pub external_id: String,
    pub seminar_id: SeminarId,
    pub sent: Value,
    pub decided: Value,
    pub at: DateTime<Utc>,
}
