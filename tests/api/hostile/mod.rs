//! Hostile input, made of the document: whatever stands in whichever place of whichever operation, the answer is one that the
//! document knows, and never a fault of our own.

mod bodies;
mod lengths;
mod parameters;
mod wire;

use std::sync::OnceLock;

use serde_json::Value;

use super::authorisation::calls::Call;

/// Texts that hurt somebody somewhere, all in one where they are taken, so that a place is tried with one request.
const TAKEN: &str = "'\";-- {{7*7}} ${7*7} ../../etc/passwd %00 <b> =1+1 \u{1F469}\u{200D}\u{1F467} e\u{301}\u{FFFD}";

/// Texts that are refused where a line is wanted.
fn refused() -> [(&'static str, String); 5] {
    [
        ("NUL", "a\0b".to_owned()),
        ("U+202E", "a\u{202E}b".to_owned()),
        ("CRLF", "a\r\nBcc: x@example.org".to_owned()),
        ("64 KiB", "ä".repeat(32 * 1024)),
        ("a noncharacter", "\u{FFFF}\u{10FFFF}\u{7F}\u{80}".to_owned()),
    ]
}

/// Whether the text is tried in this place: all are in all where somebody has the time (`TEST_EINLASS_HOSTILE=all`), else every
/// third, beginning elsewhere from place to place, so that every text meets every kind of place.
fn has_its_turn(place: usize, text: usize) -> bool {
    static ALL: OnceLock<bool> = OnceLock::new();
    let all = ALL.get_or_init(|| std::env::var("TEST_EINLASS_HOSTILE").is_ok_and(|word| word == "all"));
    *all || (place + text).is_multiple_of(3)
}

/// The call with another body.
fn with_body(call: &Call, body: Value) -> Call {
    Call {
        method: call.method,
        path: call.path.clone(),
        etag: call.etag.clone(),
        body: Some(body),
    }
}

fn with_path(call: &Call, path: String) -> Call {
    Call {
        method: call.method,
        path,
        etag: call.etag.clone(),
        body: call.body.clone(),
    }
}

/// Percent-encoded, every byte.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
