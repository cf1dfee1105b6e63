//! The house rules that a test can hold: floors, file kinds, sizes. Reads the source, needs no database.

use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up. Rooms on one floor do not know each other.
const FLOORS: &[&[&str]] = &[
    &["schema"],
    &["base"],
    &["journal", "mail"],
    &["auth"],
    &["audit", "catalogue"],
    &["seminars"],
    &["registrations"],
    &["attendance"],
    &["reports", "imports", "partners", "feeds"],
    &["portal"],
    &["app", "cli", "health", "openapi", "lib", "main"],
];

/// What a kind of file does not speak of, and why.
const FORBIDDEN: &[(&str, &[&str], &str)] = &[
    (
        "rules",
        &[
            "diesel",
            "actix_web",
            "crate::schema",
            "base::clock",
            "Utc::now",
            "async fn",
        ],
        "decisions are pure",
    ),
    (
        "service",
        &["actix_web", "utoipa", "crate::schema", "sql_query"],
        "a use case knows neither HTTP nor SQL",
    ),
    (
        "routes",
        &["crate::schema", "diesel::prelude", "sql_query"],
        "handlers ask the store",
    ),
    ("store", &["actix_web", "utoipa"], "SQL knows no HTTP"),
    ("model", &["actix_web"], "rows and words know no HTTP"),
    (
        "reader",
        &[
            "diesel",
            "actix_web",
            "crate::schema",
            "base::clock",
            "Utc::now",
            "async fn",
            "registrations::",
            "seminars::",
        ],
        "bytes and a session in, persons out",
    ),
];

const MOST_LINES: usize = 450;

fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.clone(), fs::read_to_string(&path).unwrap()));
        }
    }
}

pub fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 50, "the source was not found");
    found
}

fn parts(path: &Path) -> Vec<String> {
    let below = path
        .strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .unwrap();
    below
        .with_extension("")
        .components()
        .map(|part| part.as_os_str().to_str().unwrap().to_owned())
        .collect()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// The lines that are code, outside the tests at the end of a file.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let of_tests = |from: &usize| {
        let mut after = text[*from..].lines().skip(1).filter(|line| !line.starts_with("#["));
        after.next().is_some_and(|line| line.starts_with("mod tests {"))
    };
    let ends = text.match_indices("#[cfg(test)]").map(|(at, _)| at);
    let end = ends.into_iter().find(of_tests).unwrap_or(text.len());
    text[..end]
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn rooms_import_from_floors_below() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let room = parts(&path)[0].clone();
        let own = floor(&room).unwrap_or_else(|| {
            panic!(
                "{} stands on no floor; give it one in FLOORS and lib.rs",
                path.display()
            )
        });
        for (line, words) in code(&text) {
            for named in words.split("crate::").skip(1) {
                let other = named.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                if let Some(floor) = floor(other)
                    && other != room
                    && floor >= own
                    && own < FLOORS.len() - 1
                {
                    faults.push(format!(
                        "{}:{}: {room} must not know {other}: {}",
                        path.display(),
                        line + 1,
                        words.trim()
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn each_kind_of_file_knows_what_it_may() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let parts = parts(&path);
        for (kind, words, why) in FORBIDDEN {
            if parts.len() < 2 || parts[0] == "base" || parts[1] != *kind {
                continue;
            }
            for (line, code) in code(&text) {
                for word in words.iter().filter(|word| code.contains(**word)) {
                    faults.push(format!("{}:{}: `{word}` in {kind}: {why}", path.display(), line + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_room_writes_only_its_own_tables() {
    let owners: &[(&str, &[&str])] = &[
        ("base", &["idempotency_keys"]),
        ("journal", &["journal"]),
        ("audit", &["journal_seals"]),
        ("mail", &["mails"]),
        (
            "auth",
            &[
                "accounts",
                "api_client_secrets",
                "api_clients",
                "members",
                "organisations",
                "refresh_tokens",
            ],
        ),
        ("catalogue", &["collections", "logos", "venues"]),
        (
            "seminars",
            &[
                "admissions",
                "attendance_rules",
                "channels",
                "external_refs",
                "parties",
                "schedule_changes",
                "seminar_collections",
                "seminars",
                "sessions",
                "sharings",
            ],
        ),
        (
            "registrations",
            &[
                "consents",
                "disclosures",
                "joins",
                "registrations",
                "reminders",
                "reviews",
                "sensitive_answers",
                "sharing_notices",
                "tickets",
            ],
        ),
        (
            "attendance",
            &["headcounts", "check_ins", "attendance_imports", "import_participants"],
        ),
        ("imports", &["programme_imports", "programme_import_rows"]),
        (
            "partners",
            &["feed_identity", "merges", "pushes", "webhook_deliveries", "webhooks"],
        ),
        (
            "reports",
            &[
                "counting_rules",
                "open_data_settings",
                "report_snapshots",
                "stated_totals",
            ],
        ),
    ];
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let room = parts(&path)[0].clone();
        let flat = code(&text).map(|(_, line)| line.trim()).collect::<String>();
        let of_diesel = ["diesel::insert_into(", "diesel::update(", "diesel::delete("];
        for verb in of_diesel.into_iter().chain(["INSERT INTO ", "UPDATE ", "DELETE FROM "]) {
            for rest in flat.split(verb).skip(1) {
                let table = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                let owner = owners.iter().find(|(_, tables)| tables.contains(&table));
                match owner {
                    Some((owner, _)) if *owner == room => {}
                    Some((owner, _)) => {
                        faults.push(format!("{}: {room} writes {table}, which is {owner}'s", path.display()));
                    }
                    // A query bound to a name is not a table.
                    None if tables().contains(&table.to_owned()) => {
                        faults.push(format!(
                            "{}: {table} belongs to no room; give it an owner",
                            path.display()
                        ));
                    }
                    None => {}
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Every table of the schema.
fn tables() -> Vec<String> {
    let text = include_str!("../src/schema.rs");
    let heads = text.split("diesel::table! {").skip(1);
    heads
        .map(|head| head.lines().find(|line| line.ends_with(") {")).unwrap())
        .map(|line| line.trim().split(' ').next().unwrap().to_owned())
        .collect()
}

#[test]
fn files_stay_readable() {
    let long = sources()
        .into_iter()
        .filter(|(path, _)| !path.ends_with("schema.rs"))
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(path, lines)| format!("{}: {lines} lines; is there a seam?", path.display()))
        .collect::<Vec<_>>();
    assert!(long.is_empty(), "\n{}", long.join("\n"));
}

#[test]
fn there_are_no_drawers() {
    for (path, _) in sources() {
        for part in parts(&path) {
            let drawer = ["utils", "util", "common", "helpers", "helper", "types", "misc"].contains(&part.as_str());
            assert!(!drawer, "{}: what is it about? Name it so", path.display());
        }
    }
}

/// A file that nobody declares is compiled by nobody, and its tests never run.
#[test]
fn every_file_is_declared() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut undeclared = Vec::new();
    for folder in ["src", "tests", "print/src"] {
        let mut files = Vec::new();
        walk(&root.join(folder), &mut files);
        for (path, _) in &files {
            let name = path.file_stem().unwrap().to_str().unwrap();
            let (folder, name) = match name {
                "lib" | "main" => continue,
                "mod" => {
                    let own = path.parent().unwrap();
                    (own.parent().unwrap(), own.file_name().unwrap().to_str().unwrap())
                }
                _ => (path.parent().unwrap(), name),
            };
            let by = ["mod.rs", "lib.rs", "main.rs"].map(|file| folder.join(file));
            let by = by.into_iter().chain([folder.with_extension("rs")]);
            let declares = |file: PathBuf| {
                let text = fs::read_to_string(file).unwrap_or_default();
                text.lines()
                    .any(|line| line.trim_end_matches(';').ends_with(&format!("mod {name}")))
            };
            if !by.into_iter().any(declares) {
                undeclared.push(path.clone());
            }
        }
    }
    assert!(undeclared.is_empty(), "{undeclared:#?}");
}
