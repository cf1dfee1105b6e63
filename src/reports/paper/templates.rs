//! The templates of a paper: those that are built in, with the operator's in their place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error as TemplateError, Output, State};
use serde::Serialize;

use super::words::escaped;
use crate::base::problem::{Error, Result};
use crate::base::templates::{self, fault, unusable};
use crate::reports::model::OfficeTexts;

macro_rules! built_in {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../templates/report/", $name)))),+]
    };
}

const BUILT_IN: &[(&str, &str)] = built_in![
    "annex.md",
    "chapters.md",
    "finances.md",
    "head.md",
    "introduction.md",
    "legal.md",
    "outlook.md",
    "overview.md",
    "paper.md",
    "sentences.md",
    "staff.md",
    "stated.md",
    "style.css",
    "styles.xml",
];

/// What an organisation may say in its own words.
const OWN: [&str; 4] = ["introduction.md", "legal.md", "staff.md", "finances.md"];

macro_rules! of_the_demo {
    ($($name:literal),+ $(,)?) => {
        &[$((concat!("staedteregion-aachen/", $name), include_str!(concat!("../../../demo/report/staedteregion-aachen/", $name)))),+]
    };
}

/// What the StädteRegion Aachen wrote in its paper of 2021.
pub const OF_THE_DEMO: &[(&str, &str)] = of_the_demo!["introduction.md", "legal.md", "staff.md", "finances.md"];

pub struct Templates {
    environment: Environment<'static>,
    folder: Option<PathBuf>,
    style: String,
    word_styles: String,
}

impl Templates {
    /// Those in `folder` come before `more`, and these before what is built in.
    pub fn open(folder: Option<&Path>, more: &[(&'static str, &str)]) -> Result<Self> {
        let mut texts = BTreeMap::new();
        for (name, text) in BUILT_IN.iter().chain(more) {
            texts.insert((*name).to_owned(), (*text).to_owned());
        }
        if let Some(folder) = folder.filter(|folder| folder.is_dir()) {
            for (name, text) in read(folder)? {
                let of = name.rsplit_once('/').map_or(name.as_str(), |(_, of)| of);
                if !(texts.contains_key(&name) || name.contains('/') && OWN.contains(&of)) {
                    return Err(Error::internal(format!(
                        "{}/{name} replaces no template",
                        folder.display()
                    )));
                }
                texts.insert(name, text);
            }
        }
        let mut taken = |name: &str| texts.remove(name).unwrap_or_default();
        let (style, word_styles) = (taken("style.css"), taken("styles.xml"));
        let mut environment = environment();
        for (name, text) in texts {
            environment
                .add_template_owned(name, text)
                .map_err(|error| fault(folder, &error))?;
        }
        Ok(Self {
            environment,
            folder: folder.map(Path::to_owned),
            style,
            word_styles,
        })
    }

    pub fn style(&self) -> &str {
        &self.style
    }

    pub fn word_styles(&self) -> &str {
        &self.word_styles
    }

    /// The paper in Markdown.
    pub fn paper(&self, view: impl Serialize) -> Result<String> {
        self.filled("paper.md", view).map(|text| without_gaps(&text))
    }

    /// What `organisation` says in its own words, else what everybody says.
    pub fn office_texts(&self, organisation: Option<&str>, about: impl Serialize + Clone) -> Result<OfficeTexts> {
        let [introduction, legal, staff, finances] = OWN.map(|name| {
            let own = organisation.map(|organisation| format!("{organisation}/{name}"));
            let own = own.filter(|own| self.environment.get_template(own).is_ok());
            let text = self.filled(own.as_deref().unwrap_or(name), about.clone())?;
            Ok::<_, Error>(text.trim().to_owned())
        });
        Ok(OfficeTexts {
            introduction: introduction?,
            legal: legal?,
            staff: staff?,
            finances: finances?,
        })
    }

    fn filled(&self, name: &str, with: impl Serialize) -> Result<String> {
        let template = self.environment.get_template(name);
        let written = template.and_then(|template| template.render(Value::from(Serde(with))));
        written.map_err(|error| fault(self.folder.as_deref(), &error))
    }
}

fn environment() -> Environment<'static> {
    let mut environment = templates::environment();
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    environment.set_formatter(written);
    environment.add_function("at", |state: &State<'_, '_>, place: &str| {
        let text = if has_places(state) {
            format!(" {{#{place}}}")
        } else {
            String::new()
        };
        Value::from_safe_string(text)
    });
    environment
}

fn has_places(state: &State<'_, '_>) -> bool {
    state.lookup("places").is_some_and(|places| places.is_true())
}

/// Nothing in a value acts as Markdown, unless it is Markdown.
fn written(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> std::result::Result<(), TemplateError> {
    if value.is_undefined() {
        return Err(unusable("a member that is not there".to_owned()));
    }
    let text = value.to_string();
    let text = if value.is_safe() || value.as_str().is_none() {
        text
    } else {
        without_marks(&escaped(&text))
    };
    out.write_str(&text).map_err(|error| unusable(error.to_string()))
}

/// What would begin a list, a line or a heading where a line begins with it.
fn without_marks(text: &str) -> String {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    let mut rest_letters = rest.chars();
    match (rest_letters.next(), rest_letters.next()) {
        (Some('-' | '+' | '='), _) if digits == 0 => format!("\\{text}"),
        (Some('.' | ')'), None | Some(' ')) if digits > 0 => format!("{number}\\{rest}"),
        _ => text.to_owned(),
    }
}

/// Between two paragraphs there is one empty line, whatever a template leaves behind; tables keep theirs together.
fn without_gaps(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() && empty {
            continue;
        }
        empty = line.is_empty();
        tidy.push_str(line);
        tidy.push('\n');
    }
    let mut tidy = tidy.trim_end().to_owned();
    tidy.push('\n');
    tidy
}

/// The operator's files: those of the folder, and of the folders in it the texts of an organisation.
fn read(folder: &Path) -> Result<BTreeMap<String, String>> {
    let context = |error: std::io::Error| Error::internal(format!("{}: {error}", folder.display()));
    let mut below = vec![String::new()];
    for entry in std::fs::read_dir(folder).map_err(context)? {
        let path = entry.map_err(context)?.path();
        if let (true, Some(name)) = (path.is_dir(), path.file_name().and_then(|name| name.to_str())) {
            below.push(name.to_owned());
        }
    }
    let below = below.iter().map(String::as_str).collect::<Vec<_>>();
    templates::read(folder, &below, &["md", "css", "xml"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_do_not_act_where_a_line_begins() {
        for (value, expected) in [
            ("- a", "\\- a"),
            ("+ a", "\\+ a"),
            ("===", "\\==="),
            ("1. a", "1\\. a"),
            ("12) a", "12\\) a"),
            ("13.02.20", "13.02.20"),
            ("180", "180"),
            ("a - b", "a - b"),
        ] {
            assert_eq!(without_marks(value), expected);
        }
    }

    #[test]
    fn an_office_replaces_what_it_may_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("stadt-beispiel");
        std::fs::create_dir(&own).unwrap();
        std::fs::write(own.join("legal.md"), "Freiwillige Aufgabe.\n").unwrap();
        std::fs::write(folder.path().join("style.css"), "p { color: black }").unwrap();
        let templates = Templates::open(Some(folder.path()), &[]).unwrap();
        assert_eq!(templates.style(), "p { color: black }");
        assert!(templates.environment.get_template("stadt-beispiel/legal.md").is_ok());
        std::fs::write(own.join("annex.md"), "x").unwrap();
        let told = Templates::open(Some(folder.path()), &[]).err().unwrap();
        assert!(
            format!("{told:?}").contains("stadt-beispiel/annex.md replaces no template"),
            "{told:?}"
        );
        std::fs::remove_file(own.join("annex.md")).unwrap();
        std::fs::write(folder.path().join("staff.md"), "{% if %}").unwrap();
        let told = Templates::open(Some(folder.path()), &[]).err().unwrap();
        assert!(format!("{told:?}").contains("staff.md"), "{told:?}");
    }
}
