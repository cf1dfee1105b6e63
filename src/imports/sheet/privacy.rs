//! Addresses and numbers of persons, which have no place in a programme.

/// The text with every e-mail address and telephone number replaced by an ellipsis, and whether there was one.
pub fn without_addresses(text: &str) -> (String, bool) {
    let mut found = false;
    let mut numbered = false;
    let mut words = Vec::new();
    for word in text.split(' ') {
        if is_address(word) || (is_number(word) && (numbered || word.starts_with('+'))) {
            found = true;
            if words.last() != Some(&"…") {
                words.push("…");
            }
        } else {
            words.push(word);
        }
        let announces = word.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase();
        // A number may be written in several groups.
        numbered =
            ["tel", "telefon", "mobil", "handy", "fon"].contains(&announces.as_str()) || (numbered && is_number(word));
    }
    (words.join(" "), found)
}

/// Whether there is such an address or number in it.
#[must_use]
pub fn names_an_address(text: &str) -> bool {
    without_addresses(text).1
}

/// Whether a remark speaks of a person: an address, a number, or a name behind a form of address.
pub fn names_a_person(text: &str) -> bool {
    let one_line = text.replace('\n', " ");
    let (_, addresses) = without_addresses(&one_line);
    let titles = ["frau", "herr", "herrn", "hr", "fr", "dr", "prof", "tel"];
    let titled = |word: &str| titles.contains(&word.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase().as_str());
    addresses || one_line.split(' ').any(titled)
}

fn is_address(word: &str) -> bool {
    let inner = word.trim_matches(|c: char| "<>()[],;:\"'".contains(c));
    let inner = inner.strip_prefix("mailto:").unwrap_or(inner);
    inner.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && domain.chars().any(char::is_alphabetic)
    })
}

fn is_number(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    digits >= 2 && word.chars().all(|c| c.is_ascii_digit() || "+-/(),.;".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_numbers_go() {
        for (text, left) in [
            ("Infos: mia@example.org", "Infos: …"),
            ("<mailto:a.b@c.example.de>", "…"),
            ("Tel. 0241 5198 1234, Raum 5", "Tel. … Raum 5"),
            ("Gründen +49241123456", "Gründen …"),
        ] {
            assert_eq!(without_addresses(text), (left.to_owned(), true), "{text}");
        }
        for text in [
            "52062 Aachen, Theaterstraße 1",
            "Startup@Night",
            "13.03.2020",
            "10 @ 20",
        ] {
            assert_eq!(without_addresses(text), (text.to_owned(), false), "{text}");
        }
        assert!(names_a_person("Kontakt Frau Muster") && names_a_person("a@b.de") && !names_a_person("Raum wechseln"));
    }
}
