//! What a source says of a programme is written down, and taken back.

use diesel::pg::PgConnection;
use serde_json::json;

use crate::attendance::{Count, MAX_VALUE, Qualifier};
use crate::auth::{OrganisationRef, Reach};
use crate::base::problem::{Code, Error, FieldError, Result};
use crate::base::text::Line;
use crate::journal::{Act, Entry, record};
use crate::reports::model::{Span, StatedTotalId, StatedTotalRow, TotalOf};
use crate::reports::store;

#[derive(Clone, Debug)]
pub struct NewStatedTotal {
    pub source: Line<200>,
    pub period: Span,
    pub figure: TotalOf,
    pub before: Option<chrono::NaiveDate>,
    pub count: Count,
    pub stated_as: Option<Line<300>>,
}

impl NewStatedTotal {
    fn faults(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        let mut fault = |member: &str, detail: &str| faults.push(FieldError::member(member, detail));
        if self.period.from > self.period.to {
            fault("/to", "lies before `from`");
        }
        match self.before {
            Some(_) if self.figure != TotalOf::Held => fault("/before", "is for the figure `held` only"),
            Some(day) if !self.period.contains(day) => fault("/before", "must lie in the period"),
            _ => {}
        }
        match (self.count.value, self.count.qualifier) {
            (Some(value), _) if !(0..=MAX_VALUE).contains(&value) => fault("/value", "must be 0 to 10,000,000"),
            (Some(_), Qualifier::Unknown) => fault("/qualifier", "says that no number is stated, and one is"),
            (None, Qualifier::Unknown) if self.stated_as.is_none() => {
                fault("/value", "is needed, or the words of the source");
            }
            (None, qualifier) if qualifier != Qualifier::Unknown => fault("/value", "is needed for this qualifier"),
            _ => {}
        }
        faults
    }
}

pub fn state_total(
    conn: &mut PgConnection,
    act: &Act,
    of: &OrganisationRef,
    new: NewStatedTotal,
) -> Result<StatedTotalRow> {
    let mut faults = new.faults();
    if faults.is_empty() && store::how_many_totals(conn, of.id)? >= store::MOST_TOTALS {
        let detail = format!("has {} stated totals, which is the most", store::MOST_TOTALS);
        faults.push(FieldError::member("/organisation", detail));
    }
    Error::unless_empty(faults)?;
    let row = StatedTotalRow {
        organisation_id: of.id,
        id: StatedTotalId::fresh(),
        source: new.source.into_string(),
        period_from: new.period.from,
        period_to: new.period.to,
        figure: new.figure,
        before: new.before,
        value: new.count.value,
        qualifier: new.count.qualifier,
        stated_as: new.stated_as.map(Line::into_string),
        stated_at: act.now,
    };
    store::insert_total(conn, &row)?;
    record(conn, act, entry("stated_total.stated", &row))?;
    Ok(row)
}

/// Takes back what was written down wrongly. Sealed reports keep it as it was.
pub fn withdraw_total(conn: &mut PgConnection, act: &Act, reach: &Reach, id: StatedTotalId) -> Result<()> {
    let (row, _) = store::total(conn, id)?.ok_or(Code::NotFound)?;
    reach.check(row.organisation_id)?;
    if !store::delete_total(conn, &row)? {
        return Err(Code::NotFound.into());
    }
    record(conn, act, entry("stated_total.withdrawn", &row))
}

fn entry(action: &'static str, row: &StatedTotalRow) -> Entry {
    Entry {
        organisation_id: Some(row.organisation_id.0),
        action,
        object_id: row.id.0,
        data: json!({
            "source": row.source, "from": row.period_from, "to": row.period_to, "figure": row.figure, "before": row.before,
            "value": row.value, "qualifier": row.qualifier, "stated_as": row.stated_as,
        }),
    }
}
