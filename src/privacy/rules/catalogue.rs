//! Where personal data lie: every column that could hold something about a person, whom it is about, and what becomes of it
//! when that person is erased. A column that is not here is one about which nobody has decided.

/// Whom a column may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Whoever registers or comes: access, erasure and retention are about them.
    Registrant,
    /// Whoever works with Einlass, or acts for a seminar in public. Has operations of their own and is not erased by address.
    Staff,
    /// Nobody: words of a closed set, digests, ids, facts of the programme.
    Nobody,
}

/// Some columns of one table that are treated alike.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    pub table: &'static str,
    pub columns: &'static [&'static str],
    pub about: About,
    /// What erasure does, and why.
    pub erasure: &'static str,
}

const fn of(table: &'static str, columns: &'static [&'static str], about: About, erasure: &'static str) -> Columns {
    Columns {
        table,
        columns,
        about,
        erasure,
    }
}

const WORDS: &str = "closed words, digests or settings";
const PROGRAMME: &str = "public facts of the programme";
const OWN_ACCOUNT: &str = "the account's own: changed and disabled by its operations, for the journal names it by id";

/// Every text, JSON and binary column of the schema.
#[rustfmt::skip]
pub const CATALOGUE: &[Columns] = &[
    of("accounts", &["email", "email_key", "name", "language", "password_hash"], About::Staff, OWN_ACCOUNT),
    of("admissions", &["contact_email"], About::Staff, "an office's address, shown to those who register"),
    of("admissions", &["admission", "confirmation", "capacity_unit", "below_minimum", "questions", "consent_texts"], About::Nobody, PROGRAMME),
    of("api_client_secrets", &["secret_hash"], About::Nobody, WORDS),
    of("api_clients", &["name", "scopes"], About::Nobody, "a machine"),
    of("attendance_imports", &["file_name"], About::Registrant, "goes when all of the seminar are forgotten"),
    of("attendance_imports", &["channel", "state", "format", "encoding", "delimiter", "date_order", "precision", "time_zone", "sha256", "ignored",
        "warnings", "read_as"], About::Nobody, "how a file was read: counts and line numbers; a digest of the file and not the file"),
    of("attendance_rules", &["team"], About::Staff, "who belongs to the seminar; changed with it"),
    of("channels", &["channel"], About::Nobody, WORDS),
    of("check_ins", &["given_name", "family_name", "company", "email"], About::Registrant, "emptied; the tick stays"),
    of("check_ins", &["email_key"], About::Registrant, "becomes a key that says only whose else it is"),
    of("check_ins", &["void_reason"], About::Registrant, "emptied: it is written freely"),
    of("check_ins", &["direction", "method", "channel", "device"], About::Nobody, WORDS),
    of("collections", &["kind", "name", "name_key", "description", "funder"], About::Nobody, PROGRAMME),
    of("consents", &["purpose", "text_version", "text_hash", "language"], About::Registrant,
        "deleted with an erasure; after retention the proof stays by the number of the registration until its own time is over"),
    of("counting_rules", &["name", "terms", "note", "text_de", "text_en"], About::Nobody, "what counts as what"),
    of("disclosures", &["state", "actor_kind"], About::Nobody, "the log stays, by ids: the recipient has to be told to forget"),
    of("erasures", &["actor_kind", "reason", "objects"], About::Nobody, "ids only"),
    of("external_refs", &["system", "external_id", "url"], About::Nobody, PROGRAMME),
    of("headcounts", &["qualifier", "unit", "channel", "method", "source", "stated_as"], About::Nobody, "a number in the words of its source"),
    of("idempotency_keys", &["location", "body"], About::Registrant, "of an answer about what is erased the id stays; all go after 24 hours"),
    of("idempotency_keys", &["key", "request", "etag"], About::Nobody, WORDS),
    of("import_participants", &["display_names", "email"], About::Registrant, "emptied; how long somebody was there stays"),
    of("import_participants", &["person_key", "email_key"], About::Registrant, "become keys that say only whose else the row is"),
    of("import_participants", &["segments"], About::Registrant, "stay: times of nobody in particular, which are counted"),
    of("import_participants", &["role", "match_status", "match_method", "candidates", "flags", "precision"], About::Nobody, "words and ids"),
    of("journal_seals", &["members", "previous", "digest"], About::Nobody, "ids and digests of what the journal says, which names nobody"),
    of("journal", &["actor_kind", "action", "object_kind", "data"], About::Nobody, "ids and facts of the programme, by its own rule"),
    of("logos", &["name", "description", "image"], About::Nobody, PROGRAMME),
    of("mails", &["kind", "language", "recipient", "recipient_name", "data", "once", "state", "last_error"], About::Registrant, "deleted, sent or not"),
    of("members", &["role"], About::Nobody, WORDS),
    of("open_data_settings", &["contact_name", "contact_email"], About::Staff, "an office's contact, published as long as it publishes"),
    of("open_data_settings", &["contributor_id", "licence", "publisher_name", "contact_url", "keywords", "political_geocoding", "landing_page"],
        About::Nobody, PROGRAMME),
    of("organisations", &["slug", "name", "also_known_as", "homepage"], About::Nobody, "an office"),
    of("parties", &["name"], About::Staff, "who offers a seminar in public; speakers by name, changed with it"),
    of("parties", &["role"], About::Nobody, WORDS),
    of("programme_import_rows", &["state", "raw", "decisions", "understood", "doubts", "external_id"], About::Nobody,
        "cells without those that may name persons"),
    of("programme_imports", &["state", "encoding", "delimiter", "layout", "left_out", "settings", "sha256", "read_as", "file_name"], About::Nobody,
        "how a programme was read"),
    of("pushes", &["system", "external_id", "sent", "decided"], About::Nobody, "a seminar as another system sends it"),
    of("refresh_tokens", &["token_hash"], About::Nobody, WORDS),
    of("registrations", &["given_name", "family_name", "email", "company", "phone", "search_text", "companions", "answers", "cancel_reason"],
        About::Registrant, "emptied; the claim stays with its channel, state and number of persons"),
    of("registrations", &["email_key"], About::Registrant, "becomes a key that says only whose else it is; links of mails end with it"),
    of("registrations", &["channel", "state", "language", "cancelled_by", "personal_data"], About::Nobody, "what figures are made of"),
    of("reminders", &["kind"], About::Nobody, WORDS),
    of("report_snapshots", &["rule_name", "deliberation", "sealed", "sha256"], About::Nobody, "figures and seminars; nobody who came"),
    of("retention_holds", &["reason"], About::Nobody, "a programme of a funder"),
    of("retention_periods", &["purpose"], About::Nobody, WORDS),
    of("reviews", &["note"], About::Registrant, "deleted"),
    of("schedule_changes", &["kind", "reason_code", "public_text", "before", "after"], About::Nobody, PROGRAMME),
    of("seminars", &["title", "kind", "language", "description", "audience", "status", "search_text", "source_quote"], About::Nobody, PROGRAMME),
    of("sensitive_answers", &["question", "answer"], About::Registrant, "deleted; without a request a week after the event"),
    of("sessions", &["title", "date_precision", "time_zone", "online_platform", "join_url"], About::Nobody, PROGRAMME),
    of("sharings", &["purpose"], About::Nobody, PROGRAMME),
    of("stated_totals", &["source", "figure", "qualifier", "stated_as"], About::Nobody, "a number in the words of its source"),
    of("tickets", &["code_hash"], About::Registrant, "deleted: the printed code lets nobody in any more"),
    of("venues", &["name", "street", "postal_code", "locality", "country", "also_known_as", "name_key"], About::Nobody, PROGRAMME),
    of("webhook_deliveries", &["event", "data", "state", "outcome"], About::Nobody, "ids and facts of the programme"),
    of("webhooks", &["url", "events", "description", "disabled_reason"], About::Nobody, "a machine"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// `table.column` of every column of the schema that can hold words or bytes.
    fn wordy(schema: &str) -> BTreeSet<String> {
        let (mut table, mut found) = (String::new(), BTreeSet::new());
        for line in schema.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
            if let Some((column, kind)) = line.split_once(" -> ").filter(|(column, _)| !column.contains('(')) {
                if ["Text", "Json", "Bytea"].iter().any(|wordy| kind.contains(wordy)) {
                    found.insert(format!("{table}.{column}"));
                }
            } else if line.ends_with('{') && line.contains(" (") {
                table = line.split(" (").next().unwrap().to_owned();
            }
        }
        found
    }

    fn decided() -> Vec<String> {
        let columns = |entry: &Columns| {
            let table = entry.table;
            entry.columns.iter().map(move |column| format!("{table}.{column}"))
        };
        CATALOGUE.iter().flat_map(columns).collect()
    }

    #[test]
    fn about_every_column_is_decided_once() {
        let decided = decided();
        let once = decided.iter().cloned().collect::<BTreeSet<_>>();
        assert_eq!(once.len(), decided.len(), "a column is decided about twice");
        let schema = include_str!("../../schema.rs");
        assert!(wordy(schema).len() > 150, "the schema was not read");
        assert_eq!(once, wordy(schema), "what does erasure do with it?");
    }

    #[test]
    fn a_new_column_would_be_noticed() {
        let schema = "diesel::table! {\n    registrations (organisation_id, id) {\n        nickname -> Nullable<Text>,\n    }\n}\n";
        let new = wordy(schema);
        assert!(!new.is_subset(&decided().into_iter().collect()), "{new:?}");
    }
}
