//! Arbitrary query strings: never a panic, what is refused is named, and a cursor leads to where it came from.

#![no_main]

use chrono::{DateTime, NaiveDate, Utc};
use einlass::base::page::{Page, Paging, with_parameter};
use einlass::base::query::parse;
use einlass::base::text::{Language, Line};
use einlass::seminars::{Channel, Status};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use uuid::Uuid;

/// As lists are asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Asked {
    q: Option<Line<200>>,
    from: Option<NaiveDate>,
    status: Option<Status>,
    channel: Option<Channel>,
    language: Option<Language>,
    free_seats: Option<bool>,
    limit: Option<i64>,
    cursor: Option<String>,
}

type Key = (DateTime<Utc>, Uuid);

fuzz_target!(|bytes: &[u8]| {
    let Ok(query) = std::str::from_utf8(bytes) else { return };
    let asked = match parse::<Asked>(query) {
        Ok(asked) => asked,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    if let Some(text) = asked.q.as_ref() {
        assert!((1..=200).contains(&text.as_str().chars().count()) && !text.as_str().chars().any(char::is_control));
    }
    let paging = Paging {
        limit: asked.limit,
        cursor: asked.cursor,
    };
    if let Ok(limit) = paging.limit() {
        assert!((1..=100).contains(&limit));
    }
    let Ok(Some(key)) = paging.after::<Key>() else { return };
    let page = Page::<()>::ending(vec![key], true, |key| *key, |_| ()).unwrap();
    let next = page.next_cursor.unwrap();
    // The link to the next page asks the same again, from there.
    let plain = query
        .split('&')
        .all(|pair| !pair.split('=').next().unwrap_or_default().contains('%'));
    if plain {
        let again = parse::<Asked>(&with_parameter(query, "cursor", &next)).unwrap();
        assert_eq!(again.cursor.as_ref(), Some(&next));
        assert_eq!(again.limit, paging.limit);
        assert_eq!(
            Paging {
                limit: None,
                cursor: again.cursor
            }
            .after::<Key>()
            .unwrap(),
            Some(key)
        );
    }
});
