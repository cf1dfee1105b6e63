//! What a webhook says: what happened to which object, in ids. Whoever wants to know more reads the object.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::auth::OrganisationId;
use crate::partners::model::{EventData, EventType, Happening, Standing, Told, WebhookId};

/// An event before it is on its way to anybody.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub kind: EventType,
    /// What it is about; events about one thing are told in order.
    pub subject: Uuid,
    pub data: Value,
}

/// What is said to a webhook that wants these types (none: all); `None`: nothing. `standing`: how the seminar stands as it is
/// said.
#[must_use]
pub fn event(happening: &Happening, told: &Told, standing: Option<&Standing>, wanted: &[EventType]) -> Option<Event> {
    let kind = told.kind.as_str().parse().ok()?;
    if !wanted.is_empty() && !wanted.contains(&kind) {
        return None;
    }
    let data = EventData {
        object: happening.object_id,
        organisation: happening.of,
        version: standing
            .filter(|_| told.gone.is_none())
            .map(|standing| standing.version),
        changed_fields: told.changed_fields.clone(),
        tombstone: told.gone,
    };
    Some(Event {
        kind,
        subject: data.object,
        data: json!(data),
    })
}

/// What an admin sends to try the receiver; in order among themselves.
#[must_use]
pub fn test_event(of: OrganisationId, webhook: WebhookId) -> Event {
    let data = EventData {
        object: webhook.0,
        organisation: Some(of),
        version: None,
        changed_fields: Vec::new(),
        tombstone: None,
    };
    Event {
        kind: EventType::Test,
        subject: data.object,
        data: json!(data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partners::model::{ChangeType, Gone, TombstoneReason};

    /// A type of the feed that webhooks do not know would be told to nobody.
    #[test]
    fn webhooks_know_every_change_that_happens() {
        for kind in ChangeType::ALL
            .iter()
            .filter(|kind| **kind != ChangeType::SeminarStands)
        {
            assert!(kind.as_str().parse::<EventType>().is_ok(), "{kind}");
        }
    }

    #[test]
    fn what_is_gone_is_told_with_its_reason_and_no_more() {
        let (id, of) = (Uuid::from_u128(7), OrganisationId(Uuid::from_u128(8)));
        let happening = Happening {
            id: Uuid::nil(),
            transaction: 1,
            at: "2027-01-04T08:00:00Z".parse().unwrap(),
            of: Some(of),
            action: "seminar.changed".to_owned(),
            object_id: id,
            data: json!({"title": "geheim"}),
        };
        let told = Told {
            kind: ChangeType::SeminarChanged,
            changed_fields: vec!["audience".to_owned()],
            gone: Some(Gone {
                reason: TombstoneReason::Withdrawn,
                merged_into: None,
            }),
        };
        let said = event(&happening, &told, None, &[]).unwrap();
        assert_eq!((said.kind, said.subject), (EventType::Changed, id));
        let gone = json!({"reason": "withdrawn", "merged_into": null});
        assert_eq!(
            said.data,
            json!({"object": id, "organisation": of, "version": null, "changed_fields": ["audience"], "tombstone": gone})
        );
        assert_eq!(event(&happening, &told, None, &[EventType::Held]), None);
    }
}
