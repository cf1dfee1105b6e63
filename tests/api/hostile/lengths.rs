//! The document's ends are the service's: what is one longer, or one more, than the document lets is refused by name, and what
//! is as long as it lets is not refused for its length.

use serde_json::{Value, json};

use super::with_body;
use crate::api::authorisation::{answer, calls::call, whoever_may};
use crate::api::document::{Contract, kind, wrong};
use crate::support::{Answer, TestApp};

/// Refused in any case, so that nothing is changed by what is tried, with every other member that is wrong.
const REFUSED: &str = "unknown_member";

/// Why this place is refused, where it is. A list that is wrong stands for what is in it.
fn named(answer: &Answer, pointer: &str) -> Option<String> {
    let found = wrong(answer)
        .into_iter()
        .find(|(place, _)| place == pointer || (!place.is_empty() && pointer.starts_with(&format!("{place}/"))));
    found.map(|(_, why)| why)
}

/// The body with a member that nobody knows, so that it is refused with every other member that is wrong. Of many things sent
/// at once each is refused for itself.
fn refused(mut body: Value) -> Value {
    match body.pointer_mut("/seminars/0").filter(|one| one.is_object()) {
        Some(one) => one[REFUSED] = json!(1),
        None => body[REFUSED] = json!(1),
    }
    body
}

/// What is just beyond the ends of a schema.
fn beyond(contract: &Contract, schema: &Value) -> Vec<Value> {
    let end = |keyword: &str| schema[keyword].as_i64();
    match kind(schema) {
        "string" => end("maxLength")
            .map(|most| json!("a".repeat(most as usize + 1)))
            .into_iter()
            .collect(),
        "array" => {
            let items = |most| json!(vec![contract.sample(&schema["items"]); most as usize + 1]);
            end("maxItems").map(items).into_iter().collect()
        }
        "integer" => {
            let both = [
                end("maximum").map(|most| most + 1),
                end("minimum").map(|least| least - 1),
            ];
            both.into_iter().flatten().map(Value::from).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn what_is_beyond_the_document_is_refused_by_name() {
    let (app, contract) = (TestApp::spawn(), Contract::of_this_program());
    let (mut faults, mut tried) = (Vec::new(), 0);
    for (n, operation) in contract.operations().into_iter().enumerate() {
        let Some(schema) = contract.body(&operation) else {
            continue;
        };
        let sent = call(&app, operation.id, "organiser", n + 1000).unwrap();
        let (sender, body) = (whoever_may(&app, operation.id), sent.body.clone().unwrap());
        let ask = |body: Value| answer(&sender, operation.id, &with_body(&sent, body), n);
        for place in contract.places(schema) {
            for beyond in beyond(&contract, &place.schema) {
                tried += 1;
                let first = ask(refused(place.planted(&body, beyond.clone())));
                if first.status == 413 || named(&first, &place.pointer).is_some() {
                    continue;
                }
                // Refused by the rules, which are asked when all the rest is understood.
                let second = ask(place.planted(&body, beyond));
                if second.status != 413 && named(&second, &place.pointer).is_none() {
                    faults.push(format!(
                        "{} {}: {} {:.300}",
                        operation.id, place.pointer, second.status, second.text
                    ));
                }
            }
        }
    }
    assert!(tried > 200, "only {tried} places were tried");
    assert!(faults.is_empty(), "{} of {tried}\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn what_is_as_long_as_the_document_lets_is_not_refused_for_that() {
    let (app, contract) = (TestApp::spawn(), Contract::of_this_program());
    let (mut faults, mut tried) = (Vec::new(), 0);
    for (n, operation) in contract.operations().into_iter().enumerate() {
        let Some(schema) = contract.body(&operation) else {
            continue;
        };
        let sent = call(&app, operation.id, "organiser", n + 1000).unwrap();
        let (sender, body) = (whoever_may(&app, operation.id), sent.body.clone().unwrap());
        for place in contract
            .places(schema)
            .iter()
            .filter(|place| kind(&place.schema) == "string")
        {
            let Some(most) = place.schema["maxLength"].as_u64() else {
                continue;
            };
            tried += 1;
            // An umlaut is one character and two bytes.
            let longest = refused(place.planted(&body, json!("ä".repeat(most as usize))));
            let answer = answer(&sender, operation.id, &with_body(&sent, longest), n);
            let why = named(&answer, &place.pointer).unwrap_or_default();
            if why.contains("at most") {
                faults.push(format!("{} {}: {why}", operation.id, place.pointer));
            }
        }
    }
    assert!(tried > 100, "only {tried} places were tried");
    assert!(faults.is_empty(), "{} of {tried}\n{}", faults.len(), faults.join("\n"));
}

/// `null` is told to be taken where it is taken, and nowhere else: a generated client leaves out what it may not send.
#[test]
fn null_is_taken_where_the_document_lets_it_be() {
    let (app, contract) = (TestApp::spawn(), Contract::of_this_program());
    let (mut faults, mut let_in, mut kept_out) = (Vec::new(), 0, 0);
    for (n, operation) in contract.operations().into_iter().enumerate() {
        let Some(schema) = contract.body(&operation) else {
            continue;
        };
        let sent = call(&app, operation.id, "organiser", n + 1000).unwrap();
        let (sender, body) = (whoever_may(&app, operation.id), sent.body.clone().unwrap());
        for place in contract.places(schema).iter().filter(|place| !place.pointer.is_empty()) {
            let planted = refused(place.planted(&body, Value::Null));
            let answer = answer(&sender, operation.id, &with_body(&sent, planted), n);
            let why = named(&answer, &place.pointer);
            *(if place.nullable { &mut let_in } else { &mut kept_out }) += 1;
            if why.is_some() == place.nullable {
                faults.push(format!(
                    "{} {}: may be null: {}, {why:?}",
                    operation.id, place.pointer, place.nullable
                ));
            }
        }
    }
    assert!(let_in > 50 && kept_out > 100, "{let_in} {kept_out}");
    assert!(
        faults.is_empty(),
        "{} of {}\n{}",
        faults.len(),
        let_in + kept_out,
        faults.join("\n")
    );
}

/// Parameters too.
#[test]
fn a_longer_parameter_is_refused_by_name() {
    let (app, contract) = (TestApp::spawn(), Contract::of_this_program());
    let (mut faults, mut tried) = (Vec::new(), 0);
    for (n, operation) in contract.operations().into_iter().enumerate() {
        let parameters = operation.told["parameters"].as_array().into_iter().flatten();
        let parameters = parameters
            .filter(|parameter| parameter["in"] == "query")
            .collect::<Vec<_>>();
        if parameters.is_empty() {
            continue;
        }
        let sent = call(&app, operation.id, "organiser", n + 1000).unwrap();
        let sender = whoever_may(&app, operation.id);
        let (path, query) = sent.path.split_once('?').unwrap_or((&sent.path, ""));
        for parameter in parameters {
            let name = parameter["name"].as_str().unwrap();
            let schema = contract.resolved(&parameter["schema"]);
            let longer = match kind(schema) {
                "string" => schema["maxLength"].as_u64().map(|most| "a".repeat(most as usize + 1)),
                "integer" => schema["maximum"]
                    .as_i64()
                    .map(|most| most.saturating_add(1).to_string()),
                _ => None,
            };
            let Some(longer) = longer else { continue };
            tried += 1;
            let own = format!("{name}={longer}");
            let mut pairs = query
                .split('&')
                .filter(|pair| !pair.is_empty() && !pair.starts_with(&format!("{name}=")))
                .collect::<Vec<_>>();
            pairs.push(&own);
            let changed = super::with_path(&sent, format!("{path}?{}", pairs.join("&")));
            let answer = answer(&sender, operation.id, &changed, n);
            let told = serde_json::from_str::<Value>(&answer.text).unwrap_or_default();
            let errors = told["errors"].as_array().cloned().unwrap_or_default();
            if answer.status != 422 || !errors.iter().any(|one| one["parameter"] == name) {
                faults.push(format!(
                    "{} {name}: {} {:.300}",
                    operation.id, answer.status, answer.text
                ));
            }
        }
    }
    assert!(tried > 60, "only {tried} parameters were tried");
    assert!(faults.is_empty(), "{} of {tried}\n{}", faults.len(), faults.join("\n"));
}
