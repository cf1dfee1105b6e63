//! What stands in paths, queries and headers.

use super::{TAKEN, encoded, has_its_turn, refused, with_path};
use crate::api::authorisation::{answer, calls::call, whoever_may};
use crate::api::document::Contract;
use crate::support::TestApp;

/// As it stands in an address; some of it is no text at all.
fn hostile() -> Vec<String> {
    let mut texts = vec![encoded(TAKEN), "%FF%FE".to_owned(), "%2F..%2F..".to_owned()];
    let short = refused().into_iter().filter(|(_, text)| text.len() < 1000);
    texts.extend(short.map(|(_, text)| encoded(&text)));
    texts.extend(["9223372036854775808", "-1", ""].map(str::to_owned));
    texts.push("a".repeat(5000));
    texts
}

#[test]
fn no_part_of_a_path_or_query_breaks_anything() {
    let (app, contract) = (TestApp::spawn(), Contract::of_this_program());
    let (mut faults, mut tried, mut place) = (Vec::new(), 0, 0);
    let texts = hostile();
    for (n, operation) in contract.operations().into_iter().enumerate() {
        let sent = call(&app, operation.id, "organiser", n + 1000).unwrap();
        let sender = whoever_may(&app, operation.id);
        let (path, query) = sent.path.split_once('?').unwrap_or((&sent.path, ""));
        let given = |name: &str| {
            query
                .split('&')
                .filter(|pair| !pair.starts_with(&format!("{name}=")))
                .collect::<Vec<_>>()
        };
        let mut try_out = |path: String| {
            tried += 1;
            faults.extend(contract.faults(operation.id, &answer(&sender, operation.id, &with_path(&sent, path), n)));
        };
        for parameter in operation.told["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            place += 1;
            for (_, text) in texts.iter().enumerate().filter(|(nth, _)| has_its_turn(place, *nth)) {
                match parameter["in"].as_str().unwrap() {
                    "query" => {
                        let own = format!("{name}={text}");
                        let mut pairs = given(name);
                        pairs.push(&own);
                        try_out(format!("{path}?{}", pairs.join("&").trim_start_matches('&')));
                    }
                    // An empty part is another path.
                    "path" if !text.is_empty() => try_out(format!("{}?{query}", at(operation.path, path, name, text))),
                    _ => {}
                }
            }
        }
        if operation.method == "GET" && operation.path.starts_with("/api/") {
            try_out(format!("{path}?{query}&{}={}", encoded("a\0"), encoded(TAKEN)));
        }
    }
    assert!(tried > 1000, "only {tried} addresses were tried");
    assert!(faults.is_empty(), "{} of {tried}\n{}", faults.len(), faults.join("\n"));
}

/// The path with another text for one of its parts.
fn at(template: &str, path: &str, name: &str, text: &str) -> String {
    let template = template.trim_start_matches("/api/v1").split('/');
    let own = format!("{{{name}}}");
    let parts = template
        .zip(path.split('/'))
        .map(|(told, given)| match told.strip_prefix(&own) {
            Some(ending) => format!("{text}{ending}"),
            None => given.to_owned(),
        });
    parts.collect::<Vec<_>>().join("/")
}

/// A client that sends no more than HTTP allows.
fn values() -> Vec<String> {
    let mut values = [
        "",
        "\"",
        "*",
        "\"x\"",
        "W/\"1-x\"",
        "\"9223372036854775808-x\"",
        ";;;q=9,,",
    ]
    .map(str::to_owned)
    .to_vec();
    values.push("schlüssel \u{1F469} '\";-- {{7*7}} %00".to_owned());
    values.push("a".repeat(6000));
    values.push("a,".repeat(2000));
    values
}

#[test]
fn no_header_breaks_anything() {
    const EVERYWHERE: [&str; 10] = [
        "Accept",
        "Accept-Language",
        "Accept-Encoding",
        "Authorization",
        "X-Request-Id",
        "traceparent",
        "If-None-Match",
        "If-Modified-Since",
        "Content-Type",
        "X-Forwarded-For",
    ];
    let (app, contract) = (TestApp::spawn(), Contract::of_this_program());
    let (mut faults, mut tried, mut place) = (Vec::new(), 0, 0);
    let values = values();
    for (n, operation) in contract.operations().into_iter().enumerate() {
        let own = operation.told["parameters"].as_array().into_iter().flatten();
        let own = own
            .filter(|parameter| parameter["in"] == "header")
            .map(|parameter| parameter["name"].as_str().unwrap());
        // What happens to every request is tried with some of each kind.
        let everywhere = EVERYWHERE.into_iter().filter(|_| n % 9 == 0 && operation.id != "login");
        let headers = own.chain(everywhere).collect::<Vec<_>>();
        if headers.is_empty() {
            continue;
        }
        let sent = call(&app, operation.id, "organiser", n + 1000).unwrap();
        let sender = whoever_may(&app, operation.id);
        let body = sent.body.as_ref().map(|body| body.to_string().into_bytes());
        for header in headers {
            place += 1;
            for (_, value) in values.iter().enumerate().filter(|(nth, _)| has_its_turn(place, *nth)) {
                tried += 1;
                let headers = [(header, value.as_str())];
                let answer = sender.send(sent.method, &sent.path, &headers, body.as_deref());
                faults.extend(contract.faults(operation.id, &answer));
            }
        }
    }
    assert!(tried > 400, "only {tried} headers were tried");
    assert!(faults.is_empty(), "{} of {tried}\n{}", faults.len(), faults.join("\n"));
}
