//! The use cases of the room.

mod delivering;
mod webhooks;

pub use delivering::{settle, sweep_deliveries, write_deliveries};
pub use webhooks::{
    NewWebhook, WebhookChange, change_webhook, create_webhook, delete_webhook, retry_delivery, rotate_secret, secrets,
    send_test,
};
