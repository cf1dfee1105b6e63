//! What a page is filled with. How it says it is the templates' part.

mod form;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;

use super::model::{Notice, Reader};
use super::rules::{answers, asked, nameless, texts};
use super::words::Words;
use crate::registrations::{Action, Companion, EARLY, Registration, Room, Shared, Standing, State, facts};
use crate::seminars::{Channel, QuestionKind, Status, Whole};

pub use form::Form;

/// What all pages of a registration have.
#[derive(Serialize)]
pub struct Frame<C> {
    language: &'static str,
    query: &'static str,
    /// The path of the registration's page, or of its room.
    here: String,
    /// The same page in the other language.
    other: Option<Other>,
    /// As the mails are told it.
    seminar: Value,
    span: Option<Span>,
    registration: Shown,
    notice: Option<Notice>,
    #[serde(flatten)]
    content: C,
}

#[derive(Serialize)]
struct Other {
    language: &'static str,
    link: String,
}

#[derive(Serialize)]
struct Span {
    from: String,
    to: String,
}

/// The registration, as far as the person who made it sees it: without what the organiser noted about it.
#[derive(Serialize)]
struct Shown {
    state: State,
    active: bool,
    channel: Channel,
    given_name: String,
    family_name: String,
    email: String,
    company: Option<String>,
    phone: Option<String>,
    persons: i32,
    seats: i32,
    companions: Vec<Companion>,
    further_persons: i32,
    position: Option<i64>,
    confirm_by: Option<DateTime<Utc>>,
    offered_until: Option<DateTime<Utc>>,
    cancelled_at: Option<DateTime<Utc>>,
    cancelled_by: Option<String>,
}

impl Shown {
    fn of(registration: &Registration, position: Option<i64>) -> Self {
        let row = registration.clone();
        Self {
            state: row.state,
            active: row.state.active(),
            channel: row.channel,
            further_persons: nameless(registration),
            given_name: row.given_name,
            family_name: row.family_name,
            email: row.email,
            company: row.company,
            phone: row.phone,
            persons: row.persons,
            seats: row.seats,
            companions: row.companions.0,
            position,
            confirm_by: row.confirm_by,
            offered_until: row.offered_until,
            cancelled_at: row.cancelled_at,
            cancelled_by: row.cancelled_by.map(|by| by.to_string()),
        }
    }
}

/// `here` is the path of the page with what follows the token, `page` what it ends with: `/change`.
pub struct Place<'a> {
    pub here: String,
    pub page: &'a str,
    pub reader: Reader,
}

impl<C> Frame<C> {
    fn of(place: &Place<'_>, whole: &Whole, registration: Shown, notice: Option<Notice>, content: C) -> Self {
        let other = if place.reader.english { "de" } else { "en" };
        let day = |day: NaiveDate| format!("{day}T12:00:00Z");
        let span = whole.seminar.within_from.zip(whole.seminar.within_to);
        Self {
            language: place.reader.language(),
            query: place.reader.query(),
            other: Some(Other {
                language: other,
                link: format!("{}{}?lang={other}", place.here, place.page),
            }),
            here: place.here.clone(),
            seminar: facts(whole, &[]).get("seminar").cloned().unwrap_or_default(),
            span: span.map(|(from, to)| Span {
                from: day(from),
                to: day(to),
            }),
            registration,
            notice,
            content,
        }
    }
}

/// The person's page.
#[derive(Serialize)]
pub struct Person {
    actions: Vec<Action>,
    /// The page of the online room.
    join: Option<String>,
    /// By which the person is let in.
    ticket: Option<TicketShown>,
    answers: Vec<Answer>,
    consents: Vec<ConsentShown>,
    sharings: Vec<SharingShown>,
}

#[derive(Clone, Serialize)]
pub struct TicketShown {
    pub code: String,
    /// SVG; part of the page, so that nothing has to be fetched.
    pub qr: String,
    /// Whether it can be had as PDF.
    pub pdf: bool,
}

#[derive(Serialize)]
struct Answer {
    label: String,
    value: String,
}

#[derive(Serialize)]
struct ConsentShown {
    purpose: String,
    version: String,
    /// `None`: the seminar asks with other words by now.
    text: Option<String>,
    given_at: DateTime<Utc>,
    withdrawn_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct SharingShown {
    organisation: String,
    purpose: String,
    ended_at: Option<DateTime<Utc>>,
    /// When it was read last.
    read_at: Option<DateTime<Utc>>,
}

impl SharingShown {
    fn of(shared: &Shared) -> Self {
        Self {
            organisation: shared.organisation.name.clone(),
            purpose: shared.sharing.purpose.clone(),
            ended_at: shared.sharing.ended_at,
            read_at: shared.disclosed.first().copied(),
        }
    }
}

impl Person {
    pub fn of(
        standing: &Standing,
        place: &Place<'_>,
        words: &Words,
        notice: Option<Notice>,
        join: Option<String>,
        ticket: Option<TicketShown>,
    ) -> Frame<Self> {
        let language = place.reader.language();
        let consents = standing.consents.iter().map(|consent| {
            let texts = &standing.whole.admission.consent_texts.0;
            let text = texts
                .iter()
                .find(|text| text.purpose.as_str() == consent.purpose && text.version.as_str() == consent.text_version);
            ConsentShown {
                purpose: consent.purpose.clone(),
                version: consent.text_version.clone(),
                text: text.map(|text| text.text.in_language(language).to_owned()),
                given_at: consent.given_at,
                withdrawn_at: consent.withdrawn_at,
            }
        });
        let content = Self {
            actions: standing.actions.clone(),
            join,
            ticket,
            answers: answered(standing, place.reader, words),
            consents: consents.collect(),
            sharings: standing.shared.iter().map(SharingShown::of).collect(),
        };
        let shown = Shown::of(&standing.registration, standing.position);
        Frame::of(place, &standing.whole, shown, notice, content)
    }
}

fn answered(standing: &Standing, reader: Reader, words: &Words) -> Vec<Answer> {
    let all = answers(standing);
    let answers = asked(standing).filter_map(|question| {
        let answer = all.get(question.id.as_str())?;
        let said = texts(answer)
            .into_iter()
            .map(|text| match (question.kind, text.as_str()) {
                (QuestionKind::YesNo, "yes") => words.say(reader.english, "answer_yes", &[]),
                (QuestionKind::YesNo, _) => words.say(reader.english, "answer_no", &[]),
                _ => text,
            });
        Some(Answer {
            label: question.label.in_language(reader.language()).to_owned(),
            value: said.collect::<Vec<_>>().join(", "),
        })
    });
    answers.collect()
}

/// The page that asks whether it is meant.
#[derive(Serialize)]
pub struct Cancel {}

impl Cancel {
    pub fn of(standing: &Standing, place: &Place<'_>) -> Frame<Self> {
        let shown = Shown::of(&standing.registration, standing.position);
        Frame::of(place, &standing.whole, shown, None, Self {})
    }
}

/// The page in front of the online room.
#[derive(Serialize)]
pub struct Join {
    /// `open`, or why not.
    door: &'static str,
    opens_at: Option<DateTime<Utc>>,
    session: Option<Value>,
}

impl Join {
    pub fn of(room: &Room, place: &Place<'_>, now: DateTime<Utc>) -> Frame<Self> {
        let told = facts(&room.whole, &[]);
        let sessions = told.pointer("/seminar/sessions").and_then(Value::as_array);
        let session = room.session.as_ref().and_then(|session| {
            let id = session.id.to_string();
            sessions?
                .iter()
                .find(|told| told.get("id").and_then(Value::as_str) == Some(&id))
                .cloned()
        });
        let content = Self {
            door: door(room, now),
            opens_at: room.session.as_ref().map(|session| session.starts_at - EARLY),
            session,
        };
        Frame::of(place, &room.whole, Shown::of(&room.registration, None), None, content)
    }
}

fn door(room: &Room, now: DateTime<Utc>) -> &'static str {
    if room.open {
        return "open";
    }
    match (room.whole.seminar.status, &room.session) {
        (Status::Cancelled, _) => "seminar_cancelled",
        (Status::Postponed, _) => "seminar_postponed",
        _ if room.registration.state != State::Confirmed => "not_confirmed",
        _ if room.registration.channel != Channel::Online => "onsite",
        (_, None) if !room.whole.sessions.is_empty() => "over",
        (_, Some(session)) if now < session.starts_at - EARLY => "opens",
        _ => "soon",
    }
}
