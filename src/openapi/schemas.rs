//! What utoipa's derive leaves to be said about the schemas.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

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
        if let Ok(completed) = serde_json::from_value(value) {
            *schema = completed;
        }
    }
    compose_examples(schemas);
}

/// What is made of other types shows what they show, so that no example is written twice and goes stale once.
fn compose_examples(schemas: &mut Schemas) {
    let all = serde_json::to_value(&*schemas).unwrap_or_default();
    for (name, schema) in schemas.iter_mut() {
        let Some(mut value) = all.get(name.as_str()).cloned() else {
            continue;
        };
        if value.get("example").is_some() || value.get("enum").is_some() {
            continue;
        }
        if let (Some(example), Some(members)) = (example(&all, &value), value.as_object_mut()) {
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
