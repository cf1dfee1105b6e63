//! Text that fits: cleaned, measured, cut and broken into lines. Widths are those of Arial, which is wider than what the
//! printer sets in, so that what fits here fits there.

/// What may stand in XML and be read: no control characters, none that turn the direction of what follows, and every
/// stretch of white space is one space.
pub fn clean(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let kept = text.chars().filter_map(|c| match c {
        c if c.is_whitespace() && c != '\u{A0}' => Some(' '),
        c if c.is_control() || turns(c) || matches!(c, '\u{FFFE}' | '\u{FFFF}') => None,
        c => Some(c),
    });
    let kept = kept.collect::<String>();
    kept.split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// As it may stand between tags and in attributes.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// How wide a text is at a size, at most.
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(letter).sum::<f64>() * size
}

/// In parts of the size.
fn letter(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' => 0.24,
        '.' | ',' | ':' | ';' | '!' | 'I' | ' ' | '\u{A0}' | 'f' | 't' | '/' => 0.29,
        'r' | '(' | ')' | '-' | '„' | '“' | '*' | '[' | ']' | '"' => 0.39,
        'm' | 'M' | 'W' | '%' | '—' | '…' => 0.95,
        'w' | 'C' | 'D' | 'G' | 'H' | 'N' | 'O' | 'Q' | 'R' | 'U' | 'Ö' | 'Ü' => 0.78,
        'A' | 'B' | 'E' | 'K' | 'P' | 'S' | 'V' | 'X' | 'Y' | 'F' | 'T' | 'Z' | 'L' | 'Ä' | '&' => 0.67,
        c if c.is_ascii() => 0.56,
        'ä' | 'ö' | 'ü' | 'é' | 'è' | 'ß' | '²' | '–' | '≥' | '≤' | '≈' | '×' | '·' => 0.61,
        c if c.is_alphabetic() && u32::from(c) < 0x0370 => 0.75,
        _ => 1.05,
    }
}

/// The text, or as much of it as fits with an ellipsis.
pub fn cut(text: &str, most: f64, size: f64) -> String {
    let text = clean(text);
    if width(&text, size) <= most {
        return text;
    }
    let mut kept = String::new();
    let mut left = most - width("…", size);
    for c in text.chars() {
        left -= letter(c) * size;
        if left < 0.0 {
            break;
        }
        kept.push(c);
    }
    format!("{}…", kept.trim_end())
}

/// In lines of at most this width, broken at spaces; the last that may be is cut. A word too long for a line is cut too.
pub fn lines(text: &str, most: f64, size: f64, at_most: usize) -> Vec<String> {
    let text = clean(text);
    let mut lines = Vec::<String>::new();
    for word in text.split(' ') {
        let full = lines.len() == at_most;
        match lines.last_mut() {
            Some(line) if full || width(&format!("{line} {word}"), size) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| cut(line, most, size)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_does_not_allow_is_gone() {
        assert_eq!(clean(" a\u{0}\u{1b}b\t\n c\u{202e}d\u{85}e\u{FFFF}\u{7f} "), "ab cd e");
        assert_eq!(
            escaped("<b onclick=\"x\">R&D</b> 'q'"),
            "&lt;b onclick=&quot;x&quot;&gt;R&amp;D&lt;/b&gt; &#39;q&#39;"
        );
    }

    #[test]
    fn what_is_cut_says_so_and_fits() {
        assert_eq!(cut("kurz", 100.0, 13.0), "kurz");
        let long = "Wirtschaftsförderungsgesellschaft der StädteRegion".repeat(3);
        let shown = cut(&long, 120.0, 13.0);
        assert!(shown.ends_with('…') && width(&shown, 13.0) <= 120.0, "{shown}");
        assert!(long.starts_with(shown.trim_end_matches('…')));
    }

    #[test]
    fn lines_are_broken_at_spaces() {
        let all = lines("ohne bekannten Tag", 66.0, 12.0, 3);
        assert_eq!(all, ["ohne", "bekannten", "Tag"]);
        let two = lines("eins zwei drei vier fünf sechs sieben", 60.0, 12.0, 2);
        assert_eq!(two.len(), 2);
        assert!(two[1].ends_with('…'));
        assert!(two.iter().all(|line| width(line, 12.0) <= 60.0));
        assert_eq!(lines("", 60.0, 12.0, 2), [""]);
    }
}
