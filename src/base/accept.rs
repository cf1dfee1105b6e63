//! Which of several representations the caller likes best (RFC 9110, section 12.5.1).

use actix_web::http::header::{ACCEPT, HeaderMap};

/// The place of the type that is liked best among `offered`; the first where it makes no difference. `None`: none of them
/// is accepted.
#[must_use]
pub fn best(headers: &HeaderMap, offered: &[(&str, &str)]) -> Option<usize> {
    let given = headers.get_all(ACCEPT).filter_map(|value| value.to_str().ok());
    let given = given.collect::<Vec<_>>().join(",");
    if given.trim().is_empty() {
        return (!offered.is_empty()).then_some(0);
    }
    let mut best = None;
    for (place, (kind, subtype)) in offered.iter().enumerate() {
        let liking = liked(&given, kind, subtype);
        if liking.quality > 0 && best.is_none_or(|(found, _)| liking > found) {
            best = Some((liking, place));
        }
    }
    best.map(|(_, place)| place)
}

/// How much a media type is liked, in thousandths, and how exactly it was named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Liking {
    quality: u16,
    exactness: u8,
}

/// The most exact range that fits says how much a type is liked.
fn liked(accept: &str, kind: &str, subtype: &str) -> Liking {
    let fitting = accept.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let (of, sub) = parts.next()?.split_once('/')?;
        let exactness = match (of, sub) {
            ("*", "*") => 1,
            (of, "*") if of.eq_ignore_ascii_case(kind) => 2,
            (of, sub) if of.eq_ignore_ascii_case(kind) && sub.eq_ignore_ascii_case(subtype) => 3,
            _ => return None,
        };
        let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let quality = quality.map_or(1000, thousandths);
        Some(Liking { quality, exactness })
    });
    fitting
        .max_by_key(|liking| (liking.exactness, liking.quality))
        .unwrap_or_default()
}

/// `0.5` → 500; what is no quality is taken as 1.
fn thousandths(quality: &str) -> u16 {
    let (whole, rest) = quality.split_once('.').unwrap_or((quality, ""));
    let rest = format!("{rest:0<3}");
    match (whole, rest.get(..3).and_then(|rest| rest.parse().ok())) {
        ("0", Some(rest)) => rest,
        _ => 1000,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn accept_chooses_the_representation() {
        let offered = [("application", "json"), ("text", "markdown")];
        let (json, markdown) = (Some(0), Some(1));
        for (accept, expected) in [
            ("*/*", json),
            ("application/json", json),
            ("application/*", json),
            ("text/markdown", markdown),
            ("Text/Markdown; charset=utf-8", markdown),
            ("text/*", markdown),
            ("text/markdown, */*", markdown),
            ("application/json, text/markdown", json),
            ("application/json;q=0.5, text/markdown", markdown),
            ("application/json, text/markdown;q=0.9", json),
            ("application/json;q=0, */*", markdown),
            ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", json),
            ("text/html", None),
            ("application/json;q=0", None),
            ("", json),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
            assert_eq!(best(&headers, &offered), expected, "{accept}");
        }
        assert_eq!(best(&HeaderMap::new(), &offered), json);
    }
}
