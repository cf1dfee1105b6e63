//! When two names mean the same, and what a collection and a venue must be like.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use crate::base::problem::FieldError;
use crate::base::text::fold;

pub const MAX_SPELLINGS: usize = 20;
/// In bytes, as an entry of an index and within a cursor. A ligature can unfold to many letters, so the number of
/// characters does not bound it.
pub const MAX_KEY: usize = 1400;

/// What is wrong with a collection.
#[must_use]
pub fn collection_faults(name: &str, starts_on: Option<NaiveDate>, ends_on: Option<NaiveDate>) -> Vec<FieldError> {
    let mut faults = Vec::new();
    faults.extend(name_fault("/name", name));
    faults.extend(day_fault("/starts_on", starts_on));
    faults.extend(day_fault("/ends_on", ends_on));
    if starts_on.zip(ends_on).is_some_and(|(start, end)| end < start) {
        faults.push(FieldError::member("/ends_on", "must not be before `starts_on`"));
    }
    faults
}

/// What is wrong with a venue.
#[must_use]
pub fn venue_faults(name: Option<&str>, locality: &str, spellings: &[String]) -> Vec<FieldError> {
    let mut faults = Vec::new();
    faults.extend(name.and_then(|name| name_fault("/name", name)));
    faults.extend(name_fault("/locality", locality));
    if faults.is_empty() && venue_key(name, locality).len() > MAX_KEY {
        faults.push(FieldError::member("/name", "is too long together with `locality`"));
    }
    if spellings.len() > MAX_SPELLINGS {
        let detail = format!("must have at most {MAX_SPELLINGS} entries, has {}", spellings.len());
        faults.push(FieldError::member("/also_known_as", detail));
    }
    let entries = spellings.iter().enumerate();
    faults.extend(entries.filter_map(|(at, spelling)| name_fault(&format!("/also_known_as/{at}"), spelling)));
    faults
}

/// A name of signs alone folds to nothing, and would be the same name as any other of that sort.
fn name_fault(pointer: &str, name: &str) -> Option<FieldError> {
    match fold(name).len() {
        0 => Some(FieldError::member(pointer, "must contain a letter or a digit")),
        1..=MAX_KEY => None,
        _ => Some(FieldError::member(
            pointer,
            "is too long when its characters are written out",
        )),
    }
}

fn day_fault(pointer: &str, day: Option<NaiveDate>) -> Option<FieldError> {
    let strange = !(1900..=2200).contains(&day?.year());
    strange.then(|| FieldError::member(pointer, "must be between 1900 and 2200"))
}

/// The name with its locality, folded: „Digital Church“ and „DIGITAL Church“ in Aachen are one place, in Köln
/// another. A place without a name is its locality.
#[must_use]
pub fn venue_key(name: Option<&str>, locality: &str) -> String {
    match name {
        Some(name) => format!("{} {}", fold(name), fold(locality)),
        None => fold(locality),
    }
}

/// Every key that means this venue: its own, and one for each other spelling. A spelling of a named place stands
/// for the name, one of a place without a name for the locality.
#[must_use]
pub fn venue_keys(name: Option<&str>, locality: &str, spellings: &[String]) -> BTreeSet<String> {
    let others = spellings.iter().map(|spelling| match name {
        Some(_) => venue_key(Some(spelling), locality),
        None => venue_key(None, spelling),
    });
    std::iter::once(venue_key(name, locality)).chain(others).collect()
}

/// The words of a search, folded.
#[must_use]
pub fn search_words(text: &str) -> Vec<String> {
    fold(text)
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether every word occurs somewhere in `texts`.
#[must_use]
pub fn found<'a>(words: &[String], texts: impl IntoIterator<Item = &'a str>) -> bool {
    let folded = texts.into_iter().map(fold).collect::<Vec<_>>();
    words
        .iter()
        .all(|word| folded.iter().any(|text| text.contains(word.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, month, 1)
    }

    fn places(faults: &[FieldError]) -> Vec<&str> {
        faults.iter().map(FieldError::place).collect()
    }

    fn spellings(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_collection_ends_no_earlier_than_it_starts() {
        let faults = |starts_on, ends_on| collection_faults("Hallo Nachbar", starts_on, ends_on);
        assert_eq!(places(&faults(day(2020, 5), day(2020, 4))), ["/ends_on"]);
        assert!(faults(day(2020, 5), day(2020, 5)).is_empty());
        assert!(faults(day(2020, 5), None).is_empty());
        assert!(faults(None, day(2020, 5)).is_empty());
    }

    #[test]
    fn days_are_days_of_our_time() {
        let faults = collection_faults("Hallo Nachbar", day(-4000, 1), day(99_999, 1));
        assert_eq!(places(&faults), ["/starts_on", "/ends_on"]);
    }

    #[test]
    fn a_name_has_something_to_be_known_by() {
        assert_eq!(places(&collection_faults("***", None, None)), ["/name"]);
        assert_eq!(
            places(&venue_faults(Some("!"), "–", &spellings(&["ok", "?"]))),
            ["/name", "/locality", "/also_known_as/1"]
        );
    }

    #[test]
    fn a_name_that_unfolds_beyond_an_index_entry_is_refused() {
        let long = "\u{FDFA}".repeat(100);
        assert_eq!(places(&collection_faults(&long, None, None)), ["/name"]);
        let half = "ä".repeat(1000);
        assert_eq!(places(&venue_faults(Some(&half), &half, &[])), ["/name"]);
    }

    #[test]
    fn spellings_are_counted() {
        let many = vec!["x".to_owned(); MAX_SPELLINGS + 1];
        assert_eq!(places(&venue_faults(None, "Aachen", &many)), ["/also_known_as"]);
        assert!(venue_faults(None, "Aachen", many.get(1..).unwrap_or_default()).is_empty());
    }

    #[test]
    fn one_place_has_one_key_in_every_spelling() {
        let church = venue_key(Some("Digital Church"), "Aachen");
        assert_eq!(church, venue_key(Some("DIGITAL  Church"), "AACHEN"));
        assert_ne!(church, venue_key(Some("Digital Church"), "Köln"));
        assert_ne!(church, venue_key(None, "Aachen"));
        assert_eq!(venue_key(None, "Würselen"), venue_key(None, "Wuerselen"));
    }

    #[test]
    fn other_spellings_mean_the_same_place() {
        let church = venue_keys(Some("Digital Church"), "Aachen", &spellings(&["digitalHUB"]));
        assert!(church.contains(&venue_key(Some("DigitalHub"), "Aachen")));
        assert!(!church.contains(&venue_key(Some("DigitalHub"), "Köln")));
        let city = venue_keys(None, "Aachen", &spellings(&["Aix-la-Chapelle"]));
        assert!(city.contains(&venue_key(None, "Aix la Chapelle")));
    }

    #[test]
    fn every_word_is_found_somewhere() {
        let texts = ["Care and Mobility Innovation", "EFRE.NRW"];
        assert!(found(&search_words("efre, CARE"), texts));
        assert!(!found(&search_words("efre interreg"), texts));
        assert!(found(&search_words("100%"), ["100 Prozent"]));
    }
}
