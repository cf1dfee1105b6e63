//! Templates that are built in and that an operator can replace, file by file, with their own
//! (`EINLASS_TEMPLATES_DIR`). What they are filled with is the business of their rooms.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, FixedOffset};
use minijinja::value::Serde;
use minijinja::{Environment, Error as TemplateError, ErrorKind, State, UndefinedBehavior};

use super::dates;
use super::problem::{Error, Result};

/// Without templates yet. A member that is not there is an error, and days and times can be put into words, in the
/// language that the template finds in `language`.
#[must_use]
pub fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // A line that only has a tag on it leaves no line behind.
    let mut syntax = environment.syntax().to_builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    if let Ok(syntax) = syntax.build() {
        environment.set_syntax(syntax);
    }
    environment.add_filter("day", |state: &State<'_, '_>, at: &str, zone: Option<&str>| {
        let at = local(at, zone)?;
        Ok::<_, TemplateError>(dates::day(at.date_naive(), english(state)))
    });
    environment.add_filter("time", |state: &State<'_, '_>, at: &str, zone: Option<&str>| {
        Ok::<_, TemplateError>(dates::time(local(at, zone)?, english(state)))
    });
    environment.add_filter("moment", |state: &State<'_, '_>, at: &str, zone: Option<&str>| {
        Ok::<_, TemplateError>(dates::moment(local(at, zone)?, english(state)))
    });
    environment.add_filter("when", |state: &State<'_, '_>, block: Serde<dates::Block>| {
        dates::when(&block, english(state)).map_err(unusable)
    });
    environment
}

/// Adds the built-in templates, with the operator's in their place: those in `folder` and in the folders `below` it.
/// A fault in them is told with file and line, as is a file that replaces nothing.
pub fn fill(
    environment: &mut Environment<'static>,
    built_in: &[(&'static str, &str)],
    folder: Option<&Path>,
    below: &[&str],
) -> Result<()> {
    let mut own = match folder {
        Some(folder) => read(folder, below, &["txt", "html"])?,
        None => BTreeMap::new(),
    };
    for (name, text) in built_in {
        let text = own.remove(*name).unwrap_or_else(|| (*text).to_owned());
        environment
            .add_template_owned(*name, text)
            .map_err(|error| fault(folder, &error))?;
    }
    match own.keys().next() {
        Some(name) => {
            let folder = folder.unwrap_or(Path::new("")).display();
            Err(Error::internal(format!("{folder}/{name} replaces no template")))
        }
        None => Ok(()),
    }
}

/// Whether the template speaks English.
#[must_use]
pub fn english(state: &State<'_, '_>) -> bool {
    state
        .lookup("language")
        .is_some_and(|language| language.as_str() == Some("en"))
}

#[must_use]
pub fn unusable(cause: String) -> TemplateError {
    TemplateError::new(ErrorKind::InvalidOperation, cause)
}

/// The error where it happened, without the values that were around it.
#[must_use]
pub fn fault(folder: Option<&Path>, error: &TemplateError) -> Error {
    // What is included by another template fails there first, and that is where it has to be mended.
    let mut error = error;
    while let Some(cause) = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<TemplateError>()) {
        error = cause;
    }
    let name = error.name().unwrap_or("templates");
    let file = folder
        .map(|folder| folder.join(name))
        .filter(|file| file.exists())
        .map_or_else(|| name.to_owned(), |file| file.display().to_string());
    let line = error.line().map(|line| format!(":{line}")).unwrap_or_default();
    Error::internal(format!("{file}{line}: {error}"))
}

/// The operator's files with one of these endings, by their names below `folder`.
pub fn read(folder: &Path, below: &[&str], endings: &[&str]) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for below in below {
        let place = folder.join(below);
        if !place.exists() {
            continue;
        }
        let context = |error: std::io::Error| Error::internal(format!("{}: {error}", place.display()));
        for entry in std::fs::read_dir(&place).map_err(context)? {
            let path = entry.map_err(context)?.path();
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if let (true, Some(name)) = (
                endings.contains(&ending),
                path.file_name().and_then(|name| name.to_str()),
            ) {
                let text = std::fs::read_to_string(&path)
                    .map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
                let name = if below.is_empty() {
                    name.to_owned()
                } else {
                    format!("{below}/{name}")
                };
                found.insert(name, text.replace("\r\n", "\n"));
            }
        }
    }
    Ok(found)
}

fn local(at: &str, zone: Option<&str>) -> std::result::Result<DateTime<chrono_tz::Tz>, TemplateError> {
    let at = at
        .parse::<DateTime<FixedOffset>>()
        .map_err(|error| unusable(error.to_string()))?;
    dates::local(at, zone).map_err(unusable)
}
