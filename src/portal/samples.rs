//! Made-up registrations of every shape: the operator's templates are tried out on them before a person sees one.

use actix_web::http::StatusCode;
use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use uuid::Uuid;

use super::model::{Done, Notice, Reader, refused};
use super::pages::{Leads, Pages};
use super::rules::filled;
use super::view::{Cancel, Form, Join, Person, Place, TicketShown};
use crate::auth::{OrganisationId, OrganisationRef};
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::registrations::{
    Action, Consent, PersonalData, Registration, RegistrationId, Room, Shared, Standing, State,
};
use crate::seminars::{
    Admission, AdmissionKind, AttendanceRule, Audience, BelowMinimum, CapacityUnit, Channel, Confirmation,
    DatePrecision, Kind, Seminar, SeminarId, Session, SessionId, Sharing, SharingId, Status, Whole,
};

const NIL: Uuid = Uuid::nil();

/// Every page once in every shape, so that a word or a member that is not there is found at the start.
pub fn try_out(pages: &Pages) -> Result<()> {
    let sent = |name, page: Result<_>| {
        page.map(drop)
            .map_err(|error| Error::internal(format!("{name}: {error}")))
    };
    for english in [false, true] {
        let reader = Reader {
            english,
            chosen: english,
        };
        let place = |page| Place {
            here: "/registrations/TOKEN".to_owned(),
            page,
            reader,
        };
        for standing in all()? {
            let page = Person::of(
                &standing,
                &place(""),
                &pages.words,
                None,
                Some("/join/TOKEN".to_owned()),
                Some(TicketShown {
                    code: "7K2MQ-X9D4T".to_owned(),
                    qr: "<svg></svg>".to_owned(),
                    pdf: true,
                }),
            );
            sent(
                "registration.html",
                pages.answer(StatusCode::OK, "registration.html", page, Leads::Home),
            )?;
            let page = Cancel::of(&standing, &place("/cancel"));
            sent(
                "cancel.html",
                pages.answer(StatusCode::OK, "cancel.html", page, Leads::Home),
            )?;
            for faults in [faults(), Vec::new()] {
                let page = Form::of(
                    &standing,
                    &place("/change"),
                    &pages.words,
                    None,
                    &filled(&standing),
                    &faults,
                );
                sent(
                    "change.html",
                    pages.answer(StatusCode::OK, "change.html", page, Leads::Home),
                )?;
            }
            for (open, hours) in [(true, 0), (false, 0), (false, -9), (false, 9)] {
                let session = standing.whole.sessions.first().map(|(session, _)| session.clone());
                let (registration, whole) = (standing.registration.clone(), standing.whole.clone());
                let room = Room {
                    registration,
                    whole,
                    session: session.filter(|_| hours < 9),
                    open,
                };
                let page = Join::of(&room, &place(""), at() + Duration::hours(hours));
                sent(
                    "join.html",
                    pages.answer(StatusCode::OK, "join.html", page, Leads::Away),
                )?;
            }
        }
        let standing = standing(State::Confirmed, Status::Scheduled, true, "registrant")?;
        let done = Done::ALL.iter().copied().map(Notice::Done);
        for notice in done.chain(Code::ALL.iter().map(|code| Notice::Refused(refused(*code)))) {
            let page = Person::of(&standing, &place(""), &pages.words, Some(notice), None, None);
            sent(
                "registration.html",
                pages.answer(StatusCode::OK, "registration.html", page, Leads::Home),
            )?;
        }
        for code in Code::ALL {
            sent("error.html", pages.error(&Problem::new(*code), "an-id", english))?;
        }
    }
    Ok(())
}

fn faults() -> Vec<FieldError> {
    let places = [
        "/given_name",
        "/companions",
        "/companions/0/family_name",
        "/further_persons",
        "/answers/choice",
    ];
    places
        .map(|place| FieldError::member(place, "must have at most 3 characters, has 4"))
        .into()
}

/// In every state, with everything there may be and with nothing of it.
fn all() -> Result<Vec<Standing>> {
    let mut all = Vec::new();
    for state in State::ALL {
        for status in [Status::Scheduled, Status::Postponed, Status::Cancelled, Status::Held] {
            for full in [true, false] {
                let cancellers: &[&str] = match state {
                    State::Cancelled => &["registrant", "organiser", "system"],
                    _ => &["registrant"],
                };
                for by in cancellers {
                    all.push(standing(*state, status, full, by)?);
                }
            }
        }
    }
    Ok(all)
}

fn at() -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + Duration::hours(500_000)
}

fn standing(state: State, status: Status, full: bool, by: &str) -> Result<Standing> {
    let consent = |withdrawn_at| {
        Ok::<_, Error>(Consent {
            organisation_id: OrganisationId(NIL),
            id: from(json!(NIL))?,
            registration_id: RegistrationId(NIL),
            purpose: "photos".to_owned(),
            text_version: if full { "1" } else { "2" }.to_owned(),
            text_hash: Vec::new(),
            language: "de".to_owned(),
            given_at: at(),
            withdrawn_at,
        })
    };
    let some = |text: &str| full.then(|| text.to_owned());
    let companions = if full {
        json!([{"given_name": "Berta", "family_name": "Çelik"}])
    } else {
        json!([])
    };
    let mut standing = Standing {
        registration: Registration {
            organisation_id: OrganisationId(NIL),
            id: RegistrationId(NIL),
            seminar_id: SeminarId(NIL),
            channel: if full { Channel::Onsite } else { Channel::Online },
            state,
            seats: if full { 3 } else { 1 },
            waiting_ticket: Some(1),
            confirm_by: Some(at()),
            offered_until: Some(at()),
            given_name: "Anna".to_owned(),
            family_name: "O'Neil <Müller>".to_owned(),
            email: "anna@example.org".to_owned(),
            email_key: "anna@example.org".to_owned(),
            company: some("Printenfabrik & Söhne"),
            phone: some("+49 241 1"),
            language: "de".to_owned(),
            search_text: String::new(),
            entered_by: None,
            cancelled_at: Some(at()),
            cancelled_by: by.parse().ok(),
            cancel_reason: None,
            version: 1,
            created_at: at(),
            updated_at: at(),
            persons: if full { 3 } else { 1 },
            companions: Default::default(),
            answers: if full {
                json!({"text": "<b>", "multiple": ["x"], "yes_no": true, "number": 2})
            } else {
                json!({})
            },
            email_confirmed_at: None,
            held_up_since: None,
            kept_at: None,
            personal_data: PersonalData::Kept,
        },
        position: Some(3),
        whole: whole(status, full)?,
        sensitive: Vec::new(),
        consents: if full {
            vec![consent(None)?, consent(Some(at()))?]
        } else {
            vec![consent(None)?]
        },
        shared: if full {
            vec![shared(None), shared(Some(at()))]
        } else {
            Vec::new()
        },
        actions: if full { Action::ALL.to_vec() } else { Vec::new() },
    };
    standing.registration.companions.0 = from(companions)?;
    Ok(standing)
}

/// In force and never read, or ended and read.
fn shared(ended_at: Option<DateTime<Utc>>) -> Shared {
    Shared {
        sharing: Sharing {
            organisation_id: OrganisationId(NIL),
            id: SharingId(NIL),
            seminar_id: SeminarId(NIL),
            recipient_id: OrganisationId(NIL),
            purpose: "Begrüßung & <Empfang>".to_owned(),
            begun_at: at(),
            ended_at,
        },
        organisation: OrganisationRef {
            id: OrganisationId(NIL),
            slug: "ihk-aachen".to_owned(),
            name: "IHK Aachen".to_owned(),
        },
        told_at: at(),
        disclosed: ended_at.into_iter().collect(),
    }
}

fn whole(status: Status, full: bool) -> Result<Whole> {
    let day = at().date_naive();
    let session = Session {
        organisation_id: OrganisationId(NIL),
        seminar_id: SeminarId(NIL),
        id: SessionId(NIL),
        title: full.then(|| "Wer fördert was?".to_owned()),
        starts_at: at(),
        ends_at: full.then(|| at() + Duration::hours(2)),
        date_precision: if full {
            DatePrecision::Minute
        } else {
            DatePrecision::Day
        },
        time_zone: "Europe/Berlin".to_owned(),
        starts_on: day,
        venue_id: None,
        online_platform: full.then(|| "Zoom".to_owned()),
        join_url: None,
    };
    let kinds = ["text", "choice", "multiple", "yes_no", "number", "date"];
    let questions = kinds.map(|kind| {
        let options = if ["choice", "multiple"].contains(&kind) { json!(["x", "y"]) } else { json!([]) };
        json!({"id": kind.replace('_', "-"), "kind": kind, "label": {"de": "Frage?"}, "options": options, "sensitive": true, "required": full})
    });
    let texts = json!([{"purpose": "photos", "version": "1", "text": {"de": "Fotos dürfen mich zeigen."}}]);
    let mut whole = Whole {
        seminar: Seminar {
            organisation_id: OrganisationId(NIL),
            id: SeminarId(NIL),
            title: "Fördermittel & \"Zuschüsse\" <für> Gründer_innen".to_owned(),
            kind: Kind::Seminar,
            language: "de".to_owned(),
            description: None,
            audience: Audience::Public,
            status,
            begins_at: at(),
            within_from: full.then_some(day),
            within_to: full.then_some(day),
            waiting_list: true,
            waiting_list_limit: None,
            registration_opens_at: None,
            registration_closes_at: None,
            published_on: None,
            calendar_sequence: 0,
            search_text: String::new(),
            source_quote: None,
            version: 1,
            created_at: at(),
            updated_at: at(),
            merged_into_organisation_id: None,
            merged_into: None,
        },
        organisation: OrganisationRef {
            id: OrganisationId(NIL),
            slug: "staedteregion-aachen".to_owned(),
            name: "StädteRegion Aachen".to_owned(),
        },
        attendance_rule: AttendanceRule::of((OrganisationId(NIL), SeminarId(NIL))),
        admission: Admission {
            organisation_id: OrganisationId(NIL),
            seminar_id: SeminarId(NIL),
            admission: AdmissionKind::FirstCome,
            confirmation: Confirmation::Email,
            confirm_hours: 24,
            offer_hours: 24,
            capacity_unit: CapacityUnit::Persons,
            max_persons: if full { 5 } else { 1 },
            contact_email: full.then(|| "kontakt@example.org".to_owned()),
            minimum_participants: None,
            decide_by: None,
            below_minimum: BelowMinimum::Notify,
            decided_at: None,
            questions: Default::default(),
            consent_texts: Default::default(),
        },
        // Without a session when it is postponed, with a span of days or without.
        sessions: if status == Status::Postponed {
            Vec::new()
        } else {
            vec![(session, None)]
        },
        channels: Vec::new(),
        parties: Vec::new(),
        collections: Vec::new(),
        external_refs: Vec::new(),
        merged_into: None,
        merged: Vec::new(),
        sharings: Vec::new(),
    };
    whole.admission.questions.0 = from(if full { json!(questions) } else { json!([]) })?;
    whole.admission.consent_texts.0 = from(texts)?;
    Ok(whole)
}

fn from<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T> {
    serde_json::from_value(value).map_err(Error::internal)
}
