//! Whether two answers are the same, byte by byte, but for what differs from request to request.

use crate::support::Answer;

/// An answer, and what its caller knows of the question.
pub struct Told {
    pub answer: Answer,
    pub path: String,
    /// A name of the caller's that a detail may repeat.
    pub named: String,
}

impl Told {
    /// Without the id of the request, the time it was given, and what the caller asked for. Nor with `Connection`, which is
    /// about the connection: whether a body that nobody reads had arrived before the answer left.
    fn bare(&self) -> (u16, Vec<(String, String)>, Vec<u8>) {
        let Self { answer, path, named } = self;
        let told = |name: &str| !["connection", "date", "x-request-id"].contains(&name);
        let headers = answer.headers.iter().filter(|(name, _)| told(name.as_str()));
        let headers = headers.map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        });
        let mut headers = headers.collect::<Vec<_>>();
        headers.sort();
        if answer.header("content-type") != "application/problem+json" {
            return (answer.status, headers, answer.bytes.clone());
        }
        let path = path.split('?').next().unwrap_or_default();
        let asked = [
            format!("\"request_id\":\"{}\"", answer.header("x-request-id")),
            format!("\"instance\":\"/api/v1{path}\""),
            format!("`{named}`"),
        ];
        let body = asked
            .iter()
            .fold(answer.text.clone(), |text, known| text.replace(known, ""));
        (answer.status, headers, body.into_bytes())
    }
}

/// What tells one from the other, if anything does.
pub fn difference(one: &Told, other: &Told) -> Option<String> {
    let (one, other) = (one.bare(), other.bare());
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

    fn refusal(id: &'static str, path: &str) -> Told {
        let text = format!(r#"{{"code":"not-found","status":404,"instance":"/api/v1{path}","request_id":"{id}"}}"#);
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/problem+json"));
        headers.insert("cache-control", HeaderValue::from_static("no-store"));
        headers.insert(
            "content-length",
            HeaderValue::from_str(&text.len().to_string()).unwrap(),
        );
        headers.insert("x-request-id", HeaderValue::from_static(id));
        let answer = Answer {
            status: 404,
            headers,
            bytes: text.clone().into_bytes(),
            text,
        };
        Told {
            answer,
            path: path.to_owned(),
            named: "eigene".to_owned(),
        }
    }

    #[test]
    fn the_id_of_the_request_and_the_path_tell_nothing() {
        let (one, mut other) = (refusal("request-1", "/venues/1"), refusal("request-2", "/venues/2"));
        other.path += "?q=3";
        assert_eq!(difference(&one, &other), None);
    }

    /// The control: each of these is told.
    #[test]
    fn a_doctored_answer_is_told_from_the_true_one() {
        let doctored = |change: fn(&mut Answer)| {
            let mut changed = refusal("request-1", "/venues/1");
            change(&mut changed.answer);
            difference(&refusal("request-1", "/venues/1"), &changed).expect("a difference")
        };
        assert!(doctored(|answer| answer.status = 403).starts_with("status"));
        let tag = |answer: &mut Answer| drop(answer.headers.insert("etag", HeaderValue::from_static("\"1\"")));
        assert!(doctored(tag).starts_with("headers"));
        let kept = |answer: &mut Answer| {
            drop(
                answer
                    .headers
                    .insert("cache-control", HeaderValue::from_static("no-cache")),
            )
        };
        assert!(doctored(kept).starts_with("headers"));
        let fewer = |answer: &mut Answer| drop(answer.headers.remove("cache-control"));
        assert!(doctored(fewer).starts_with("headers"));
        let code = |answer: &mut Answer| answer.text = answer.text.replace("not-found", "not-there");
        assert!(doctored(code).starts_with("bodies"));
        let a_space = |answer: &mut Answer| answer.text.push(' ');
        assert!(doctored(a_space).starts_with("bodies"));
        // The path of another object in the answer is no echo of what was asked.
        let mut elsewhere = refusal("request-1", "/venues/2");
        elsewhere.path = "/venues/1".to_owned();
        assert!(difference(&refusal("request-1", "/venues/1"), &elsewhere).is_some());
    }
}
