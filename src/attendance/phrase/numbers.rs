//! Numbers in digits and in German words.

use std::ops::Range;

use super::super::tally::MAX_VALUE;
use super::PhraseError;

/// Spaces that keep the groups of one number together; an ordinary space parts two numbers.
fn is_group_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}' | '\u{2009}')
}

/// Digits and what joins them, so that "3,5" and "14:30" are refused whole and not read by halves.
pub(super) fn number_length(text: &str) -> usize {
    let goes_on = |(at, c): (usize, char)| {
        let after = text.get(at + c.len_utf8()..).unwrap_or_default();
        let digits_after = || after.chars().take(4).take_while(char::is_ascii_digit).count();
        c.is_ascii_digit() || (".,:'’".contains(c) && digits_after() > 0) || (is_group_space(c) && digits_after() == 3)
    };
    text.char_indices()
        .find(|place| !goes_on(*place))
        .map_or(text.len(), |(at, _)| at)
}

/// "1080", or German thousands: "1.080", "1 080" with a space that does not break.
pub(super) fn written_number(text: &str) -> Result<i64, PhraseError> {
    let mut groups = text.split(|c| c == '.' || is_group_space(c));
    let first = groups.next().unwrap_or_default();
    let following: Vec<&str> = groups.collect();
    let all_digits = |group: &str| group.chars().all(|c| c.is_ascii_digit());
    let in_thousands = following.is_empty() || (first.len() <= 3 && following.iter().all(|group| group.len() == 3));
    let leading_zero = first.starts_with('0') && text != "0";
    let joined = [first, &following.concat()].concat();
    if text.contains(',') && all_digits(&joined.replace(',', "")) {
        return Err(PhraseError::Decimal(text.to_owned()));
    }
    if !all_digits(&joined) || !in_thousands || leading_zero {
        return Err(PhraseError::Malformed(text.to_owned()));
    }
    within_limit(joined.parse().ok(), text)
}

pub(super) fn within_limit(number: Option<i64>, text: &str) -> Result<i64, PhraseError> {
    number
        .filter(|number| *number <= MAX_VALUE)
        .ok_or_else(|| PhraseError::TooLarge(text.to_owned()))
}

/// Each word stands at the place of its value.
const SMALL_NUMBERS: &str = "null ein zwei drei vier fuenf sechs sieben acht neun zehn elf zwoelf dreizehn vierzehn \
                             fuenfzehn sechzehn siebzehn achtzehn neunzehn";
const TENS: &str = "null zehn zwanzig dreissig vierzig fuenfzig sechzig siebzig achtzig neunzig";

/// A German number word up to 999.999: "zehn", "fünfunddreißig", "hundertzwanzig", "ein", "Dutzend".
pub(super) fn number_word(key: &str) -> Option<i64> {
    match key {
        "null" => Some(0),
        "eine" | "einem" | "einen" | "einer" => Some(1),
        "dutzend" => Some(12),
        _ => below_million(key),
    }
}

fn below_million(key: &str) -> Option<i64> {
    compound(key, "tausend", 1000, below_thousand)
}

fn below_thousand(key: &str) -> Option<i64> {
    compound(key, "hundert", 100, below_hundred)
}

/// "zweihundertfünf": how many, the word for a power of ten, and what is left, read by `smaller`.
fn compound(key: &str, power: &str, worth: i64, smaller: fn(&str) -> Option<i64>) -> Option<i64> {
    let Some((times, left)) = key.split_once(power) else {
        return smaller(key);
    };
    let times = if times.is_empty() { 1 } else { smaller(times)? };
    let left = match left {
        "" => 0,
        _ => smaller(left.strip_prefix("und").unwrap_or(left))?,
    };
    Some(times * worth + left)
}

fn below_hundred(key: &str) -> Option<i64> {
    match key.split_once("und") {
        Some((ones, tens)) => Some(place(SMALL_NUMBERS, 1..10, ones)? + 10 * place(TENS, 2..10, tens)?),
        None if key == "eins" => Some(1),
        None => place(SMALL_NUMBERS, 1..20, key).or_else(|| Some(10 * place(TENS, 2..10, key)?)),
    }
}

/// The place of `word` among `words`, if it is one of `places`.
fn place(words: &str, places: Range<i64>, word: &str) -> Option<i64> {
    (0..)
        .zip(words.split(' '))
        .find(|(at, one)| *one == word && places.contains(at))
        .map(|(at, _)| at)
}
