//! What an admin does with webhooks.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::{Value, json};

use crate::auth::{OrganisationId, lock_organisation};
use crate::base::capability::{Capabilities, Purpose};
use crate::base::network::Network;
use crate::base::problem::{Code, Error, Problem, Result};
use crate::base::text::Line;
use crate::journal::{Act, Entry, record};
use crate::partners::model::{
    Delivery, DeliveryId, DeliveryState, DisabledReason, EventType, Outcome, Webhook, WebhookId,
};
use crate::partners::rules::webhooks::{Event, Secret, target, test_event};
use crate::partners::store;

/// Each of them is told each event.
const MOST_WEBHOOKS: i64 = 20;
/// How long a former secret signs beside the new one.
const FORMER: TimeDelta = TimeDelta::hours(24);
/// Whoever turns the secret more often than that in a day ends the oldest before its time: the header has an end.
const MOST_SIGNATURES: i32 = 3;

pub struct NewWebhook {
    pub url: Line<2000>,
    pub events: Vec<EventType>,
    pub description: Option<Line<200>>,
    pub enabled: bool,
}

/// `None`: not mentioned.
pub struct WebhookChange {
    pub url: Option<Line<2000>>,
    pub events: Option<Vec<EventType>>,
    pub description: Option<Option<Line<200>>>,
    pub enabled: Option<bool>,
}

/// It hears of what happens from here on.
pub fn create_webhook(
    conn: &mut PgConnection,
    act: &Act,
    of: OrganisationId,
    allowed: &[Network],
    new: NewWebhook,
) -> Result<Webhook> {
    let url = kept(&new.url, allowed)?;
    // Two at once are counted one after the other.
    lock_organisation(conn, of)?;
    if store::webhooks::count(conn, of)? >= MOST_WEBHOOKS {
        let detail = format!("An organisation has at most {MOST_WEBHOOKS} webhooks; delete one first.");
        return Err(Problem::new(Code::LimitReached).detail(detail).into());
    }
    let position = store::end(conn)?;
    let webhook = Webhook {
        organisation_id: of,
        id: WebhookId::fresh(),
        url,
        events: listed(&new.events),
        description: new.description.map(Line::into_string),
        disabled_at: (!new.enabled).then_some(act.now),
        disabled_reason: (!new.enabled).then_some(DisabledReason::ByAdmin),
        failing_since: None,
        generation: 1,
        first_generation: 1,
        former_until: None,
        last_number: 0,
        position_transaction: position.transaction,
        position_entry: position.entry,
        held_until: act.now,
        turn: None,
        version: 1,
        created_at: act.now,
        updated_at: act.now,
    };
    store::webhooks::insert(conn, &webhook)?;
    journal(conn, act, &webhook, "webhook.created", json!({}))?;
    Ok(webhook)
}

/// Another address, or being enabled again, begins anew with what is on its way: nothing of it is lost.
pub fn change_webhook(
    conn: &mut PgConnection,
    act: &Act,
    (of, id): (OrganisationId, WebhookId),
    check: impl FnOnce(i64) -> Result<()>,
    allowed: &[Network],
    change: WebhookChange,
) -> Result<Webhook> {
    let mut webhook = locked(conn, of, id, check)?;
    let mut anew = false;
    if let Some(url) = change.url {
        let url = kept(&url, allowed)?;
        anew |= url != webhook.url;
        webhook.url = url;
    }
    if let Some(events) = change.events {
        webhook.events = listed(&events);
    }
    if let Some(description) = change.description {
        webhook.description = description.map(Line::into_string);
    }
    match change.enabled {
        Some(true) if webhook.disabled_at.is_some() => {
            (webhook.disabled_at, webhook.disabled_reason) = (None, None);
            anew = true;
        }
        Some(false) if webhook.disabled_at.is_none() => {
            webhook.disabled_at = Some(act.now);
            webhook.disabled_reason = Some(DisabledReason::ByAdmin);
        }
        _ => {}
    }
    if anew {
        webhook.failing_since = None;
        store::deliveries::begin_anew(conn, &webhook, act.now)?;
    }
    save(conn, act, &mut webhook)?;
    let enabled = webhook.disabled_at.is_none();
    journal(conn, act, &webhook, "webhook.changed", json!({"enabled": enabled}))?;
    Ok(webhook)
}

/// With everything that is on its way to it.
pub fn delete_webhook(
    conn: &mut PgConnection,
    act: &Act,
    (of, id): (OrganisationId, WebhookId),
    check: impl FnOnce(i64) -> Result<()>,
) -> Result<()> {
    let webhook = locked(conn, of, id, check)?;
    store::webhooks::delete(conn, &webhook)?;
    journal(conn, act, &webhook, "webhook.deleted", json!({}))
}

/// A new secret. The former one signs beside it for a day, so that the receiver can change without missing anything.
pub fn rotate_secret(
    conn: &mut PgConnection,
    act: &Act,
    (of, id): (OrganisationId, WebhookId),
    check: impl FnOnce(i64) -> Result<()>,
) -> Result<Webhook> {
    let mut webhook = locked(conn, of, id, check)?;
    let oldest = webhook.signing(act.now).pop().unwrap_or(webhook.generation);
    webhook.generation += 1;
    webhook.first_generation = oldest.max(webhook.generation + 1 - MOST_SIGNATURES);
    webhook.former_until = Some(act.now + FORMER);
    save(conn, act, &mut webhook)?;
    journal(conn, act, &webhook, "webhook.secret_rotated", json!({}))?;
    Ok(webhook)
}

/// The secrets of these generations. Stored nowhere: they are made of the webhook's id by the key that instances share.
#[must_use]
pub fn secrets(capabilities: &Capabilities, id: WebhookId, generations: &[i32]) -> Vec<Secret> {
    let one = |generation: &i32| Secret(capabilities.secret(Purpose::Webhook, id.0, *generation));
    generations.iter().map(one).collect()
}

/// Puts an event on its way that is about nothing but the webhook.
pub fn send_test(conn: &mut PgConnection, act: &Act, of: OrganisationId, id: WebhookId) -> Result<Delivery> {
    let mut webhook = store::webhooks::lock(conn, of, id)?.ok_or(Code::NotFound)?;
    enabled(&webhook)?;
    let position = webhook.position();
    let delivery = next_delivery(&mut webhook, act.now, act.now, test_event(of, id));
    store::deliveries::insert(conn, std::slice::from_ref(&delivery))?;
    store::webhooks::save_progress(conn, &webhook, position)?;
    Ok(delivery)
}

/// What is not delivered yet, or was given up, is tried at once, and again as often as if it were new.
pub fn retry_delivery(
    conn: &mut PgConnection,
    act: &Act,
    (of, id): (OrganisationId, WebhookId),
    delivery: DeliveryId,
) -> Result<Delivery> {
    let webhook = store::webhooks::lock(conn, of, id)?.ok_or(Code::NotFound)?;
    let mut delivery = store::deliveries::find(conn, &webhook, delivery)?.ok_or(Code::NotFound)?;
    enabled(&webhook)?;
    if delivery.state == DeliveryState::Delivered {
        return Err(not_allowed("It was delivered."));
    }
    delivery.state = DeliveryState::Pending;
    delivery.attempts = 0;
    delivery.due_at = act.now;
    store::deliveries::save(conn, &delivery)?;
    let entry = json!({"delivery": delivery.id});
    journal(conn, act, &webhook, "webhook.delivery_retried", entry)?;
    Ok(delivery)
}

/// The next of the webhook's deliveries, under its lock: numbers are given in the order in which they are committed.
pub(super) fn next_delivery(
    webhook: &mut Webhook,
    now: DateTime<Utc>,
    happened_at: DateTime<Utc>,
    event: Event,
) -> Delivery {
    webhook.last_number += 1;
    Delivery {
        organisation_id: webhook.organisation_id,
        webhook_id: webhook.id,
        id: DeliveryId::fresh(),
        number: webhook.last_number,
        event: event.kind,
        subject: event.subject,
        happened_at,
        data: event.data,
        state: DeliveryState::Pending,
        attempts: 0,
        due_at: now,
        attempted_at: None,
        outcome: None::<Outcome>,
        status: None,
        delivered_at: None,
        created_at: now,
    }
}

fn locked(
    conn: &mut PgConnection,
    of: OrganisationId,
    id: WebhookId,
    check: impl FnOnce(i64) -> Result<()>,
) -> Result<Webhook> {
    let webhook = store::webhooks::lock(conn, of, id)?.ok_or(Code::NotFound)?;
    check(webhook.version)?;
    Ok(webhook)
}

pub(super) fn save(conn: &mut PgConnection, act: &Act, webhook: &mut Webhook) -> Result<()> {
    webhook.version += 1;
    webhook.updated_at = act.now;
    store::webhooks::save(conn, webhook)
}

pub(super) fn journal(
    conn: &mut PgConnection,
    act: &Act,
    webhook: &Webhook,
    action: &'static str,
    data: Value,
) -> Result<()> {
    let entry = Entry {
        organisation_id: Some(webhook.organisation_id.0),
        action,
        object_id: webhook.id.0,
        data,
    };
    record(conn, act, entry)
}

fn kept(url: &Line<2000>, allowed: &[Network]) -> Result<String> {
    target(url.as_str(), allowed).map_err(|fault| Error::member("/url", fault))
}

/// Each once, in one order.
fn listed(events: &[EventType]) -> Vec<Option<String>> {
    let wanted = EventType::ALL.iter().filter(|kind| events.contains(kind));
    wanted.map(|kind| Some(kind.as_str().to_owned())).collect()
}

fn enabled(webhook: &Webhook) -> Result<()> {
    match webhook.disabled_at {
        None => Ok(()),
        Some(_) => Err(not_allowed("The webhook is disabled; enable it first.")),
    }
}

fn not_allowed(detail: &str) -> Error {
    Problem::new(Code::TransitionNotAllowed).detail(detail).into()
}
