//! Rows and words of the room.

mod feed;
mod push;
mod webhooks;

pub use feed::{ChangeType, Gone, Happening, Position, Reader, Standing, Told, TombstoneReason};
pub use push::Push;
pub use webhooks::{Delivery, DeliveryId, DeliveryState, DisabledReason, EventType, Outcome, Webhook, WebhookId};
