//! An HTTP client that is somebody, and answers that are easy to ask.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use ureq::http::{HeaderMap, Request};

use super::documented;

#[derive(Clone)]
pub struct Client {
    base: String,
    token: Option<String>,
    /// Whether every path is taken as it stands, also one that the API has too.
    outside: bool,
    agent: ureq::Agent,
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// The body as it came, where it is no text.
    pub bytes: Vec<u8>,
}

/// Paths that do not stand under `/api/v1`.
const OUTSIDE: &[&str] = &[
    "/api/",
    "/health/",
    "/problems",
    "/openapi.json",
    "/docs",
    "/.well-known/",
];

impl Client {
    pub fn new(address: SocketAddr, token: Option<String>) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(30)))
            // Unoptimised, larger ones take longer to be made than most answers.
            .input_buffer_size(16 * 1024)
            .output_buffer_size(16 * 1024)
            .build()
            .into();
        Self {
            base: format!("http://{address}"),
            token: token.map(|token| format!("Bearer {token}")),
            outside: false,
            agent,
        }
    }

    /// Somebody who has a mail with links.
    pub fn registrant(address: SocketAddr, token: &str) -> Self {
        Self {
            token: Some(format!("Registration {token}")),
            ..Self::new(address, None)
        }
    }

    /// The same, on the pages for people.
    pub fn browser(&self) -> Self {
        Self {
            outside: true,
            ..self.clone()
        }
    }

    /// Presses the button of a form.
    pub fn press(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encoded = |text: &str| {
            let bytes = text.bytes().map(|b| match b {
                b if b.is_ascii_alphanumeric() || b"-._".contains(&b) => char::from(b).to_string(),
                b => format!("%{b:02X}"),
            });
            bytes.collect::<String>()
        };
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &form, Some(body.as_bytes()))
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(format!("Bearer {token}")),
            ..self.clone()
        }
    }

    /// The same client with the token of a mail.
    pub fn with_registration(&self, token: &str) -> Self {
        Self {
            token: Some(format!("Registration {token}")),
            ..self.clone()
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None)
    }

    /// What is no text: status, headers and bytes.
    pub fn download(&self, path: &str) -> (u16, HeaderMap, Vec<u8>) {
        let answer = self.get(path);
        (answer.status, answer.headers, answer.bytes)
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, None)
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[], Some(body.to_string().as_bytes()))
    }

    pub fn post_with_key(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.send(
            "POST",
            path,
            &[("Idempotency-Key", key)],
            Some(body.to_string().as_bytes()),
        )
    }

    /// A state action: POST with If-Match.
    pub fn act(&self, path: &str, etag: &str, body: &Value) -> Answer {
        self.send("POST", path, &[("If-Match", etag)], Some(body.to_string().as_bytes()))
    }

    pub fn patch(&self, path: &str, etag: &str, body: &Value) -> Answer {
        self.send("PATCH", path, &[("If-Match", etag)], Some(body.to_string().as_bytes()))
    }

    pub fn delete(&self, path: &str, etag: &str) -> Answer {
        self.send("DELETE", path, &[("If-Match", etag)], None)
    }

    /// Any request. A body is sent as JSON unless `headers` say otherwise.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answer {
        self.try_send(method, path, headers, body).expect("an answer")
    }

    /// `None` when nobody answers, or not to the end.
    pub fn try_send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Option<Answer> {
        let outside = self.outside || OUTSIDE.iter().any(|prefix| path.starts_with(prefix));
        let path = format!("{}{path}", if outside { "" } else { "/api/v1" });
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("Authorization", token);
        }
        if body.is_some()
            && !headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        {
            request = request.header("Content-Type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = match body {
            Some(body) => self.agent.run(request.body(body.to_vec()).unwrap()),
            None => self.agent.run(request.body(()).unwrap()),
        }
        .ok()?;
        let bytes = response
            .body_mut()
            .with_config()
            .limit(100_000_000)
            .read_to_vec()
            .ok()?;
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        };
        if let Some(fault) = documented::fault(method, &path, &answer) {
            panic!("{fault}: {}", answer.text);
        }
        Some(answer)
    }
}

impl Answer {
    /// The body as JSON, after making sure of the status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&self.text).unwrap()
        }
    }

    #[track_caller]
    pub fn expect_status(&self, status: u16) {
        assert_eq!(self.status, status, "{}", self.text);
    }

    /// The problem document, after making sure of status and code.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let document = self.expect(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(document["code"], code, "{}", self.text);
        assert_eq!(document["status"], status);
        document
    }

    /// The pointers (or parameters, or headers) that a 422 names.
    #[track_caller]
    pub fn invalid(&self) -> Vec<String> {
        let document = self.problem(422, "validation-failed");
        let places = document["errors"].as_array().unwrap().iter().map(|error| {
            ["pointer", "parameter", "header"]
                .iter()
                .find_map(|kind| error[kind].as_str())
                .unwrap()
                .to_owned()
        });
        places.collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn etag(&self) -> String {
        self.header("etag").to_owned()
    }

    #[track_caller]
    pub fn id(&self) -> String {
        self.expect(201)["id"].as_str().unwrap().to_owned()
    }

    /// The body without what differs from request to request.
    pub fn but_for_the_request(&self) -> Value {
        let mut document: Value = serde_json::from_str(&self.text).unwrap();
        let members = document.as_object_mut().unwrap();
        members.remove("request_id");
        members.remove("instance");
        document
    }
}
