//! The registered, by address and by name.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::matching::Registered;
use super::model::Seen;
use super::names;
use crate::base::text::fold;

/// Suggestions are for somebody who looks at a screen.
pub const MAX_CANDIDATES: usize = 5;
/// A word that so many names share finds nobody.
const MAX_NAMESAKES: usize = 200;
const MAX_WORDS: usize = 8;

pub struct Register<'r> {
    registered: &'r [Registered],
    by_email: HashMap<&'r str, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    /// Folded: „Müller“, „Mueller“ and „Muller“ are one.
    by_word: HashMap<String, Vec<usize>>,
    words: Vec<BTreeSet<String>>,
}

impl<'r> Register<'r> {
    pub fn new(registered: &'r [Registered]) -> Self {
        let mut register = Self {
            registered,
            by_email: HashMap::new(),
            by_name: HashMap::new(),
            by_word: HashMap::new(),
            words: Vec::with_capacity(registered.len()),
        };
        for (at, one) in registered.iter().enumerate() {
            if let Some(email) = &one.email_key {
                register.by_email.entry(email).or_default().push(at);
            }
            for form in forms(one) {
                register.by_name.entry(form).or_default().push(at);
            }
            let words = words(&format!("{} {}", one.given_name, one.family_name));
            for word in &words {
                register.by_word.entry(word.clone()).or_default().push(at);
            }
            register.words.push(words);
        }
        register
    }

    pub fn with_email(&self, email: &str) -> Vec<&'r Registered> {
        self.all(self.by_email.get(email).into_iter().flatten())
    }

    /// Those with exactly one of these names.
    pub fn with_name(&self, names: &[String]) -> Vec<&'r Registered> {
        let places: BTreeSet<usize> = names
            .iter()
            .filter_map(|name| self.by_name.get(name))
            .flatten()
            .copied()
            .collect();
        self.all(places.iter())
    }

    /// Those whose whole name is among the words that somebody shows, give or take accents; never more than a hint.
    pub fn suggestions(&self, seen: &Seen) -> Vec<Uuid> {
        let mut found = BTreeSet::new();
        for name in &seen.display_names {
            let shown = [Some(name.as_str()), names::in_brackets(name)];
            let bare = names::normalised(name);
            for text in shown.into_iter().flatten().chain([bare.as_str()]) {
                let shown = words(text);
                let namesakes = shown.iter().filter_map(|word| self.by_word.get(word));
                for at in namesakes.filter(|places| places.len() <= MAX_NAMESAKES).flatten() {
                    if self
                        .words
                        .get(*at)
                        .is_some_and(|words| words.len() >= 2 && words.is_subset(&shown))
                    {
                        found.insert(*at);
                    }
                }
            }
        }
        let found = self.all(found.iter());
        found.iter().take(MAX_CANDIDATES).map(|one| one.id).collect()
    }

    fn all<'p>(&self, places: impl Iterator<Item = &'p usize>) -> Vec<&'r Registered> {
        places.filter_map(|at| self.registered.get(*at)).collect()
    }
}

/// The names that somebody shows, each also the other way round where a comma says so.
pub fn names_of(seen: &Seen) -> Vec<String> {
    shown(&seen.display_names)
}

/// Whether one of the names that somebody shows is this one.
#[must_use]
pub fn is_shown(display_names: &[String], given_name: &str, family_name: &str) -> bool {
    let names = shown(display_names);
    full(given_name, family_name).iter().any(|form| names.contains(form))
}

fn shown(display_names: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    for name in display_names {
        let name = names::normalised(name);
        names.extend(names::turned(&name));
        names.push(name);
    }
    names
}

/// How a registered person may be shown. Never by one part of the name alone.
pub fn forms(one: &Registered) -> Vec<String> {
    full(&one.given_name, &one.family_name)
}

fn full(given_name: &str, family_name: &str) -> Vec<String> {
    let (given, family) = (names::normalised(given_name), names::normalised(family_name));
    if given.is_empty() || family.is_empty() {
        return Vec::new();
    }
    let mut forms = vec![format!("{given} {family}"), format!("{family} {given}")];
    forms.dedup();
    forms
}

fn words(text: &str) -> BTreeSet<String> {
    let short: String = text.chars().take(200).collect();
    fold(&short)
        .split(' ')
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .map(str::to_owned)
        .collect()
}
