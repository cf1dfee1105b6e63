//! Webhooks, and what is on its way to them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::feed::{Gone, Position};
use crate::auth::OrganisationId;
use crate::base::ids::{id, words};
use crate::schema::{webhook_deliveries, webhooks};

id! {
    /// Where an organisation wants to be told what happened.
    WebhookId,
    /// One event on its way to one webhook; also its `webhook-id`.
    DeliveryId,
}

words! {
    /// What happened, in the words of the change feed.
    EventType {
        Created = "seminar.created",
        Changed = "seminar.changed",
        Settled = "seminar.settled",
        Published = "seminar.published",
        Held = "seminar.held",
        Cancelled = "seminar.cancelled",
        Postponed = "seminar.postponed",
        Rescheduled = "seminar.rescheduled",
        MovedOnline = "seminar.moved_online",
        MovedOnsite = "seminar.moved_onsite",
        Merged = "seminar.merged",
        Unmerged = "seminar.unmerged",
        Deleted = "seminar.deleted",
        VenueChanged = "venue.changed",
        CollectionChanged = "collection.changed",
        OrganisationChanged = "organisation.changed",
        /// Asked for by an admin, to try the receiver.
        Test = "webhook.test",
    }
}

/// What is sent to a webhook: that something happened, in ids.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"type": "seminar.rescheduled", "timestamp": "2027-01-04T08:00:00.000000Z",
    "data": {"object": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b12", "organisation": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b13", "version": 4,
    "changed_fields": ["status", "within", "sessions"], "tombstone": null}}))]
pub struct WebhookEvent<'a> {
    #[serde(rename = "type")]
    pub kind: EventType,
    /// When it happened, to the microsecond, in UTC.
    #[schema(value_type = DateTime<Utc>)]
    pub timestamp: String,
    #[schema(value_type = EventData)]
    pub data: &'a Value,
}

/// What happened to which object: what a change of the feed says, without the object. Whoever wants to know more reads it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WebhookEventData)]
pub struct EventData {
    /// Which seminar, venue, collection or organisation; of a test the webhook.
    #[schema(value_type = String, format = "uuid")]
    pub object: Uuid,
    /// Whose it is.
    pub organisation: Option<OrganisationId>,
    /// Of a seminar that is there: its version when this was written down. What has a lower one is older.
    pub version: Option<i64>,
    /// The members that were changed; empty: perhaps all.
    #[schema(max_items = 40)]
    pub changed_fields: Vec<String>,
    /// The seminar is no longer there for the organisation: forget it.
    pub tombstone: Option<Gone>,
}

words! {
    /// What became of a delivery.
    DeliveryState {
        /// It will be tried, or tried again.
        Pending = "pending",
        Delivered = "delivered",
        /// Given up; it can be retried by hand.
        Failed = "failed",
    }
}

words! {
    /// Why nothing is delivered to a webhook.
    DisabledReason {
        ByAdmin = "by_admin",
        /// The receiver answered 410.
        Gone = "gone",
        /// Nothing was taken for five days.
        Failing = "failing",
    }
}

words! {
    /// What became of one attempt. Of an answer only the status is kept.
    #[schema(as = DeliveryOutcome)]
    Outcome {
        /// A status of 200 to 299.
        Taken = "taken",
        /// Another status.
        Refused = "refused",
        /// A status of 300 to 399: nobody is followed.
        Redirected = "redirected",
        /// No answer in time.
        TimedOut = "timed_out",
        /// No name, no connection, no TLS, or no HTTP.
        Unreachable = "unreachable",
        /// The name leads to an address that is not public.
        Forbidden = "forbidden",
    }
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhooks, check_for_backend(diesel::pg::Pg))]
pub struct Webhook {
    pub organisation_id: OrganisationId,
    pub id: WebhookId,
    pub url: String,
    pub events: Vec<Option<String>>,
    pub description: Option<String>,
    pub disabled_at: Option<DateTime<Utc>>,
    pub disabled_reason: Option<DisabledReason>,
    pub failing_since: Option<DateTime<Utc>>,
    pub generation: i32,
    pub first_generation: i32,
    pub former_until: Option<DateTime<Utc>>,
    pub last_number: i64,
    pub position_transaction: i64,
    pub position_entry: Uuid,
    pub held_until: DateTime<Utc>,
    pub turn: Option<Uuid>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Webhook {
    /// The types it wants to hear of; none: all.
    #[must_use]
    pub fn wanted(&self) -> Vec<EventType> {
        let words = self.events.iter().flatten();
        words.filter_map(|word| word.parse().ok()).collect()
    }

    #[must_use]
    pub fn position(&self) -> Position {
        Position {
            transaction: self.position_transaction,
            entry: self.position_entry,
        }
    }

    /// Whose signatures a delivery carries at this moment, the present one first.
    #[must_use]
    pub fn signing(&self, now: DateTime<Utc>) -> Vec<i32> {
        let former = self.former_until.is_some_and(|until| now < until);
        let first = if former { self.first_generation } else { self.generation };
        (first..=self.generation).rev().collect()
    }
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_deliveries, check_for_backend(diesel::pg::Pg))]
pub struct Delivery {
    pub organisation_id: OrganisationId,
    pub webhook_id: WebhookId,
    pub id: DeliveryId,
    pub number: i64,
    pub event: EventType,
    pub subject: Uuid,
    pub happened_at: DateTime<Utc>,
    pub data: Value,
    pub state: DeliveryState,
    pub attempts: i32,
    pub due_at: DateTime<Utc>,
    pub attempted_at: Option<DateTime<Utc>>,
    pub outcome: Option<Outcome>,
    pub status: Option<i32>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}
