//! The OpenAPI document as requests are made of it and answers are held against it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::contract::fits;
use crate::support::Answer;

pub struct Contract {
    document: Value,
}

/// One operation as the document tells it.
pub struct Operation<'a> {
    pub id: &'a str,
    pub method: String,
    pub path: &'a str,
    pub told: &'a Value,
}

/// Somewhere in a body, with what has to be there first.
#[derive(Clone)]
pub struct Place {
    pub pointer: String,
    pub schema: Value,
    /// Whether `null` may stand there.
    pub nullable: bool,
    on_the_way: Vec<(String, Value, bool)>,
}

/// What every answer of the API carries, whatever its status; the rest of what a header says is its own test's.
const HEADERS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("content-security-policy", "default-src 'none'"),
    ("cache-control", ""),
    ("x-request-id", ""),
];

/// Deeper than any body of the contract.
const DEPTH: usize = 9;

impl Contract {
    pub fn of_this_program() -> Self {
        Self {
            document: serde_json::to_value(einlass::app::document()).unwrap(),
        }
    }

    pub fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.document["paths"].as_object().unwrap().iter();
        let all = paths.flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, told)| Operation {
                id: told["operationId"].as_str().unwrap(),
                method: method.to_uppercase(),
                path,
                told,
            })
        });
        all.collect()
    }

    pub fn operation(&self, id: &str) -> Operation<'_> {
        self.operations().into_iter().find(|one| one.id == id).unwrap()
    }

    /// What a reference leads to, however many there are in a row.
    pub fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(name) => self.resolved(self.document.pointer(name.trim_start_matches('#')).unwrap()),
            None => schema,
        }
    }

    /// A value that a schema shows or, where it shows none, describes.
    pub fn sample(&self, schema: &Value) -> Value {
        let schema = self.resolved(schema);
        if let Some(shown) = schema.get("example") {
            return shown.clone();
        }
        if let Some(words) = schema["enum"].as_array() {
            return words[0].clone();
        }
        if let Some(one) = alternatives(schema).first() {
            return self.sample(one);
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let parts = parts.iter().filter_map(|part| self.sample(part).as_object().cloned());
            return Value::Object(parts.flatten().collect());
        }
        let number = schema["minimum"].as_i64().unwrap_or(1);
        match kind(schema) {
            "object" => {
                let required = schema["required"].as_array().into_iter().flatten();
                let members = required.map(|name| {
                    let name = name.as_str().unwrap();
                    (name.to_owned(), self.sample(&schema["properties"][name]))
                });
                Value::Object(members.collect())
            }
            "array" => json!([self.sample(&schema["items"])]),
            "integer" | "number" => json!(number),
            "boolean" => json!(true),
            "string" => json!(match schema["format"].as_str() {
                Some("uuid") => "01900000-0000-7000-8000-000000000000",
                Some("date") => "2027-05-06",
                Some("date-time") => "2027-05-06T18:00:00Z",
                Some("email") => "anna@example.org",
                Some("uri") => "https://example.org/",
                _ => "aa",
            }),
            _ => Value::Null,
        }
    }

    fn may_be_null(&self, schema: &Value) -> bool {
        let schema = self.resolved(schema);
        let listed = |key: &str| schema[key].as_array().into_iter().flatten();
        listed("type").any(|kind| kind == "null")
            || listed("oneOf").chain(listed("anyOf")).any(|one| one["type"] == "null")
    }

    /// The schema of the JSON body, where the operation takes one.
    pub fn body<'a>(&self, operation: &Operation<'a>) -> Option<&'a Value> {
        operation.told.pointer("/requestBody/content/application~1json/schema")
    }

    /// Every place of a body, the whole body first.
    pub fn places(&self, body: &Value) -> Vec<Place> {
        let mut found = Vec::new();
        let whole = Place {
            pointer: String::new(),
            schema: body.clone(),
            nullable: false,
            on_the_way: Vec::new(),
        };
        self.visit(&whole, &mut found);
        found
    }

    fn visit(&self, place: &Place, found: &mut Vec<Place>) {
        if place.pointer.matches('/').count() > DEPTH {
            return;
        }
        let schema = self.resolved(&place.schema);
        let alternatives = alternatives(schema);
        for one in &alternatives {
            let mut place = place.clone();
            place.schema = (*one).clone();
            place
                .on_the_way
                .push((place.pointer.clone(), self.sample(one), alternatives.len() > 1));
            self.visit(&place, found);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            let mut place = place.clone();
            place.schema = part.clone();
            self.visit(&place, found);
        }
        if !alternatives.is_empty() || schema.get("allOf").is_some() {
            return;
        }
        found.push(Place {
            schema: schema.clone(),
            ..place.clone()
        });
        let mut below = |name: &str, schema: &Value| {
            let mut below = place.clone();
            below.pointer = format!("{}/{name}", place.pointer);
            below.schema = schema.clone();
            below.nullable = self.may_be_null(schema);
            below
                .on_the_way
                .push((below.pointer.clone(), self.sample(schema), false));
            self.visit(&below, found);
        };
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            below(name, property);
        }
        if kind(schema) == "array" {
            below("0", &schema["items"]);
        }
        if schema["additionalProperties"].is_object() {
            let names = self.resolved(&schema["propertyNames"])["enum"][0].as_str();
            below(names.unwrap_or("title"), &schema["additionalProperties"]);
        }
    }

    /// The members that the answer has and the request has not, at one place of both.
    pub fn only_answered(&self, operation: &Operation<'_>, place: &Place) -> BTreeSet<String> {
        let answers = ["200", "201", "202"].iter().filter_map(|status| {
            let schema = format!("/responses/{status}/content/application~1json/schema");
            operation.told.pointer(&schema)
        });
        let generic = place
            .pointer
            .split('/')
            .map(|step| if step.parse::<u8>().is_ok() { "0" } else { step });
        let generic = generic.collect::<Vec<_>>().join("/");
        let there = answers.flat_map(|answer| self.places(answer));
        let there = there.filter(|one| one.pointer == generic);
        let members = there.flat_map(|one| one.schema["properties"].as_object().cloned().unwrap_or_default());
        let known = place.schema["properties"].as_object();
        let new = members.map(|(name, _)| name);
        new.filter(|name| known.is_none_or(|known| !known.contains_key(name)))
            .collect()
    }

    /// What of an answer is not as the document says.
    pub fn faults(&self, operation: &str, answer: &Answer) -> Vec<String> {
        let told = self.operation(operation).told;
        let status = answer.status.to_string();
        let fault = |what: String| vec![format!("{operation} answers {status}: {what}: {:.300}", answer.text)];
        if answer.status >= 500 {
            return fault("our own fault".to_owned());
        }
        let unlike = |(name, begins): &&(&str, &str)| {
            let value = answer.header(name);
            value.is_empty() || !value.starts_with(begins)
        };
        if let Some((name, _)) = HEADERS.iter().find(unlike) {
            return fault(format!("{name}: {:?}", answer.header(name)));
        }
        // Whoever is logged in here is logged in by a header, and no page from elsewhere is to ask with it.
        if answer
            .headers
            .keys()
            .any(|name| name.as_str().starts_with("access-control-"))
        {
            return fault("pages from elsewhere may read it".to_owned());
        }
        let Some(response) = told["responses"].get(&status) else {
            return fault("the document does not know this status".to_owned());
        };
        let kind = answer.header("content-type").split(';').next().unwrap_or_default();
        let content = response["content"].as_object();
        if content.is_none_or(serde_json::Map::is_empty) {
            return if answer.text.is_empty() {
                Vec::new()
            } else {
                fault("a body where there is none".to_owned())
            };
        }
        let Some(content) = content.and_then(|content| content.get(kind)) else {
            return fault(format!("{kind:?} is not documented"));
        };
        if !kind.ends_with("json") {
            return Vec::new();
        }
        let Ok(body) = serde_json::from_slice::<Value>(&answer.bytes) else {
            return fault("no JSON".to_owned());
        };
        let mut found = Vec::new();
        if kind == "application/problem+json" {
            let code = body["code"].as_str().unwrap_or_default();
            let documented = response["description"].as_str().unwrap_or_default();
            if body["status"] != answer.status {
                found.extend(fault("the problem says another status".to_owned()));
            }
            if !documented.contains(&format!("`{code}`")) {
                found.extend(fault(format!("`{code}` is not documented there")));
            }
        } else if answer.status >= 400 && operation != "fetch_token" {
            found.extend(fault("no problem document".to_owned()));
        }
        let misfits = fits::faults(&self.document, &content["schema"], &body, "");
        found.extend(
            misfits
                .into_iter()
                .take(3)
                .flat_map(|misfit| fault(format!("{misfit:.300}"))),
        );
        found
    }
}

impl Place {
    /// The body with this value at this place, and on the way to it what has to be there.
    pub fn planted(&self, body: &Value, value: Value) -> Value {
        let mut body = self.reached(body);
        plant(&mut body, &self.pointer, value, true);
        body
    }

    /// The body with something at this place.
    pub fn reached(&self, body: &Value) -> Value {
        let mut body = body.clone();
        for (pointer, sample, always) in &self.on_the_way {
            plant(&mut body, pointer, sample.clone(), *always);
        }
        body
    }
}

fn plant(body: &mut Value, pointer: &str, value: Value, always: bool) {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        if always || body.is_null() {
            *body = value;
        }
        return;
    };
    match body.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            let there = members.get(name).is_some_and(|member| !member.is_null());
            if always || !there {
                members.insert(name.to_owned(), value);
            }
        }
        Some(Value::Array(items)) => match items.get_mut(name.parse::<usize>().unwrap()) {
            Some(item) if always => *item = value,
            Some(_) => {}
            None => items.push(value),
        },
        _ => {}
    }
}

/// Where an answer says what is wrong, and what. Of many things sent at once each is answered for itself: there the place is
/// that of the whole body.
pub fn wrong(answer: &Answer) -> Vec<(String, String)> {
    let told = serde_json::from_str::<Value>(&answer.text).unwrap_or_default();
    let of = |problem: &Value, before: &str| {
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let named = errors
            .iter()
            .map(|one| (format!("{before}{}", text(&one["pointer"])), text(&one["detail"])));
        named.collect::<Vec<_>>()
    };
    let mut found = of(&told, "");
    for (n, result) in told["results"].as_array().into_iter().flatten().enumerate() {
        found.extend(of(&result["problem"], &format!("/seminars/{n}")));
    }
    found
}

/// What a value may be, without `null`; empty where it is one thing.
fn alternatives(schema: &Value) -> Vec<&Value> {
    let listed = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
    listed
        .into_iter()
        .flatten()
        .filter(|one| one["type"] != "null")
        .collect()
}

/// `string`, also where it may be `null`.
pub fn kind(schema: &Value) -> &str {
    let one = |kind: &Value| kind != "null";
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| one(kind)).and_then(Value::as_str),
        kind => kind.as_str(),
    }
    .unwrap_or_default()
}

/// What holds the answers against the document sees what is wrong with one, and leaves alone what is right.
#[test]
fn what_is_not_as_documented_is_seen() {
    use ureq::http::{HeaderMap, HeaderValue};
    let contract = Contract::of_this_program();
    let usual = || {
        let mut headers = HeaderMap::new();
        for (name, begins) in HEADERS {
            let value = if begins.is_empty() { "x" } else { begins };
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers
    };
    let with = |mut headers: HeaderMap, status: u16, kind: &'static str, text: &str| {
        headers.insert("content-type", HeaderValue::from_static(kind));
        let answer = Answer {
            status,
            headers,
            text: text.to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        contract.faults("get_venue", &answer).len()
    };
    let answered = |status: u16, kind: &'static str, text: &str| with(usual(), status, kind, text);
    let problem = |status: u16, code: &str| {
        let members = json!({"type": "/problems/x", "title": "x", "status": status, "code": code, "instance": "/x",
            "request_id": "0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11"});
        members.to_string()
    };
    let (json, problems) = ("application/json", "application/problem+json");
    let venue = contract
        .sample(&json!({"$ref": "#/components/schemas/Venue"}))
        .to_string();
    assert_eq!(answered(200, json, &venue), 0);
    assert_eq!(answered(404, problems, &problem(404, "not-found")), 0);
    for (status, kind, text) in [
        (500, problems, problem(500, "internal-error")),
        (503, problems, problem(503, "unavailable")),
        (418, problems, problem(418, "not-found")),
        (404, problems, problem(400, "not-found")),
        (404, problems, problem(404, "seminar-full")),
        (404, json, problem(404, "not-found")),
        (404, problems, "{".to_owned()),
        (200, json, "{}".to_owned()),
        (200, "text/html", venue.clone()),
    ] {
        assert!(answered(status, kind, &text) > 0, "{status} {kind} {text}");
    }
    for (name, _) in HEADERS {
        let mut without = usual();
        without.remove(name);
        assert_eq!(with(without, 200, json, &venue), 1, "{name}");
    }
    let mut open = usual();
    open.insert("access-control-allow-origin", HeaderValue::from_static("*"));
    assert_eq!(with(open, 200, json, &venue), 1);
}

/// Places deep in a body are reached, also below what is left out, empty or one of several.
#[test]
fn every_place_of_a_body_is_reached() {
    let contract = Contract::of_this_program();
    let body = contract.body(&contract.operation("create_seminar")).unwrap().clone();
    let places = contract.places(&body);
    for pointer in ["", "/title", "/sessions/0/join_url", "/parties/0/name", "/questions/0"] {
        let place = places.iter().find(|place| place.pointer == pointer).unwrap();
        let planted = place.planted(&json!({"sessions": []}), json!("here"));
        assert_eq!(planted.pointer(pointer), Some(&json!("here")), "{pointer}");
    }
}
