//! The form in which an entry is sealed, so that somebody else can reckon it too.
//!
//! An entry is one line of JSON without spaces, in UTF-8, an array of ten:
//!
//! ```text
//! [1, id, organisation or null, microseconds since 1970, actor's kind, actor's id or null, action, object's kind,
//!  object's id, data]
//! ```
//!
//! Ids are written with hyphens and small letters. In `data` the members of each object stand in the order of the bytes of
//! their names, strings escape what JSON demands and nothing else, a number that is whole is written without point and
//! exponent, and another as the shortest that reads back as the same double. The digest of an entry is the SHA-256 of this line. Neither the number of the transaction is in it nor how
//! the database writes JSON.
//!
//! The digest of a seal is the SHA-256 of: `einlass seal 1` and a line feed, the digest before (32 bytes), the chain (16 bytes of
//! the organisation's id, or zeros), the seal's number (8 bytes, the largest first), the moment of sealing in microseconds
//! since 1970 (8 bytes likewise), and then of each entry its id (16 bytes) and its digest (32 bytes).

use chrono::{DateTime, Utc};
use serde_json::{Number, Value};

use crate::audit::model::{Chain, Entry};
use crate::base::digest::sha256;

pub const DIGEST: usize = 32;
/// An entry in a seal: id and digest.
pub const MEMBER: usize = 16 + DIGEST;

pub type Digest = [u8; DIGEST];

/// The line of an entry.
#[must_use]
pub fn canonical(entry: &Entry) -> String {
    let id = |id: uuid::Uuid| Value::from(id.hyphenated().to_string());
    let line = Value::Array(vec![
        Value::from(1),
        id(entry.id),
        entry.organisation_id.map_or(Value::Null, id),
        Value::from(entry.at.timestamp_micros()),
        Value::from(entry.actor_kind.as_str()),
        entry.actor_id.map_or(Value::Null, id),
        Value::from(entry.action.as_str()),
        Value::from(entry.object_kind.as_str()),
        id(entry.object_id),
        entry.data.clone(),
    ]);
    let mut out = String::with_capacity(400);
    write(&line, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members = members.iter().collect::<Vec<_>>();
            members.sort_unstable_by_key(|(name, _)| *name);
            out.push('{');
            for (n, (name, member)) in members.into_iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Number(number) => out.push_str(&plain(number)),
        Value::Null | Value::Bool(_) | Value::String(_) => out.push_str(&value.to_string()),
    }
}

/// Above it a double does not tell one whole number from the next.
const EXACT: f64 = 9_007_199_254_740_992.0;

fn plain(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < EXACT => {
            // There is one zero.
            format!("{:.0}", float + 0.0)
        }
        _ => number.to_string(),
    }
}

#[must_use]
pub fn entry_digest(entry: &Entry) -> Digest {
    sha256(canonical(entry).as_bytes())
}

#[must_use]
pub fn seal_digest(previous: &[u8], chain: Chain, number: i64, sealed_at: DateTime<Utc>, members: &[u8]) -> Digest {
    let mut bytes = Vec::with_capacity(80 + members.len());
    bytes.extend_from_slice(b"einlass seal 1\n");
    bytes.extend_from_slice(previous);
    bytes.extend_from_slice(chain.key().as_bytes());
    bytes.extend_from_slice(&number.to_be_bytes());
    bytes.extend_from_slice(&sealed_at.timestamp_micros().to_be_bytes());
    bytes.extend_from_slice(members);
    sha256(&bytes)
}

#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn entry(data: Value) -> Entry {
        Entry {
            id: Uuid::from_u128(1),
            organisation_id: Some(Uuid::from_u128(2)),
            at: "2027-01-04T08:00:00.000001Z".parse().unwrap(),
            transaction: 7,
            actor_kind: "account".to_owned(),
            actor_id: Some(Uuid::from_u128(3)),
            action: "seminar.changed".to_owned(),
            object_kind: "seminar".to_owned(),
            object_id: Uuid::from_u128(4),
            data,
        }
    }

    /// Written out, because seals of today are verified in years.
    #[test]
    fn the_line_of_an_entry_is_this() {
        let data = json!({"z": [1, 2.0, 0.5, -0.0, null, true], "a": {"ü": "\"\n\u{1}ß/", "B": 18_446_744_073_709_551_615_u64}});
        let line = r#"[1,"00000000-0000-0000-0000-000000000001","00000000-0000-0000-0000-000000000002",1799049600000001,"account","00000000-0000-0000-0000-000000000003","seminar.changed","seminar","00000000-0000-0000-0000-000000000004",{"a":{"B":18446744073709551615,"ü":"\"\n\u0001ß/"},"z":[1,2,0.5,0,null,true]}]"#;
        assert_eq!(canonical(&entry(data)), line);
        let none = canonical(&Entry {
            organisation_id: None,
            actor_id: None,
            ..entry(json!({}))
        });
        assert!(
            none.contains(r#"-000000000001",null,1799"#) && none.contains(r#""account",null,"#),
            "{none}"
        );
    }

    #[test]
    fn everything_but_the_transaction_counts() {
        let (base, digest) = (entry(json!({"a": 1})), entry_digest(&entry(json!({"a": 1}))));
        let changed: [fn(&mut Entry); 9] = [
            |one| one.id = Uuid::from_u128(9),
            |one| one.organisation_id = None,
            |one| one.at += chrono::TimeDelta::microseconds(1),
            |one| one.actor_kind = "system".to_owned(),
            |one| one.actor_id = None,
            |one| one.action = "seminar.held".to_owned(),
            |one| one.object_kind = "venue".to_owned(),
            |one| one.object_id = Uuid::from_u128(9),
            |one| one.data = json!({"a": "1"}),
        ];
        for (n, change) in changed.iter().enumerate() {
            let mut other = base.clone();
            change(&mut other);
            assert_ne!(entry_digest(&other), digest, "{n}");
        }
        let moved = Entry {
            transaction: -7,
            ..base
        };
        assert_eq!(entry_digest(&moved), digest);
    }
}
