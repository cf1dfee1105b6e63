//! Whatever a test is answered, the OpenAPI document knows it: the status, and of a problem the code. A state that a fuzzer does
//! not come by is come by in the test of its rule.

use std::cmp::Reverse;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::Answer;

struct Documented {
    method: String,
    path: Vec<String>,
    responses: Map<String, Value>,
}

/// What the document does not know of this answer.
pub fn fault(method: &str, path: &str, answer: &Answer) -> Option<String> {
    let path = path.split('?').next().unwrap_or_default();
    let asked: Vec<_> = path.split('/').collect();
    let meant = |one: &&Documented| {
        one.method == if method == "HEAD" { "GET" } else { method }
            && one.path.len() == asked.len()
            && one.path.iter().zip(&asked).all(|(told, asked)| stands_for(told, asked))
    };
    // Of two that mean it the one with less to fill in is served: `{seminar}.ics` before `{seminar}`.
    let operation = operations().iter().filter(meant).min_by_key(|one| {
        let names = one.path.iter().filter(|step| step.contains('{'));
        (names.clone().count(), Reverse(names.map(String::len).sum::<usize>()))
    });
    let Some(operation) = operation else {
        let undocumented = asked.starts_with(&["", "api", "v1"]) && answer.status < 300;
        return undocumented.then(|| format!("{method} {} is not documented", asked.join("/")));
    };
    let Some(response) = operation.responses.get(&answer.status.to_string()) else {
        return Some(format!(
            "{method} {}: {} is not documented",
            operation.path.join("/"),
            answer.status
        ));
    };
    if answer.header("content-type") != "application/problem+json" {
        return None;
    }
    let problem: Value = serde_json::from_slice(&answer.bytes).ok()?;
    let code = problem["code"].as_str().unwrap_or_default();
    let told = response["description"].as_str().unwrap_or_default();
    let known = told.contains(&format!("`{code}`"));
    (!known).then(|| {
        format!(
            "{method} {}: {} `{code}` is not documented",
            operation.path.join("/"),
            answer.status
        )
    })
}

/// `{seminar}.ics` stands for whatever ends so.
fn stands_for(told: &str, asked: &str) -> bool {
    match (told.find('{'), told.find('}')) {
        (Some(from), Some(to)) => {
            let (before, after) = (&told[..from], &told[to + 1..]);
            asked.len() > before.len() + after.len() && asked.starts_with(before) && asked.ends_with(after)
        }
        _ => told == asked,
    }
}

fn operations() -> &'static [Documented] {
    static ALL: OnceLock<Vec<Documented>> = OnceLock::new();
    ALL.get_or_init(|| {
        let document = serde_json::to_value(einlass::app::document()).unwrap();
        let paths = document["paths"].as_object().unwrap().iter();
        let all = paths.flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(|(method, told)| Documented {
                method: method.to_uppercase(),
                path: path.split('/').map(str::to_owned).collect(),
                responses: told["responses"].as_object().unwrap().clone(),
            })
        });
        all.collect()
    })
}

#[test]
fn what_is_not_documented_is_seen() {
    let answer = |status, code: &str| {
        let text = serde_json::json!({"code": code}).to_string();
        let mut headers = ureq::http::HeaderMap::new();
        headers.insert("content-type", "application/problem+json".parse().unwrap());
        Answer {
            status,
            headers,
            bytes: text.clone().into_bytes(),
            text,
        }
    };
    let path = "/api/v1/seminars/0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11";
    let seen = |method, path: &str, status, code| fault(method, path, &answer(status, code)).is_some();
    assert!(!seen("GET", path, 404, "not-found"));
    assert!(!seen("HEAD", &format!("{path}.ics?lang=de"), 406, "not-acceptable"));
    assert!(seen("GET", path, 418, "teapot"), "a status that it does not have");
    assert!(seen("GET", path, 404, "seminar-full"), "a code that it does not have");
    assert!(seen("GET", "/api/v1/nowhere", 200, ""), "a path that is not there");
    assert!(!seen("GET", "/api/v1/nowhere", 404, "not-found"));
}
