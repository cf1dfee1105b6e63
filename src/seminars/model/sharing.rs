//! With whom a seminar shares its registrations.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::SeminarId;
use crate::auth::OrganisationId;
use crate::base::ids::id;
use crate::base::text::Line;
use crate::schema::sharings;

id! {
    /// That a seminar shares its registrations with one organisation.
    SharingId,
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sharings, check_for_backend(diesel::pg::Pg))]
pub struct Sharing {
    pub organisation_id: OrganisationId,
    pub id: SharingId,
    pub seminar_id: SeminarId,
    pub recipient_id: OrganisationId,
    /// As it is shown to those who register.
    pub purpose: String,
    pub begun_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// What is to be shared with whom.
#[derive(Clone, Debug)]
pub struct NewSharing {
    /// Id or slug.
    pub organisation: Line<60>,
    pub purpose: Line<500>,
}
