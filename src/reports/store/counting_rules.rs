//! The rules of organisations. Only ever added to: a trigger refuses the rest.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use crate::auth::{OrganisationId, OrganisationRef};
use crate::base::db::again;
use crate::base::problem::{Error, Result};
use crate::reports::model::CountingRule;
use crate::schema::{counting_rules, organisations};

#[derive(Queryable, Selectable)]
#[diesel(table_name = counting_rules, check_for_backend(diesel::pg::Pg))]
struct Row {
    name: String,
    version: i32,
    terms: Value,
    note: Option<String>,
    text_de: String,
    text_en: String,
    written_at: DateTime<Utc>,
}

fn rule((row, organisation): (Row, OrganisationRef)) -> Result<CountingRule> {
    Ok(CountingRule {
        id: row.name,
        version: row.version,
        organisation: Some(organisation),
        text: row.text_de,
        text_en: row.text_en,
        note: row.note,
        terms: serde_json::from_value(row.terms).map_err(Error::internal)?,
        written_at: Some(row.written_at),
    })
}

fn rules(rows: Vec<(Row, OrganisationRef)>) -> Result<Vec<CountingRule>> {
    rows.into_iter().map(rule).collect()
}

/// Where a rule stands among those of organisations: by name, the newest version first.
pub type Place = (String, OrganisationId, i32);

/// Versions of rules, those behind `after`, as many as asked for.
pub fn rule_versions(
    conn: &mut PgConnection,
    of: &[OrganisationId],
    after: Option<&Place>,
    many: i64,
) -> Result<Vec<CountingRule>> {
    let mut query = counting_rules::table
        .inner_join(organisations::table)
        .filter(counting_rules::organisation_id.eq_any(of))
        .order((
            counting_rules::name,
            counting_rules::organisation_id,
            counting_rules::version.desc(),
        ))
        .limit(many)
        .select((Row::as_select(), OrganisationRef::as_select()))
        .into_boxed();
    if let Some((name, organisation, version)) = after {
        let same_name = counting_rules::name.eq(name);
        let behind = counting_rules::organisation_id
            .gt(organisation)
            .or(counting_rules::organisation_id
                .eq(organisation)
                .and(counting_rules::version.lt(version)));
        query = query.filter(counting_rules::name.gt(name).or(same_name.and(behind)));
    }
    rules(query.load(conn)?)
}

/// How many rules the organisation has, each once however many versions.
pub fn count_rules(conn: &mut PgConnection, of: OrganisationId) -> Result<i64> {
    let query = counting_rules::table
        .filter(counting_rules::organisation_id.eq(of))
        .filter(counting_rules::version.eq(1));
    Ok(query.count().get_result(conn)?)
}

/// The newest version of each rule, by name.
pub fn newest_rules(conn: &mut PgConnection, of: &[OrganisationId]) -> Result<Vec<CountingRule>> {
    let query = counting_rules::table
        .inner_join(organisations::table)
        .filter(counting_rules::organisation_id.eq_any(of))
        .distinct_on((counting_rules::name, counting_rules::organisation_id))
        .order((
            counting_rules::name,
            counting_rules::organisation_id,
            counting_rules::version.desc(),
        ));
    rules(
        query
            .select((Row::as_select(), OrganisationRef::as_select()))
            .load(conn)?,
    )
}

/// The rules of this name, one of each organisation: in this version, or in the newest.
pub fn rules_named(
    conn: &mut PgConnection,
    of: &[OrganisationId],
    name: &str,
    version: Option<i32>,
) -> Result<Vec<CountingRule>> {
    let mut query = counting_rules::table
        .inner_join(organisations::table)
        .filter(counting_rules::organisation_id.eq_any(of))
        .filter(counting_rules::name.eq(name))
        .distinct_on(counting_rules::organisation_id)
        .order((counting_rules::organisation_id, counting_rules::version.desc()))
        .select((Row::as_select(), OrganisationRef::as_select()))
        .into_boxed();
    if let Some(version) = version {
        query = query.filter(counting_rules::version.eq(version));
    }
    rules(query.load(conn)?)
}

#[derive(Insertable)]
#[diesel(table_name = counting_rules)]
pub struct NewRule {
    pub organisation_id: OrganisationId,
    pub name: String,
    pub version: i32,
    pub terms: Value,
    pub note: Option<String>,
    pub text_de: String,
    pub text_en: String,
    pub written_at: DateTime<Utc>,
}

/// Adds a version. Where another has just taken its number, the work is done again.
pub fn insert_rule(conn: &mut PgConnection, rule: &NewRule) -> Result<()> {
    let added = diesel::insert_into(counting_rules::table)
        .values(rule)
        .on_conflict_do_nothing()
        .execute(conn)?;
    if added == 1 { Ok(()) } else { Err(again()) }
}
