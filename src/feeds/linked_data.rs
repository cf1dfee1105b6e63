//! The programme as JSON-LD by schema.org, for search engines and event portals. What is not known is not there: no price,
//! no doors, nobody who attends. The place of what is attended from afar is its page, for the room is the registered's.

use serde_json::{Map, Value, json};

use super::addresses::Addresses;
use super::model::{Entry, Offer, Partner, Slot, Time};
use super::rules::{EventStatus, history, start};
use crate::catalogue::{CollectionKind, CollectionRef, VenueRef};
use crate::seminars::{AttendanceMode, Channel, Kind, PartyRole};

const CONTEXT: &str = "https://schema.org";

/// One seminar.
#[must_use]
pub fn document(entry: &Entry, addresses: &Addresses) -> Value {
    let mut event = event(entry, addresses);
    event.insert("@context".to_owned(), json!(CONTEXT));
    Value::Object(event)
}

/// Many.
#[must_use]
pub fn graph(entries: &[Entry], addresses: &Addresses) -> Value {
    let events = entries.iter().map(|entry| Value::Object(event(entry, addresses)));
    json!({"@context": CONTEXT, "@graph": events.collect::<Vec<_>>()})
}

/// Members that are put in only where there is something to say.
struct Members(Map<String, Value>);

impl Members {
    fn of(kind: &str) -> Self {
        let mut members = Self(Map::new());
        members.say("@type", Some(kind));
        members
    }

    fn say(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    /// One value as it is, several as a list.
    fn list(&mut self, name: &str, values: Vec<Value>) {
        if values.len() > 1 {
            self.say(name, Some(values));
        } else {
            self.say(name, values.into_iter().next());
        }
    }
}

fn event(entry: &Entry, addresses: &Addresses) -> Map<String, Value> {
    let page = addresses.page(entry.id);
    let told = history(entry);
    let mut event = Members::of(event_type(entry.kind));
    event.say("@id", Some(addresses.seminar(entry.id)));
    event.say("identifier", Some(entry.id.to_string()));
    event.say("name", Some(entry.title.as_str()));
    event.say("description", entry.description.as_deref());
    event.say("inLanguage", Some(entry.language.as_str()));
    event.say("url", Some(page.as_str()));
    let keywords = entry
        .collections
        .iter()
        .map(|one| one.name.as_str())
        .collect::<Vec<_>>();
    event.say("keywords", Some(keywords).filter(|names| !names.is_empty()));
    event.say("startDate", entry.sessions.first().map(|slot| start(&slot.time)));
    event.say("endDate", entry.sessions.last().and_then(|slot| end(&slot.time)));
    event.list(
        "previousStartDate",
        told.previous_starts.into_iter().map(Value::from).collect(),
    );
    // Always a list, for it is one in half of what matters, and one program reads both.
    let status = told.status.into_iter().map(|one| iri(status_word(one)));
    event.say("eventStatus", Some(status.collect::<Vec<_>>()));
    event.say("eventAttendanceMode", entry.mode.map(|mode| iri(mode_word(mode))));
    event.list("location", locations(&entry.sessions, entry, &page));
    capacities(&mut event, &entry.seats);
    parties(&mut event, entry, addresses);
    event.list(
        "superEvent",
        entry.collections.iter().filter_map(series(addresses)).collect(),
    );
    if entry.sessions.len() > 1 {
        let parts = entry.sessions.iter().map(|slot| part(slot, entry, &page));
        event.list("subEvent", parts.collect());
    }
    event.0
}

/// What one learns at is for education; what one meets at is for business.
const fn event_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Seminar | Kind::Workshop | Kind::Talk | Kind::Course => "EducationEvent",
        Kind::InfoEvent
        | Kind::Kickoff
        | Kind::Award
        | Kind::CompanyVisit
        | Kind::ConsultationHour
        | Kind::Fair
        | Kind::Networking => "BusinessEvent",
    }
}

const fn status_word(status: EventStatus) -> &'static str {
    match status {
        EventStatus::Scheduled => "EventScheduled",
        EventStatus::Cancelled => "EventCancelled",
        EventStatus::Postponed => "EventPostponed",
        EventStatus::Rescheduled => "EventRescheduled",
        EventStatus::MovedOnline => "EventMovedOnline",
    }
}

const fn mode_word(mode: AttendanceMode) -> &'static str {
    match mode {
        AttendanceMode::Onsite => "OfflineEventAttendanceMode",
        AttendanceMode::Online => "OnlineEventAttendanceMode",
        AttendanceMode::Hybrid => "MixedEventAttendanceMode",
    }
}

fn iri(word: &str) -> Value {
    json!(format!("{CONTEXT}/{word}"))
}

/// The last moment, or the last day, which is included.
fn end(time: &Time) -> Option<String> {
    match time {
        Time::Clock { end, .. } => end.map(|end| end.to_rfc3339()),
        Time::Days { last, .. } => Some(last.to_string()),
    }
}

/// Where these sessions are, each place once.
fn locations<'a>(slots: impl IntoIterator<Item = &'a Slot>, entry: &Entry, page: &str) -> Vec<Value> {
    let onsite = entry.mode != Some(AttendanceMode::Online);
    let afar = matches!(entry.mode, Some(AttendanceMode::Online | AttendanceMode::Hybrid));
    let mut found = Vec::new();
    for slot in slots {
        let venue = slot.venue.as_ref().filter(|_| onsite).map(place);
        let room = afar.then(|| virtual_location(slot.platform.as_deref(), page));
        for location in venue.into_iter().chain(room) {
            if !found.contains(&location) {
                found.push(location);
            }
        }
    }
    found
}

fn place(venue: &VenueRef) -> Value {
    let mut address = Members::of("PostalAddress");
    address.say("streetAddress", venue.street.as_deref());
    address.say("postalCode", venue.postal_code.as_deref());
    address.say("addressLocality", Some(venue.locality.as_str()));
    address.say("addressCountry", Some(venue.country.as_str()));
    let mut place = Members::of("Place");
    place.say("name", Some(venue.name.as_deref().unwrap_or(&venue.locality)));
    place.say("address", Some(address.0));
    place.0.into()
}

fn virtual_location(platform: Option<&str>, page: &str) -> Value {
    let mut room = Members::of("VirtualLocation");
    room.say("name", platform);
    room.say("url", Some(page));
    room.0.into()
}

/// A sum of seats is told where all are counted; a livestream has viewers, who are not attendees.
fn capacities(event: &mut Members, seats: &[Offer]) {
    let of = |channel| seats.iter().find(|offer| offer.channel == channel);
    let with_seats = [of(Channel::Onsite), of(Channel::Online)];
    let sum = |count: fn(&Offer) -> Option<i32>| {
        let mut sum = None;
        for offer in with_seats.iter().flatten() {
            sum = Some(sum.unwrap_or(0_i32).saturating_add(count(offer)?));
        }
        sum
    };
    let [onsite, online] = with_seats.map(|offer| offer.and_then(|offer| offer.capacity));
    event.say("maximumAttendeeCapacity", sum(|offer| offer.capacity));
    event.say("maximumPhysicalAttendeeCapacity", onsite);
    event.say("maximumVirtualAttendeeCapacity", online);
    event.say("remainingAttendeeCapacity", sum(|offer| offer.free));
}

fn parties(event: &mut Members, entry: &Entry, addresses: &Addresses) {
    let named = |roles: &[PartyRole]| {
        let such = entry.parties.iter().filter(|party| roles.contains(&party.role));
        such.map(|party| who(party, addresses)).collect::<Vec<_>>()
    };
    let mut organisers = named(&[PartyRole::Lead, PartyRole::CoOrganiser]);
    if organisers.is_empty() {
        // Whose seminar it is.
        let own = &entry.organisation;
        organisers.push(organisation(
            &own.name,
            Some(addresses.api(&format!("/organisations/{}", own.id))),
            None,
        ));
    }
    event.list("organizer", organisers);
    event.list("contributor", named(&[PartyRole::Contributor, PartyRole::Host]));
    event.list("funder", named(&[PartyRole::Funder]));
    let mut performers = named(&[PartyRole::Speaker]);
    let people = entry
        .speakers
        .iter()
        .map(|name| json!({"@type": "Person", "name": name}));
    for person in people {
        if !performers.contains(&person) {
            performers.push(person);
        }
    }
    event.list("performer", performers);
}

/// Who speaks and is none of the organisations is a person.
fn who(party: &Partner, addresses: &Addresses) -> Value {
    if party.role == PartyRole::Speaker && party.organisation.is_none() {
        return json!({"@type": "Person", "name": party.name});
    }
    let id = party
        .organisation
        .map(|id| addresses.api(&format!("/organisations/{id}")));
    organisation(&party.name, id, party.homepage.as_deref())
}

fn organisation(name: &str, id: Option<String>, homepage: Option<&str>) -> Value {
    let mut organisation = Members::of("Organization");
    organisation.say("@id", id);
    organisation.say("name", Some(name));
    organisation.say("url", homepage);
    organisation.0.into()
}

/// A series or a week of events is one above this one; a project is none, and stays a keyword.
fn series(addresses: &Addresses) -> impl Fn(&CollectionRef) -> Option<Value> {
    move |collection| match collection.kind {
        CollectionKind::Series | CollectionKind::Umbrella => Some(json!({
            "@type": "EventSeries",
            "@id": addresses.api(&format!("/collections/{}", collection.id)),
            "name": collection.name,
        })),
        CollectionKind::Programme => None,
    }
}

/// One session of several.
fn part(slot: &Slot, entry: &Entry, page: &str) -> Value {
    let mut part = Members::of("Event");
    part.say("name", Some(slot.title.as_deref().unwrap_or(&entry.title)));
    part.say("startDate", Some(start(&slot.time)));
    part.say("endDate", end(&slot.time));
    part.list("location", locations([slot], entry, page));
    part.0.into()
}

#[cfg(test)]
mod tests;
