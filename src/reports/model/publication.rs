//! What is published of a year: its seminars, and its figures. Nothing here is about a person.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::report::CountedAs;
use crate::attendance::Qualifier;
use crate::base::ids::words;
use crate::catalogue::CollectionRef;
use crate::seminars::{AttendanceMode, Channel, Kind, PartyRole, SeminarId, Status};

words! {
    /// Of what a figure is: the whole `year`; one `month`; all seminars of the same set of channels (`channel`; each seminar
    /// is in one); one `collection`; one `organisation` that took part in another role than speaking. A seminar may be in
    /// several collections and organisations, so these do not add up to the whole.
    OpenDataGrouping {
        Year = "year",
        Month = "month",
        Channel = "channel",
        Collection = "collection",
        Organisation = "organisation",
    }
}

/// The seminars of a year, as open data.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"format": "einlass.open-data/1", "organisation": "staedteregion-aachen", "publisher": "StädteRegion Aachen", "year": 2020,
    "rule": "public@1", "rule_text": "Gezählt werden nur öffentliche Veranstaltungen, deren Tag bekannt ist.",
    "licence": "http://dcat-ap.de/def/licenses/dl-by-de/2.0", "attribution": "StädteRegion Aachen", "suppressed_below": 5,
    "seminars": [{"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "title": "AC² - Zwischenprämierung", "kind": "award",
        "date": "2020-02-13", "status": "held", "counted_as": ["held"], "postponed_from": null,
        "attendance_mode": "onsite", "channels": ["onsite"],
        "collections": [{"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13", "kind": "series", "name": "AC²"}],
        "organisations": [{"role": "lead", "slug": "gruenderregion-aachen", "name": "GründerRegion Aachen"}],
        "participants": 180, "participants_qualifier": "exact", "participants_suppressed": false,
        "viewers": null, "viewers_qualifier": null, "viewers_suppressed": false}]}))]
pub struct OpenDataSeminars {
    #[serde(flatten)]
    pub head: OpenDataHead,
    /// Every public seminar that was held, called off or moved in the year, and what is still announced for it; by date, then
    /// title.
    pub seminars: Vec<OpenDataSeminar>,
}

/// The figures of a year, as open data.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"format": "einlass.open-data/1", "organisation": "staedteregion-aachen", "publisher": "StädteRegion Aachen", "year": 2020,
    "rule": "public@1", "rule_text": "Gezählt werden nur öffentliche Veranstaltungen, deren Tag bekannt ist.",
    "licence": "http://dcat-ap.de/def/licenses/dl-by-de/2.0", "attribution": "StädteRegion Aachen", "suppressed_below": 5,
    "figures": [{"by": "month", "key": "2020-02", "name": "2020-02", "seminars": 2, "held": 2, "cancelled": 0, "postponed": 0, "planned": 0,
        "participants": 222, "participants_qualifier": "exact", "participants_counted": 2, "participants_suppressed": 0,
        "viewers": null, "viewers_qualifier": null, "viewers_counted": 0, "viewers_suppressed": 0, "without_count": 0}]}))]
pub struct OpenDataFigures {
    #[serde(flatten)]
    pub head: OpenDataHead,
    /// The year first, then its months, channels, collections and organisations.
    pub figures: Vec<OpenDataFigure>,
}

/// What a published table is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"format": "einlass.open-data/1", "organisation": "staedteregion-aachen", "publisher": "StädteRegion Aachen", "year": 2020,
    "rule": "public@1", "rule_text": "Gezählt werden nur öffentliche Veranstaltungen, deren Tag bekannt ist.",
    "licence": "http://dcat-ap.de/def/licenses/dl-by-de/2.0", "attribution": "StädteRegion Aachen", "suppressed_below": 5}))]
pub struct OpenDataHead {
    /// Rises when a member changes its meaning.
    pub format: String,
    /// The slug of the organisation whose programme it is.
    pub organisation: String,
    /// In whose name it is published.
    pub publisher: String,
    /// The calendar year, in Europe/Berlin.
    pub year: i32,
    /// The counting rule and its version.
    pub rule: String,
    /// What it counts in words, German.
    pub rule_text: String,
    /// A URI of `dcat-ap.de/def/licenses`.
    pub licence: String,
    /// The words by which the source is named, where the licence asks for them.
    pub attribution: Option<String>,
    /// Counts of people from 1 to less than this are not published, and are in no sum.
    pub suppressed_below: i64,
}

/// One seminar. Where `participants` is `null`, `participants_suppressed` says whether the number is known and not published,
/// or not known; viewers alike.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "title": "AC² - Zwischenprämierung", "kind": "award",
    "date": "2020-02-13", "status": "held", "counted_as": ["held"], "postponed_from": null,
    "attendance_mode": "onsite", "channels": ["onsite"],
    "collections": [{"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13", "kind": "series", "name": "AC²"}],
    "organisations": [{"role": "lead", "slug": "gruenderregion-aachen", "name": "GründerRegion Aachen"}],
    "participants": 180, "participants_qualifier": "exact", "participants_suppressed": false,
    "viewers": null, "viewers_qualifier": null, "viewers_suppressed": false}))]
pub struct OpenDataSeminar {
    pub id: SeminarId,
    pub title: String,
    pub kind: Option<Kind>,
    /// The day of its first session; of one that was moved, the day it has now.
    pub date: Option<NaiveDate>,
    pub status: Status,
    /// What it counts as in this year.
    pub counted_as: Vec<CountedAs>,
    /// The day given up, where it counts as postponed.
    pub postponed_from: Option<NaiveDate>,
    /// `null`: not known.
    pub attendance_mode: Option<AttendanceMode>,
    pub channels: Vec<Channel>,
    pub collections: Vec<CollectionRef>,
    /// Who took part in offering it, of the organisations known here, in another role than speaking.
    pub organisations: Vec<OpenDataOrganisation>,
    /// All channels together.
    pub participants: Option<i64>,
    pub participants_qualifier: Option<Qualifier>,
    pub participants_suppressed: bool,
    /// Never part of `participants`.
    pub viewers: Option<i64>,
    pub viewers_qualifier: Option<Qualifier>,
    pub viewers_suppressed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"role": "lead", "slug": "gruenderregion-aachen", "name": "GründerRegion Aachen"}))]
pub struct OpenDataOrganisation {
    pub role: PartyRole,
    pub slug: String,
    pub name: String,
}

/// The figures of one group. A sum is made of published counts only; where counts were left out of it, it is a lower bound.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"by": "month", "key": "2020-02", "name": "2020-02", "seminars": 2, "held": 2, "cancelled": 0, "postponed": 0, "planned": 0,
    "participants": 222, "participants_qualifier": "exact", "participants_counted": 2, "participants_suppressed": 0,
    "viewers": null, "viewers_qualifier": null, "viewers_counted": 0, "viewers_suppressed": 0, "without_count": 0}))]
pub struct OpenDataFigure {
    pub by: OpenDataGrouping,
    /// Year, month, channels joined by `+`, id of the collection, slug of the organisation; `null`: no channel known, in no
    /// collection.
    pub key: Option<String>,
    pub name: Option<String>,
    /// How many seminars are in it, each once.
    pub seminars: usize,
    pub held: usize,
    pub cancelled: usize,
    pub postponed: usize,
    pub planned: usize,
    /// `null`: of none of the seminars held a number is published.
    pub participants: Option<i64>,
    pub participants_qualifier: Option<Qualifier>,
    /// Of how many seminars the count is in the sum.
    pub participants_counted: usize,
    /// Of how many seminars the count is known and not published, and so not in the sum.
    pub participants_suppressed: usize,
    pub viewers: Option<i64>,
    pub viewers_qualifier: Option<Qualifier>,
    pub viewers_counted: usize,
    pub viewers_suppressed: usize,
    /// Held, and nobody said how many came.
    pub without_count: usize,
}
