//! Who wanted two seminars to be one event.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::auth::OrganisationId;
use crate::base::ids::{id, words};
use crate::schema::merges;
use crate::seminars::SeminarId;

id! {
    /// A wish that two seminars be one event, and what became of it.
    MergeId,
}

words! {
    /// `proposed`: one side has consented; `merged`: both have; `undone`: one of them took it back, as a proposal or as a merge.
    MergeState {
        Proposed = "proposed",
        Merged = "merged",
        Undone = "undone",
    }
}

#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = merges, treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct Merge {
    pub id: MergeId,
    pub seminar_organisation_id: OrganisationId,
    pub seminar_id: SeminarId,
    pub into_organisation_id: OrganisationId,
    pub into_id: SeminarId,
    pub seminar_consented_at: Option<DateTime<Utc>>,
    pub seminar_consented_by: Option<Uuid>,
    pub into_consented_at: Option<DateTime<Utc>>,
    pub into_consented_by: Option<Uuid>,
    pub merged_at: Option<DateTime<Utc>>,
    pub undone_at: Option<DateTime<Utc>>,
    pub undone_by: Option<Uuid>,
}

/// That an organisation wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consent {
    pub organisation: OrganisationId,
    pub at: DateTime<Utc>,
}

impl Merge {
    #[must_use]
    pub fn state(&self) -> MergeState {
        match (self.merged_at, self.undone_at) {
            (_, Some(_)) => MergeState::Undone,
            (Some(_), None) => MergeState::Merged,
            (None, None) => MergeState::Proposed,
        }
    }

    /// In the order given: the first proposed it. An organisation that stands on both sides consents once.
    #[must_use]
    pub fn consents(&self) -> Vec<Consent> {
        let sides = [
            (self.seminar_organisation_id, self.seminar_consented_at),
            (self.into_organisation_id, self.into_consented_at),
        ];
        let given = sides
            .into_iter()
            .filter_map(|(organisation, at)| Some(Consent { organisation, at: at? }));
        let mut all = given.collect::<Vec<_>>();
        all.sort_by_key(|consent| consent.at);
        all.dedup_by_key(|consent| consent.organisation);
        all
    }
}
