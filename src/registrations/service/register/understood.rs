//! What somebody asks for, held against what the seminar asks.

use chrono::{Days, NaiveDate};
use serde_json::{Map, Value};

use super::NewRegistration;
use super::seminar::Prepared;
use crate::base::digest::sha256;
use crate::base::problem::{Error, FieldError, Result};
use crate::journal::Act;
use crate::registrations::model::{Consent, ConsentId, RegistrationId, SensitiveAnswer, SharingNotice};
use crate::registrations::rules::{seats_of, told_faults};
use crate::seminars::{
    Answered, CapacityUnit, Channel, ConsentText, Question, SharedWith, SharingId, check_answers, check_consents,
};

/// Sensitive answers are needed until the seminar is over, and a week longer for whoever has to settle a bill.
const SENSITIVE_DAYS: Days = Days::new(7);
/// As many as a seminar may have texts.
const MOST_CONSENTS: usize = 10;

/// Everything that was understood, or every member that was not.
pub struct Understood {
    pub persons: i32,
    /// What it takes of the channel's capacity.
    pub seats: i32,
    pub answers: Map<String, Value>,
    sensitive: Vec<(String, Value)>,
    consents: Vec<ConsentText>,
    /// Of which sharings the person was told.
    told: Vec<SharedWith>,
}

/// The rows beside the registration's own.
#[derive(Default)]
pub struct Beside {
    pub sensitive: Vec<SensitiveAnswer>,
    pub consents: Vec<Consent>,
    pub notices: Vec<SharingNotice>,
}

impl Understood {
    /// Members enter what they know: for them no answer is required.
    pub fn of(new: &NewRegistration, prepared: &Prepared, by_member: bool) -> Result<Self> {
        let admission = &prepared.admission;
        let mut errors = Vec::new();
        let named = i32::try_from(new.companions.len()).unwrap_or(i32::MAX);
        let persons = named.saturating_add(new.further_persons).saturating_add(1);
        if new.further_persons < 0 {
            errors.push(FieldError::member("/further_persons", "must not be negative"));
        } else if persons > admission.max_persons {
            let member = if new.further_persons > 0 {
                "/further_persons"
            } else {
                "/companions"
            };
            let most = format!("at most {} persons can be registered at once", admission.max_persons);
            errors.push(FieldError::member(member, most));
        }
        let companies = admission.capacity_unit == CapacityUnit::Companies;
        if companies && new.company.is_none() {
            errors.push(FieldError::member(
                "/company",
                "is required: seats are counted by company",
            ));
        }
        let answered = answered(&admission.questions.0, new.channel, &new.answers, by_member);
        let answered = answered.unwrap_or_else(|faults| {
            errors.extend(faults);
            Answered::default()
        });
        // A seminar has no more texts than that, and to each one agrees once.
        if new.consents.len() > MOST_CONSENTS {
            errors.push(FieldError::member(
                "/consents",
                format!("must be at most {MOST_CONSENTS}, are {}", new.consents.len()),
            ));
        }
        let given = new
            .consents
            .iter()
            .map(|(purpose, version)| (purpose.as_str(), version.as_str()));
        let consents = match check_consents(&admission.consent_texts.0, &given.collect::<Vec<_>>()) {
            Ok(texts) => texts.into_iter().cloned().collect(),
            Err(faults) => {
                let at = |(n, member, reason)| FieldError::member(format!("/consents/{n}/{member}"), reason);
                errors.extend(faults.into_iter().map(at));
                Vec::new()
            }
        };
        errors.extend(told_errors(&prepared.sharings, &new.told_of_sharings));
        Error::unless_empty(errors)?;
        let told = |(sharing, _): &&SharedWith| new.told_of_sharings.contains(&sharing.id);
        Ok(Self {
            persons,
            seats: seats_of(admission.capacity_unit, persons),
            answers: answered.kept,
            sensitive: answered.sensitive,
            consents,
            told: prepared.sharings.iter().filter(told).cloned().collect(),
        })
    }

    /// With whom the registration is shared.
    pub fn shared_with(&self) -> &[SharedWith] {
        &self.told
    }

    pub fn beside(&self, act: &Act, prepared: &Prepared, id: RegistrationId, language: &str) -> Beside {
        let organisation_id = prepared.seminar.organisation_id;
        let sensitive = self.sensitive.iter().map(|(question, answer)| SensitiveAnswer {
            organisation_id,
            registration_id: id,
            question: question.clone(),
            answer: answer.clone(),
            delete_on: delete_on(prepared.last_day, act.today()),
        });
        let consents = self.consents.iter().map(|text| Consent {
            organisation_id,
            id: ConsentId::fresh(),
            registration_id: id,
            purpose: text.purpose.as_str().to_owned(),
            text_version: text.version.as_str().to_owned(),
            text_hash: sha256(text.text.in_language(language).as_bytes()).to_vec(),
            language: language.to_owned(),
            given_at: act.now,
            withdrawn_at: None,
        });
        let notices = self.told.iter().map(|(sharing, _)| SharingNotice {
            organisation_id,
            registration_id: id,
            sharing_id: sharing.id,
            at: act.now,
        });
        Beside {
            sensitive: sensitive.collect(),
            consents: consents.collect(),
            notices: notices.collect(),
        }
    }
}

fn told_errors(in_force: &[SharedWith], told: &[SharingId]) -> Vec<FieldError> {
    let in_force = in_force.iter().map(|(sharing, _)| sharing.id).collect::<Vec<_>>();
    let faults = told_faults(&in_force, told).into_iter();
    let place = |n: Option<usize>| n.map(|n| format!("/{n}")).unwrap_or_default();
    faults
        .map(|(n, why)| FieldError::member(format!("/told_of_sharings{}", place(n)), why))
        .collect()
}

/// The answers as they are kept, or every one that is wrong.
pub fn answered(
    questions: &[Question],
    channel: Channel,
    given: &Map<String, Value>,
    by_member: bool,
) -> Result<Answered, Vec<FieldError>> {
    let asked = questions.iter().cloned().map(|question| Question {
        required: question.required && !by_member,
        ..question
    });
    check_answers(&asked.collect::<Vec<_>>(), channel, given).map_err(|faults| {
        let below = |(pointer, reason)| FieldError::member(format!("/answers{pointer}"), reason);
        faults.into_iter().map(below).collect()
    })
}

/// A week after the seminar; a week from now where it is over or has no date.
pub fn delete_on(last_day: Option<NaiveDate>, today: NaiveDate) -> NaiveDate {
    let day = last_day.map_or(today, |last| last.max(today));
    day.checked_add_days(SENSITIVE_DAYS).unwrap_or(day)
}
