//! A phrase as numbers and words.

use super::PhraseError;
use super::numbers::{number_length, number_word, within_limit, written_number};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Number(i64),
    /// `text` as written, for messages; `key` as the vocabulary spells it.
    Word {
        text: String,
        key: String,
    },
}

impl Token {
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word { key, .. } if key == word)
    }

    pub(super) fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Word { .. } => None,
        }
    }
}

pub(super) fn tokens(stated: &str) -> Result<Vec<Token>, PhraseError> {
    let mut tokens = Vec::new();
    let mut rest = stated;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        let length = match first {
            '0'..='9' => number_length(rest),
            // "ca.40" is a short form, ".5" is a fraction.
            '.' | ',' if starts_with_digit(after) && !before.is_alphabetic() => {
                return Err(PhraseError::Decimal(rest.chars().take(8).collect()));
            }
            _ if is_silent(first) => first.len_utf8(),
            _ if first.is_alphabetic() => word_length(rest),
            _ => first.len_utf8() + after.find(parts_signs).unwrap_or(after.len()),
        };
        let (text, remaining) = rest.split_at(length);
        if !is_silent(first) {
            push(&mut tokens, text)?;
        }
        before = text.chars().last().unwrap_or(' ');
        rest = remaining;
    }
    Ok(tokens)
}

fn push(tokens: &mut Vec<Token>, text: &str) -> Result<(), PhraseError> {
    if starts_with_digit(text) {
        tokens.push(Token::Number(written_number(text)?));
        return Ok(());
    }
    let key = fold(text);
    let dozens = match tokens.last() {
        Some(Token::Number(number)) if key == "dutzend" => Some(*number),
        _ => None,
    };
    if let Some(dozens) = dozens {
        tokens.pop();
        tokens.push(Token::Number(within_limit(dozens.checked_mul(12), text)?));
    } else if let Some(number) = number_word(&key).filter(|_| !text.contains(is_gender_mark)) {
        // Without its hyphen "hundert-tausend", a range, would be one number.
        tokens.push(Token::Number(number));
    } else {
        tokens.push(Token::Word {
            text: text.to_owned(),
            key,
        });
    }
    Ok(())
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// Quotes, brackets and the punctuation that closes a phrase.
fn is_silent(c: char) -> bool {
    c.is_whitespace() || "„“”\"‚‘’'«»‹›()[].,;:!".contains(c)
}

fn parts_signs(c: char) -> bool {
    c.is_alphanumeric() || is_silent(c)
}

/// A word with the marks of gender forms inside it: Teilnehmer_innen, Teilnehmer(innen), Teilnehmer/-innen.
fn word_length(text: &str) -> usize {
    let goes_on = |(at, c): (usize, char)| {
        let after = text.get(at..).unwrap_or_default().trim_start_matches(is_gender_mark);
        c.is_alphabetic() || c == '\u{308}' || (is_gender_mark(c) && after.starts_with(char::is_alphabetic))
    };
    text.char_indices()
        .find(|place| !goes_on(*place))
        .map_or(text.len(), |(at, _)| at)
}

fn is_gender_mark(c: char) -> bool {
    "_*:·/-()\u{ad}".contains(c)
}

/// Small letters, umlauts as two letters (composed or not), every dash a hyphen, gender marks dropped.
fn fold(text: &str) -> String {
    let is_word = text.starts_with(char::is_alphabetic);
    let mut key = String::with_capacity(text.len() + 4);
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'ä' => key.push_str("ae"),
            'ö' => key.push_str("oe"),
            'ü' => key.push_str("ue"),
            'ß' => key.push_str("ss"),
            '\u{308}' => key.push('e'),
            '-' | '‐' | '‑' | '–' | '—' | '−' if !is_word => key.push('-'),
            c if is_word && is_gender_mark(c) => {}
            c => key.push(c),
        }
    }
    key
}
