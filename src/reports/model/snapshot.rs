//! Sealed reports: what is sealed, what is shown of it, and what two of them differ in.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::report::ActivityReport;
use crate::auth::{OrganisationId, OrganisationRef};
use crate::base::ids::{id, words};
use crate::base::text::Line;
use crate::catalogue::CollectionId;
use crate::schema::report_snapshots;
use crate::seminars::SeminarId;

id! {
    /// A sealed report.
    ReportSnapshotId,
}

/// How the sealed content is laid out. Whoever changes it so that old content is read otherwise takes another word.
pub const SEALED_FORMAT: &str = "einlass.report-snapshot/1";

words! {
    /// How a sealed report is written: as reports are, or `sealed`, the bytes whose SHA-256 is the digest.
    SnapshotFormat {
        Json = "json",
        Markdown = "markdown",
        Html = "html",
        Pdf = "pdf",
        Docx = "docx",
        Xlsx = "xlsx",
        Csv = "csv",
        Sealed = "sealed",
    }
}

/// What the report was made for, in the members of OParl 1.1. Ids are those of the council's information system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"paper_id": "https://oparl.example/paper/2021-0047", "paper_reference": "2021/0047",
    "meeting_id": "https://oparl.example/meeting/311", "agenda_item_id": null, "agenda_item_number": "Ö 7"}))]
pub struct Deliberation {
    /// `Paper.id`.
    #[serde(default)]
    pub paper_id: Option<Line<500>>,
    /// `Paper.reference`: 2021/0047.
    #[serde(default)]
    pub paper_reference: Option<Line<100>>,
    /// `Meeting.id`.
    #[serde(default)]
    pub meeting_id: Option<Line<500>>,
    /// `AgendaItem.id`.
    #[serde(default)]
    pub agenda_item_id: Option<Line<500>>,
    /// `AgendaItem.number`: Ö 7.
    #[serde(default)]
    pub agenda_item_number: Option<Line<50>>,
}

/// The question that was asked, with the version of the rule that answered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SealedQuestion, example = json!({"from": "2020-01-01", "to": "2021-05-31", "split_on": "2020-03-16", "collection": null, "rule": "all@1"}))]
pub struct SealedQuery {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub split_on: Option<NaiveDate>,
    pub collection: Option<CollectionId>,
    /// Name and version of the rule.
    pub rule: String,
}

/// What an office says of a report in its own words: Markdown. They are sealed with it, so that a later text does not stand under
/// an earlier seal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"introduction": "", "legal": "Die Wirtschaftsförderung ist eine freiwillige Aufgabe.", "staff": "", "finances": "keine"}))]
pub struct OfficeTexts {
    /// Sachlage, before all else.
    pub introduction: String,
    /// Rechtslage.
    pub legal: String,
    /// Personelle Auswirkungen.
    pub staff: String,
    /// Finanzielle Auswirkungen.
    pub finances: String,
}

/// All that is sealed. Everything that is ever printed of a snapshot is printed from this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SealedReport {
    pub format: String,
    pub id: ReportSnapshotId,
    pub organisation: OrganisationRef,
    pub sealed_at: DateTime<Utc>,
    pub query: SealedQuery,
    pub deliberation: Option<Deliberation>,
    /// `None`: sealed before they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texts: Option<OfficeTexts>,
    /// With the rule in full, and every seminar with its version.
    pub report: ActivityReport,
}

/// What lists show of one.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = report_snapshots, check_for_backend(diesel::pg::Pg))]
pub struct SnapshotRow {
    pub organisation_id: OrganisationId,
    pub id: ReportSnapshotId,
    pub sealed_at: DateTime<Utc>,
    pub period_from: NaiveDate,
    pub period_to: NaiveDate,
    pub rule_name: String,
    pub rule_version: i32,
    pub deliberation: Option<Value>,
    pub sha256: Vec<u8>,
}

/// A sealed report, as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ReportSnapshotEntry, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b51", "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "slug": "staedteregion-aachen", "name": "StädteRegion Aachen"},
    "sealed_at": "2026-11-24T10:00:00Z", "from": "2020-01-01", "to": "2021-05-31", "rule": "all@1",
    "deliberation": {"paper_id": null, "paper_reference": "2021/0047", "meeting_id": null, "agenda_item_id": null, "agenda_item_number": null},
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}))]
pub struct ReportSnapshotEntry {
    pub id: ReportSnapshotId,
    pub organisation: OrganisationRef,
    pub sealed_at: DateTime<Utc>,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Name and version of the rule.
    pub rule: String,
    #[schema(value_type = Option<Deliberation>)]
    pub deliberation: Option<Value>,
    /// The digest of the sealed content, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
}

/// Whether a sealed report is what was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"intact": true, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "computed": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "recorded": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}))]
pub struct Seal {
    /// All three digests are the same, and lists show what is sealed.
    pub intact: bool,
    /// The digest stored beside the content.
    pub sha256: String,
    /// The digest of the content as it is now.
    pub computed: String,
    /// The digest that the journal wrote down when it was sealed; `null`: the journal knows nothing of it.
    pub recorded: Option<String>,
}

/// A sealed report, whole.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ReportSnapshot, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b51", "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "slug": "staedteregion-aachen", "name": "StädteRegion Aachen"},
    "sealed_at": "2026-11-24T10:00:00Z", "query": {"from": "2020-01-01", "to": "2021-05-31", "split_on": null, "collection": null, "rule": "all@1"},
    "deliberation": null, "seal": {"intact": true, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "computed": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "recorded": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    "report": {"period": {"from": "2020-01-01", "to": "2021-05-31", "time_zone": "Europe/Berlin", "split_on": null}}}))]
pub struct ReportSnapshot {
    pub id: ReportSnapshotId,
    pub organisation: OrganisationRef,
    pub sealed_at: DateTime<Utc>,
    pub query: SealedQuery,
    pub deliberation: Option<Deliberation>,
    /// What the office said in its own words; left out of what was sealed by earlier versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub texts: Option<OfficeTexts>,
    pub seal: Seal,
    pub report: ActivityReport,
}

words! {
    /// Why a seminar counts in one report and not in the other: `rule`, the other's rule leaves it out; `question`, the
    /// other's period, collection or organisation does not hold it; `data`, the seminar was changed, added or taken away.
    ChangeCause {
        Rule = "rule",
        Question = "question",
        Data = "data",
    }
}

/// A member that differs, by its JSON Pointer.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"pointer": "/participants/value", "before": 130, "after": 131}))]
pub struct MemberChange {
    pub pointer: String,
    /// `null`: it was not there.
    pub before: Value,
    /// `null`: it is not there any more.
    pub after: Value,
}

/// A seminar that counts in one of the two reports only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "title": "Regionaler Dialog im Kreis Euskirchen", "cause": "rule"}))]
pub struct SeminarOfOne {
    pub id: SeminarId,
    pub title: String,
    pub cause: ChangeCause,
}

/// A seminar that counts in both and is told differently.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "title": "AC² - Zwischenprämierung", "members": [{"pointer": "/participants/value", "before": 180, "after": 181}]}))]
pub struct SeminarChanged {
    pub id: SeminarId,
    pub title: String,
    pub members: Vec<MemberChange>,
}

/// A figure that differs, and the seminars that make the difference.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"figure": "held", "before": 20, "after": 23, "added": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"], "removed": [], "changed": []}))]
pub struct FigureChange {
    /// Its name in `figures`.
    pub figure: String,
    /// The figure without its seminars: a count, or a sum with its qualifier; `null`: not known.
    pub before: Value,
    pub after: Value,
    /// Seminars that are in the figure of the second report only.
    pub added: Vec<SeminarId>,
    /// Seminars that are in the figure of the first report only.
    pub removed: Vec<SeminarId>,
    /// Seminars that are in both, and told differently.
    pub changed: Vec<SeminarId>,
}

/// What two sealed reports differ in.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"first": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b51", "second": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b52", "same_report": false,
    "query": [{"pointer": "/rule", "before": "public@1", "after": "all@1"}], "rule": [{"pointer": "/terms/internal", "before": false, "after": true}],
    "figures": [{"figure": "held", "before": 20, "after": 23, "added": ["0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12"], "removed": [], "changed": []}],
    "added": [{"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "title": "Regionaler Dialog im Kreis Euskirchen", "cause": "rule"}],
    "removed": [], "changed": []}))]
pub struct SnapshotComparison {
    pub first: ReportSnapshotId,
    pub second: ReportSnapshotId,
    /// The two say the same in every member.
    pub same_report: bool,
    /// What was asked differently.
    pub query: Vec<MemberChange>,
    /// What the rules say differently, in terms and in words.
    pub rule: Vec<MemberChange>,
    /// The figures of the whole that differ.
    pub figures: Vec<FigureChange>,
    /// Seminars of the second report only.
    pub added: Vec<SeminarOfOne>,
    /// Seminars of the first report only.
    pub removed: Vec<SeminarOfOne>,
    /// Seminars of both that are told differently.
    pub changed: Vec<SeminarChanged>,
}
