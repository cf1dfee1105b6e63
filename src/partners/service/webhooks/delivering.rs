//! What happens by itself: events are put on their way, and what became of them is written down.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::json;

use super::admin::{journal, next_delivery, save};
use crate::auth::{OrganisationId, administrators, organisation_refs};
use crate::base::problem::{Error, Result};
use crate::journal::Act;
use crate::mail::{self, Facts, Kind, Letter, WebhookFacts};
use crate::partners::model::{Delivery, DeliveryState, DisabledReason, Reader, Webhook, WebhookId};
use crate::partners::rules::webhooks::{Answer, Verdict, event, host, verdict};
use crate::partners::service::feed::tell;
use crate::partners::store;
use crate::partners::store::turns::Turn;
use crate::seminars::SeminarId;

/// Read of the feed in one transaction.
const AT_ONCE: i64 = 100;
/// Whoever has so much on its way reads no further until some of it is taken: it is kept in the feed meanwhile.
const MOST_PENDING: i64 = 1000;
/// What was delivered is shown for so long.
const DELIVERED_KEPT: TimeDelta = TimeDelta::days(30);
/// What was given up can be retried for so long.
const FAILED_KEPT: TimeDelta = TimeDelta::days(180);

/// Puts on its way what the webhook has not heard of yet: deliveries and position in one transaction, so that nothing is
/// lost and nothing said twice. Answers whether there may be more. A webhook that somebody else is at is left to them.
pub fn write_deliveries(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    (of, id): (OrganisationId, WebhookId),
) -> Result<(usize, bool)> {
    let Some(mut webhook) = store::webhooks::lock_enabled(conn, of, id)? else {
        return Ok((0, false));
    };
    if store::deliveries::pending(conn, &webhook, MOST_PENDING)?
        >= usize::try_from(MOST_PENDING).map_err(Error::internal)?
    {
        return Ok((0, false));
    }
    let end = store::end(conn)?;
    if webhook.position() > end {
        // The database was set back to an earlier day. Nothing more would be delivered until the feed came here again.
        tracing::error!(webhook = %webhook.id, "had read further than the feed goes, and goes on from its end");
        store::webhooks::save_progress(conn, &webhook, end)?;
        return Ok((0, false));
    }
    let happenings = store::after(conn, webhook.position(), None, AT_ONCE)?;
    let Some(last) = happenings.last() else {
        return Ok((0, false));
    };
    let position = last.position();
    let more = i64::try_from(happenings.len()).map_err(Error::internal)? == AT_ONCE;
    let wanted = webhook.wanted();
    let reader = Reader { member_of: vec![of] };
    let told = tell(conn, &reader, happenings)?;
    let seminars = told.iter().map(|(happening, _)| SeminarId(happening.object_id));
    let standings = store::standings(conn, &seminars.collect::<Vec<_>>())?;
    let events = told.iter().filter_map(|(happening, told)| {
        let standing = standings.get(&SeminarId(happening.object_id));
        let event = event(happening, told, standing, &wanted)?;
        Some(next_delivery(&mut webhook, now, happening.at, event))
    });
    let deliveries = events.collect::<Vec<_>>();
    store::deliveries::insert(conn, &deliveries)?;
    store::webhooks::save_progress(conn, &webhook, position)?;
    Ok((deliveries.len(), more))
}

/// Writes down what became of an attempt. Where the turn ran out meanwhile and somebody else has it, only what was taken
/// counts; where the webhook was deleted, nothing.
pub fn settle(conn: &mut PgConnection, act: &Act, turn: &Turn, attempt: &Delivery, answer: &Answer) -> Result<()> {
    let Some(webhook) = store::webhooks::lock(conn, turn.organisation_id, turn.id)? else {
        return Ok(());
    };
    let Some(mut delivery) = store::deliveries::find(conn, &webhook, attempt.id)? else {
        return Ok(());
    };
    let verdict = verdict(answer, attempt.attempts, attempt.id.0, webhook.failing_since, act.now);
    let ours = webhook.turn == Some(turn.turn)
        && (delivery.state, delivery.attempts) == (DeliveryState::Pending, attempt.attempts);
    if delivery.state == DeliveryState::Delivered || (!ours && verdict != Verdict::Delivered) {
        return Ok(());
    }
    delivery.outcome = Some(answer.outcome);
    delivery.status = answer.status.map(i32::from);
    match verdict {
        Verdict::Delivered => {
            delivery.state = DeliveryState::Delivered;
            delivery.delivered_at = Some(act.now);
            store::deliveries::save(conn, &delivery)?;
            if webhook.failing_since.is_some() {
                store::webhooks::save_failing(conn, &webhook, None)?;
            }
        }
        Verdict::Failed { again, disable } => {
            match again {
                Some(wait) => delivery.due_at = act.now + TimeDelta::from_std(wait).map_err(Error::internal)?,
                None => delivery.state = DeliveryState::Failed,
            }
            store::deliveries::save(conn, &delivery)?;
            // Given up, and nothing else to be taken: the days that follow are none in which it failed.
            let at_rest =
                delivery.state == DeliveryState::Failed && store::deliveries::pending(conn, &webhook, 1)? == 0;
            match webhook.failing_since {
                _ if at_rest => store::webhooks::save_failing(conn, &webhook, None)?,
                None => store::webhooks::save_failing(conn, &webhook, Some(act.now))?,
                Some(_) => {}
            }
            if let Some(reason) = disable.filter(|_| webhook.disabled_at.is_none()) {
                stop(conn, act, webhook, reason)?;
            }
        }
    }
    Ok(())
}

/// Disables the webhook, and tells its admins: nobody else would notice.
fn stop(conn: &mut PgConnection, act: &Act, mut webhook: Webhook, reason: DisabledReason) -> Result<()> {
    webhook.failing_since = webhook.failing_since.or(Some(act.now));
    webhook.disabled_at = Some(act.now);
    webhook.disabled_reason = Some(reason);
    save(conn, act, &mut webhook)?;
    journal(conn, act, &webhook, "webhook.disabled", json!({"reason": reason}))?;
    let of = webhook.organisation_id;
    let organisation = organisation_refs(conn, &[of])?.pop();
    let organisation = organisation.map(|organisation| organisation.name).unwrap_or_default();
    let facts = Facts::of_organisation(organisation).with_webhook(WebhookFacts {
        name: webhook.description.clone().unwrap_or_else(|| host(&webhook.url)),
        host: host(&webhook.url),
        reason: reason.to_string(),
    });
    let data = serde_json::to_value(facts).map_err(Error::internal)?;
    let letter = |(recipient, recipient_name, language): (String, String, String)| Letter {
        organisation_id: of.0,
        kind: Kind::WebhookDisabled,
        language,
        once: Some(format!(
            "webhook_disabled {} {} {recipient}",
            webhook.id, webhook.version
        )),
        recipient,
        recipient_name,
        registration_id: None,
        seminar_id: None,
        data: data.clone(),
    };
    let letters = administrators(conn, of)?.into_iter().map(letter).collect::<Vec<_>>();
    mail::post(conn, act.now, &letters)?;
    Ok(())
}

/// Forgets what is done and old; run now and then by the service.
pub fn sweep_deliveries(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<usize> {
    store::deliveries::sweep(conn, now - DELIVERED_KEPT, now - FAILED_KEPT)
}
