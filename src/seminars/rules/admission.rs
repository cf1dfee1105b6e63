//! What a seminar may say about how it takes registrations.

use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

use super::{IMPLAUSIBLE, plausible};
use crate::seminars::model::{Channel, ConsentText, Question, QuestionKind};

const MOST_HOURS: i32 = 336;
const MOST_PERSONS: i32 = 100;
const MOST_QUESTIONS: usize = 30;
const MOST_CONSENT_TEXTS: usize = 10;
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
    if questions.len() > MOST_QUESTIONS {
        let reason = format!("must have at most {MOST_QUESTIONS} entries");
        faults.push(("/questions".to_owned(), reason));
        return;
    }
    let mut fault = |pointer: String, reason: &str| faults.push((pointer, reason.to_owned()));
    let mut ids = BTreeSet::new();
    for (n, question) in questions.iter().enumerate() {
        let at = format!("/questions/{n}");
        if !ids.insert(question.id.as_str()) {
            fault(format!("{at}/id"), "is given twice");
        }
        let of_options = matches!(question.kind, QuestionKind::Choice | QuestionKind::Multiple);
        // Lists are looked through only where they are short.
        match question.options.len() {
            0 if !of_options => {}
            2..=MOST_OPTIONS if of_options => {
                for option in repeated(&question.options) {
                    fault(format!("{at}/options/{option}"), "is given twice");
                }
            }
            _ if of_options => fault(format!("{at}/options"), "must have 2 to 50 entries"),
            _ => fault(
                format!("{at}/options"),
                "stands only where `kind` is choice or multiple",
            ),
        }
        if question.channels.len() > Channel::ALL.len() {
            fault(format!("{at}/channels"), "must have at most 3 entries");
            continue;
        }
        for channel in repeated(&question.channels) {
            fault(format!("{at}/channels/{channel}"), "is given twice");
        }
        if let Some(channel) = question.channels.iter().position(|one| *one == Channel::Livestream) {
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

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use serde_json::{Value, json};

    use super::*;

    fn pointers(stated: &Stated<'_>) -> Vec<String> {
        admission_faults(stated).into_iter().map(|(at, _)| at).collect()
    }

    fn questions(all: Value) -> Vec<Question> {
        serde_json::from_value(all).unwrap()
    }

    fn asked(all: Value) -> Vec<String> {
        let questions = questions(all);
        pointers(&Stated {
            questions: &questions,
            ..Stated::default()
        })
    }

    fn texts(versions: &[(&str, &str, &str)]) -> Vec<ConsentText> {
        let text = |(purpose, version, text): &(&str, &str, &str)| {
            serde_json::from_value(json!({"purpose": purpose, "version": version, "text": {"de": text}})).unwrap()
        };
        versions.iter().map(text).collect()
    }

    #[test]
    fn numbers_have_bounds() {
        let all = |number: i32| Stated {
            confirm_hours: Some(number),
            offer_hours: Some(number),
            max_persons: Some(number),
            participants: Some(number),
            ..Stated::default()
        };
        let [hours, offer, persons, minimum] = [
            "/confirm_hours",
            "/offer_hours",
            "/max_persons",
            "/minimum/participants",
        ];
        assert_eq!(pointers(&all(0)), [hours, offer, persons, minimum]);
        assert_eq!(pointers(&all(1)), [""; 0]);
        assert_eq!(pointers(&all(101)), [persons]);
        assert_eq!(pointers(&all(337)), [hours, offer, persons]);
        assert_eq!(pointers(&all(1_000_001)), [hours, offer, persons, minimum]);
    }

    #[test]
    fn questions_are_told_apart_and_can_be_answered() {
        let one = |kind: &str, more: Value| {
            let mut question = json!({"id": "one", "kind": kind, "label": {"de": "?"}});
            question
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            json!([question])
        };
        let options = |count: usize| json!({"options": (0..count).map(|n| n.to_string()).collect::<Vec<_>>()});
        let nothing = [""; 0];
        for kind in ["choice", "multiple"] {
            for count in [0, 1, 51] {
                assert_eq!(
                    asked(one(kind, options(count))),
                    ["/questions/0/options"],
                    "{kind} {count}"
                );
            }
            for count in [2, 50] {
                assert_eq!(asked(one(kind, options(count))), nothing, "{kind} {count}");
            }
            let twice = json!({"options": ["vegan", "egal", " vegan "]});
            assert_eq!(asked(one(kind, twice)), ["/questions/0/options/2"]);
        }
        for kind in ["text", "yes_no", "number", "date"] {
            assert_eq!(asked(one(kind, options(0))), nothing);
            assert_eq!(asked(one(kind, options(2))), ["/questions/0/options"], "{kind}");
        }
        let shown = |channels: Value| asked(one("text", json!({"channels": channels})));
        assert_eq!(shown(json!(["onsite", "online"])), nothing);
        assert_eq!(shown(json!(["onsite", "onsite"])), ["/questions/0/channels/1"]);
        assert_eq!(shown(json!(["onsite", "livestream"])), ["/questions/0/channels/1"]);
        assert_eq!(
            shown(json!(["onsite", "online", "onsite", "onsite"])),
            ["/questions/0/channels"]
        );

        let question = |id: &str| json!({"id": id, "kind": "text", "label": {"de": "?"}});
        assert_eq!(
            asked(json!([question("a1"), question("b1"), question("a1")])),
            ["/questions/2/id"]
        );
        let many = |count: usize| asked((0..count).map(|n| question(&format!("q{n}"))).collect());
        assert_eq!((many(30), many(31)), (vec![], vec!["/questions".to_owned()]));
    }

    #[test]
    fn each_purpose_has_one_text() {
        let consents = |texts: &[ConsentText]| {
            pointers(&Stated {
                consent_texts: texts,
                ..Stated::default()
            })
        };
        let twice = texts(&[("photos", "1", "Ja."), ("mails", "1", "Ja."), ("photos", "2", "Gern.")]);
        assert_eq!(consents(&twice), ["/consent_texts/2/purpose"]);
        let eleven = (0..11).map(|n| format!("p{n}")).collect::<Vec<_>>();
        let eleven = texts(
            &eleven
                .iter()
                .map(|purpose| (purpose.as_str(), "1", "Ja."))
                .collect::<Vec<_>>(),
        );
        assert_eq!(consents(&eleven), ["/consent_texts"]);
        assert_eq!(consents(&eleven[1..]), [""; 0]);
    }

    #[test]
    fn a_decision_lies_between_now_and_the_begin() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let hours = |hours: i64| now + Duration::hours(hours);
        assert_eq!(decision_fault(hours(1), now, Some(hours(2))), None);
        assert_eq!(decision_fault(hours(1), now, None), None);
        assert!(decision_fault(hours(2), now, Some(hours(2))).is_some_and(|why| why.contains("session")));
        assert!(decision_fault(now, now, None).is_some_and(|why| why.contains("future")));
    }

    #[test]
    fn other_words_are_another_version() {
        let before = texts(&[("photos", "1", "Ja."), ("mails", "1", "Ja.")]);
        let found = |after: &[(&str, &str, &str)]| reworded(&before, &texts(after)).collect::<Vec<_>>();
        assert_eq!(found(&[("mails", "1", "Ja."), ("photos", "1", "Gern.")]), [1]);
        assert_eq!(found(&[("photos", "2", "Gern."), ("calls", "1", "Nein.")]), [0; 0]);
        assert_eq!(found(&[]), [0; 0]);
    }
}
