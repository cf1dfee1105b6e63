//! Accounts, for the platform's admins.

use actix_web::{HttpRequest, HttpResponse, get, patch, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::model::{Account, AccountId};
use crate::auth::service::AccountChange;
use crate::auth::who::PlatformAdmin;
use crate::auth::{service, store};
use crate::base::body::{Body, kept};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch, Privacy};
use crate::base::page::{Page, Paging, list};
use crate::base::problem::{Code, Problem, Result};
use crate::base::query::Query;
use crate::base::text::Line;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "email": "reporter@staedteregion.example", "name": "Rita Report",
    "language": "de", "platform_admin": false, "disabled_at": null, "created_at": "2026-11-22T09:00:00Z"}))]
pub struct AccountView {
    pub id: AccountId,
    pub email: String,
    pub name: String,
    pub language: String,
    pub platform_admin: bool,
    /// Since when nobody can log in with it.
    pub disabled_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl From<Account> for AccountView {
    fn from(row: Account) -> Self {
        Self {
            id: row.id,
            email: row.email,
            name: row.name,
            language: row.language,
            platform_admin: row.platform_admin,
            disabled_at: row.disabled_at,
            created_at: row.created_at,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"disabled": true}))]
pub struct AccountPatch {
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub name: Option<Line<200>>,
    /// `true` ends every login of the account at once.
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub disabled: Option<bool>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub platform_admin: Option<bool>,
}

/// All accounts.
///
/// Platform admins.
#[utoipa::path(tag = "accounts", params(Paging), security(("member" = [])), responses((status = 200, body = Page<AccountView>, description = "A page of accounts, oldest first")))]
#[get("/accounts")]
pub async fn list_accounts(
    request: HttpRequest,
    _who: PlatformAdmin,
    paging: Query<Paging>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (limit, after) = (paging.0.limit()?, paging.0.after()?);
    let rows = db.read(move |conn| store::accounts(conn, after, limit)).await?;
    let page = Page::cut(rows, limit, |row| row.id, AccountView::from)?;
    Ok(list(&request, Privacy::Personal, &page))
}

/// One account.
///
/// Platform admins.
#[utoipa::path(tag = "accounts", params(("account" = AccountId, Path)), security(("member" = [])), responses((status = 200, body = AccountView, description = "The account")))]
#[get("/accounts/{account}")]
pub async fn get_account(
    request: HttpRequest,
    _who: PlatformAdmin,
    path: web::Path<AccountId>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let id = path.into_inner();
    let account = db
        .read(move |conn| store::account(conn, id)?.ok_or(Code::NotFound.into()))
        .await?;
    etag::single(
        &request,
        account.version,
        Privacy::Personal,
        &AccountView::from(account),
    )
}

/// Rename, disable or enable an account, or make it a platform admin.
///
/// Platform admins. Nobody disables or demotes the account they act with.
#[utoipa::path(tag = "accounts", params(("account" = AccountId, Path)), request_body = AccountPatch, security(("member" = [])), responses(
    (status = 200, body = AccountView, description = "The account as it is now"),
    (status = 409, description = "`last-admin`: it is one's own account")))]
#[patch("/accounts/{account}")]
pub async fn change_account(
    who: PlatformAdmin,
    path: web::Path<AccountId>,
    if_match: IfMatch,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<AccountPatch>,
) -> Result<HttpResponse> {
    let id = path.into_inner();
    let AccountPatch {
        name,
        disabled,
        platform_admin,
    } = body.value;
    if who.0.account() == Some(id) && (disabled == Some(true) || platform_admin == Some(false)) {
        return Err(Problem::new(Code::LastAdmin)
            .detail("It is your own account; let another platform admin do it.")
            .into());
    }
    let act = who.0.act(&clock);
    let account = db
        .write(move |conn| {
            let change = AccountChange {
                name: name.clone(),
                language: None,
                password_hash: None,
                disabled,
                platform_admin,
            };
            service::change_account(conn, &act, id, |account| if_match.check(account.version), change)
        })
        .await?;
    etag::changed(account.version, &AccountView::from(account))
}
