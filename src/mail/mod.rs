//! Mails: what is to be said is written down in the transaction of what it tells, and delivered afterwards.
//!
//! [`post`] fills the outbox; a [`Postman`] empties it, as many of them at once as there are instances. A mail is
//! delivered at least once and carries the same Message-ID each time. What a mail says is decided when it is sent:
//! the outbox holds facts, `templates/mail` the words, and the personal links are made on the way and kept nowhere.
//! Logs count mails; they never name who gets them.

mod calendar;
mod html;
mod links;
mod message;
mod model;
mod postboy;
mod rules;
mod samples;
mod service;
mod store;
mod templates;
mod transport;

pub use model::{Facts, Kind, Letter, WebhookFacts};
pub use service::{Delivered, Postman, personal_calendar};
pub use store::{Outbox, delete, forget, outbox, post};
