//! Read, then decide.

use diesel::pg::PgConnection;

use super::model::{ActivityReport, ReportScope};
use super::rules::{self, ActivityQuery};
use super::store;
use crate::auth::{OrganisationId, organisation_refs};
use crate::base::problem::{Code, Result};
use crate::base::text::fold;

/// The report over the programmes of `organisations`, which the caller has found to be reached.
pub fn activity(
    conn: &mut PgConnection,
    query: &ActivityQuery,
    organisations: &[OrganisationId],
) -> Result<ActivityReport> {
    let mut of = organisation_refs(conn, organisations)?;
    of.sort_by_cached_key(|organisation| (fold(&organisation.name), organisation.id));
    let collection = match query.collection {
        Some(id) => Some(store::collection(conn, organisations, id)?.ok_or(Code::NotFound)?),
        None => None,
    };
    let facts = store::facts(conn, query, &of)?;
    // Of all whose programmes were asked for, those that have one: partners without a seminar are only noise.
    if facts.iter().any(|seminar| of.contains(&seminar.organisation)) {
        of.retain(|organisation| facts.iter().any(|seminar| seminar.organisation == *organisation));
    }
    let scope = ReportScope {
        organisations: of,
        collection,
    };
    Ok(rules::report(query, scope, facts))
}
