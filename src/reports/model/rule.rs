//! Counting rules: what counts as what, as data. What a rule says in words follows from its terms.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facts::Span;
use super::report::CountedAs;
use crate::auth::OrganisationRef;
use crate::base::ids::words;
use crate::seminars::{SeminarId, Status};

words! {
    /// Whose seminars count: `all` of the programme; `organised` those the organisation leads or co-organises; `lead`
    /// those it leads. Where nobody is named as leading and the organisation in no other role, it leads.
    #[derive(Default)]
    #[schema(as = CountedWhose)]
    Whose {
        #[default]
        All = "all",
        Organised = "organised",
        Lead = "lead",
    }
}

words! {
    /// What counts as postponed: `moved`, whatever became of it; `not_made_up`, only what was neither held nor
    /// cancelled in the period. Either way a seminar that was moved several times counts once.
    #[derive(Default)]
    #[schema(as = CountedPostponements)]
    Postponements {
        #[default]
        Moved = "moved",
        NotMadeUp = "not_made_up",
    }
}

words! {
    /// What goes into a sum: `lower_bounds`, each count as far as it is sure („über 130“ is at least 131);
    /// `stated_numbers`, the number as it was said („über 130“ is at least 130); `exact_only`, only exact counts.
    #[derive(Default)]
    SumRule {
        #[default]
        LowerBounds = "lower_bounds",
        StatedNumbers = "stated_numbers",
        ExactOnly = "exact_only",
    }
}

words! {
    /// By which term of the rule a seminar was left out: `counts`, its state does not count; `whose`, it is not one of
    /// the organisation's own; `internal`; `undated`; `own_chapters`, another chapter reports it; `onsite_only_before`,
    /// it was held on site only, too late; `merged`, another announcement of the same event counts.
    LeftOutBy {
        Counts = "counts",
        Whose = "whose",
        Internal = "internal",
        Undated = "undated",
        OwnChapters = "own_chapters",
        OnsiteOnlyBefore = "onsite_only_before",
        Merged = "merged",
    }
}

/// What a rule counts. A member that is left out says what the rule `all` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(example = json!({"whose": "all", "counts": ["held", "cancelled", "postponed", "planned"],
    "offered": ["held", "cancelled", "postponed"], "postponed": "moved", "internal": false, "undated": false,
    "own_chapters": true, "onsite_only_before": "2020-03-16", "sums": "lower_bounds"}))]
pub struct CountingTerms {
    pub whose: Whose,
    /// What counts at all.
    #[schema(min_items = 1, max_items = 4)]
    pub counts: Vec<CountedAs>,
    /// What of it counts as offered, each seminar once.
    #[schema(min_items = 1, max_items = 4)]
    pub offered: Vec<CountedAs>,
    pub postponed: Postponements,
    /// Whether internal seminars count.
    pub internal: bool,
    /// Whether seminars count whose day is not known, only a span of days.
    pub undated: bool,
    /// Whether seminars count of a collection that is reported in a chapter of its own.
    pub own_chapters: bool,
    /// From this day on, what took place on site only does not count as held. `null`: it always counts. What is not
    /// known to have been on site only counts.
    pub onsite_only_before: Option<NaiveDate>,
    pub sums: SumRule,
}

impl Default for CountingTerms {
    fn default() -> Self {
        Self {
            whose: Whose::All,
            counts: CountedAs::ALL.to_vec(),
            offered: vec![CountedAs::Held, CountedAs::Cancelled, CountedAs::Postponed],
            postponed: Postponements::Moved,
            internal: true,
            undated: true,
            own_chapters: true,
            onsite_only_before: None,
            sums: SumRule::LowerBounds,
        }
    }
}

/// The rule by which seminars were counted, in one of its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"id": "public", "version": 1, "organisation": null,
    "text": "Gezählt werden nur öffentliche Veranstaltungen, deren Tag bekannt ist.",
    "text_en": "Only public seminars whose day is known count.", "note": null,
    "terms": {"whose": "all", "counts": ["held", "cancelled", "postponed", "planned"],
        "offered": ["held", "cancelled", "postponed"], "postponed": "moved", "internal": false, "undated": false,
        "own_chapters": true, "onsite_only_before": null, "sums": "lower_bounds"}, "written_at": null}))]
pub struct CountingRule {
    /// Its name.
    pub id: String,
    /// Rises when the rule changes: figures of two versions cannot be compared.
    #[schema(minimum = 1)]
    pub version: i32,
    /// Whose rule it is; `null`: it is built in.
    pub organisation: Option<OrganisationRef>,
    /// What the rule counts in words, German.
    pub text: String,
    pub text_en: String,
    /// What the rule is for, in the words of the organisation.
    pub note: Option<String>,
    pub terms: CountingTerms,
    /// When this version was written; `null`: it is built in.
    pub written_at: Option<DateTime<Utc>>,
}

impl CountingRule {
    /// As one asks for exactly this one: `public@1`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    /// Whether both are one version of one rule.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        let of = |rule: &Self| rule.organisation.as_ref().map(|organisation| organisation.id);
        (&self.id, self.version, of(self)) == (&other.id, other.version, of(other))
    }
}

/// What another rule counts of the same seminars. Titles of all ids stand in `seminars` and `left_out`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"id": "all", "version": 1, "organisation": null, "offered": 25, "held": 23,
    "only_there": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"], "only_here": []}))]
pub struct OtherRule {
    pub id: String,
    pub version: i32,
    /// The slug of the organisation whose rule it is; `null`: it is built in.
    pub organisation: Option<String>,
    /// How many seminars it counts as offered.
    pub offered: usize,
    /// How many seminars it counts as held.
    pub held: usize,
    /// What counts as held by that rule and not by this one.
    pub only_there: Vec<SeminarId>,
    /// What counts as held by this rule and not by that one.
    pub only_here: Vec<SeminarId>,
}

/// A seminar of the period that the rule does not count, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "version": 4, "title": "Regionaler Dialog im Kreis Euskirchen",
    "date": null, "within": {"from": "2020-01-01", "to": "2021-05-31"}, "status": "held", "left_out_by": "undated"}))]
pub struct LeftOutSeminar {
    pub id: SeminarId,
    /// As in its `ETag`.
    pub version: i64,
    pub title: String,
    pub date: Option<NaiveDate>,
    pub within: Option<Span>,
    pub status: Status,
    pub left_out_by: LeftOutBy,
}
