//! Whether an organisation publishes its years, and in whose name: its admins decide.

use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::{Admin, OrganisationRef, Reach, find_organisation};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch, Privacy};
use crate::base::problem::{Code, Error, Result};
use crate::base::text::{Email, Line, WebAddress};
use crate::reports::model::{OpenDataLicence, OpenDataSettings};
use crate::reports::service::{NewOpenData, delete_open_data, put_open_data};
use crate::reports::store;

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"contributor_id": "http://dcat-ap.de/def/contributors/openNRW", "licence": "dl-by-de/2.0",
    "publisher_name": "StädteRegion Aachen", "contact_name": "Wirtschaftsförderung", "contact_email": "daten@staedteregion.example",
    "keywords": ["Wirtschaftsförderung", "Veranstaltungen"],
    "political_geocoding": "http://dcat-ap.de/def/politicalGeocoding/districtKey/05334",
    "landing_page": "https://www.staedteregion.example/daten", "first_year": 2020}))]
pub struct OpenDataSettingsBody {
    /// Who delivers to GovData: a URI of `http://dcat-ap.de/def/contributors/`.
    pub contributor_id: WebAddress,
    pub licence: OpenDataLicence,
    /// In whose name. Left out: the organisation's.
    #[serde(default)]
    pub publisher_name: Option<Line<200>>,
    /// Whom one asks: an office rather than a person, for it is published.
    pub contact_name: Line<200>,
    /// At least one of the two is required.
    #[serde(default)]
    pub contact_email: Option<Email>,
    /// The address of a form.
    #[serde(default)]
    pub contact_url: Option<WebAddress>,
    #[schema(min_items = 1, max_items = 20)]
    pub keywords: Vec<Line<60>>,
    /// The place, by a key of `http://dcat-ap.de/def/politicalGeocoding/`; its level follows from the key.
    #[serde(default)]
    pub political_geocoding: Option<WebAddress>,
    /// A page for people about the data.
    #[serde(default)]
    pub landing_page: Option<WebAddress>,
    /// The first year that is published; the last is always the one before the running one.
    #[schema(minimum = 1990, maximum = 2100)]
    pub first_year: i32,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenDataSettings, example = json!({"contributor_id": "http://dcat-ap.de/def/contributors/openNRW", "licence": "dl-by-de/2.0",
    "publisher_name": "StädteRegion Aachen", "contact_name": "Wirtschaftsförderung", "contact_email": "daten@staedteregion.example",
    "contact_url": null, "keywords": ["Wirtschaftsförderung", "Veranstaltungen"],
    "political_geocoding": "http://dcat-ap.de/def/politicalGeocoding/districtKey/05334",
    "landing_page": "https://www.staedteregion.example/daten", "first_year": 2020,
    "catalogue": "/api/v1/open-data/staedteregion-aachen",
    "created_at": "2026-11-24T09:00:00Z", "updated_at": "2026-11-24T09:00:00Z"}))]
pub struct OpenDataSettingsView {
    pub contributor_id: String,
    pub licence: OpenDataLicence,
    pub publisher_name: Option<String>,
    pub contact_name: String,
    pub contact_email: Option<String>,
    pub contact_url: Option<String>,
    pub keywords: Vec<String>,
    pub political_geocoding: Option<String>,
    pub landing_page: Option<String>,
    pub first_year: i32,
    /// Where everybody finds it.
    pub catalogue: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl OpenDataSettingsView {
    fn of(row: OpenDataSettings, organisation: &OrganisationRef) -> Self {
        Self {
            contributor_id: row.contributor_id,
            licence: row.licence,
            publisher_name: row.publisher_name,
            contact_name: row.contact_name,
            contact_email: row.contact_email,
            contact_url: row.contact_url,
            keywords: row.keywords.into_iter().flatten().collect(),
            political_geocoding: row.political_geocoding,
            landing_page: row.landing_page,
            first_year: row.first_year,
            catalogue: format!("/api/v1/open-data/{}", organisation.slug),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// The organisation of the URL, if the caller is its admin.
fn own(conn: &mut PgConnection, reach: &Reach, name: &str) -> Result<OrganisationRef> {
    let organisation = find_organisation(conn, name)?.ok_or(Code::NotFound)?;
    reach.check(organisation.id)?;
    Ok(organisation)
}

/// By what an organisation publishes.
///
/// Admins of the organisation. 404 while nothing is published.
#[utoipa::path(tag = "open-data", params(("organisation" = String, Path, description = "Id or slug", max_length = 60)), security(("member" = [])),
    responses((status = 200, body = OpenDataSettingsView, description = "The settings")))]
#[get("/organisations/{organisation}/open-data")]
pub async fn get_open_data_settings(
    request: HttpRequest,
    who: Admin,
    path: web::Path<String>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let (organisation, row) = db
        .read(move |conn| {
            let organisation = own(conn, &reach, &path)?;
            let row = store::open_data_settings(conn, organisation.id)?.ok_or(Code::NotFound)?;
            Ok((organisation, row))
        })
        .await?;
    let version = row.version;
    let view = OpenDataSettingsView::of(row, &organisation);
    etag::single(&request, version, Privacy::Personal, &view)
}

/// Publish an organisation's years, or change by what.
///
/// Admins of the organisation. From here on every year from `first_year` to the last that is over is public without login:
/// its public seminars and its figures, without anything about a person. The first needs no `If-Match`; settings that are
/// there are replaced as a whole by whoever has seen them.
#[utoipa::path(tag = "open-data", params(("organisation" = String, Path, description = "Id or slug", max_length = 60)),
    request_body = OpenDataSettingsBody, security(("member" = [])), responses(
    (status = 200, body = OpenDataSettingsView, description = "The settings, in the place of the old ones"),
    (status = 201, body = OpenDataSettingsView, description = "The settings: now it is published")))]
#[put("/organisations/{organisation}/open-data")]
pub async fn put_open_data_settings(
    who: Admin,
    path: web::Path<String>,
    if_match: Option<IfMatch>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<OpenDataSettingsBody>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let reach = who.reach();
    let name = path.clone();
    let (organisation, row, new) = db
        .write(move |conn| {
            let organisation = own(conn, &reach, &name)?;
            let body = body.value.clone();
            let wanted = NewOpenData {
                contributor_id: body.contributor_id,
                licence: body.licence,
                publisher_name: body.publisher_name,
                contact_name: body.contact_name,
                contact_email: body.contact_email,
                contact_url: body.contact_url,
                keywords: body.keywords,
                political_geocoding: body.political_geocoding,
                landing_page: body.landing_page,
                first_year: body.first_year,
            };
            let (row, new) = put_open_data(conn, &act, organisation.id, if_match.as_ref(), wanted)?;
            Ok((organisation, row, new))
        })
        .await?;
    let version = row.version;
    let view = OpenDataSettingsView::of(row, &organisation);
    let bytes = serde_json::to_vec(&view).map_err(Error::internal)?;
    let tag = etag::tag(version, &bytes);
    let mut answer = if new {
        let mut created = HttpResponse::Created();
        created.insert_header((
            "Location",
            format!("/api/v1/organisations/{}/open-data", organisation.slug),
        ));
        created
    } else {
        HttpResponse::Ok()
    };
    let mut response = answer.content_type("application/json").body(bytes);
    etag::headers(&mut response, Some(&tag), Privacy::Personal);
    Ok(response)
}

/// Publish nothing any more.
///
/// Admins of the organisation. Its catalogue, its years and their tables are gone at once; what others have copied is not.
#[utoipa::path(tag = "open-data", params(("organisation" = String, Path, description = "Id or slug", max_length = 60)), security(("member" = [])),
    responses((status = 204, description = "Gone")))]
#[delete("/organisations/{organisation}/open-data")]
pub async fn delete_open_data_settings(
    who: Admin,
    path: web::Path<String>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let reach = who.reach();
    db.write(move |conn| {
        let organisation = own(conn, &reach, &path)?;
        delete_open_data(conn, &act, organisation.id, &if_match)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
