//! Webhooks and deliveries as they are written and shown.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::base::body::{kept, mentioned};
use crate::base::ids::words;
use crate::base::text::Line;
use crate::partners::model::{
    Delivery, DeliveryId, DeliveryState, DisabledReason, EventType, Outcome, Webhook, WebhookId,
};

words! {
    /// Whether anything is delivered to a webhook.
    WebhookState {
        Enabled = "enabled",
        Disabled = "disabled",
    }
}

fn yes() -> bool {
    true
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"url": "https://portal.ihk.example/einlass", "events": ["seminar.cancelled", "seminar.rescheduled"],
    "description": "Portal der IHK"}))]
pub struct WebhookBody {
    /// Where events are sent to: `https`, at a public address, port 443 or one from 1024 on.
    pub url: Line<2000>,
    /// Which types of events; none: all. `webhook.test` always comes.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub events: Vec<EventType>,
    /// What it is called here.
    #[serde(default)]
    pub description: Option<Line<200>>,
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub enabled: bool,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"enabled": true}))]
pub struct WebhookPatch {
    #[serde(default, deserialize_with = "kept")]
    #[schema(value_type = Line<2000>, required = false)]
    pub url: Option<Line<2000>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(value_type = Vec<EventType>, required = false, max_items = 20)]
    pub events: Option<Vec<EventType>>,
    #[serde(default, deserialize_with = "mentioned")]
    #[schema(value_type = Option<Line<200>>)]
    pub description: Option<Option<Line<200>>>,
    #[serde(default, deserialize_with = "kept")]
    #[schema(value_type = bool, required = false)]
    pub enabled: Option<bool>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Webhook, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b91", "url": "https://portal.ihk.example/einlass",
    "events": ["seminar.cancelled", "seminar.rescheduled"], "description": "Portal der IHK", "state": "enabled", "disabled_at": null,
    "disabled_reason": null, "failing_since": null, "former_secret_until": null, "created_at": "2026-11-29T09:00:00Z",
    "updated_at": "2026-11-29T09:00:00Z"}))]
pub struct WebhookView {
    pub id: WebhookId,
    pub url: String,
    /// None: all.
    pub events: Vec<EventType>,
    pub description: Option<String>,
    pub state: WebhookState,
    pub disabled_at: Option<DateTime<Utc>>,
    pub disabled_reason: Option<DisabledReason>,
    /// The first failure since it last took something, or had nothing left to take. The first one five days later disables it.
    pub failing_since: Option<DateTime<Utc>>,
    /// Until then deliveries are signed by former secrets too.
    pub former_secret_until: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl From<Webhook> for WebhookView {
    fn from(row: Webhook) -> Self {
        Self {
            events: row.wanted(),
            state: match row.disabled_at {
                None => WebhookState::Enabled,
                Some(_) => WebhookState::Disabled,
            },
            id: row.id,
            url: row.url,
            description: row.description,
            disabled_at: row.disabled_at,
            disabled_reason: row.disabled_reason,
            failing_since: row.failing_since,
            former_secret_until: row.former_until,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A webhook with what its deliveries are signed by.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b91", "url": "https://portal.ihk.example/einlass",
    "events": ["seminar.cancelled", "seminar.rescheduled"], "description": "Portal der IHK", "state": "enabled", "disabled_at": null,
    "disabled_reason": null, "failing_since": null, "former_secret_until": null, "created_at": "2026-11-29T09:00:00Z",
    "updated_at": "2026-11-29T09:00:00Z", "secret": "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="}))]
pub struct WebhookWithSecret {
    #[serde(flatten)]
    pub webhook: WebhookView,
    /// Give it to the receiver. Shown once: `null` to a repetition of the call that made the webhook (`Idempotency-Key`).
    #[schema(min_length = 50, max_length = 50, pattern = "^whsec_[A-Za-z0-9+/]{43}=$")]
    pub secret: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WebhookDelivery, example = json!({"id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b92", "event": "seminar.cancelled",
    "subject": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b21", "happened_at": "2026-11-29T09:10:00Z", "state": "pending", "attempts": 1,
    "next_attempt_at": "2026-11-29T09:15:00Z", "attempted_at": "2026-11-29T09:10:00Z", "outcome": "refused", "status": 503,
    "delivered_at": null, "created_at": "2026-11-29T09:10:00Z"}))]
pub struct DeliveryView {
    /// Also its `webhook-id`, which stays the same however often it is sent.
    pub id: DeliveryId,
    pub event: EventType,
    /// The seminar it is about; of a test the webhook.
    #[schema(schema_with = crate::base::ids::schema)]
    pub subject: Uuid,
    pub happened_at: DateTime<Utc>,
    pub state: DeliveryState,
    /// How often it was tried; from 0 again when it was retried by hand.
    #[schema(minimum = 0)]
    pub attempts: i32,
    /// While it is pending: when it is tried, at the earliest. What is about the same seminar and older comes first.
    pub next_attempt_at: Option<DateTime<Utc>>,
    pub attempted_at: Option<DateTime<Utc>>,
    /// What became of the last attempt.
    pub outcome: Option<Outcome>,
    /// What the receiver answered; nothing else of its answer is kept.
    pub status: Option<i32>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl From<Delivery> for DeliveryView {
    fn from(row: Delivery) -> Self {
        Self {
            id: row.id,
            event: row.event,
            subject: row.subject,
            happened_at: row.happened_at,
            state: row.state,
            attempts: row.attempts,
            next_attempt_at: (row.state == DeliveryState::Pending).then_some(row.due_at),
            attempted_at: row.attempted_at,
            outcome: row.outcome,
            status: row.status,
            delivered_at: row.delivered_at,
            created_at: row.created_at,
        }
    }
}
