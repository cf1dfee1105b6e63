//! Names as people and devices show them.

use unicode_normalization::UnicodeNormalization;

/// The longest name that is kept.
const LONGEST: usize = 300;

/// As it is shown.
pub fn display(name: &str) -> String {
    name.chars().take(LONGEST).collect()
}

/// The form in which two names are compared: without what stands in brackets, in small letters. No letter becomes
/// another one here, so „Müller“ is not „Mueller“; only ß is ss, as in capitals.
pub fn normalised(name: &str) -> String {
    let name: String = name.nfc().take(LONGEST).collect();
    // Two callers differ by what stands in brackets.
    let bare = if is_phone(&name) {
        name.clone()
    } else {
        without_brackets(&name)
    };
    let bare = if bare.trim().is_empty() { name } else { bare };
    let lower = bare.to_lowercase().replace('ß', "ss");
    let words = lower
        .split(|c: char| c.is_whitespace() || c == '"')
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// `family, given` the other way round.
pub fn turned(normalised: &str) -> Option<String> {
    let (family, given) = normalised.split_once(',')?;
    let (family, given) = (family.trim(), given.trim());
    (!family.is_empty() && !given.is_empty() && !given.contains(',')).then(|| format!("{given} {family}"))
}

/// What stands in the brackets: Zoom shows the original name there.
pub fn in_brackets(name: &str) -> Option<&str> {
    let (_, rest) = name.split_once('(')?;
    rest.split(')').next().map(str::trim).filter(|inner| !inner.is_empty())
}

fn without_brackets(name: &str) -> String {
    let mut depth = 0_usize;
    let mut bare = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth > 0 => {
                depth -= 1;
                bare.push(' ');
            }
            c if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    bare
}

/// A telephone number, hidden in part or not, or what a platform calls somebody who telephones.
pub fn is_phone(name: &str) -> bool {
    let lower = name.trim().to_lowercase();
    let called = ["call-in user", "anrufer", "telefonteilnehmer", "phone user"];
    if called.iter().any(|word| lower.starts_with(word)) {
        return true;
    }
    let digits = lower.chars().filter(char::is_ascii_digit).count();
    let hidden = lower.chars().filter(|c| matches!(c, '*' | 'x' | '•')).count();
    digits >= 3
        && digits + hidden >= 5
        && lower
            .chars()
            .all(|c| c.is_ascii_digit() || c.is_whitespace() || "+*x•-–()./".contains(c))
}

/// Programmes that take notes; they sit in the list like people.
pub fn is_bot(name: &str) -> bool {
    const BOTS: [&str; 10] = [
        "notetaker",
        "note taker",
        "read.ai",
        "otter.ai",
        "fireflies.ai",
        "tl;dv",
        "meeting notes",
        "fathom.video",
        "meetgeek",
        "notizassistent",
    ];
    let lower = name.to_lowercase();
    BOTS.iter().any(|bot| lower.contains(bot))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_brackets() {
        assert_eq!(
            normalised(" Zoë  de Voorbeeld (Voorbeeld BV) (Gast)"),
            "zoë de voorbeeld"
        );
        assert_eq!(normalised("Zoe\u{308} de Voorbeeld [BV"), "zoë de voorbeeld");
        assert_eq!(normalised("(Gast)"), "(gast)");
        assert_eq!(normalised("Max \"Maxi\" Groß"), "max maxi gross");
        assert_eq!(turned("de voorbeeld, zoë").as_deref(), Some("zoë de voorbeeld"));
        assert_eq!(turned("a, b, c"), None);
        assert_eq!(in_brackets("Handy Şule (Şule Örnek)"), Some("Şule Örnek"));
    }

    #[test]
    fn telephones_are_no_names() {
        for phone in ["+49 241 ***12", "49241*****12", "Call-in User_3", "0241 / 123-45"] {
            assert!(is_phone(phone), "{phone}");
        }
        for name in ["Mia Musterbeispiel", "iPhone von Kim", "12", "x", "R2D2 12345"] {
            assert!(!is_phone(name), "{name}");
        }
        assert_ne!(normalised("+49 (241) ***12"), normalised("+49 (242) ***12"));
    }
}
