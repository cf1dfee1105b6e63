//! What is asked of foreign and of missing objects: every operation of the document that names one, wherever it names it.
//!
//! `«kind»` stands for an object of the organisation that is tried, `‹kind›` for one of the caller's own.

use serde_json::{Value, json};

use super::calls::{self, Call};
use crate::api::attendance_imports::{LIST, form};
use crate::api::programme_imports::small;
use crate::support::{TestApp, picture};

pub struct Row {
    pub operation: String,
    /// What is special about it.
    pub what: String,
    pub method: String,
    pub path: String,
    pub body: Option<String>,
    pub kind: &'static str,
    pub tag: Tag,
}

/// What stands in If-Match.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    None,
    /// Of a version that never was: nothing is changed, whoever asks.
    Stale,
    /// Of the caller's own object as it is.
    Present,
}

impl Row {
    pub fn title(&self) -> String {
        let parts = [self.operation.as_str(), self.what.as_str()];
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Whether it can be asked of an own object without anything coming of it. What may be done with those, the table in
    /// `docs/authorisation.md` says.
    pub fn is_harmless(&self) -> bool {
        // Whoever has the mail need not say what they have seen.
        let may_be_left_out = ["cancel_registration", "change_registration"].contains(&self.operation.as_str());
        let refused = self.what.contains("without If-Match") && !may_be_left_out;
        self.method == "GET" || self.tag == Tag::Stale || refused
    }
}

impl Row {
    /// Whether somebody must hear of an own object what nobody hears of a missing one.
    pub fn is_findable(&self) -> bool {
        // Calendars tell of what is public only; and in an empty list nobody sees by what it is filtered.
        let hidden = self.operation == "get_seminar_calendar" && !self.what.is_empty();
        let plain = !hidden && !self.what.starts_with(['?', '{']) && !self.what.contains("without If-Match");
        // Below an own one a PUT makes what is missing, if it may: a stale tag says so of both.
        let makes = self.method == "PUT" && self.what.starts_with("below");
        plain && !makes && (self.method == "GET" || self.tag == Tag::Stale)
    }
}

/// Each operation with what it says about itself.
fn documented() -> Vec<(String, String, String)> {
    let document = serde_json::to_value(einlass::app::document()).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            let path = path.strip_prefix("/api/v1").unwrap_or(path).to_owned();
            found.push((id, method.to_uppercase(), path));
        }
    }
    found.sort();
    found
}

/// Path parameters that name no object.
const WORDS: [&str; 4] = ["statistic", "year", "code", "purpose"];

/// The path of the document with a name in each place, those from `foreign` on of the organisation that is tried; and how many
/// names there are.
fn path(template: &str, called: &str, foreign: usize, seminar: &str) -> (String, usize) {
    let called = called.split('?').next().unwrap().split('/').collect::<Vec<_>>();
    let mut names = 0;
    let segments = template.split('/').enumerate().map(|(at, segment)| {
        let Some((before, rest)) = segment.split_once('{') else {
            return segment.to_owned();
        };
        let (kind, after) = rest.split_once('}').unwrap();
        if WORDS.contains(&kind) {
            return called[at].to_owned();
        }
        names += 1;
        let kind = match kind {
            "import" if template.starts_with("/seminars") => "attendance_import",
            "import" => "programme_import",
            "seminar" if template.contains("{import}") => "reported",
            "seminar" => seminar,
            kind => kind,
        };
        let (opens, closes) = if names > foreign { ('«', '»') } else { ('‹', '›') };
        format!("{before}{opens}{kind}{closes}{after}")
    });
    (segments.collect::<Vec<_>>().join("/"), names)
}

const SLUG: &str = "staedteregion-aachen";

fn sent(operation: &str, call: &Call) -> (&'static str, Option<String>) {
    const FORM: &str = "multipart/form-data; boundary=einlass";
    match operation {
        "create_attendance_import" => (FORM, Some(String::from_utf8(form(LIST, &[])).unwrap())),
        "create_programme_import" => {
            let form = form(small(9002).as_bytes(), &[("organisation", "«organisation»")]);
            (FORM, Some(String::from_utf8(form).unwrap()))
        }
        "put_logo" => ("image/png", None),
        // To whom something is shared is no object of anybody.
        "create_sharing" => ("application/json", call.body.as_ref().map(Value::to_string)),
        _ => {
            let body = call.body.as_ref().map(|body| {
                let named = format!("\"organisation\":\"{SLUG}\"");
                body.to_string().replace(&named, "\"organisation\":\"«organisation»\"")
            });
            ("application/json", body)
        }
    }
}

/// Bytes that are no text.
pub fn picture_of(row: &Row) -> Option<Vec<u8>> {
    (row.operation == "put_logo").then(picture)
}

/// Every row. Makes the objects of one call of each operation.
pub fn rows(app: &TestApp) -> Vec<Row> {
    let mut rows = Vec::new();
    for (n, (operation, method, template)) in documented().into_iter().enumerate() {
        let call = calls::call(app, &operation, "organiser", 20_000 + n)
            .unwrap_or_else(|| panic!("how is {operation} called?"));
        let (kind, mut body) = sent(&operation, &call);
        if operation == "merge_seminar" {
            // Both seminars are of others: an organiser of either may propose it.
            body = Some(json!({"into": "«second»"}).to_string());
        }
        if operation == "decide_applications" {
            body = Some(json!({"decisions": [{"registration": "«registration»", "decision": "accept"}]}).to_string());
        }
        let query = call.path.split_once('?').map_or_else(String::new, |(_, query)| {
            let named = query.replace(&format!("organisation={SLUG}"), "organisation=«organisation»");
            let named = named.split('&').map(|pair| {
                if pair.starts_with("with=") {
                    "with=«snapshot»"
                } else {
                    pair
                }
            });
            format!("?{}", named.collect::<Vec<_>>().join("&"))
        });
        let mut add = |what: &str, path: String, body: Option<String>, tag: Tag| {
            let (operation, method, what) = (operation.clone(), method.clone(), what.to_owned());
            rows.push(Row {
                operation,
                what,
                method,
                path: format!("{path}{query}"),
                body,
                kind,
                tag,
            });
        };
        let guarded = call.etag.is_some();
        let optional = ["put_logo", "put_external_seminar"].contains(&operation.as_str());
        let tag = if guarded || optional { Tag::Stale } else { Tag::None };
        let (whole, names) = path(&template, &call.path, 0, "seminar");
        if names == 0 {
            if query.contains('«') || body.as_ref().is_some_and(|body| body.contains('«')) {
                add("", whole, body, tag);
            }
            continue;
        }
        add("", whole.clone(), body.clone(), tag);
        if guarded {
            add("without If-Match", whole.clone(), body.clone(), Tag::None);
        }
        for own in 1..names {
            let (path, _) = path(&template, &call.path, own, "seminar");
            let what = if own == 1 {
                "below an own one"
            } else {
                "below two own ones"
            };
            add(what, path, body.clone(), tag);
        }
        if names == 1 && whole.contains("«seminar»") {
            for hidden in ["draft", "internal"] {
                add(hidden, path(&template, &call.path, 0, hidden).0, body.clone(), tag);
            }
        }
    }
    rows.extend(in_queries());
    rows.extend(in_bodies());
    rows
}

/// Members of a query that name something beside what the path names.
fn in_queries() -> Vec<Row> {
    const PERIOD: &str = "from=2027-01-01&to=2027-12-31&organisation=‹organisation›";
    let mut rows = Vec::new();
    let mut add = |operation: &str, path: String, member: &str| {
        rows.push(Row {
            operation: operation.to_owned(),
            what: format!("?{member}="),
            method: "GET".to_owned(),
            path,
            body: None,
            kind: "application/json",
            tag: Tag::None,
        });
    };
    for (operation, path) in [
        ("list_seminars", "/seminars"),
        ("get_programme_calendar", "/seminars.ics"),
        ("get_programme_linked_data", "/seminars.jsonld"),
        ("get_programme_feed", "/seminars.feed.json"),
    ] {
        for member in ["organisation", "collection"] {
            add(operation, format!("{path}?{member}=«{member}»"), member);
        }
    }
    for (operation, path) in [
        ("list_changes", "/changes"),
        ("list_collections", "/collections"),
        ("list_venues", "/venues"),
    ] {
        add(operation, format!("{path}?organisation=«organisation»"), "organisation");
    }
    // Without one it is the log of what belongs to no organisation.
    add(
        "list_audit_log",
        "/audit-log?organisation=«organisation»".to_owned(),
        "organisation",
    );
    for (operation, path) in [
        ("get_activity_report", "/reports/activity"),
        ("get_statistic", "/statistics/months"),
    ] {
        for (member, kind) in [("collection", "collection"), ("rule", "rule")] {
            add(operation, format!("{path}?{PERIOD}&{member}=«{kind}»"), member);
        }
    }
    add(
        "list_shared_registrations",
        "/shared-registrations?seminar=«draft»".to_owned(),
        "seminar",
    );
    add(
        "compare_report_snapshots",
        "/report-snapshots/‹snapshot›/compare?with=«snapshot»".to_owned(),
        "with",
    );
    add(
        "get_counting_rule",
        "/counting-rules/«rule»?organisation=‹organisation›".to_owned(),
        "organisation (own)",
    );
    for (operation, noun) in [("list_check_ins", "check-ins"), ("list_attendees", "attendees")] {
        add(
            operation,
            format!("/seminars/‹seminar›/{noun}?session=«session»"),
            "session",
        );
    }
    rows
}

/// Members of a body that name something beside what the path names.
fn in_bodies() -> Vec<Row> {
    let seminar = |members: Value| crate::support::draft_with(5, members);
    let ours = |mut body: Value| {
        body["organisation"] = json!("‹organisation›");
        body
    };
    let reschedule =
        json!({"reason_code": "other", "sessions": [{"starts_at": "2027-06-10T18:00", "venue": "«venue»"}]});
    let in_session = json!({"sessions": [{"starts_at": "2027-05-06T18:00", "venue": "«venue»"}]});
    let walk_in = |members: Value| {
        let mut body = json!({"scan_id": "01900000-0000-7000-8000-00000000c0de"});
        body.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        body
    };
    let named = json!({"participants": [{"position": 0, "registration": "«registration»"}]});
    let mut report = crate::api::report_snapshots::question("all");
    report["organisation"] = json!("‹organisation›");
    let (mut by_rule, mut of_collection) = (report.clone(), report);
    by_rule["rule"] = json!("«rule»");
    of_collection["collection"] = json!("«collection»");
    let mut told = crate::support::person("carla");
    told["told_of_sharings"] = json!(["«sharing»"]);
    let own = "/seminars/‹seminar›";
    let import = "/seminars/‹reported›/attendance-imports/‹attendance_import›";
    let all = [
        (
            "create_seminar",
            "POST",
            "/seminars",
            "collections",
            ours(seminar(json!({"collections": ["«collection»"]}))),
            Tag::None,
        ),
        (
            "create_seminar",
            "POST",
            "/seminars",
            "venue",
            ours(seminar(in_session)),
            Tag::None,
        ),
        (
            "change_seminar",
            "PATCH",
            own,
            "collections",
            json!({"collections": ["«collection»"]}),
            Tag::Present,
        ),
        (
            "reschedule_seminar",
            "POST",
            "/seminars/‹seminar›/reschedule",
            "venue",
            reschedule,
            Tag::Present,
        ),
        (
            "merge_seminar",
            "POST",
            "/seminars/‹seminar›/merge",
            "into",
            json!({"into": "«draft»"}),
            Tag::Present,
        ),
        (
            "create_report_snapshot",
            "POST",
            "/report-snapshots",
            "rule",
            by_rule,
            Tag::None,
        ),
        (
            "create_report_snapshot",
            "POST",
            "/report-snapshots",
            "collection",
            of_collection,
            Tag::None,
        ),
        (
            "resolve_attendance_import",
            "PATCH",
            import,
            "registration",
            named,
            Tag::Present,
        ),
        (
            "create_check_in",
            "POST",
            "/seminars/‹seminar›/check-ins",
            "registration",
            walk_in(json!({"registration": "«registration»"})),
            Tag::None,
        ),
        (
            "create_check_in",
            "POST",
            "/seminars/‹seminar›/check-ins",
            "session",
            walk_in(json!({"session": "«session»", "walk_in": {"family_name": "Yıldız"}, "force": true})),
            Tag::None,
        ),
        (
            "record_check_ins",
            "POST",
            "/seminars/‹seminar›/check-ins/batch",
            "registration",
            json!({"device": "Tür", "scans": [
                walk_in(json!({"registration": "«registration»", "at": "2027-01-04T08:00:00Z"}))]}),
            Tag::None,
        ),
        (
            "decide_applications",
            "POST",
            "/seminars/‹seminar›/decisions",
            "registration",
            json!({"decisions": [{"registration": "«registration»", "decision": "accept"}]}),
            Tag::None,
        ),
        (
            "create_registration",
            "POST",
            "/seminars/‹seminar›/registrations",
            "told_of_sharings",
            told,
            Tag::None,
        ),
    ];
    let rows = all.into_iter().map(|(operation, method, path, member, body, tag)| Row {
        operation: operation.to_owned(),
        what: format!("{{{member}}}"),
        method: method.to_owned(),
        path: path.to_owned(),
        body: Some(body.to_string()),
        kind: "application/json",
        tag,
    });
    rows.collect()
}
