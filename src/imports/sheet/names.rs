//! Names of collections, organisations and venues: known here, or new. What is new is made only where somebody says so.

use super::doubts::DoubtCode;
use super::model::{Field, Known, Party, Place};
use super::row::Reading;
use super::{privacy, vocabulary};
use crate::base::text::fold;

/// What a text for a place is.
pub enum Found {
    Known(Place),
    /// A name and where it is.
    New(Place),
    /// One name alone, of a house or of a town.
    Unclear,
    TooLong,
}

pub fn place(text: &str, known: &Known) -> Found {
    if let Some(place) = known.venues.get(&fold(text)) {
        return Found::Known(place.clone());
    }
    let Some((name, locality)) = text.rsplit_once(',') else {
        return Found::Unclear;
    };
    // „52062 Aachen“ lies in Aachen.
    let locality = locality
        .trim()
        .trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    let (name, same) = (name.trim(), fold(name) == fold(locality));
    if name.chars().count() > 200 || locality.chars().count() > 100 {
        return Found::TooLong;
    }
    if fold(locality).is_empty() || fold(name).is_empty() {
        return Found::Unclear;
    }
    let place = Place {
        name: (!same).then(|| name.to_owned()),
        locality: locality.to_owned(),
    };
    let key = match &place.name {
        Some(name) => format!("{} {}", fold(name), fold(&place.locality)),
        None => fold(&place.locality),
    };
    match known.venues.get(&key) {
        Some(known) => Found::Known(known.clone()),
        None => Found::New(place),
    }
}

/// The names in a cell: one, if the whole is known; else parted at semicolons, and at commas where each part is known.
fn parted(text: &str, is_known: impl Fn(&str) -> bool) -> Vec<&str> {
    let mut names = Vec::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let pieces = part
            .split([',', '/', '+'])
            .flat_map(|piece| piece.split(" und "))
            .map(str::trim)
            .collect::<Vec<_>>();
        if !is_known(part) && pieces.len() > 1 && pieces.iter().all(|piece| is_known(piece)) {
            names.extend(pieces);
        } else {
            names.push(part);
        }
    }
    names
}

pub fn collections(reading: &mut Reading<'_>) {
    if reading.cell(Field::Collection).is_empty() || reading.is_unusable(Field::Collection) {
        return;
    }
    let Some(text) = reading.without_question(Field::Collection) else {
        return;
    };
    let known = &reading.known.collections;
    for name in parted(text, |name| known.contains_key(&fold(name))) {
        let code = match known.get(&fold(name)) {
            Some(own) => {
                reading.understood.collections.push(own.clone());
                continue;
            }
            None if vocabulary::channels(name).is_some() || vocabulary::kind(name).is_some() => {
                DoubtCode::WordOfOtherColumn
            }
            None if name.chars().count() > 200 || fold(name).is_empty() => DoubtCode::TooLong,
            None => DoubtCode::NewCollection,
        };
        let choices = if code == DoubtCode::WordOfOtherColumn {
            vec![String::new()]
        } else {
            likely(name, known.values())
        };
        let doubt = reading.doubt(code, Field::Collection);
        doubt.text = Some(name.to_owned());
        doubt.choices = choices;
        if code == DoubtCode::NewCollection {
            reading.understood.collections.push(name.to_owned());
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    reading.understood.collections.retain(|name| seen.insert(fold(name)));
}

pub fn parties(reading: &mut Reading<'_>) {
    for field in [Field::Lead, Field::Partners] {
        if reading.cell(field).is_empty() || reading.is_unusable(field) {
            continue;
        }
        let Some(text) = reading.without_question(field) else {
            continue;
        };
        let known = &reading.known.organisations;
        let mut parties = Vec::<Party>::new();
        for name in parted(text, |name| known.contains_key(&fold(name))) {
            let found = known.get(&fold(name));
            let party = match found {
                Some((own, slug)) => Party {
                    name: own.clone(),
                    organisation: Some(slug.clone()),
                },
                None => Party {
                    name: name.to_owned(),
                    organisation: None,
                },
            };
            if found.is_none() {
                let code = if name.chars().count() > 200 {
                    DoubtCode::TooLong
                } else if privacy::names_a_person(name) {
                    DoubtCode::PersonalData
                } else {
                    DoubtCode::NewPartner
                };
                let choices = likely(name, known.values().map(|(name, _)| name));
                let doubt = reading.doubt(code, field);
                doubt.text = Some(name.to_owned());
                doubt.choices = choices;
                if code != DoubtCode::NewPartner {
                    continue;
                }
            }
            if !parties.iter().any(|other| fold(&other.name) == fold(&party.name)) {
                parties.push(party);
            }
        }
        if field == Field::Lead {
            reading.understood.lead = parties;
        } else {
            reading.understood.partners = parties;
        }
    }
}

/// Known names that begin alike or contain it, at most three.
fn likely<'n>(name: &str, known: impl Iterator<Item = &'n String>) -> Vec<String> {
    let folded = fold(name);
    let alike = |other: &&String| {
        let other = fold(other);
        let begin = |text: &str| text.chars().take(5).collect::<String>();
        !folded.is_empty() && (other.contains(&folded) || folded.contains(&other) || begin(&other) == begin(&folded))
    };
    let mut found = known.filter(alike).cloned().collect::<Vec<_>>();
    found.sort();
    found.dedup();
    found.truncate(3);
    found
}
