//! Memberships: begun, changed, ended.

use diesel::PgConnection;
use serde_json::json;

use super::accounts::add_account;
use crate::auth::model::{Account, AccountId, Member, OrganisationId, Role};
use crate::auth::store;
use crate::auth::who::Reach;
use crate::base::problem::{Code, Error, Result};
use crate::base::text::{Email, Line};
use crate::journal::{Act, Entry, record};

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
    let member = join(conn, act, of, account.id, new.role)?;
    Ok((member, account))
}

/// Begins a membership.
pub(super) fn join(
    conn: &mut PgConnection,
    act: &Act,
    of: OrganisationId,
    account: AccountId,
    role: Role,
) -> Result<Member> {
    let member = Member {
        organisation_id: of,
        account_id: account,
        role,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    store::insert_member(conn, &member)?;
    let entry = Entry {
        organisation_id: Some(of.0),
        action: "member.added",
        object_id: account.0,
        data: json!({"account_id": account, "role": role}),
    };
    record(conn, act, entry)?;
    Ok(member)
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
