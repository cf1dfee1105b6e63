//! The rows of webhooks.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::auth::OrganisationId;
use crate::base::problem::Result;
use crate::partners::model::{Position, Webhook, WebhookId};
use crate::schema::webhooks;

/// The organisation's, the oldest first.
pub fn page(conn: &mut PgConnection, of: OrganisationId, after: Option<WebhookId>, limit: i64) -> Result<Vec<Webhook>> {
    let mut query = webhooks::table
        .filter(webhooks::organisation_id.eq(of))
        .order(webhooks::id)
        .limit(limit + 1)
        .select(Webhook::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(webhooks::id.gt(after));
    }
    Ok(query.load(conn)?)
}

pub fn count(conn: &mut PgConnection, of: OrganisationId) -> Result<i64> {
    let query = webhooks::table.filter(webhooks::organisation_id.eq(of));
    Ok(query.count().get_result(conn)?)
}

pub fn find(conn: &mut PgConnection, of: OrganisationId, id: WebhookId) -> Result<Option<Webhook>> {
    let query = webhooks::table.find((of, id)).select(Webhook::as_select());
    Ok(query.first(conn).optional()?)
}

pub fn lock(conn: &mut PgConnection, of: OrganisationId, id: WebhookId) -> Result<Option<Webhook>> {
    let query = webhooks::table.find((of, id)).select(Webhook::as_select());
    Ok(query.for_no_key_update().first(conn).optional()?)
}

/// [`lock`], unless somebody has it at this moment, or it is disabled.
pub fn lock_enabled(conn: &mut PgConnection, of: OrganisationId, id: WebhookId) -> Result<Option<Webhook>> {
    let query = webhooks::table
        .find((of, id))
        .filter(webhooks::disabled_at.is_null())
        .select(Webhook::as_select());
    Ok(query.for_no_key_update().skip_locked().first(conn).optional()?)
}

/// Everybody who is to be told, whoever they belong to.
pub fn enabled(conn: &mut PgConnection) -> Result<Vec<(OrganisationId, WebhookId)>> {
    let query = webhooks::table
        .filter(webhooks::disabled_at.is_null())
        .order((webhooks::organisation_id, webhooks::id))
        .select((webhooks::organisation_id, webhooks::id));
    Ok(query.load(conn)?)
}

pub fn insert(conn: &mut PgConnection, webhook: &Webhook) -> Result<()> {
    diesel::insert_into(webhooks::table).values(webhook).execute(conn)?;
    Ok(())
}

/// What an admin decides, and that it is disabled.
pub fn save(conn: &mut PgConnection, webhook: &Webhook) -> Result<()> {
    diesel::update(webhooks::table.find((webhook.organisation_id, webhook.id)))
        .set((
            webhooks::url.eq(&webhook.url),
            webhooks::events.eq(&webhook.events),
            webhooks::description.eq(&webhook.description),
            webhooks::disabled_at.eq(webhook.disabled_at),
            webhooks::disabled_reason.eq(webhook.disabled_reason),
            webhooks::failing_since.eq(webhook.failing_since),
            webhooks::generation.eq(webhook.generation),
            webhooks::first_generation.eq(webhook.first_generation),
            webhooks::former_until.eq(webhook.former_until),
            webhooks::held_until.eq(webhook.held_until),
            webhooks::version.eq(webhook.version),
            webhooks::updated_at.eq(webhook.updated_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// How far it has read, and how many deliveries were written for it.
pub fn save_progress(conn: &mut PgConnection, webhook: &Webhook, position: Position) -> Result<()> {
    diesel::update(webhooks::table.find((webhook.organisation_id, webhook.id)))
        .set((
            webhooks::last_number.eq(webhook.last_number),
            webhooks::position_transaction.eq(position.transaction),
            webhooks::position_entry.eq(position.entry),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn save_failing(conn: &mut PgConnection, webhook: &Webhook, since: Option<DateTime<Utc>>) -> Result<()> {
    diesel::update(webhooks::table.find((webhook.organisation_id, webhook.id)))
        .set(webhooks::failing_since.eq(since))
        .execute(conn)?;
    Ok(())
}

/// The numbers of transactions in the journal were made smaller by `by`: so are the places up to which webhooks have read.
pub fn renumber(conn: &mut PgConnection, by: i64) -> Result<usize> {
    let moved = diesel::update(webhooks::table)
        .set(webhooks::position_transaction.eq(webhooks::position_transaction - by))
        .execute(conn)?;
    Ok(moved)
}

/// With everything that is on its way to it.
pub fn delete(conn: &mut PgConnection, webhook: &Webhook) -> Result<()> {
    diesel::delete(webhooks::table.find((webhook.organisation_id, webhook.id))).execute(conn)?;
    Ok(())
}
