//! Partners: what they are told of the programme, what they tell us, and the same event announced twice.
//!
//! The journal is read as a change feed: ordered, without gaps, with tombstones; webhooks carry it to those who would rather
//! be told. Another system keeps its seminars here under its own ids. The same event announced by two organisations is
//! found, and merged with the consent of both: nothing is moved by it, it is a fact that stands with the seminar
//! (`seminars`), and who consented stands here. Not here: how a machine proves who it is (`auth`), calendars and other
//! public feeds (`feeds`).

mod bell;
mod courier;
mod model;
mod routes;
mod rules;
mod service;
mod store;

pub use bell::Bell;
pub use courier::{Courier, Round};
pub use model::{EventData as WebhookEventData, FeedId, WebhookEvent};
pub use routes::configure;
// Where a webhook may be, for `fuzz/`.
#[doc(hidden)]
pub use rules::webhooks::{may_connect, target};
pub use service::webhooks::sweep_deliveries;
pub use service::{Restored, begin_anew};
pub use store::deliveries::{Backlog, backlog};
pub use store::{held_back_since, runs_ahead};
