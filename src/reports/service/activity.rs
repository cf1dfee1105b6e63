//! The report over one or several programmes.

use diesel::pg::PgConnection;

use super::counting_rules::find_rule;
use crate::auth::{OrganisationId, organisation_refs};
use crate::base::problem::{Code, Error, FieldError, Result};
use crate::base::text::fold;
use crate::reports::model::{ActivityReport, ReportScope};
use crate::reports::rules::{self, ActivityQuery, built_ins};
use crate::reports::store;

/// The report over the programmes of `organisations`, which the caller has found to be reached.
pub fn activity(
    conn: &mut PgConnection,
    query: &ActivityQuery,
    organisations: &[OrganisationId],
) -> Result<ActivityReport> {
    let unknown = || {
        let detail = format!("there is no counting rule `{}`", query.rule);
        Error::invalid(vec![FieldError::parameter("rule", detail)])
    };
    let rule = find_rule(conn, organisations, &query.rule)?.ok_or_else(unknown)?;
    let mut others = built_ins();
    others.extend(store::newest_rules(conn, organisations)?);
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
    let only = match scope.organisations.as_slice() {
        [only] if query.collection.is_none() => Some(only.id),
        _ => None,
    };
    let mut report = rules::report(query, &rule, &others, scope, facts);
    if let Some(only) = only {
        report.stated = rules::beside(&report, &store::totals_of(conn, only, query.period)?);
    }
    Ok(report)
}
