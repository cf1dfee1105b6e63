//! W3C Trace Context: which request of somebody else's this one is a part of. <https://www.w3.org/TR/trace-context/>

use super::ids::fresh;

/// The trace a request belongs to, and our own step in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    pub id: String,
    pub span: String,
}

impl Trace {
    /// Goes on with the trace that the header names; without one, or with one that is not as it must be, a new one begins.
    #[must_use]
    pub fn of(traceparent: Option<&str>) -> Self {
        let id = traceparent.and_then(trace_id);
        Self {
            id: id.map_or_else(|| fresh().simple().to_string(), str::to_owned),
            // Half of an id, the random one.
            span: format!("{:016x}", fresh().as_u64_pair().1),
        }
    }
}

/// The trace id of a `traceparent`. A later version may have more parts than the four of `00`, behind them.
fn trace_id(text: &str) -> Option<&str> {
    let mut parts = text.split('-');
    let version = hex(parts.next()?, 2)?;
    let id = hex(parts.next()?, 32)?;
    let parent = hex(parts.next()?, 16)?;
    hex(parts.next()?, 2)?;
    let nothing = |digits: &str| digits.bytes().all(|digit| digit == b'0');
    let known = match version {
        "00" => parts.next().is_none(),
        "ff" => false,
        _ => true,
    };
    (known && !nothing(id) && !nothing(parent)).then_some(id)
}

/// So many digits, small letters only.
fn hex(text: &str, digits: usize) -> Option<&str> {
    let sound = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    (text.len() == digits && text.bytes().all(sound)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn a_trace_that_is_given_goes_on() {
        for sound in [
            format!("00-{ID}-00f067aa0ba902b7-01"),
            format!("00-{ID}-00f067aa0ba902b7-00"),
            format!("cc-{ID}-00f067aa0ba902b7-01"),
            format!("cc-{ID}-00f067aa0ba902b7-01-what-the-future-will-bring"),
        ] {
            let trace = Trace::of(Some(&sound));
            assert_eq!(trace.id, ID, "{sound}");
            assert_ne!(trace.span, "00f067aa0ba902b7", "the step is our own");
            assert!(hex(&trace.span, 16).is_some(), "{trace:?}");
        }
    }

    #[test]
    fn a_new_one_begins_where_none_or_a_bad_one_is_given() {
        let zeros = "0".repeat(32);
        let bad = [
            String::new(),
            ID.to_owned(),
            format!("00-{ID}-00f067aa0ba902b7"),
            format!("00-{ID}-00f067aa0ba902b7-01-more"),
            format!("00-{ID}-00f067aa0ba902b7-1"),
            format!("00-{ID}-0000000000000000-01"),
            format!("00-{zeros}-00f067aa0ba902b7-01"),
            format!("ff-{ID}-00f067aa0ba902b7-01"),
            format!("0-{ID}-00f067aa0ba902b7-01"),
            format!("00-{}-00f067aa0ba902b7-01", ID.to_uppercase()),
            format!("00-{ID}-00f067aa0ba902bg-01"),
            format!(" 00-{ID}-00f067aa0ba902b7-01"),
            format!("00-{ID}-00f067aa0ba902b7-01,00-{ID}-00f067aa0ba902b7-01"),
        ];
        let mut seen = Vec::new();
        for given in bad.iter().map(|text| Some(text.as_str())).chain([None]) {
            let trace = Trace::of(given);
            let sound = hex(&trace.id, 32).is_some() && trace.id != zeros;
            assert!(sound && trace.id != ID, "{given:?}: {trace:?}");
            assert!(!seen.contains(&trace.id), "{given:?}");
            seen.push(trace.id);
        }
    }
}
