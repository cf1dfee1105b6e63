//! The form for changes: what it begins with, and what was meant by what came back. Pure: no database, no clock.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::model::{Fields, speaks_english};
use crate::base::problem::FieldError;
use crate::base::text::{FromText, Language, Line};
use crate::registrations::{Companion, Registration, RegistrationChange, Standing};
use crate::seminars::{CapacityUnit, Question, QuestionKind, check_answers};

/// Nobody types in more at once; more can be entered after saving.
pub const NEW_ROWS: usize = 2;
/// As many as the API takes.
const ROWS: usize = 99;

/// The questions that are asked of whoever comes through this channel.
pub fn asked(standing: &Standing) -> impl Iterator<Item = &Question> {
    let channel = standing.registration.channel;
    let questions = standing.whole.admission.questions.0.iter();
    questions.filter(move |question| question.channels.is_empty() || question.channels.contains(&channel))
}

/// Whether an answer must be given. Members enter what they know, so of those nothing is demanded.
#[must_use]
pub fn demanded(standing: &Standing, question: &Question) -> bool {
    question.required && standing.registration.entered_by.is_none()
}

#[must_use]
pub fn by_company(standing: &Standing) -> bool {
    standing.whole.admission.capacity_unit == CapacityUnit::Companies
}

/// Who comes along and has no name.
#[must_use]
pub fn nameless(registration: &Registration) -> i32 {
    let named = i32::try_from(registration.companions.0.len()).unwrap_or_default();
    (registration.persons - 1 - named).max(0)
}

/// All answers, those that are kept apart among them.
#[must_use]
pub fn answers(standing: &Standing) -> Map<String, Value> {
    let mut all = standing.registration.answers.as_object().cloned().unwrap_or_default();
    all.extend(
        standing
            .sensitive
            .iter()
            .map(|one| (one.question.clone(), one.answer.clone())),
    );
    all
}

/// How many rows for companions the form has: those there are, and a few to fill in while more may come.
#[must_use]
pub fn rows(standing: &Standing, fields: &Fields) -> usize {
    let there = (0..ROWS)
        .rev()
        .find(|n| !row(fields, *n).iter().all(|text| text.is_empty()));
    let there = there
        .map_or(0, |last| last + 1)
        .max(standing.registration.companions.0.len());
    let most = usize::try_from(standing.whole.admission.max_persons - 1).unwrap_or_default();
    (there + NEW_ROWS).min(most).max(there)
}

fn row(fields: &Fields, n: usize) -> [&str; 2] {
    ["given_name", "family_name"].map(|name| fields.one(&format!("companion.{n}.{name}")).unwrap_or_default().trim())
}

/// The fields as they are before anybody changes them.
#[must_use]
pub fn filled(standing: &Standing) -> Fields {
    let registration = &standing.registration;
    let mut fields = Fields::default();
    fields.push("version", registration.version.to_string());
    fields.push("given_name", &registration.given_name);
    fields.push("family_name", &registration.family_name);
    fields.push("company", registration.company.clone().unwrap_or_default());
    fields.push("phone", registration.phone.clone().unwrap_or_default());
    let language = if speaks_english(&registration.language) {
        "en"
    } else {
        "de"
    };
    fields.push("language", language);
    for (n, companion) in registration.companions.0.iter().enumerate() {
        fields.push(format!("companion.{n}.given_name"), companion.given_name.as_str());
        fields.push(format!("companion.{n}.family_name"), companion.family_name.as_str());
    }
    fields.push("further_persons", nameless(registration).to_string());
    let answers = answers(standing);
    for question in asked(standing) {
        let name = format!("answer.{}", question.id);
        for text in answers.get(question.id.as_str()).into_iter().flat_map(texts) {
            fields.push(&name, text);
        }
    }
    fields
}

/// An answer as the values of its field.
#[must_use]
pub fn texts(answer: &Value) -> Vec<String> {
    match answer {
        Value::Null => Vec::new(),
        Value::Bool(yes) => vec![if *yes { "yes" } else { "no" }.to_owned()],
        Value::Array(chosen) => chosen.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// What is to be changed, or each field that cannot be understood by the JSON Pointer of its member.
pub fn understood(fields: &Fields, standing: &Standing) -> Result<RegistrationChange, Vec<FieldError>> {
    let mut faults = Vec::new();
    let registration = &standing.registration;
    let mut change = RegistrationChange {
        given_name: name(fields, "given_name", &registration.given_name, &mut faults),
        family_name: name(fields, "family_name", &registration.family_name, &mut faults),
        company: optional(fields, "company", registration.company.as_deref(), &mut faults),
        phone: optional(fields, "phone", registration.phone.as_deref(), &mut faults),
        ..RegistrationChange::default()
    };
    if by_company(standing) && fields.one("company").is_some_and(|company| company.trim().is_empty()) {
        faults.push(FieldError::member("/company", "is required"));
    }
    let english = match fields.one("language") {
        Some("en") => Some(true),
        Some("de") => Some(false),
        _ => None,
    };
    if let Some(english) = english.filter(|english| *english != speaks_english(&registration.language)) {
        change.language = Language::from_text(if english { "en" } else { "de" }).ok();
    }
    persons(fields, registration, &mut change, &mut faults);
    match answered(fields, standing) {
        Ok(answers) => change.answers = answers,
        Err(wrong) => faults.extend(wrong),
    }
    if faults.is_empty() { Ok(change) } else { Err(faults) }
}

/// Whether nothing is to be changed.
#[must_use]
pub fn nothing(change: &RegistrationChange) -> bool {
    let RegistrationChange {
        given_name,
        family_name,
        email,
        company,
        phone,
        language,
        companions,
        further_persons,
        answers,
    } = change;
    let names = given_name.is_none() && family_name.is_none() && email.is_none();
    let others = company.is_none() && phone.is_none() && language.is_none();
    names && others && companions.is_none() && further_persons.is_none() && answers.is_none()
}

fn name<const MAX: usize>(fields: &Fields, name: &str, now: &str, faults: &mut Vec<FieldError>) -> Option<Line<MAX>> {
    let text = fields.one(name)?;
    let line = Line::from_text(text).map_err(|reason| faults.push(FieldError::member(format!("/{name}"), reason)));
    line.ok().filter(|line| line.as_str() != now)
}

fn optional<const MAX: usize>(
    fields: &Fields,
    member: &str,
    now: Option<&str>,
    faults: &mut Vec<FieldError>,
) -> Option<Option<Line<MAX>>> {
    let text = fields.one(member)?;
    if text.trim().is_empty() {
        return now.map(|_| None);
    }
    name(fields, member, now.unwrap_or_default(), faults).map(Some)
}

fn persons(
    fields: &Fields,
    registration: &Registration,
    change: &mut RegistrationChange,
    faults: &mut Vec<FieldError>,
) {
    let mut companions = Vec::new();
    for n in 0..ROWS {
        let [given_name, family_name] = row(fields, n);
        let gone = fields.one(&format!("companion.{n}.gone")).is_some();
        if gone || (given_name.is_empty() && family_name.is_empty()) {
            continue;
        }
        let mut line = |member: &str, text: &str| {
            let fault = |reason| faults.push(FieldError::member(format!("/companions/{n}/{member}"), reason));
            Line::from_text(text).map_err(fault).ok()
        };
        let names = (line("given_name", given_name), line("family_name", family_name));
        if let (Some(given_name), Some(family_name)) = names {
            companions.push(Companion {
                given_name,
                family_name,
            });
        }
    }
    // A form without these fields says nothing about who comes along.
    let mentioned = fields.0.iter().any(|(name, _)| name.starts_with("companion."));
    change.companions = (mentioned && companions != registration.companions.0).then_some(companions);
    if let Some(text) = fields.one("further_persons").map(str::trim) {
        let count = if text.is_empty() { Ok(0) } else { i32::from_str(text) };
        match count {
            Ok(count @ 0..=99) => change.further_persons = (count != nameless(registration)).then_some(count),
            _ => faults.push(FieldError::member("/further_persons", "must be a number")),
        }
    }
}

/// The answers, where they differ from those of before.
fn answered(fields: &Fields, standing: &Standing) -> Result<Option<Map<String, Value>>, Vec<FieldError>> {
    let (mut faults, mut all) = (Vec::new(), Map::new());
    for question in asked(standing) {
        let id = question.id.as_str();
        match answer(question, fields) {
            Ok(answer) => drop(all.insert(id.to_owned(), answer)),
            Err(reason) => faults.push(FieldError::member(format!("/answers/{id}"), reason)),
        }
    }
    let questions = asked(standing).map(|question| Question {
        required: demanded(standing, question),
        ..question.clone()
    });
    let channel = standing.registration.channel;
    match check_answers(&questions.collect::<Vec<_>>(), channel, &all) {
        Err(wrong) => {
            for (pointer, reason) in wrong {
                let pointer = format!("/answers{pointer}");
                if !faults.iter().any(|fault| fault.pointer.as_ref() == Some(&pointer)) {
                    faults.push(FieldError::member(pointer, reason));
                }
            }
            Err(faults)
        }
        Ok(_) if !faults.is_empty() => Err(faults),
        Ok(understood) => {
            let new = understood
                .kept
                .into_iter()
                .chain(understood.sensitive)
                .collect::<Map<_, _>>();
            let mut before = answers(standing);
            before.retain(|id, _| all.contains_key(id));
            Ok((new != before).then_some(all))
        }
    }
}

/// What was entered, as the value a question of its kind takes; `null`: nothing.
fn answer(question: &Question, fields: &Fields) -> Result<Value, &'static str> {
    let name = format!("answer.{}", question.id);
    let entered = fields.all(&name).map(str::trim).filter(|text| !text.is_empty());
    let entered = entered.collect::<Vec<_>>();
    let Some(first) = entered.first().copied() else {
        return Ok(Value::Null);
    };
    Ok(match question.kind {
        QuestionKind::Text | QuestionKind::Choice | QuestionKind::Date => first.into(),
        QuestionKind::Multiple => entered.into(),
        QuestionKind::YesNo => match first {
            "yes" => true.into(),
            "no" => false.into(),
            _ => return Err("must be one of yes, no"),
        },
        QuestionKind::Number => number(first).ok_or("must be a number")?,
    })
}

/// As people write numbers: `2,5` is `2.5`.
fn number(text: &str) -> Option<Value> {
    let text = text.replace(',', ".");
    let whole = text.parse::<i64>().ok().map(Value::from);
    let broken = || {
        text.parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .map(Value::from)
    };
    whole.or_else(broken)
}

/// Why something was refused, as a word of the pages' own and the number in it. The reasons of the services are written
/// for programs; people are told in their language what to do.
#[must_use]
pub fn reason(detail: &str) -> (&'static str, String) {
    let number = |after: &str| {
        let rest = detail.strip_prefix(after).unwrap_or_default();
        rest.chars().take_while(char::is_ascii_digit).collect::<String>()
    };
    let words = [
        ("is required", "error_required"),
        ("must not be empty", "error_required"),
        ("must have at most ", "error_too_long"),
        ("must not contain", "error_character"),
        ("at most ", "error_too_many"),
        ("must be one of", "error_option"),
        ("must be a number", "error_number"),
        ("must be between", "error_number"),
        ("must be a day", "error_date"),
    ];
    let found = words.into_iter().find(|(begin, _)| detail.starts_with(begin));
    found.map_or(("error_invalid", String::new()), |(begin, word)| (word, number(begin)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_of_the_text_types_are_understood() {
        let refused = |text: &str| Line::<3>::from_text(text).unwrap_err();
        for (detail, expected) in [
            (refused(""), ("error_required", "")),
            (refused("abcd"), ("error_too_long", "3")),
            (refused("a\u{7}"), ("error_character", "")),
            (
                "at most 10 persons can be registered at once".to_owned(),
                ("error_too_many", "10"),
            ),
            ("something new".to_owned(), ("error_invalid", "")),
        ] {
            let (word, n) = reason(&detail);
            assert_eq!((word, n.as_str()), expected, "{detail}");
        }
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        assert_eq!(number("7"), Some(Value::from(7)));
        assert_eq!(number("2,5"), Some(Value::from(2.5)));
        for none in ["", "zwei", "NaN", "inf", "1.2.3"] {
            assert_eq!(number(none), None, "{none}");
        }
    }
}
