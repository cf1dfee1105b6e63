//! The report over one or several programmes.

use diesel::pg::PgConnection;

use super::counting_rules::find_rule;
use crate::auth::{OrganisationId, organisation_refs};
use crate::base::problem::{Code, Error, FieldError, Result};
use crate::base::text::fold;
use crate::reports::model::{ActivityReport, CountingRule, Facts, ReportScope, StatedTotalRow};
use crate::reports::rules::{self, ActivityQuery, built_ins};
use crate::reports::store;

/// All that a report is made of, read; nothing is asked of the database any more.
pub struct Material {
    rule: CountingRule,
    others: Vec<CountingRule>,
    scope: ReportScope,
    facts: Vec<Facts>,
    /// What sources say of the whole of it.
    stated: Vec<StatedTotalRow>,
}

impl Material {
    #[must_use]
    pub fn report(self, query: &ActivityQuery) -> ActivityReport {
        let mut report = rules::report(query, &self.rule, &self.others, self.scope, self.facts);
        report.stated = rules::beside(&report, &self.stated);
        report
    }
}

/// The report over the programmes of `organisations`, which the caller has found to be reached.
pub fn activity(
    conn: &mut PgConnection,
    query: &ActivityQuery,
    organisations: &[OrganisationId],
) -> Result<ActivityReport> {
    Ok(material(conn, query, organisations)?.report(query))
}

/// What that report is made of.
pub fn material(conn: &mut PgConnection, query: &ActivityQuery, organisations: &[OrganisationId]) -> Result<Material> {
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
    let stated = match scope.organisations.as_slice() {
        [only] if query.collection.is_none() => store::totals_of(conn, only.id, query.period)?,
        _ => Vec::new(),
    };
    Ok(Material {
        rule,
        others,
        scope,
        facts,
        stated,
    })
}
