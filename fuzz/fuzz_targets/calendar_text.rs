//! Arbitrary texts in a calendar: as many lines as were written, none too long, and each text is found again.

#![no_main]

use einlass::base::ical::{Calendar, mailto, parameter};
use libfuzzer_sys::fuzz_target;

fn unescaped(value: &str) -> String {
    let mut text = String::new();
    let mut signs = value.chars();
    while let Some(sign) = signs.next() {
        match (sign, sign == '\\') {
            (_, true) => match signs.next().expect("a sign that is escaped") {
                'n' => text.push('\n'),
                escaped => text.push(escaped),
            },
            (sign, false) => text.push(sign),
        }
    }
    text
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (summary, name) = text.split_once('\u{1}').unwrap_or((&text, ""));
    let mut calendar = Calendar::new("PUBLISH");
    calendar.text("SUMMARY", summary);
    calendar.texts("CATEGORIES", [summary, name]);
    calendar.raw(&format!("ATTENDEE;CN={}:{}", parameter(name), mailto(summary)));
    let written = calendar.finish();
    for line in written.strip_suffix("\r\n").unwrap().split("\r\n") {
        assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
    }
    let whole = written.replace("\r\n ", "");
    let lines = whole.lines().collect::<Vec<_>>();
    assert_eq!(lines.len(), 9, "{lines:?}");
    let said = lines[5].strip_prefix("SUMMARY:").unwrap();
    let expected = summary
        .chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect::<String>();
    assert_eq!(unescaped(said), expected);
    assert!(lines[6].starts_with("CATEGORIES:") && lines[7].starts_with("ATTENDEE;CN=\""));
    let (cn, address) = lines[7]
        .strip_prefix("ATTENDEE;CN=\"")
        .unwrap()
        .split_once("\":mailto:")
        .unwrap();
    assert!(!cn.contains('"') && address.is_ascii());
});
