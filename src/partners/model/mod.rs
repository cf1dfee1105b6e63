//! Rows and words of the room.

pub mod feed;
mod webhooks;

pub use webhooks::{Delivery, DeliveryId, DeliveryState, DisabledReason, EventType, Outcome, Webhook, WebhookId};
