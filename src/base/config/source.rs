//! One value at a time: from a variable, or from the file that a variable names.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;

use super::variables::{SECRETS, VARIABLES};

/// The environment, and what was found wrong in it so far.
pub struct Source {
    pub environment: BTreeMap<String, String>,
    pub errors: Vec<String>,
    /// Where secrets were read from, with the variable that named the file.
    pub files: Vec<(String, PathBuf)>,
}

impl Source {
    /// A misspelt variable would otherwise be a setting that silently is not.
    pub fn refuse_unknown(&mut self) {
        let known = |name: &str| {
            VARIABLES.iter().any(|(variable, _, _)| *variable == name)
                || SECRETS.iter().any(|secret| name.strip_suffix("_FILE") == Some(secret))
        };
        let unknown = self
            .environment
            .keys()
            .filter(|name| name.starts_with("EINLASS_") && !known(name));
        self.errors.extend(unknown.map(|name| format!("{name} is not known")));
    }

    /// Whether something was already said about this variable.
    pub fn told(&self, name: &str) -> bool {
        self.errors.iter().any(|error| error.starts_with(name))
    }

    pub fn value<T>(&mut self, name: &str, wanted: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.environment.get(name).filter(|text| !text.is_empty())?;
        let value = read(text);
        if value.is_none() {
            self.errors.push(format!("{name} must be {wanted}"));
        }
        value
    }

    /// From NAME, or from the file that NAME_FILE names.
    pub fn secret(&mut self, name: &str, check: impl Fn(&str) -> Result<(), String>) -> Option<SecretString> {
        let given = |name: &str| self.environment.get(name).filter(|text| !text.is_empty()).cloned();
        let outcome = match (given(name), given(&format!("{name}_FILE"))) {
            (Some(_), Some(_)) => Err(format!("{name} and {name}_FILE are both set")),
            (Some(value), None) => Ok(Some(value)),
            (None, Some(path)) => {
                self.files.push((format!("{name}_FILE"), PathBuf::from(&path)));
                std::fs::read_to_string(path)
                    .map(|text| Some(text.trim_end_matches(['\r', '\n']).to_owned()))
                    .map_err(|error| format!("{name}_FILE cannot be read: {error}"))
            }
            (None, None) => Ok(None),
        };
        let outcome = outcome.and_then(|value| match value {
            Some(value) => check(&value)
                .map(|()| Some(value))
                .map_err(|fault| format!("{name} {fault}")),
            None => Ok(None),
        });
        match outcome {
            Ok(value) => value.map(SecretString::from),
            Err(error) => {
                self.errors.push(error);
                None
            }
        }
    }
}
