//! Somebody corrects what they said, or brings fewer or more.

use diesel::PgConnection;
use serde_json::{Map, Value};

use super::held::{By, Held};
use super::register::{answered, delete_on};
use super::steps::Check;
use super::waiting_list::move_up;
use super::{free, last_day, refused, waiting_list};
use crate::base::problem::{Code, Error, FieldError, Problem, Result};
use crate::base::text::{Email, Language, Line};
use crate::journal::Act;
use crate::mail::Kind;
use crate::registrations::model::{
    Companion, Companions, PersonalData, Registration, RegistrationId, SensitiveAnswer, State,
};
use crate::registrations::rules::{Place, Refusal, Way, admit, seats_of};
use crate::registrations::store;
use crate::seminars::CapacityUnit;

/// What is to be changed; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct RegistrationChange {
    pub given_name: Option<Line<100>>,
    pub family_name: Option<Line<100>>,
    /// Members only: the links of mails sent before end with the old address.
    pub email: Option<Email>,
    pub company: Option<Option<Line<200>>>,
    pub phone: Option<Option<Line<50>>>,
    pub language: Option<Language>,
    pub companions: Option<Vec<Companion>>,
    pub further_persons: Option<i32>,
    /// Answers by question; `null` takes one away.
    pub answers: Option<Map<String, Value>>,
}

/// Changes a registration that is not over. Fewer persons give their seats back; more need free seats now.
pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    by: &By<'_>,
    id: RegistrationId,
    check: Check<'_>,
    change: RegistrationChange,
) -> Result<Registration> {
    let mut held = Held::take(conn, act, by, id)?;
    check(held.registration.version)?;
    held.open_to(by, act.now)?;
    if !held.registration.state.active() {
        let detail = format!("A registration that is {} cannot be changed.", held.registration.state);
        return Err(Problem::new(Code::TransitionNotAllowed).detail(detail).into());
    }
    if held.registration.personal_data != PersonalData::Kept {
        // Whoever asked to be forgotten is not written down again, and what is only kept is not worked with.
        let detail = format!("Its personal data are {}.", held.registration.personal_data);
        return Err(Problem::new(Code::TransitionNotAllowed).detail(detail).into());
    }
    let another_address = change
        .email
        .as_ref()
        .is_some_and(|email| email.key() != held.registration.email_key);
    if change.email.is_some() && !matches!(by, By::Member(_)) {
        return Err(Error::member(
            "/email",
            "is changed by the organiser: the links go to it",
        ));
    }
    let answers = change.answers.clone();
    let fewer = persons(&mut held, &change)?;
    apply(&mut held.registration, change);
    if another_address {
        // Nobody has shown yet that it is theirs.
        held.registration.email_confirmed_at = None;
    }
    if held.whole.admission.capacity_unit == CapacityUnit::Companies && held.registration.company.is_none() {
        return Err(Error::member("/company", "is required: seats are counted by company"));
    }
    if let Some(answers) = answers {
        answer(conn, act, &mut held, answers)?;
    }
    held.registration.search_text = held.registration.searched();
    super::touch(&mut held.registration, act.now);
    // The new address gets links of its own.
    let kind = match held.registration.state {
        State::Pending => Kind::ConfirmAddress,
        State::Waitlisted => Kind::Waitlisted,
        State::Offered => Kind::Offered,
        State::Applied => Kind::Applied,
        _ if another_address => Kind::Confirmed,
        _ => Kind::Changed,
    };
    let tell = another_address || held.registration.state == State::Confirmed;
    held.save(conn, act, "registration.changed", tell.then_some(kind))?;
    if fewer {
        move_up(conn, act, &held.whole, held.seats)?;
    }
    Ok(held.registration)
}

fn apply(registration: &mut Registration, change: RegistrationChange) {
    if let Some(name) = change.given_name {
        registration.given_name = name.into_string();
    }
    if let Some(name) = change.family_name {
        registration.family_name = name.into_string();
    }
    if let Some(email) = change.email {
        registration.email_key = email.key();
        registration.email = email.into_string();
    }
    if let Some(company) = change.company {
        registration.company = company.map(Line::into_string);
    }
    if let Some(phone) = change.phone {
        registration.phone = phone.map(Line::into_string);
    }
    if let Some(language) = change.language {
        registration.language = language.into_string();
    }
    if let Some(companions) = change.companions {
        registration.companions = Companions(companions);
    }
}

/// How many come now. `true`: seats were given back.
fn persons(held: &mut Held, change: &RegistrationChange) -> Result<bool> {
    let registration = &held.registration;
    let count = |all: usize| i32::try_from(all).map_err(Error::internal);
    let named_before = count(registration.companions.0.len())?;
    let named = match &change.companions {
        Some(companions) => count(companions.len())?,
        None => named_before,
    };
    let further = change
        .further_persons
        .unwrap_or(registration.persons - 1 - named_before);
    let persons = named.saturating_add(further.max(0)).saturating_add(1);
    let most = held.whole.admission.max_persons;
    if further < 0 || (persons > most && persons > registration.persons) {
        let member = if change.further_persons.is_some() {
            "/further_persons"
        } else {
            "/companions"
        };
        return Err(Error::member(
            member,
            format!("at most {most} persons can be registered at once"),
        ));
    }
    let seats = seats_of(held.whole.admission.capacity_unit, persons);
    let (before, more) = (registration.seats, seats - registration.seats);
    if registration.state.holds_seat() {
        if more > 0 {
            // Also by an organiser: those who wait were there first.
            let list = waiting_list(&held.whole.seminar);
            match admit(Way::FirstCome, free(&held.seats), list, more).map_err(refused)? {
                Place::Seat => {}
                _ => return Err(refused(Refusal::Full { waiting_list: false })),
            }
        }
        held.seats.taken += more;
    } else if let Some(capacity) = held.seats.capacity.filter(|all| more > 0 && seats > *all) {
        return Err(refused(Refusal::TooLarge { capacity }));
    }
    if seats != before {
        // Another group is another wait.
        held.registration.held_up_since = None;
    }
    held.registration.persons = persons;
    held.registration.seats = seats;
    Ok(seats < before && held.registration.state.holds_seat())
}

/// Answers are checked as a whole: those of before, with what is new.
fn answer(conn: &mut PgConnection, act: &Act, held: &mut Held, new: Map<String, Value>) -> Result<()> {
    let of = (held.registration.organisation_id, held.registration.id);
    let mut all = held.registration.answers.as_object().cloned().unwrap_or_default();
    for one in store::sensitive_answers(conn, of)? {
        all.insert(one.question, one.answer);
    }
    // A question that is asked no longer need not be answered again.
    let questions = &held.whole.admission.questions.0;
    all.retain(|id, _| questions.iter().any(|question| question.id.as_str() == id));
    all.extend(new);
    all.retain(|_, value| !value.is_null());
    let answered = answered(
        questions,
        held.registration.channel,
        &all,
        held.registration.entered_by.is_some(),
    );
    let answered = answered.map_err(|faults: Vec<FieldError>| Error::invalid(faults))?;
    held.registration.answers = Value::Object(answered.kept);
    let delete_on = delete_on(last_day(&held.whole), act.today());
    let sensitive = answered
        .sensitive
        .into_iter()
        .map(|(question, answer)| SensitiveAnswer {
            organisation_id: of.0,
            registration_id: of.1,
            question,
            answer,
            delete_on,
        });
    store::replace_sensitive_answers(conn, of, &sensitive.collect::<Vec<_>>())
}
