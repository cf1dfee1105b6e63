//! Machines and their secrets.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::auth::model::{ApiClient, ApiClientId, ApiClientSecret, OrganisationId};
use crate::base::problem::Result;
use crate::schema::{api_client_secrets, api_clients};

/// The client, unless it is revoked or was never there.
pub fn living_client(conn: &mut PgConnection, id: ApiClientId) -> Result<Option<ApiClient>> {
    let query = api_clients::table
        .filter(api_clients::id.eq(id))
        .filter(api_clients::revoked_at.is_null());
    Ok(query.select(ApiClient::as_select()).first(conn).optional()?)
}

/// One of the organisation's clients, revoked or not.
pub fn api_client(conn: &mut PgConnection, of: OrganisationId, id: ApiClientId) -> Result<Option<ApiClient>> {
    let query = api_clients::table.find((of, id)).select(ApiClient::as_select());
    Ok(query.first(conn).optional()?)
}

pub fn lock_api_client(conn: &mut PgConnection, of: OrganisationId, id: ApiClientId) -> Result<Option<ApiClient>> {
    let query = api_clients::table
        .find((of, id))
        .select(ApiClient::as_select())
        .for_no_key_update();
    Ok(query.first(conn).optional()?)
}

pub fn api_clients(
    conn: &mut PgConnection,
    of: OrganisationId,
    after: Option<ApiClientId>,
    limit: i64,
) -> Result<Vec<ApiClient>> {
    let mut query = api_clients::table
        .filter(api_clients::organisation_id.eq(of))
        .order(api_clients::id)
        .limit(limit + 1)
        .select(ApiClient::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(api_clients::id.gt(after));
    }
    Ok(query.load(conn)?)
}

pub fn living_clients(conn: &mut PgConnection, of: OrganisationId) -> Result<i64> {
    let living = api_clients::table
        .filter(api_clients::organisation_id.eq(of))
        .filter(api_clients::revoked_at.is_null());
    Ok(living.count().get_result(conn)?)
}

/// The secrets of these clients, the newest of each first.
pub fn secrets(conn: &mut PgConnection, of: OrganisationId, clients: &[ApiClientId]) -> Result<Vec<ApiClientSecret>> {
    let query = api_client_secrets::table
        .filter(api_client_secrets::organisation_id.eq(of))
        .filter(api_client_secrets::client_id.eq_any(clients))
        .order((api_client_secrets::client_id, api_client_secrets::id.desc()));
    Ok(query.select(ApiClientSecret::as_select()).load(conn)?)
}

pub fn insert_api_client(conn: &mut PgConnection, client: &ApiClient) -> Result<()> {
    diesel::insert_into(api_clients::table).values(client).execute(conn)?;
    Ok(())
}

pub fn save_api_client(conn: &mut PgConnection, client: &ApiClient) -> Result<()> {
    diesel::update(api_clients::table.find((client.organisation_id, client.id)))
        .set((
            api_clients::name.eq(&client.name),
            api_clients::scopes.eq(&client.scopes),
            api_clients::revoked_at.eq(client.revoked_at),
            api_clients::version.eq(client.version),
            api_clients::updated_at.eq(client.updated_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn insert_secret(conn: &mut PgConnection, secret: &ApiClientSecret) -> Result<()> {
    diesel::insert_into(api_client_secrets::table)
        .values(secret)
        .execute(conn)?;
    Ok(())
}

pub fn end_secret(conn: &mut PgConnection, secret: &ApiClientSecret, at: DateTime<Utc>) -> Result<()> {
    diesel::update(api_client_secrets::table.find((secret.organisation_id, secret.client_id, secret.id)))
        .set(api_client_secrets::expires_at.eq(at))
        .execute(conn)?;
    Ok(())
}

/// Remembers that a token was fetched with this secret.
pub fn mark_secret_used(conn: &mut PgConnection, secret: &ApiClientSecret, now: DateTime<Utc>) -> Result<()> {
    let (of, client) = (secret.organisation_id, secret.client_id);
    diesel::update(api_clients::table.find((of, client)))
        .set(api_clients::last_used_at.eq(now))
        .execute(conn)?;
    diesel::update(api_client_secrets::table.find((of, client, secret.id)))
        .set(api_client_secrets::last_used_at.eq(now))
        .execute(conn)?;
    Ok(())
}
