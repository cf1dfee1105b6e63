//! Words of the room.

use serde::Serialize;

use crate::base::ids::words;

words! {
    /// What was done a moment ago, as the address of the page says it.
    Done {
        Confirmed = "confirmed",
        Accepted = "accepted",
        Kept = "kept",
        Cancelled = "cancelled",
        Changed = "changed",
        Unchanged = "unchanged",
        Withdrawn = "withdrawn",
    }
}

/// What a page says before everything else: `done_…` or `refused_…` in the table of words.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "kind", content = "word", rename_all = "snake_case")]
pub enum Notice {
    Done(Done),
    Refused(&'static str),
}

/// Who reads: in which language, and whether that was chosen on the page and so has to be kept in its links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    pub english: bool,
    pub chosen: bool,
}

impl Reader {
    /// `chosen`: `?lang=`; `language`: of the registration.
    #[must_use]
    pub fn of(chosen: Option<bool>, language: &str) -> Self {
        Self {
            english: chosen.unwrap_or_else(|| speaks_english(language)),
            chosen: chosen.is_some(),
        }
    }

    #[must_use]
    pub const fn language(self) -> &'static str {
        if self.english { "en" } else { "de" }
    }

    /// What the links of the page end with.
    #[must_use]
    pub const fn query(self) -> &'static str {
        match (self.chosen, self.english) {
            (false, _) => "",
            (true, false) => "?lang=de",
            (true, true) => "?lang=en",
        }
    }
}

/// As in the mails: English is answered in English, everything else in German.
#[must_use]
pub fn speaks_english(language: &str) -> bool {
    language == "en" || language.starts_with("en-")
}

/// The fields of a form, in the order they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    #[must_use]
    pub fn one(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }
}
