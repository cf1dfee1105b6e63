//! Where answers end. What is sent says so itself, by the types that hold it; what is answered came in by those, was cut, or is
//! made here, and the table says how long each of it can become. A member that is not in it has no end, which a test tells.

use serde_json::{Value, json};

/// As many as 32 bits count: what grows with the programme has no other end.
const MANY: u64 = 2_147_483_647;
/// Numbers that every reader of JSON reads exactly.
const EXACT: i64 = 9_007_199_254_740_991;

/// Characters, by member, or by schema and member where one of many is longer. Of lists and maps: of each text in them.
const TEXTS: &[(&str, u64)] = &[
    ("access_token", 4096),
    ("agreeing_rules", 80),
    ("algorithm", 500),
    ("also_known_as", 200),
    ("attribution", 1000),
    ("cancel_reason", 1000),
    ("catalogue", 2000),
    ("cells", 5000),
    ("changed_fields", 60),
    ("choices", 5000),
    ("code", 60),
    ("code_hash", 100),
    ("collections", 5000),
    ("column", 5000),
    ("company", 300),
    ("computed", 64),
    ("contact_email", 254),
    ("contact_name", 200),
    ("contact_url", 2000),
    ("contributor_id", 2000),
    ("counted_by", 300),
    ("country", 2),
    ("date_order", 10),
    ("delimiter", 10),
    ("description", 20_000),
    ("detail", 2000),
    ("device", 100),
    ("display_names", 1000),
    ("email", 1000),
    ("encoding", 20),
    ("ends", 40),
    ("external_id", 200),
    ("family_name", 100),
    ("figure", 200),
    ("file_name", 200),
    ("finances", 20_000),
    ("flags", 60),
    ("format", 100),
    ("funder", 300),
    ("given_name", 100),
    ("header", 100),
    ("heading", 5000),
    ("homepage", 2000),
    ("id", 80),
    ("instance", 9000),
    ("introduction", 20_000),
    ("join_url", 2000),
    ("key", 300),
    ("keywords", 200),
    ("label", 500),
    ("landing_page", 2000),
    ("language", 35),
    ("legal", 20_000),
    ("licence", 300),
    ("locality", 200),
    ("meaning", 1000),
    ("method", 60),
    ("month", 20),
    ("name", 1000),
    ("next_cursor", 2000),
    ("next_participants", 2500),
    ("next_rows", 2500),
    ("note", 5000),
    ("notes", 2000),
    ("online_platform", 100),
    ("organisation", 300),
    ("parameter", 100),
    ("phone", 50),
    ("platform", 300),
    ("pointer", 2000),
    ("political_geocoding", 2000),
    ("postal_code", 20),
    ("precision", 20),
    ("public_text", 1000),
    ("publisher", 300),
    ("publisher_name", 300),
    ("purpose", 500),
    ("reason", 1000),
    ("recorded", 64),
    ("refresh_token", 500),
    ("request_id", 64),
    ("role", 1000),
    ("rule", 100),
    ("rule_text", 20_000),
    ("set", 5000),
    ("settled_by", 200),
    ("sha256", 64),
    ("short_name", 300),
    ("slug", 60),
    ("source", 500),
    ("source_quote", 20_000),
    ("staff", 20_000),
    ("starts", 40),
    ("starts_at", 40),
    ("stated_as", 5000),
    ("status", 20),
    ("street", 200),
    ("system", 60),
    ("tags", 300),
    ("text", 20_000),
    ("text_en", 20_000),
    ("text_sha256", 64),
    ("text_version", 60),
    ("time_zone", 60),
    ("title", 500),
    ("title_de", 200),
    ("token_type", 20),
    ("type", 200),
    ("url", 2000),
    ("venue", 300),
    ("why", 1000),
    ("ProgrammeHeadcount.stated_as", 5000),
    ("ProgrammeImportRow.external_id", 5000),
    ("ProgrammeParty.name", 5000),
    ("ProgrammePlace.locality", 5000),
    ("ProgrammePlace.name", 5000),
    ("ProgrammeUnderstood.title", 5000),
    ("ReportedPlace.country", 60),
    // Both are sent, and held by `Line` where they are read.
    ("ProgrammeColumnMap", 300),
    ("ProgrammeRowPatch.set", 2000),
    ("AccessCheckIn.channel", 20),
    ("AccessCheckIn.direction", 10),
    ("AccessCheckIn.void_reason", 1000),
    ("AccessDisclosure.recipient", 200),
    ("AccessMail.kind", 60),
    ("AccessMail.state", 20),
    ("AccessReportRow.match", 40),
    ("AccessRetention.record", 60),
    ("AccessSensitiveAnswer.question", 60),
    ("RetentionPeriod.basis", 500),
    ("RetentionPeriod.counted_from", 500),
    ("RetentionStanding.basis", 500),
    ("RetentionStanding.counted_from", 500),
    ("segments", 40),
];

/// Entries of lists and of maps, by member, or by schema and member.
const LISTS: &[(&str, u64)] = &[
    ("accepted", 20),
    ("actions", 20),
    ("agreeing_rules", 60),
    ("also_known_as", 20),
    ("by_channel", 10),
    ("by_reason", 20),
    ("candidates", 20),
    ("cells", 64),
    ("channels", 10),
    ("choices", 100),
    ("columns", 64),
    ("companions", 99),
    ("conflicts", 20),
    ("consent_texts", 10),
    ("consents", 100),
    ("counted_as", 10),
    ("display_names", MANY),
    ("errors", MANY),
    ("events", 20),
    ("evidence", 100),
    ("external_refs", 20),
    ("flags", 20),
    ("found", 100),
    ("keywords", 100),
    ("query", 20),
    ("purposes", 20),
    ("questions", 30),
    ("roles", 20),
    ("rule", 20),
    ("seminars_by_reason", 20),
    ("seminars_by_role", 20),
    ("set", 64),
    ("sharings", 100),
    ("team", 50),
    ("told", 10),
    ("CheckInBatchResult.results", 1000),
    // By `imports::sheet::Field`, of which there are fewer.
    ("ProgrammeColumnMap", 64),
    ("DecidedAll.data", 500),
    // A page, as in `base::page`.
    ("data", 100),
];

/// What there is as much of as the programme, its people and its files hold.
const GROWING: &[&str] = &[
    "added",
    "by_collection",
    "by_month",
    "by_organisation",
    "categories",
    "changed",
    "check_ins",
    "collections",
    "days",
    "disclosures",
    "doubts",
    "entries",
    "figures",
    "held",
    "joins",
    "lead",
    "left_out",
    "mails",
    "members",
    "memberships",
    "merged",
    "notes",
    "only_here",
    "only_there",
    "organisations",
    "other_rules",
    "participants",
    "parties",
    "partners",
    "postponed_to",
    "registrations",
    "removed",
    "report_rows",
    "restricted",
    "results",
    "retention",
    "reviews",
    "rows",
    "seats_lost",
    "segments",
    "seminars",
    "seminars_before_split",
    "seminars_from_split",
    "seminars_undated",
    "sensitive_answers",
    "series",
    "sessions",
    "stated",
    "stated_as",
    "statements",
    "totals",
    "unknown",
    "values",
    "warnings",
];

/// Adds to a schema of the document where it ends.
pub fn complete(name: &str, schema: &mut Value) {
    for part in schema
        .get_mut("allOf")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        complete(name, part);
    }
    end(name, name, schema);
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (member, property) in properties.into_iter().flatten() {
        end(name, member, property);
    }
}

/// Adds to the schema of a member, and to what is in it, where it ends.
fn end(schema: &str, member: &str, property: &mut Value) {
    let of = |table: &[(&str, u64)]| {
        let own = format!("{schema}.{member}");
        let found = |name: &str| table.iter().find(|(known, _)| *known == name).map(|(_, most)| *most);
        found(&own).or_else(|| found(member))
    };
    let list = of(LISTS).or_else(|| GROWING.contains(&member).then_some(MANY));
    for (kind, keyword, most) in [
        ("string", "maxLength", of(TEXTS).filter(|_| !is_bounded_text(property))),
        ("array", "maxItems", list),
        (
            "object",
            "maxProperties",
            list.filter(|_| property["additionalProperties"].is_object()),
        ),
    ] {
        if let Some(most) = most {
            say(property, kind, keyword, &json!(most));
        }
    }
    number(property);
    for inner in ["items", "additionalProperties", "propertyNames"] {
        if let Some(inner) = property.get_mut(inner).filter(|inner| inner.is_object()) {
            end(schema, member, inner);
        }
    }
    for one in property
        .get_mut("oneOf")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        end(schema, member, one);
    }
}

fn is_bounded_text(schema: &Value) -> bool {
    let format = schema["format"].as_str().unwrap_or_default();
    schema.get("enum").is_some() || ["date", "date-time", "uuid", "binary"].contains(&format)
}

/// The range of a number's type.
fn number(schema: &mut Value) {
    if schema.get("enum").is_some() {
        return;
    }
    let (least, most) = match schema["format"].as_str() {
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (-EXACT, EXACT),
    };
    for kind in ["integer", "number"] {
        say(schema, kind, "minimum", &json!(least));
        say(schema, kind, "maximum", &json!(most));
    }
}

/// Adds the keyword to a schema of this kind that does not have it.
fn say(schema: &mut Value, kind: &str, keyword: &str, value: &Value) {
    let is = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(|one| one == kind),
        one => one == kind,
    };
    if let (true, Some(members)) = (is, schema.as_object_mut()) {
        members.entry(keyword).or_insert_with(|| value.clone());
    }
}
