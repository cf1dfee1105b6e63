//! Text at the edge: what may come in, and how two spellings are found to be the same.
//!
//! Control characters are refused here, once, because each of them hurts somewhere further in: a NUL is an
//! error to PostgreSQL, a CR panics the mail builder, an escape moves the cursor of whoever reads the log.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

/// One line of 1 to `MAX` characters, trimmed, without control characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Line<const MAX: usize>(String);

/// Several lines of 1 to `MAX` characters, trimmed; line feed and tab are the only control characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Paragraphs<const MAX: usize>(String);

/// An e-mail address as people write it; [`Email::key`] is the form in which two of them are compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Email(String);

/// 2 to 60 of `a-z`, `0-9` and single hyphens between them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

/// An absolute `https` or `http` address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct WebAddress(String);

/// A BCP 47 language tag: `de`, `en`, `de-AT`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Language(String);

/// An ISO 3166-1 alpha-2 country code: `DE`, `NL`, `BE`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Country(String);

/// A value that is made from text or refused with the reason.
pub trait FromText: Sized {
    fn from_text(text: &str) -> Result<Self, String>;
}

impl<const MAX: usize> FromText for Line<MAX> {
    fn from_text(text: &str) -> Result<Self, String> {
        bounded(text, MAX, |c| !is_control(c)).map(Self)
    }
}

impl<const MAX: usize> FromText for Paragraphs<MAX> {
    fn from_text(text: &str) -> Result<Self, String> {
        let unix = text.replace("\r\n", "\n");
        bounded(&unix, MAX, |c| c == '\n' || c == '\t' || !is_control(c)).map(Self)
    }
}

impl FromText for Email {
    /// The shape that every mail server takes: RFC 5321 lengths, one `@`, a domain of two labels or more.
    /// Quoted local parts and address literals are valid by the RFC and refused: nobody's real address has one.
    fn from_text(text: &str) -> Result<Self, String> {
        let text = bounded(text, 254, |c| !is_control(c))?;
        let fault = || "is not an e-mail address".to_owned();
        let (local, domain) = text.rsplit_once('@').ok_or_else(fault)?;
        let local_ok = !local.is_empty()
            && local.len() <= 64
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local
                .chars()
                .all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
        let label_ok = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let domain_ok = domain.contains('.') && domain.split('.').all(label_ok);
        if local_ok && domain_ok {
            Ok(Self(text))
        } else {
            Err(fault())
        }
    }
}

impl Email {
    /// Trimmed and case-folded: two addresses with one key are one person to us.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.nfkc().collect::<String>().to_lowercase()
    }
}

impl FromText for Slug {
    fn from_text(text: &str) -> Result<Self, String> {
        let shape = text
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        // A slug stands where an id may stand, so it must not look like one.
        if shape && (2..=60).contains(&text.len()) && text.parse::<uuid::Uuid>().is_err() {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be 2 to 60 of a-z, 0-9 and single hyphens between them".to_owned())
        }
    }
}

impl FromText for WebAddress {
    fn from_text(text: &str) -> Result<Self, String> {
        let text = bounded(text, 2000, |c| !is_control(c) && !c.is_whitespace())?;
        let uri = text
            .parse::<actix_web::http::Uri>()
            .map_err(|_| "is not a web address".to_owned())?;
        match (uri.scheme_str(), uri.authority()) {
            (Some("https" | "http"), Some(authority)) if !authority.as_str().contains('@') => Ok(Self(text)),
            _ => Err("must be an absolute https or http address".to_owned()),
        }
    }
}

impl FromText for Language {
    fn from_text(text: &str) -> Result<Self, String> {
        let mut parts = text.split('-');
        let primary = parts.next().unwrap_or_default();
        let primary_ok = (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase());
        let rest_ok =
            parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
        if primary_ok && rest_ok && text.len() <= 35 {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be a BCP 47 language tag such as `de` or `en`".to_owned())
        }
    }
}

impl Default for Language {
    fn default() -> Self {
        Self("de".to_owned())
    }
}

impl FromText for Country {
    fn from_text(text: &str) -> Result<Self, String> {
        if text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase()) {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be an ISO 3166-1 country code such as `DE`, `NL` or `BE`".to_owned())
        }
    }
}

impl Default for Country {
    fn default() -> Self {
        Self("DE".to_owned())
    }
}

fn bounded(text: &str, max: usize, allowed: impl Fn(char) -> bool) -> Result<String, String> {
    let text = text.trim();
    if let Some(bad) = text.chars().find(|c| !allowed(*c)) {
        return Err(format!("must not contain the character U+{:04X}", u32::from(bad)));
    }
    match text.chars().count() {
        0 => Err("must not be empty".to_owned()),
        n if n > max => Err(format!("must have at most {max} characters, has {n}")),
        _ => Ok(text.to_owned()),
    }
}

/// Control characters, and the format characters that turn the reading direction of whatever follows.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

/// The form in which texts are searched and names compared: lower case, without accents and punctuation, and
/// with the spellings of one German word made one. „Gründer_innen“, „Gründer*innen“ and „GründerInnen“ meet
/// „Gründerinnen“; „Fördermöglichkeiten“ meets „foerdermoeglichkeiten“ and „fordermoglichkeiten“. Folding `ae`
/// to `a` also makes other words meet ("aktuell" and "aktull"); both sides are folded, so nothing is lost.
#[must_use]
pub fn fold(text: &str) -> String {
    let joined = join_gendered(text);
    let mut folded = String::with_capacity(joined.len());
    for c in joined.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'ß' | 'ẞ' => folded.push_str("ss"),
            'æ' | 'Æ' => folded.push('a'),
            'ø' | 'Ø' | 'œ' | 'Œ' => folded.push('o'),
            'ł' | 'Ł' => folded.push('l'),
            c if c.is_alphanumeric() => folded.extend(c.to_lowercase()),
            _ => folded.push(' '),
        }
    }
    let folded = folded.replace("ae", "a").replace("oe", "o").replace("ue", "u");
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Drops the sign between a word and its feminine ending: `_`, `*`, `:`, `·`, `/` or `/-` before "in" or "innen".
fn join_gendered(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['_', '*', ':', '·', '/']) {
        let (before, from) = rest.split_at(at);
        joined.push_str(before);
        let sign = from.chars().next().map_or(0, char::len_utf8);
        let after = from.split_at(sign).1;
        let ending = after.strip_prefix('-').unwrap_or(after);
        let follows_word = before.chars().next_back().is_some_and(char::is_alphabetic);
        if follows_word && ending.starts_with("in") {
            rest = ending;
        } else {
            joined.push_str(from.split_at(sign).0);
            rest = after;
        }
    }
    joined.push_str(rest);
    joined
}

/// Escapes `%`, `_` and `\` for a LIKE pattern.
#[must_use]
pub fn like_escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

macro_rules! text_type {
    ([$($generics:tt)*] $type:ty, $name:expr, $schema:expr) => {
        impl<$($generics)*> $type {
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl<$($generics)*> fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<$($generics)*> std::str::FromStr for $type {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                Self::from_text(text)
            }
        }

        impl<'de, $($generics)*> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                Self::from_text(&text).map_err(serde::de::Error::custom)
            }
        }

        impl<$($generics)*> PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                let builder: ObjectBuilder = $schema;
                builder.schema_type(SchemaType::Type(Type::String)).into()
            }
        }

        impl<$($generics)*> ToSchema for $type {
            fn name() -> Cow<'static, str> {
                Cow::Owned($name)
            }
        }
    };
}

text_type!([const MAX: usize] Line<MAX>, format!("Line{MAX}"), ObjectBuilder::new()
    .description(Some(format!("One line of 1 to {MAX} characters, without control characters")))
    .min_length(Some(1)).max_length(Some(MAX)));
text_type!([const MAX: usize] Paragraphs<MAX>, format!("Paragraphs{MAX}"), ObjectBuilder::new()
    .description(Some(format!("Text of 1 to {MAX} characters; line feeds and tabs allowed, no other control characters")))
    .min_length(Some(1)).max_length(Some(MAX)));
text_type!([] Email, "Email".to_owned(), ObjectBuilder::new()
    .description(Some("An e-mail address; compared without regard to case"))
    .format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)))
    .min_length(Some(5)).max_length(Some(254)));
text_type!([] Slug, "Slug".to_owned(), ObjectBuilder::new()
    .description(Some("2 to 60 of a-z, 0-9 and single hyphens between them"))
    .min_length(Some(2)).max_length(Some(60)).pattern(Some("^[a-z0-9]+(-[a-z0-9]+)*$")));
text_type!([] WebAddress, "WebAddress".to_owned(), ObjectBuilder::new()
    .description(Some("An absolute https or http address"))
    .format(Some(SchemaFormat::Custom("uri".to_owned())))
    .min_length(Some(8)).max_length(Some(2000)));
text_type!([] Language, "Language".to_owned(), ObjectBuilder::new()
    .description(Some("A BCP 47 language tag"))
    .min_length(Some(2)).max_length(Some(35)).pattern(Some("^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")));
text_type!([] Country, "Country".to_owned(), ObjectBuilder::new()
    .description(Some("An ISO 3166-1 alpha-2 country code"))
    .min_length(Some(2)).max_length(Some(2)).pattern(Some("^[A-Z]{2}$")));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_german_word_meet() {
        for (one, other) in [
            ("Gründer_innen", "Gründerinnen"),
            ("Gründer*innen", "gruenderinnen"),
            ("Gründer:innen", "GRÜNDERINNEN"),
            ("Gründer/-innen", "Grunderinnen"),
            ("GründerInnen", "Gründer_innen"),
            ("Fördermöglichkeiten", "foerdermoeglichkeiten"),
            ("Straße", "strasse"),
            ("Müller", "Mueller"),
            ("Müller", "Muller"),
            ("AC² - Zwischenprämierung", "ac2 zwischenpraemierung"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} / {other}");
        }
    }

    #[test]
    fn signs_that_join_nothing_only_part_words() {
        assert_eq!(fold("Zoom/Teams: online_kurs"), "zoom teams online kurs");
    }

    #[test]
    fn control_characters_are_refused_by_name() {
        assert_eq!(
            Line::<10>::from_text("a\0b"),
            Err("must not contain the character U+0000".to_owned())
        );
        assert!(Line::<10>::from_text("a\nb").is_err());
        assert!(Line::<10>::from_text("a\u{202E}b").is_err());
        assert!(Paragraphs::<10>::from_text("a\r\nb\tc").is_ok());
        assert!(Paragraphs::<10>::from_text("a\rb").is_err());
    }

    #[test]
    fn lengths_are_counted_in_characters_after_trimming() {
        assert!(Line::<3>::from_text("  äöü  ").is_ok());
        assert!(Line::<3>::from_text("äöüß").is_err());
        assert!(Line::<3>::from_text("   ").is_err());
    }

    #[test]
    fn addresses() {
        for good in ["a@b.de", "anna.o'neil+x@sub.example.org", "jörg@müller.example"] {
            assert!(Email::from_text(good).is_ok(), "{good}");
        }
        for bad in [
            "a",
            "a@b",
            "@b.de",
            "a@.de",
            "a..b@c.de",
            "a b@c.de",
            "a@b.de\nBcc: c@d.de",
            "a@-b.de",
            "\"a\"@b.de",
        ] {
            assert!(Email::from_text(bad).is_err(), "{bad}");
        }
        assert_eq!(
            Email::from_text(" Anna@Example.ORG ").map(|e| e.key()),
            Ok("anna@example.org".to_owned())
        );
        assert!(WebAddress::from_text("javascript:alert(1)").is_err());
        assert!(WebAddress::from_text("https://user@example.org/").is_err());
        assert!(WebAddress::from_text("https://seminarportal.example/x?y=1").is_ok());
    }
}
