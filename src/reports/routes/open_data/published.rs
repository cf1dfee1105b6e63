//! What is public: the catalogue of an organisation's years, each year, and its two tables. Nobody has to log in.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::IntoParams;

use crate::base::accept;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::csv::Dialect;
use crate::base::db::Db;
use crate::base::download;
use crate::base::etag::{self, Privacy};
use crate::base::off_thread::Turns;
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::base::query::Query;
use crate::reports::model::{OpenDataFigures, OpenDataFormat, OpenDataSeminars};
use crate::reports::open_data::{catalogue, dataset, figures_csv, head, seminars_csv};
use crate::reports::service::{edition_named, editions, publication_named};
use crate::reports::store;

const JSON_LD: &str = "application/ld+json";

/// Tables made at once, and how long one waits for one's turn: each holds the report of a year, and anybody may ask.
static TABLES: Turns = Turns::new(2, Duration::from_secs(10));

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TableQuery {
    /// Left out: what `Accept` likes best, JSON where it makes no difference.
    #[param(nullable = false)]
    pub format: Option<OpenDataFormat>,
    /// Of a CSV file. Left out: `rfc4180`, for programs; `excel` opens in a spreadsheet.
    #[param(nullable = false)]
    pub dialect: Option<Dialect>,
}

impl TableQuery {
    /// The form that is wanted, by the query or by `Accept`.
    fn form(&self, headers: &HeaderMap) -> Result<(OpenDataFormat, Dialect)> {
        let format = match self.format {
            Some(format) => format,
            None => accepted(headers).ok_or_else(|| {
                Problem::new(Code::NotAcceptable).detail("Accept application/json or text/csv, or give `format`.")
            })?,
        };
        if self.dialect.is_some() && format != OpenDataFormat::Csv {
            return Err(Error::invalid(vec![FieldError::parameter(
                "dialect",
                "says nothing as json",
            )]));
        }
        Ok((format, self.dialect.unwrap_or(Dialect::Rfc4180)))
    }
}

fn accepted(headers: &HeaderMap) -> Option<OpenDataFormat> {
    accept::best(headers, &[("application", "json"), ("text", "csv")]).map(|place| match place {
        0 => OpenDataFormat::Json,
        _ => OpenDataFormat::Csv,
    })
}

/// The catalogue of an organisation's years.
///
/// Anybody, of organisations that publish. A DCAT catalogue by DCAT-AP.de in JSON-LD, with the whole description of every
/// year, so that a portal harvests it with one request. Of an organisation that does not publish there is nothing to be
/// found, as of one that does not exist.
#[utoipa::path(tag = "open-data", params(("organisation" = String, Path, description = "Id or slug", max_length = 60)), security(()), responses(
    (status = 200, description = "The catalogue", content((Object = "application/ld+json",
        example = json!({"@id": "https://einlass.example/api/v1/open-data/staedteregion-aachen", "@type": "dcat:Catalog"}))))))]
#[get("/open-data/{organisation}")]
pub async fn get_open_data_catalogue(
    request: HttpRequest,
    path: web::Path<String>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let now = clock.now();
    let (publisher, editions) = db.read_lagging(move |conn| editions(conn, &path, now)).await?;
    let document = catalogue(&publisher, &editions, &config.public_url);
    described(&request, publisher.settings.version, &document)
}

/// One year's description.
///
/// Anybody, of organisations that publish. A DCAT dataset by DCAT-AP.de in JSON-LD, with the addresses of its tables. From the
/// first year that the organisation publishes to the last that is over in Europe/Berlin: the running year is not published,
/// because its seminars are still moved and counted. Nor is a year of which the programme knows no public seminar: an empty
/// table would say that there was none.
#[utoipa::path(tag = "open-data", params(("organisation" = String, Path, description = "Id or slug", max_length = 60),
    ("year" = String, Path, description = "Four digits", max_length = 4, pattern = "^[0-9]{4}$", example = "2020")), security(()), responses(
    (status = 200, description = "The description", content((Object = "application/ld+json",
        example = json!({"@id": "https://einlass.example/api/v1/open-data/staedteregion-aachen/2020", "@type": "dcat:Dataset"}))))))]
#[get("/open-data/{organisation}/{year}")]
pub async fn get_open_data_set(
    request: HttpRequest,
    path: web::Path<(String, String)>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let now = clock.now();
    let found = db.read_lagging(move |conn| edition_named(conn, (&path.0, &path.1), now));
    let (publisher, edition) = found.await?;
    let document = dataset(&publisher, &edition, &config.public_url);
    described(&request, publisher.settings.version, &document)
}

/// The seminars of a year.
///
/// Anybody, of organisations that publish. Every public seminar of the year whose day is known, without anything about a
/// person: of those who take part in offering it only organisations known here, in another role than speaking. How many
/// came is told for all channels together; a number from 1 to 4 is not told. As JSON, or as CSV with the same members as
/// headings; in CSV several in one cell are parted by ` | `.
#[utoipa::path(tag = "open-data", params(("organisation" = String, Path, description = "Id or slug", max_length = 60),
    ("year" = String, Path, description = "Four digits", max_length = 4, pattern = "^[0-9]{4}$", example = "2020"), TableQuery), security(()), responses(
    (status = 200, description = "The seminars", content(
        (OpenDataSeminars = "application/json"),
        (String = "text/csv", example = json!("id,title,kind,date,status,…")))),
    (status = 406, description = "`not-acceptable`: neither JSON nor CSV is accepted, and no `format` is given")))]
#[get("/open-data/{organisation}/{year}/seminars")]
pub async fn get_open_data_seminars(
    request: HttpRequest,
    path: web::Path<(String, String)>,
    query: Query<TableQuery>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    answer(&request, path.into_inner(), &query.0, (&db, &clock), Which::Seminars).await
}

/// The figures of a year.
///
/// Anybody, of organisations that publish. How many seminars there were and how many people came: in the year, by month, by
/// channels, by collection and by organisation. A sum is made of the counts that the list of seminars tells, and of no
/// other; where counts are left out because they are small, the sum is a lower bound and the figure says of how many
/// seminars. As JSON, or as CSV with the same members as headings.
#[utoipa::path(tag = "open-data", params(("organisation" = String, Path, description = "Id or slug", max_length = 60),
    ("year" = String, Path, description = "Four digits", max_length = 4, pattern = "^[0-9]{4}$", example = "2020"), TableQuery), security(()), responses(
    (status = 200, description = "The figures", content(
        (OpenDataFigures = "application/json"),
        (String = "text/csv", example = json!("by,key,name,seminars,held,…")))),
    (status = 406, description = "`not-acceptable`: neither JSON nor CSV is accepted, and no `format` is given")))]
#[get("/open-data/{organisation}/{year}/figures")]
pub async fn get_open_data_figures(
    request: HttpRequest,
    path: web::Path<(String, String)>,
    query: Query<TableQuery>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    answer(&request, path.into_inner(), &query.0, (&db, &clock), Which::Figures).await
}

/// The tables of a year.
#[derive(Clone, Copy)]
enum Which {
    Seminars,
    Figures,
}

async fn answer(
    request: &HttpRequest,
    names: (String, String),
    query: &TableQuery,
    (db, clock): (&Db, &Clock),
    which: Which,
) -> Result<HttpResponse> {
    let (format, dialect) = query.form(request.headers())?;
    let (db, now) = (db.clone(), clock.now());
    let table = TABLES.take(move || {
        db.run_lagging(|conn| {
            store::at_one_moment(conn)?;
            let (publisher, year, rule, published) = publication_named(conn, (&names.0, &names.1), now)?;
            let head = || head(&publisher, year, &rule);
            let body = match (which, format) {
                (Which::Seminars, OpenDataFormat::Csv) => seminars_csv(&published.seminars, dialect)?,
                (Which::Figures, OpenDataFormat::Csv) => figures_csv(&published.figures, dialect)?,
                (Which::Seminars, OpenDataFormat::Json) => written(&OpenDataSeminars {
                    head: head(),
                    seminars: published.seminars,
                })?,
                (Which::Figures, OpenDataFormat::Json) => written(&OpenDataFigures {
                    head: head(),
                    figures: published.figures,
                })?,
            };
            let about = format!("{}-{year}", publisher.organisation.slug);
            Ok((publisher.settings.version, about, body))
        })
    });
    let (version, about, body) = table.await?;
    let media_type = match format {
        OpenDataFormat::Csv => "text/csv; charset=utf-8",
        OpenDataFormat::Json => "application/json",
    };
    let mut response = etag::bytes(request, version, Privacy::Public, media_type, body);
    if response.status() == StatusCode::OK {
        let what = match which {
            Which::Seminars => "veranstaltungen",
            Which::Figures => "kennzahlen",
        };
        download::called(&mut response, &download::file_name(what, &about, format.as_str()));
    }
    Ok(response)
}

fn written(table: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(table).map_err(Error::internal)
}

fn described(request: &HttpRequest, version: i64, document: &Value) -> Result<HttpResponse> {
    let body = serde_json::to_vec_pretty(document).map_err(Error::internal)?;
    Ok(etag::bytes(request, version, Privacy::Public, JSON_LD, body))
}
