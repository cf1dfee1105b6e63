//! `1h 13m 42s`, `1 Std. 42 Min. 0 Sek.`, `1 hr 27 min`, `204 mins`, `01:27:27`, `87,5`.

/// A week; whatever is longer is a misread number.
const LONGEST: f64 = 7.0 * 86_400.0;

/// Seconds. A bare number is minutes.
pub fn seconds(text: &str) -> Option<i64> {
    let text = text.trim().to_lowercase();
    if text.is_empty() || text.len() > 60 {
        return None;
    }
    let total = if text.contains(':') {
        by_clock(&text)?
    } else {
        by_words(&text)?
    };
    // Finite and small, so the cast is exact enough: half a second.
    #[expect(clippy::cast_possible_truncation, reason = "bounded by LONGEST")]
    (0.0..=LONGEST).contains(&total).then(|| total.round() as i64)
}

/// Hours, minutes and seconds; with one colon hours and minutes.
fn by_clock(text: &str) -> Option<f64> {
    let mut total = 0.0;
    let mut unit = 3600.0;
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() > 3 {
        return None;
    }
    for part in parts {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        total += part.parse::<f64>().ok()? * unit;
        unit /= 60.0;
    }
    Some(total)
}

fn by_words(text: &str) -> Option<f64> {
    let mut rest = text;
    let mut total = 0.0;
    let mut found = false;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.')
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at_checked(digits)?;
        let number = number.replace(',', ".").trim_end_matches('.').parse::<f64>().ok()?;
        let after = after.trim_start();
        let word = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (word, next) = after.split_at_checked(word)?;
        let word = word.trim_matches(|c: char| !c.is_alphabetic());
        if word.is_empty() && (found || !next.is_empty()) {
            return None;
        }
        total += number * unit(word)?;
        found = true;
        rest = next;
    }
    found.then_some(total)
}

fn unit(word: &str) -> Option<f64> {
    let starts = |beginnings: &[&str]| beginnings.iter().any(|beginning| word.starts_with(beginning));
    if word.is_empty() || starts(&["m", "dak"]) {
        Some(60.0)
    } else if word == "t" || starts(&["h", "st", "u", "ore", "óra", "g", "ti", "tu"]) {
        Some(3600.0)
    } else if starts(&["s", "с"]) {
        Some(1.0)
    } else if starts(&["d", "t"]) {
        Some(86_400.0)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn as_platforms_write_them() {
        for (text, expected) in [
            ("1h 13m 42s", 4422),
            ("1 Std. 42 Min. 0 Sek.", 6120),
            ("2 Min. 30 Sek.", 150),
            ("1 hr 27 min", 5220),
            ("204 mins", 12240),
            ("01:27:27", 5247),
            ("1:30", 5400),
            ("87,5", 5250),
            ("87.5", 5250),
            ("102", 6120),
            ("0", 0),
            ("45 Sekunden", 45),
            ("1 Stunde 5 Minuten", 3900),
            ("1 uur 3 min", 3780),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "-",
            "--",
            "abc",
            "1:2:3:4",
            "-5",
            "1 2",
            "999999999",
            "12:ab",
            "5 x",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
