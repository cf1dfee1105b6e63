//! Whether two answers are the same, byte by byte, but for what differs from request to request.

use crate::support::Answer;

/// An answer without the id of its request, the time it was given, and the path that was asked for, which the caller knows.
/// Nor with `Connection`, which is about the connection: whether a body that nobody reads had arrived before the answer left.
fn bare(answer: &Answer, path: &str) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let id = answer.header("x-request-id");
    let named = answer
        .headers
        .iter()
        .filter(|(name, _)| !["connection", "date", "x-request-id"].contains(&name.as_str()));
    let mut headers = named
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect::<Vec<_>>();
    headers.sort();
    let path = path.split('?').next().unwrap_or_default();
    let problem = answer.header("content-type") == "application/problem+json";
    let body = if problem {
        let instance = format!("\"instance\":\"/api/v1{path}\"");
        let text = answer
            .text
            .replace(&format!("\"request_id\":\"{id}\""), "")
            .replace(&instance, "");
        text.into_bytes()
    } else {
        answer.bytes.clone()
    };
    (answer.status, headers, body)
}

/// What tells one from the other, if anything does.
pub fn difference(one: (&Answer, &str), other: (&Answer, &str)) -> Option<String> {
    let (one, other) = (bare(one.0, one.1), bare(other.0, other.1));
    if one.0 != other.0 {
        return Some(format!("status {} and {}", one.0, other.0));
    }
    if one.1 != other.1 {
        let only = |these: &[(String, String)], those: &[(String, String)]| {
            let only = these.iter().filter(|header| !those.contains(header));
            only.map(|(name, value)| format!("{name}: {value}"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        return Some(format!(
            "headers {} and {}",
            only(&one.1, &other.1),
            only(&other.1, &one.1)
        ));
    }
    (one.2 != other.2).then(|| {
        let (one, other) = (String::from_utf8_lossy(&one.2), String::from_utf8_lossy(&other.2));
        format!("bodies {one} and {other}")
    })
}

#[cfg(test)]
mod tests {
    use ureq::http::{HeaderMap, HeaderValue};

    use super::*;

    fn refusal(id: &'static str, path: &str) -> Answer {
        let text = format!(r#"{{"code":"not-found","status":404,"instance":"/api/v1{path}","request_id":"{id}"}}"#);
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/problem+json"));
        headers.insert("cache-control", HeaderValue::from_static("no-store"));
        headers.insert(
            "content-length",
            HeaderValue::from_str(&text.len().to_string()).unwrap(),
        );
        headers.insert("x-request-id", HeaderValue::from_static(id));
        Answer {
            status: 404,
            headers,
            bytes: text.clone().into_bytes(),
            text,
        }
    }

    #[test]
    fn the_id_of_the_request_and_the_path_tell_nothing() {
        let (one, other) = (refusal("request-1", "/venues/1"), refusal("request-2", "/venues/2"));
        assert_eq!(difference((&one, "/venues/1"), (&other, "/venues/2?q=3")), None);
    }

    /// The control: each of these is told.
    #[test]
    fn a_doctored_answer_is_told_from_the_true_one() {
        let true_one = refusal("request-1", "/venues/1");
        let doctored = |change: fn(&mut Answer)| {
            let mut answer = true_one.clone();
            change(&mut answer);
            difference((&true_one, "/venues/1"), (&answer, "/venues/1")).expect("a difference")
        };
        assert!(doctored(|answer| answer.status = 403).starts_with("status"));
        let tag = |answer: &mut Answer| drop(answer.headers.insert("etag", HeaderValue::from_static("\"1\"")));
        assert!(doctored(tag).starts_with("headers"));
        let stored = |answer: &mut Answer| {
            drop(
                answer
                    .headers
                    .insert("cache-control", HeaderValue::from_static("no-cache")),
            )
        };
        assert!(doctored(stored).starts_with("headers"));
        let fewer = |answer: &mut Answer| drop(answer.headers.remove("cache-control"));
        assert!(doctored(fewer).starts_with("headers"));
        let other_code = |answer: &mut Answer| answer.text = answer.text.replace("not-found", "not-there");
        assert!(doctored(other_code).starts_with("bodies"));
        let a_space = |answer: &mut Answer| answer.text.push(' ');
        assert!(doctored(a_space).starts_with("bodies"));
        // The path of another object in the answer is no echo of what was asked.
        let elsewhere = refusal("request-1", "/venues/2");
        assert!(difference((&true_one, "/venues/1"), (&elsewhere, "/venues/1")).is_some());
    }
}
