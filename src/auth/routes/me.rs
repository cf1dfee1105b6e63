//! One's own account.

use actix_web::{HttpRequest, HttpResponse, get, patch, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::model::{Account, AccountId, OrganisationRef, Role};
use crate::auth::service::AccountChange;
use crate::auth::who::LoggedIn;
use crate::auth::{Auth, password_fault, service, store};
use crate::base::body::{Body, kept};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::etag::{self, IfMatch, Privacy};
use crate::base::problem::{Code, Error, Result};
use crate::base::text::{Language, Line};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Me, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11", "email": "organiser@staedteregion.example", "name": "Olga Organisation",
    "language": "de", "platform_admin": false, "memberships": [{"role": "organiser",
    "organisation": {"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "slug": "staedteregion-aachen", "name": "StädteRegion Aachen"}}]}))]
pub struct MeView {
    pub id: AccountId,
    pub email: String,
    pub name: String,
    pub language: String,
    pub platform_admin: bool,
    pub memberships: Vec<Membership>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Membership {
    pub organisation: OrganisationRef,
    pub role: Role,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"language": "en", "password": {"current": "Rhabarber nickt dem Omnibus zu", "new": "Siebzehn Lampen hinter dem Deich"}}))]
pub struct MePatch {
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub name: Option<Line<200>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub language: Option<Language>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(nullable = false)]
    pub password: Option<PasswordChange>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    pub current: Line<1024>,
    /// At least 15 characters, not easy to guess; no rules about which characters.
    #[schema(min_length = 15)]
    pub new: Line<1024>,
}

fn view(account: Account, memberships: Vec<(OrganisationRef, Role)>) -> MeView {
    MeView {
        id: account.id,
        email: account.email,
        name: account.name,
        language: account.language,
        platform_admin: account.platform_admin,
        memberships: memberships
            .into_iter()
            .map(|(organisation, role)| Membership { organisation, role })
            .collect(),
    }
}

fn memberships(
    conn: &mut diesel::PgConnection,
    roles: &[(crate::auth::OrganisationId, Role)],
) -> Result<Vec<(OrganisationRef, Role)>> {
    let ids = roles.iter().map(|(id, _)| *id).collect::<Vec<_>>();
    let mut found = store::organisation_refs(conn, &ids)?;
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found
        .into_iter()
        .filter_map(|organisation| {
            let role = roles
                .iter()
                .find(|(id, _)| *id == organisation.id)
                .map(|(_, role)| *role)?;
            Some((organisation, role))
        })
        .collect())
}

/// One's own account and roles.
///
/// Anybody who is logged in.
#[utoipa::path(tag = "auth", security(("member" = [])), responses((status = 200, body = MeView, description = "The account")))]
#[get("/me")]
pub async fn get_me(request: HttpRequest, who: LoggedIn, db: web::Data<Db>) -> Result<HttpResponse> {
    let LoggedIn { identity, account } = who;
    let (account, memberships) = db
        .read(move |conn| {
            let account = store::account(conn, account)?.ok_or(Code::NotFound)?;
            Ok((account, memberships(conn, &identity.roles)?))
        })
        .await?;
    etag::single(
        &request,
        account.version,
        Privacy::Personal,
        &view(account, memberships),
    )
}

/// Change one's own name, language or password.
///
/// Anybody who is logged in. A new password needs the current one and ends every login of the account.
#[utoipa::path(tag = "auth", request_body = MePatch, security(("member" = [])), responses(
    (status = 200, body = MeView, description = "The account as it is now"),
    (status = 401, description = "`invalid-credentials`: the current password is wrong"),
    (status = 429, description = "`too-many-requests`")))]
#[patch("/me")]
pub async fn change_me(
    who: LoggedIn,
    if_match: IfMatch,
    auth: web::Data<Auth>,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    body: Body<MePatch>,
) -> Result<HttpResponse> {
    let LoggedIn { identity, account: id } = who;
    let MePatch {
        name,
        language,
        password,
    } = body.value;
    let account = db
        .read(move |conn| store::account(conn, id)?.ok_or(Code::NotFound.into()))
        .await?;
    if_match.check(account.version)?;
    let password_hash = match password {
        None => None,
        Some(change) => {
            auth.throttle.attempt(&account.email_key, None)?;
            if !auth
                .hasher
                .verify(change.current.as_str(), Some(account.password_hash.clone()))
                .await?
            {
                return Err(Code::InvalidCredentials.into());
            }
            if let Some(fault) = password_fault(change.new.as_str(), &[&account.email, &account.name]) {
                return Err(Error::member("/password/new", fault));
            }
            Some(auth.hasher.hash(change.new.as_str()).await?)
        }
    };
    let act = identity.act(&clock);
    let (account, memberships) = db
        .write(move |conn| {
            let change = AccountChange {
                name: name.clone(),
                language: language.clone(),
                password_hash: password_hash.clone(),
                disabled: None,
                platform_admin: None,
            };
            let account = service::change_account(conn, &act, id, |account| if_match.check(account.version), change)?;
            Ok((account, memberships(conn, &identity.roles)?))
        })
        .await?;
    etag::changed(account.version, &view(account, memberships))
}
