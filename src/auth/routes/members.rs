//! Members of an organisation and their roles.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::model::{Account, AccountId, Member, Role};
use crate::auth::service::NewMember;
use crate::auth::who::{Admin, LoggedIn};
use crate::auth::{Auth, password_fault, service, store};
use crate::base::body::Body;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::digest::sha256;
use crate::base::etag::{self, IfMatch, Privacy};
use crate::base::idempotency::{Created, Idempotency};
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Error, Result};
use crate::base::query::Query;
use crate::base::text::{Email, Line};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Member, example = json!({"account": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "email": "front-desk@staedteregion.example", "name": "Frieda Front",
    "role": "front_desk", "since": "2026-11-22T09:00:00Z"}))]
pub struct MemberView {
    pub account: AccountId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub since: DateTime<Utc>,
}

impl From<(Member, Account)> for MemberView {
    fn from((member, account): (Member, Account)) -> Self {
        Self {
            account: account.id,
            email: account.email,
            name: account.name,
            role: member.role,
            since: member.created_at,
        }
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "front-desk@staedteregion.example", "name": "Frieda Front", "role": "front_desk", "password": "Rhabarber nickt dem Omnibus zu"}))]
pub struct MemberBody {
    pub email: Email,
    pub role: Role,
    /// Needed where the address has no account yet.
    #[serde(default)]
    pub name: Option<Line<200>>,
    /// First password of a new account; ignored where there is one.
    #[serde(default)]
    #[schema(min_length = 15)]
    pub password: Option<Line<1024>>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "organiser"}))]
pub struct MemberPatch {
    pub role: Role,
}

/// Who belongs to the organisation.
///
/// Its admins.
#[utoipa::path(tag = "members", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), Paging), security(("member" = [])), responses((status = 200, body = Page<MemberView>, description = "A page of members")))]
#[get("/organisations/{organisation}/members")]
pub async fn list_members(
    request: HttpRequest,
    who: Admin,
    path: web::Path<String>,
    paging: Query<Paging>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (limit, after) = (paging.0.limit()?, paging.0.after()?);
    let reach = who.reach();
    let rows = db
        .read(move |conn| {
            let of = service::reached(conn, &reach, &path)?.id;
            store::members(conn, of, after, limit)
        })
        .await?;
    let page = Page::cut(rows, limit, |(member, _)| member.account_id, MemberView::from)?;
    Ok(list(&request, Privacy::Personal, &page))
}

/// Make somebody a member.
///
/// Admins of the organisation, and platform admins. Makes the account too where the address has none; that needs `name`
/// and `password`. An account that is there already is joined by platform admins only: whoever made it may know its
/// password.
#[utoipa::path(tag = "members", params(("organisation" = String, Path, description = "Id or slug", max_length = 60)), request_body = MemberBody, security(("member" = [])), responses(
    (status = 201, body = MemberView, description = "The member"),
    (status = 409, description = "`already-member`, `account-exists`"),
    (status = 429, description = "`too-many-requests`: too many passwords are hashed at once")))]
#[post("/organisations/{organisation}/members")]
pub async fn add_member(
    who: LoggedIn,
    path: web::Path<String>,
    idempotency: Idempotency,
    auth: web::Data<Auth>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<MemberBody>,
) -> Result<HttpResponse> {
    let LoggedIn { identity, .. } = who;
    if !identity.platform_admin {
        // Before anything is hashed: whoever may not add anybody is to take no turn from those who log in.
        let (reach, named) = (identity.reach(Role::Admin), path.to_string());
        db.read(move |conn| service::reached(conn, &reach, &named).map(drop))
            .await?;
    }
    let password_hash = match &body.value.password {
        None => None,
        Some(password) => {
            let name = body.value.name.as_ref().map_or("", Line::as_str);
            if let Some(fault) = password_fault(password.as_str(), &[body.value.email.as_str(), name]) {
                return Err(Error::member("/password", fault));
            }
            Some(auth.hasher.hash(password.as_str()).await?)
        }
    };
    let act = identity.act(&clock);
    let owner = identity.subject.to_string();
    // Without the password: a fast digest of it has no business in the table.
    let digest = sha256(format!("{:?}", (&body.value.email, body.value.role, &body.value.name)).as_bytes());
    let created = db
        .write(move |conn| {
            idempotency.once(conn, act.now, &owner, &digest, |conn| {
                let of = store::organisation(conn, &path)?.ok_or(Code::NotFound)?.id;
                if !identity.platform_admin {
                    identity.reach(Role::Admin).check(of)?;
                }
                let MemberBody { email, name, role, .. } = body.value.clone();
                let new = NewMember {
                    email,
                    name,
                    role,
                    password_hash: password_hash.clone(),
                };
                let row = service::add_member(conn, &act, of, identity.platform_admin, new)?;
                let location = format!("/api/v1/organisations/{of}/members/{}", row.1.id);
                Created::new(location, Some(row.0.version), &MemberView::from(row))
            })
        })
        .await?;
    Ok(created.response())
}

/// One member.
///
/// Admins of the organisation.
#[utoipa::path(tag = "members", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("account" = AccountId, Path)), security(("member" = [])), responses((status = 200, body = MemberView, description = "The member")))]
#[get("/organisations/{organisation}/members/{account}")]
pub async fn get_member(
    request: HttpRequest,
    who: Admin,
    path: web::Path<(String, AccountId)>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let reach = who.reach();
    let row = db
        .read(move |conn| {
            let of = service::reached(conn, &reach, &path.0)?.id;
            store::member(conn, of, path.1)?.ok_or(Code::NotFound.into())
        })
        .await?;
    etag::single(&request, row.0.version, Privacy::Personal, &MemberView::from(row))
}

/// Give a member another role.
///
/// Admins of the organisation. The last admin stays one.
#[utoipa::path(tag = "members", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("account" = AccountId, Path)), request_body = MemberPatch, security(("member" = [])), responses(
    (status = 200, body = MemberView, description = "The member as it is now"),
    (status = 409, description = "`last-admin`")))]
#[patch("/organisations/{organisation}/members/{account}")]
pub async fn change_member(
    who: Admin,
    path: web::Path<(String, AccountId)>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<MemberPatch>,
) -> Result<HttpResponse> {
    let row = write_member(&who, path, if_match, &db, &clock, Some(body.value.role)).await?;
    etag::changed(row.0.version, &MemberView::from(row))
}

/// End a membership.
///
/// Admins of the organisation. The last admin stays one. The account remains.
#[utoipa::path(tag = "members", params(("organisation" = String, Path, description = "Id or slug", max_length = 60), ("account" = AccountId, Path)), security(("member" = [])), responses(
    (status = 204, description = "No longer a member"),
    (status = 409, description = "`last-admin`")))]
#[delete("/organisations/{organisation}/members/{account}")]
pub async fn remove_member(
    who: Admin,
    path: web::Path<(String, AccountId)>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    write_member(&who, path, if_match, &db, &clock, None).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn write_member(
    who: &Admin,
    path: web::Path<(String, AccountId)>,
    if_match: IfMatch,
    db: &Db,
    clock: &Clock,
    role: Option<Role>,
) -> Result<(Member, Account)> {
    let act = who.act(clock);
    let reach = who.reach();
    db.write(move |conn| {
        let of = service::reached(conn, &reach, &path.0)?.id;
        service::change_member(
            conn,
            &act,
            &reach,
            (of, path.1),
            |version| if_match.check(version),
            role,
        )
    })
    .await
}
