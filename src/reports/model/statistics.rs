//! Statistics: the figures of a report set side by side, so that they can be drawn.

use chrono::NaiveDate;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::report::{ReportPeriod, ReportScope};
use crate::attendance::Qualifier;
use crate::base::ids::words;
use crate::seminars::SeminarId;

words! {
    /// What is set side by side: months, weekdays, `channels` (as they are combined), `modes` (on site, online, hybrid),
    /// collections, `partners` (everybody who took part in offering), `lead-times` (days from the registration to the first
    /// session), `no-shows` (of those with a seat), `cancellations` (by reason).
    StatisticName {
        Months = "months",
        Weekdays = "weekdays",
        Channels = "channels",
        Modes = "modes",
        Collections = "collections",
        Partners = "partners",
        LeadTimes = "lead-times",
        NoShows = "no-shows",
        Cancellations = "cancellations",
    }
}

words! {
    /// What is counted in each category: `seminars` by what they count as, or the `participants` or `viewers` of those
    /// held. Never two of them at once.
    #[derive(Default)]
    #[schema(as = StatisticMeasure)]
    Measure {
        #[default]
        Seminars = "seminars",
        Participants = "participants",
        Viewers = "viewers",
    }
}

words! {
    /// What the values of a statistic are.
    StatisticUnit {
        Seminars = "seminars",
        Participants = "participants",
        Viewers = "viewers",
        Registrations = "registrations",
        Percent = "percent",
    }
}

words! {
    /// How a statistic is written.
    StatisticFormat {
        Json = "json",
        Svg = "svg",
        Csv = "csv",
    }
}

impl StatisticName {
    /// What of it can be counted; nothing, where the name itself says what is counted.
    #[must_use]
    pub const fn measures(self) -> &'static [Measure] {
        match self {
            Self::LeadTimes | Self::NoShows => &[],
            Self::Cancellations => &[Measure::Seminars],
            Self::Months | Self::Weekdays | Self::Channels | Self::Modes | Self::Collections | Self::Partners => {
                Measure::ALL
            }
        }
    }

    /// Whether each seminar stands in one category only. Where it does not, what stands in the categories never adds up to
    /// the whole.
    #[must_use]
    pub const fn adds_up(self) -> bool {
        !matches!(self, Self::Collections | Self::Partners)
    }
}

/// Figures side by side: one value for each series and category, with the seminars behind it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({
    "name": "weekdays", "measure": "participants", "title": "Teilnehmende nach Wochentagen", "unit": "participants",
    "period": {"from": "2020-01-01", "to": "2021-05-31", "time_zone": "Europe/Berlin", "split_on": null},
    "scope": {"organisations": [{"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "slug": "staedteregion-aachen", "name": "StädteRegion Aachen"}], "collection": null},
    "rule": "all@1", "adds_up": true, "categories": [{"key": "monday", "label": "Montag"}, {"key": "tuesday", "label": "Dienstag"}],
    "series": [{"key": "participants", "label": "Teilnehmende", "values": [
        {"value": 131, "qualifier": "at_least", "lower_bound": 131, "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"], "unknown": []},
        {"value": null, "qualifier": "unknown", "seminars": [], "unknown": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13"]}]}],
    "notes": ["Zu einer durchgeführten Veranstaltung liegt keine Zahl vor; sie fehlt in den Werten."]}))]
pub struct Statistic {
    pub name: StatisticName,
    /// `null` where the name alone says what is counted.
    pub measure: Option<Measure>,
    /// German.
    pub title: String,
    pub unit: StatisticUnit,
    pub period: ReportPeriod,
    pub scope: ReportScope,
    /// The counting rule, name and version.
    pub rule: String,
    /// Each seminar stands in one category. Where it does not, the categories do not add up to the whole.
    pub adds_up: bool,
    pub categories: Vec<StatisticCategory>,
    /// Each has one value for every category, in their order. A seminar that was moved and then held stands in two series.
    pub series: Vec<StatisticSeries>,
    /// What must be known to read it: what is missing, and why. German.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"key": "staedteregion-aachen", "label": "StädteRegion Aachen", "detail": "Federführung 12×"}))]
pub struct StatisticCategory {
    /// By which programs know it: `2020-03`, `monday`, `onsite+online`, a reason code, the id of a collection, the slug of
    /// a partner, or the name of one that is not known here; `undated`, `unknown` or `none` for what has nothing of the kind.
    pub key: String,
    /// German.
    pub label: String,
    /// More about it, such as the roles of a partner. German.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
}

impl StatisticCategory {
    #[must_use]
    pub fn new(key: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            label: label.into(),
            detail: None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"key": "held", "label": "durchgeführt", "values": [{"value": 1, "qualifier": "exact", "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"], "unknown": []}]}))]
pub struct StatisticSeries {
    pub key: String,
    /// German.
    pub label: String,
    pub values: Vec<StatisticCell>,
}

/// One value. What nobody knows has none.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"value": 131, "qualifier": "at_least", "lower_bound": 131, "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"], "unknown": []}))]
pub struct StatisticCell {
    /// `null`: not known, or there is nothing of which it could be known; never zero. A rate is in percent, to a tenth.
    #[serde(serialize_with = "whole_where_it_is")]
    pub value: Option<f64>,
    /// How to read the value; `unknown` where there is none.
    pub qualifier: Qualifier,
    /// The floor, where the number is one (`at_least`); left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub lower_bound: Option<i64>,
    /// Of a rate: how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub numerator: Option<i64>,
    /// Of a rate: of how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub denominator: Option<i64>,
    /// The seminars that the value comes from.
    pub seminars: Vec<SeminarId>,
    /// Seminars that belong here and of which it is not known: they are not in the value.
    pub unknown: Vec<SeminarId>,
}

/// 12 and not 12.0.
fn whole_where_it_is<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) if value.fract() == 0.0 && value.abs() < 1e15 => serializer.serialize_i64(*value as i64),
        Some(value) => serializer.serialize_f64(*value),
        None => serializer.serialize_none(),
    }
}

/// When somebody registered for a seminar that was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booked {
    pub seminar: SeminarId,
    /// The calendar day it was entered, where the seminar is.
    pub on: NaiveDate,
    /// The first session was over by then.
    pub afterwards: bool,
}

/// Of those with a seat in a seminar that is over: how many, and how many of them did not come. Only of seminars where
/// every channel was looked at person by person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    pub seminar: SeminarId,
    pub expected: i64,
    pub missing: i64,
}
