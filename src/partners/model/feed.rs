//! What the change feed is made of.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::OrganisationId;
use crate::base::ids::words;
use crate::schema::journal;
use crate::seminars::{Audience, SeminarId, Status};

words! {
    /// What happened. Of a seminar, or of a venue, collection or organisation that seminars name.
    ChangeType {
        /// How it stands: where a copy begins.
        SeminarStands = "seminar.stands",
        SeminarCreated = "seminar.created",
        SeminarChanged = "seminar.changed",
        /// Something of the past was settled: held or cancelled as it was written down.
        SeminarSettled = "seminar.settled",
        SeminarPublished = "seminar.published",
        SeminarHeld = "seminar.held",
        SeminarCancelled = "seminar.cancelled",
        SeminarPostponed = "seminar.postponed",
        SeminarRescheduled = "seminar.rescheduled",
        SeminarMovedOnline = "seminar.moved_online",
        SeminarMovedOnsite = "seminar.moved_onsite",
        SeminarMerged = "seminar.merged",
        SeminarUnmerged = "seminar.unmerged",
        SeminarDeleted = "seminar.deleted",
        VenueChanged = "venue.changed",
        CollectionChanged = "collection.changed",
        OrganisationChanged = "organisation.changed",
    }
}

impl ChangeType {
    /// Whether it is told of a seminar, and not of what seminars name.
    #[must_use]
    pub fn of_seminar(self) -> bool {
        !matches!(
            self,
            Self::VenueChanged | Self::CollectionChanged | Self::OrganisationChanged
        )
    }
}

words! {
    /// Why a seminar is no longer told of.
    TombstoneReason {
        /// A draft was thrown away.
        Deleted = "deleted",
        /// It is no longer public.
        Withdrawn = "withdrawn",
        /// Announced twice; it goes on as the one in `merged_into`.
        Merged = "merged_into",
    }
}

/// A place in the feed: after this entry. Ordered as the feed is: by the writing transaction, within one by entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    pub transaction: i64,
    pub entry: Uuid,
}

/// Which feed this is. A place in another one, also in what this one was before a restore, is no place in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeedId(pub Uuid);

/// An entry of the journal that may be told.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = journal, check_for_backend(diesel::pg::Pg))]
pub struct Happening {
    pub id: Uuid,
    pub transaction: i64,
    pub at: DateTime<Utc>,
    #[diesel(column_name = organisation_id)]
    pub of: Option<OrganisationId>,
    pub action: String,
    pub object_id: Uuid,
    pub data: serde_json::Value,
}

impl Happening {
    #[must_use]
    pub fn position(&self) -> Position {
        Position {
            transaction: self.transaction,
            entry: self.id,
        }
    }
}

/// Who reads: everybody reads the public programme; members and machines also what their organisations have not made
/// public.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    pub member_of: Vec<OrganisationId>,
}

/// How a seminar stands at the moment of reading, as far as it decides what may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub status: Status,
    pub audience: Audience,
    pub version: i64,
    pub merged_into: Option<SeminarId>,
}

/// The seminar is no longer there for this reader: forget it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Tombstone, example = json!({"reason": "withdrawn", "merged_into": null}))]
pub struct Gone {
    pub reason: TombstoneReason,
    /// Under which id it goes on.
    pub merged_into: Option<SeminarId>,
}

/// What a happening is to a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub kind: ChangeType,
    /// Members of the object that may have changed; empty where all may have.
    pub changed_fields: Vec<String>,
    /// `None`: it is there, as it is read now.
    pub gone: Option<Gone>,
}
