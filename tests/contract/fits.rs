//! Whether a value fits a schema, as far as our document uses JSON Schema; a keyword that is not known here is a fault
//! itself, so that nothing is passed over silently. `pattern` is left to the validators of `checks/openapi-client`.
//!
//! Not a library: those for Rust switch `serde_json` to reading floats otherwise, for the tests and not for the service, and
//! have everything built anew that reads JSON.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate};
use serde_json::Value;
use uuid::Uuid;

/// What is wrong with the value, each with where it is.
pub fn faults(document: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let Some(keywords) = schema.as_object() else {
        return match schema {
            Value::Bool(false) => vec![format!("{place}: nothing may stand here")],
            _ => Vec::new(),
        };
    };
    let of = |part: &Value, value: &Value, place: &str| faults(document, part, value, place);
    let mut found = Vec::new();
    for (keyword, told) in keywords {
        let fits = match keyword.as_str() {
            "$ref" => {
                let target = told
                    .as_str()
                    .and_then(|name| document.pointer(name.trim_start_matches('#')));
                found.extend(target.into_iter().flat_map(|target| of(target, value, place)));
                target.is_some()
            }
            "allOf" => {
                found.extend(list(told).flat_map(|part| of(part, value, place)));
                true
            }
            "oneOf" => list(told).filter(|part| of(part, value, place).is_empty()).count() == 1,
            "properties" => {
                for (name, part) in told.as_object().into_iter().flatten() {
                    let member = value.get(name).into_iter();
                    found.extend(member.flat_map(|member| of(part, member, &format!("{place}/{name}"))));
                }
                true
            }
            "additionalProperties" => {
                let others = value.as_object().into_iter().flatten();
                let others = others.filter(|(name, _)| schema["properties"].get(name.as_str()).is_none());
                found.extend(others.flat_map(|(name, member)| of(told, member, &format!("{place}/{name}"))));
                true
            }
            "propertyNames" => {
                let names = value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| Value::from(name.as_str()));
                found.extend(names.flat_map(|name| of(told, &name, place)));
                true
            }
            "items" => {
                let items = list(value).enumerate();
                found.extend(items.flat_map(|(n, item)| of(told, item, &format!("{place}/{n}"))));
                true
            }
            "required" => {
                let missing =
                    list(told).filter(|name| value.is_object() && value.get(name.as_str().unwrap()).is_none());
                found.extend(missing.map(|name| format!("{place}: {name} is missing")));
                true
            }
            _ => alone(keyword, told, value),
        };
        if !fits {
            found.push(format!("{place}: {value} does not fit `{keyword}`: {told}"));
        }
    }
    found
}

/// Keywords that look at the value and at nothing else.
fn alone(keyword: &str, told: &Value, value: &Value) -> bool {
    let text = value.as_str().map(|text| text.chars().count() as u64);
    let items = value.as_array();
    let length = items.map(|items| items.len() as u64);
    let at_least = |bound: &Value, is: Option<u64>| is.is_none_or(|is| is >= bound.as_u64().unwrap());
    let at_most = |bound: &Value, is: Option<u64>| is.is_none_or(|is| is <= bound.as_u64().unwrap());
    match keyword {
        "description" | "example" | "examples" | "default" | "pattern" => true,
        "type" => told.as_str().map_or_else(
            || list(told).any(|kind| is_of(kind.as_str().unwrap(), value)),
            |kind| is_of(kind, value),
        ),
        "enum" => list(told).any(|one| one == value),
        "minLength" => at_least(told, text),
        "maxLength" => at_most(told, text),
        "maxProperties" => at_most(told, value.as_object().map(|members| members.len() as u64)),
        "minItems" => at_least(told, length),
        "maxItems" => at_most(told, length),
        "minimum" => value.as_f64().is_none_or(|is| is >= told.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|is| is <= told.as_f64().unwrap()),
        "uniqueItems" => items.is_none_or(|items| {
            items.iter().map(Value::to_string).collect::<BTreeSet<_>>().len() == items.len() || told == false
        }),
        "format" => value
            .as_str()
            .is_none_or(|text| is_written_as(told.as_str().unwrap(), text)),
        _ => false,
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn is_written_as(format: &str, text: &str) -> bool {
    match format {
        "date" => text.len() == 10 && text.parse::<NaiveDate>().is_ok(),
        "date-time" => DateTime::parse_from_rfc3339(text).is_ok(),
        "uuid" => text.parse::<Uuid>().is_ok(),
        "email" => text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.')),
        "uri" => text.contains("://"),
        "binary" => true,
        _ => false,
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[test]
fn every_keyword_is_looked_at() {
    use serde_json::json;
    let document = json!({"A": {"type": "integer"}});
    for (schema, good, bad) in [
        (json!({"$ref": "#/A"}), json!(1), json!("1")),
        (json!({"allOf": [{"$ref": "#/A"}, {"minimum": 3}]}), json!(3), json!(2)),
        (
            json!({"oneOf": [{"$ref": "#/A"}, {"type": "null"}]}),
            json!(null),
            json!(true),
        ),
        (json!({"oneOf": [{"$ref": "#/A"}, {"minimum": 3}]}), json!(2), json!(3)),
        (
            json!({"properties": {"a": {"$ref": "#/A"}}}),
            json!({"a": 1}),
            json!({"a": "1"}),
        ),
        (
            json!({"properties": {"a": {}}, "additionalProperties": false}),
            json!({"a": 1}),
            json!({"b": 1}),
        ),
        (
            json!({"additionalProperties": {"type": "null"}}),
            json!({"b": null}),
            json!({"b": 1}),
        ),
        (
            json!({"propertyNames": {"maxLength": 1}}),
            json!({"b": 1}),
            json!({"bb": 1}),
        ),
        (json!({"items": {"$ref": "#/A"}}), json!([1]), json!([1, "1"])),
        (json!({"required": ["a"]}), json!({"a": null}), json!({"b": 1})),
        (json!({"type": ["string", "null"]}), json!(null), json!(1)),
        (json!({"type": "integer"}), json!(1), json!(1.5)),
        (json!({"enum": ["a"]}), json!("a"), json!("b")),
        (json!({"minLength": 2}), json!("üü"), json!("ü")),
        (json!({"maxLength": 2}), json!("üü"), json!("üüü")),
        (json!({"minItems": 1}), json!([1]), json!([])),
        (json!({"maxItems": 1}), json!([1]), json!([1, 2])),
        (json!({"maxProperties": 1}), json!({"a": 1}), json!({"a": 1, "b": 1})),
        (json!({"maximum": 1}), json!(1), json!(2)),
        (json!({"uniqueItems": true}), json!([1, 2]), json!([1, 1])),
        (json!({"format": "date"}), json!("2020-02-13"), json!("2020-02-30")),
        (
            json!({"format": "date-time"}),
            json!("2020-02-13T10:00:00Z"),
            json!("2020-02-13T10:00:00"),
        ),
        (
            json!({"format": "uuid"}),
            json!("0192f3c1-8d7e-7cc0-a0ff-3f0f5f5b8b11"),
            json!("0192"),
        ),
        (json!({"format": "email"}), json!("a@example.org"), json!("a")),
        (
            json!({"format": "uri"}),
            json!("https://example.org"),
            json!("example.org"),
        ),
    ] {
        assert_eq!(faults(&document, &schema, &good, ""), Vec::<String>::new(), "{schema}");
        assert_eq!(faults(&document, &schema, &bad, "").len(), 1, "{schema}");
    }
    assert_eq!(
        faults(&document, &json!({"contains": {}}), &json!(1), "").len(),
        1,
        "an unknown keyword"
    );
}
