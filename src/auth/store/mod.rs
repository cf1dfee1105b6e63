//! All SQL of the room.

mod api_clients;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use uuid::Uuid;

use super::model::{Account, AccountId, Member, Organisation, OrganisationId, OrganisationRef, RefreshToken, Role};
use super::who::{Identity, Subject};
use crate::base::db::{OnConstraint, SWEPT_AT_ONCE, again};
use crate::base::problem::{Code, Error, Problem, Result};
use crate::schema::{accounts, members, organisations, refresh_tokens};

pub use api_clients::*;

/// The account with its roles, unless it is disabled or gone.
pub fn identity(conn: &mut PgConnection, id: AccountId) -> Result<Option<Identity>> {
    let rows = accounts::table
        .left_join(members::table)
        .filter(accounts::id.eq(id))
        .filter(accounts::disabled_at.is_null())
        .select((
            accounts::platform_admin,
            (members::organisation_id, members::role).nullable(),
        ))
        .load::<(bool, Option<(OrganisationId, Role)>)>(conn)?;
    Ok(rows.first().map(|(platform_admin, _)| Identity {
        subject: Subject::Account(id),
        platform_admin: *platform_admin,
        roles: rows.iter().filter_map(|(_, role)| *role).collect(),
    }))
}

/// Those who run the seminars of an organisation: address, name and language of its organisers and admins.
pub fn organisers(conn: &mut PgConnection, of: OrganisationId) -> Result<Vec<(String, String, String)>> {
    let query = members::table
        .inner_join(accounts::table)
        .filter(members::organisation_id.eq(of))
        .filter(members::role.eq_any([Role::Organiser, Role::Admin]))
        .filter(accounts::disabled_at.is_null())
        .order(accounts::email_key)
        .select((accounts::email, accounts::name, accounts::language));
    Ok(query.load(conn)?)
}

/// Those who see to what an organisation has set up: address, name and language of its admins.
pub fn administrators(conn: &mut PgConnection, of: OrganisationId) -> Result<Vec<(String, String, String)>> {
    let query = members::table
        .inner_join(accounts::table)
        .filter(members::organisation_id.eq(of))
        .filter(members::role.eq(Role::Admin))
        .filter(accounts::disabled_at.is_null())
        .order(accounts::email_key)
        .select((accounts::email, accounts::name, accounts::language));
    Ok(query.load(conn)?)
}

pub fn account(conn: &mut PgConnection, id: AccountId) -> Result<Option<Account>> {
    Ok(accounts::table
        .find(id)
        .select(Account::as_select())
        .first(conn)
        .optional()?)
}

pub fn lock_account(conn: &mut PgConnection, id: AccountId) -> Result<Option<Account>> {
    Ok(accounts::table
        .find(id)
        .select(Account::as_select())
        .for_no_key_update()
        .first(conn)
        .optional()?)
}

pub fn account_by_email(conn: &mut PgConnection, key: &str) -> Result<Option<Account>> {
    Ok(accounts::table
        .filter(accounts::email_key.eq(key))
        .select(Account::as_select())
        .first(conn)
        .optional()?)
}

pub fn accounts(conn: &mut PgConnection, after: Option<AccountId>, limit: i64) -> Result<Vec<Account>> {
    let mut query = accounts::table
        .select(Account::as_select())
        .order(accounts::id)
        .limit(limit + 1)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(accounts::id.gt(after));
    }
    Ok(query.load(conn)?)
}

pub fn insert_account(conn: &mut PgConnection, account: &Account) -> Result<()> {
    diesel::insert_into(accounts::table)
        .values(account)
        .execute(conn)
        .on_constraint("accounts_email_unique", || Problem::new(Code::AccountExists))
        // Two at once for one new address: the second finds the account when it is tried again.
        .map(drop)
        .map_err(|error| match error {
            Error::Refused(_) => again(),
            other => other,
        })
}

pub fn save_account(conn: &mut PgConnection, account: &Account) -> Result<()> {
    diesel::update(accounts::table.find(account.id))
        .set((
            accounts::name.eq(&account.name),
            accounts::language.eq(&account.language),
            accounts::password_hash.eq(&account.password_hash),
            accounts::platform_admin.eq(account.platform_admin),
            accounts::disabled_at.eq(account.disabled_at),
            accounts::version.eq(account.version),
            accounts::updated_at.eq(account.updated_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// By id or slug, as the URL has it.
pub fn organisation(conn: &mut PgConnection, name: &str) -> Result<Option<Organisation>> {
    let query = organisations::table.select(Organisation::as_select()).into_boxed();
    let query = match name.parse::<Uuid>() {
        Ok(id) => query.filter(organisations::id.eq(id)),
        Err(_) => query.filter(organisations::slug.eq(name.to_owned())),
    };
    Ok(query.first(conn).optional()?)
}

/// By id or slug, as others refer to it.
pub fn find_organisation(conn: &mut PgConnection, name: &str) -> Result<Option<OrganisationRef>> {
    let found = organisation(conn, name)?;
    Ok(found.map(|row| OrganisationRef {
        id: row.id,
        slug: row.slug,
        name: row.name,
    }))
}

pub fn organisation_by_slug(conn: &mut PgConnection, slug: &str) -> Result<Option<OrganisationRef>> {
    let query = organisations::table.filter(organisations::slug.eq(slug));
    Ok(query.select(OrganisationRef::as_select()).first(conn).optional()?)
}

/// Every organisation's slug, name and other spellings, for imports that have to tell known from new.
pub fn organisation_spellings(conn: &mut PgConnection) -> Result<Vec<(String, String, Vec<String>)>> {
    let rows = organisations::table
        .order(organisations::slug)
        .select(Organisation::as_select())
        .load::<Organisation>(conn)?;
    let named = rows.into_iter().map(|row| {
        let spellings = row.spellings();
        (row.slug, row.name, spellings)
    });
    Ok(named.collect())
}

/// Every organisation, for the operator's own reports.
pub fn all_organisations(conn: &mut PgConnection) -> Result<Vec<OrganisationId>> {
    Ok(organisations::table
        .select(organisations::id)
        .order(organisations::id)
        .load(conn)?)
}

pub fn lock_organisation(conn: &mut PgConnection, id: OrganisationId) -> Result<Option<Organisation>> {
    let query = organisations::table
        .find(id)
        .select(Organisation::as_select())
        .for_no_key_update();
    Ok(query.first(conn).optional()?)
}

pub fn organisation_refs(conn: &mut PgConnection, ids: &[OrganisationId]) -> Result<Vec<OrganisationRef>> {
    Ok(organisations::table
        .filter(organisations::id.eq_any(ids))
        .select(OrganisationRef::as_select())
        .load(conn)?)
}

pub fn organisations(
    conn: &mut PgConnection,
    after: Option<(String, OrganisationId)>,
    limit: i64,
) -> Result<Vec<Organisation>> {
    let mut query = organisations::table
        .select(Organisation::as_select())
        .order((organisations::name, organisations::id))
        .limit(limit + 1)
        .into_boxed();
    if let Some((name, id)) = after {
        let same_name = organisations::name.eq(name.clone()).and(organisations::id.gt(id));
        query = query.filter(organisations::name.gt(name).or(same_name));
    }
    Ok(query.load(conn)?)
}

pub fn insert_organisation(conn: &mut PgConnection, organisation: &Organisation) -> Result<()> {
    diesel::insert_into(organisations::table)
        .values(organisation)
        .execute(conn)
        .on_constraint("organisations_slug_unique", || Problem::new(Code::SlugTaken))?;
    Ok(())
}

pub fn save_organisation(conn: &mut PgConnection, organisation: &Organisation) -> Result<()> {
    diesel::update(organisations::table.find(organisation.id))
        .set((
            organisations::name.eq(&organisation.name),
            organisations::also_known_as.eq(&organisation.also_known_as),
            organisations::homepage.eq(&organisation.homepage),
            organisations::version.eq(organisation.version),
            organisations::updated_at.eq(organisation.updated_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn member(conn: &mut PgConnection, of: OrganisationId, account: AccountId) -> Result<Option<(Member, Account)>> {
    let query = members::table
        .inner_join(accounts::table)
        .filter(members::organisation_id.eq(of));
    Ok(query
        .filter(members::account_id.eq(account))
        .select((Member::as_select(), Account::as_select()))
        .first(conn)
        .optional()?)
}

pub fn members(
    conn: &mut PgConnection,
    of: OrganisationId,
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<(Member, Account)>> {
    let mut query = members::table
        .inner_join(accounts::table)
        .filter(members::organisation_id.eq(of))
        .select((Member::as_select(), Account::as_select()))
        .order(members::account_id)
        .limit(limit + 1)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(members::account_id.gt(after));
    }
    Ok(query.load(conn)?)
}

pub fn admins(conn: &mut PgConnection, of: OrganisationId) -> Result<i64> {
    let admins = members::table
        .filter(members::organisation_id.eq(of))
        .filter(members::role.eq(Role::Admin));
    Ok(admins.count().get_result(conn)?)
}

pub fn insert_member(conn: &mut PgConnection, member: &Member) -> Result<()> {
    diesel::insert_into(members::table)
        .values(member)
        .execute(conn)
        .on_constraint("members_one_per_account", || Problem::new(Code::AlreadyMember))?;
    Ok(())
}

pub fn save_member(conn: &mut PgConnection, member: &Member) -> Result<()> {
    diesel::update(members::table.find((member.organisation_id, member.account_id)))
        .set((
            members::role.eq(member.role),
            members::version.eq(member.version),
            members::updated_at.eq(member.updated_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn delete_member(conn: &mut PgConnection, member: &Member) -> Result<()> {
    diesel::delete(members::table.find((member.organisation_id, member.account_id))).execute(conn)?;
    Ok(())
}

pub fn insert_refresh_token(conn: &mut PgConnection, token: &RefreshToken) -> Result<()> {
    diesel::insert_into(refresh_tokens::table).values(token).execute(conn)?;
    Ok(())
}

pub fn owner_of_refresh_token(conn: &mut PgConnection, hash: &[u8]) -> Result<Option<AccountId>> {
    let owner = refresh_tokens::table.find(hash).select(refresh_tokens::account_id);
    Ok(owner.first(conn).optional()?)
}

pub fn lock_refresh_token(conn: &mut PgConnection, hash: &[u8]) -> Result<Option<RefreshToken>> {
    let query = refresh_tokens::table
        .find(hash)
        .select(RefreshToken::as_select())
        .for_no_key_update();
    Ok(query.first(conn).optional()?)
}

pub fn mark_used(conn: &mut PgConnection, hash: &[u8], now: DateTime<Utc>) -> Result<()> {
    diesel::update(refresh_tokens::table.find(hash))
        .set(refresh_tokens::used_at.eq(now))
        .execute(conn)?;
    Ok(())
}

pub fn revoke_family(conn: &mut PgConnection, family: Uuid, now: DateTime<Utc>) -> Result<()> {
    let living = refresh_tokens::table
        .filter(refresh_tokens::family_id.eq(family))
        .filter(refresh_tokens::revoked_at.is_null());
    diesel::update(living)
        .set(refresh_tokens::revoked_at.eq(now))
        .execute(conn)?;
    Ok(())
}

pub fn revoke_account(conn: &mut PgConnection, account: AccountId, now: DateTime<Utc>) -> Result<()> {
    let living = refresh_tokens::table
        .filter(refresh_tokens::account_id.eq(account))
        .filter(refresh_tokens::revoked_at.is_null());
    diesel::update(living)
        .set(refresh_tokens::revoked_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Forgets refresh tokens that have expired, some at a time; run now and then by the service.
pub fn sweep(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<usize> {
    let query = diesel::sql_query(
        "DELETE FROM refresh_tokens WHERE token_hash IN (
             SELECT token_hash FROM refresh_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
    );
    let query = query.bind::<Timestamptz, _>(now).bind::<BigInt, _>(SWEPT_AT_ONCE);
    Ok(query.execute(conn)?)
}
