//! What people answer at registration, and what they consent to, held against what they were asked.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::base::text::{FromText, Line, Paragraphs};
use crate::seminars::model::{Channel, ConsentText, Question, QuestionKind};

/// Answers that were understood, by question; a question that was not answered is in neither.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answered {
    pub kept: Map<String, Value>,
    /// To be kept apart, with a deletion date of their own.
    pub sensitive: Vec<(String, Value)>,
}

/// Beyond it a number is a slip of the finger.
const LARGEST: f64 = 1e12;

/// Understands the answers of somebody who comes through `channel`, or names each that is wrong by its JSON Pointer
/// below `/answers`. `null` is no answer.
pub fn check_answers(
    questions: &[Question],
    channel: Channel,
    given: &Map<String, Value>,
) -> Result<Answered, Vec<(String, String)>> {
    let mut faults = given
        .keys()
        .filter(|key| !questions.iter().any(|question| question.id.as_str() == key.as_str()))
        .map(|key| (pointer(key), "is not a question of this seminar".to_owned()))
        .collect::<Vec<_>>();
    let mut answered = Answered::default();
    for question in questions {
        let id = question.id.as_str();
        let asked = question.channels.is_empty() || question.channels.contains(&channel);
        let understood = match given.get(id).filter(|value| !value.is_null()) {
            Some(_) if !asked => Err(format!("is not asked of those who come {channel}")),
            Some(value) => answer(question, value),
            None => Ok(None),
        };
        match understood {
            Ok(Some(value)) if question.sensitive => answered.sensitive.push((id.to_owned(), value)),
            Ok(Some(value)) => {
                answered.kept.insert(id.to_owned(), value);
            }
            Ok(None) if asked && question.required => faults.push((pointer(id), "is required".to_owned())),
            Ok(None) => {}
            Err(reason) => faults.push((pointer(id), reason)),
        }
    }
    if faults.is_empty() { Ok(answered) } else { Err(faults) }
}

/// The answer as it is kept. Nothing chosen of several is no answer.
fn answer(question: &Question, value: &Value) -> Result<Option<Value>, String> {
    let understood = match question.kind {
        QuestionKind::Text => {
            let text = value.as_str().ok_or("must be text")?;
            Paragraphs::<2000>::from_text(text)?.into_string().into()
        }
        QuestionKind::Choice => option(question, value)?.as_str().into(),
        QuestionKind::Multiple => {
            let chosen = value.as_array().ok_or("must be a list of options")?;
            // Before they are compared with each other: the list is as long as a body may be.
            if chosen.len() > question.options.len() {
                return Err("has more entries than there are options".to_owned());
            }
            let chosen = chosen.iter().map(|one| option(question, one));
            let chosen = chosen.collect::<Result<Vec<_>, _>>()?;
            let twice = (chosen.iter().enumerate()).find(|(n, one)| chosen.iter().take(*n).any(|other| other == *one));
            if let Some((_, option)) = twice {
                return Err(format!("names `{option}` twice"));
            }
            if chosen.is_empty() {
                return Ok(None);
            }
            chosen.into_iter().map(Line::as_str).collect::<Vec<_>>().into()
        }
        QuestionKind::YesNo => value.as_bool().ok_or("must be true or false")?.into(),
        QuestionKind::Number => {
            let number = value.as_f64().ok_or("must be a number")?;
            if number.is_nan() || number.abs() >= LARGEST {
                return Err("must be between -1000000000000 and 1000000000000".to_owned());
            }
            value.clone()
        }
        QuestionKind::Date => day(value.as_str().unwrap_or_default())?.to_string().into(),
    };
    Ok(Some(understood))
}

fn option<'a>(question: &'a Question, value: &Value) -> Result<&'a Line<200>, String> {
    let named = value.as_str().map(str::trim);
    let found = (question.options.iter()).find(|option| named == Some(option.as_str()));
    found.ok_or_else(|| {
        let options = question.options.iter().map(|option| format!("`{option}`"));
        format!("must be one of {}", options.collect::<Vec<_>>().join(", "))
    })
}

fn day(text: &str) -> Result<NaiveDate, &'static str> {
    let shape = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d");
    day.ok()
        .filter(|_| shape)
        .ok_or("must be a day of the calendar, written YYYY-MM-DD")
}

fn pointer(member: &str) -> String {
    format!("/{}", member.replace('~', "~0").replace('/', "~1"))
}

/// The texts that were agreed to, given as purpose and version in the words of the request; or, for each that is
/// wrong, its place in the list, the member and the reason.
pub fn check_consents<'a>(
    texts: &'a [ConsentText],
    given: &[(&str, &str)],
) -> Result<Vec<&'a ConsentText>, Vec<(usize, &'static str, String)>> {
    let mut agreed = Vec::<&ConsentText>::new();
    let mut faults = Vec::new();
    for (n, (purpose, version)) in given.iter().enumerate() {
        match texts.iter().find(|text| text.purpose.as_str() == *purpose) {
            None => faults.push((n, "purpose", "is nothing that this seminar asks consent for".to_owned())),
            Some(text) if text.version.as_str() != *version => {
                let reason = format!("is not the present version, which is `{}`", text.version);
                faults.push((n, "text_version", reason));
            }
            Some(text) if agreed.contains(&text) => faults.push((n, "purpose", "is given twice".to_owned())),
            Some(text) => agreed.push(text),
        }
    }
    if faults.is_empty() { Ok(agreed) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn question(value: Value) -> Question {
        serde_json::from_value(value).unwrap()
    }

    fn of_kind(kind: &str) -> Question {
        let options = if ["choice", "multiple"].contains(&kind) {
            json!(["vegan", "ohne Nüsse", "egal"])
        } else {
            json!([])
        };
        question(json!({"id": "it", "kind": kind, "label": {"de": "?"}, "options": options}))
    }

    fn given(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(members) => members,
            other => panic!("{other}"),
        }
    }

    fn places(questions: &[Question], channel: Channel, answers: Value) -> Vec<(String, String)> {
        check_answers(questions, channel, &given(answers)).unwrap_err()
    }

    #[test]
    fn every_kind_takes_its_values() {
        for (kind, value, kept) in [
            ("text", json!(" zwei\r\nZeilen "), json!("zwei\nZeilen")),
            ("choice", json!("vegan"), json!("vegan")),
            ("choice", json!(" ohne Nüsse "), json!("ohne Nüsse")),
            ("multiple", json!(["egal", "vegan"]), json!(["egal", "vegan"])),
            ("yes_no", json!(false), json!(false)),
            ("number", json!(-3), json!(-3)),
            ("number", json!(2.5), json!(2.5)),
            ("date", json!("2028-02-29"), json!("2028-02-29")),
        ] {
            let answered = check_answers(&[of_kind(kind)], Channel::Onsite, &given(json!({"it": value}))).unwrap();
            assert_eq!(Value::Object(answered.kept), json!({"it": kept}), "{kind}");
            assert_eq!(answered.sensitive, []);
        }
    }

    #[test]
    fn every_kind_refuses_the_others() {
        let one_of = "must be one of `vegan`, `ohne Nüsse`, `egal`";
        let day = "must be a day of the calendar, written YYYY-MM-DD";
        let bounds = "must be between -1000000000000 and 1000000000000";
        for (kind, value, reason) in [
            ("text", json!(5), "must be text"),
            ("text", json!(""), "must not be empty"),
            ("text", json!("a\u{0}b"), "must not contain the character U+0000"),
            (
                "text",
                json!("a".repeat(2001)),
                "must have at most 2000 characters, has 2001",
            ),
            ("choice", json!("Vegan"), one_of),
            ("choice", json!(["vegan"]), one_of),
            ("multiple", json!("vegan"), "must be a list of options"),
            ("multiple", json!(["vegan", "Fleisch"]), one_of),
            ("multiple", json!(["vegan", "vegan"]), "names `vegan` twice"),
            (
                "multiple",
                json!(["vegan", "egal", "vegan", "egal"]),
                "has more entries than there are options",
            ),
            ("yes_no", json!("ja"), "must be true or false"),
            ("yes_no", json!(1), "must be true or false"),
            ("number", json!("5"), "must be a number"),
            ("number", json!(1e12), bounds),
            ("number", json!(-1e300), bounds),
            ("number", json!(u64::MAX), bounds),
            ("date", json!("2027-02-29"), day),
            ("date", json!("2027-2-3"), day),
            ("date", json!("+2027-02-3"), day),
            ("date", json!(20_270_203), day),
        ] {
            let faults = places(&[of_kind(kind)], Channel::Onsite, json!({"it": value}));
            assert_eq!(faults, [("/it".to_owned(), reason.to_owned())], "{kind}: {value}");
        }
    }

    #[test]
    fn what_is_required_is_asked_of_those_it_is_shown_to() {
        let meal = question(
            json!({"id": "meal", "kind": "multiple", "label": {"de": "Essen"}, "required": true,
            "options": ["vegan", "egal"], "channels": ["onsite"]}),
        );
        let questions = [meal];
        let required = [("/meal".to_owned(), "is required".to_owned())];
        for nothing in [json!({}), json!({"meal": null}), json!({"meal": []})] {
            assert_eq!(places(&questions, Channel::Onsite, nothing), required);
        }
        for nothing in [json!({}), json!({"meal": null})] {
            assert_eq!(
                check_answers(&questions, Channel::Online, &given(nothing)),
                Ok(Answered::default())
            );
        }
        let elsewhere = [("/meal".to_owned(), "is not asked of those who come online".to_owned())];
        assert_eq!(
            places(&questions, Channel::Online, json!({"meal": ["vegan"]})),
            elsewhere
        );
    }

    #[test]
    fn a_no_is_an_answer() {
        let question = Question {
            required: true,
            ..of_kind("yes_no")
        };
        assert!(check_answers(&[question], Channel::Onsite, &given(json!({"it": false}))).is_ok());
    }

    #[test]
    fn what_was_not_asked_is_refused_by_name() {
        let faults = places(&[of_kind("text")], Channel::Onsite, json!({"a/b~c": null, "it": 5}));
        let expected = [
            ("/a~1b~0c".to_owned(), "is not a question of this seminar".to_owned()),
            ("/it".to_owned(), "must be text".to_owned()),
        ];
        assert_eq!(faults, expected);
    }

    #[test]
    fn what_is_sensitive_is_kept_apart() {
        let question = Question {
            sensitive: true,
            ..of_kind("choice")
        };
        let answered = check_answers(&[question], Channel::Onsite, &given(json!({"it": "vegan"}))).unwrap();
        assert_eq!(answered.kept, Map::new());
        assert_eq!(answered.sensitive, [("it".to_owned(), json!("vegan"))]);
    }

    #[test]
    fn consent_is_to_the_present_words() {
        let texts = ["photos", "newsletter"].map(|purpose| {
            serde_json::from_value::<ConsentText>(json!({"purpose": purpose, "version": "2", "text": {"de": "Ja."}}))
                .unwrap()
        });
        let purposes = |given: &[(&str, &str)]| {
            let agreed = check_consents(&texts, given)?;
            Ok(agreed
                .iter()
                .map(|text| text.purpose.as_str().to_owned())
                .collect::<Vec<_>>())
        };
        assert_eq!(purposes(&[]), Ok(vec![]));
        assert_eq!(purposes(&[("newsletter", "2")]), Ok(vec!["newsletter".to_owned()]));
        let faults: Vec<(usize, &str, String)> =
            purposes(&[("photos", "1"), ("sale", "2"), ("newsletter", "2"), ("newsletter", "2")]).unwrap_err();
        let expected = [
            (0, "text_version", "is not the present version, which is `2`"),
            (1, "purpose", "is nothing that this seminar asks consent for"),
            (3, "purpose", "is given twice"),
        ];
        assert_eq!(
            faults,
            expected.map(|(n, member, reason)| (n, member, reason.to_owned()))
        );
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
            prop_oneof![Just("vegan"), Just("egal"), Just("2027-01-04")].prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 8, 4, |inner| {
            prop::collection::vec(inner, 0..4).prop_map(Value::from)
        })
    }

    proptest! {
        #[test]
        fn only_what_was_asked_is_kept(
            answers in prop::collection::btree_map(prop_oneof!["q[0-7]", ".{0,3}"], any_value(), 0..6),
            asked in prop::collection::vec((0..QuestionKind::ALL.len(), any::<[bool; 3]>()), 0..8),
        ) {
            let questions = asked.iter().enumerate().map(|(n, (kind, [required, sensitive, onsite]))| Question {
                id: format!("q{n}").parse().unwrap(),
                required: *required,
                sensitive: *sensitive,
                channels: if *onsite { vec![Channel::Onsite] } else { vec![] },
                ..of_kind(QuestionKind::ALL[*kind].as_str())
            });
            let questions = questions.collect::<Vec<_>>();
            let answers = answers.into_iter().collect::<Map<_, _>>();
            for channel in [Channel::Onsite, Channel::Online] {
                match check_answers(&questions, channel, &answers) {
                    Ok(answered) => {
                        let apart = answered.sensitive.iter().map(|(id, _)| (id, true));
                        for (id, sensitive) in answered.kept.keys().map(|id| (id, false)).chain(apart) {
                            let question = questions.iter().find(|question| question.id.as_str() == id);
                            prop_assert!(question.is_some_and(|question| question.sensitive == sensitive));
                            prop_assert!(answers.contains_key(id));
                        }
                        prop_assert!(answers.keys().all(|id| questions.iter().any(|one| one.id.as_str() == id)));
                    }
                    Err(faults) => prop_assert!(!faults.is_empty()),
                }
            }
        }
    }
}
