//! Rows and words of the room.

mod duplicates;
mod feed;
mod merge;
mod push;
mod webhooks;

pub use duplicates::Evidence;
pub use feed::{ChangeType, FeedId, Gone, Happening, Position, Reader, Standing, Told, TombstoneReason};
pub use merge::{Merge, MergeId, MergeState};
pub use push::Push;
pub use webhooks::{
    Delivery, DeliveryId, DeliveryState, DisabledReason, EventData, EventType, Outcome, Webhook, WebhookEvent,
    WebhookId,
};
