//! What is left of the details when two seminars are one event.

use serde::Serialize;
use utoipa::ToSchema;

use super::{PartyRole, SeminarId};
use crate::auth::OrganisationRef;

/// A seminar as another one refers to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b21",
    "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b22", "slug": "ihk-aachen", "name": "IHK Aachen"}}))]
pub struct SeminarRef {
    pub id: SeminarId,
    pub organisation: OrganisationRef,
}

/// Somebody who takes part in offering a seminar, and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Involved {
    pub role: PartyRole,
    pub organisation: Option<OrganisationRef>,
    pub name: String,
}
