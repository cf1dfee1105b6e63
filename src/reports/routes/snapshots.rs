//! Report snapshots: reports as they were told.

use actix_web::http::StatusCode;
use actix_web::http::header::IF_NONE_MATCH;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::printed::{Told, wanted, written};
use super::reached;
use crate::auth::{OrganisationRef, Reporter, own_organisation};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::csv::Dialect;
use crate::base::db::Db;
use crate::base::etag::{self, Privacy};
use crate::base::idempotency::{Created, Idempotency};
use crate::base::off_thread::off_thread;
use crate::base::page::{Page, Paging, list};
use crate::base::press::Press;
use crate::base::problem::{Error, FieldError, Result};
use crate::base::query::Query;
use crate::base::text::Line;
use crate::catalogue::CollectionId;
use crate::reports::model::{
    Deliberation, Forms, ReportFormat, ReportSnapshot, ReportSnapshotEntry, ReportSnapshotId, SnapshotComparison,
    SnapshotFormat, SnapshotRow,
};
use crate::reports::paper::Paper;
use crate::reports::rules::{ActivityQuery, Asked, compare, hex, in_the_body};
use crate::reports::service::{NewSnapshot, Opened, open_snapshot, seal_report};
use crate::reports::store;

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation": "staedteregion-aachen", "from": "2020-01-01", "to": "2021-05-31", "split_on": "2020-03-16",
    "rule": "all", "deliberation": {"paper_id": "https://oparl.example/paper/2021-0047", "paper_reference": "2021/0047", "agenda_item_number": "Ö 7"}}))]
pub struct ReportSnapshotBody {
    /// Whose programme is reported on: id or slug.
    pub organisation: Line<60>,
    /// The first day of the period.
    pub from: NaiveDate,
    /// Its last day, included; less than 50 years after `from`.
    pub to: NaiveDate,
    /// A day in the period: seminars held are also counted before it and from it on.
    #[serde(default)]
    pub split_on: Option<NaiveDate>,
    /// Only seminars of this collection.
    #[serde(default)]
    pub collection: Option<CollectionId>,
    /// The counting rule by name, `all` by default; `name@2` is its second version. What is sealed names the version.
    #[serde(default)]
    pub rule: Option<Line<80>>,
    /// The paper, meeting or agenda item that the report is made for.
    #[serde(default)]
    pub deliberation: Option<Deliberation>,
}

impl ReportSnapshotBody {
    /// The question in it, by the rules of `GET /reports/activity`.
    fn query(&self) -> Result<ActivityQuery> {
        let asked = Asked {
            from: Some(self.from.to_string()),
            to: Some(self.to.to_string()),
            split_on: self.split_on.map(|day| day.to_string()),
            collection: self.collection.map(|id| id.to_string()),
            rule: self.rule.as_ref().map(|rule| rule.as_str().to_owned()),
            ..Asked::default()
        };
        asked.query().map_err(in_the_body)
    }
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SnapshotFilter {
    /// Only this organisation's: id or slug.
    #[param(max_length = 60, nullable = false)]
    pub organisation: Option<String>,
    /// Entries a page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 2000)]
    pub cursor: Option<String>,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SnapshotPrint {
    /// Without it the header `Accept` decides, JSON first.
    #[param(nullable = false)]
    pub format: Option<SnapshotFormat>,
    /// How the texts name people; `neutral` by default.
    #[param(nullable = false)]
    pub forms: Option<Forms>,
    /// For whom CSV is written; `excel` by default.
    #[param(nullable = false)]
    pub dialect: Option<Dialect>,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CompareWith {
    /// Required. The snapshot to compare with, usually the later one.
    #[param(value_type = ReportSnapshotId, required = true, nullable = false)]
    pub with: Option<ReportSnapshotId>,
}

fn entry((row, organisation): (SnapshotRow, OrganisationRef)) -> ReportSnapshotEntry {
    ReportSnapshotEntry {
        id: row.id,
        organisation,
        sealed_at: row.sealed_at,
        from: row.period_from,
        to: row.period_to,
        rule: format!("{}@{}", row.rule_name, row.rule_version),
        deliberation: row.deliberation,
        sha256: hex(&row.sha256),
    }
}

/// All report snapshots.
///
/// Reporters, of the organisations they report for. The newest first, without the reports themselves.
#[utoipa::path(tag = "report-snapshots", params(SnapshotFilter), security(("member" = [])), responses(
    (status = 200, body = Page<ReportSnapshotEntry>, description = "A page of snapshots"),
    (status = 404, description = "`not-found`: no such organisation, or not the caller's")))]
#[get("/report-snapshots")]
pub async fn list_report_snapshots(
    request: HttpRequest,
    who: Reporter,
    filter: Query<SnapshotFilter>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let Query(filter) = filter;
    let paging = Paging {
        limit: filter.limit,
        cursor: filter.cursor,
    };
    let (limit, after) = (paging.limit()?, paging.after::<ReportSnapshotId>()?);
    let reach = who.reach();
    let rows = db
        .read(move |conn| {
            let of = reached(conn, &reach, filter.organisation.as_deref())?;
            store::snapshots(conn, &of, after, limit)
        })
        .await?;
    let page = Page::cut(rows, limit, |(row, _)| row.id, entry)?;
    Ok(list(&request, Privacy::Personal, &page))
}

/// Seal a report.
///
/// Reporters of the organisation. The activity report is made of the data of this moment and kept with the question, the
/// rule in full, every figure, and every seminar with its version, under a SHA-256 of the whole. It is never changed or
/// deleted. It holds at most 20,000 seminars. The reference to a paper, a meeting or an agenda item uses the members of
/// OParl 1.1.
#[utoipa::path(tag = "report-snapshots", request_body = ReportSnapshotBody, security(("member" = [])), responses(
    (status = 201, body = ReportSnapshotEntry, description = "The snapshot, without the report")))]
#[post("/report-snapshots")]
pub async fn create_report_snapshot(
    who: Reporter,
    idempotency: Idempotency,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    paper: web::Data<Paper>,
    body: Body<ReportSnapshotBody>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let (reach, owner) = (who.reach(), who.owner());
    let created = db
        .write(move |conn| {
            store::at_one_moment(conn)?;
            idempotency.once(conn, act.now, &owner, &body.digest, |conn| {
                let of = own_organisation(conn, &reach, body.value.organisation.as_str())?;
                let new = NewSnapshot {
                    query: body.value.query()?,
                    deliberation: body.value.deliberation.clone(),
                };
                let (row, _) = seal_report(conn, &act, &of, &new, &paper)?;
                let location = format!("/api/v1/report-snapshots/{}", row.id);
                Created::new(location, Some(1), &entry((row, of)))
            })
        })
        .await?;
    Ok(created.response())
}

/// One report snapshot.
///
/// Reporters of its organisation. Whatever became of the data and of the office's texts, the same as ever: everything is printed
/// from what was sealed. (How it is set and worded is that of the templates and of this version; `sealed` alone is the same byte
/// by byte for ever.) `seal` says whether the content still is what was sealed, by the digest beside it and by the one in the journal.
/// `format=sealed` gives the sealed content in its canonical form (RFC 8785), whose SHA-256 is the digest; the other forms are
/// those of `GET /reports/activity`, and the texts have the digest in their head. What was changed so that it is no
/// report any more, only `sealed` gives, as it is.
#[utoipa::path(tag = "report-snapshots", params(("snapshot" = ReportSnapshotId, Path), SnapshotPrint), security(("member" = [])), responses(
    (status = 200, description = "The snapshot", content(
        (ReportSnapshot = "application/json"),
        (String = "text/html"), (Vec<u8> = "application/pdf"), (String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/markdown", example = json!("# Veranstaltungsbericht\n\n- **Zeitraum:** 01.01.2020 bis 31.05.2021 …")))),
    (status = 406, description = "`not-acceptable`: none of the forms is accepted and no `format` is given, or the service was built without printing"),
    (status = 409, description = "`too-long-to-print`: more than a PDF or DOCX holds; the other forms hold it; `seal-broken`: what is stored is no report any more")))]
#[get("/report-snapshots/{snapshot}")]
pub async fn get_report_snapshot(
    request: HttpRequest,
    who: Reporter,
    path: web::Path<ReportSnapshotId>,
    print: Query<SnapshotPrint>,
    db: web::Data<Db>,
    paper: web::Data<Paper>,
    press: web::Data<Press>,
) -> Result<HttpResponse> {
    let SnapshotPrint { format, forms, dialect } = print.0;
    let format = match format {
        Some(SnapshotFormat::Sealed) => None,
        other => Some(wanted(other.and_then(printable), request.headers())?),
    };
    if format == Some(ReportFormat::Pdf) {
        press.available()?;
    }
    let reach = who.reach();
    let opened = db.read(move |conn| open_snapshot(conn, &reach, *path)).await?;
    let response = match format {
        None if opened.is_readable() => bytes_as("application/json", opened.text),
        None => bytes_as("text/plain; charset=utf-8", opened.text),
        Some(ReportFormat::Json) => bytes_as("application/json", off_thread(move || whole(opened)).await??),
        Some(format) => {
            let (content, seal) = opened.content()?;
            let named = format!("{}-{}", content.query.from, content.query.to);
            let told = Told {
                report: content.report.clone(),
                forms: forms.unwrap_or_default(),
                dialect: dialect.unwrap_or_default(),
                at: content.sealed_at,
                sealed: Some(Box::new((content, seal))),
            };
            let written = written(told, format, paper.clone(), &press).await?;
            let tag = etag::tag(1, &written.body);
            return Ok(known_or(&request, &tag, written.response(&paper, &named)));
        }
    };
    let (tag, response) = response;
    Ok(known_or(&request, &tag, response))
}

/// What two report snapshots differ in.
///
/// Reporters of the organisations of both. From the one in the path to the one in `with`: what was asked differently, what
/// the rules say differently, which figures changed by which seminars, and of every seminar that counts in one only, whether
/// the rule, the question or the data made the difference. Only what still is what was sealed is compared.
#[utoipa::path(tag = "report-snapshots", params(("snapshot" = ReportSnapshotId, Path), CompareWith), security(("member" = [])), responses(
    (status = 200, body = SnapshotComparison, description = "The differences"),
    (status = 409, description = "`seal-broken`: one of the two is not what was sealed")))]
#[get("/report-snapshots/{snapshot}/compare")]
pub async fn compare_report_snapshots(
    who: Reporter,
    path: web::Path<ReportSnapshotId>,
    other: Query<CompareWith>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let missing = || Error::invalid(vec![FieldError::parameter("with", "is required")]);
    let other = other.0.with.ok_or_else(missing)?;
    let reach = who.reach();
    let found = db
        .read(move |conn| {
            let first = open_snapshot(conn, &reach, *path)?;
            let second = open_snapshot(conn, &reach, other)?;
            compare(&first.intact()?, &second.intact()?)
        })
        .await?;
    let mut response = HttpResponse::Ok().json(found);
    etag::headers(&mut response, None, Privacy::Personal);
    Ok(response)
}

/// The form of a report, where it is one.
const fn printable(format: SnapshotFormat) -> Option<ReportFormat> {
    match format {
        SnapshotFormat::Json => Some(ReportFormat::Json),
        SnapshotFormat::Markdown => Some(ReportFormat::Markdown),
        SnapshotFormat::Html => Some(ReportFormat::Html),
        SnapshotFormat::Pdf => Some(ReportFormat::Pdf),
        SnapshotFormat::Docx => Some(ReportFormat::Docx),
        SnapshotFormat::Xlsx => Some(ReportFormat::Xlsx),
        SnapshotFormat::Csv => Some(ReportFormat::Csv),
        SnapshotFormat::Sealed => None,
    }
}

fn whole(opened: Opened) -> Result<String> {
    let (content, seal) = opened.content()?;
    let whole = ReportSnapshot {
        id: content.id,
        organisation: content.organisation,
        sealed_at: content.sealed_at,
        query: content.query,
        deliberation: content.deliberation,
        texts: content.texts,
        seal,
        report: content.report,
    };
    serde_json::to_string(&whole).map_err(Error::internal)
}

/// With its tag.
fn bytes_as(media_type: &'static str, text: String) -> (String, HttpResponse) {
    let tag = etag::tag(1, text.as_bytes());
    (tag, HttpResponse::Ok().content_type(media_type).body(text))
}

/// The answer with the tag of its bytes, or 304 where the caller has them.
fn known_or(request: &HttpRequest, tag: &str, answer: HttpResponse) -> HttpResponse {
    let given = request.headers().get_all(IF_NONE_MATCH);
    let mut known = given
        .filter_map(|value| value.to_str().ok())
        .flat_map(|given| given.split(','));
    let known = known.any(|one| [tag, "*"].contains(&one.trim().trim_start_matches("W/")));
    let mut response = if known {
        HttpResponse::new(StatusCode::NOT_MODIFIED)
    } else {
        answer
    };
    etag::headers(&mut response, Some(tag), Privacy::Personal);
    response
}
