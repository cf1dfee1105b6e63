//! The rules that everybody has. Whoever changes the terms of one raises its version.

use super::wording;
use crate::reports::model::{CountingRule, CountingTerms, Postponements, Whose};

/// The rule that is meant where none is named.
pub const USUAL: &str = "all";

/// All of them, in the order in which they are told.
#[must_use]
pub fn built_ins() -> Vec<CountingRule> {
    let all = CountingTerms::default;
    let dated = || CountingTerms {
        undated: false,
        ..all()
    };
    let public = || CountingTerms {
        internal: false,
        ..dated()
    };
    let rules = [
        (USUAL, all()),
        ("dated", dated()),
        ("public", public()),
        (
            "overview",
            CountingTerms {
                own_chapters: false,
                ..public()
            },
        ),
        (
            "organised",
            CountingTerms {
                whose: Whose::Organised,
                ..all()
            },
        ),
        (
            "lead",
            CountingTerms {
                whose: Whose::Lead,
                ..all()
            },
        ),
        (
            "outcome",
            CountingTerms {
                postponed: Postponements::NotMadeUp,
                ..all()
            },
        ),
    ];
    let rules = rules.into_iter().map(|(id, terms)| CountingRule {
        id: id.to_owned(),
        version: 1,
        organisation: None,
        text: wording::german(&terms),
        text_en: wording::english(&terms),
        note: None,
        terms,
        written_at: None,
    });
    rules.collect()
}

/// The built-in rule of this name.
#[must_use]
pub fn built_in(name: &str) -> Option<CountingRule> {
    built_ins().into_iter().find(|rule| rule.id == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A change of a built-in rule is a new version of it; then these lines change too.
    #[test]
    fn each_built_in_is_what_its_version_says() {
        let told = built_ins().into_iter().map(|rule| {
            let terms = rule.terms;
            let admits = (terms.internal, terms.undated, terms.own_chapters);
            (rule.id, rule.version, terms.whose, admits, terms.postponed)
        });
        let moved = Postponements::Moved;
        let expected = [
            ("all", 1, Whose::All, (true, true, true), moved),
            ("dated", 1, Whose::All, (true, false, true), moved),
            ("public", 1, Whose::All, (false, false, true), moved),
            ("overview", 1, Whose::All, (false, false, false), moved),
            ("organised", 1, Whose::Organised, (true, true, true), moved),
            ("lead", 1, Whose::Lead, (true, true, true), moved),
            ("outcome", 1, Whose::All, (true, true, true), Postponements::NotMadeUp),
        ];
        assert_eq!(
            told.collect::<Vec<_>>(),
            expected.map(|(id, version, whose, admits, postponed)| (id.to_owned(), version, whose, admits, postponed))
        );
    }

    #[test]
    fn no_two_say_the_same() {
        let rules = built_ins();
        for (n, one) in rules.iter().enumerate() {
            for other in &rules[..n] {
                assert_ne!((&one.id, &one.terms), (&other.id, &other.terms));
                assert_ne!(one.terms, other.terms);
                assert_ne!(one.text, other.text);
                assert_ne!(one.text_en, other.text_en);
            }
        }
    }
}
