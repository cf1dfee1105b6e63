//! What the demo says of the programme of 2020/21 as a whole: the totals of the paper, and the rule by which its 19 can be had.

use chrono::NaiveDate;
use diesel::pg::PgConnection;
use serde::Deserialize;

use super::model::{CountingTerms, Span, TotalOf};
use super::service::{NewCountingRule, NewStatedTotal, state_total, write_rule};
use crate::attendance::{Count, Qualifier};
use crate::auth::organisation_by_slug;
use crate::base::problem::{Error, Result};
use crate::base::text::{Line, Paragraphs, Slug};
use crate::journal::Act;

const FILE: &str = include_str!("../../demo/stated-totals-2020-2021.json");
const WHOSE: &str = "staedteregion-aachen";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source: Line<200>,
    from: NaiveDate,
    to: NaiveDate,
    totals: Vec<Total>,
    rule: Rule,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Total {
    figure: TotalOf,
    before: Option<NaiveDate>,
    value: Option<i64>,
    qualifier: Qualifier,
    stated_as: Line<300>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    name: Slug,
    note: Paragraphs<2000>,
    terms: CountingTerms,
}

/// Adds them, to a database in which the demo has just been loaded.
pub fn load_demo(conn: &mut PgConnection, act: &Act) -> Result<()> {
    let file = serde_json::from_str::<File>(FILE).map_err(Error::internal)?;
    let of = organisation_by_slug(conn, WHOSE)?.ok_or_else(|| Error::internal("the demo has no organisation"))?;
    let of = crate::auth::organisation_refs(conn, &[of.id])?
        .pop()
        .ok_or_else(|| Error::internal("the demo has no organisation"))?;
    for total in file.totals {
        let new = NewStatedTotal {
            source: file.source.clone(),
            period: Span {
                from: file.from,
                to: file.to,
            },
            figure: total.figure,
            before: total.before,
            count: Count {
                value: total.value,
                qualifier: total.qualifier,
            },
            stated_as: Some(total.stated_as),
        };
        state_total(conn, act, &of, new)?;
    }
    let rule = NewCountingRule {
        name: file.rule.name,
        note: Some(file.rule.note),
        terms: file.rule.terms,
    };
    write_rule(conn, act, &of, rule)?;
    Ok(())
}
