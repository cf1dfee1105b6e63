//! Webhooks: what admins do with them, and what happens by itself.

mod admin;
mod delivering;

pub use admin::{
    NewWebhook, WebhookChange, change_webhook, create_webhook, delete_webhook, retry_delivery, rotate_secret, secrets,
    send_test,
};
pub use delivering::{settle, sweep_deliveries, write_deliveries};
