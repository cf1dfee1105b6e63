//! Logging in, and who belongs where: in each case lock → read → decide → write → record.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::model::{Account, AccountId, Member, Organisation, OrganisationId, OrganisationRef, RefreshToken, Role};
use super::rules::{Presented, REFRESH_TOKEN_LIFE, judge, password_fault};
use super::who::Reach;
use super::{passwords, store};
use crate::base::digest::{secret, sha256};
use crate::base::ids::fresh;
use crate::base::problem::{Code, Error, Problem, Result};
use crate::base::text::{Email, FromText, Language, Line, Slug, WebAddress};
use crate::journal::{Act, Entry, record};

/// Begins a family of refresh tokens for the account whose password was compared with `hash`. `None` when the account
/// has another password by now, or is disabled: comparing takes a while.
///
/// Here and below the account's row is locked before any token. Whoever revokes holds it too, so no token is born
/// beside a revocation that cannot see it yet.
pub fn begin_session(conn: &mut PgConnection, act: &Act, id: AccountId, hash: &str) -> Result<Option<String>> {
    let account = store::lock_account(conn, id)?;
    if account.is_none_or(|account| account.password_hash != hash || account.disabled_at.is_some()) {
        return Ok(None);
    }
    let token = add_refresh_token(conn, act.now, id, fresh())?;
    let entry = Entry {
        organisation_id: None,
        action: "account.logged_in",
        object_id: id.0,
        data: json!({}),
    };
    record(conn, act, entry)?;
    Ok(Some(token))
}

fn add_refresh_token(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    account_id: AccountId,
    family_id: Uuid,
) -> Result<String> {
    let token = secret()?;
    let row = RefreshToken {
        token_hash: sha256(token.as_bytes()).to_vec(),
        family_id,
        account_id,
        issued_at: now,
        expires_at: now + REFRESH_TOKEN_LIFE,
        used_at: None,
        revoked_at: None,
    };
    store::insert_refresh_token(conn, &row)?;
    Ok(token)
}

/// Takes a refresh token for a new one. `None` when it was not good; if it was a replay, its family is revoked,
/// and that is committed although the caller is refused.
pub fn rotate(conn: &mut PgConnection, now: DateTime<Utc>, token: &str) -> Result<Option<(AccountId, String)>> {
    let hash = sha256(token.as_bytes());
    let Some(row) = lock_token(conn, &hash)? else {
        return Ok(None);
    };
    match judge(row.used_at, row.revoked_at, row.expires_at, now) {
        Presented::Dead => Ok(None),
        Presented::Replayed => {
            store::revoke_family(conn, row.family_id, now)?;
            tracing::warn!(family = %row.family_id, "a refresh token was used twice; its family is revoked");
            Ok(None)
        }
        Presented::Good => {
            if store::identity(conn, row.account_id)?.is_none() {
                return Ok(None);
            }
            store::mark_used(conn, &hash, now)?;
            let next = add_refresh_token(conn, now, row.account_id, row.family_id)?;
            Ok(Some((row.account_id, next)))
        }
    }
}

/// The token, locked behind its account.
fn lock_token(conn: &mut PgConnection, hash: &[u8]) -> Result<Option<RefreshToken>> {
    let Some(account) = store::owner_of_refresh_token(conn, hash)? else {
        return Ok(None);
    };
    store::lock_account(conn, account)?;
    store::lock_refresh_token(conn, hash)
}

/// Ends the family of this token; an unknown one is as good as ended.
pub fn end_session(conn: &mut PgConnection, now: DateTime<Utc>, token: &str) -> Result<()> {
    match lock_token(conn, &sha256(token.as_bytes()))? {
        Some(row) => store::revoke_family(conn, row.family_id, now),
        None => Ok(()),
    }
}

pub struct AccountChange {
    pub name: Option<Line<200>>,
    pub language: Option<Language>,
    pub password_hash: Option<String>,
    pub disabled: Option<bool>,
    pub platform_admin: Option<bool>,
}

/// Changes an account. A new password and a disabling end every session of it.
pub fn change_account(
    conn: &mut PgConnection,
    act: &Act,
    id: AccountId,
    check: impl FnOnce(&Account) -> Result<()>,
    change: AccountChange,
) -> Result<Account> {
    let mut account = store::lock_account(conn, id)?.ok_or(Code::NotFound)?;
    check(&account)?;
    let ends_sessions = change.password_hash.is_some() || change.disabled == Some(true);
    let changed = json!({
        "name": change.name.is_some(), "language": change.language.is_some(), "password": change.password_hash.is_some(),
        "disabled": change.disabled, "platform_admin": change.platform_admin,
    });
    if let Some(name) = change.name {
        account.name = name.into_string();
    }
    if let Some(language) = change.language {
        account.language = language.into_string();
    }
    if let Some(hash) = change.password_hash {
        account.password_hash = hash;
    }
    if let Some(disabled) = change.disabled {
        account.disabled_at = disabled.then(|| account.disabled_at.unwrap_or(act.now));
    }
    account.platform_admin = change.platform_admin.unwrap_or(account.platform_admin);
    account.version += 1;
    account.updated_at = act.now;
    store::save_account(conn, &account)?;
    if ends_sessions {
        store::revoke_account(conn, id, act.now)?;
    }
    record(
        conn,
        act,
        Entry {
            organisation_id: None,
            action: "account.changed",
            object_id: id.0,
            data: changed,
        },
    )?;
    Ok(account)
}

/// What an organisation is made of.
#[derive(Clone, Debug)]
pub struct NewOrganisation {
    pub slug: Slug,
    pub name: Line<200>,
    pub also_known_as: Vec<Line<200>>,
    pub homepage: Option<WebAddress>,
}

/// More spellings than anybody has are a mistake.
fn few(names: &[Line<200>]) -> Result<()> {
    match names.len() {
        0..=20 => Ok(()),
        n => Err(Error::member(
            "/also_known_as",
            format!("must have at most 20 entries, has {n}"),
        )),
    }
}

pub fn create_organisation(conn: &mut PgConnection, act: &Act, new: NewOrganisation) -> Result<Organisation> {
    few(&new.also_known_as)?;
    let organisation = Organisation {
        id: OrganisationId::fresh(),
        slug: new.slug.into_string(),
        name: new.name.into_string(),
        also_known_as: new
            .also_known_as
            .into_iter()
            .map(|name| Some(name.into_string()))
            .collect(),
        homepage: new.homepage.map(WebAddress::into_string),
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    store::insert_organisation(conn, &organisation)?;
    let data = json!({"slug": organisation.slug, "name": organisation.name});
    let entry = Entry {
        organisation_id: Some(organisation.id.0),
        action: "organisation.created",
        object_id: organisation.id.0,
        data,
    };
    record(conn, act, entry)?;
    Ok(organisation)
}

/// The organisation that a body names in its member `organisation`, by id or slug. One that is not there and one of
/// others are refused alike, by that member's name.
pub fn own_organisation(conn: &mut PgConnection, reach: &Reach, named: &str) -> Result<OrganisationRef> {
    let unknown = || Error::member("/organisation", "is not an organisation of yours");
    let organisation = store::find_organisation(conn, named)?.ok_or_else(unknown)?;
    match reach.check(organisation.id) {
        Err(Error::Refused(problem)) if problem.code == Code::NotFound => Err(unknown()),
        outcome => outcome.map(|()| organisation),
    }
}

/// For imports: the organisation of this slug, made if there is none.
pub fn ensure_organisation(conn: &mut PgConnection, act: &Act, new: NewOrganisation) -> Result<OrganisationId> {
    match store::organisation_by_slug(conn, new.slug.as_str())? {
        Some(known) => Ok(known.id),
        None => create_organisation(conn, act, new).map(|organisation| organisation.id),
    }
}

pub struct OrganisationChange {
    pub name: Option<Line<200>>,
    pub also_known_as: Option<Vec<Line<200>>>,
    pub homepage: Option<Option<WebAddress>>,
}

pub fn change_organisation(
    conn: &mut PgConnection,
    act: &Act,
    id: OrganisationId,
    check: impl FnOnce(i64) -> Result<()>,
    change: OrganisationChange,
) -> Result<Organisation> {
    let mut organisation = store::lock_organisation(conn, id)?.ok_or(Code::NotFound)?;
    check(organisation.version)?;
    if let Some(name) = change.name {
        organisation.name = name.into_string();
    }
    if let Some(names) = change.also_known_as {
        few(&names)?;
        organisation.also_known_as = names.into_iter().map(|name| Some(name.into_string())).collect();
    }
    if let Some(homepage) = change.homepage {
        organisation.homepage = homepage.map(WebAddress::into_string);
    }
    organisation.version += 1;
    organisation.updated_at = act.now;
    store::save_organisation(conn, &organisation)?;
    let data = json!({"name": organisation.name});
    record(
        conn,
        act,
        Entry {
            organisation_id: Some(id.0),
            action: "organisation.changed",
            object_id: id.0,
            data,
        },
    )?;
    Ok(organisation)
}

pub struct NewMember {
    pub email: Email,
    pub name: Option<Line<200>>,
    pub role: Role,
    /// Of the password for an account that does not exist yet; hashed before the transaction.
    pub password_hash: Option<String>,
}

/// Makes somebody a member; makes the account too where the address has none. An account that is there already was
/// given its password by somebody else, perhaps not by its holder: only a platform admin joins it to an organisation.
pub fn add_member(
    conn: &mut PgConnection,
    act: &Act,
    of: OrganisationId,
    by_platform: bool,
    new: NewMember,
) -> Result<(Member, Account)> {
    let account = match store::account_by_email(conn, &new.email.key())? {
        Some(account) if by_platform || store::member(conn, of, account.id)?.is_some() => account,
        Some(_) => return Err(Code::AccountExists.into()),
        None => {
            let required =
                |member: &str| Error::member(member, "is required: there is no account with this address yet");
            let name = new.name.ok_or_else(|| required("/name"))?;
            let hash = new.password_hash.ok_or_else(|| required("/password"))?;
            add_account(conn, act, new.email, name, hash, false)?
        }
    };
    let member = Member {
        organisation_id: of,
        account_id: account.id,
        role: new.role,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    store::insert_member(conn, &member)?;
    let data = json!({"account_id": account.id, "role": new.role});
    record(
        conn,
        act,
        Entry {
            organisation_id: Some(of.0),
            action: "member.added",
            object_id: account.id.0,
            data,
        },
    )?;
    Ok((member, account))
}

fn add_account(
    conn: &mut PgConnection,
    act: &Act,
    email: Email,
    name: Line<200>,
    password_hash: String,
    platform_admin: bool,
) -> Result<Account> {
    let account = Account {
        id: AccountId::fresh(),
        email_key: email.key(),
        email: email.into_string(),
        name: name.into_string(),
        language: Language::default().into_string(),
        password_hash,
        platform_admin,
        disabled_at: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    store::insert_account(conn, &account)?;
    let data = json!({"platform_admin": platform_admin});
    record(
        conn,
        act,
        Entry {
            organisation_id: None,
            action: "account.created",
            object_id: account.id.0,
            data,
        },
    )?;
    Ok(account)
}

/// Gives a member another role, or, with `None`, ends the membership.
pub fn change_member(
    conn: &mut PgConnection,
    act: &Act,
    reach: &Reach,
    (of, account): (OrganisationId, AccountId),
    check: impl FnOnce(i64) -> Result<()>,
    role: Option<Role>,
) -> Result<(Member, Account)> {
    reach.check(of)?;
    // The organisation's row is the lock under which admins are counted: two admins cannot both leave at once.
    store::lock_organisation(conn, of)?.ok_or(Code::NotFound)?;
    let (mut member, account) = store::member(conn, of, account)?.ok_or(Code::NotFound)?;
    check(member.version)?;
    let stops_being_admin = member.role == Role::Admin && role != Some(Role::Admin);
    if stops_being_admin && store::admins(conn, of)? == 1 {
        return Err(Code::LastAdmin.into());
    }
    let action = match role {
        Some(role) => {
            member.role = role;
            member.version += 1;
            member.updated_at = act.now;
            store::save_member(conn, &member)?;
            "member.changed"
        }
        None => {
            store::delete_member(conn, &member)?;
            "member.removed"
        }
    };
    let data = json!({"account_id": account.id, "role": role});
    record(
        conn,
        act,
        Entry {
            organisation_id: Some(of.0),
            action,
            object_id: account.id.0,
            data,
        },
    )?;
    Ok((member, account))
}

/// An account made from the command line or for the demo.
pub struct NewAccount<'a> {
    pub email: Email,
    pub name: Line<200>,
    pub password: &'a str,
    /// Member of this organisation with this role.
    pub membership: Option<(OrganisationId, Role)>,
    pub platform_admin: bool,
}

/// Makes an account from the command line, where no reach is needed. Refuses an address that is known.
pub fn create_account(conn: &mut PgConnection, act: &Act, new: NewAccount<'_>) -> Result<AccountId> {
    // Read as the login reads it: trimmed, one line.
    let password = Line::<1024>::from_text(new.password).map_err(|fault| Error::member("/password", fault))?;
    if let Some(fault) = password_fault(password.as_str(), &[new.email.as_str(), new.name.as_str()]) {
        return Err(Error::member("/password", fault));
    }
    if store::account_by_email(conn, &new.email.key())?.is_some() {
        return Err(Problem::new(Code::AlreadyMember)
            .detail("There is an account with this address.")
            .into());
    }
    let hash = passwords::hash(password.as_str())?;
    let account = add_account(conn, act, new.email, new.name, hash, new.platform_admin)?;
    if let Some((organisation_id, role)) = new.membership {
        let member = Member {
            organisation_id,
            account_id: account.id,
            role,
            version: 1,
            created_at: act.now,
            updated_at: act.now,
        };
        store::insert_member(conn, &member)?;
        let data = json!({"account_id": account.id, "role": role});
        record(
            conn,
            act,
            Entry {
                organisation_id: Some(organisation_id.0),
                action: "member.added",
                object_id: account.id.0,
                data,
            },
        )?;
    }
    Ok(account.id)
}
