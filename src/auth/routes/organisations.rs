//! Organisations: tenants, and everyone who takes part in a seminar.

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::model::{Organisation, OrganisationId, Role};
use crate::auth::service::{NewOrganisation, OrganisationChange};
use crate::auth::who::{LoggedIn, PlatformAdmin};
use crate::auth::{service, store};
use crate::base::body::{Body, kept, mentioned};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch, Privacy};
use crate::base::idempotency::{Created, Idempotency};
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Result};
use crate::base::query::Query;
use crate::base::text::{Line, Slug, WebAddress};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Organisation, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "slug": "agit", "name": "AGIT",
    "also_known_as": ["AGIT mbH"], "homepage": "https://www.agit.example"}))]
pub struct OrganisationView {
    pub id: OrganisationId,
    pub slug: String,
    pub name: String,
    pub also_known_as: Vec<String>,
    pub homepage: Option<String>,
}

impl From<Organisation> for OrganisationView {
    fn from(row: Organisation) -> Self {
        Self {
            also_known_as: row.spellings(),
            id: row.id,
            slug: row.slug,
            name: row.name,
            homepage: row.homepage,
        }
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"slug": "agit", "name": "AGIT", "also_known_as": ["AGIT mbH"], "homepage": "https://www.agit.example"}))]
pub struct OrganisationBody {
    /// Stands in URLs; cannot be changed.
    pub slug: Slug,
    pub name: Line<200>,
    /// Other spellings by which imports know it.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub also_known_as: Vec<Line<200>>,
    #[serde(default)]
    pub homepage: Option<WebAddress>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "AGIT mbH", "homepage": null}))]
pub struct OrganisationPatch {
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub name: Option<Line<200>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(max_items = 20, nullable = false)]
    pub also_known_as: Option<Vec<Line<200>>>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<WebAddress>)]
    pub homepage: Option<Option<WebAddress>>,
}

/// All organisations.
///
/// Anybody.
#[utoipa::path(tag = "organisations", params(Paging), security(()), responses((status = 200, body = Page<OrganisationView>, description = "A page of organisations by name")))]
#[get("/organisations")]
pub async fn list_organisations(
    request: HttpRequest,
    paging: Query<Paging>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let limit = paging.0.limit()?;
    let after = paging
        .0
        .after::<(Line<200>, OrganisationId)>()?
        .map(|(name, id)| (name.into_string(), id));
    let rows = db
        .read(move |conn| store::organisations(conn, after.clone(), limit))
        .await?;
    let page = Page::cut(rows, limit, |row| (row.name.clone(), row.id), OrganisationView::from)?;
    Ok(list(&request, Privacy::Public, &page))
}

/// Add an organisation.
///
/// Platform admins.
#[utoipa::path(tag = "organisations", request_body = OrganisationBody, security(("member" = [])), responses(
    (status = 201, body = OrganisationView, description = "The organisation"),
    (status = 409, description = "`slug-taken`")))]
#[post("/organisations")]
pub async fn create_organisation(
    who: PlatformAdmin,
    idempotency: Idempotency,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<OrganisationBody>,
) -> Result<HttpResponse> {
    let act = who.0.act(&clock);
    let owner = who.0.subject.to_string();
    let created = db
        .write(move |conn| {
            idempotency.once(conn, act.now, &owner, &body.digest, |conn| {
                let OrganisationBody {
                    slug,
                    name,
                    also_known_as,
                    homepage,
                } = body.value.clone();
                let organisation = service::create_organisation(
                    conn,
                    &act,
                    NewOrganisation {
                        slug,
                        name,
                        also_known_as,
                        homepage,
                    },
                )?;
                let location = format!("/api/v1/organisations/{}", organisation.id);
                Created::new(
                    location,
                    Some(organisation.version),
                    &OrganisationView::from(organisation),
                )
            })
        })
        .await?;
    Ok(created.response())
}

/// One organisation.
///
/// Anybody; by id or slug.
#[utoipa::path(tag = "organisations", params(("organisation" = String, Path, description = "Id or slug", max_length = 60)), security(()), responses((status = 200, body = OrganisationView, description = "The organisation")))]
#[get("/organisations/{organisation}")]
pub async fn get_organisation(
    request: HttpRequest,
    path: web::Path<String>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let row = db
        .read(move |conn| store::organisation(conn, &path)?.ok_or(Code::NotFound.into()))
        .await?;
    etag::single(&request, row.version, Privacy::Public, &OrganisationView::from(row))
}

/// Change an organisation's name, spellings or homepage.
///
/// Platform admins, and the organisation's own admins.
#[utoipa::path(tag = "organisations", params(("organisation" = String, Path, description = "Id or slug", max_length = 60)), request_body = OrganisationPatch, security(("member" = [])), responses((status = 200, body = OrganisationView, description = "The organisation as it is now")))]
#[patch("/organisations/{organisation}")]
pub async fn change_organisation(
    who: LoggedIn,
    path: web::Path<String>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<OrganisationPatch>,
) -> Result<HttpResponse> {
    let LoggedIn { identity, .. } = who;
    let act = identity.act(&clock);
    let row = db
        .write(move |conn| {
            let found = store::organisation(conn, &path)?.ok_or(Code::NotFound)?;
            let own_admin = identity
                .roles
                .iter()
                .any(|(of, role)| *of == found.id && role.includes(Role::Admin));
            if !own_admin && !identity.platform_admin {
                // Organisations are public: there is nothing to hide by a 404.
                return Err(Code::Forbidden.into());
            }
            let OrganisationPatch {
                name,
                also_known_as,
                homepage,
            } = body.value.clone();
            service::change_organisation(
                conn,
                &act,
                found.id,
                |version| if_match.check(version),
                OrganisationChange {
                    name,
                    also_known_as,
                    homepage,
                },
            )
        })
        .await?;
    etag::changed(row.version, &OrganisationView::from(row))
}
