//! Machines: made, changed, given a new secret, revoked; and how one shows who it is.

use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;
use serde_json::json;

use crate::auth::model::{ApiClient, ApiClientId, ApiClientSecret, OrganisationId, Scope};
use crate::auth::rules::secrets::{is_good, rotated};
use crate::auth::store;
use crate::base::digest::{secret, sha256};
use crate::base::ids::fresh;
use crate::base::problem::{Code, Problem, Result};
use crate::base::text::Line;
use crate::journal::{Act, Entry, record};

/// More than an office has partners.
const MAX_CLIENTS: i64 = 50;
/// What a secret begins with, so that those who look for lost secrets know it.
const PREFIX: &str = "einlass_";

/// Makes a client; its secret is known to nobody after this.
pub fn create_api_client(
    conn: &mut PgConnection,
    act: &Act,
    of: OrganisationId,
    name: Line<200>,
    scopes: &[Scope],
) -> Result<(ApiClient, String)> {
    // Two at once are counted one after the other.
    store::lock_organisation(conn, of)?;
    if store::living_clients(conn, of)? >= MAX_CLIENTS {
        let detail = format!("An organisation has at most {MAX_CLIENTS} API clients; revoke one first.");
        return Err(Problem::new(Code::LimitReached).detail(detail).into());
    }
    let client = ApiClient {
        organisation_id: of,
        id: ApiClientId::fresh(),
        name: name.into_string(),
        scopes: stored(scopes),
        revoked_at: None,
        last_used_at: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    store::insert_api_client(conn, &client)?;
    let secret = add_secret(conn, act, &client)?;
    journal(conn, act, &client, "api_client.created")?;
    Ok((client, secret))
}

fn add_secret(conn: &mut PgConnection, act: &Act, client: &ApiClient) -> Result<String> {
    let text = format!("{PREFIX}{}", secret()?);
    let row = ApiClientSecret {
        organisation_id: client.organisation_id,
        client_id: client.id,
        id: fresh(),
        secret_hash: sha256(text.as_bytes()).to_vec(),
        created_at: act.now,
        expires_at: None,
        last_used_at: None,
    };
    store::insert_secret(conn, &row)?;
    Ok(text)
}

/// Which client, and which version of it the caller has seen.
pub struct Seen<'a> {
    pub of: OrganisationId,
    pub id: ApiClientId,
    pub check: &'a dyn Fn(i64) -> Result<()>,
}

/// Another name, other scopes. Tokens already given lose at once what the client loses.
pub fn change_api_client(
    conn: &mut PgConnection,
    act: &Act,
    seen: &Seen<'_>,
    name: Option<Line<200>>,
    scopes: Option<&[Scope]>,
) -> Result<ApiClient> {
    let mut client = lock(conn, seen)?;
    if let Some(name) = name {
        client.name = name.into_string();
    }
    if let Some(scopes) = scopes {
        client.scopes = stored(scopes);
    }
    finish(conn, act, client, "api_client.changed")
}

/// A new secret. The one before stays good for `overlap`, so that the machine can be told without haste.
pub fn rotate_secret(
    conn: &mut PgConnection,
    act: &Act,
    seen: &Seen<'_>,
    overlap: Duration,
) -> Result<(ApiClient, String)> {
    let client = lock(conn, seen)?;
    let good = store::secrets(conn, client.organisation_id, &[client.id])?;
    let good = good.into_iter().filter(|secret| is_good(secret.expires_at, act.now));
    let good = good.collect::<Vec<_>>();
    let had = good.iter().map(|secret| secret.expires_at).collect::<Vec<_>>();
    for (secret, until) in good.iter().zip(rotated(&had, overlap, act.now)) {
        store::end_secret(conn, secret, until)?;
    }
    let text = add_secret(conn, act, &client)?;
    let client = finish(conn, act, client, "api_client.secret_rotated")?;
    Ok((client, text))
}

/// From now on neither its secrets nor its tokens are good for anything.
pub fn revoke_api_client(conn: &mut PgConnection, act: &Act, seen: &Seen<'_>) -> Result<()> {
    let mut client = lock(conn, seen)?;
    client.revoked_at = Some(act.now);
    finish(conn, act, client, "api_client.revoked")?;
    Ok(())
}

/// The client and its secret, if this is one that is good now.
pub fn recognise(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    id: ApiClientId,
    text: &str,
) -> Result<Option<(ApiClient, ApiClientSecret)>> {
    let Some(client) = store::living_client(conn, id)? else {
        return Ok(None);
    };
    let hash = sha256(text.as_bytes());
    let secrets = store::secrets(conn, client.organisation_id, &[client.id])?;
    // Digests of 256 random bits: how long their comparison takes tells nobody anything.
    let fits = |secret: &ApiClientSecret| secret.secret_hash == hash && is_good(secret.expires_at, now);
    Ok(secrets.into_iter().find(fits).map(|secret| (client, secret)))
}

/// Remembers that a token was fetched with the secret.
pub fn mark_used(conn: &mut PgConnection, now: DateTime<Utc>, secret: &ApiClientSecret) -> Result<()> {
    store::mark_secret_used(conn, secret, now)
}

fn lock(conn: &mut PgConnection, seen: &Seen<'_>) -> Result<ApiClient> {
    let client = store::lock_api_client(conn, seen.of, seen.id)?.ok_or(Code::NotFound)?;
    if client.revoked_at.is_some() {
        return Err(Code::NotFound.into());
    }
    (seen.check)(client.version)?;
    Ok(client)
}

fn finish(conn: &mut PgConnection, act: &Act, mut client: ApiClient, action: &'static str) -> Result<ApiClient> {
    client.version += 1;
    client.updated_at = act.now;
    store::save_api_client(conn, &client)?;
    journal(conn, act, &client, action)?;
    Ok(client)
}

fn journal(conn: &mut PgConnection, act: &Act, client: &ApiClient, action: &'static str) -> Result<()> {
    let entry = Entry {
        organisation_id: Some(client.organisation_id.0),
        action,
        object_id: client.id.0,
        data: json!({"scopes": client.scopes}),
    };
    record(conn, act, entry)
}

fn stored(scopes: &[Scope]) -> Vec<Option<String>> {
    let mut words = scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>();
    words.sort_unstable();
    words.dedup();
    words.into_iter().map(|word| Some(word.to_owned())).collect()
}
