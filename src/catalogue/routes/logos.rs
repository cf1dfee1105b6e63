//! Logos: pictures for the head of lists and certificates.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::{LoggedIn, OrganisationId, OrganisationRef, Organiser, find_organisation};
use crate::base::body::PATIENCE;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch, Privacy};
use crate::base::off_thread::off_thread;
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::base::query::Query;
use crate::base::text::Line;
use crate::catalogue::logos::{MOST_BYTES, check_picture, logo_name};
use crate::catalogue::model::{Logo, LogoEntry};
use crate::catalogue::{logos, store};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Logo, example = json!({"name": "eu", "description": "Kofinanziert von der Europäischen Union",
    "bytes": 18230, "updated_at": "2026-11-22T09:00:00Z"}))]
pub struct LogoView {
    pub name: String,
    /// What is read aloud instead of the picture.
    pub description: String,
    /// The size of the picture.
    pub bytes: i32,
    pub updated_at: DateTime<Utc>,
}

impl From<LogoEntry> for LogoView {
    fn from(row: LogoEntry) -> Self {
        Self {
            name: row.name,
            description: row.description,
            bytes: row.bytes,
            updated_at: row.updated_at,
        }
    }
}

impl From<&Logo> for LogoView {
    fn from(row: &Logo) -> Self {
        Self {
            name: row.name.clone(),
            description: row.description.clone(),
            bytes: i32::try_from(row.image.len()).unwrap_or(i32::MAX),
            updated_at: row.updated_at,
        }
    }
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LogoQuery {
    /// Required. What is read aloud instead of the picture: `Kofinanziert von der Europäischen Union`.
    #[param(value_type = String, required = true, min_length = 1, max_length = 300)]
    pub description: Option<Line<300>>,
}

/// The organisation, if the caller is a member of it; whoever is not hears that there is nothing here.
fn own(conn: &mut PgConnection, who: &LoggedIn, name: &str) -> Result<OrganisationRef> {
    let organisation = find_organisation(conn, name)?.ok_or(Code::NotFound)?;
    if who.identity.is_member_of(organisation.id) {
        Ok(organisation)
    } else {
        Err(Code::NotFound.into())
    }
}

/// All logos.
///
/// Members of the organisation. By name, without the pictures.
#[utoipa::path(tag = "logos", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), Paging), security(("member" = [])), responses(
    (status = 200, body = Page<LogoView>, description = "A page of logos by name")))]
#[get("/organisations/{organisation}/logos")]
pub async fn list_logos(
    request: HttpRequest,
    who: LoggedIn,
    path: web::Path<String>,
    paging: Query<Paging>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (limit, after) = (paging.0.limit()?, paging.0.after::<Line<60>>()?);
    let rows = db
        .read(move |conn| {
            let organisation = own(conn, &who, &path)?;
            store::logos(conn, organisation.id, after.clone().map(Line::into_string), limit)
        })
        .await?;
    let page = Page::cut(rows, limit, |row| row.name.clone(), LogoView::from)?;
    Ok(list(&request, Privacy::Personal, &page))
}

/// One logo.
///
/// Members of the organisation. The picture itself.
#[utoipa::path(tag = "logos", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("logo" = String, Path, description = "Its name", max_length = 60)),
    security(("member" = [])), responses((status = 200, body = Vec<u8>, content_type = "image/png", description = "The picture")))]
#[get("/organisations/{organisation}/logos/{logo}")]
pub async fn get_logo(
    request: HttpRequest,
    who: LoggedIn,
    path: web::Path<(String, String)>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let logo = db
        .read(move |conn| {
            let organisation = own(conn, &who, &path.0)?;
            store::logo(conn, organisation.id, &path.1)?.ok_or(Code::NotFound.into())
        })
        .await?;
    let tag = etag::tag(logo.version, &logo.image);
    let known = request
        .headers()
        .get_all(IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok());
    let known = known.flat_map(|given| given.split(',')).any(|one| {
        let one = one.trim().trim_start_matches("W/");
        one == tag || one == "*"
    });
    let mut response = if known {
        HttpResponse::new(StatusCode::NOT_MODIFIED)
    } else {
        HttpResponse::Ok().content_type("image/png").body(logo.image)
    };
    etag::headers(&mut response, Some(&tag), Privacy::Personal);
    Ok(response)
}

/// Put a logo.
///
/// Organisers of the organisation. The body is a PNG of at most 256 KiB and 4000 × 4000 pixels. The name is 2 to 60 of a-z,
/// 0-9 and hyphens: `eu`, `land-nrw`. A new one needs no `If-Match`; one that is there is replaced by whoever has seen it.
#[utoipa::path(tag = "logos", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("logo" = String, Path, description = "Its name", max_length = 60), LogoQuery),
    request_body(content = Vec<u8>, content_type = "image/png", description = "The picture"), security(("member" = [])), responses(
    (status = 200, body = LogoView, description = "The logo, in the place of the old one"),
    (status = 201, body = LogoView, description = "The logo, which is new")))]
#[put("/organisations/{organisation}/logos/{logo}")]
#[allow(clippy::too_many_arguments, reason = "each says what the operation takes")]
pub async fn put_logo(
    request: HttpRequest,
    who: Organiser,
    path: web::Path<(String, String)>,
    query: Query<LogoQuery>,
    if_match: Option<IfMatch>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: web::Payload,
) -> Result<HttpResponse> {
    let required = || Error::invalid(vec![FieldError::parameter("description", "is required")]);
    let description = query.0.description.ok_or_else(required)?;
    let name = logo_name(&path.1).map_err(|detail| Error::invalid(vec![FieldError::parameter("logo", detail)]))?;
    let (reach, organisation) = (who.reach(), path.0.clone());
    // Before a body is read, whether it may be put there at all.
    let of = db
        .read(move |conn| {
            let organisation = find_organisation(conn, &organisation)?.ok_or(Code::NotFound)?;
            reach.check(organisation.id)?;
            Ok(organisation.id)
        })
        .await?;
    let image = picture(&request, body).await?;
    let act = who.act(&clock);
    let (logo, new) = db
        .write(move |conn| logos::put_logo(conn, &act, (of, &name), if_match.as_ref(), &description, &image))
        .await?;
    Ok(answered(&path, &logo, new))
}

fn answered(path: &(String, String), logo: &Logo, new: bool) -> HttpResponse {
    let mut response = if new {
        let location = format!("/api/v1/organisations/{}/logos/{}", path.0, logo.name);
        HttpResponse::Created()
            .insert_header(("Location", location))
            .json(LogoView::from(logo))
    } else {
        HttpResponse::Ok().json(LogoView::from(logo))
    };
    let tag = etag::tag(logo.version, &logo.image);
    etag::headers(&mut response, Some(&tag), Privacy::Personal);
    response
}

/// The body, if it is a picture we print.
async fn picture(request: &HttpRequest, body: web::Payload) -> Result<Vec<u8>> {
    let given = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let png = given.is_some_and(|given| given.trim().eq_ignore_ascii_case("image/png"));
    if !png {
        return Err(Problem::new(Code::UnsupportedMediaType)
            .detail("Send image/png.")
            .into());
    }
    let too_large = || Error::from(Problem::new(Code::BodyTooLarge).detail("The limit is 256 KiB."));
    let read = tokio::time::timeout(PATIENCE, body.to_bytes_limited(MOST_BYTES)).await;
    let bytes = read
        .map_err(|_| Error::from(Code::BodyTimeout))?
        .map_err(|_| too_large())?
        .map_err(|error| Error::from(Problem::new(Code::BadRequest).detail(error.to_string())))?;
    off_thread(move || check_picture(&bytes).map(|()| bytes.to_vec())).await?
}

/// Delete a logo.
///
/// Organisers of the organisation. What was printed with it stays as it is.
#[utoipa::path(tag = "logos", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("logo" = String, Path, description = "Its name", max_length = 60)),
    security(("member" = [])), responses((status = 204, description = "Gone")))]
#[delete("/organisations/{organisation}/logos/{logo}")]
pub async fn delete_logo(
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let reach = who.reach();
    db.write(move |conn| {
        let organisation: OrganisationId = find_organisation(conn, &path.0)?.ok_or(Code::NotFound)?.id;
        logos::delete_logo(conn, &act, &reach, (organisation, &path.1), &if_match)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
