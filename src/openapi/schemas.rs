//! What utoipa's derive leaves to be said about the schemas.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::limits;

type Schemas = BTreeMap<String, RefOr<Schema>>;

/// Completes all components.
pub fn complete(schemas: &mut Schemas) {
    let names = schemas.keys().cloned().collect::<Vec<_>>();
    for (name, schema) in schemas.iter_mut() {
        let Ok(mut value) = serde_json::to_value(&*schema) else {
            continue;
        };
        let listed = name
            .strip_prefix("Page_")
            .filter(|listed| names.iter().any(|name| name == listed));
        if let (Some(listed), Some(items)) = (listed, value.pointer_mut("/properties/data/items")) {
            // Otherwise a generated client has two types for one thing.
            *items = json!({"$ref": format!("#/components/schemas/{listed}")});
        }
        require_what_is_always_there(&mut value);
        limits::complete(name, &mut value);
        replace(schema, value);
    }
    compose_examples(schemas);
}

/// What may be any value is a schema that is written and cannot be read again: then the members are replaced one by one.
fn replace(schema: &mut RefOr<Schema>, value: Value) {
    if let Ok(completed) = serde_json::from_value(value.clone()) {
        *schema = completed;
    } else if let RefOr::T(Schema::Object(object)) = schema {
        if let Ok(required) = serde_json::from_value(value.get("required").cloned().unwrap_or_default()) {
            object.required = required;
        }
        for (member, property) in &mut object.properties {
            let known = value.pointer(&format!("/properties/{member}")).cloned();
            if let Some(Ok(completed)) = known.map(serde_json::from_value) {
                *property = completed;
            }
        }
    }
}

/// What is made of other types shows what they show, so that no example is written twice and goes stale once: an example
/// says what is its own, and what is left out of it and always there is what the parts show.
fn compose_examples(schemas: &mut Schemas) {
    let all = serde_json::to_value(&*schemas).unwrap_or_default();
    for (name, schema) in schemas.iter_mut() {
        let Some(known) = all.get(name.as_str()) else { continue };
        if known.get("enum").is_some() {
            continue;
        }
        let mut value = known.clone();
        if let (Some(mut example), Some(members)) = (example(&all, known), value.as_object_mut()) {
            fill(&all, known, &mut example);
            members.insert("example".to_owned(), example);
            if let Ok(completed) = serde_json::from_value(value) {
                *schema = completed;
            }
        }
    }
}

/// The example of a schema: its own, or one put together of those of its parts; `None` where a part has none.
fn example(all: &Value, schema: &Value) -> Option<Value> {
    if let Some(own) = schema.get("example") {
        return Some(own.clone());
    }
    if let Some(name) = schema["$ref"].as_str() {
        return example(all, all.get(name.rsplit('/').next()?)?);
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let parts = parts.iter().map(|part| example(all, part)?.as_object().cloned());
        let members = parts.collect::<Option<Vec<_>>>()?;
        return Some(Value::Object(members.into_iter().flatten().collect()));
    }
    if schema["type"] == "array" {
        return Some(json!([example(all, &schema["items"])?]));
    }
    let properties = schema["properties"].as_object()?.iter();
    let members = properties.map(|(name, property)| Some((name.clone(), example(all, property)?)));
    Some(Value::Object(members.collect::<Option<_>>()?))
}

/// Adds to an example what the schema requires and it leaves out, as far as the parts show it.
fn fill(all: &Value, schema: &Value, shown: &mut Value) {
    let schema = meant(all, schema);
    match shown {
        Value::Array(items) => items.iter_mut().for_each(|item| fill(all, &schema["items"], item)),
        Value::Object(members) => {
            for name in required(all, schema) {
                let whole = schema["example"].get(name).cloned();
                let missing = whole.or_else(|| example(all, property(schema, name)?));
                if let (false, Some(missing)) = (members.contains_key(name), missing) {
                    members.insert(name.to_owned(), missing);
                }
            }
            for (name, member) in members {
                if let Some(property) = property(schema, name) {
                    fill(all, property, member);
                }
            }
            for part in each(&schema["allOf"]) {
                fill(all, part, shown);
            }
        }
        _ => {}
    }
}

fn property<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    schema["properties"].get(name)
}

/// The members that are always there, also those of the parts.
fn required<'a>(all: &'a Value, schema: &'a Value) -> Vec<&'a str> {
    let own = each(&schema["required"]).filter_map(Value::as_str);
    let of_parts = each(&schema["allOf"]).flat_map(|part| required(all, meant(all, part)));
    own.chain(of_parts).collect()
}

fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The schema itself: what a reference, or the one alternative to `null`, leads to.
fn meant<'a>(all: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(name) = schema["$ref"].as_str() {
        let named = name.rsplit('/').next().and_then(|name| all.get(name));
        return named.map_or(schema, |named| meant(all, named));
    }
    match schema["oneOf"].as_array().map(Vec::as_slice) {
        Some([one, null] | [null, one]) if null["type"] == "null" => meant(all, one),
        _ => schema,
    }
}

/// In answers a member that may be `null` is always there; one that may be left out is never `null`. Requests are
/// told apart by refusing unknown members.
fn require_what_is_always_there(schema: &mut Value) {
    for part in schema
        .get_mut("allOf")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        require_what_is_always_there(part);
    }
    if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
        return;
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return;
    };
    let nullable = properties
        .iter()
        .filter(|(_, property)| may_be_null(property))
        .map(|(name, _)| json!(name));
    let nullable = nullable.collect::<Vec<_>>();
    let Some(members) = schema.as_object_mut() else { return };
    let required = members.entry("required").or_insert_with(|| json!([]));
    if let Some(required) = required.as_array_mut() {
        required.extend(nullable);
        required.sort_by_key(Value::to_string);
        required.dedup();
    }
    if members.get("required") == Some(&json!([])) {
        members.remove("required");
    }
}

fn may_be_null(schema: &Value) -> bool {
    let null = |value: &Value| value == "null" || value.get("type").is_some_and(|kind| kind == "null");
    let lists = [&schema["type"], &schema["oneOf"], &schema["anyOf"]];
    lists.into_iter().filter_map(Value::as_array).flatten().any(null)
}
