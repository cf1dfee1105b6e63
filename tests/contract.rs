//! The OpenAPI document: committed, complete, fit for generated clients, and the whole vocabulary of problems in it.

mod examples;
pub mod fits;
mod limits;

use std::collections::BTreeSet;

use einlass::base::problem::Code;
use serde_json::{Value, json};

fn document() -> Value {
    serde_json::to_value(einlass::app::document()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        item.as_object()
            .unwrap()
            .iter()
            .map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
    });
    all.collect()
}

#[test]
fn the_document_is_committed() {
    let committed =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json")).unwrap_or_default();
    let committed = serde_json::from_str::<Value>(&committed).unwrap_or_default();
    assert!(
        committed == document(),
        "run: cargo run -- openapi > openapi/openapi.json"
    );
}

/// Whether the schema, or what it refers to, shows an example.
fn has_example(document: &Value, schema: &Value) -> bool {
    if schema.get("example").is_some() || schema.get("examples").is_some() {
        return true;
    }
    if let Some(name) = schema["$ref"].as_str() {
        return has_example(document, document.pointer(name.trim_start_matches('#')).unwrap());
    }
    if schema["type"] == "array" {
        return has_example(document, &schema["items"]);
    }
    // A page is as good as what it lists.
    schema
        .pointer("/properties/data")
        .is_some_and(|data| has_example(document, data))
}

#[test]
fn every_operation_is_complete() {
    let document = document();
    let tags = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|tag| tag["description"].as_str().is_some_and(|words| !words.is_empty()))
        .map(|tag| tag["name"].as_str().unwrap())
        .collect::<BTreeSet<_>>();
    let (mut faults, mut ids, mut used) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for (name, operation) in operations(&document) {
        let mut demand = |holds: bool, what: &str| {
            if !holds {
                faults.push(format!("{name}: {what}"));
            }
        };
        demand(
            operation["operationId"].as_str().is_some_and(|id| ids.insert(id)),
            "operationId is not its own",
        );
        demand(
            operation["summary"].as_str().is_some_and(|words| words.ends_with('.')),
            "no summary",
        );
        demand(
            operation["description"].as_str().is_some(),
            "does not say who may call it",
        );
        let tag = operation["tags"][0].as_str().unwrap_or_default();
        demand(operation["tags"][1].is_null(), "has several tags");
        demand(tags.contains(tag), "its tag is not described");
        used.insert(tag);
        demand(operation["security"].is_array(), "does not say how one authenticates");
        if let Some(body) = operation.pointer("/requestBody/content/application~1json/schema") {
            demand(has_example(&document, body), "the body has no example");
        }
        let responses = operation["responses"].as_object().unwrap();
        demand(responses.keys().any(|status| status.starts_with('2')), "never succeeds");
        for (status, response) in responses {
            demand(
                response["description"].as_str().is_some_and(|words| !words.is_empty()),
                &format!("{status} is not described"),
            );
            if status.as_str() >= "400" {
                // RFC 6749 words the faults of its own endpoint.
                let problem = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
                demand(
                    response["content"] == problem || name.ends_with("/oauth/token"),
                    &format!("{status} is no problem document"),
                );
            }
            if let Some(schema) = response.pointer("/content/application~1json/schema") {
                let inline = response.pointer("/content/application~1json/example").is_some();
                demand(
                    inline || has_example(&document, schema),
                    &format!("{status} has no example"),
                );
            }
        }
        let answered = responses.values();
        for content in answered.chain([&operation["requestBody"]]).map(|one| &one["content"]) {
            for (media_type, told) in content.as_object().into_iter().flatten() {
                demand(
                    media_type.ends_with("json") || told["schema"]["type"] != "array",
                    &format!("{media_type} is a list"),
                );
            }
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] == "path" && name.contains('{') {
                let part = format!("{{{}}}", parameter["name"].as_str().unwrap());
                demand(name.contains(&part), &format!("{part} is not in the path"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert_eq!(used, tags, "tags without operations");
}

#[test]
fn every_problem_is_documented_where_it_occurs() {
    let document = document();
    let told = operations(&document)
        .iter()
        .flat_map(|(_, operation)| operation["responses"].as_object().unwrap().clone())
        .filter(|(status, _)| status.as_str() >= "400")
        .map(|(_, response)| response["description"].as_str().unwrap().to_owned())
        .collect::<Vec<_>>();
    let silent = Code::ALL
        .iter()
        .filter(|code| !told.iter().any(|words| words.contains(&format!("`{}`", code.slug()))));
    assert_eq!(silent.collect::<Vec<_>>(), Vec::<&Code>::new());
    let listed = document["components"]["schemas"]["Code"]["enum"].as_array().unwrap();
    assert_eq!(listed.len(), Code::ALL.len());
    assert!(listed.contains(&"seminar-full".into()));
}

#[test]
fn a_problem_stands_where_its_status_says() {
    let document = document();
    for (name, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let words = response["description"].as_str().unwrap();
            for code in Code::ALL
                .iter()
                .filter(|code| words.contains(&format!("`{}`", code.slug())))
            {
                assert_eq!(code.status().to_string(), *status, "{name}: {}", code.slug());
            }
        }
    }
}

/// utoipa keeps schemas by name: of two types that call themselves the same, one is silently lost.
#[test]
fn no_two_types_share_a_name() {
    let mut names = std::collections::BTreeMap::<String, Vec<String>>::new();
    for (path, text) in crate::structure::sources() {
        for declared in text
            .split("#[derive(")
            .skip(1)
            .filter(|rest| rest.split(")]").next().unwrap().contains("ToSchema"))
        {
            let is_head = |line: &&str| line.split(' ').any(|word| word == "struct" || word == "enum");
            let line = declared
                .lines()
                .find(|line| !line.starts_with([' ', '#', '/']) && is_head(line));
            // Those of macros are named where the macros are used.
            let Some(line) = line else { continue };
            let head = declared.split(line).next().unwrap();
            let own = ["struct ", "enum "].iter().find_map(|kind| line.split(kind).nth(1));
            let own = own.unwrap().trim_end_matches([' ', '{', '}']);
            let alias = head
                .split("#[schema(as = ")
                .nth(1)
                .map(|rest| rest.split([',', ')']).next().unwrap());
            let name = alias.unwrap_or(own).split(['<', '(', ';']).next().unwrap().to_owned();
            names.entry(name).or_default().push(path.display().to_string());
        }
    }
    for (path, text) in crate::structure::sources() {
        for declared in text.split("words! {\n").skip(1) {
            let line = declared.lines().find(|line| line.ends_with(" {")).unwrap();
            let own = line.trim().trim_end_matches(" {");
            let head = declared.split(line).next().unwrap();
            let alias = head
                .split("#[schema(as = ")
                .nth(1)
                .map(|rest| rest.split([',', ')']).next().unwrap());
            names
                .entry(alias.unwrap_or(own).to_owned())
                .or_default()
                .push(path.display().to_string());
        }
    }
    assert!(names.len() > 80, "the types were not found");
    names.retain(|name, places| places.len() > 1 && !name.starts_with('$'));
    assert!(names.is_empty(), "{names:#?}");
}
