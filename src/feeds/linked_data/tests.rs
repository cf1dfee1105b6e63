use super::*;
use crate::feeds::samples::{change, clock, entry, id, partner, venue};
use crate::seminars::{ChangeKind, SessionId, Status};

const SELF: &str = "https://einlass.example/api/v1/seminars/00000000-0000-0000-0000-000000000001";
const PAGE: &str = "https://portal.example/v/00000000-0000-0000-0000-000000000001?a=b";

fn told(entry: &Entry) -> Value {
    document(entry, &Addresses::sample())
}

#[test]
fn a_seminar_is_told_with_everything_that_is_known_and_nothing_else() {
    let organisation = |last: u8, name: &str| {
        json!({"@type": "Organization", "@id": format!("https://einlass.example/api/v1/organisations/{}", id(last)),
            "name": name, "url": "https://www.example.org/"})
    };
    let expected = json!({
        "@context": "https://schema.org",
        "@type": "EducationEvent",
        "@id": SELF,
        "identifier": id(1).to_string(),
        "name": "Gründen, aber sicher; ein Abend",
        "description": "Für alle, die gründen.\n\nMit Imbiss.",
        "inLanguage": "de",
        "url": PAGE,
        "keywords": ["Hallo Nachbar"],
        "startDate": "2027-05-06T18:00:00+02:00",
        "endDate": "2027-05-06T20:00:00+02:00",
        "eventStatus": ["https://schema.org/EventScheduled"],
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": {"@type": "Place", "name": "DIGITAL Church", "address": {"@type": "PostalAddress",
            "streetAddress": "Jülicher Straße 72a", "postalCode": "52070", "addressLocality": "Aachen", "addressCountry": "DE"}},
        "maximumAttendeeCapacity": 50,
        "maximumPhysicalAttendeeCapacity": 50,
        "remainingAttendeeCapacity": 12,
        "organizer": organisation(2, "StädteRegion Aachen"),
        "contributor": organisation(4, "IHK Aachen"),
        "funder": {"@type": "Organization", "name": "Land NRW"},
        "performer": [{"@type": "Person", "name": "Dr. Petra Vogt"}, {"@type": "Person", "name": "Jan Peters"}],
        "superEvent": {"@type": "EventSeries", "@id": format!("https://einlass.example/api/v1/collections/{}", id(5)),
            "name": "Hallo Nachbar"},
    });
    assert_eq!(told(&entry()), expected);
}

#[test]
fn many_share_one_context() {
    let graph = graph(&[entry(), entry()], &Addresses::sample());
    assert_eq!(graph["@context"], "https://schema.org");
    assert_eq!(graph["@graph"].as_array().unwrap().len(), 2);
    assert_eq!(graph["@graph"][0].get("@context"), None);
}

#[test]
fn a_postponed_seminar_keeps_its_start_and_a_new_date_has_the_old_one_beside_it() {
    let before = json!({"sessions": [{"starts_at": "2027-03-01T18:00:00+01:00", "date_precision": "minute"}]});
    let changes = vec![
        change(ChangeKind::Rescheduled, None, before),
        change(ChangeKind::MovedOnline, None, json!({})),
    ];
    let with = |status| {
        told(&Entry {
            status,
            mode: Some(AttendanceMode::Online),
            changes: changes.clone(),
            ..entry()
        })
    };
    let words = |told: &Value| {
        let words = told["eventStatus"].as_array().unwrap().iter();
        words
            .map(|word| word.as_str().unwrap().replace("https://schema.org/", ""))
            .collect::<Vec<_>>()
    };
    let rescheduled = with(Status::Scheduled);
    assert_eq!(words(&rescheduled), ["EventRescheduled", "EventMovedOnline"]);
    assert_eq!(rescheduled["previousStartDate"], "2027-03-01T18:00:00+01:00");
    let postponed = with(Status::Postponed);
    assert_eq!(words(&postponed), ["EventPostponed", "EventMovedOnline"]);
    assert_eq!(postponed["startDate"], "2027-05-06T18:00:00+02:00");
    assert_eq!(postponed.get("previousStartDate"), None);
}

#[test]
fn what_is_attended_from_afar_leads_to_its_page() {
    let at = |mode, has_venue: bool, platform: Option<&str>| {
        let mut entry = Entry { mode, ..entry() };
        entry.sessions[0].venue = has_venue.then(venue);
        entry.sessions[0].platform = platform.map(str::to_owned);
        told(&entry)["location"].clone()
    };
    use AttendanceMode::{Hybrid, Online, Onsite};
    let zoom = json!({"@type": "VirtualLocation", "name": "Zoom", "url": PAGE});
    assert_eq!(at(Some(Online), true, Some("Zoom")), zoom);
    assert_eq!(
        at(Some(Online), false, None),
        json!({"@type": "VirtualLocation", "url": PAGE})
    );
    let hybrid = at(Some(Hybrid), true, Some("Zoom"));
    assert_eq!((&hybrid[0]["@type"], &hybrid[1]), (&json!("Place"), &zoom));
    assert_eq!(at(Some(Onsite), false, Some("Zoom")), Value::Null);
    assert_eq!(at(None, true, None)["@type"], "Place");
}

#[test]
fn seats_are_summed_where_all_are_counted() {
    let offer = |channel, capacity, free| Offer {
        channel,
        capacity,
        free,
    };
    let told = |seats: Vec<Offer>| told(&Entry { seats, ..entry() });
    let sums = |told: &Value| {
        [
            "maximumAttendeeCapacity",
            "maximumPhysicalAttendeeCapacity",
            "maximumVirtualAttendeeCapacity",
            "remainingAttendeeCapacity",
        ]
        .map(|name| told[name].as_i64())
    };
    let onsite = || offer(Channel::Onsite, Some(50), Some(0));
    let stream = || offer(Channel::Livestream, None, None);
    let both = told(vec![onsite(), offer(Channel::Online, Some(100), Some(7)), stream()]);
    assert_eq!(sums(&both), [Some(150), Some(50), Some(100), Some(7)]);
    let open = told(vec![onsite(), offer(Channel::Online, None, None)]);
    assert_eq!(sums(&open), [None, Some(50), None, None]);
    assert_eq!(sums(&told(vec![stream()])), [None; 4]);
    assert_eq!(
        sums(&told(vec![offer(Channel::Onsite, Some(50), None)])),
        [Some(50), Some(50), None, None]
    );
}

#[test]
fn several_sessions_are_parts_of_one_event() {
    let mut entry = entry();
    entry.sessions.push(Slot {
        id: SessionId(id(11)),
        title: Some("Der Plan".to_owned()),
        time: clock("2027-05-13T16:00:00Z", None),
        ..entry.sessions[0].clone()
    });
    let told = told(&entry);
    assert_eq!(told["startDate"], "2027-05-06T18:00:00+02:00");
    assert_eq!(told["location"]["@type"], "Place", "one place, told once");
    let parts = told["subEvent"].as_array().unwrap();
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[0]["name"], "Gründen, aber sicher; ein Abend");
    assert_eq!(parts[1]["name"], "Der Plan");
    assert_eq!(parts[1].get("endDate"), None);
}

#[test]
fn days_are_days_and_the_last_one_is_included() {
    let mut entry = entry();
    entry.sessions[0].time = Time::Days {
        first: "2027-05-06".parse().unwrap(),
        last: "2027-05-08".parse().unwrap(),
    };
    let told = told(&entry);
    assert_eq!(
        (&told["startDate"], &told["endDate"]),
        (&json!("2027-05-06"), &json!("2027-05-08"))
    );
}

#[test]
fn every_kind_is_one_of_two_types_and_every_party_stands_where_it_belongs() {
    for kind in Kind::ALL {
        let learns = ["seminar", "workshop", "talk", "course"].contains(&kind.as_str());
        let expected = if learns { "EducationEvent" } else { "BusinessEvent" };
        assert_eq!(told(&Entry { kind: *kind, ..entry() })["@type"], expected, "{kind}");
    }
    let parties = vec![
        partner(PartyRole::CoOrganiser, "AGIT", Some(6)),
        partner(PartyRole::Host, "Zinkhütter Hof", None),
        partner(PartyRole::Speaker, "IHK Aachen", Some(4)),
    ];
    let told = told(&Entry { parties, ..entry() });
    assert_eq!(told["organizer"]["name"], "AGIT");
    assert_eq!(
        told["contributor"],
        json!({"@type": "Organization", "name": "Zinkhütter Hof"})
    );
    assert_eq!(told["performer"][0]["@type"], "Organization");
    assert_eq!(told.get("funder"), None);
    let alone = self::told(&Entry {
        parties: Vec::new(),
        speakers: Vec::new(),
        ..entry()
    });
    assert_eq!(alone["organizer"]["name"], "StädteRegion Aachen");
    assert_eq!(alone.get("performer"), None);
}

#[test]
fn a_project_is_a_keyword_and_no_event() {
    let mut entry = entry();
    entry.collections[0].kind = CollectionKind::Programme;
    let told = told(&entry);
    assert_eq!(told.get("superEvent"), None);
    assert_eq!(told["keywords"], json!(["Hallo Nachbar"]));
}
