//! Venues: where seminars take place.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::{OrganisationRef, Organiser, find_organisation, own_organisation};
use crate::base::body::{Body, kept, mentioned};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch, Privacy};
use crate::base::idempotency::{Created, Idempotency};
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Error, Result};
use crate::base::query::Query;
use crate::base::text::{Country, Line};
use crate::catalogue::model::{Venue, VenueId};
use crate::catalogue::rules::{MAX_KEY, search_words};
use crate::catalogue::service::{NewVenue, VenueChange};
use crate::catalogue::store::Narrowed;
use crate::catalogue::{service, store};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Venue, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b41",
    "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "slug": "staedteregion-aachen", "name": "StädteRegion Aachen"},
    "name": "Digital Church", "street": "Jülicher Straße 72a", "postal_code": "52070", "locality": "Aachen", "country": "DE",
    "also_known_as": ["digitalCHURCH"]}))]
pub struct VenueView {
    pub id: VenueId,
    pub organisation: OrganisationRef,
    /// A place without a name is a locality.
    pub name: Option<String>,
    pub street: Option<String>,
    pub postal_code: Option<String>,
    pub locality: String,
    pub country: String,
    pub also_known_as: Vec<String>,
}

impl From<(Venue, OrganisationRef)> for VenueView {
    fn from((row, organisation): (Venue, OrganisationRef)) -> Self {
        Self {
            also_known_as: row.spellings(),
            id: row.id,
            organisation,
            name: row.name,
            street: row.street,
            postal_code: row.postal_code,
            locality: row.locality,
            country: row.country,
        }
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation": "staedteregion-aachen", "name": "Digital Church", "street": "Jülicher Straße 72a",
    "postal_code": "52070", "locality": "Aachen", "also_known_as": ["digitalCHURCH"]}))]
pub struct VenueBody {
    /// Whose it is: id or slug. Cannot be changed.
    pub organisation: Line<60>,
    /// A place without a name is a locality.
    #[serde(default)]
    pub name: Option<Line<200>>,
    #[serde(default)]
    pub street: Option<Line<200>>,
    #[serde(default)]
    pub postal_code: Option<Line<20>>,
    pub locality: Line<100>,
    #[serde(default)]
    pub country: Country,
    /// Other spellings by which imports know it: of the name, or of the locality where there is no name.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub also_known_as: Vec<Line<200>>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"street": null, "also_known_as": ["digitalCHURCH", "Kirche"]}))]
pub struct VenuePatch {
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<Line<200>>)]
    pub name: Option<Option<Line<200>>>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<Line<200>>)]
    pub street: Option<Option<Line<200>>>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<Line<20>>)]
    pub postal_code: Option<Option<Line<20>>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(value_type = Line<100>, required = false)]
    pub locality: Option<Line<100>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(value_type = Country, required = false)]
    pub country: Option<Country>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(value_type = Vec<Line<200>>, required = false, max_items = 20)]
    pub also_known_as: Option<Vec<Line<200>>>,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct VenueFilter {
    /// Only this organisation's: id or slug.
    #[param(value_type = Option<String>, min_length = 1, max_length = 60)]
    pub organisation: Option<Line<60>>,
    /// Words that all occur in name, locality or other spellings; upper case, accents and punctuation do not count.
    #[param(value_type = Option<String>, min_length = 1, max_length = 200)]
    pub q: Option<Line<200>>,
    /// Entries a page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 2000)]
    pub cursor: Option<String>,
}

/// One row with its organisation.
fn whole(conn: &mut PgConnection, row: Venue) -> Result<(i64, VenueView)> {
    let version = row.version;
    let row = store::with_organisations(conn, vec![row], |row| row.organisation_id)?.pop();
    let row = row.ok_or_else(|| Error::internal("a venue without its organisation"))?;
    Ok((version, VenueView::from(row)))
}

/// All venues.
///
/// Anybody. By name and locality, folded; a search looks at name, locality and other spellings.
#[utoipa::path(tag = "venues", params(VenueFilter), security(()), responses((status = 200, body = Page<VenueView>, description = "A page of venues by name")))]
#[get("/venues")]
pub async fn list_venues(request: HttpRequest, filter: Query<VenueFilter>, db: web::Data<Db>) -> Result<HttpResponse> {
    let Query(filter) = filter;
    let paging = Paging {
        limit: filter.limit,
        cursor: filter.cursor,
    };
    let limit = paging.limit()?;
    // A cursor is the caller's word: as text of ours it cannot hold what the database would choke on.
    let after = paging.after::<(Line<MAX_KEY>, VenueId)>()?;
    let words = filter.q.map(|q| search_words(q.as_str())).unwrap_or_default();
    let organisation = filter.organisation;
    let rows = db
        .read(move |conn| {
            let organisation = match &organisation {
                None => None,
                Some(name) => match find_organisation(conn, name.as_str())? {
                    None => return Ok(Vec::new()),
                    Some(organisation) => Some(organisation.id),
                },
            };
            let narrowed = Narrowed {
                organisation,
                kind: None,
                words: words.clone(),
            };
            let after = after.clone().map(|(name, id)| (name.into_string(), id));
            let rows = store::venues(conn, &narrowed, after, limit)?;
            store::with_organisations(conn, rows, |row| row.organisation_id)
        })
        .await?;
    let page = Page::cut(rows, limit, |(row, _)| (row.name_key.clone(), row.id), VenueView::from)?;
    Ok(list(&request, Privacy::Public, &page))
}

/// Add a venue.
///
/// Organisers of the organisation. In one locality a name or other spelling means one venue of the organisation.
#[utoipa::path(tag = "venues", request_body = VenueBody, security(("member" = [])), responses(
    (status = 201, body = VenueView, description = "The venue"),
    (status = 409, description = "`name-taken`")))]
#[post("/venues")]
pub async fn create_venue(
    who: Organiser,
    idempotency: Idempotency,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<VenueBody>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let (reach, owner) = (who.reach(), who.owner());
    let created = db
        .write(move |conn| {
            idempotency.once(conn, act.now, &owner, &body.digest, |conn| {
                let VenueBody {
                    organisation,
                    name,
                    street,
                    postal_code,
                    locality,
                    country,
                    also_known_as,
                } = body.value.clone();
                let of = own_organisation(conn, &reach, organisation.as_str())?;
                let new = NewVenue {
                    name,
                    street,
                    postal_code,
                    locality,
                    country,
                    also_known_as,
                };
                let row = service::create_venue(conn, &act, &reach, of.id, new)?;
                let location = format!("/api/v1/venues/{}", row.id);
                Created::new(location, Some(row.version), &VenueView::from((row, of)))
            })
        })
        .await?;
    Ok(created.response())
}

/// One venue.
///
/// Anybody.
#[utoipa::path(tag = "venues", params(("venue" = VenueId, Path)), security(()), responses((status = 200, body = VenueView, description = "The venue")))]
#[get("/venues/{venue}")]
pub async fn get_venue(request: HttpRequest, path: web::Path<VenueId>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (version, view) = db
        .read(move |conn| {
            let row = store::venue(conn, *path)?.ok_or(Code::NotFound)?;
            whole(conn, row)
        })
        .await?;
    etag::single(&request, version, Privacy::Public, &view)
}

/// Change a venue.
///
/// Organisers of its organisation. `null` takes a member away; `locality`, `country` and `also_known_as` stay.
#[utoipa::path(tag = "venues", params(("venue" = VenueId, Path)), request_body = VenuePatch, security(("member" = [])), responses(
    (status = 200, body = VenueView, description = "The venue as it is now"),
    (status = 409, description = "`name-taken`")))]
#[patch("/venues/{venue}")]
pub async fn change_venue(
    who: Organiser,
    path: web::Path<VenueId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<VenuePatch>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let reach = who.reach();
    let (version, view) = db
        .write(move |conn| {
            let VenuePatch {
                name,
                street,
                postal_code,
                locality,
                country,
                also_known_as,
            } = body.value.clone();
            let change = VenueChange {
                name,
                street,
                postal_code,
                locality,
                country,
                also_known_as,
            };
            let check = |version| if_match.check(version);
            let row = service::change_venue(conn, &act, &reach, *path, check, change)?;
            whole(conn, row)
        })
        .await?;
    etag::changed(version, &view)
}

/// Delete a venue.
///
/// Organisers of its organisation; only while no session takes place there.
#[utoipa::path(tag = "venues", params(("venue" = VenueId, Path)), security(("member" = [])), responses(
    (status = 204, description = "Gone"),
    (status = 409, description = "`in-use`")))]
#[delete("/venues/{venue}")]
pub async fn delete_venue(
    who: Organiser,
    path: web::Path<VenueId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let reach = who.reach();
    db.write(move |conn| service::delete_venue(conn, &act, &reach, *path, |version| if_match.check(version)))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
