//! Statistics: figures side by side, as data, as a picture and as a table.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, get, web};

use super::reached;
use crate::auth::Reporter;
use crate::base::accept;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, Privacy};
use crate::base::problem::{Code, Error, Problem, Result};
use crate::base::query::Query;
use crate::reports::charts::{csv, svg};
use crate::reports::model::{Statistic, StatisticFormat, StatisticName};
use crate::reports::rules::statistics::StatisticAsked;
use crate::reports::{service, store};

/// A picture that was opened by itself can do nothing at all.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// One statistic: the figures of the activity report side by side.
///
/// Reporters, of the organisations they report for. By month, weekday, channels, mode, collection or partner: how many
/// seminars count as what, or how many took part or watched, each unit by itself; cancellations by reason; registrations by
/// days before the first session; and of those with a seat, how many did not come, where attendance was recorded person by
/// person. Each value carries the seminars behind it and those of which it is not known; what is not known is `null`, never
/// zero. As JSON, as CSV with a row a category, or as an SVG with title, axis, legend and text alternative. Over more
/// than three years the picture shows years; of collections and partners it shows the 15 largest.
#[utoipa::path(tag = "statistics", params(("statistic" = StatisticName, Path), StatisticAsked), security(("member" = [])), responses(
    (status = 200, description = "The statistic", content(
        (Statistic = "application/json"),
        (String = "image/svg+xml", example = json!("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" …</svg>")),
        (String = "text/csv", example = json!("Schlüssel;Bezeichnung;durchgeführt;durchgeführt: Lesart …")))),
    (status = 404, description = "`not-found`: no such statistic, organisation or collection, or not the caller's"),
    (status = 406, description = "`not-acceptable`: neither JSON, SVG nor CSV is accepted, and no `format` is given")))]
#[get("/statistics/{statistic}")]
pub async fn get_statistic(
    request: HttpRequest,
    who: Reporter,
    path: web::Path<StatisticName>,
    asked: Query<StatisticAsked>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let name = path.into_inner();
    let query = asked.0.query(name)?;
    let format = match query.format {
        Some(format) => format,
        None => accepted(request.headers()).ok_or_else(|| {
            Problem::new(Code::NotAcceptable)
                .detail("Accept application/json, image/svg+xml or text/csv, or give `format`.")
        })?,
    };
    let dialect = query.dialect(format)?;
    let (reach, now) = (who.reach(), clock.now());
    let body = db
        .read(move |conn| {
            store::at_one_moment(conn)?;
            let organisations = reached(conn, &reach, asked.0.organisation.as_deref())?;
            let statistic = service::statistic(conn, name, &query, &organisations, now)?;
            match format {
                StatisticFormat::Json => serde_json::to_vec(&statistic).map_err(Error::internal),
                StatisticFormat::Svg => Ok(svg(&statistic, None).into_bytes()),
                StatisticFormat::Csv => csv(&statistic, dialect),
            }
        })
        .await?;
    let mut response = HttpResponse::Ok();
    match format {
        StatisticFormat::Json => response.content_type("application/json"),
        StatisticFormat::Svg => response
            .content_type("image/svg+xml")
            .insert_header((CONTENT_SECURITY_POLICY, NOTHING)),
        StatisticFormat::Csv => response.content_type("text/csv; charset=utf-8").insert_header((
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"statistik-{name}.csv\""),
        )),
    };
    let mut response = response.body(body);
    etag::headers(&mut response, None, Privacy::Personal);
    Ok(response)
}

/// What the caller likes best; JSON where it makes no difference.
fn accepted(headers: &HeaderMap) -> Option<StatisticFormat> {
    let offered = [("application", "json"), ("image", "svg+xml"), ("text", "csv")];
    accept::best(headers, &offered).map(|place| match place {
        0 => StatisticFormat::Json,
        1 => StatisticFormat::Svg,
        _ => StatisticFormat::Csv,
    })
}
