//! The report as it goes over the wire.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facts::Span;
use super::rule::{CountingRule, LeftOutSeminar, OtherRule};
use super::stated::StatedBySource;
use crate::attendance::{Basis, Qualifier, Tally};
use crate::auth::OrganisationRef;
use crate::base::ids::words;
use crate::catalogue::CollectionRef;
use crate::seminars::{AttendanceMode, Channel, Kind, PartyRole, ReasonCode, SeminarId, Status};

words! {
    /// How the report is written. The texts (`markdown`, `html`, `pdf`, `docx`) say the same in four forms, German; `xlsx` has
    /// a sheet for each table, `csv` a row for each seminar.
    ReportFormat {
        Json = "json",
        Markdown = "markdown",
        Html = "html",
        Pdf = "pdf",
        Docx = "docx",
        Xlsx = "xlsx",
        Csv = "csv",
    }
}

words! {
    /// How the text names people: `neutral` (Teilnehmende), `underscore` (Teilnehmer_innen).
    #[derive(Default)]
    #[schema(as = GenderForms)]
    Forms {
        #[default]
        Neutral = "neutral",
        Underscore = "underscore",
    }
}

words! {
    /// What a seminar counts as in this report. One that was moved and then held counts as both.
    CountedAs {
        Held = "held",
        Cancelled = "cancelled",
        Postponed = "postponed",
        Planned = "planned",
    }
}

/// What was offered, held, cancelled, postponed and attended in a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "period": {"from": "2020-01-01", "to": "2021-05-31", "time_zone": "Europe/Berlin", "split_on": "2020-03-16"},
    "rule": {"id": "all", "version": 1, "organisation": null, "text": "Gezählt wird jede Veranstaltung des Programms.", "text_en": "Every seminar of the programme counts.",
        "note": null, "terms": {"whose": "all", "counts": ["held", "cancelled", "postponed", "planned"], "offered": ["held", "cancelled", "postponed"], "postponed": "moved",
        "internal": true, "undated": true, "own_chapters": true, "onsite_only_before": null, "sums": "lower_bounds"}, "written_at": null},
    "scope": {"organisations": [{"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "slug": "staedteregion-aachen", "name": "StädteRegion Aachen"}], "collection": null},
    "figures": {
        "offered": {"count": 1, "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"]},
        "held": {"count": 1, "before_split": 1, "from_split": 0, "undated": 0, "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"], "seminars_before_split": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"], "seminars_from_split": [], "seminars_undated": []},
        "cancelled": {"count": 0, "by_reason": {}, "seminars": [], "seminars_by_reason": {}},
        "postponed": {"count": 0, "seminars": []}, "planned": {"count": 0, "seminars": []},
        "participants": {"value": 180, "qualifier": "exact", "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"]},
        "viewers": null, "without_count": {"count": 0, "seminars": []}, "not_summed": {"count": 0, "seminars": []}},
    "by_month": [], "by_channel": [], "by_collection": [], "by_organisation": [], "seminars": [], "left_out": [], "other_rules": []}))]
pub struct ActivityReport {
    pub period: ReportPeriod,
    pub rule: CountingRule,
    pub scope: ReportScope,
    pub figures: ReportFigures,
    /// Months with something in them, in order; `month: null` last, for what has no day. Each figure stands in the
    /// month of its day: held, cancelled and planned in that of the seminar, postponed in that of the day given up.
    /// Months after the period's end hold what is planned for them.
    pub by_month: Vec<MonthFigures>,
    /// Each seminar stands in exactly one.
    pub by_channel: Vec<ChannelFigures>,
    /// A seminar may stand in several, so these do not add up to the whole; `collection: null` last, for those in none.
    pub by_collection: Vec<CollectionFigures>,
    /// Everybody who took part in offering. A seminar may stand in several, so these do not add up to the whole.
    pub by_organisation: Vec<OrganisationFigures>,
    /// Every seminar that counts, by date, then title; those without a day last.
    pub seminars: Vec<ReportedSeminar>,
    /// Seminars of the period that count as nothing by this rule, and by which of its terms; in the same order.
    pub left_out: Vec<LeftOutSeminar>,
    /// What the built-in rules and those of the organisations make of the same seminars.
    pub other_rules: Vec<OtherRule>,
    /// What sources say of the whole programme in exactly this period, beside what is counted; left out where none does, where
    /// several programmes are reported on together, or only a collection is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stated: Vec<StatedBySource>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"from": "2020-01-01", "to": "2021-05-31", "time_zone": "Europe/Berlin", "split_on": "2020-03-16"}))]
pub struct ReportPeriod {
    pub from: NaiveDate,
    /// Included.
    pub to: NaiveDate,
    pub time_zone: String,
    pub split_on: Option<NaiveDate>,
}

/// Whose seminars were looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"organisations": [{"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "slug": "staedteregion-aachen", "name": "StädteRegion Aachen"}], "collection": null}))]
pub struct ReportScope {
    /// The organisations whose programmes are reported on.
    pub organisations: Vec<OrganisationRef>,
    /// Only seminars of this collection.
    pub collection: Option<CollectionRef>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "offered": {"count": 1, "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"]},
    "held": {"count": 1, "before_split": null, "from_split": null, "undated": 0, "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"], "seminars_before_split": null, "seminars_from_split": null, "seminars_undated": []},
    "cancelled": {"count": 0, "by_reason": {}, "seminars": [], "seminars_by_reason": {}},
    "postponed": {"count": 0, "seminars": []}, "planned": {"count": 0, "seminars": []},
    "participants": {"value": 131, "qualifier": "at_least", "lower_bound": 131, "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"]},
    "viewers": null, "without_count": {"count": 0, "seminars": []}, "not_summed": {"count": 0, "seminars": []}}))]
pub struct ReportFigures {
    /// What the rule counts as offered, each seminar once: held, cancelled or postponed where it does not say otherwise.
    pub offered: Figure,
    pub held: HeldFigure,
    pub cancelled: CancelledFigure,
    /// The day given up lies in the period, whatever became of the seminar later.
    pub postponed: Figure,
    /// Announced by the period's end and neither held nor called off: also what comes after the period.
    pub planned: Figure,
    /// Of the seminars held; `null` when nothing is known.
    pub participants: Option<Sum>,
    /// Never part of `participants`.
    pub viewers: Option<Sum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub companies: Option<Sum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub questions: Option<Sum>,
    /// Held, and nobody said how many came: neither participants nor viewers.
    pub without_count: Figure,
    /// Held, with a count of participants, viewers, companies or questions that the sum rule leaves out.
    pub not_summed: Figure,
}

/// How many, and which.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportFigure, example = json!({"count": 1, "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"]}))]
pub struct Figure {
    pub count: usize,
    pub seminars: Vec<SeminarId>,
}

impl Figure {
    #[must_use]
    pub fn of(seminars: Vec<SeminarId>) -> Self {
        Self {
            count: seminars.len(),
            seminars,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"count": 1, "before_split": 1, "from_split": 0, "undated": 0, "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"], "seminars_before_split": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"], "seminars_from_split": [], "seminars_undated": []}))]
pub struct HeldFigure {
    pub count: usize,
    /// On a day before `split_on`; `null` without one.
    pub before_split: Option<usize>,
    /// On `split_on` or later; `null` without one.
    pub from_split: Option<usize>,
    /// On a day the source does not give.
    pub undated: usize,
    pub seminars: Vec<SeminarId>,
    /// Those of `before_split`, `from_split` and `undated`.
    pub seminars_before_split: Option<Vec<SeminarId>>,
    pub seminars_from_split: Option<Vec<SeminarId>>,
    pub seminars_undated: Vec<SeminarId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"count": 1, "by_reason": {"pandemic": 1}, "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"], "seminars_by_reason": {"pandemic": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"]}}))]
pub struct CancelledFigure {
    pub count: usize,
    /// By the `reason_code` of the cancellation; `unknown` where none was given.
    pub by_reason: BTreeMap<ReasonCode, usize>,
    pub seminars: Vec<SeminarId>,
    /// Those of each reason.
    pub seminars_by_reason: BTreeMap<ReasonCode, Vec<SeminarId>>,
}

/// A sum of counts of one unit. `qualifier` says how to read it: with one "über 130" in it, it is a lower bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportSum, example = json!({"value": 131, "qualifier": "at_least", "lower_bound": 131, "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"]}))]
pub struct Sum {
    pub value: i64,
    pub qualifier: Qualifier,
    /// The floor, where the number is one (`at_least`); left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub lower_bound: Option<i64>,
    /// The seminars whose counts are in it.
    pub seminars: Vec<SeminarId>,
}

impl Sum {
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally {
            value: self.value,
            qualifier: self.qualifier,
            lower_bound: self.lower_bound,
        }
    }
}

/// The figures of one group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "held": {"count": 1, "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"]}, "cancelled": {"count": 0, "seminars": []},
    "postponed": {"count": 0, "seminars": []}, "planned": {"count": 0, "seminars": []},
    "participants": {"value": 180, "qualifier": "exact", "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"]}, "viewers": null,
    "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"]}))]
pub struct GroupFigures {
    pub held: Figure,
    pub cancelled: Figure,
    pub postponed: Figure,
    pub planned: Figure,
    pub participants: Option<Sum>,
    pub viewers: Option<Sum>,
    /// Every seminar of the group, each once.
    pub seminars: Vec<SeminarId>,
}

macro_rules! grouped {
    ($($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $member:ident: $kind:ty = $example:tt,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
        #[schema(example = json!({
            $(stringify!($member): $example,)+
            "held": {"count": 1, "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"]}, "cancelled": {"count": 0, "seminars": []},
            "postponed": {"count": 0, "seminars": []}, "planned": {"count": 0, "seminars": []},
            "participants": {"value": 180, "qualifier": "exact", "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"]}, "viewers": null,
            "seminars": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"]}))]
        pub struct $name {
            $($(#[$of])* pub $member: $kind,)+
            #[serde(flatten)]
            pub figures: GroupFigures,
        }
    )+};
}

grouped! {
    MonthFigures {
        /// `null`: without a day.
        #[schema(pattern = "^[0-9]{4}-[0-9]{2}$")]
        month: Option<String> = "2020-02",
    }
    ChannelFigures {
        /// All channels of the seminars here; empty: not known.
        channels: Vec<Channel> = ["onsite"],
    }
    CollectionFigures {
        /// `null`: in no collection.
        collection: Option<CollectionRef> = {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13", "kind": "series", "name": "AC²"},
        /// Papers give it a chapter of its own.
        #[serde(default)]
        own_chapter: bool = false,
    }
    OrganisationFigures {
        /// `null`: none that is known here; then `name` says who.
        organisation: Option<OrganisationRef> = {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b14", "slug": "gruenderregion-aachen", "name": "GründerRegion Aachen"},
        name: String = "GründerRegion Aachen",
        /// In how many of the seminars it had which role.
        roles: BTreeMap<PartyRole, usize> = {"lead": 1},
        /// Those of each role.
        seminars_by_role: BTreeMap<PartyRole, Vec<SeminarId>> = {"lead": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"]},
    }
}

/// One seminar behind the figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "version": 3, "organisation": "staedteregion-aachen", "title": "AC² - Zwischenprämierung",
    "kind": "award", "place": {"venue": "DIGITAL Church", "locality": "Aachen", "country": "DE"}, "date": "2020-02-13", "within": null, "undated": false, "status": "held", "counted_as": ["held"], "postponed_from": null, "reason_code": null,
    "attendance_mode": "onsite", "channels": ["onsite"],
    "participants": {"value": 180, "qualifier": "exact", "basis": "headcount", "statements": 1, "stated_as": ["180 Teilnehmenden"]}, "viewers": null,
    "parties": [{"role": "lead", "name": "GründerRegion Aachen", "organisation": "gruenderregion-aachen"}],
    "collections": [{"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13", "kind": "series", "name": "AC²"}]}))]
pub struct ReportedSeminar {
    pub id: SeminarId,
    /// As in its `ETag`.
    pub version: i64,
    /// The slug of the organisation whose programme it is in.
    pub organisation: String,
    pub title: String,
    /// What sort of offer it is; not told in reports sealed by earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub kind: Option<Kind>,
    /// Where it takes place; left out where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub place: Option<ReportedPlace>,
    /// The day of its first session; `null` when the source gives none.
    pub date: Option<NaiveDate>,
    /// The span the source speaks of, when it gives no day.
    pub within: Option<Span>,
    pub undated: bool,
    pub status: Status,
    pub counted_as: Vec<CountedAs>,
    /// The day given up, when it counts as postponed and that day is known.
    pub postponed_from: Option<NaiveDate>,
    /// Why it was cancelled or postponed.
    pub reason_code: Option<ReasonCode>,
    /// `null`: not known.
    pub attendance_mode: Option<AttendanceMode>,
    pub channels: Vec<Channel>,
    pub participants: Option<ReportedCount>,
    pub viewers: Option<ReportedCount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub companies: Option<ReportedCount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub questions: Option<ReportedCount>,
    pub parties: Vec<ReportedParty>,
    pub collections: Vec<CollectionRef>,
}

/// How many came to one seminar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"value": 131, "qualifier": "at_least", "lower_bound": 131, "basis": "headcount", "statements": 1, "stated_as": ["über 130 Teilnehmenden"]}))]
pub struct ReportedCount {
    pub value: i64,
    pub qualifier: Qualifier,
    /// The floor, where the number is one (`at_least`); left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub lower_bound: Option<i64>,
    /// What it rests on: stated numbers, people who were counted, or both.
    pub basis: Basis,
    /// Of how many statements it is the sum: one, or one for each channel.
    pub statements: usize,
    /// The words of the sources.
    pub stated_as: Vec<String>,
}

impl ReportedCount {
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally {
            value: self.value,
            qualifier: self.qualifier,
            lower_bound: self.lower_bound,
        }
    }
}

/// Where a seminar takes place: at its first venue, on its first platform, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"venue": "DIGITAL Church", "locality": "Aachen", "country": "DE"}))]
pub struct ReportedPlace {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub venue: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub locality: Option<String>,
    /// ISO 3166-1, two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub country: Option<String>,
    /// YouTube, Zoom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub platform: Option<String>,
    /// Further sessions take place at other venues; left out where it is not so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub elsewhere: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"role": "lead", "name": "GründerRegion Aachen", "organisation": "gruenderregion-aachen"}))]
pub struct ReportedParty {
    pub role: PartyRole,
    pub name: String,
    /// Its slug, when it is an organisation known here.
    pub organisation: Option<String>,
}
