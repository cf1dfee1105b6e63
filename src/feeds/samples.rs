//! A made-up entry that has something of everything, for tests.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::model::{Change, Entry, Offer, Partner, Slot, Time};
use crate::auth::{OrganisationId, OrganisationRef};
use crate::catalogue::{CollectionId, CollectionKind, CollectionRef, VenueId, VenueRef};
use crate::seminars::{AttendanceMode, ChangeKind, Channel, Kind, PartyRole, SeminarId, SessionId, Status};

pub fn id(last: u8) -> Uuid {
    Uuid::from_u128(u128::from(last))
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// From one moment to another on the clocks of Berlin.
pub fn clock(begin: &str, end: Option<&str>) -> Time {
    let berlin = |text: &str| at(text).with_timezone(&chrono_tz::Europe::Berlin);
    Time::Clock {
        begin: berlin(begin),
        end: end.map(berlin),
    }
}

pub fn venue() -> VenueRef {
    VenueRef {
        id: VenueId(id(3)),
        name: Some("DIGITAL Church".to_owned()),
        street: Some("Jülicher Straße 72a".to_owned()),
        postal_code: Some("52070".to_owned()),
        locality: "Aachen".to_owned(),
        country: "DE".to_owned(),
    }
}

pub fn change(kind: ChangeKind, public_text: Option<&str>, before: Value) -> Change {
    Change {
        seminar_id: SeminarId(id(1)),
        kind,
        public_text: public_text.map(str::to_owned),
        before,
    }
}

pub fn partner(role: PartyRole, name: &str, organisation: Option<u8>) -> Partner {
    Partner {
        role,
        name: name.to_owned(),
        organisation: organisation.map(|last| OrganisationId(id(last))),
        homepage: organisation.map(|_| "https://www.example.org/".to_owned()),
    }
}

pub fn entry() -> Entry {
    Entry {
        id: SeminarId(id(1)),
        title: "Gründen, aber sicher; ein Abend".to_owned(),
        kind: Kind::Workshop,
        language: "de".to_owned(),
        description: Some("Für alle, die gründen.\n\nMit Imbiss.".to_owned()),
        status: Status::Scheduled,
        mode: Some(AttendanceMode::Onsite),
        begins_at: at("2027-05-06T16:00:00Z"),
        sequence: 2,
        published_on: "2027-01-04".parse().ok(),
        updated_at: at("2027-01-05T09:30:00.123456Z"),
        organisation: OrganisationRef {
            id: OrganisationId(id(2)),
            slug: "staedteregion-aachen".to_owned(),
            name: "StädteRegion Aachen".to_owned(),
        },
        sessions: vec![Slot {
            id: SessionId(id(10)),
            title: None,
            time: clock("2027-05-06T16:00:00Z", Some("2027-05-06T18:00:00Z")),
            venue: Some(venue()),
            platform: None,
        }],
        seats: vec![Offer {
            channel: Channel::Onsite,
            capacity: Some(50),
            free: Some(12),
        }],
        parties: vec![
            partner(PartyRole::Lead, "StädteRegion Aachen", Some(2)),
            partner(PartyRole::Contributor, "IHK Aachen", Some(4)),
            partner(PartyRole::Funder, "Land NRW", None),
            partner(PartyRole::Speaker, "Dr. Petra Vogt", None),
        ],
        speakers: vec!["Jan Peters".to_owned()],
        collections: vec![CollectionRef {
            id: CollectionId(id(5)),
            kind: CollectionKind::Series,
            name: "Hallo Nachbar".to_owned(),
        }],
        changes: Vec::new(),
    }
}
