//! The rules of an organisation: found by name, written as a new version.

use diesel::pg::PgConnection;
use serde_json::json;

use crate::auth::{OrganisationId, OrganisationRef};
use crate::base::problem::{Error, FieldError, Result};
use crate::base::text::{Paragraphs, Slug};
use crate::journal::{Act, Entry, record};
use crate::reports::model::{CountedAs, CountingRule, CountingTerms};
use crate::reports::rules::{RuleName, built_in, english, german, terms_faults};
use crate::reports::store::{self, NewRule};

/// The rule of this name: a built-in one, or one of these organisations. Where several have one, they must be told apart.
pub fn find_rule(
    conn: &mut PgConnection,
    organisations: &[OrganisationId],
    asked: &RuleName,
) -> Result<Option<CountingRule>> {
    if let Some(rule) = built_in(&asked.name) {
        let there = asked.version.is_none_or(|version| version == rule.version);
        return Ok(there.then_some(rule));
    }
    let mut found = store::rules_named(conn, organisations, &asked.name, asked.version)?;
    let rule = found.pop();
    if found.is_empty() {
        return Ok(rule);
    }
    let detail = format!("must say whose rule `{}` is meant; several have one", asked.name);
    Err(Error::invalid(vec![FieldError::parameter("organisation", detail)]))
}

/// Every report is counted by each rule of the organisation.
const MOST_RULES: i64 = 50;
const MOST_VERSIONS: i32 = 200;

/// What a rule is made of.
#[derive(Clone, Debug)]
pub struct NewCountingRule {
    pub name: Slug,
    pub note: Option<Paragraphs<2000>>,
    pub terms: CountingTerms,
}

/// Writes the next version; the first where there is none. The versions before stay as they are.
pub fn write_rule(
    conn: &mut PgConnection,
    act: &Act,
    of: &OrganisationRef,
    new: NewCountingRule,
) -> Result<CountingRule> {
    let mut faults = terms_faults(&new.terms, "/terms");
    let name = new.name.into_string();
    if built_in(&name).is_some() {
        faults.push(FieldError::member("/id", "is the name of a built-in rule"));
    }
    Error::unless_empty(faults)?;
    let terms = CountingTerms {
        counts: in_order(&new.terms.counts),
        offered: in_order(&new.terms.offered),
        ..new.terms
    };
    let note = new.note.map(Paragraphs::into_string);
    let latest = store::rules_named(conn, &[of.id], &name, None)?.pop();
    if let Some(latest) = latest
        .as_ref()
        .filter(|latest| (&latest.terms, &latest.note) == (&terms, &note))
    {
        let detail = format!("say what version {} says already", latest.version);
        return Err(Error::member("/terms", detail));
    }
    match &latest {
        None if store::count_rules(conn, of.id)? >= MOST_RULES => {
            let detail = format!("would be one rule too many: an organisation has at most {MOST_RULES}");
            return Err(Error::member("/id", detail));
        }
        Some(latest) if latest.version >= MOST_VERSIONS => {
            let detail = format!("has {MOST_VERSIONS} versions, and no rule has more; take another name");
            return Err(Error::member("/id", detail));
        }
        _ => {}
    }
    let row = NewRule {
        organisation_id: of.id,
        name,
        version: latest.map_or(1, |latest| latest.version + 1),
        terms: serde_json::to_value(&terms).map_err(Error::internal)?,
        text_de: german(&terms),
        text_en: english(&terms),
        note,
        written_at: act.now,
    };
    store::insert_rule(conn, &row)?;
    let entry = Entry {
        organisation_id: Some(of.id.0),
        action: "counting_rule.written",
        // A rule has a name and no id; it is the organisation's.
        object_id: of.id.0,
        data: json!({"name": row.name, "version": row.version, "terms": row.terms}),
    };
    record(conn, act, entry)?;
    Ok(CountingRule {
        id: row.name,
        version: row.version,
        organisation: Some(of.clone()),
        text: row.text_de,
        text_en: row.text_en,
        note: row.note,
        terms,
        written_at: Some(row.written_at),
    })
}

/// One way to write a set of words, so that the same terms are the same rule.
fn in_order(those: &[CountedAs]) -> Vec<CountedAs> {
    CountedAs::ALL
        .iter()
        .copied()
        .filter(|what| those.contains(what))
        .collect()
}
