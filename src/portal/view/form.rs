//! The form for changes, field by field: as it is, or as it came back with what is wrong.

use serde::Serialize;

use super::{Frame, Place, Shown};
use crate::base::problem::FieldError;
use crate::portal::model::{Fields, Notice, Reader};
use crate::portal::rules::{asked, by_company, demanded, nameless, reason, rows};
use crate::portal::words::Words;
use crate::registrations::Standing;
use crate::seminars::{Question, QuestionKind};

#[derive(Serialize)]
pub struct Form {
    /// Of the registration that the form was filled from.
    version: String,
    /// The summary on top.
    errors: Vec<Wrong>,
    person: Vec<Field>,
    companions: Vec<Row>,
    companions_error: Option<String>,
    further: Vec<Field>,
    most: i32,
    questions: Vec<Field>,
}

#[derive(Serialize)]
struct Wrong {
    id: String,
    label: String,
    message: String,
}

#[derive(Serialize)]
struct Row {
    id: String,
    legend: String,
    hint: Option<String>,
    fields: Vec<Field>,
}

#[derive(Clone, Serialize)]
struct Field {
    id: String,
    name: String,
    /// The type of the input, or `paragraphs`, `choice`, `multiple`, `tick`.
    kind: &'static str,
    label: String,
    hint: Option<String>,
    required: bool,
    error: Option<String>,
    value: String,
    options: Vec<Choice>,
    autocomplete: Option<&'static str>,
    inputmode: Option<&'static str>,
}

#[derive(Clone, Serialize)]
struct Choice {
    id: String,
    value: String,
    label: String,
    chosen: bool,
}

impl Form {
    /// `faults`: by the JSON Pointers of the members.
    pub fn of(
        standing: &Standing,
        place: &Place<'_>,
        words: &Words,
        notice: Option<Notice>,
        fields: &Fields,
        faults: &[FieldError],
    ) -> Frame<Self> {
        let mut maker = Maker {
            standing,
            reader: place.reader,
            words,
            fields,
            faults,
            errors: Vec::new(),
        };
        let person = maker.person();
        let group = maker.say("group_companions");
        let companions_error = maker.error("/companions", "companions", &group);
        let companions = maker.companions();
        let alone = companions.is_empty() && nameless(&standing.registration) == 0;
        let further = if alone && standing.whole.admission.max_persons <= 1 {
            Vec::new()
        } else {
            vec![maker.further()]
        };
        let questions = asked(standing).map(|question| maker.question(question)).collect();
        let content = Self {
            version: standing.registration.version.to_string(),
            person,
            companions,
            companions_error,
            further,
            most: standing.whole.admission.max_persons,
            questions,
            errors: maker.errors,
        };
        let shown = Shown::of(&standing.registration, standing.position);
        Frame::of(place, &standing.whole, shown, notice, content)
    }
}

struct Maker<'a> {
    standing: &'a Standing,
    reader: Reader,
    words: &'a Words,
    fields: &'a Fields,
    faults: &'a [FieldError],
    errors: Vec<Wrong>,
}

impl Maker<'_> {
    fn say(&self, word: &str) -> String {
        self.words.say(self.reader.english, word, &[])
    }

    /// What is wrong with a member, noted for the summary too.
    fn error(&mut self, pointer: &str, id: &str, label: &str) -> Option<String> {
        let fault = self
            .faults
            .iter()
            .find(|fault| fault.pointer.as_deref() == Some(pointer))?;
        let (word, n) = reason(&fault.detail);
        let message = self.words.say(self.reader.english, word, &[("n", n)]);
        self.errors.push(Wrong {
            id: id.to_owned(),
            label: label.to_owned(),
            message: message.clone(),
        });
        Some(message)
    }

    fn field(&mut self, kind: &'static str, name: &str, pointer: &str, label: String) -> Field {
        let id = name.replace('.', "-");
        Field {
            error: self.error(pointer, &id, &label),
            value: self.fields.one(name).unwrap_or_default().to_owned(),
            id,
            name: name.to_owned(),
            kind,
            label,
            hint: None,
            required: false,
            options: Vec::new(),
            autocomplete: None,
            inputmode: None,
        }
    }

    fn person(&mut self) -> Vec<Field> {
        let known = [
            ("given_name", "text", "given-name", true),
            ("family_name", "text", "family-name", true),
            ("company", "text", "organization", by_company(self.standing)),
            ("phone", "tel", "tel", false),
        ];
        let fields = known.map(|(name, kind, autocomplete, required)| {
            let label = self.say(name);
            Field {
                required,
                autocomplete: Some(autocomplete),
                ..self.field(kind, name, &format!("/{name}"), label)
            }
        });
        let label = self.say("language");
        let mut language = self.field("choice", "language", "/language", label);
        language.options = ["de", "en"]
            .map(|one| self.choice(&language, one, self.say(&format!("language_{one}"))))
            .into();
        fields.into_iter().chain([language]).collect()
    }

    fn companions(&mut self) -> Vec<Row> {
        let there = self.standing.registration.companions.0.len();
        let rows = (0..rows(self.standing, self.fields)).map(|n| {
            let places = [("n", (n + 1).to_string())];
            let word = if n < there { "companion" } else { "companion_new" };
            let mut fields = ["given_name", "family_name"]
                .map(|member| {
                    let label = self.say(member);
                    let (name, pointer) = (format!("companion.{n}.{member}"), format!("/companions/{n}/{member}"));
                    self.field("text", &name, &pointer, label)
                })
                .to_vec();
            if n < there {
                let label = self.say("companion_gone");
                fields.push(self.field("tick", &format!("companion.{n}.gone"), "", label));
            }
            Row {
                id: format!("companion-{n}"),
                legend: self.words.say(self.reader.english, word, &places),
                hint: (n >= there).then(|| self.say("companion_new_hint")),
                fields,
            }
        });
        rows.collect()
    }

    fn further(&mut self) -> Field {
        let label = self.say("further_persons");
        Field {
            hint: Some(self.say("further_persons_hint")),
            inputmode: Some("numeric"),
            ..self.field("text", "further_persons", "/further_persons", label)
        }
    }

    fn question(&mut self, question: &Question) -> Field {
        let kind = match question.kind {
            QuestionKind::Text => "paragraphs",
            QuestionKind::Choice | QuestionKind::YesNo => "choice",
            QuestionKind::Multiple => "multiple",
            QuestionKind::Number => "text",
            QuestionKind::Date => "date",
        };
        let name = format!("answer.{}", question.id);
        let label = question.label.in_language(self.reader.language()).to_owned();
        let mut field = self.field(kind, &name, &format!("/answers/{}", question.id), label);
        field.required = demanded(self.standing, question);
        field.inputmode = (question.kind == QuestionKind::Number).then_some("decimal");
        field.hint = match (question.sensitive, field.required, question.kind) {
            (true, false, _) => Some(self.say("sensitive_hint")),
            (true, true, _) => Some(self.say("sensitive_required_hint")),
            _ => None,
        };
        let mut options = match question.kind {
            QuestionKind::YesNo => ["yes", "no"]
                .map(|one| (one.to_owned(), self.say(&format!("answer_{one}"))))
                .into(),
            _ => question
                .options
                .iter()
                .map(|one| (one.to_string(), one.to_string()))
                .collect::<Vec<_>>(),
        };
        if kind == "choice" && !field.required {
            options.push((String::new(), self.say("answer_none")));
        }
        let options = options
            .into_iter()
            .map(|(value, label)| self.choice(&field, &value, label));
        field.options = options
            .enumerate()
            .map(|(n, option)| Choice {
                id: format!("{}-{n}", field.id),
                ..option
            })
            .collect();
        field
    }

    fn choice(&self, field: &Field, value: &str, label: String) -> Choice {
        let mut chosen = self.fields.all(&field.name);
        let none = value.is_empty() && self.fields.one(&field.name).is_none();
        Choice {
            id: format!("{}-{value}", field.id),
            value: value.to_owned(),
            label,
            chosen: none || chosen.any(|one| one.trim() == value),
        }
    }
}
