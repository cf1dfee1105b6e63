//! What a webhook says: which seminar, and what happened to it. Whoever wants to know more reads the seminar.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::auth::OrganisationId;
use crate::partners::model::feed::Happening;
use crate::partners::model::{EventType, WebhookId};
use crate::partners::rules::feed::told_as;

/// An event before it is on its way to anybody.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub kind: EventType,
    /// What it is about; events about one thing are told in order.
    pub subject: Uuid,
    pub data: Value,
}

/// What a happening is to a webhook of this organisation that wants these types (none: all); `None`: nothing.
#[must_use]
pub fn event(happening: &Happening, reader: OrganisationId, wanted: &[EventType]) -> Option<Event> {
    let change = told_as(happening, reader)?;
    let kind = match change.removed {
        Some(_) => EventType::Removed,
        // What has no type of its own is a change all the same.
        None => happening.action.parse().unwrap_or(EventType::Changed),
    };
    if !wanted.is_empty() && !wanted.contains(&kind) {
        return None;
    }
    let mut data = json!({
        "seminar": happening.object_id,
        "organisation": happening.organisation_id,
        "changed_fields": change.changed_fields,
    });
    if let (Some(reason), Some(members)) = (change.removed, data.as_object_mut()) {
        members.insert("reason".to_owned(), reason.into());
    }
    Some(Event {
        kind,
        subject: happening.object_id,
        data,
    })
}

/// What an admin sends to try the receiver; in order among themselves.
#[must_use]
pub fn test_event(webhook: WebhookId) -> Event {
    Event {
        kind: EventType::Test,
        subject: webhook.0,
        data: json!({"webhook": webhook}),
    }
}
