//! What a happening of the journal is to a reader.

use crate::auth::OrganisationId;
use crate::partners::model::feed::Happening;

/// What it is to the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Why it is no longer there for the reader, where it is not.
    pub removed: Option<&'static str>,
    pub changed_fields: Vec<String>,
}

/// `None`: nothing that the reader should hear of.
#[must_use]
pub fn told_as(happening: &Happening, reader: OrganisationId) -> Option<Change> {
    let programme = happening.action.starts_with("seminar.");
    (programme && happening.organisation_id == reader).then(|| Change {
        removed: (happening.action == "seminar.deleted").then_some("deleted"),
        changed_fields: Vec::new(),
    })
}
