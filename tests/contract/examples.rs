//! What the document shows fits what it says: every reference leads somewhere, every example and default fits its schema.

use serde_json::Value;

use super::{document, fits};

/// A value the document shows: where, for which schema, and what.
type Shown<'a> = (String, &'a Value, &'a Value);

/// Collects examples and defaults of schemas, media types, parameters and headers. With `names` the keys of the node are
/// names that somebody chose, and no keywords.
fn collect<'a>(node: &'a Value, place: &str, names: bool, found: &mut Vec<Shown<'a>>) {
    if let Value::Array(items) = node {
        for (n, item) in items.iter().enumerate() {
            collect(item, &format!("{place}/{n}"), false, found);
        }
    }
    for (key, value) in node.as_object().into_iter().flatten() {
        let place = format!("{place}/{key}");
        let schema = node.get("schema").unwrap_or(node);
        match (key.as_str(), value) {
            ("example" | "default", _) if !names => found.push((place, schema, value)),
            ("examples", Value::Array(all)) if !names => {
                found.extend(all.iter().map(|one| (place.clone(), schema, one)));
            }
            ("examples", Value::Object(all)) if !names => {
                found.extend(
                    all.iter()
                        .map(|(name, one)| (format!("{place}/{name}"), schema, &one["value"])),
                );
            }
            ("enum", _) if !names => {}
            _ => {
                let names = !names && matches!(key.as_str(), "properties" | "schemas" | "responses" | "paths");
                collect(value, &place, names, found);
            }
        }
    }
}

fn references<'a>(node: &'a Value, found: &mut Vec<&'a str>) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|member| references(member, found));
        }
        _ => {}
    }
}

fn lost_references(document: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    references(document, &mut found);
    assert!(found.len() > 1000, "the references were not found");
    let leads = |name: &str| name.strip_prefix('#').and_then(|name| document.pointer(name)).is_some();
    found.retain(|name| !leads(name));
    found.sort_unstable();
    found.dedup();
    found
}

fn misfits(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(document, "", false, &mut found);
    assert!(found.len() > 150, "the examples were not found");
    let faults = found
        .iter()
        .flat_map(|(place, schema, value)| fits::faults(document, schema, value, place));
    faults.collect()
}

/// A query parameter does not bring the schema along that it names; `openapi::complete` lists those.
#[test]
fn every_reference_leads_somewhere() {
    assert_eq!(lost_references(&document()), Vec::<&str>::new());
}

#[test]
fn every_example_fits_its_schema() {
    let faults = misfits(&document());
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Examples and the types they show are looked for in all the places where they may stand.
#[test]
fn a_misfit_is_found_wherever_it_stands() {
    let number = serde_json::json!({"type": "integer"});
    let of = |value: Value| {
        let mut found = Vec::new();
        collect(&value, "", false, &mut found);
        let faults = found
            .iter()
            .flat_map(|(place, schema, shown)| fits::faults(&value, schema, shown, place));
        faults.count()
    };
    for wrong in [
        serde_json::json!({"schemas": {"example": {"type": "integer", "example": "1"}}}),
        serde_json::json!({"schemas": {"A": {"properties": {"default": {"type": "integer", "default": "1"}}}}}),
        serde_json::json!({"schemas": {"A": {"type": "integer", "examples": ["1", 1]}}}),
        serde_json::json!({"content": {"application/json": {"schema": number, "example": "1"}}}),
        serde_json::json!({"content": {"application/json": {"schema": number, "examples": {"one": {"value": "1"}}}}}),
        serde_json::json!({"parameters": [{"in": "query", "schema": number, "example": "1"}]}),
    ] {
        assert_eq!(of(wrong.clone()), 1, "{wrong}");
    }
}
