//! Everything that comes in or goes out has an end: every text, list and map of the document a greatest length, every number
//! a range.

use serde_json::{Value, json};

use super::document;

/// Texts that are as long as they are, whatever they say.
const OF_ONE_LENGTH: &[&str] = &["date", "date-time", "uuid"];

/// Where the end is missing, by JSON Pointer.
fn endless(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    visit(document, "", false, &mut found);
    found
}

/// With `names` the keys of the node are names that somebody chose, and no keywords.
fn visit(node: &Value, place: &str, names: bool, found: &mut Vec<String>) {
    if !names {
        found.extend(missing(node).map(|keyword| format!("{place}: no {keyword}")));
    }
    for (n, item) in node.as_array().into_iter().flatten().enumerate() {
        visit(item, &format!("{place}/{n}"), false, found);
    }
    for (key, value) in node.as_object().into_iter().flatten() {
        if key == "content" && !names {
            // What is no JSON is a file, as large as its operation says.
            let contents = value.as_object().into_iter().flatten();
            for (kind, content) in contents.filter(|(kind, _)| kind.ends_with("json")) {
                let place = format!("{place}/content/{}", kind.replace('/', "~1"));
                visit(content, &place, false, found);
            }
            continue;
        }
        let shown = matches!(key.as_str(), "example" | "examples" | "default" | "enum" | "const");
        if names || !shown {
            let below = !names
                && matches!(
                    key.as_str(),
                    "properties" | "schemas" | "responses" | "paths" | "headers"
                );
            visit(
                value,
                &format!("{place}/{}", key.replace('~', "~0").replace('/', "~1")),
                below,
                found,
            );
        }
    }
}

/// The keyword that says where a schema ends, where it is not there.
fn missing(schema: &Value) -> impl Iterator<Item = &'static str> {
    let of = |kind: &str| match &schema["type"] {
        Value::String(one) => one == kind,
        kinds => kinds.as_array().into_iter().flatten().any(|one| one == kind),
    };
    let says = |keyword: &str| schema.get(keyword).is_some();
    let listed = says("enum") || says("const");
    let format = schema["format"].as_str().unwrap_or_default();
    // A file is as large as its operation says; it is no text of the document.
    let text = of("string") && !listed && !OF_ONE_LENGTH.contains(&format) && format != "binary";
    let number = (of("integer") || of("number")) && !listed;
    let map = of("object")
        && schema
            .get("additionalProperties")
            .is_some_and(|value| *value != json!(false));
    let demanded = [
        (text, "maxLength"),
        (number, "minimum"),
        (number, "maximum"),
        (of("array"), "maxItems"),
        (map, "maxProperties"),
    ];
    let missing = demanded.map(|(asked, keyword)| (asked && !says(keyword)).then_some(keyword));
    missing.into_iter().flatten()
}

#[test]
fn everything_has_an_end() {
    let found = endless(&document());
    assert!(found.is_empty(), "{}\n{}", found.len(), found.join("\n"));
}

/// A document without one of its ends is told which.
#[test]
fn what_has_no_end_is_found_wherever_it_stands() {
    let mut document = document();
    let pointers = [
        ("/components/schemas/NewSeminarBody/properties/sessions", "maxItems"),
        ("/components/schemas/Line200", "maxLength"),
        ("/components/schemas/Page_Venue/properties/next_cursor", "maxLength"),
        ("/components/schemas/SeminarChannel/properties/free_seats", "maximum"),
        ("/components/schemas/ProgrammeColumnMap", "maxProperties"),
        ("/paths/~1api~1v1~1venues/get/parameters/2/schema", "minimum"),
        (
            "/paths/~1api~1v1~1venues/get/responses/200/headers/X-Request-Id/schema",
            "maxLength",
        ),
    ];
    for (pointer, keyword) in pointers {
        let schema = document.pointer_mut(pointer).and_then(Value::as_object_mut);
        assert!(schema.unwrap().remove(keyword).is_some(), "{pointer} had no {keyword}");
    }
    let mut expected = pointers.map(|(pointer, keyword)| format!("{pointer}: no {keyword}"));
    expected.sort();
    let mut found = endless(&document);
    found.sort();
    assert_eq!(found, expected);
}

/// What may come in goes out again: an answer's member may be as long as the longest request's of that name.
#[test]
fn no_answer_is_said_to_be_shorter_than_what_came_in() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let (mut asked, mut answered) = (Vec::new(), Vec::new());
    for (name, schema) in schemas {
        // What is sent refuses what it does not know.
        let sent = schema["additionalProperties"] == false;
        for (member, property) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(longest) = longest(&document, property) {
                let of = if sent { &mut asked } else { &mut answered };
                of.push((name, member, longest));
            }
        }
    }
    assert!(
        asked.len() > 100 && answered.len() > 150,
        "{} {}",
        asked.len(),
        answered.len()
    );
    let mut faults = Vec::new();
    for (schema, member, most) in &answered {
        for (body, _, sent) in asked.iter().filter(|(_, name, sent)| name == member && sent > most) {
            // What a body calls so and its own object does not call so is another thing.
            let stem = |name: &str| {
                name.trim_start_matches("New")
                    .trim_end_matches("Body")
                    .trim_end_matches("Patch")
                    .to_owned()
            };
            if stem(body) == stem(schema) {
                faults.push(format!("{schema}.{member}: {most}, and {body} takes {sent}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The greatest length of a text, where the schema is one.
fn longest(document: &Value, schema: &Value) -> Option<u64> {
    if let Some(name) = schema["$ref"].as_str() {
        return longest(document, document.pointer(name.trim_start_matches('#'))?);
    }
    let parts = schema["oneOf"].as_array().into_iter().flatten();
    let below = parts.filter_map(|part| longest(document, part)).max();
    schema["maxLength"].as_u64().or(below)
}
