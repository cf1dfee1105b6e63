//! Collections: what seminars belong to.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use chrono::NaiveDate;
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
use crate::base::text::{Line, Paragraphs};
use crate::catalogue::model::{Collection, CollectionId, CollectionKind};
use crate::catalogue::rules::{MAX_KEY, search_words};
use crate::catalogue::service::{CollectionChange, NewCollection};
use crate::catalogue::store::Narrowed;
use crate::catalogue::{service, store};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Collection, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b31",
    "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "slug": "staedteregion-aachen", "name": "StädteRegion Aachen"},
    "kind": "programme", "name": "Care and Mobility Innovation", "description": null, "starts_on": "2019-01-01", "ends_on": "2021-12-31",
    "funder": "EFRE.NRW", "own_chapter": true}))]
pub struct CollectionView {
    pub id: CollectionId,
    pub organisation: OrganisationRef,
    pub kind: CollectionKind,
    pub name: String,
    pub description: Option<String>,
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    /// Who pays for it.
    pub funder: Option<String>,
    /// Reported in a chapter of its own; the counting rule `overview` leaves its seminars out.
    pub own_chapter: bool,
}

impl From<(Collection, OrganisationRef)> for CollectionView {
    fn from((row, organisation): (Collection, OrganisationRef)) -> Self {
        Self {
            id: row.id,
            organisation,
            kind: row.kind,
            name: row.name,
            description: row.description,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            funder: row.funder,
            own_chapter: row.own_chapter,
        }
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation": "staedteregion-aachen", "kind": "programme", "name": "Care and Mobility Innovation",
    "starts_on": "2019-01-01", "ends_on": "2021-12-31", "funder": "EFRE.NRW", "own_chapter": true}))]
pub struct CollectionBody {
    /// Whose it is: id or slug. Cannot be changed.
    pub organisation: Line<60>,
    pub kind: CollectionKind,
    /// One per organisation; upper case, accents and punctuation do not count.
    pub name: Line<200>,
    #[serde(default)]
    pub description: Option<Paragraphs<5000>>,
    #[serde(default)]
    pub starts_on: Option<NaiveDate>,
    /// Not before `starts_on`.
    #[serde(default)]
    pub ends_on: Option<NaiveDate>,
    /// Who pays for it.
    #[serde(default)]
    pub funder: Option<Line<200>>,
    /// Reported in a chapter of its own; the counting rule `overview` leaves its seminars out.
    #[serde(default)]
    pub own_chapter: bool,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"ends_on": "2022-06-30", "description": null}))]
pub struct CollectionPatch {
    #[serde(default, deserialize_with = "kept")]
    #[schema(value_type = CollectionKind, required = false)]
    pub kind: Option<CollectionKind>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(value_type = Line<200>, required = false)]
    pub name: Option<Line<200>>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<Paragraphs<5000>>)]
    pub description: Option<Option<Paragraphs<5000>>>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<NaiveDate>)]
    pub starts_on: Option<Option<NaiveDate>>,
    /// Not before `starts_on`.
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<NaiveDate>)]
    pub ends_on: Option<Option<NaiveDate>>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<Line<200>>)]
    pub funder: Option<Option<Line<200>>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(value_type = bool, required = false)]
    pub own_chapter: Option<bool>,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CollectionFilter {
    /// Only this organisation's: id or slug.
    #[param(value_type = Option<String>, min_length = 1, max_length = 60)]
    pub organisation: Option<Line<60>>,
    /// Only this kind.
    pub kind: Option<CollectionKind>,
    /// Words that all occur in name, funder or description; upper case, accents and punctuation do not count.
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
fn whole(conn: &mut PgConnection, row: Collection) -> Result<(i64, CollectionView)> {
    let version = row.version;
    let row = store::with_organisations(conn, vec![row], |row| row.organisation_id)?.pop();
    let row = row.ok_or_else(|| Error::internal("a collection without its organisation"))?;
    Ok((version, CollectionView::from(row)))
}

/// All collections.
///
/// Anybody. By name, folded; a search looks at name, funder and description.
#[utoipa::path(tag = "collections", params(CollectionFilter), security(()), responses((status = 200, body = Page<CollectionView>, description = "A page of collections by name")))]
#[get("/collections")]
pub async fn list_collections(
    request: HttpRequest,
    filter: Query<CollectionFilter>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let Query(filter) = filter;
    let paging = Paging {
        limit: filter.limit,
        cursor: filter.cursor,
    };
    let limit = paging.limit()?;
    // A cursor is the caller's word: as text of ours it cannot hold what the database would choke on.
    let after = paging.after::<(Line<MAX_KEY>, CollectionId)>()?;
    let words = filter.q.map(|q| search_words(q.as_str())).unwrap_or_default();
    let (organisation, kind) = (filter.organisation, filter.kind);
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
                kind,
                words: words.clone(),
            };
            let after = after.clone().map(|(name, id)| (name.into_string(), id));
            let rows = store::collections(conn, &narrowed, after, limit)?;
            store::with_organisations(conn, rows, |row| row.organisation_id)
        })
        .await?;
    let page = Page::cut(
        rows,
        limit,
        |(row, _)| (row.name_key.clone(), row.id),
        CollectionView::from,
    )?;
    Ok(list(&request, Privacy::Public, &page))
}

/// Add a collection.
///
/// Organisers of the organisation. Its name is the only one of its kind in the organisation.
#[utoipa::path(tag = "collections", request_body = CollectionBody, security(("member" = [])), responses(
    (status = 201, body = CollectionView, description = "The collection"),
    (status = 409, description = "`name-taken`")))]
#[post("/collections")]
pub async fn create_collection(
    who: Organiser,
    idempotency: Idempotency,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<CollectionBody>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let (reach, owner) = (who.reach(), who.owner());
    let created = db
        .write(move |conn| {
            idempotency.once(conn, act.now, &owner, &body.digest, |conn| {
                let CollectionBody {
                    organisation,
                    kind,
                    name,
                    description,
                    starts_on,
                    ends_on,
                    funder,
                    own_chapter,
                } = body.value.clone();
                let of = own_organisation(conn, &reach, organisation.as_str())?;
                let new = NewCollection {
                    kind,
                    name,
                    description,
                    starts_on,
                    ends_on,
                    funder,
                    own_chapter,
                };
                let row = service::create_collection(conn, &act, &reach, of.id, new)?;
                let location = format!("/api/v1/collections/{}", row.id);
                Created::new(location, Some(row.version), &CollectionView::from((row, of)))
            })
        })
        .await?;
    Ok(created.response())
}

/// One collection.
///
/// Anybody.
#[utoipa::path(tag = "collections", params(("collection" = CollectionId, Path)), security(()), responses((status = 200, body = CollectionView, description = "The collection")))]
#[get("/collections/{collection}")]
pub async fn get_collection(
    request: HttpRequest,
    path: web::Path<CollectionId>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (version, view) = db
        .read(move |conn| {
            let row = store::collection(conn, *path)?.ok_or(Code::NotFound)?;
            whole(conn, row)
        })
        .await?;
    etag::single(&request, version, Privacy::Public, &view)
}

/// Change a collection.
///
/// Organisers of its organisation. `null` takes a member away; `kind`, `name` and `own_chapter` stay.
#[utoipa::path(tag = "collections", params(("collection" = CollectionId, Path)), request_body = CollectionPatch, security(("member" = [])), responses(
    (status = 200, body = CollectionView, description = "The collection as it is now"),
    (status = 409, description = "`name-taken`")))]
#[patch("/collections/{collection}")]
pub async fn change_collection(
    who: Organiser,
    path: web::Path<CollectionId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<CollectionPatch>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let reach = who.reach();
    let (version, view) = db
        .write(move |conn| {
            let CollectionPatch {
                kind,
                name,
                description,
                starts_on,
                ends_on,
                funder,
                own_chapter,
            } = body.value.clone();
            let change = CollectionChange {
                kind,
                name,
                description,
                starts_on,
                ends_on,
                funder,
                own_chapter,
            };
            let check = |version| if_match.check(version);
            let row = service::change_collection(conn, &act, &reach, *path, check, change)?;
            whole(conn, row)
        })
        .await?;
    etag::changed(version, &view)
}

/// Delete a collection.
///
/// Organisers of its organisation; only while no seminar belongs to it.
#[utoipa::path(tag = "collections", params(("collection" = CollectionId, Path)), security(("member" = [])), responses(
    (status = 204, description = "Gone"),
    (status = 409, description = "`in-use`")))]
#[delete("/collections/{collection}")]
pub async fn delete_collection(
    who: Organiser,
    path: web::Path<CollectionId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let act = who.act(&clock);
    let reach = who.reach();
    db.write(move |conn| service::delete_collection(conn, &act, &reach, *path, |version| if_match.check(version)))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
