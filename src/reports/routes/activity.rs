//! The activity report.

use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse, get, web};

use super::reached;
use crate::auth::Reporter;
use crate::base::accept;
use crate::base::db::Db;
use crate::base::etag::{self, Privacy};
use crate::base::problem::{Code, Error, Problem, Result};
use crate::base::query::Query;
use crate::reports::markdown::render_markdown;
use crate::reports::model::{ActivityReport, ReportFormat};
use crate::reports::rules::Asked;
use crate::reports::{service, store};

/// The activity report: what was offered, held, cancelled, postponed and attended in a period.
///
/// Reporters, of the organisations they report for. Every figure carries the ids of the seminars behind it, and the
/// answer says in words by which rule they were counted, in German and English, what the rule leaves out, and what the other
/// rules would say. Counts keep their qualifiers: with one „über 130“ in it, a sum
/// is a lower bound; viewers are never added to participants; what is not known is `null`, never zero. As JSON, or as
/// German text in Markdown.
#[utoipa::path(tag = "reports", params(Asked), security(("member" = [])), responses(
    (status = 200, description = "The report", content(
        (ActivityReport = "application/json"),
        (String = "text/markdown", example = json!("# Veranstaltungsbericht\n\nIn der Zeit vom 01.01.2020 bis 31.05.2021 wurden 25 Veranstaltungen angeboten …")))),
    (status = 404, description = "`not-found`: no such organisation or collection, or not the caller's"),
    (status = 406, description = "`not-acceptable`: neither JSON nor Markdown is accepted, and no `format` is given")))]
#[get("/reports/activity")]
pub async fn get_activity_report(
    request: HttpRequest,
    who: Reporter,
    asked: Query<Asked>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let query = asked.0.query()?;
    let format = match query.format {
        Some(format) => format,
        None => accepted(request.headers()).ok_or_else(|| {
            Problem::new(Code::NotAcceptable).detail("Accept application/json or text/markdown, or give `format`.")
        })?,
    };
    let reach = who.reach();
    // Written where it is read: a report over many years is megabytes, and takes its time.
    let (media_type, body) = db
        .read(move |conn| {
            store::at_one_moment(conn)?;
            let organisations = reached(conn, &reach, asked.0.organisation.as_deref())?;
            let report = service::activity(conn, &query, &organisations)?;
            Ok(match format {
                ReportFormat::Json => (
                    "application/json",
                    serde_json::to_string(&report).map_err(Error::internal)?,
                ),
                ReportFormat::Markdown => ("text/markdown; charset=utf-8", render_markdown(&report)),
            })
        })
        .await?;
    let mut response = HttpResponse::Ok().content_type(media_type).body(body);
    etag::headers(&mut response, None, Privacy::Personal);
    Ok(response)
}

/// What the caller likes best; JSON where it makes no difference.
fn accepted(headers: &HeaderMap) -> Option<ReportFormat> {
    accept::best(headers, &[("application", "json"), ("text", "markdown")]).map(|place| match place {
        0 => ReportFormat::Json,
        _ => ReportFormat::Markdown,
    })
}
