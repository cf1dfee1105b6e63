//! What a seminar may say about how it takes registrations.

use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

use super::{IMPLAUSIBLE, plausible};
use crate::seminars::model::{Channel, ConsentText, Question, QuestionKind};

pub const MOST_HOURS: i32 = 336;
pub const MOST_PERSONS: i32 = 100;
pub const MOST_QUESTIONS: usize = 30;
pub const MOST_CONSENT_TEXTS: usize = 10;
const MOST_OPTIONS: usize = 50;

/// What is said about it; `None` is not spoken of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stated<'a> {
    pub confirm_hours: Option<i32>,
    pub offer_hours: Option<i32>,
    pub max_persons: Option<i32>,
    pub participants: Option<i32>,
    pub decide_by: Option<DateTime<Utc>>,
    pub questions: &'a [Question],
    pub consent_texts: &'a [ConsentText],
}

/// Everything that is wrong with it by itself, each with its JSON Pointer.
#[must_use]
pub fn admission_faults(stated: &Stated<'_>) -> Vec<(String, String)> {
    let numbers = [
        ("/confirm_hours", stated.confirm_hours, MOST_HOURS),
        ("/offer_hours", stated.offer_hours, MOST_HOURS),
        ("/max_persons", stated.max_persons, MOST_PERSONS),
        ("/minimum/participants", stated.participants, super::MOST_SEATS),
    ];
    let mut faults = numbers
        .into_iter()
        .filter(|(_, number, most)| number.is_some_and(|number| !(1..=*most).contains(&number)))
        .map(|(pointer, _, most)| (pointer.to_owned(), format!("must be 1 to {most}")))
        .collect::<Vec<_>>();
    if stated.decide_by.is_some_and(|at| !plausible(at.date_naive())) {
        faults.push(("/minimum/decide_by".to_owned(), IMPLAUSIBLE.to_owned()));
    }
    question_faults(stated.questions, &mut faults);
    consent_faults(stated.consent_texts, &mut faults);
    faults
}

fn question_faults(questions: &[Question], faults: &mut Vec<(String, String)>) {
    let mut fault = |pointer: String, reason: &str| faults.push((pointer, reason.to_owned()));
    if questions.len() > MOST_QUESTIONS {
        fault("/questions".to_owned(), "must have at most 30 entries");
        return;
    }
    let mut ids = BTreeSet::new();
    for (n, question) in questions.iter().enumerate() {
        let at = format!("/questions/{n}");
        if !ids.insert(question.id.as_str()) {
            fault(format!("{at}/id"), "is given twice");
        }
        match (question.kind, question.options.len()) {
            (QuestionKind::Choice | QuestionKind::Multiple, 2..=MOST_OPTIONS) => {}
            (QuestionKind::Choice | QuestionKind::Multiple, _) => {
                fault(format!("{at}/options"), "must have 2 to 50 entries");
                continue;
            }
            (_, 0) => {}
            _ => fault(
                format!("{at}/options"),
                "stands only where `kind` is choice or multiple",
            ),
        }
        for option in repeated(&question.options) {
            fault(format!("{at}/options/{option}"), "is given twice");
        }
        for channel in repeated(&question.channels) {
            fault(format!("{at}/channels/{channel}"), "is given twice");
        }
        for (channel, _) in (question.channels.iter().enumerate()).filter(|(_, one)| **one == Channel::Livestream) {
            fault(format!("{at}/channels/{channel}"), "nobody registers for a livestream");
        }
    }
}

fn consent_faults(texts: &[ConsentText], faults: &mut Vec<(String, String)>) {
    if texts.len() > MOST_CONSENT_TEXTS {
        faults.push((
            "/consent_texts".to_owned(),
            format!("must have at most {MOST_CONSENT_TEXTS} entries"),
        ));
        return;
    }
    let purposes = texts.iter().map(|text| &text.purpose).collect::<Vec<_>>();
    for n in repeated(&purposes) {
        faults.push((format!("/consent_texts/{n}/purpose"), "is given twice".to_owned()));
    }
}

/// The places of what stands earlier in the list already.
fn repeated<T: PartialEq>(all: &[T]) -> impl Iterator<Item = usize> {
    let again = |(n, one): (usize, &T)| all.iter().take(n).any(|other| other == one).then_some(n);
    all.iter().enumerate().filter_map(again)
}

/// What is wrong with the moment at which a minimum is decided on.
#[must_use]
pub fn decision_fault(
    decide_by: DateTime<Utc>,
    now: DateTime<Utc>,
    first_session: Option<DateTime<Utc>>,
) -> Option<&'static str> {
    if first_session.is_some_and(|begin| decide_by >= begin) {
        return Some("must lie before the first session begins");
    }
    (decide_by <= now).then_some("must lie in the future")
}

/// The consent texts that say something else under the version that people agreed to before.
pub fn reworded(before: &[ConsentText], after: &[ConsentText]) -> impl Iterator<Item = usize> {
    let same_version = |new: &ConsentText| {
        let named = |old: &&ConsentText| (&old.purpose, &old.version) == (&new.purpose, &new.version);
        before.iter().find(named)
    };
    let other = move |(n, new): (usize, &ConsentText)| same_version(new).is_some_and(|old| old != new).then_some(n);
    after.iter().enumerate().filter_map(other)
}
