//! What the demo says of the programme of 2020/21 as a whole: the totals of the paper, and the rule by which its 19 can be had.
//! It also publishes, so that there is something to see.

use chrono::NaiveDate;
use diesel::pg::PgConnection;
use serde::Deserialize;

use super::model::{CountingTerms, OpenDataLicence, Span, TotalOf};
use super::service::{NewCountingRule, NewOpenData, NewStatedTotal, put_open_data, state_total, write_rule};
use crate::attendance::{Count, Qualifier};
use crate::auth::organisation_by_slug;
use crate::base::problem::{Error, Result};
use crate::base::text::{FromText, Line, Paragraphs, Slug};
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

/// Publishes the years of one organisation of the demo, from 2020 on.
pub fn publish_demo(conn: &mut PgConnection, act: &Act, organisation: &str) -> Result<()> {
    fn understood<T: FromText>(text: &str) -> Result<T> {
        T::from_text(text).map_err(Error::internal)
    }
    let of = organisation_by_slug(conn, organisation)?;
    let of = of.ok_or_else(|| Error::internal(format!("the demo has no organisation {organisation}")))?;
    let settings = NewOpenData {
        // The portal through which municipalities of North Rhine-Westphalia deliver, as GovData's list has it. A demo delivers
        // nothing: nobody harvests it.
        contributor_id: understood("http://dcat-ap.de/def/contributors/openNRW")?,
        licence: OpenDataLicence::DlBy,
        publisher_name: None,
        contact_name: understood("Wirtschaftsförderung (Demo)")?,
        contact_email: Some(understood("daten@staedteregion.example")?),
        contact_url: None,
        keywords: vec![understood("Wirtschaftsförderung")?, understood("Veranstaltungen")?],
        political_geocoding: Some(understood(
            "http://dcat-ap.de/def/politicalGeocoding/districtKey/05334",
        )?),
        landing_page: Some(understood("https://staedteregion.example/offene-daten")?),
        first_year: 2020,
    };
    put_open_data(conn, act, of.id, None, settings).map(|_| ())
}
