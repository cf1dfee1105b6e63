//! The canonical form of what is sealed, its digest, and whether a seal is whole.

use serde::Serialize;
use serde_json::Value;

use crate::base::digest::sha256;
use crate::base::problem::{Error, Result};
use crate::reports::model::{SEALED_FORMAT, Seal, SealedReport, SnapshotRow};

/// `value` as RFC 8785 writes it: no space, members in the order of their names, one way to write each text and number.
/// The order is that of UTF-16, as the RFC has it; numbers are whole here, and a fraction is refused rather than rounded.
pub fn canonical(value: &Value) -> Result<String> {
    let mut text = String::new();
    write(value, &mut text)?;
    Ok(text)
}

fn write(value: &Value, out: &mut String) -> Result<()> {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => out.push_str(&value.to_string()),
        Value::Number(number) if number.is_f64() => {
            return Err(Error::internal("a fraction has no canonical form here"));
        }
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::Array(elements) => {
            out.push('[');
            for (n, element) in elements.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                write(element, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted = members.iter().collect::<Vec<_>>();
            sorted.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            out.push('{');
            for (n, (name, member)) in sorted.into_iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write(member, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// What is stored and digested.
pub fn sealed_text(report: &impl Serialize) -> Result<String> {
    canonical(&serde_json::to_value(report).map_err(Error::internal)?)
}

/// The sealed content, read; `None` where it is none, or is laid out in another way.
#[must_use]
pub fn unsealed(text: &str) -> Option<SealedReport> {
    let content = serde_json::from_str::<SealedReport>(text).ok();
    content.filter(|content| content.format == SEALED_FORMAT)
}

#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether the content is what was sealed: by the digest beside it, by the one in the journal, and by the columns that
/// lists are made of. What cannot be read is not what was sealed.
#[must_use]
pub fn seal_of(row: &SnapshotRow, text: &str, content: Option<&SealedReport>, recorded: Option<String>) -> Seal {
    let computed = hex(&sha256(text.as_bytes()));
    let stored = hex(&row.sha256);
    Seal {
        intact: computed == stored
            && recorded.as_ref() == Some(&stored)
            && content.is_some_and(|it| lists_show(row, it)),
        sha256: stored,
        computed,
        recorded,
    }
}

fn lists_show(row: &SnapshotRow, content: &SealedReport) -> bool {
    let rule = &content.report.rule;
    let deliberation = serde_json::to_value(&content.deliberation)
        .ok()
        .filter(|value| !value.is_null());
    (row.id, row.organisation_id) == (content.id, content.organisation.id)
        && row.sealed_at.timestamp_micros() == content.sealed_at.timestamp_micros()
        && (row.period_from, row.period_to) == (content.query.from, content.query.to)
        && (&row.rule_name, row.rule_version) == (&rule.id, rule.version)
        && row.deliberation == deliberation
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::reports::rules::report;
    use crate::reports::rules::samples::{any_facts, any_question, any_rule, paper, programme, rule, scope, sealed};

    #[test]
    fn one_content_has_one_form() {
        let value = json!({"b": [1, -2, null, true], "a": {"ä": "„über 130“\n\t\u{1}\"\\/", "z": ""}, "\u{1f600}": 1, "\u{fb33}": 2});
        assert_eq!(
            canonical(&value).unwrap(),
            "{\"a\":{\"z\":\"\",\"ä\":\"„über 130“\\n\\t\\u0001\\\"\\\\/\"},\"b\":[1,-2,null,true],\"\u{1f600}\":1,\"\u{fb33}\":2}"
        );
        assert!(canonical(&json!(1.5)).is_err());
    }

    /// What the layout took on later is told with a default: what was sealed before it is still read.
    #[test]
    fn what_was_sealed_before_a_member_was_there_is_read() {
        let content = sealed(report(&paper(), &rule("all"), &[], scope(), programme()));
        let mut value = serde_json::to_value(&content).unwrap();
        let without = |value: &mut serde_json::Value, later: &[&str]| {
            for one in value.as_array_mut().unwrap() {
                one.as_object_mut()
                    .unwrap()
                    .retain(|name, _| !later.contains(&name.as_str()));
            }
        };
        without(&mut value["report"]["seminars"], &["kind", "place"]);
        without(&mut value["report"]["by_collection"], &["own_chapter"]);
        assert!(value["report"].as_object_mut().unwrap().remove("stated").is_none());
        let read = unsealed(&value.to_string()).unwrap();
        assert_eq!(read.report.figures, content.report.figures);
    }

    #[test]
    fn hexadecimal_is_two_digits_a_byte() {
        assert_eq!(hex(&[0, 15, 255]), "000fff");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        /// Whatever a report says: read back it is the same, and sealed again it has the same bytes.
        #[test]
        fn what_is_sealed_can_be_read_back(
            facts in prop::collection::vec(any_facts(), 0..10), query in any_question(), rule in any_rule(),
        ) {
            let content = sealed(report(&query, &rule, &[], scope(), facts));
            let text = sealed_text(&content).unwrap();
            let back = unsealed(&text).unwrap();
            prop_assert_eq!(unsealed(&text.replace(SEALED_FORMAT, "einlass.report-snapshot/0")), None);
            prop_assert_eq!(&back, &content);
            prop_assert_eq!(sealed_text(&back).unwrap(), text);
        }
    }
}
