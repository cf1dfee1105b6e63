//! What a mail is told: the facts as they are at this moment. How they are put into words is the templates' part.

use serde_json::{Value, json};

use crate::catalogue::VenueRef;
use crate::mail::{Kind, Letter};
use crate::registrations::model::Registration;
use crate::seminars::{ReasonCode, Session, SharedWith, Whole, local};

/// The facts of a seminar, the same for all its mails. `dropped`: sessions that are no more, for the calendars that
/// still have them. Never with a join link: that is behind the registrant's own.
pub fn facts(whole: &Whole, dropped: &[(Session, Option<VenueRef>)]) -> Value {
    let sessions = |all: &[(Session, Option<VenueRef>)]| all.iter().map(session).collect::<Vec<_>>();
    json!({
        "seminar": {
            "id": whole.seminar.id,
            "title": whole.seminar.title,
            "status": whole.seminar.status,
            "organisation": whole.organisation.name,
            "contact_email": whole.admission.contact_email,
            "sequence": whole.seminar.calendar_sequence,
            "sessions": sessions(&whole.sessions),
            "dropped_sessions": sessions(dropped),
        },
        "registration": null,
        "change": null,
        "minimum": null,
    })
}

fn session((session, venue): &(Session, Option<VenueRef>)) -> Value {
    json!({
        "id": session.id,
        "title": session.title,
        "starts_at": local(session.starts_at, &session.time_zone),
        "ends_at": session.ends_at.map(|end| local(end, &session.time_zone)),
        "date_precision": session.date_precision,
        "time_zone": session.time_zone,
        "place": venue.as_ref().map(VenueRef::line),
        "online_platform": session.online_platform,
    })
}

/// A letter to the person who registered.
pub fn letter(facts: &Value, kind: Kind, registration: &Registration, position: Option<i64>) -> Letter {
    let mut data = facts.clone();
    if let Some(members) = data.as_object_mut() {
        members.insert(
            "registration".to_owned(),
            json!({
                "id": registration.id,
                "state": registration.state,
                "channel": registration.channel,
                "given_name": registration.given_name,
                "family_name": registration.family_name,
                "persons": registration.persons,
                "waitlist_position": position,
                "confirm_by": registration.confirm_by,
                "offered_until": registration.offered_until,
                "sharings": [],
            }),
        );
    }
    Letter {
        organisation_id: registration.organisation_id.0,
        kind,
        language: registration.language.clone(),
        recipient: registration.email.clone(),
        recipient_name: registration.name(),
        registration_id: Some(registration.id.0),
        seminar_id: Some(registration.seminar_id.0),
        data,
        once: None,
    }
}

/// The letter with those who may read what the person said of themselves.
pub fn told_with_whom(mut letter: Letter, with: &[SharedWith]) -> Letter {
    let told = with
        .iter()
        .map(|(sharing, recipient)| json!({"organisation": recipient.name, "purpose": sharing.purpose}));
    if let Some(sharings) = letter.data.pointer_mut("/registration/sharings") {
        *sharings = told.collect();
    }
    letter
}

/// The facts with the reason of a change of plan.
pub fn with_change(mut facts: Value, reason: ReasonCode, public_text: Option<&str>) -> Value {
    if let Some(members) = facts.as_object_mut() {
        members.insert(
            "change".to_owned(),
            json!({"reason_code": reason, "public_text": public_text}),
        );
    }
    facts
}
