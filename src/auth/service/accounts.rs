//! Accounts: made, changed, disabled.

use diesel::PgConnection;
use serde_json::json;

use super::members::join;
use crate::auth::model::{Account, AccountId, OrganisationId, Role};
use crate::auth::rules::password_fault;
use crate::auth::{passwords, store};
use crate::base::problem::{Code, Error, Problem, Result};
use crate::base::text::{Email, FromText, Language, Line};
use crate::journal::{Act, Entry, record};

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

pub(super) fn add_account(
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
    if let Some((organisation, role)) = new.membership {
        join(conn, act, organisation, account.id, role)?;
    }
    Ok(account.id)
}
