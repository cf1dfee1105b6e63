//! From login to logout: families of refresh tokens.

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

use crate::auth::model::{AccountId, RefreshToken};
use crate::auth::rules::{Presented, REFRESH_TOKEN_LIFE, judge};
use crate::auth::store;
use crate::base::digest::{secret, sha256};
use crate::base::ids::fresh;
use crate::base::problem::Result;
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
