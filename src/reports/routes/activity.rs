//! The activity report.

use actix_web::{HttpRequest, HttpResponse, get, web};
use diesel::pg::PgConnection;

use super::printed::{Told, wanted, written};
use super::reached;
use crate::auth::Reporter;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, Privacy};
use crate::base::press::Press;
use crate::base::problem::{Error, Result};
use crate::base::query::Query;
use crate::reports::model::{ActivityReport, ReportFormat};
use crate::reports::paper::Paper;
use crate::reports::rules::Asked;
use crate::reports::{service, store};

/// The activity report: what was offered, held, cancelled, postponed and attended in a period.
///
/// Reporters, of the organisations they report for. Every figure carries the ids of the seminars behind it, and the
/// answer says in words by which rule they were counted, in German and English, what the rule leaves out, and what the other
/// rules would say. Counts keep their qualifiers: with one „über 130“ in it, a sum
/// is a lower bound; viewers are never added to participants; what is not known is `null`, never zero.
///
/// As JSON; as a German text in the style of a council's paper, in Markdown, HTML, PDF (tagged) or DOCX, with the tables, the charts and
/// behind each figure the numbers of its seminars, each of which leads to its line and from there to the seminar's page; as a
/// workbook (XLSX) with a sheet for each table; or as CSV with a row for each seminar.
#[utoipa::path(tag = "reports", params(Asked), security(("member" = [])), responses(
    (status = 200, description = "The report", content(
        (ActivityReport = "application/json"),
        (String = "text/html"), (Vec<u8> = "application/pdf"), (String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/markdown", example = json!("# Veranstaltungsbericht\n\nIn der Zeit vom 01.01.2020 bis 31.05.2021 wurden 25 Veranstaltungen angeboten …")))),
    (status = 404, description = "`not-found`: no such organisation or collection, or not the caller's"),
    (status = 406, description = "`not-acceptable`: none of the forms is accepted and no `format` is given, or the service was built without printing"),
    (status = 409, description = "`too-long-to-print`: more than a PDF or DOCX holds; the other forms hold it")))]
#[get("/reports/activity")]
pub async fn get_activity_report(
    request: HttpRequest,
    who: Reporter,
    asked: Query<Asked>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    paper: web::Data<Paper>,
    press: web::Data<Press>,
) -> Result<HttpResponse> {
    let query = asked.0.query()?;
    let format = wanted(query.format, request.headers())?;
    if format == ReportFormat::Pdf {
        press.available()?;
    }
    let reach = who.reach();
    let (forms, dialect) = (query.forms, query.dialect);
    let named = format!("{}-{}", query.period.from, query.period.to);
    // Counted and written off the threads that answer: a report over many years is megabytes, and takes its time.
    let asked_for = query.clone();
    let gathered = move |conn: &mut PgConnection| {
        store::at_one_moment(conn)?;
        let organisations = reached(conn, &reach, asked.0.organisation.as_deref())?;
        service::material(conn, &asked_for, &organisations)
    };
    let (report, json) = db
        .read_and(gathered, move |material| {
            let report = material.report(&query);
            if format == ReportFormat::Json {
                let text = serde_json::to_string(&report).map_err(Error::internal)?;
                return Ok((None, Some(text)));
            }
            Ok((Some(report), None))
        })
        .await?;
    let mut response = match (report, json) {
        (Some(report), _) => {
            let told = Told {
                report,
                sealed: None,
                forms,
                dialect,
                at: clock.now(),
            };
            written(told, format, paper.clone(), &press)
                .await?
                .response(&paper, &named)
        }
        (None, text) => HttpResponse::Ok()
            .content_type("application/json")
            .body(text.unwrap_or_default()),
    };
    etag::headers(&mut response, None, Privacy::Personal);
    Ok(response)
}
