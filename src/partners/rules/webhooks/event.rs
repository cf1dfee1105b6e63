//! What a webhook says: what happened to which object, in ids. Whoever wants to know more reads the object.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::partners::model::{EventType, Happening, Standing, Told, WebhookId};

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
    let (object, _) = told.kind.as_str().split_once('.')?;
    let mut data = json!({"object": object, "id": happening.object_id, "organisation": happening.of});
    let members = data.as_object_mut()?;
    match (told.gone, standing) {
        (Some(gone), _) => {
            members.insert(
                "gone".to_owned(),
                json!({"reason": gone.reason, "merged_into": gone.merged_into}),
            );
        }
        (None, Some(standing)) => {
            members.insert("version".to_owned(), standing.version.into());
            members.insert("changed_fields".to_owned(), json!(told.changed_fields));
        }
        (None, None) => {
            members.insert("changed_fields".to_owned(), json!(told.changed_fields));
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::OrganisationId;
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
            json!({"object": "seminar", "id": id, "organisation": of, "gone": gone})
        );
        assert_eq!(event(&happening, &told, None, &[EventType::Held]), None);
    }
}
