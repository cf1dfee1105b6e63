//! The room's operations.

use actix_web::http::header::{ACCEPT, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, get, web};
use diesel::pg::PgConnection;

use super::markdown::render_markdown;
use super::model::{ActivityReport, ReportFormat};
use super::rules::Asked;
use super::service;
use crate::auth::{OrganisationId, Reach, Reporter, find_organisation};
use crate::base::db::Db;
use crate::base::etag::{self, Privacy};
use crate::base::problem::{Code, Error, Problem, Result};
use crate::base::query::Query;

/// The activity report: what was offered, held, cancelled, postponed and attended in a period.
///
/// Reporters, of the organisations they report for. Every figure carries the ids of the seminars behind it, and the
/// answer says in words by which rule they were counted. Counts keep their qualifiers: with one „über 130“ in it, a sum
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

/// The organisation asked for, by slug or id, or all that the caller reports for.
fn reached(conn: &mut PgConnection, reach: &Reach, asked: Option<&str>) -> Result<Vec<OrganisationId>> {
    let Some(asked) = asked else {
        return Ok(reach.organisations());
    };
    let organisation = find_organisation(conn, asked)?.ok_or(Code::NotFound)?.id;
    reach.check(organisation)?;
    Ok(vec![organisation])
}

/// What the caller likes best (RFC 9110, section 12.5.1); JSON where it makes no difference.
fn accepted(headers: &HeaderMap) -> Option<ReportFormat> {
    let given = headers.get_all(ACCEPT).filter_map(|value| value.to_str().ok());
    let given = given.collect::<Vec<_>>().join(",");
    if given.trim().is_empty() {
        return Some(ReportFormat::Json);
    }
    let json = liked(&given, "application", "json");
    let markdown = liked(&given, "text", "markdown");
    match (json.quality, markdown.quality) {
        (0, 0) => None,
        _ if markdown > json => Some(ReportFormat::Markdown),
        _ => Some(ReportFormat::Json),
    }
}

/// How much a media type is liked, in thousandths, and how exactly it was named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Liking {
    quality: u16,
    exactness: u8,
}

/// The most exact range that fits says how much a type is liked.
fn liked(accept: &str, kind: &str, subtype: &str) -> Liking {
    let fitting = accept.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let (of, sub) = parts.next()?.split_once('/')?;
        let exactness = match (of, sub) {
            ("*", "*") => 1,
            (of, "*") if of.eq_ignore_ascii_case(kind) => 2,
            (of, sub) if of.eq_ignore_ascii_case(kind) && sub.eq_ignore_ascii_case(subtype) => 3,
            _ => return None,
        };
        let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let quality = quality.map_or(1000, thousandths);
        Some(Liking { quality, exactness })
    });
    fitting
        .max_by_key(|liking| (liking.exactness, liking.quality))
        .unwrap_or_default()
}

/// `0.5` → 500; what is no quality is taken as 1.
fn thousandths(quality: &str) -> u16 {
    let (whole, rest) = quality.split_once('.').unwrap_or((quality, ""));
    let rest = format!("{rest:0<3}");
    match (whole, rest.get(..3).and_then(|rest| rest.parse().ok())) {
        ("0", Some(rest)) => rest,
        _ => 1000,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn accept_chooses_the_format() {
        use ReportFormat::{Json, Markdown};
        for (accept, expected) in [
            ("*/*", Some(Json)),
            ("application/json", Some(Json)),
            ("application/*", Some(Json)),
            ("text/markdown", Some(Markdown)),
            ("Text/Markdown; charset=utf-8", Some(Markdown)),
            ("text/*", Some(Markdown)),
            ("text/markdown, */*", Some(Markdown)),
            ("application/json, text/markdown", Some(Json)),
            ("application/json;q=0.5, text/markdown", Some(Markdown)),
            ("application/json, text/markdown;q=0.9", Some(Json)),
            ("application/json;q=0, */*", Some(Markdown)),
            ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", Some(Json)),
            ("text/html", None),
            ("application/json;q=0", None),
            ("", Some(Json)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
            assert_eq!(accepted(&headers), expected, "{accept}");
        }
        assert_eq!(accepted(&HeaderMap::new()), Some(Json));
    }
}
