//! What a source says of a whole programme: „rund 35 Seminare und Veranstaltungen angeboten“.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::attendance::{Count, Qualifier};
use crate::auth::{OrganisationId, OrganisationRef};
use crate::base::ids::{id, words};
use crate::schema::stated_totals;

id! {
    /// What a source says of a whole programme.
    StatedTotalId,
}

words! {
    /// Of what a source gives the total: `offered`; `held`; `not_held`, cancelled or postponed and not held in the period.
    TotalOf {
        Offered = "offered",
        Held = "held",
        NotHeld = "not_held",
    }
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = stated_totals, check_for_backend(diesel::pg::Pg))]
pub struct StatedTotalRow {
    pub organisation_id: OrganisationId,
    pub id: StatedTotalId,
    pub source: String,
    pub period_from: NaiveDate,
    pub period_to: NaiveDate,
    pub figure: TotalOf,
    pub before: Option<NaiveDate>,
    pub value: Option<i64>,
    pub qualifier: Qualifier,
    pub stated_as: Option<String>,
    pub stated_at: DateTime<Utc>,
}

impl StatedTotalRow {
    #[must_use]
    pub fn count(&self) -> Count {
        Count {
            value: self.value,
            qualifier: self.qualifier,
        }
    }
}

/// What a source says of a whole programme without naming the seminars.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b61", "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "slug": "staedteregion-aachen", "name": "StädteRegion Aachen"},
    "source": "Mitteilungsvorlage 2021/0047", "from": "2020-01-01", "to": "2021-05-31", "figure": "offered", "before": null, "value": 35, "qualifier": "about",
    "stated_as": "rund 35 Seminare und Veranstaltungen angeboten", "stated_at": "2026-11-24T10:00:00Z"}))]
pub struct StatedTotal {
    pub id: StatedTotalId,
    pub organisation: OrganisationRef,
    /// Who says so: the title of the paper.
    pub source: String,
    /// The period the source speaks of.
    pub from: NaiveDate,
    /// Included.
    pub to: NaiveDate,
    pub figure: TotalOf,
    /// Of `held`: only what was held before this day.
    pub before: Option<NaiveDate>,
    /// `null`: the source gives no number.
    pub value: Option<i64>,
    pub qualifier: Qualifier,
    /// The words of the source.
    pub stated_as: Option<String>,
    pub stated_at: DateTime<Utc>,
}

/// What one source says of the whole programme in exactly this period, beside what is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportStatedBy, example = json!({"source": "Mitteilungsvorlage 2021/0047",
    "totals": [{"figure": "held", "before": null, "value": 19, "qualifier": "exact", "stated_as": "19 Veranstaltungen", "counted": 23, "agreeing_rules": ["vorlage-2021-0047@1"]}],
    "unnamed": {"not_held": 16, "qualifier": "about", "counted": 2, "unnamed": 14}}))]
pub struct StatedBySource {
    pub source: String,
    pub totals: Vec<StatedBeside>,
    /// What the source says was offered and not held, where it says both, beyond what is known by name; left out where the source does not
    /// say both or nothing is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub unnamed: Option<Unnamed>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportStatedTotal, example = json!({"figure": "held", "before": null, "value": 19, "qualifier": "exact", "stated_as": "19 Veranstaltungen", "counted": 23, "agreeing_rules": ["vorlage-2021-0047@1"]}))]
pub struct StatedBeside {
    pub figure: TotalOf,
    pub before: Option<NaiveDate>,
    pub value: Option<i64>,
    pub qualifier: Qualifier,
    pub stated_as: Option<String>,
    /// What this report counts of the same.
    pub counted: i64,
    /// The rules that count what the source states exactly, by name and version; only of `offered` and `held` as a whole.
    pub agreeing_rules: Vec<String>,
}

/// Seminars of which nothing is known but that there were so many: no title, no day, no reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportUnnamed, example = json!({"not_held": 16, "qualifier": "about", "counted": 2, "unnamed": 14}))]
pub struct Unnamed {
    /// Offered less held, as the source has both.
    pub not_held: i64,
    /// How to read the difference: an exact number less a floor is a ceiling (`at_most`), two doubts are `about`. It holds for
    /// `unnamed` too.
    pub qualifier: Qualifier,
    /// Of these, what is known by name: counted as cancelled or postponed and not as held, or left out by the rule.
    pub counted: i64,
    pub unnamed: i64,
}
