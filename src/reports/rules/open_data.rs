//! What is wrong with what an organisation wants to publish by, and which years are out.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Utc};

use crate::base::problem::FieldError;
use crate::base::text::fold;

/// Where the list of those who deliver to GovData stands.
const CONTRIBUTORS: &str = "http://dcat-ap.de/def/contributors/";
const GEOCODING: &str = "http://dcat-ap.de/def/politicalGeocoding/";
const MOST_KEYWORDS: usize = 20;
const FIRST_YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// The kinds of keys, how many digits each has, and the level of what they name.
const KEYS: [(&str, usize, &str); 6] = [
    ("stateKey", 2, "state"),
    ("governmentDistrictKey", 3, "administrativeDistrict"),
    ("districtKey", 5, "administrativeDistrict"),
    ("municipalityKey", 8, "municipality"),
    ("municipalAssociationKey", 9, "municipality"),
    ("regionalKey", 12, "municipality"),
];

/// The level of a place, as the vocabulary calls it; `None`: it is no place of the vocabularies.
#[must_use]
pub fn level_of(place: &str) -> Option<&'static str> {
    let path = place.strip_prefix(GEOCODING)?;
    if path == "Level/federal" {
        return Some("federal");
    }
    let (kind, key) = path.split_once('/')?;
    let (_, digits, level) = KEYS.into_iter().find(|(known, ..)| *known == kind)?;
    // Of cities the regional key also stands without the last digits.
    let long = key.len() == digits || (kind == "regionalKey" && key.len() == 11);
    (long && key.bytes().all(|b| b.is_ascii_digit())).then_some(level)
}

/// What is to be published by, as far as a rule looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub contributor_id: &'a str,
    pub contact: bool,
    pub contact_url: Option<&'a str>,
    pub keywords: &'a [&'a str],
    pub political_geocoding: Option<&'a str>,
    pub landing_page: Option<&'a str>,
    pub first_year: i32,
}

/// Everything that keeps it from being published, by member.
#[must_use]
pub fn open_data_faults(wanted: &Wanted<'_>) -> Vec<FieldError> {
    let mut faults = Vec::new();
    let mut demand = |holds: bool, member: &str, detail: String| {
        if !holds {
            faults.push(FieldError::member(format!("/{member}"), detail));
        }
    };
    let listed = wanted.contributor_id.strip_prefix(CONTRIBUTORS);
    let listed = listed.is_some_and(|id| {
        (1..=200).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    });
    let form = || format!("must be `{CONTRIBUTORS}` and an id of that list");
    demand(listed, "contributor_id", form());
    let reachable = "is required, or `contact_url`: one of the two is how one asks";
    demand(wanted.contact, "contact_email", reachable.to_owned());
    let few = (1..=MOST_KEYWORDS).contains(&wanted.keywords.len());
    demand(few, "keywords", format!("must be 1 to {MOST_KEYWORDS}"));
    let once = wanted
        .keywords
        .iter()
        .map(|keyword| fold(keyword))
        .collect::<BTreeSet<_>>();
    demand(
        once.len() == wanted.keywords.len(),
        "keywords",
        "must name each only once".to_owned(),
    );
    let place = wanted.political_geocoding.is_none_or(|place| level_of(place).is_some());
    let form = || format!("must be a key below `{GEOCODING}`, such as `{GEOCODING}districtKey/05334`");
    demand(place, "political_geocoding", form());
    for (member, address) in [
        ("contact_url", wanted.contact_url),
        ("landing_page", wanted.landing_page),
    ] {
        let plain = address.is_none_or(|address| !address.contains(['<', '>', '"', '{', '}', '|', '\\', '^', '`']));
        demand(
            plain,
            member,
            "must not contain one of <>\"{}|\\^` unescaped".to_owned(),
        );
    }
    demand(
        FIRST_YEARS.contains(&wanted.first_year),
        "first_year",
        format!("must be {} to {}", FIRST_YEARS.start(), FIRST_YEARS.end()),
    );
    faults
}

/// The years that are out at this moment. The running one is not: what is planned is still moved, and who came is still
/// counted.
#[must_use]
pub fn years_out(first_year: i32, now: DateTime<Utc>) -> std::ops::Range<i32> {
    first_year..now.with_timezone(&chrono_tz::Europe::Berlin).year()
}

/// A year as an address has it: four digits.
#[must_use]
pub fn year_named(text: &str) -> Option<i32> {
    let digits = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Wanted<'_> = Wanted {
        contributor_id: "http://dcat-ap.de/def/contributors/openNRW",
        contact: true,
        contact_url: None,
        keywords: &["Wirtschaftsförderung"],
        political_geocoding: Some("http://dcat-ap.de/def/politicalGeocoding/districtKey/05334"),
        landing_page: Some("https://www.staedteregion.example/daten"),
        first_year: 2020,
    };

    fn places(wanted: &Wanted<'_>) -> Vec<String> {
        let faults = open_data_faults(wanted);
        faults.iter().map(|fault| fault.place().to_owned()).collect()
    }

    #[test]
    fn every_fault_is_named_by_its_member() {
        assert_eq!(places(&WANTED), [""; 0]);
        for wrong in [
            "http://dcat-ap.de/def/contributors/",
            "http://dcat-ap.de/def/contributors/a/b",
            "http://dcat-ap.de/def/contributors/a b",
            "https://dcat-ap.de/def/contributors/openNRW",
            "https://example.org/",
        ] {
            let wanted = Wanted {
                contributor_id: wrong,
                ..WANTED
            };
            assert_eq!(places(&wanted), ["/contributor_id"], "{wrong}");
        }
        let wanted = Wanted {
            contact: false,
            keywords: &[],
            political_geocoding: Some("http://dcat-ap.de/def/politicalGeocoding/districtKey/5334"),
            contact_url: Some("https://example.org/<a>"),
            landing_page: Some("https://example.org/{a}"),
            first_year: 20,
            ..WANTED
        };
        assert_eq!(
            places(&wanted),
            [
                "/contact_email",
                "/keywords",
                "/political_geocoding",
                "/contact_url",
                "/landing_page",
                "/first_year"
            ]
        );
        let twice = Wanted {
            keywords: &["Gründer_innen", "Gründerinnen"],
            ..WANTED
        };
        assert_eq!(places(&twice), ["/keywords"]);
        let many = Wanted {
            keywords: &[
                "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u",
            ],
            ..WANTED
        };
        assert_eq!(places(&many), ["/keywords"]);
    }

    #[test]
    fn a_place_says_its_level() {
        let level = |path: &str| level_of(&format!("{GEOCODING}{path}"));
        for (path, expected) in [
            ("Level/federal", Some("federal")),
            ("stateKey/05", Some("state")),
            ("governmentDistrictKey/053", Some("administrativeDistrict")),
            ("districtKey/05334", Some("administrativeDistrict")),
            ("municipalityKey/05334002", Some("municipality")),
            ("municipalAssociationKey/010605024", Some("municipality")),
            ("regionalKey/053340002002", Some("municipality")),
            ("regionalKey/15002000000", Some("municipality")),
            ("Level/state", None),
            ("districtKey/0533a", None),
            ("districtKey/", None),
            ("quarterKey/05334", None),
        ] {
            assert_eq!(level(path), expected, "{path}");
        }
        assert_eq!(level_of("https://example.org/"), None);
    }

    #[test]
    fn a_year_is_out_when_it_is_over_where_the_office_is() {
        let out = |now: &str| years_out(2020, now.parse().unwrap());
        assert_eq!(out("2022-12-31T22:59:59Z"), 2020..2022);
        assert_eq!(out("2022-12-31T23:00:00Z"), 2020..2023, "midnight in Berlin");
        assert!(out("2019-06-01T00:00:00Z").is_empty());
    }

    #[test]
    fn a_year_has_four_digits() {
        assert_eq!(year_named("2020"), Some(2020));
        for wrong in ["", "20", "02020", "20 0", "+202", "-202", "２０２０", "2020a"] {
            assert_eq!(year_named(wrong), None, "{wrong}");
        }
    }
}
